#include "sweep/runner.h"

#include "sweep/clock.h"
#include "sweep/memory.h"
#include "sweep/parse.h"
#include "sweep/trial.h"
#include <math.h>
#include <omp.h>
#include <stdlib.h>

const struct runner_limits runner_no_limits = {.failures = SIZE_MAX,
                                               .failed_share = INFINITY,
                                               .units_failed = SIZE_MAX,
                                               .seconds = INFINITY};

/* Records a thread keeps before it goes to the store. */
enum { BUFFER = 256 };

/* Seconds of work of every thread that may be lost to a crash. */
static const double COMMIT_INTERVAL = 1;

/* What all threads share; the part below the gap belongs to the critical section. */
struct run {
    const struct grid *grid;
    const struct plan *plan;
    const bool *done; /* what is not to be computed; with a rule `skip`, */
    bool *skip;       /* made of `kept` and of what has to be there */
    const bool *kept;
    struct until *until;
    const struct runner_limits *limits;
    const size_t *order; /* groups, longest first */
    size_t next;         /* position in order x replicates */
    double commit_work;  /* seconds of work between two commits */
    double deadline;     /* clock at which no more units are taken */
    bool halted;         /* the store failed or a limit is reached */

    struct store *store;
    struct progress *meter;
    struct runner_result *result;
    struct diagnostics *log;
    double uncommitted;  /* seconds of work in the open transaction */
    size_t units_failed; /* finished so far, while nothing in them succeeded */
    bool hopeful;        /* something did */
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
    bool good;    /* a record of the current unit is TRIAL_OK */
    double since; /* clock at the last flush */
};

size_t runner_default_threads(void)
{
    const char *slurm = getenv("SLURM_CPUS_PER_TASK");
    uint64_t threads,
        allowed = (uint64_t)omp_get_num_procs(); /* by the affinity mask */
    if (slurm && parse_unsigned(slurm, &threads) == PARSE_OK && threads > 0)
        return (size_t)(threads < allowed ? threads : allowed);
    return (size_t)allowed;
}

static void stop(struct run *r, enum runner_end end)
{
    if (r->result->end == RUNNER_COMPLETE)
        r->result->end = end;
#pragma omp atomic write
    r->halted = true;
}

/* In the critical section: one more unit is done. A night of trials that all fail ends
 * after the first of them. */
static void judge_unit(struct worker *w)
{
    struct run *r = w->run;

    r->hopeful |= w->good;
    if (!r->hopeful && ++r->units_failed == r->limits->units_failed)
        stop(r, RUNNER_HOPELESS);
}

/* In the critical section. */
static int tell_until(struct worker *w, size_t k)
{
    struct run *r = w->run;
    int status = until_add(r->until, w->record_cell[k], w->replicate, &w->record[k]);
    if (status != SWEEP_OK)
        diagnostics_add(r->log, NULL, 0, 0, "out of memory for the trials");
    return status;
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
        if (r->status == SWEEP_OK && r->skip)
            r->status = tell_until(w, put);
        if (r->status != SWEEP_OK)
            break;
        r->result->by_status[status]++;
        w->good |= status == TRIAL_OK;
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
    if (r->result->failed > r->limits->failures ||
        (double)r->result->failed >
            r->limits->failed_share * (double)r->result->planned)
        stop(r, RUNNER_FAILURES);
    if (r->status != SWEEP_OK)
        stop(r, RUNNER_BROKEN);
}

/* Hand over what is buffered. `unit_cost`: expected cost of the unit that is now
 * complete; 0: it is not. */
static int flush(struct worker *w, double unit_cost)
{
    int status;
#pragma omp critical(sweep_store)
    {
        store_records(w, unit_cost);
        if (unit_cost > 0)
            judge_unit(w);
        status = w->run->status;
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
    return !halted && !(r->limits->cancel && *r->limits->cancel) &&
           clock_monotonic() < r->deadline;
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
        w->good = false;
        int status = trial_unit(w->workspace, r->grid, w->cells, count, w->replicate,
                                r->limits->cancel, keep, w);
        if (flush(w, status == SWEEP_OK ? plan_unit_cost(r->plan, group, count) : 0) !=
                SWEEP_OK ||
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

/* Look at the cells; what is missing then. */
static struct plan_rest look(struct run *r)
{
    if (r->skip) {
        until_look(r->until);
        until_skip(r->until, r->kept, r->skip);
    }
    return plan_missing(r->plan, r->done, NULL);
}

/* Whether a look, after all that was planned, finds more to do. */
static bool look_again(struct run *r)
{
    if (!r->skip || r->status != SWEEP_OK || r->result->ran < r->result->planned)
        return false;
    struct plan_rest rest = look(r);
    r->result->planned += rest.trials;
    r->next = 0;
    progress_extend(r->meter, rest.trials, rest.cost);
    return rest.trials > 0;
}

static int run_threads(struct run *r, size_t threads)
{
    struct worker *worker = workers_alloc(r, threads);
    if (!worker)
        return SWEEP_NO_MEMORY;
    do {
#pragma omp parallel num_threads((int)threads)
        work(&worker[omp_get_thread_num()]);
    } while (look_again(r));
    workers_free(worker, threads);
    return r->status;
}

/* Why it ended. A limit reached with the last trial stopped nothing. */
static enum runner_end end_of(const struct runner_result *result,
                              const struct runner_limits *limits)
{
    if (result->ran == result->planned)
        return RUNNER_COMPLETE;
    if (result->end != RUNNER_COMPLETE)
        return result->end;
    return limits->cancel && *limits->cancel ? RUNNER_CANCELLED : RUNNER_TIME;
}

/* The order of units and, with a rule, room for what is to be skipped. */
static int prepare(struct run *r, size_t *order)
{
    const struct plan *p = r->plan;
    bool rule = r->grid->until.least > 0;
    if (rule)
        r->done = r->skip = memory_array(r->grid->cell_count, p->replicates);
    r->order = order;
    if (order && r->done && plan_order(p, order) == SWEEP_OK)
        return SWEEP_OK;
    diagnostics_add(r->log, NULL, 0, 0, "out of memory");
    return SWEEP_NO_MEMORY;
}

int runner_run(const struct grid *g, const struct plan *p, struct store *s,
               struct until *u, const bool *done, size_t threads,
               const struct runner_limits *limits, struct progress *meter,
               struct runner_result *result, struct diagnostics *log)
{
    struct run run = {.grid = g, .plan = p, .done = done, .kept = done, .until = u};
    struct plan_rest rest = {0};
    size_t *order = memory_array(p->group_count, sizeof *order);

    *result = (struct runner_result){0};
    run.limits = limits;
    run.deadline = clock_monotonic() + limits->seconds;
    run.store = s;
    run.meter = meter;
    run.result = result;
    run.log = log;
    int status = prepare(&run, order);
    if (status == SWEEP_OK)
        rest = look(&run);
    result->planned = rest.trials;
    if (!run.skip && threads > rest.units)
        threads = rest.units;
    run.commit_work = COMMIT_INTERVAL * (double)threads;
    if (rest.units > 0)
        status = run_threads(&run, threads);
    if (status == SWEEP_OK)
        status = store_commit(s, log);
    result->end = status == SWEEP_OK ? end_of(result, limits) : RUNNER_BROKEN;
    memory_free(order);
    memory_free(run.skip);
    return status;
}
