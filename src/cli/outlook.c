#include "outlook.h"

#include "folder.h"
#include "plan_folder.h"
#include "sweep/grid_yaml.h"
#include "sweep/memory.h"
#include <math.h>
#include <stdlib.h>

static const double PILOT_SECONDS = 5;

/* What is needed on the way only. */
struct draft {
    struct outlook *o;
    struct diagnostics *log;
    bool *done;             /* (cells, replicates) or not of this shard */
    bool *mine;             /* (cells, replicates) of this shard */
    bool *own;              /* (cells) some of it */
    size_t *left;           /* (groups) units to run */
    size_t *order, ordered; /* groups with units to run, longest first */
    double *cost;           /* (groups) */
    struct until until;
};

static int out_of_memory(struct diagnostics *log)
{
    diagnostics_add(log, NULL, 0, 0, "out of memory");
    return SWEEP_NO_MEMORY;
}

static int read_grid(struct outlook *o, const char *file, const char *output,
                     struct diagnostics *log)
{
    struct grid *g = &o->grid;
    char *whole;
    int status = grid_read_file(g, file, log);
    if (status != SWEEP_OK)
        return status;
    if (g->cell_count == 0) {
        diagnostics_add(log, file, g->where_line, g->where_column,
                        "the selection is empty: 'where' keeps none of the %zu cells",
                        g->product_count);
        return SWEEP_INPUT;
    }
    status = folder_named(&whole, output, g, log);
    if (status != SWEEP_OK || o->shards == 0) {
        o->folder = whole;
        return status;
    }
    int named = asprintf(&o->folder, "%s/shard-%zu-of-%zu", whole, o->shard, o->shards);
    free(whole);
    if (named >= 0)
        return SWEEP_OK;
    o->folder = NULL;
    return out_of_memory(log);
}

/* What the shard is dealt: its trials, trainings and trainings again. */
static int deal(struct draft *d)
{
    struct outlook *o = d->o;
    const struct grid *g = &o->grid;
    const struct plan *p = &o->plan;
    size_t replicates = g->replicates;

    o->trials = g->cell_count * replicates;
    for (size_t i = 0; i < o->trials; i++)
        d->mine[i] = o->shards == 0;
    if (o->shards > 0 &&
        plan_deal(p, g, o->shard, o->shards, d->mine, &o->trials) != SWEEP_OK)
        return SWEEP_NO_MEMORY;
    for (size_t i = 0; i < g->cell_count * replicates; i++)
        d->own[i / replicates] |= d->mine[i];
    for (size_t k = 0; k < p->group_count; k++)
        for (size_t r = 0; r < replicates; r++) {
            bool mine = d->mine[p->cell[p->start[k]] * replicates + r];
            o->units += mine;
            o->retrainings += mine ? p->retrainings[k] : 0;
        }
    return SWEEP_OK;
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
    d->done = memory_array(g->cell_count, g->replicates * sizeof *d->done);
    d->mine = memory_array(g->cell_count, g->replicates * sizeof *d->mine);
    d->own = memory_array(g->cell_count, sizeof *d->own);
    d->left = memory_array(p->group_count, sizeof *d->left);
    d->order = memory_array(p->group_count, sizeof *d->order);
    d->cost = memory_array(p->group_count, sizeof *d->cost);
    if (!d->done || !d->mine || !d->own || !d->left || !d->order || !d->cost ||
        until_init(&d->until, g) != SWEEP_OK ||
        plan_order(p, g, d->order, d->cost) != SWEEP_OK || deal(d) != SWEEP_OK)
        return out_of_memory(d->log);
    return SWEEP_OK;
}

/* What is missing: with a rule cells that are settled have all they are to have, and
 * the others may go on to the end. */
static void find_missing(struct draft *d)
{
    struct outlook *o = d->o;
    const struct grid *g = &o->grid;
    size_t all = g->cell_count * g->replicates;

    for (size_t i = 0; i < all; i++)
        d->done[i] |= !d->mine[i];
    if (g->until.least > 0) {
        until_look(&d->until);
        until_skip(&d->until, d->done, d->done);
        o->least.rest = plan_missing(&o->plan, d->done, NULL);
        o->tally = until_tally(&d->until, d->own);
        for (size_t i = 0; i < all; i++) {
            size_t cell = i / g->replicates, k = i % g->replicates;
            if (d->own[cell] && d->until.state[cell] == UNTIL_OPEN)
                d->done[i] = until_has(&d->until, cell, k);
        }
    }
    o->missing.rest = plan_missing(&o->plan, d->done, d->left);
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
        status =
            plan_folder_read(o->folder, &o->grid, d.done, &d.until, &o->exists, log);
    if (status == SWEEP_OK) {
        o->shards_there = !o->exists && folder_has_shards(o->folder);
        find_missing(&d);
        status = estimate(&d, pilot);
    }
    memory_free(d.done);
    memory_free(d.mine);
    memory_free(d.own);
    memory_free(d.left);
    memory_free(d.order);
    memory_free(d.cost);
    until_release(&d.until);
    return status;
}

void outlook_release(struct outlook *o)
{
    free(o->folder);
    plan_release(&o->plan);
    grid_release(&o->grid);
}
