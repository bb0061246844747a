/* runner.h - units over threads, one writer, cancellation; the only user of <omp.h>. */
#ifndef SWEEP_RUNNER_H
#define SWEEP_RUNNER_H

#include "sweep/grid.h"
#include "sweep/ledger.h"
#include "sweep/plan.h"
#include "sweep/progress.h"
#include "sweep/status.h"
#include "sweep/store.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* When to stop before all is done. */
struct runner_limits {
    const atomic_bool *cancel; /* true: stop, in the middle of trials; NULL: never */
    double failures;           /* more failed trials than that */
    double failed_share;       /* more than that share of all trials, as far as is
                                  known */
    size_t units_failed;       /* the first units, when all their trials failed */
};
extern const struct runner_limits runner_no_limits;

enum runner_end {
    RUNNER_COMPLETE,
    RUNNER_CANCELLED,
    RUNNER_FAILURES,
    RUNNER_HOPELESS,
    RUNNER_BROKEN /* the store or the memory failed */
};

struct runner_result {
    size_t planned; /* trials that were missing, as far as is known */
    size_t ran;     /* trials computed now */
    size_t failed;  /* of these, not TRIAL_OK */
    size_t by_status[TRIAL_STATUS_COUNT];
    enum runner_end end;
};

/* Threads to use when the user names none: SLURM_CPUS_PER_TASK if set, else the number
 * of CPUs in the affinity mask. */
size_t runner_default_threads(void);

/* Bytes that a run needs: of each thread, and of all of them with what they share.
 * SIZE_MAX when it fits into no size_t. */
struct runner_memory {
    size_t thread, total;
};
struct runner_memory runner_memory(const struct grid *g, const struct plan *p,
                                   size_t threads);

/* Refuse what does not fit into this machine: SWEEP_OK, or SWEEP_NO_MEMORY after a
 * message that says what would. */
int runner_check_memory(const struct grid *g, const struct plan *p, size_t threads,
                        struct diagnostics *log);

struct runner_options {
    size_t threads;
    struct runner_limits limits;
    struct progress *meter; /* started with what is due */
};

/* Compute every trial that is due by the ledger, which is open and read and has a plan;
 * put it into the store and add it to the ledger. When all are there, ledger_look may
 * ask for more, and so on until it asks for none. Threads wait for each other before a
 * look. One workspace per thread. Where it is cancelled the trials that are not ready
 * are dropped; all others are in the store. SWEEP_OK (also when stopped: see result), SWEEP_IO,
 * SWEEP_NO_MEMORY. */
int runner_run(struct ledger *l, struct store *s, const struct runner_options *options,
               struct runner_result *result, struct diagnostics *log);

#endif
