/* report.h - the page (page.h) of a results folder, written whole. */
#ifndef SWEEP_REPORT_H
#define SWEEP_REPORT_H

#include "cli.h"
#include "state.h"
#include "sweep/page.h"
#include <stdbool.h>

/* Write the page of a folder to `path`; NULL: DIR/report.html. *state: that of the
 * folder. SWEEP_OK, SWEEP_INPUT, SWEEP_IO, SWEEP_NO_MEMORY. */
int report_write(const char *directory, const char *path, enum page_watch watch,
                 struct state *state, struct diagnostics *log);

/* DIR/report.html, and say so unless quiet. Returns `code`, or that of a failure. */
int report_make(const struct command *command, const char *directory, bool quiet,
                int code);

#endif
