/* outlook.h - what a run would be: its size, what is done of it, its memory and time.
 */
#ifndef SWEEP_OUTLOOK_H
#define SWEEP_OUTLOOK_H

#include "sweep/grid.h"
#include "sweep/ledger.h"
#include "sweep/pilot.h"
#include "sweep/plan.h"
#include "sweep/runner.h"

/* What is left to do and how long it takes. */
struct outlook_work {
    struct ledger_rest rest;
    double core_seconds, wall_seconds;
};

struct outlook {
    struct grid grid;
    struct plan plan;
    char *folder; /* of the results; of those of the shard */
    bool exists;
    bool shards_there;                  /* not it, but shards of it do */
    size_t shard, shards, threads;      /* as requested */
    size_t trials, units, retrainings;  /* of the shard; with `until` at most */
    struct outlook_work missing, least; /* least: up to the next look; missing: at
                                           most */
    struct ledger_tally tally;
    struct runner_memory memory;
    struct pilot pilot; /* no units: none was run */
};

struct outlook_request {
    struct grid grid;     /* which the outlook then owns */
    const char *output;   /* as folder_named takes it */
    size_t shard, shards; /* 0: all in one */
    size_t threads;
    bool pilot; /* run some units to scale the times */
    /* Called before a pilot that takes long, with the seconds expected; or NULL. */
    void (*on_long_pilot)(const void *context, double seconds);
    const void *context;
};

/* Read the folder, and estimate. Release in any case.
 * SWEEP_OK, SWEEP_INPUT, SWEEP_IO, SWEEP_NO_MEMORY. */
int outlook_init(struct outlook *o, const struct outlook_request *request,
                 struct diagnostics *log);

/* Whether this machine has the memory. */
bool outlook_fits(const struct outlook *o);

void outlook_release(struct outlook *o);

#endif
