#include "aggregate_parts.h"

#include "sweep/memory.h"

/* What can be compared between trials and has a mean: none of these exceeds 2, while
 * eps and delta themselves grow without bound as the smallest margin nears 0. The last
 * one needs a retrained model. */
static const enum column core_columns[] = {
    C_SCALED_RELATIVE_EPS,
    C_RESTORED_RELATIVE_EPS,
    C_RESTORED_RELATIVE_DELTA,
    C_RESTORED_TAU,
    C_EXACT_TAU,
    C_RETRAIN_TAU,
};
static const char *const core_statistics[] = {"mean", "sem"};

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
        return diagnostics_no_memory(log, "the table");
    for (size_t i = 0; i < request->row_count; i++)
        a->parameters[a->parameter_count++] = request->rows[i];
    for (size_t i = 0; request->row_count == 0 && i < g->axis_count; i++)
        for (size_t k = 0; k < g->axes[i].width; k++)
            a->parameters[a->parameter_count++] = g->axes[i].parameter[k];
    return SWEEP_OK;
}

static size_t core_count(const struct grid *g)
{
    bool retrains = g->fixed.value[P_RETRAIN] != 0;
    for (size_t i = 0; i < g->axis_count; i++)
        for (size_t k = 0; k < g->axes[i].width; k++)
            retrains |= g->axes[i].parameter[k] == P_RETRAIN;
    return sizeof core_columns / sizeof core_columns[0] - !retrains;
}

const enum column *aggregate_columns(const struct grid *g, size_t *count)
{
    bool own = g->table.column_count > 0;
    *count = own ? g->table.column_count : core_count(g);
    return own ? g->table.columns : core_columns;
}

static int resolve_columns(struct aggregate *a, const struct grid *g,
                           const struct table_request *request, struct diagnostics *log)
{
    size_t count = request->column_count;
    const enum column *columns =
        count > 0 ? request->columns : aggregate_columns(g, &count);
    int status = SWEEP_OK;
    a->columns = memory_array(count, sizeof *a->columns);
    a->audits = memory_array(count + g->limit_count, sizeof *a->audits);
    if (!a->columns || !a->audits)
        return diagnostics_no_memory(log, "the table");
    for (size_t i = 0; i < count; i++) {
        const struct column_info *info = results_info(&g->results, columns[i]);
        if (info->type == COLUMN_AUDIT)
            a->audits[a->audit_count++] = columns[i];
        else
            a->columns[a->column_count++] = columns[i];
        if (info->type != COLUMN_WORD && info->in_table)
            continue;
        diagnostics_add(log, NULL, 0, 0, "'%s' cannot be in a table: %s", info->name,
                        info->type == COLUMN_WORD
                            ? "it is a word and has no statistics"
                            : "it differs between equal runs and is in sweep.db only");
        status = SWEEP_INPUT;
    }
    a->audit_total = a->audit_count;
    for (size_t k = 0; k < g->limit_count; k++)
        a->audits[a->audit_total++] = g->limits[k].audit;
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
        return diagnostics_no_memory(log, "the table");
    a->statistic_count = count;
    for (size_t i = 0; i < count; i++) {
        const char *text =
            request->statistic_count ? request->statistics[i] : core_statistics[i];
        if (statistic_parse(text, &a->statistics[i]) == 0)
            continue;
        status = names_unknown(&all_statistics, text, log);
    }
    return status;
}

int aggregate_resolve(struct aggregate *a, const struct grid *g,
                      const struct table_request *request, struct diagnostics *log)
{
    *a = (struct aggregate){.model = MODEL_VERSION};
    a->has_success = grid_has_success(g);
    int status = resolve_parameters(a, g, request, log);
    if (status == SWEEP_OK)
        status = resolve_columns(a, g, request, log);
    if (status == SWEEP_OK || status == SWEEP_INPUT) {
        int later = resolve_statistics(a, request, log);
        status = later == SWEEP_OK ? status : later;
    }
    if (status != SWEEP_OK)
        aggregate_release(a);
    return status;
}
