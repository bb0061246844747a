/* settled.h - what `until` makes of the cells of a folder, for people. */
#ifndef SWEEP_SETTLED_H
#define SWEEP_SETTLED_H

#include "sweep/until.h"
#include <stdio.h>

/* ", 61 of 90 cells settled (3 at 1000 replicates without the precision, 1 without a
 * value)"; most: the max of the rule. */
void print_settled(FILE *stream, const struct until_tally *t, size_t most);

/* The settled cells that are not precise, each to `line`: "cell 4: exact_tau 0.012 +-
 * 0.001 after 1000 replicates"; from `limit` on only their number. own NULL: of all
 * cells. */
void each_imprecise(const struct until *u, const bool *own, size_t limit,
                    void (*line)(void *context, const char *text), void *context);

#endif
