/* signals.h - a polite stop: SIGINT, SIGTERM, SIGUSR1 and a time limit only set a flag. */
#ifndef SWEEP_SIGNALS_H
#define SWEEP_SIGNALS_H

#include <stdatomic.h>

/* True once one of them has come. */
extern atomic_bool signals_stop;

/* From now on the first one asks to stop; a second of the same kind acts at once. One
 * that is ignored (nohup) stays ignored. */
void signals_watch(void);

/* As if a signal came after that time. INFINITY: none does, and if one came already it is
 * forgotten. */
void signals_limit(double seconds);

/* From now on the first one ends the program, as nothing is left that is not safe: all
 * trials are recorded, and a file that is being written is a temporary. `words` are
 * written behind "stopped by SIGINT"; NULL: nothing is said. */
void signals_end_at_once(const char *words);

/* "SIGINT", "the time limit", ...: what came. */
const char *signals_name(void);

/* Die of the one that came, so that the shell sees it. Returns after SIGUSR1 and a time
 * limit, which are requests to stop and nothing else, and when none came. */
void signals_die(void);

#endif
