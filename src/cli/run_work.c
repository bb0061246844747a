#include "run_work.h"

#include "sweep/memory.h"

int run_work_init(struct run_work *w, const struct grid *g, const struct plan *p,
                  size_t shard, size_t shards)
{
    size_t cells = g->cell_count, most = g->replicates;
    *w = (struct run_work){.grid = g, .trials = cells * most};
    w->done = memory_array(cells, most * sizeof *w->done);
    w->own = memory_array(cells, sizeof *w->own);
    if (!w->done || !w->own || until_init(&w->until, g) != SWEEP_OK)
        return SWEEP_NO_MEMORY;
    if (shards > 0 && plan_deal(p, g, shard, shards, w->done, &w->trials) != SWEEP_OK)
        return SWEEP_NO_MEMORY;
    for (size_t i = 0; i < cells * most; i++) {
        w->done[i] = shards > 0 && !w->done[i];
        w->own[i / most] |= !w->done[i];
    }
    return SWEEP_OK;
}

/* With a rule the trials themselves are needed. */
static int read_trials(struct run_work *w, struct store *s, enum store_which which,
                       struct diagnostics *log)
{
    size_t most = w->grid->replicates;
    int status = until_read(&w->until, s, which, log);
    if (status == SWEEP_OK)
        status = until_read_elsewhere(&w->until, s, which, log);
    for (size_t i = 0; i < w->grid->cell_count * most; i++)
        w->done[i] |= until_has(&w->until, i / most, i % most);
    return status;
}

int run_work_read(struct run_work *w, struct store *s, enum store_which which,
                  struct diagnostics *log)
{
    if (w->grid->until.least > 0)
        return read_trials(w, s, which, log);
    int status = store_done(s, w->grid, which, w->done, log);
    if (status == SWEEP_OK)
        status = store_done_elsewhere(s, w->grid, which, w->done, log);
    return status;
}

int run_work_missing(struct run_work *w, const struct plan *p, struct plan_rest *rest)
{
    const struct grid *g = w->grid;
    if (g->until.least == 0) {
        *rest = plan_missing(p, w->done, NULL);
        return SWEEP_OK;
    }
    bool *skip = memory_array(g->cell_count, g->replicates * sizeof *skip);
    if (!skip)
        return SWEEP_NO_MEMORY;
    until_look(&w->until);
    until_skip(&w->until, w->done, skip);
    *rest = plan_missing(p, skip, NULL);
    memory_free(skip);
    run_work_count(w);
    return SWEEP_OK;
}

void run_work_count(struct run_work *w)
{
    if (w->grid->until.least == 0)
        return;
    w->tally = until_tally(&w->until, w->own);
    w->trials = w->tally.trials;
}

const char *run_work_bound(const struct run_work *w)
{
    return w->tally.by_state[UNTIL_OPEN] > 0 ? "at least " : "";
}

void run_work_release(struct run_work *w)
{
    memory_free(w->done);
    memory_free(w->own);
    until_release(&w->until);
}
