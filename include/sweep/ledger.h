/* ledger.h - the account of a grid's trials: which are wanted, which are there, which
 * cells are settled.
 *
 * A trial is wanted by a cell when its replicate is below the cell's `need` (until.h),
 * and by a shard when it is dealt to it: units, in the order of their cost, are dealt
 * back and forth (1 2 3 3 2 1 1 2 3 ...), so that the work of two shards differs by
 * less than the largest unit. With `until` a group is dealt with all its replicates,
 * which decide together. Both are functions of the grid alone.
 *
 * A trial is there when a database holds it, or once it was added, unless it failed and
 * is to run again. The first record of a trial stays, but one that ran out of memory
 * gives way. A cell is settled when all its wanted trials are there and `until` asks
 * for no more. So a run is
 *
 *     ledger_open; ledger_read; ledger_look;
 *     while ledger_rest holds a trial:
 *         until ledger_next has no unit: compute it, ledger_add each of its trials
 *         ledger_look
 *
 * and what run, plan, status and merge say of a folder is one ledger_tally.
 *
 * Memory: one byte per trial up to the grid's replicates, 9 per cell; with `until` 16
 * more per cell and up to 16 per trial that is there. Opening, tally and rest cost
 * O(trials) of some nanoseconds; all looks together too.
 */
#ifndef SWEEP_LEDGER_H
#define SWEEP_LEDGER_H

#include "sweep/columns.h"
#include "sweep/grid.h"
#include "sweep/plan.h"
#include "sweep/status.h"
#include "sweep/store.h"
#include "sweep/until.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ledger_values;

struct ledger {
    const struct grid *grid;
    const struct plan *plan;      /* NULL: only needed for units */
    uint32_t *need;               /* (cells) replicates, as far as is known */
    unsigned char *state;         /* (cells) enum until_state */
    unsigned char *trial;         /* (cells, replicates) what is known of each */
    struct ledger_values *values; /* (cells) of the rule's column; NULL without one */
    double *scratch;              /* (replicates) */
    size_t *units;                /* (replicates) */
    size_t *order;                /* (groups) longest first */
    size_t most;                  /* the largest need */
    atomic_size_t next;           /* unit, in order x most */
};

/* Nothing is there. shards 0: all in one. plan NULL: neither shards nor units. Keeps
 * both. SWEEP_OK, or SWEEP_NO_MEMORY after a message. Release it in any case. */
int ledger_open(struct ledger *l, const struct grid *g, const struct plan *p,
                size_t shard, size_t shards, struct diagnostics *log);

/* What a database of this grid and all others of its folder hold. As store_scan. */
int ledger_read(struct ledger *l, struct store *s, struct diagnostics *log);

/* What the folder of a store holds of this grid though it was made with an `older` one
 * of the same name and seed: trials of cells that mean the same. */
int ledger_read_older(struct ledger *l, struct store *s, const struct grid *older,
                      struct diagnostics *log);

/* Open and look, of this one database, for `need` alone: nothing is read where that is
 * fixed. As ledger_open. */
int ledger_open_needs(struct ledger *l, struct store *s, const struct grid *g,
                      struct diagnostics *log);

/* Trials that failed are to run again; every cell is open. */
void ledger_retry(struct ledger *l);

/* A trial that was computed now. SWEEP_OK, SWEEP_NO_MEMORY. */
int ledger_add(struct ledger *l, size_t cell, uint64_t replicate,
               const struct record *r);

/* Whether the trial is there; whether it was added. */
bool ledger_has(const struct ledger *l, size_t cell, size_t replicate);
bool ledger_has_new(const struct ledger *l, size_t cell, size_t replicate);

/* Look at every open cell as often as its trials allow, and deal units anew. */
void ledger_look(struct ledger *l);

/* Which trials of the shard. */
enum ledger_reach {
    LEDGER_DUE,    /* missing up to the next look */
    LEDGER_MOST,   /* missing, if every open cell goes on to the end */
    LEDGER_WANTED, /* up to the next look, there or not */
    LEDGER_DEALT   /* all that there may be, there or not */
};

/* Trials, the units that hold one of them, the expected seconds of these units, of the
 * longest among them. units_of (groups), unless NULL: the units of each group. */
struct ledger_rest {
    size_t trials, units;
    double cost, longest;
};
struct ledger_rest ledger_rest(const struct ledger *l, enum ledger_reach reach,
                               size_t *units_of);

/* Expected seconds of what is there of LEDGER_WANTED: two of these differ by the work
 * that was done between them. */
double ledger_work_done(const struct ledger *l);

/* A unit of which trials are due. cell: (plan_largest_group) the caller's. */
struct ledger_unit {
    size_t *cell, count;
    uint64_t replicate;
    double cost; /* expected seconds */
};

/* The next one, in the order of cost; false: there is none before the next look. Each
 * unit is given once. Several threads may call it, and one ledger_add with trials of a
 * unit that was given, at a time. */
bool ledger_next(struct ledger *l, struct ledger_unit *unit);

/* Of all cells of which a trial is the shard's. */
struct ledger_tally {
    size_t limit; /* with `until` its max, else 0 */
    size_t cells;
    size_t by_state[UNTIL_STATES];
    size_t trials;                        /* LEDGER_WANTED */
    bool open;                            /* there may be more than `trials` */
    size_t done;                          /* of these, there */
    size_t by_status[TRIAL_STATUS_COUNT]; /* of what is done */
};
struct ledger_tally ledger_tally(const struct ledger *l);

/* One more shard of a whole. */
void ledger_tally_add(struct ledger_tally *sum, const struct ledger_tally *t);

/* Whether a trial of the cell is the shard's. */
bool ledger_owns(const struct ledger *l, size_t cell);

/* With a rule: mean and h of what is there of the cell. */
void ledger_estimate(const struct ledger *l, size_t cell, double *mean,
                     double *halfwidth);

/* Begin a session of work in a store (store_begin_session), after a look. */
int ledger_begin_session(const struct ledger *l, struct store *s,
                         struct diagnostics *log);

/* How the last session of a database went so far. */
struct ledger_session {
    double first, last;           /* its start and last commit, Unix seconds, or NAN */
    double trial_rate, work_rate; /* trials, ledger_work_done per second; 0: unknown */
};
int ledger_session(const struct ledger *l, struct store *s,
                   struct ledger_session *session, struct diagnostics *log);

/* Zero-initialised is allowed. */
void ledger_release(struct ledger *l);

#endif
