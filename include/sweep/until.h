/* until.h - how many replicates each cell has to have.
 *
 * Without `until` in the grid file: all of them. With it a cell is looked at when it
 * has n = min replicates, then n + ceil(n / 2), and so on (20, 30, 45, 68, 102, ...),
 * at last max. A look at n takes the replicates 0 .. n-1 of that cell and no others:
 * the k values that are defined in their successful trials, their mean and
 *
 *     h = t(k - 1, (1 + level) / 2) sd / sqrt(k).
 *
 * When the k values are all equal, sd = 0 says nothing of other values there may be. Of
 * `separated`, which is 0 or 1, h is then the reach of Wilson's interval to its far
 * side. Of another column h is infinite while level^k > 1 - level (at 95 % for k < 59)
 * and 0 from then on: no more than a share 1 - level of all trials differs, with
 * confidence `level` (the "rule of three": Hanley and Lippman-Hand, JAMA 249, 1983).
 * This holds for `separated` too where all are 0 and h has to be a share of that.
 *
 * Replicates of one cell share no data: they are independent, not clusters
 * (aggregate.h).
 *
 * The cell is settled with n replicates
 *   - when h <= halfwidth, or h <= relative_halfwidth |mean|;
 *   - when the first look finds no value at all: more replicates would hardly help;
 *   - when n = max.
 * With one value there is no h, and with an infinite one neither: it goes on. The looks
 * do not depend on other cells, on the order of trials or on what else is stored, so
 * the replicates of a cell, 0 .. need-1, are a function of the grid file. Trials stored
 * beyond them (of an older, stricter rule) are no part of the grid.
 *
 * A fixed number of replicates is a rule whose first look is its last.
 */
#ifndef SWEEP_UNTIL_H
#define SWEEP_UNTIL_H

#include "sweep/grid.h"
#include <stdbool.h>
#include <stddef.h>

enum until_state {
    UNTIL_OPEN,      /* trials that it has to have are missing */
    UNTIL_PRECISE,   /* settled: narrow enough, or the number is fixed */
    UNTIL_UNDEFINED, /* settled: no value at the first look */
    UNTIL_LIMIT,     /* settled: at max, and not narrow enough */
    UNTIL_STATES
};

/* Whether values decide: the grid file has `until`. */
bool until_has_rule(const struct grid *g);

/* Replicates at the first look, and at the one after `need`. */
size_t until_first(const struct grid *g);
size_t until_next(const struct grid *g, size_t need);

/* What a look at `need` replicates says, `count` values of which are defined. It may
 * change their order. Cost O(count). */
enum until_state until_judge(const struct grid *g, size_t need, double *values,
                             size_t count);

/* Mean and h of values. */
void until_estimate(const struct until_rule *rule, double *values, size_t count,
                    double *mean, double *halfwidth);

#endif
