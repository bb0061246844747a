/* aggregate_parts.h - the parts of `aggregate`. */
#ifndef SWEEP_AGGREGATE_PARTS_H
#define SWEEP_AGGREGATE_PARTS_H

#include "sweep/aggregate.h"

/* The cells of a table and the rows they make. */
struct selection {
    size_t count;
    size_t *cell;            /* (count) ascending */
    struct partition groups; /* of positions in `cell` */
};

/* The trial that expressions are evaluated in. */
struct judge {
    const struct grid *grid;
    struct expression *where; /* NULL: takes every trial of the cells */
    size_t own_count;
    double own[RESULTS_LIMIT]; /* (own_count) */
    struct trial_of trial;
    struct setting setting; /* of cell `at` */
    size_t at;
    bool holds; /* the condition of `success` does */
};

/* For a table with this `where`, which has been compiled before. SWEEP_NO_MEMORY. Where
 * it is stays the same. */
int judge_init(struct judge *j, const struct aggregate *a, const struct grid *g,
               const char *where);

/* Which columns of a record are looked at for that table; the others need not be read. */
void judge_columns(const struct judge *j, const struct aggregate *a, bool *wanted);

/* Evaluate what has to be known of a trial; false: `where` leaves it out. One that failed
 * has no results to judge it by. */
bool judge_trial(struct judge *j, size_t cell, const struct record *r);

/* A result of that trial, or the pair of an audit. */
double judge_value(const struct judge *j, enum column c);
void judge_pair(const struct judge *j, enum column c, double pair[2]);

void judge_release(struct judge *j);

/* By which certificates a trial meets the rule: bit `kind`; `most` as grid->success. */
unsigned char aggregate_success(const struct record *r, const double *most);

/* Mark the columns that it looks at. */
void success_columns(const double *most, bool *wanted);

/* Whether all audits of a row are within the limits of the rule. */
bool aggregate_audits_met(const struct aggregate *a, const struct grid *g,
                          const struct aggregate_row *row);

/* The axes that a row pools: a->pooled. SWEEP_OK, SWEEP_NO_MEMORY. */
int aggregate_find_pooled(struct aggregate *a, const struct grid *g,
                          const struct selection *selected);

#endif
