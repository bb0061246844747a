#include "sweep/runner.h"

#include "sweep/cancel.h"
#include "sweep/clock.h"
#include "sweep/memory.h"
#include "sweep/parse.h"
#include "sweep/team.h"
#include "sweep/trial.h"
#include <math.h>
#include <omp.h>
#include <stdlib.h>

const struct runner_limits runner_no_limits = {
    .failures = INFINITY, .failed_share = INFINITY, .units_failed = SIZE_MAX};

/* Records a thread keeps before it goes to the store. */
enum { BUFFER = 256 };

/* Seconds of work of every thread that may be lost to a crash. */
static const double COMMIT_INTERVAL = 1;

/* What all threads share; the part below the gap belongs to the critical section. */
struct run {
    struct ledger *ledger;
    const struct runner_options *options;
    double commit_work; /* seconds of work between two commits */
    double most_failed; /* trials */
    bool halted;        /* the store failed or a limit is reached */

    struct store *store;
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
    struct team *team; /* threads that no unit is left for */
    struct ledger_unit unit;
    struct record *record; /* (BUFFER) */
    size_t *record_cell;   /* (BUFFER) */
    size_t count;
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
    if (!r->hopeful && ++r->units_failed == r->options->limits.units_failed)
        stop(r, RUNNER_HOPELESS);
}

/* In the critical section: one trial goes to the store and the ledger. */
static int store_record(struct worker *w, size_t k)
{
    struct run *r = w->run;
    const struct record *record = &w->record[k];
    size_t cell = w->record_cell[k];
    uint64_t replicate = w->unit.replicate;
    bool good = record->status == TRIAL_OK;
    int status = store_put(r->store, cell, replicate, record, r->log);

    if (status != SWEEP_OK)
        return status;
    status = ledger_add(r->ledger, cell, replicate, record);
    if (status != SWEEP_OK) {
        diagnostics_no_memory(r->log, "the trials");
        return status;
    }
    r->result->ran++;
    r->result->by_status[record->status]++;
    r->result->failed += !good;
    w->good |= good;
    return SWEEP_OK;
}

/* In the critical section: the buffer goes to the store, the counts to the meter. */
static void store_records(struct worker *w, double work)
{
    struct run *r = w->run;
    size_t ran = r->result->ran, failed = r->result->failed;
    double now = clock_monotonic();

    for (size_t k = 0; k < w->count && r->status == SWEEP_OK; k++)
        r->status = store_record(w, k);
    r->uncommitted += now - w->since;
    if (r->status == SWEEP_OK && r->uncommitted >= r->commit_work) {
        r->status = store_commit(r->store, r->log);
        r->uncommitted = 0;
    }
    progress_add(r->options->meter, r->result->ran - ran, r->result->failed - failed,
                 work);
    w->count = 0;
    w->since = now;
    if ((double)r->result->failed > r->most_failed)
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

static int pass_record(void *context, size_t cell, const struct record *record)
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
    return !halted && !cancel_asked();
}

/* Take units until there are none. Nothing in here may leave the parallel region. */
static void work(struct worker *w)
{
    struct run *r = w->run;
    struct ledger_unit *u = &w->unit;

    cancel_obey(r->options->limits.cancel);
    team_lead(w->team);
    w->since = clock_monotonic();
    while (may_go_on(r) && ledger_next(r->ledger, u)) {
        w->good = false;
        int status = trial_unit(w->workspace, r->ledger->grid, u->cell, u->count,
                                u->replicate, pass_record, w);
        int flushed = flush(w, status == SWEEP_OK ? u->cost : 0);
        if (status != SWEEP_OK || flushed != SWEEP_OK)
            break;
    }
    team_lead(NULL);
    cancel_obey(NULL);
}

static void workers_free(struct worker *worker, size_t threads)
{
    for (size_t t = 0; worker && t < threads; t++) {
        team_close(worker[t].team);
        trial_workspace_free(worker[t].workspace);
        memory_free(worker[t].unit.cell);
        memory_free(worker[t].record);
        memory_free(worker[t].record_cell);
    }
    memory_free(worker);
}

static bool worker_init(struct worker *w, struct run *r, size_t helpers, size_t *bytes)
{
    w->run = r;
    w->team = team_open(helpers);
    w->unit.cell = memory_array(plan_largest_group(r->ledger->plan), sizeof(size_t));
    w->record = memory_array(BUFFER, sizeof *w->record);
    w->record_cell = memory_array(BUFFER, sizeof *w->record_cell);
    return w->unit.cell && w->record && w->record_cell &&
           trial_workspace_alloc(&w->workspace, r->ledger->grid, bytes) == SWEEP_OK;
}

static struct worker *workers_alloc(struct run *r, size_t threads)
{
    size_t bytes = 0;
    struct worker *worker = memory_array(threads, sizeof *worker);
    size_t spare = r->options->threads - threads;
    bool complete = worker != NULL;

    for (size_t t = 0; complete && t < threads; t++)
        complete =
            worker_init(&worker[t], r, spare / threads + (t < spare % threads), &bytes);
    if (complete)
        return worker;
    diagnostics_add(r->log, NULL, 0, 0,
                    "out of memory: each of %zu threads needs %.0f MB; use fewer (-j) "
                    "or a smaller grid",
                    threads, (double)bytes / 1e6);
    workers_free(worker, threads);
    return NULL;
}

/* Look at the cells, and plan what is due then. */
static struct ledger_rest plan_more(struct run *r)
{
    const struct runner_limits *limits = &r->options->limits;
    ledger_look(r->ledger);
    struct ledger_rest rest = ledger_rest(r->ledger, LEDGER_DUE, NULL);
    double trials = (double)ledger_tally(r->ledger).trials;

    r->result->planned += rest.trials;
    r->most_failed = fmin(limits->failures, limits->failed_share * trials);
    return rest;
}

/* Whether a look, after all that was planned, finds more to do. */
static bool look_again(struct run *r)
{
    if (r->status != SWEEP_OK || r->result->ran < r->result->planned)
        return false;
    struct ledger_rest rest = plan_more(r);
    progress_extend(r->options->meter, rest.trials, rest.cost);
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
static enum runner_end run_end(const struct run *r)
{
    if (r->result->ran == r->result->planned)
        return RUNNER_COMPLETE;
    return r->result->end != RUNNER_COMPLETE ? r->result->end : RUNNER_CANCELLED;
}

int runner_run(struct ledger *l, struct store *s, const struct runner_options *options,
               struct runner_result *result, struct diagnostics *log)
{
    struct run run = {.ledger = l, .options = options, .store = s, .result = result};
    size_t threads = options->threads;
    int status = SWEEP_OK;

    *result = (struct runner_result){0};
    run.log = log;
    size_t due = plan_more(&run).units;
    size_t units = ledger_rest(l, LEDGER_MOST, NULL).units;
    if (threads > units)
        threads = units;
    run.commit_work = COMMIT_INTERVAL * (double)threads;
    if (due > 0)
        status = run_threads(&run, threads);
    if (status == SWEEP_OK)
        status = store_commit(s, log);
    result->end = status == SWEEP_OK ? run_end(&run) : RUNNER_BROKEN;
    return status;
}
