#include "sweep/runner.h"

#include "sweep/clock.h"
#include "sweep/memory.h"
#include "sweep/parse.h"
#include "sweep/trial.h"
#include <omp.h>
#include <stdlib.h>

/* Records a thread keeps before it goes to the store. */
enum { BUFFER = 256 };

/* Seconds of work of every thread that may be lost to a crash. */
static const double COMMIT_INTERVAL = 1;

/* What all threads share; the part below `halted` belongs to the critical section. */
struct run {
    const struct grid *grid;
    const struct plan *plan;
    const bool *done;
    const volatile bool *cancel;
    const size_t *order; /* groups, longest first */
    const double *cost;  /* (groups) */
    size_t next;         /* position in order x replicates */
    double commit_work;  /* seconds of work between two commits */
    bool halted;         /* the store failed */

    struct store *store;
    struct progress *meter;
    struct runner_result *result;
    struct diagnostics *log;
    double uncommitted; /* seconds of work in the open transaction */
    int status;
};

/* What one thread owns. */
struct worker {
    struct run *run;
    struct trial_workspace *workspace;
    size_t *cells;         /* missing ones of a unit */
    struct record *record; /* (BUFFER) */
    size_t *record_cell;   /* (BUFFER) */
    size_t count;
    uint64_t replicate;
    double since; /* clock at the last flush */
};

size_t runner_default_threads(void)
{
    const char *slurm = getenv("SLURM_CPUS_PER_TASK");
    uint64_t threads;
    if (slurm && parse_unsigned(slurm, &threads) == PARSE_OK && threads > 0)
        return (size_t)threads;
    return (size_t)omp_get_num_procs(); /* of the affinity mask */
}

/* In the critical section: the buffer goes to the store, the counts to the meter. */
static void store_records(struct worker *w, double work)
{
    struct run *r = w->run;
    size_t put = 0, failed = 0;
    double now = clock_monotonic();

    for (; put < w->count && r->status == SWEEP_OK; put++) {
        enum trial_status status = w->record[put].status;
        r->status = store_put(r->store, w->record_cell[put], w->replicate,
                              &w->record[put], r->log);
        if (r->status != SWEEP_OK)
            break;
        r->result->by_status[status]++;
        failed += status != TRIAL_OK;
    }
    r->result->ran += put;
    r->result->failed += failed;
    r->uncommitted += now - w->since;
    if (r->status == SWEEP_OK && r->uncommitted >= r->commit_work) {
        r->status = store_commit(r->store, r->log);
        r->uncommitted = 0;
    }
    progress_add(r->meter, put, failed, work);
    w->count = 0;
    w->since = now;
}

/* Hand over what is buffered. `work`: expected cost that is now done. */
static int flush(struct worker *w, double work)
{
    int status;
#pragma omp critical(sweep_store)
    {
        store_records(w, work);
        status = w->run->status;
    }
    if (status != SWEEP_OK) {
#pragma omp atomic write
        w->run->halted = true;
    }
    return status;
}

static int keep(void *context, size_t cell, const struct record *record)
{
    struct worker *w = context;
    w->record[w->count] = *record;
    w->record_cell[w->count++] = cell;
    return w->count < BUFFER ? SWEEP_OK : flush(w, 0);
}

static bool may_go_on(const struct run *r)
{
    bool halted;
#pragma omp atomic read
    halted = r->halted;
    return !halted && !(r->cancel && *r->cancel);
}

/* Take units until there are none. Nothing in here may leave the parallel region. */
static void work(struct worker *w)
{
    struct run *r = w->run;
    const size_t units = r->plan->group_count * r->plan->replicates;

    w->since = clock_monotonic();
    while (may_go_on(r)) {
        size_t unit;
#pragma omp atomic capture
        unit = r->next++;
        if (unit >= units)
            break;
        size_t group = r->order[unit / r->plan->replicates];
        w->replicate = unit % r->plan->replicates;
        size_t count =
            plan_unit_missing(r->plan, r->done, group, w->replicate, w->cells);
        if (count == 0)
            continue;
        int status = trial_unit(w->workspace, r->grid, w->cells, count, w->replicate,
                                r->cancel, keep, w);
        if (flush(w, status == SWEEP_OK ? r->cost[group] : 0) != SWEEP_OK ||
            status != SWEEP_OK)
            break;
    }
}

static void workers_free(struct worker *worker, size_t threads)
{
    for (size_t t = 0; worker && t < threads; t++) {
        trial_workspace_free(worker[t].workspace);
        memory_free(worker[t].cells);
        memory_free(worker[t].record);
        memory_free(worker[t].record_cell);
    }
    memory_free(worker);
}

static struct worker *workers_alloc(struct run *r, size_t threads)
{
    size_t bytes = 0, largest = plan_largest_group(r->plan);
    struct worker *worker = memory_array(threads, sizeof *worker);
    bool complete = worker != NULL;

    for (size_t t = 0; complete && t < threads; t++) {
        worker[t].run = r;
        worker[t].cells = memory_array(largest, sizeof *worker[t].cells);
        worker[t].record = memory_array(BUFFER, sizeof *worker[t].record);
        worker[t].record_cell = memory_array(BUFFER, sizeof *worker[t].record_cell);
        complete =
            worker[t].cells && worker[t].record && worker[t].record_cell &&
            trial_workspace_alloc(&worker[t].workspace, r->grid, &bytes) == SWEEP_OK;
    }
    if (complete)
        return worker;
    diagnostics_add(r->log, NULL, 0, 0,
                    "out of memory: each of %zu threads needs %.0f MB; use fewer (-j) "
                    "or a smaller grid",
                    threads, (double)bytes / 1e6);
    workers_free(worker, threads);
    return NULL;
}

struct costed {
    double cost;
    size_t group;
};

static int longest_first(const void *left, const void *right)
{
    const struct costed *a = left, *b = right;
    if (a->cost != b->cost)
        return a->cost > b->cost ? -1 : 1;
    return (a->group > b->group) - (a->group < b->group);
}

static int order_groups(const struct plan *p, const struct grid *g, size_t *order,
                        double *cost)
{
    struct costed *costed = memory_array(p->group_count, sizeof *costed);
    if (!costed)
        return SWEEP_NO_MEMORY;
    for (size_t k = 0; k < p->group_count; k++) {
        cost[k] = plan_cost(p, g, k);
        costed[k] = (struct costed){cost[k], k};
    }
    qsort(costed, p->group_count, sizeof *costed, longest_first);
    for (size_t k = 0; k < p->group_count; k++)
        order[k] = costed[k].group;
    memory_free(costed);
    return SWEEP_OK;
}

static int run_threads(struct run *r, size_t threads)
{
    struct worker *worker = workers_alloc(r, threads);
    if (!worker)
        return SWEEP_NO_MEMORY;
#pragma omp parallel num_threads((int)threads)
    work(&worker[omp_get_thread_num()]);
    workers_free(worker, threads);
    return r->status;
}

int runner_run(const struct grid *g, const struct plan *p, struct store *s,
               const bool *done, size_t threads, const volatile bool *cancel,
               struct progress *meter, struct runner_result *result,
               struct diagnostics *log)
{
    struct plan_rest rest = plan_missing(p, g, done);
    size_t *order = memory_array(p->group_count, sizeof *order);
    double *cost = memory_array(p->group_count, sizeof *cost);

    *result = (struct runner_result){0};
    int status = order && cost ? order_groups(p, g, order, cost) : SWEEP_NO_MEMORY;
    if (status != SWEEP_OK)
        diagnostics_add(log, NULL, 0, 0, "out of memory");
    if (threads > rest.units)
        threads = rest.units;
    if (status == SWEEP_OK && threads > 0) {
        struct run run = {.grid = g, .plan = p, .done = done, .cancel = cancel};
        run.order = order;
        run.cost = cost;
        run.commit_work = COMMIT_INTERVAL * (double)threads;
        run.store = s;
        run.meter = meter;
        run.result = result;
        run.log = log;
        status = run_threads(&run, threads);
    }
    if (status == SWEEP_OK)
        status = store_commit(s, log);
    result->stopped = status == SWEEP_OK && result->ran < rest.trials;
    memory_free(order);
    memory_free(cost);
    return status;
}
