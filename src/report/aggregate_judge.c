/* What expressions say of cells and of single trials. */
#include "aggregate_parts.h"

#include "sweep/memory.h"
#include <math.h>

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
        status = results_compile(&g->results, where, &e, reason, sizeof reason);
    /* What results of trials decide: judge_trial looks at each. */
    bool open = e && results_mentioned(&g->results, e);
    bool all = open && expression_tests_undefined(e);
    for (size_t cell = 0; cell < g->cell_count && status == SWEEP_OK; cell++) {
        struct setting setting;
        double keep = 1.0;
        grid_cell(g, cell, &setting);
        if (where && !all)
            status =
                expression_evaluate(e, &setting, (const char *const *)g->texts.text,
                                    &keep, reason, sizeof reason);
        if (isnan(keep) ? open : keep != 0.0)
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

int judge_init(struct judge *j, const struct aggregate *a, const struct grid *g,
               const char *where)
{
    char reason[256];
    int status = SWEEP_OK;

    *j = (struct judge){.grid = g, .at = SIZE_MAX, .holds = true};
    j->trial = (struct trial_of){.setting = &j->setting,
                                 .texts = (const char *const *)g->texts.text};
    if (where) /* aggregate_cells has compiled it before */
        status = results_compile(&g->results, where, &j->where, reason, sizeof reason);
    if (j->where && !results_mentioned(&g->results, j->where)) {
        expression_free(j->where);
        j->where = NULL;
    }
    bool own = j->where || g->condition || a->audit_total > 0;
    for (size_t k = 0; k < a->column_count; k++)
        own |= a->columns[k] >= COLUMN_OWN;
    j->own_count = own ? g->results.count : 0;
    return status;
}

/* An expression may mention any. */
void judge_columns(const struct judge *j, const struct aggregate *a, bool *wanted)
{
    bool any = j->own_count > 0 || j->where || j->grid->condition;
    for (enum column c = 0; c < COLUMN_COUNT; c++)
        wanted[c] = any;
    for (size_t k = 0; k < a->column_count; k++)
        if (a->columns[k] < COLUMN_COUNT)
            wanted[a->columns[k]] = true;
    if (a->has_success)
        success_columns(j->grid->success, wanted);
}

bool judge_trial(struct judge *j, size_t cell, const struct record *r)
{
    const struct results *results = &j->grid->results;

    j->trial.record = r;
    if (j->own_count == 0 && !j->where && !j->grid->condition)
        return true;
    if (j->at != cell)
        grid_cell(j->grid, j->at = cell, &j->setting);
    results_compute(results, j->own_count, &j->trial, j->own);
    if (j->grid->condition)
        j->holds = results_evaluate(results, j->grid->condition, &j->trial, j->own) > 0;
    if (!j->where)
        return true;
    double keep = results_evaluate(results, j->where, &j->trial, j->own);
    return isnan(keep) ? r->status != TRIAL_OK : keep != 0;
}

double judge_value(const struct judge *j, enum column c)
{
    return c < COLUMN_COUNT ? j->trial.record->value[c] : j->own[c - COLUMN_OWN];
}

void judge_pair(const struct judge *j, enum column c, double pair[2])
{
    results_pair(&j->grid->results, c, &j->trial, j->own, pair);
}

void judge_release(struct judge *j)
{
    expression_free(j->where);
}
