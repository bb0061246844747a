/* The trials of a table one by one. */
#include "aggregate_parts.h"

#include "sweep/ledger.h"
#include "sweep/memory.h"

struct tour {
    const struct grid *grid;
    const uint32_t *need; /* (cells) replicates */
    unsigned char *taken; /* (cells) */
    struct judge judge;
    aggregate_visit *visit;
    void *context;
};

static int visit_trial(void *context, size_t cell, uint64_t replicate,
                       const struct record *r)
{
    struct tour *t = context;
    if (!t->taken[cell] || replicate >= t->need[cell] ||
        !judge_trial(&t->judge, cell, r))
        return SWEEP_OK;
    return t->visit(t->context, cell, replicate, r, t->judge.own);
}

static int take_cells(struct tour *t, const char *where, struct diagnostics *log)
{
    size_t *cell, count;
    int status = aggregate_cells(t->grid, where, &cell, &count, log);
    t->taken = memory_array(t->grid->cell_count, 1);
    if (status == SWEEP_OK && !t->taken)
        status = SWEEP_NO_MEMORY;
    for (size_t i = 0; i < t->grid->cell_count && status == SWEEP_OK; i++)
        t->taken[i] = 0;
    for (size_t k = 0; k < count && status == SWEEP_OK; k++)
        t->taken[cell[k]] = 1;
    memory_free(cell);
    return status;
}

int aggregate_each(struct store *s, const struct grid *g, const char *where,
                   aggregate_visit *visit, void *context, struct diagnostics *log)
{
    static const struct aggregate none = {0};
    struct tour t = {.grid = g, .visit = visit, .context = context};
    struct ledger l = {0};
    int status = take_cells(&t, where, log);
    if (status == SWEEP_OK)
        status = judge_init(&t.judge, &none, g, where);
    t.judge.own_count = g->results.count; /* each visit gets them all */
    if (status == SWEEP_NO_MEMORY)
        status = diagnostics_no_memory(log, "the table");
    if (status == SWEEP_OK)
        status = ledger_open_needs(&l, s, g, log);
    t.need = l.need;
    if (status == SWEEP_OK)
        status = store_each(s, g, visit_trial, &t, log);
    ledger_release(&l);
    judge_release(&t.judge);
    memory_free(t.taken);
    return status;
}
