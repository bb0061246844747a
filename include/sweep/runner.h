/* runner.h - units over threads, one writer, cancellation; the only user of <omp.h>. */
#ifndef SWEEP_RUNNER_H
#define SWEEP_RUNNER_H

#include "sweep/grid.h"
#include "sweep/plan.h"
#include "sweep/progress.h"
#include "sweep/status.h"
#include "sweep/store.h"
#include "sweep/until.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* When to stop before all is done. */
struct runner_limits {
    const atomic_bool *cancel; /* polled, also inside a trial; NULL: never */
    size_t failures;           /* more failed trials than that */
    double failed_share;       /* more than that share of the trials planned so far */
    size_t units_failed;       /* the first units, when all their trials failed */
    double seconds;            /* after that no more units are taken */
};
extern const struct runner_limits runner_no_limits;

enum runner_end {
    RUNNER_COMPLETE,
    RUNNER_CANCELLED,
    RUNNER_TIME,
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

/* Compute every trial that is not `done` (as store_done gives it) and put it into the
 * store. One workspace per thread. With a rule `u` holds the trials that are there, and
 * is told of every new one: when all are there that the cells have to have, the cells
 * are looked at, and what they then have to have is next, until all are settled. All
 * threads meet at a look. Without a rule `u` may be NULL.
 * SWEEP_OK (also when stopped: see result), SWEEP_IO, SWEEP_NO_MEMORY. */
int runner_run(const struct grid *g, const struct plan *p, struct store *s,
               struct until *u, const bool *done, size_t threads,
               const struct runner_limits *limits, struct progress *meter,
               struct runner_result *result, struct diagnostics *log);

#endif
