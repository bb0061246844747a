#include "sweep/outlook.h"

#include "sweep/folder.h"
#include "sweep/memory.h"
#include <math.h>
#include <stdlib.h>

static const double PILOT_SECONDS = 5;

/* What is needed on the way only. */
struct draft {
    struct outlook *o;
    struct diagnostics *log;
    struct ledger ledger;
    size_t *units;          /* (groups) of each */
    size_t *order, ordered; /* groups with units to run, longest first */
};

static int name_folder(struct outlook *o, const char *output, struct diagnostics *log)
{
    char *whole = NULL;
    int status = grid_check_selection(&o->grid, log);
    if (status == SWEEP_OK)
        status = folder_named(&whole, output, &o->grid, log);
    if (status == SWEEP_OK)
        status = folder_shard(&o->folder, whole, o->shard, o->shards, log);
    free(whole);
    return status;
}

/* All that the shard is dealt, whatever is done. */
static void count_dealt(struct draft *d)
{
    struct outlook *o = d->o;
    struct ledger_rest dealt = ledger_rest(&d->ledger, LEDGER_DEALT, d->units);

    o->trials = dealt.trials;
    o->units = dealt.units;
    for (size_t k = 0; k < o->plan.group_count; k++)
        o->retrainings += d->units[k] * o->plan.retrainings[k];
}

static int open_ledger(struct draft *d)
{
    struct outlook *o = d->o;
    if (plan_build(&o->plan, &o->grid) != SWEEP_OK)
        return diagnostics_no_memory(d->log, NULL);
    d->units = memory_array(o->plan.group_count, sizeof *d->units);
    d->order = memory_array(o->plan.group_count, sizeof *d->order);
    if (!d->units || !d->order)
        return diagnostics_no_memory(d->log, NULL);
    int status =
        ledger_open(&d->ledger, &o->grid, &o->plan, o->shard, o->shards, d->log);
    if (status == SWEEP_OK)
        count_dealt(d);
    return status;
}

/* The folder is read by its own grid, which need not be this one. */
static int read_results(struct draft *d)
{
    struct outlook *o = d->o;
    struct grid older = {0};
    struct store *store = NULL;
    o->exists = folder_has_results(o->folder);
    if (!o->exists) {
        o->shards_there = folder_has_shards(o->folder);
        return SWEEP_OK;
    }
    int status = folder_grid_of_results(&older, o->folder, d->log);
    if (status == SWEEP_OK)
        status = store_open_readonly(&store, o->folder, d->log);
    if (status == SWEEP_OK)
        status = ledger_read_older(&d->ledger, store, &older, d->log);
    store_close(store, d->log);
    grid_release(&older);
    return status;
}

/* Cells that are settled have all they are to have; the others may go on to the end. */
static void find_missing(struct draft *d)
{
    struct outlook *o = d->o;

    ledger_look(&d->ledger);
    o->tally = ledger_tally(&d->ledger);
    o->least.rest = ledger_rest(&d->ledger, LEDGER_DUE, NULL);
    o->missing.rest = ledger_rest(&d->ledger, LEDGER_MOST, d->units);
    for (size_t k = 0; k < o->plan.group_count; k++)
        if (d->units[d->ledger.order[k]] > 0)
            d->order[d->ordered++] = d->ledger.order[k];
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

static int run_pilot(struct draft *d, const struct outlook_request *r)
{
    struct outlook *o = d->o;
    double least = pilot_least(&o->plan, d->order, d->ordered);
    if (least > PILOT_SECONDS && r->on_long_pilot)
        r->on_long_pilot(r->context, least);
    return pilot_run(&o->pilot, &o->grid, &o->plan, d->order, d->ordered,
                     o->missing.rest.units, PILOT_SECONDS);
}

static int estimate(struct draft *d, const struct outlook_request *r)
{
    struct outlook *o = d->o;
    double scale = 1;
    o->memory = runner_memory(&o->grid, &o->plan, o->threads);
    if (r->pilot && d->ordered > 0 && outlook_fits(o)) {
        if (run_pilot(d, r) != SWEEP_OK)
            return diagnostics_no_memory(d->log, NULL);
        scale = o->pilot.ratio;
    }
    estimate_work(&o->missing, o->threads, scale);
    estimate_work(&o->least, o->threads, scale);
    return SWEEP_OK;
}

int outlook_init(struct outlook *o, const struct outlook_request *request,
                 struct diagnostics *log)
{
    struct draft d = {.o = o, .log = log};
    *o = (struct outlook){.grid = request->grid,
                          .threads = request->threads,
                          .shard = request->shard,
                          .shards = request->shards};
    int status = name_folder(o, request->output, log);
    if (status == SWEEP_OK)
        status = open_ledger(&d);
    if (status == SWEEP_OK)
        status = read_results(&d);
    if (status == SWEEP_OK) {
        find_missing(&d);
        status = estimate(&d, request);
    }
    ledger_release(&d.ledger);
    memory_free(d.units);
    memory_free(d.order);
    return status;
}

void outlook_release(struct outlook *o)
{
    free(o->folder);
    plan_release(&o->plan);
    grid_release(&o->grid);
}
