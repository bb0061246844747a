#include "sweep/aggregate.h"

#include "sweep/expression.h"
#include "sweep/memory.h"
#include "sweep/parse.h"
#include "sweep/partition.h"
#include "sweep/until.h"
#include <math.h>
#include <string.h>

/* Normal quantile of a two-sided 95 % interval. */
static const double Z95 = 1.959963984540054;

static const enum column core_columns[] = {
    C_TRAINED_EPS,  C_TRAINED_MARGIN,       C_SCALED_EPS,
    C_SCALED_DELTA, C_FORGET_MARGIN_BEFORE, C_FORGET_MARGIN_AFTER,
};
static const char *const core_statistics[] = {"mean", "sem"};

static int no_memory(struct diagnostics *log)
{
    diagnostics_add(log, NULL, 0, 0, "out of memory for the table");
    return SWEEP_NO_MEMORY;
}

static int resolve_parameters(struct aggregate *a, const struct grid *g,
                              const struct table_request *request,
                              struct diagnostics *log)
{
    size_t count = request->row_count;
    if (count == 0)
        for (size_t i = 0; i < g->axis_count; i++)
            count += g->axes[i].width;
    a->parameters = memory_array(count, sizeof *a->parameters);
    if (!a->parameters)
        return no_memory(log);
    for (size_t i = 0; i < request->row_count; i++)
        a->parameters[a->parameter_count++] = request->rows[i];
    for (size_t i = 0; request->row_count == 0 && i < g->axis_count; i++)
        for (size_t k = 0; k < g->axes[i].width; k++)
            a->parameters[a->parameter_count++] = g->axes[i].parameter[k];
    return SWEEP_OK;
}

static int resolve_columns(struct aggregate *a, const struct table_request *request,
                           struct diagnostics *log)
{
    const enum column *columns =
        request->column_count ? request->columns : core_columns;
    size_t count = request->column_count ? request->column_count
                                         : sizeof core_columns / sizeof core_columns[0];
    int status = SWEEP_OK;
    a->columns = memory_array(count, sizeof *a->columns);
    if (!a->columns)
        return no_memory(log);
    a->column_count = count;
    for (size_t i = 0; i < count; i++) {
        const struct column_info *info = &column_table[columns[i]];
        a->columns[i] = columns[i];
        if (info->type != COLUMN_WORD && info->in_table)
            continue;
        diagnostics_add(log, NULL, 0, 0, "'%s' cannot be in a table: %s", info->name,
                        info->type == COLUMN_WORD
                            ? "it is a word and has no statistics"
                            : "it differs between equal runs and is in sweep.db only");
        status = SWEEP_INPUT;
    }
    return status;
}

static int resolve_statistics(struct aggregate *a, const struct table_request *request,
                              struct diagnostics *log)
{
    size_t count = request->statistic_count
                       ? request->statistic_count
                       : sizeof core_statistics / sizeof core_statistics[0];
    int status = SWEEP_OK;
    a->statistics = memory_array(count, sizeof *a->statistics);
    if (!a->statistics)
        return no_memory(log);
    a->statistic_count = count;
    for (size_t i = 0; i < count; i++) {
        const char *text =
            request->statistic_count ? request->statistics[i] : core_statistics[i];
        if (statistic_parse(text, &a->statistics[i]) == 0)
            continue;
        const char *near =
            parse_suggest(text, statistic_name_count(), statistic_name, NULL);
        if (near)
            diagnostics_add(log, NULL, 0, 0,
                            "'%s' is not a statistic (did you mean '%s'?)", text, near);
        else
            diagnostics_add(log, NULL, 0, 0,
                            "'%s' is not a statistic: use " STATISTIC_NAMES, text);
        status = SWEEP_INPUT;
    }
    return status;
}

int aggregate_resolve(struct aggregate *a, const struct grid *g,
                      const struct table_request *request, struct diagnostics *log)
{
    const struct success *rule = &g->success;
    *a = (struct aggregate){0};
    a->has_success = !(isnan(rule->eps) && isnan(rule->delta) && isnan(rule->tau));
    int status = resolve_parameters(a, g, request, log);
    if (status == SWEEP_OK)
        status = resolve_columns(a, request, log);
    if (status == SWEEP_OK || status == SWEEP_INPUT) {
        int later = resolve_statistics(a, request, log);
        status = later == SWEEP_OK ? status : later;
    }
    if (status != SWEEP_OK)
        aggregate_release(a);
    return status;
}

/* The cells of a table and the rows they make. */
struct selection {
    size_t count;
    size_t *cell;            /* (count) ascending */
    struct partition groups; /* of positions in `cell` */
};

static void selection_release(struct selection *s)
{
    memory_free(s->cell);
    partition_release(&s->groups);
}

int aggregate_cells(const struct grid *g, const char *where, size_t **cells,
                    size_t *count, struct diagnostics *log)
{
    struct expression *e = NULL;
    char reason[256];
    int status = SWEEP_OK;

    *count = 0;
    *cells = memory_array(g->cell_count, sizeof **cells);
    if (!*cells)
        return SWEEP_NO_MEMORY;
    if (where)
        status = expression_compile(&e, where, reason, sizeof reason);
    for (size_t cell = 0; cell < g->cell_count && status == SWEEP_OK; cell++) {
        struct setting setting;
        double keep = 1.0;
        grid_cell(g, cell, &setting);
        if (where)
            status = expression_evaluate(e, &setting, (const char *const *)g->strings,
                                         &keep, reason, sizeof reason);
        if (keep != 0.0 && !isnan(keep))
            (*cells)[(*count)++] = cell;
    }
    expression_free(e);
    if (status == SWEEP_INPUT)
        diagnostics_add(log, NULL, 0, 0, "'where': %s", reason);
    if (status == SWEEP_OK && where && *count == 0) {
        diagnostics_add(log, NULL, 0, 0, "'where' keeps none of the %zu cells",
                        g->cell_count);
        status = SWEEP_INPUT;
    }
    return status;
}

/* Cells with the same coordinates make a row. */
static int group_cells(struct selection *selected, const struct aggregate *a,
                       const struct grid *g)
{
    struct rng_key *key = memory_array(selected->count, sizeof *key);
    if (!key)
        return SWEEP_NO_MEMORY;
    for (size_t k = 0; k < selected->count; k++) {
        struct setting s;
        grid_cell(g, selected->cell[k], &s);
        key[k] = rng_key_start();
        for (size_t i = 0; i < a->parameter_count; i++)
            key[k] = rng_key_real(key[k], s.value[a->parameters[i]]);
    }
    int status = partition_build(&selected->groups, key, selected->count);
    memory_free(key);
    return status;
}

/* Values on their way from trials to rows. */
struct collection {
    struct aggregate *a;
    const struct grid *grid;
    const size_t *need; /* (cells) replicates */
    size_t total;       /* of all selected cells */
    size_t *row_of;     /* (cells) SIZE_MAX: not selected */
    size_t *offset;     /* (rows) first place of a row in `values` */
    size_t *success;    /* (rows, kinds) trials that meet the rule */
    double *values;     /* (columns, total) defined values, row after row */
    double *scratch;    /* (largest row) a statistic may reorder it */
};

const char *const success_names[SUCCESS_KINDS] = {
    [SUCCESS_ANY] = "success",
    [SUCCESS_SCALED] = "scaled_success",
    [SUCCESS_RESTORED] = "restored_success",
    [SUCCESS_EXACT] = "exact_success",
};

/* Where the eps, delta and tau of a certificate are; COLUMN_COUNT: 0. */
static const enum column certificates[SUCCESS_KINDS][3] = {
    [SUCCESS_SCALED] = {C_SCALED_EPS, C_SCALED_DELTA, COLUMN_COUNT},
    [SUCCESS_RESTORED] = {C_RESTORED_EPS, C_RESTORED_DELTA, C_RESTORED_TAU},
    [SUCCESS_EXACT] = {C_EXACT_EPS, C_EXACT_DELTA, C_EXACT_TAU},
};

/* Whether a certificate is defined and holds every threshold given. */
static bool certified(const struct record *r, const struct success *rule,
                      enum success_kind kind)
{
    const double thresholds[] = {rule->eps, rule->delta, rule->tau};
    for (size_t i = 0; i < 3; i++) {
        enum column c = certificates[kind][i];
        double value = c == COLUMN_COUNT ? 0.0 : r->value[c];
        if (isnan(value) || value > thresholds[i])
            return false;
    }
    return true;
}

static void count_success(const struct record *r, const struct success *rule,
                          size_t *success)
{
    bool any = false;
    for (enum success_kind kind = SUCCESS_SCALED; kind < SUCCESS_KINDS; kind++) {
        bool met = certified(r, rule, kind);
        success[kind] += met;
        any = any || met;
    }
    success[SUCCESS_ANY] += any;
}

static int collect(void *context, size_t cell, uint64_t replicate,
                   const struct record *r)
{
    struct collection *c = context;
    size_t index = c->row_of[cell];

    if (index == SIZE_MAX || replicate >= c->need[cell])
        return SWEEP_OK;
    struct aggregate_row *row = &c->a->row[index];
    row->trials++;
    if (r->status != TRIAL_OK) {
        row->failed++;
        return SWEEP_OK;
    }
    for (size_t k = 0; k < c->a->column_count; k++) {
        double value = r->value[c->a->columns[k]];
        if (!isnan(value))
            c->values[k * c->total + c->offset[index] + row->n[k]++] = value;
    }
    count_success(r, &c->grid->success, c->success + index * SUCCESS_KINDS);
    return SWEEP_OK;
}

static void collection_release(struct collection *c)
{
    memory_free(c->row_of);
    memory_free(c->offset);
    memory_free(c->success);
    memory_free(c->values);
    memory_free(c->scratch);
}

static int collection_init(struct collection *c, struct aggregate *a,
                           const struct until *u, const struct selection *selected)
{
    const struct partition *groups = &selected->groups;
    const struct grid *g = u->grid;
    size_t rows = groups->count, columns = a->column_count, largest = 0;
    size_t *n = memory_array(rows, columns * sizeof *n);
    double *statistic =
        memory_array(rows, columns * a->statistic_count * sizeof *statistic);

    *c = (struct collection){.a = a, .grid = g, .need = u->need};
    for (size_t i = 0; i < selected->count; i++)
        c->total += u->need[selected->cell[i]];
    c->row_of = memory_array(g->cell_count, sizeof *c->row_of);
    c->offset = memory_array(rows, sizeof *c->offset);
    c->success = memory_array(rows, SUCCESS_KINDS * sizeof *c->success);
    c->values = memory_array(c->total, columns * sizeof *c->values);
    a->row = memory_array(rows, sizeof *a->row);
    if (rows == 0 || !a->row) { /* nobody would own them */
        memory_free(n);
        memory_free(statistic);
        return a->row ? SWEEP_OK : SWEEP_NO_MEMORY;
    }
    a->row_count = rows;
    for (size_t i = 0; i < rows; i++) {
        struct aggregate_row *row = &a->row[i];
        for (size_t k = groups->start[i]; k < groups->start[i + 1]; k++)
            row->expected += u->need[selected->cell[groups->member[k]]];
        row->cell = selected->cell[groups->member[groups->start[i]]];
        row->n = n ? n + i * columns : NULL;
        row->statistic =
            statistic ? statistic + i * columns * a->statistic_count : NULL;
        largest = row->expected > largest ? row->expected : largest;
    }
    c->scratch = memory_array(largest, sizeof *c->scratch);
    if (!n || !statistic || !c->row_of || !c->offset || !c->success || !c->values ||
        !c->scratch)
        return SWEEP_NO_MEMORY;
    for (size_t cell = 0; cell < g->cell_count; cell++)
        c->row_of[cell] = SIZE_MAX;
    for (size_t i = 0; i < rows; i++) {
        c->offset[i] = i > 0 ? c->offset[i - 1] + a->row[i - 1].expected : 0;
        for (size_t k = groups->start[i]; k < groups->start[i + 1]; k++)
            c->row_of[selected->cell[groups->member[k]]] = i;
    }
    return SWEEP_OK;
}

static void finish_row(struct collection *c, size_t index)
{
    const struct aggregate *a = c->a;
    struct aggregate_row *row = &a->row[index];
    size_t successful = row->trials - row->failed;

    for (size_t k = 0; k < a->column_count; k++) {
        const double *values = c->values + k * c->total + c->offset[index];
        if (successful - row->n[k] > row->undefined)
            row->undefined = successful - row->n[k];
        for (size_t s = 0; s < a->statistic_count; s++) {
            const struct statistic *which = &a->statistics[s];
            memcpy(c->scratch, values, row->n[k] * sizeof *values);
            row->statistic[k * a->statistic_count + s] =
                which->kind == STATISTIC_N_FAILED
                    ? (double)row->failed
                    : statistic_compute(which, c->scratch, row->n[k]);
        }
    }
    for (enum success_kind kind = 0; kind < SUCCESS_KINDS; kind++) {
        struct success_rate *rate = &row->success[kind];
        size_t met = c->success[index * SUCCESS_KINDS + kind];
        bool defined = a->has_success && successful > 0;
        *rate = (struct success_rate){NAN, NAN, NAN};
        if (!defined)
            continue;
        rate->rate = (double)met / (double)successful;
        wilson_interval(met, successful, Z95, &rate->low, &rate->high);
    }
}

int aggregate_build(struct aggregate *a, struct store *s, const struct grid *g,
                    const struct table_request *request, struct diagnostics *log)
{
    struct selection selected = {0};
    struct collection c = {0};
    struct until u = {0};
    int status = aggregate_resolve(a, g, request, log);
    if (status != SWEEP_OK)
        return status;
    status = aggregate_cells(g, request->where, &selected.cell, &selected.count, log);
    if (status == SWEEP_OK)
        status = group_cells(&selected, a, g);
    if (status == SWEEP_NO_MEMORY)
        status = no_memory(log);
    if (status == SWEEP_OK)
        status = until_load(&u, s, g, log);
    if (status == SWEEP_OK && collection_init(&c, a, &u, &selected) != SWEEP_OK)
        status = no_memory(log);
    if (status == SWEEP_OK)
        status = store_each(s, g, collect, &c, log);
    for (size_t i = 0; status == SWEEP_OK && i < a->row_count; i++)
        finish_row(&c, i);
    collection_release(&c);
    until_release(&u);
    selection_release(&selected);
    if (status != SWEEP_OK)
        aggregate_release(a);
    return status;
}

void aggregate_release(struct aggregate *a)
{
    if (a->row_count > 0) { /* each is one block for all rows */
        memory_free(a->row[0].n);
        memory_free(a->row[0].statistic);
    }
    memory_free(a->row);
    memory_free(a->parameters);
    memory_free(a->columns);
    memory_free(a->statistics);
    *a = (struct aggregate){0};
}
