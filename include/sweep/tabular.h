/* tabular.h - a table of numbers, whatever file it came from, to labelled points.
 *
 * One column holds the labels, or a table of its own does, with one column and a row for
 * each point. All other columns are features, in their order.
 */
#ifndef SWEEP_TABULAR_H
#define SWEEP_TABULAR_H

#include "sweep/labelled.h"
#include "sweep/status.h"
#include <stdbool.h>
#include <stddef.h>

struct tabular {
    size_t rows, columns;
    double *value; /* (rows, columns), finite */
    size_t *line;  /* (rows) of the file, from 1; NULL: it has none */
    char *names; /* the names of the columns, each with a zero behind it; NULL: none */
    bool unlabelled; /* no column holds the labels unless somebody says so */
};

/* Name of a column, NULL: it has none. Cost: linear in the column. */
const char *tabular_name(const struct tabular *t, size_t column);

/* Labels from the column that `label` names: its name, else its number from 1; NULL: the
 * last column. SWEEP_OK; SWEEP_INPUT, reported with `name`, the file's; SWEEP_NO_MEMORY.
 */
int tabular_points(struct labelled *out, const struct tabular *t, const char *name,
                   const char *label, struct diagnostics *log);

/* Labels from a table of their own, whose file has the name `labels_name`. */
int tabular_points_with(struct labelled *out, const struct tabular *t, const char *name,
                        const struct tabular *labels, const char *labels_name,
                        struct diagnostics *log);

/* Bytes that it takes, but for the names. */
size_t tabular_bytes(const struct tabular *t);

/* NULL and zero-initialised are allowed. */
void tabular_release(struct tabular *t);

#endif
