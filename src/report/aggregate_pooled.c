#include "aggregate_parts.h"

#include "sweep/memory.h"

/* Whether the parameter takes two values in one row. */
static bool varies_in_row(const struct grid *g, const struct selection *selected,
                          enum parameter p)
{
    const struct partition *rows = &selected->groups;
    struct setting first, s;
    for (size_t i = 0; i < rows->count; i++) {
        grid_cell(g, selected->cell[rows->member[rows->start[i]]], &first);
        for (size_t k = rows->start[i] + 1; k < rows->start[i + 1]; k++) {
            grid_cell(g, selected->cell[rows->member[k]], &s);
            if (!parameter_same(s.value[p], first.value[p]))
                return true;
        }
    }
    return false;
}

static int count_pooled_values(const struct grid *g, const struct selection *selected,
                               enum parameter p, size_t *count)
{
    struct partition values;
    int status = partition_cells(&values, g, selected->cell, selected->count, &p, 1);
    *count = values.count;
    partition_release(&values);
    return status;
}

int aggregate_find_pooled(struct aggregate *a, const struct grid *g,
                          const struct selection *selected)
{
    int status = SWEEP_OK;
    if (selected->groups.count == selected->count)
        return SWEEP_OK;
    a->pooled = memory_array(g->axis_count, sizeof *a->pooled);
    if (!a->pooled)
        return SWEEP_NO_MEMORY;
    for (size_t i = 0; i < g->axis_count && status == SWEEP_OK; i++) {
        const struct axis *axis = &g->axes[i];
        size_t k = 0;
        while (k < axis->width && !varies_in_row(g, selected, axis->parameter[k]))
            k++;
        if (k == axis->width)
            continue;
        struct aggregate_pooled *pooled = &a->pooled[a->pooled_count++];
        pooled->parameter = axis->parameter[k];
        status = count_pooled_values(g, selected, pooled->parameter, &pooled->values);
    }
    return status;
}

void aggregate_put_pooled(FILE *stream, const struct aggregate *a)
{
    size_t least = SIZE_MAX, most = 0;
    bool clustered = false;

    for (size_t i = 0; i < a->pooled_count; i++)
        fprintf(stream, "%s%s (%zu values)", i > 0 ? ", " : "",
                parameter_table[a->pooled[i].parameter].name, a->pooled[i].values);
    for (size_t i = 0; i < a->row_count; i++) {
        const struct aggregate_row *row = &a->row[i];
        if (row->clusters == 0)
            continue;
        clustered |= row->clusters < row->trials - row->failed;
        least = row->clusters < least ? row->clusters : least;
        most = row->clusters > most ? row->clusters : most;
    }
    if (!clustered)
        return;
    fputs(": sem and intervals over ", stream);
    if (least < most)
        fprintf(stream, "%zu to ", least);
    fprintf(stream, "%zu clusters (trials of the same data)", most);
}
