#include "sweep/memory.h"
#include "table_parts.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A key of the order. */
struct sort_key {
    size_t field; /* of the layout */
    bool falling;
};

struct sorting {
    const struct sort_key *key;
    size_t count;
    const double *value; /* (rows, keys) */
    const struct aggregate_row *row;
};

static int compare_values(double x, double y, bool falling)
{
    if (isnan(x) || isnan(y))
        return isnan(x) - isnan(y);
    int order = (x > y) - (x < y);
    return falling ? -order : order;
}

static int compare_rows(const void *first, const void *second, void *context)
{
    const struct sorting *s = context;
    size_t i = *(const size_t *)first, j = *(const size_t *)second;
    int order = 0;
    for (size_t k = 0; k < s->count && order == 0; k++)
        order = compare_values(s->value[i * s->count + k], s->value[j * s->count + k],
                               s->key[k].falling);
    return order
               ? order
               : (s->row[i].cell > s->row[j].cell) - (s->row[i].cell < s->row[j].cell);
}

/* The first field of that name, or of a result of that name; t->end: none. */
static size_t find_field(const struct layout *t, const char *name)
{
    struct field f;
    for (size_t k = 0; k < t->end; k++) {
        field_name(t, k, &f);
        if (strcmp(f.text, name) == 0)
            return k;
    }
    for (size_t k = 0; k < t->a->column_count; k++)
        if (strcmp(table_result_name(t, k), name) == 0)
            return t->statistics + k * t->a->statistic_count;
    return t->end;
}

static int read_keys(struct sort_key *to, const struct layout *t, char *const *word,
                     size_t count, struct diagnostics *log)
{
    int status = SWEEP_OK;
    for (size_t i = 0; i < count; i++) {
        to[i].falling = word[i][0] == '-';
        to[i].field = find_field(t, word[i] + to[i].falling);
        if (to[i].field < t->end)
            continue;
        diagnostics_add(log, NULL, 0, 0,
                        "cannot sort by '%s': it is no column of this table",
                        word[i] + to[i].falling);
        status = SWEEP_INPUT;
    }
    return status;
}

static double sort_value(const struct layout *t, const struct aggregate_row *row,
                         size_t field)
{
    struct setting s;
    if (field >= t->counts)
        return field_number(t, row, field);
    grid_cell(t->grid, row->cell, &s);
    return s.value[t->a->parameters[field]];
}

static int sort_rows(struct aggregate *a, struct sorting *s, const struct layout *t)
{
    size_t rows = a->row_count;
    size_t *order = memory_array(rows, sizeof *order);
    double *value = memory_array(rows, s->count * sizeof *value);
    struct aggregate_row *sorted = memory_array(rows, sizeof *sorted);
    bool room = order && value && sorted;
    if (room) {
        for (size_t i = 0; i < rows; i++)
            for (size_t k = 0; k < s->count; k++)
                value[i * s->count + k] = sort_value(t, &a->row[i], s->key[k].field);
        for (size_t i = 0; i < rows; i++)
            order[i] = i;
        s->value = value;
        s->row = a->row;
        qsort_r(order, rows, sizeof *order, compare_rows, s);
        for (size_t i = 0; i < rows; i++)
            sorted[i] = a->row[order[i]];
        memory_free(a->row);
        a->row = sorted;
    } else {
        memory_free(sorted);
    }
    memory_free(order);
    memory_free(value);
    return room ? SWEEP_OK : SWEEP_NO_MEMORY;
}

int table_sort(struct aggregate *a, const struct grid *g, char *const *key,
               size_t count, struct diagnostics *log)
{
    static const struct dialect any;
    struct layout t = table_layout(a, g, &any, NULL);
    struct sort_key *keys = memory_array(count, sizeof *keys);
    struct sorting s = {.key = keys, .count = count};
    int status = keys ? read_keys(keys, &t, key, count, log) : SWEEP_NO_MEMORY;
    if (status == SWEEP_OK && a->row_count > 0)
        status = sort_rows(a, &s, &t);
    if (status == SWEEP_NO_MEMORY)
        status = diagnostics_no_memory(log, "the table");
    memory_free(keys);
    return status;
}
