#include "sweep/memory.h"
#include "sweep/runner.h"
#include "sweep/trial.h"

/* What the program holds whatever the grid: libraries, the cache of the database. */
static const size_t PROGRAM = 24u << 20;

/* Of a cell: its place in the product, in the plan, in the ledger and in the table at
 * the end; of a trial: what the ledger holds, with `until` its value too. */
enum { CELL_BYTES = 96, TRIAL_BYTES = 1, UNTIL_BYTES = 17 };

/* Of a thread that helps another to train (team.h): what it has anyway, and for each
 * training point its own table of sums of a step. */
enum { HELPER_BYTES = 1 << 18, HELPER_POINT_BYTES = 4096 };

/* Of all helpers, where there are more threads than units. */
static size_t helper_bytes(const struct grid *g, const struct plan *p, size_t helpers)
{
    double most = 0;
    for (size_t k = 0; helpers > 0 && k < p->group_count; k++) {
        struct setting s;
        grid_cell(g, p->cell[p->start[k]], &s);
        if (s.value[P_SAMPLES] > most)
            most = s.value[P_SAMPLES];
    }
    return helpers * (HELPER_BYTES + HELPER_POINT_BYTES * (size_t)most);
}

struct runner_memory runner_memory(const struct grid *g, const struct plan *p,
                                   size_t threads)
{
    struct runner_memory need = {.thread = trial_workspace_bytes(g)};
    size_t units = p->group_count * p->replicates, workers;
    size_t data = grid_data_bytes(&g->data);
    size_t trial = until_has_rule(g) ? UNTIL_BYTES : TRIAL_BYTES;
    size_t reading = PROGRAM + grid_data_peak(&g->data); /* before any thread starts */
    size_t helpers = threads > units ? threads - units : 0;

    if (__builtin_mul_overflow(need.thread, threads - helpers, &workers) ||
        __builtin_add_overflow(workers,
                               PROGRAM + data + helper_bytes(g, p, helpers) +
                                   g->cell_count * (CELL_BYTES + trial * g->replicates),
                               &need.total))
        need.total = SIZE_MAX;
    if (need.total < reading)
        need.total = reading;
    return need;
}

static bool any_ambient(const struct grid *g)
{
    struct setting s;
    for (size_t cell = 0; cell < g->cell_count; cell++) {
        grid_cell(g, cell, &s);
        if (s.value[P_SAMPLER] == SAMPLER_AMBIENT)
            return true;
    }
    return false;
}

int runner_check_memory(const struct grid *g, const struct plan *p, size_t threads,
                        struct diagnostics *log)
{
    struct runner_memory need = runner_memory(g, p, threads);
    size_t have = memory_physical();

    if (need.total <= have)
        return SWEEP_OK;
    diagnostics_add(
        log, NULL, 0, 0,
        "%.3g GB of memory needed, %.3g GB in each of %zu threads, and "
        "this machine has %.3g GB; use fewer threads (-j), a smaller grid%s",
        (double)need.total / 1e9, (double)need.thread / 1e9, threads,
        (double)have / 1e9,
        any_ambient(g) ? " or sampler bartlett" : " or fewer samples");
    return SWEEP_NO_MEMORY;
}
