/* run_work.h - which trials a run or shard has to compute. */
#ifndef SWEEP_RUN_WORK_H
#define SWEEP_RUN_WORK_H

#include "sweep/plan.h"
#include "sweep/store.h"
#include "sweep/until.h"

struct run_work {
    const struct grid *grid;
    bool *done;    /* (cells, replicates) before this run, or another shard's */
    bool *own;     /* (cells) some of it is this shard's */
    size_t trials; /* of the grid or shard; with a rule at most, and after
                      run_work_missing as far as is known */
    struct until until;
    struct until_tally tally; /* zero without a rule */
};

/* Nothing is done yet but what is another shard's; shards 0: all in one. Keeps `g`.
 * SWEEP_OK, SWEEP_NO_MEMORY. */
int run_work_init(struct run_work *w, const struct grid *g, const struct plan *p,
                  size_t shard, size_t shards);

/* What the folder of the store holds is done. As store_done. */
int run_work_read(struct run_work *w, struct store *s, enum store_which which,
                  struct diagnostics *log);

/* What is missing; with a rule, up to the next look. SWEEP_OK, SWEEP_NO_MEMORY. */
int run_work_missing(struct run_work *w, const struct plan *p, struct plan_rest *rest);

/* Count again, after a run. */
void run_work_count(struct run_work *w);

/* "at least " while numbers of trials are bounds, else "". */
const char *run_work_bound(const struct run_work *w);

void run_work_release(struct run_work *w);

#endif
