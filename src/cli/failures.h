/* failures.h - trials that failed, for people: how many, why, and what may help. */
#ifndef SWEEP_FAILURES_H
#define SWEEP_FAILURES_H

#include "sweep/columns.h"
#include <stdio.h>

/* How many are not TRIAL_OK. */
size_t count_failed(const size_t by_status[TRIAL_STATUS_COUNT]);

/* "28 dead_point, 2 not_separated": all but TRIAL_OK, the most frequent first. */
void print_reasons(FILE *stream, const size_t by_status[TRIAL_STATUS_COUNT]);

/* "30 of 100 trials failed: 28 dead_point (no neuron is active on ...: try ...), 2
 * not_separated (try ...)", of `done` trials; no line end. */
void print_failed(FILE *stream, const size_t by_status[TRIAL_STATUS_COUNT],
                  size_t done);

#endif
