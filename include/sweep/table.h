/* table.h - an aggregate as TSV for gnuplot, long TSV, CSV, JSON, Markdown; as aligned
 * text, LaTeX and HTML for people; trials as CSV.
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
 * `rate`, `low`, `high`, audits as `value`, `low`, `high`. JSON has null for what is not
 * finite, Markdown rounds to four digits.
 *
 * Text and LaTeX (booktabs) are for people: four digits, a mean with its standard error
 * in one cell (0.1234 ± 0.0012, the error with two digits), a rate or audit with its
 * interval in one (0.95 [0.91, 0.98]), counts only where rows differ in them; a note
 * below says what holds for all rows. With a pivot the values of a parameter are
 * columns and the other coordinates name the rows. Text that is wider than a line is cut into
 * several tables, each with the coordinates.
 *
 * HTML is the same as one element <table>, every number in full as data-v of its cell,
 * and the note as a paragraph.
 *
 * CSV of trials has a line for each trial and no statistics: `cell`, every parameter,
 * `replicate`, `status`, and every result, or those asked for; audits, which are of many
 * trials, are left out. "%.17g", NaN for what is undefined, nothing where that is a word.
 * `seconds` differs between equal runs.
 *
 * Where a row pools several cells, a line says over which axes and how many clusters
 * (aggregate.h): in the provenance, below a Markdown table, as `pooled_over` in JSON.
 */
#ifndef SWEEP_TABLE_H
#define SWEEP_TABLE_H

#include "sweep/aggregate.h"
#include <stdio.h>

/* What a user may ask for of how a table looks. */
struct table_style {
    int digits;           /* significant ones; 0: those of the format */
    enum parameter pivot; /* its values are columns; PARAMETER_COUNT: none */
    size_t width;         /* letters in a line of text; 0: no end */
    /* Of text and LaTeX alone: */
    unsigned rates;  /* bit `kind`: show that success rate */
    bool no_results; /* but rates and audits */
};

struct table_format {
    const char *name;    /* "tsv" */
    const char *meaning; /* for help; NULL: the name says it */
    const char *ending;  /* of its files, ".tsv"; NULL: none of its own */
    bool pivots;         /* whether it does what `pivot` asks for */
    /* Style NULL: nothing was asked for. SWEEP_OK, SWEEP_NO_MEMORY. Errors of the
     * stream are left to its owner (ferror). */
    int (*write)(FILE *stream, const struct aggregate *a, const struct grid *g,
                 const struct table_style *style);
    /* Of a format of trials, in the place of `write`: `columns` (0: all) and `where` of
     * a request. SWEEP_OK, SWEEP_INPUT, SWEEP_IO, SWEEP_NO_MEMORY. */
    int (*write_trials)(FILE *stream, struct store *s, const struct grid *g,
                        const struct table_request *request, struct diagnostics *log);
};

/* What a user may ask for; the first is the default. */
extern const struct table_format table_formats[];
extern const struct names all_formats;

/* The format of the file of that name by its ending, the first if it has none of them;
 * the format for people. Places in table_formats. */
size_t table_format_of(const char *path);
size_t table_format_text(void);

/* Put the rows in the order of these columns, "-" before one for the largest first:
 * names as in the header; that of a result means its first statistic. Undefined ones
 * come last, equal ones in cell order. SWEEP_OK, SWEEP_INPUT, SWEEP_NO_MEMORY. */
int table_sort(struct aggregate *a, const struct grid *g, char *const *key,
               size_t count, struct diagnostics *log);

/* The format of table.tsv. */
int table_write_tsv(FILE *stream, const struct aggregate *a, const struct grid *g,
                    const struct table_style *style);

/* For people, as HTML. */
int table_write_html(FILE *stream, const struct aggregate *a, const struct grid *g,
                     const struct table_style *style);

/* The grid's own table to DIR/table.tsv, old or new, whole. */
int table_write_file(const char *directory, struct store *s, const struct grid *g,
                     struct diagnostics *log);

#endif
