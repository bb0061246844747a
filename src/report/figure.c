#include "sweep/figure.h"

#include "figure_parts.h"
#include "sweep/memory.h"
#include <math.h>

struct table_request figure_table(struct figure *f)
{
    struct table_request request = {.rows = f->rows,
                                    .columns = f->columns,
                                    .statistics = f->statistics,
                                    .statistic_count = f->statistic_count,
                                    .where = f->cells->where,
                                    .alone = true};
    size_t audits = 0, columns = 0;
    for (size_t i = 0; i < f->facet.count; i++)
        f->rows[request.row_count++] = f->facet.parameter[i];
    for (size_t i = 0; i < f->by.count; i++)
        f->rows[request.row_count++] = f->by.parameter[i];
    f->rows[request.row_count++] = f->x.parameter;
    for (size_t i = 0; i < f->result_count + f->has_against; i++)
        if (!f->result[i].is_rate) {
            f->result[i].index = f->result[i].audit ? audits++ : columns++;
            f->columns[request.column_count++] = f->result[i].column;
        }
    for (size_t i = 0; i < f->statistic_count; i++)
        f->statistics[i] = f->statistic[i];
    return request;
}

double figure_value(const struct figure *f, size_t row, size_t result,
                    enum figure_part part)
{
    const struct figure_result *r = &f->result[result];
    if (row == FIGURE_EMPTY)
        return NAN;
    const struct aggregate_row *from = &f->data->row[row];
    if (r->is_rate) {
        const struct success_rate *rate = &from->success[r->kind];
        const double parts[] = {rate->rate, rate->low, rate->high};
        return parts[part];
    }
    if (r->audit) {
        const struct audit_value *audit = &from->audit[r->index].of;
        const double parts[] = {audit->value, audit->low, audit->high};
        return parts[part];
    }
    const double *statistic = from->statistic + r->index * f->statistic_count;
    if (part == FIGURE_CENTER)
        return statistic[0];
    switch (f->statistic_count) {
    case 1:
        return NAN;
    case 2:
        return statistic[0] + (part == FIGURE_LOW ? -statistic[1] : statistic[1]);
    default:
        return statistic[part == FIGURE_LOW ? 1 : 2];
    }
}

static double row_value(const struct figure *f, size_t row, enum parameter p)
{
    struct setting s;
    grid_cell(f->cells->grid, f->data->row[row].cell, &s);
    return s.value[p];
}

size_t figure_find(const struct figure_axis *axis, double value)
{
    size_t k = 0, end = axis->count;
    if (axis->words) { /* few, and in no order */
        while (k < axis->count && axis->value[k] != value)
            k++;
        return k;
    }
    while (k < end) {
        size_t middle = k + (end - k) / 2;
        if (axis->value[middle] < value)
            k = middle + 1;
        else
            end = middle;
    }
    return k < axis->count && axis->value[k] == value ? k : axis->count;
}

void figure_sort_axis(struct figure_axis *axis)
{
    size_t kept = 0;
    sort_numbers(axis->value, axis->count);
    for (size_t k = 0; k < axis->count; k++)
        if (kept == 0 || axis->value[k] != axis->value[kept - 1])
            axis->value[kept++] = axis->value[k];
    axis->count = kept;
}

/* The values of axis->parameter in the rows, but for those that are lines of their own.
 * "Not set" is no place on an axis. */
static int collect_axis(struct figure *f, struct figure_axis *axis, const bool *apart)
{
    axis->words = parameter_has_words(axis->parameter);
    axis->value = memory_array(f->data->row_count, sizeof *axis->value);
    if (!axis->value)
        return SWEEP_NO_MEMORY;
    for (size_t row = 0; row < f->data->row_count; row++) {
        double value = row_value(f, row, axis->parameter);
        if (isnan(value) || apart[row])
            continue;
        if (!axis->words || figure_find(axis, value) == axis->count)
            axis->value[axis->count++] = value;
    }
    if (!axis->words)
        figure_sort_axis(axis);
    return SWEEP_OK;
}

/* Number the combinations of the parameters in the order of the rows. */
static int number_combinations(const struct figure *f, const struct figure_list *list,
                               size_t *of_row, size_t **cell, size_t *count)
{
    struct partition groups;
    int status = aggregate_partition(&groups, f->data, f->cells->grid, list->parameter,
                                     list->count);
    if (status == SWEEP_OK && !(*cell = memory_array(groups.count, sizeof **cell)))
        status = SWEEP_NO_MEMORY;
    *count = groups.count;
    for (size_t k = 0; status == SWEEP_OK && k < groups.count; k++) {
        (*cell)[k] = f->data->row[groups.member[groups.start[k]]].cell;
        for (size_t i = groups.start[k]; i < groups.start[k + 1]; i++)
            of_row[groups.member[i]] = k;
    }
    partition_release(&groups);
    return status;
}

/* Rows on which x has no effect and which are all of their line; none if fewer than two
 * values of x are left without them. */
static int find_apart(const struct figure *f, const size_t *line, const size_t *facet,
                      bool *apart)
{
    size_t rows = f->data->row_count, values = 0;
    double first = NAN;
    size_t *count = memory_array(f->facets * f->lines, sizeof *count);
    if (!count)
        return SWEEP_NO_MEMORY;
    for (size_t row = 0; row < rows; row++)
        count[facet[row] * f->lines + line[row]]++;
    for (size_t row = 0; row < rows; row++) {
        struct setting s;
        grid_cell(f->cells->grid, f->data->row[row].cell, &s);
        double x = s.value[f->x.parameter];
        apart[row] = count[facet[row] * f->lines + line[row]] == 1 &&
                     setting_idle(&s) & PARAMETER_BIT(f->x.parameter);
        if (apart[row] || isnan(x) || x == first)
            continue;
        values++;
        first = values == 1 ? x : first;
    }
    for (size_t row = 0; values < 2 && row < rows; row++)
        apart[row] = false;
    memory_free(count);
    return SWEEP_OK;
}

/* Whether the next value of x comes with other values of the rest. */
static bool is_of_design(const struct figure *f)
{
    const struct grid *g = f->cells->grid;
    bool is = false;
    for (size_t k = 0; g->design.kind && g->axes[0].width > 1 && k < g->axes[0].width;
         k++)
        is = is || g->axes[0].parameter[k] == f->x.parameter;
    return is;
}

/* The axes and the lines and facets of the rows. */
static int find_axes(struct figure *f, size_t *line, size_t *facet, bool *apart)
{
    int status = number_combinations(f, &f->by, line, &f->line_cell, &f->lines);
    if (status == SWEEP_OK)
        status = number_combinations(f, &f->facet, facet, &f->facet_cell, &f->facets);
    if (status == SWEEP_OK && !f->map && !parameter_has_words(f->x.parameter))
        status = find_apart(f, line, facet, apart);
    if (status == SWEEP_OK)
        status = collect_axis(f, &f->x, apart);
    if (status != SWEEP_OK || !f->map)
        return status;
    f->vertical.parameter = f->by.parameter[0];
    status = collect_axis(f, &f->vertical, apart);
    f->lines = f->vertical.count;
    for (size_t row = 0; row < f->data->row_count && status == SWEEP_OK; row++)
        line[row] = figure_find(&f->vertical, row_value(f, row, f->vertical.parameter));
    return status;
}

static int place_rows(struct figure *f, const size_t *line, const size_t *facet,
                      const bool *apart)
{
    size_t places = f->facets * f->lines * f->x.count;
    f->row = memory_array(places, sizeof *f->row);
    f->constant = memory_array(f->facets * f->lines, sizeof *f->constant);
    if (!f->row || !f->constant)
        return SWEEP_NO_MEMORY;
    for (size_t k = 0; k < places; k++)
        f->row[k] = FIGURE_EMPTY;
    for (size_t row = 0; row < f->data->row_count; row++) {
        size_t k = facet[row] * f->lines + line[row];
        size_t x =
            apart[row] ? 0 : figure_find(&f->x, row_value(f, row, f->x.parameter));
        if (x == f->x.count || line[row] == f->lines)
            continue;
        f->row[k * f->x.count + x] = row;
        f->constant[k] = apart[row];
    }
    return SWEEP_OK;
}

/* Take in the ends of a band, where there are any. */
static void widen_band(const struct figure *f, size_t row, size_t index, double *low,
                       double *high)
{
    double below = figure_value(f, row, index, FIGURE_LOW);
    double above = figure_value(f, row, index, FIGURE_HIGH);
    if (!f->map && isfinite(below) && isfinite(above)) {
        *low = fmin(*low, below);
        *high = fmax(*high, above);
    }
}

/* Trials behind a point. */
static size_t defined_values(const struct aggregate_row *row,
                             const struct figure_result *r)
{
    return r->is_rate ? row->trials - row->failed
           : r->audit ? row->audit[r->index].n
                      : row->n[r->index];
}

/* Values that stand in the panels of another result, behind those; how many. */
static size_t add_against_values(const struct figure *f, double *value)
{
    if (!f->has_against)
        return 0;
    for (size_t row = 0; row < f->data->row_count; row++)
        value[row] = figure_value(f, row, f->result_count, FIGURE_CENTER);
    return f->data->row_count;
}

static bool any_positive(const double *value, size_t count)
{
    bool any = false;
    for (size_t i = 0; i < count; i++)
        any = any || value[i] > 0;
    return any;
}

/* Scale of a result; `value` has room for all rows twice. Whether any row defines it. */
static bool scale_result(struct figure *f, size_t index, double *value)
{
    struct figure_result *r = &f->result[index];
    double low = INFINITY, high = -INFINITY;

    r->least_n = (size_t)-1;
    for (size_t row = 0; row < f->data->row_count; row++) {
        const struct aggregate_row *from = &f->data->row[row];
        value[row] = figure_value(f, row, index, FIGURE_CENTER);
        if (!isfinite(value[row]))
            continue;
        size_t n = defined_values(from, r);
        r->least_n = n < r->least_n ? n : r->least_n;
        r->most_n = n > r->most_n ? n : r->most_n;
        if (n > 1) /* the quartiles of one value are no band */
            widen_band(f, row, index, &low, &high);
    }
    if (r->most_n == 0)
        return false;
    r->has_band = low <= high;
    size_t count = f->data->row_count;
    count += add_against_values(f, value + count);
    bool integers =
        !r->is_rate &&
        results_info(&f->cells->grid->results, r->column)->type == COLUMN_INTEGER;
    enum figure_log kind = f->map ? LOG_AUTO : f->log_y;
    if (kind == LOG_YES && !any_positive(value, count))
        kind = LOG_NO;
    if (kind != LOG_YES && (r->is_rate || (r->audit && r->audit->is_share)))
        r->scale = (struct figure_scale){.low = 0, .high = 1};
    else if (f->map && r->is_ratio)
        r->scale = figure_ratio_scale(value, count);
    else
        r->scale = figure_value_scale(value, count, low, high, integers, kind);
    return true;
}

static int check_log(const struct figure *f, struct diagnostics *log)
{
    for (size_t i = 0; i < f->result_count && !f->map; i++)
        if (f->log_y == LOG_YES && !f->result[i].scale.log) {
            diagnostics_add(log, NULL, 0, 0,
                            "no log axis for '%s': it has no positive value",
                            f->result[i].name);
            return SWEEP_INPUT;
        }
    return SWEEP_OK;
}

static int scale_results(struct figure *f, struct diagnostics *log)
{
    size_t kept = 0, against = f->result_count;
    double *value = memory_array(f->data->row_count, 2 * sizeof *value);
    if (!value)
        return SWEEP_NO_MEMORY;
    for (size_t i = 0; i < f->result_count; i++) {
        if (scale_result(f, i, value))
            f->result[kept++] = f->result[i];
        else
            f->missing[f->missing_count++] = f->result[i].name;
    }
    memory_free(value);
    f->result[kept] = f->result[against];
    f->result_count = kept;
    if (kept > 0)
        return check_log(f, log);
    diagnostics_add(log, NULL, 0, 0,
                    "nothing to plot: '%s' is defined in no trial here; see 'sweep "
                    "status'",
                    f->missing_count > 0 ? f->missing[0] : "the table");
    return SWEEP_INPUT;
}

/* Successful trials in which the result with most of them is undefined. */
static size_t count_undefined(const struct figure *f, const struct aggregate_row *row)
{
    size_t most = 0, successful = row->trials - row->failed;
    for (size_t i = 0; i < f->result_count; i++) {
        const struct figure_result *r = &f->result[i];
        size_t here = successful - defined_values(row, r);
        most = here > most ? here : most;
    }
    return most;
}

static void count_figure_trials(struct figure *f)
{
    for (size_t i = 0; i < f->data->row_count; i++) {
        const struct aggregate_row *row = &f->data->row[i];
        f->expected += row->expected;
        f->trials += row->trials;
        f->failed += row->failed;
        f->undefined += count_undefined(f, row);
    }
}

int figure_place(struct figure *f, const struct aggregate *a, struct diagnostics *log)
{
    size_t *line = memory_array(a->row_count, sizeof *line);
    size_t *facet = memory_array(a->row_count, sizeof *facet);
    bool *apart = memory_array(a->row_count, sizeof *apart);
    int status = line && facet && apart ? SWEEP_OK : diagnostics_no_memory(log, NULL);

    f->data = a;
    if (status == SWEEP_OK)
        status = find_axes(f, line, facet, apart);
    if (status == SWEEP_OK)
        status = place_rows(f, line, facet, apart);
    memory_free(line);
    memory_free(facet);
    memory_free(apart);
    return status;
}

int figure_scales(struct figure *f, struct diagnostics *log)
{
    int status = SWEEP_OK;
    f->bars = f->x.words || f->x.count == 1 || is_of_design(f);
    if (f->x.count > 0)
        status = figure_axis_scale(&f->x, f->log_x, f->map, log);
    if (status == SWEEP_OK && f->vertical.count > 0)
        status = figure_axis_scale(&f->vertical, f->log_y, true, log);
    if (status == SWEEP_OK)
        status = scale_results(f, log);
    if (status == SWEEP_OK)
        count_figure_trials(f);
    return status == SWEEP_OK && f->fitted ? figure_fits(f) : status;
}

int figure_fill(struct figure *f, const struct aggregate *a, struct diagnostics *log)
{
    int status = figure_place(f, a, log);
    return status == SWEEP_OK ? figure_scales(f, log) : status;
}
