/* table.h - an aggregate as text: TSV for gnuplot, long TSV, CSV, JSON, Markdown.
 *
 * Columns: the coordinates; `trials` recorded; `failed` of them; `undefined`, the
 * largest number of successful trials in which one of the results shown is NaN; with a
 * success rule `success`, `success_low`, `success_high` and the same for each
 * certificate; audits with the ends of their intervals (ks, ks_low, ks_high); then every
 * result with every statistic (scaled_eps_mean).
 *
 * TSV: provenance in `#` lines, then per block one bare line of column names, rows in
 * cell order, NaN for undefined, "%.17g". When there is more than one row parameter,
 * each combination of all but the last is a block, opened by `# [samples=10
 * model=relu]` and divided by two blank lines (gnuplot's `index`). Zipped parameters
 * count as one. Nothing in it differs between two runs of one grid.
 *
 * Long TSV has one block and one line per row, result and statistic: the coordinates,
 * `trials`, `failed`, `result`, `statistic`, `value`; success rates as statistics
 * `rate`, `low`, `high`, audits as `value`, `low`, `high`. JSON has null for what is not finite, Markdown rounds to four
 * digits.
 *
 * Where a row pools several cells, a line says over which axes and how many clusters
 * (aggregate.h): in the provenance, below a Markdown table, as `pooled_over` in JSON.
 */
#ifndef SWEEP_TABLE_H
#define SWEEP_TABLE_H

#include "sweep/aggregate.h"
#include <stdio.h>

struct table_format {
    const char *name;    /* "tsv" */
    const char *meaning; /* for help; NULL: the name says it */
    /* SWEEP_OK, SWEEP_NO_MEMORY. Errors of the stream are left to its owner (ferror).
     */
    int (*write)(FILE *stream, const struct aggregate *a, const struct grid *g);
};

/* What a user may ask for; the first is the default. */
extern const struct table_format table_formats[];
extern const struct names all_formats;

/* The format of table.tsv. */
int table_write_tsv(FILE *stream, const struct aggregate *a, const struct grid *g);

/* The grid's own table to DIR/table.tsv, old or new, whole. */
int table_write_file(const char *directory, struct store *s, const struct grid *g,
                     struct diagnostics *log);

#endif
