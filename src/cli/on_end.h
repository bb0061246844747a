/* on_end.h - what the user wants done when a run has ended. */
#ifndef SWEEP_ON_END_H
#define SWEEP_ON_END_H

#include "cli.h"

/* Have the shell run `words`, with SWEEP_FOLDER and SWEEP_STATUS, the folder and the exit
 * status of the run, in its environment. Its own failure is reported and changes neither.
 * NULL: nothing. */
void on_end(const struct command *command, const char *words, const char *folder,
            int code);

#endif
