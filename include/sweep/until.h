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
 * Memory: 16 bytes a trial, up to twice while it grows. Cost of all looks: linear.
 */
#ifndef SWEEP_UNTIL_H
#define SWEEP_UNTIL_H

#include "sweep/grid.h"
#include "sweep/status.h"
#include "sweep/store.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum until_state {
    UNTIL_OPEN,      /* trials below `need` are missing */
    UNTIL_PRECISE,   /* settled: narrow enough */
    UNTIL_UNDEFINED, /* settled: no value at the first look */
    UNTIL_LIMIT,     /* settled: at max, and not narrow enough */
    UNTIL_STATES
};

struct until_trials;

struct until {
    const struct grid *grid;
    size_t *need;            /* (cells) replicates it has to have, as far as is known */
    enum until_state *state; /* (cells) */
    struct until_trials *trials; /* (cells) what is known; NULL without a rule */
    double *scratch;             /* (max) */
};

/* Nothing is known: need is min, or without a rule all replicates. Keeps `g`.
 * SWEEP_OK, SWEEP_NO_MEMORY. */
int until_init(struct until *u, const struct grid *g);

/* A trial that is there. The first record of a trial stays, unless it ran out of
 * memory. Without a rule nothing happens. SWEEP_OK, SWEEP_NO_MEMORY. */
int until_add(struct until *u, size_t cell, uint64_t replicate, const struct record *r);

/* Every trial in the database, or every good one; elsewhere: in all other databases of
 * its folder. As store_each. Without a rule nothing is read. Does not look. */
int until_read(struct until *u, struct store *s, enum store_which which,
               struct diagnostics *log);
int until_read_elsewhere(struct until *u, struct store *s, enum store_which which,
                         struct diagnostics *log);

/* What all trials of one database settle: init, read and look. Release it, whatever is
 * returned. */
int until_load(struct until *u, struct store *s, const struct grid *g,
               struct diagnostics *log);

/* Look at every open cell as often as its trials allow. */
void until_look(struct until *u);

/* Whether the trial is there. */
bool until_has(const struct until *u, size_t cell, size_t replicate);

/* skip[cell * max + replicate] is set where done is, where the trial is there, and
 * where the cell does not have to have it. Both (cells, max). */
void until_skip(const struct until *u, const bool *done, bool *skip);

/* Mean and h of the replicates below `need` that are there. */
void until_estimate(const struct until *u, size_t cell, double *mean,
                    double *halfwidth);

/* Of the cells with own[cell] (NULL: all of them). */
struct until_tally {
    size_t cells;
    size_t by_state[UNTIL_STATES];
    size_t trials; /* below `need` */
    size_t done;   /* of these */
    size_t by_status[TRIAL_STATUS_COUNT];
};
struct until_tally until_tally(const struct until *u, const bool *own);

/* Zero-initialised is allowed. */
void until_release(struct until *u);

#endif
