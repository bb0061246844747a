#include "outlook.h"

#include "folder.h"
#include "plan_folder.h"
#include "run_work.h"
#include "sweep/grid_yaml.h"
#include "sweep/memory.h"
#include <math.h>
#include <stdlib.h>

static const double PILOT_SECONDS = 5;

/* What is needed on the way only. */
struct draft {
    struct outlook *o;
    struct diagnostics *log;
    struct run_work work;
    size_t *left;           /* (groups) units to run */
    size_t *order, ordered; /* groups with units to run, longest first */
};

static int out_of_memory(struct diagnostics *log)
{
    diagnostics_add(log, NULL, 0, 0, "out of memory");
    return SWEEP_NO_MEMORY;
}

static int read_grid(struct outlook *o, const char *file, const char *output,
                     struct diagnostics *log)
{
    char *whole = NULL;
    int status = grid_read_file(&o->grid, file, log);
    if (status == SWEEP_OK)
        status = grid_check_selection(&o->grid, log);
    if (status == SWEEP_OK)
        status = folder_named(&whole, output, &o->grid, log);
    if (status == SWEEP_OK)
        status = folder_shard(&o->folder, whole, o->shard, o->shards, log);
    free(whole);
    return status;
}

/* All that the shard is dealt, before the folder is read. */
static void count_dealt(struct draft *d)
{
    struct outlook *o = d->o;
    const struct plan *p = &o->plan;

    o->trials = d->work.trials;
    o->units = plan_missing(p, d->work.done, d->left).units;
    for (size_t k = 0; k < p->group_count; k++)
        o->retrainings += d->left[k] * p->retrainings[k];
}

static int prepare(struct draft *d)
{
    const struct grid *g = &d->o->grid;
    struct plan *p = &d->o->plan;
    if (g->cell_count > memory_physical() / g->replicates) { /* a byte a trial */
        diagnostics_add(d->log, NULL, 0, 0,
                        "out of memory for %zu cells times %zu replicates; ask for "
                        "fewer of them",
                        g->cell_count, g->replicates);
        return SWEEP_NO_MEMORY;
    }
    if (plan_build(p, g) != SWEEP_OK)
        return out_of_memory(d->log);
    d->left = memory_array(p->group_count, sizeof *d->left);
    d->order = memory_array(p->group_count, sizeof *d->order);
    if (!d->left || !d->order || plan_order(p, d->order) != SWEEP_OK ||
        run_work_init(&d->work, g, p, d->o->shard, d->o->shards) != SWEEP_OK)
        return out_of_memory(d->log);
    count_dealt(d);
    return SWEEP_OK;
}

/* What is missing: with a rule cells that are settled have all they are to have, and
 * the others may go on to the end. */
static void find_missing(struct draft *d)
{
    struct outlook *o = d->o;
    struct run_work *w = &d->work;
    const struct grid *g = &o->grid;

    if (g->until.least > 0) {
        until_look(&w->until);
        until_skip(&w->until, w->done, w->done);
        o->least.rest = plan_missing(&o->plan, w->done, NULL);
        o->tally = until_tally(&w->until, w->own);
        for (size_t i = 0; i < g->cell_count * g->replicates; i++) {
            size_t cell = i / g->replicates, k = i % g->replicates;
            if (w->own[cell] && w->until.state[cell] == UNTIL_OPEN)
                w->done[i] = until_has(&w->until, cell, k);
        }
    }
    o->missing.rest = plan_missing(&o->plan, w->done, d->left);
    o->trials_done =
        g->until.least > 0 ? o->tally.done : o->trials - o->missing.rest.trials;
    for (size_t k = 0; k < o->plan.group_count; k++)
        if (d->left[d->order[k]] > 0)
            d->order[d->ordered++] = d->order[k];
}

bool outlook_fits(const struct outlook *o)
{
    return o->memory.total <= memory_physical();
}

/* Threads share the work evenly but for the longest unit, which no two share. */
static void estimate_work(struct outlook_work *w, size_t threads, double scale)
{
    w->core_seconds = scale * w->rest.cost;
    w->wall_seconds = fmax(w->core_seconds / (double)threads, scale * w->rest.longest);
}

static int estimate(struct draft *d, bool pilot)
{
    struct outlook *o = d->o;
    double scale = 1;
    o->memory = runner_memory(&o->grid, &o->plan, o->threads);
    if (pilot && d->ordered > 0 && outlook_fits(o)) {
        if (pilot_run(&o->pilot, &o->grid, &o->plan, d->order, d->ordered,
                      o->missing.rest.units, PILOT_SECONDS) != SWEEP_OK)
            return out_of_memory(d->log);
        scale = o->pilot.ratio;
    }
    estimate_work(&o->missing, o->threads, scale);
    estimate_work(&o->least, o->threads, scale);
    return SWEEP_OK;
}

int outlook_init(struct outlook *o, const char *file, const char *output,
                 const struct run_options *options, bool pilot, struct diagnostics *log)
{
    struct draft d = {.o = o, .log = log};
    *o = (struct outlook){.threads = options->threads,
                          .shard = options->shard,
                          .shards = options->shards};
    int status = read_grid(o, file, output, log);
    if (status == SWEEP_OK)
        status = prepare(&d);
    if (status == SWEEP_OK)
        status = plan_folder_read(o->folder, &o->grid, d.work.done, &d.work.until,
                                  &o->exists, log);
    if (status == SWEEP_OK) {
        o->shards_there = !o->exists && folder_has_shards(o->folder);
        find_missing(&d);
        status = estimate(&d, pilot);
    }
    run_work_release(&d.work);
    memory_free(d.left);
    memory_free(d.order);
    return status;
}

void outlook_release(struct outlook *o)
{
    free(o->folder);
    plan_release(&o->plan);
    grid_release(&o->grid);
}
