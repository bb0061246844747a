#include "sweep/tabular.h"
#include "sweep/memory.h"
#include "sweep/parse.h"
#include "sweep/rng.h"
#include <math.h>
#include <string.h>

const char *tabular_name(const struct tabular *t, size_t column)
{
    const char *name = t->names;
    for (size_t k = 0; name && k < column; k++)
        name += strlen(name) + 1;
    return name;
}

static int refuse(const char *name, struct diagnostics *log, const char *message)
{
    diagnostics_add(log, name, 0, 0, "%s", message);
    return SWEEP_INPUT;
}

/* The column of that name, `columns`: there is none; false: there are two. */
static bool find_name(const struct tabular *t, const char *label, size_t *column)
{
    const char *name = t->names;
    *column = t->columns;
    for (size_t k = 0; name && k < t->columns; k++, name += strlen(name) + 1) {
        if (strcmp(name, label) != 0)
            continue;
        if (*column < t->columns)
            return false;
        *column = k;
    }
    return true;
}

static int find_column(const struct tabular *t, const char *name, const char *label,
                       size_t *column, struct diagnostics *log)
{
    uint64_t number;

    if (!label && t->unlabelled)
        return refuse(name, log,
                      "points without labels: name them too, 'data: {points: X.npy, "
                      "labels: y.npy}', or the number of the column that holds them");
    if (!label) {
        *column = t->columns - 1;
        return SWEEP_OK;
    }
    if (!find_name(t, label, column)) {
        diagnostics_add(log, name, 0, 0,
                        "two columns are called '%s': take the labels from a column by "
                        "its number",
                        label);
        return SWEEP_INPUT;
    }
    if (*column < t->columns)
        return SWEEP_OK;
    if (parse_unsigned(label, &number) == PARSE_OK && number >= 1 &&
        number <= t->columns) {
        *column = (size_t)number - 1;
        return SWEEP_OK;
    }
    diagnostics_add(log, name, 0, 0,
                    "there is no column '%s' to take the labels from: it has %zu "
                    "column%s%s",
                    label, t->columns, t->columns == 1 ? "" : "s",
                    t->names ? "" : " without names");
    return SWEEP_INPUT;
}

/* pandas writes the numbers of the rows in front, under no name. */
static int check_index(const struct tabular *t, size_t label, const char *name,
                       struct diagnostics *log)
{
    if (label == 0 || t->columns == 1 || !t->names || *t->names)
        return SWEEP_OK;
    return refuse(name, log,
                  "the first column has no name, as the numbers of rows that pandas "
                  "writes: leave it out, to_csv(..., index=False)");
}

/* All but one column of a row to `out`; `column` may be behind the last one. */
static void put_row(struct labelled *out, const struct tabular *t, size_t row,
                    size_t column, size_t *entries)
{
    const double *value = t->value + row * t->columns;
    uint32_t index = 0;

    for (size_t k = 0; k < t->columns; k++) {
        if (k == column)
            continue;
        if (value[k] != 0) {
            out->index[*entries] = index;
            out->value[(*entries)++] = value[k];
        }
        index++;
    }
}

/* label (rows), with `stride` numbers from one to the next. */
static int put_points(struct labelled *out, const struct tabular *t, const char *name,
                      size_t column, const double *label, size_t stride,
                      struct diagnostics *log)
{
    size_t entries = 0, nonzero = 0;

    for (size_t k = 0; k < t->rows * t->columns; k++)
        nonzero += t->value[k] != 0;
    if (labelled_reserve(out, t->rows, nonzero) != SWEEP_OK)
        return SWEEP_NO_MEMORY;
    for (size_t i = 0; i < t->rows; i++) {
        put_row(out, t, i, column, &entries);
        if (labelled_add(out, label[i * stride], entries - out->start[i]))
            continue;
        diagnostics_add(log, name, t->line ? t->line[i] : 0, 0,
                        "point %zu has no feature other than 0: it cannot be scaled to "
                        "unit length; remove it",
                        i + 1);
        return SWEEP_INPUT;
    }
    labelled_finish(out, 0);
    out->features = t->columns - (column < t->columns);
    return SWEEP_OK;
}

/* What the features are called, in their order. */
static void put_names(struct labelled *out, const struct tabular *t, size_t column)
{
    const char *name = t->names;

    out->dense = true;
    out->named = name != NULL;
    out->names = rng_key_start();
    for (size_t k = 0; name && k < t->columns; k++, name += strlen(name) + 1)
        if (k != column)
            out->names = rng_key_text(out->names, name);
}

static int check_size(const struct tabular *t, const char *name, size_t features,
                      struct diagnostics *log)
{
    if (t->rows == 0)
        return refuse(name, log, "there is no point in it");
    if (features == 0)
        return refuse(name, log,
                      "there is one column only: labels, or points without features");
    if (features <= LABELLED_INDEX_LIMIT)
        return SWEEP_OK;
    diagnostics_add(log, name, 0, 0, "%zu features: %d may be", features,
                    LABELLED_INDEX_LIMIT);
    return SWEEP_INPUT;
}

int tabular_points(struct labelled *out, const struct tabular *t, const char *name,
                   const char *label, struct diagnostics *log)
{
    size_t column;
    int status = check_size(t, name, t->columns - (t->columns > 0), log);

    if (status == SWEEP_OK)
        status = find_column(t, name, label, &column, log);
    if (status == SWEEP_OK)
        status = check_index(t, column, name, log);
    if (status != SWEEP_OK)
        return status;
    status = put_points(out, t, name, column, t->value + column, t->columns, log);
    put_names(out, t, column);
    return status;
}

int tabular_points_with(struct labelled *out, const struct tabular *t, const char *name,
                        const struct tabular *labels, const char *labels_name,
                        struct diagnostics *log)
{
    int status = check_size(t, name, t->columns, log);

    if (status == SWEEP_OK)
        status = check_index(t, t->columns, name, log);
    if (status != SWEEP_OK)
        return status;
    if (labels->columns != 1 || labels->rows != t->rows) {
        diagnostics_add(log, labels_name, 0, 0,
                        "must have one label for each of the %zu points of '%s', got "
                        "%zu row%s of %zu",
                        t->rows, name, labels->rows, labels->rows == 1 ? "" : "s",
                        labels->columns);
        return SWEEP_INPUT;
    }
    status = put_points(out, t, name, t->columns, labels->value, 1, log);
    put_names(out, t, t->columns);
    return status;
}

size_t tabular_bytes(const struct tabular *t)
{
    size_t line = t->line ? sizeof *t->line : 0;
    return t->rows * (t->columns * sizeof *t->value + line);
}

void tabular_release(struct tabular *t)
{
    if (!t)
        return;
    memory_free(t->value);
    memory_free(t->line);
    memory_free(t->names);
    *t = (struct tabular){0};
}
