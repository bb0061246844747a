/* aggregate.h - group trials by axes; counts, means, quantiles, intervals.
 *
 * Sums run in the order of cells and replicates with Neumaier compensation, so an
 * aggregate depends on the set of trials alone. A failed trial is counted in `failed`,
 * which the statistic `n_failed` repeats beside every result; an undefined (NaN) result
 * of a successful one is left out of that column's statistics and shows in its `n`.
 *
 * Pooled rows. A row takes all cells that agree in its parameters. Trials of one
 * replicate in cells that agree in the data parameters have the same points, and depend
 * on each other however they are trained, unlearned or evaluated: they are one cluster.
 * All other trials are independent, as their streams of random numbers are. Errors and
 * intervals, those of success rates too, are over clusters (statistic.h); counts,
 * means, standard deviations and quantiles are over trials. Where no two trials of a
 * row share their data, its numbers are those of independent trials, bit for bit.
 *
 * A cluster for each *training* would be too small. Measured on 40 tables of 25
 * replicates that pool three training parameters of two values each and four steps (six
 * points in dimension 200): the 95 % interval of the mean of `trained_norm` held it in
 * 15 % of the tables with independent trials, in 55 % with a cluster for each training,
 * in 98 % with one for each data set.
 */
#ifndef SWEEP_AGGREGATE_H
#define SWEEP_AGGREGATE_H

#include "sweep/columns.h"
#include "sweep/grid.h"
#include "sweep/partition.h"
#include "sweep/statistic.h"
#include "sweep/status.h"
#include "sweep/store.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* A trial meets `success:` by a certificate when that is defined and holds every
 * threshold given, tau of the scaled one being 0; and altogether when it does by any of
 * the three: (eps, delta, tau)-successful means that *some* model within tau is a KKT
 * point. An audit is of a row: where one exceeds its limit or is undefined, no trial of
 * the row has success. */
enum success_kind {
    SUCCESS_ANY,
    SUCCESS_SCALED,
    SUCCESS_RESTORED,
    SUCCESS_EXACT,
    SUCCESS_KINDS
};

/* "success", "scaled_success", ... */
extern const char *const success_names[SUCCESS_KINDS];

/* Whether the grid has a rule for it: SWEEP_OK, or SWEEP_INPUT after a message. */
int success_check(const struct grid *g, enum success_kind kind,
                  struct diagnostics *log);

/* Share of successful trials among those that did not fail, with its 95 % Wilson
 * interval for the effective number of trials; NAN: no rule, or no trial. */
struct success_rate {
    double rate, low, high;
};

/* What two samples of a row differ by (audit.h). */
struct aggregate_audit {
    struct audit_value of;
    size_t n; /* trials in which both are defined */
};

/* One row per distinct combination of the `rows` parameters, in cell order. */
struct aggregate_row {
    size_t cell;       /* first cell of the row, for grid_cell */
    size_t trials;     /* recorded; with none, the statistics are undefined */
    size_t failed;     /* of these, not TRIAL_OK */
    size_t expected;   /* replicates of its cells, as far as is known, but for those
                          that `where` leaves out */
    size_t clusters;   /* of the trials that did not fail */
    size_t *n;         /* (columns) defined values */
    double *statistic; /* (columns, statistics) row-major */
    size_t undefined;  /* successful trials in which a column is NaN; the column with
                          most */
    struct success_rate success[SUCCESS_KINDS];
    struct aggregate_audit *audit; /* (audit_total) */
};

/* An axis along which a row has several values. */
struct aggregate_pooled {
    enum parameter parameter; /* the first of those that advance together */
    size_t values;            /* in all cells of the table */
};

struct aggregate {
    size_t model; /* version of what computed the trials (grid.h) */
    size_t row_count;
    struct aggregate_row *row; /* in cell order until they are sorted (table.h) */
    size_t *n;                 /* what the rows' arrays are parts of */
    double *statistic;
    struct aggregate_audit *audit;
    size_t column_count, statistic_count, parameter_count;
    enum parameter *parameters; /* the rows' coordinates */
    enum column *columns;       /* those of the request that are no audits */
    enum column *audits;        /* and those that are, `audit_count`, then those that
                                   `success` has limits for: `audit_total` */
    size_t audit_count, audit_total;
    struct statistic *statistics;
    bool has_success; /* the grid has a rule */
    size_t pooled_count;
    struct aggregate_pooled *pooled;
};

/* Fill in the parameters, columns and statistics of a request alone, and check them:
 * words (stop_reason) have no mean, and columns outside tables differ between equal
 * runs. rows / columns / statistics with count 0: all axes / relative eps and delta,
 * tau and, where a cell retrains, retrain_tau / mean and sem. SWEEP_OK, SWEEP_INPUT,
 * SWEEP_NO_MEMORY. */
int aggregate_resolve(struct aggregate *a, const struct grid *g,
                      const struct table_request *request, struct diagnostics *log);

/* What tables and figures of a grid show where nobody says: its `table: columns`, else
 * the columns named above. */
const enum column *aggregate_columns(const struct grid *g, size_t *count);

/* The cells, ascending, for which the expression `where` (results.h) holds; NULL: all.
 * Where it asks for results, those of which a trial may still meet it. Free *cells
 * with memory_free. SWEEP_OK; SWEEP_INPUT when it is wrong or holds
 * for none; SWEEP_NO_MEMORY. */
int aggregate_cells(const struct grid *g, const char *where, size_t **cells,
                    size_t *count, struct diagnostics *log);

/* Resolve and compute. A `where` that asks for results leaves out the trials for which it
 * does not hold, and those for which it is undefined unless they failed. Memory: one
 * double per trial and column, and up to five per trial.
 * SWEEP_OK, SWEEP_INPUT, SWEEP_IO, SWEEP_NO_MEMORY. */
int aggregate_build(struct aggregate *a, struct store *s, const struct grid *g,
                    const struct table_request *request, struct diagnostics *log);

/* The trials that a table with this `where` takes, one by one in order of cells and
 * replicates, failed ones too. own (g->results.count): the own results of each. A visit
 * that returns nonzero ends it and is returned. As aggregate_build. */
typedef int aggregate_visit(void *context, size_t cell, uint64_t replicate,
                            const struct record *r, const double *own);
int aggregate_each(struct store *s, const struct grid *g, const char *where,
                   aggregate_visit *visit, void *context, struct diagnostics *log);

/* What rows pool, when pooled_count > 0, and over how many clusters, as far as trials
 * share their data: "width (2 values), step_scale (21 values): sem and intervals over
 * 20 clusters (trials of the same data)". */
void aggregate_put_pooled(FILE *stream, const struct aggregate *a);

/* Group rows that agree in all these of their parameters. SWEEP_OK, SWEEP_NO_MEMORY. */
int aggregate_partition(struct partition *p, const struct aggregate *a,
                        const struct grid *g, const enum parameter *parameter,
                        size_t count);

void aggregate_release(struct aggregate *a);

#endif
