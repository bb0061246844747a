/* tally.h - what is done of a folder, and what `until` makes of its cells, for people.
 */
#ifndef SWEEP_TALLY_H
#define SWEEP_TALLY_H

#include "sweep/ledger.h"
#include <stdio.h>

/* "at least " while the number of trials is a bound, else "". */
const char *tally_bound(const struct ledger_tally *t);

/* "90 of at least 180 trials" */
void print_trials(FILE *stream, const struct ledger_tally *t);

/* ", 61 of 90 cells settled (3 at 1000 replicates without the precision, 1 without a
 * value)"; nothing without a rule. */
void print_settled(FILE *stream, const struct ledger_tally *t);

/* The settled cells that are not precise, each to `line`: "cell 4: exact_tau 0.012 +-
 * 0.001 after 1000 replicates"; from `limit` on only their number. */
void each_imprecise(const struct ledger *l, size_t limit,
                    void (*line)(void *context, const char *text), void *context);

/* The first of them, a line each. */
void print_imprecise(FILE *stream, const struct ledger *l);

#endif
