/* plan.h - work units: which cells share a training, and in which order to run them. */
#ifndef SWEEP_PLAN_H
#define SWEEP_PLAN_H

#include "sweep/grid.h"
#include "sweep/status.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Cells that share data and training, in cell order: cell[start[k]] .. for group k. */
struct plan {
    size_t group_count;
    size_t *start;       /* (group_count + 1) */
    size_t *cell;        /* (cell_count) */
    double *cost;        /* (group_count) expected seconds of a unit (cost.h): for the
                          * order of units, the deal of shards and the ETA, never for a
                          * result; a function of the grid alone */
    double *cell_cost;   /* (group_count) of these, what one cell adds on average */
    size_t *retrainings; /* (group_count) trainings of a unit beside its first */
    size_t replicates;
};

/* A unit is a group and a replicate. SWEEP_OK, SWEEP_NO_MEMORY. Cost O(cells). */
int plan_build(struct plan *p, const struct grid *g);

/* The cells of one unit without a recorded trial, into `cells` (room for the group).
 * done[cell * replicates + replicate] as store_done gives it. Returns their number. */
size_t plan_unit_missing(const struct plan *p, const bool *done, size_t group,
                         uint64_t replicate, size_t *cells);

/* Cells of the largest group. */
size_t plan_largest_group(const struct plan *p);

/* What is left to do: trials, units that hold one of them, the cost of these units, of
 * the longest among them. units_of (groups), unless NULL: the units of each group. */
struct plan_rest {
    size_t trials, units;
    double cost, longest;
};
struct plan_rest plan_missing(const struct plan *p, const bool *done, size_t *units_of);

/* Expected seconds of one unit of a group of which so many cells are run. */
double plan_unit_cost(const struct plan *p, size_t group, size_t cells);

/* order (group_count): groups from the most to the least expensive.
 * SWEEP_OK, SWEEP_NO_MEMORY. */
int plan_order(const struct plan *p, size_t *order);

/* Which trials belong to shard 1 .. shards: mine[cell * replicates + replicate]. Units
 * in the order of their cost are dealt forth and back (1 2 3 3 2 1 1 2 3 ...), so that
 * the work of two shards differs by less than the largest unit. With `until` a group is
 * dealt with all its replicates, which decide together. A function of the grid alone. Returns the number of trials in `count`. SWEEP_OK, SWEEP_NO_MEMORY. */
int plan_deal(const struct plan *p, const struct grid *g, size_t shard, size_t shards,
              bool *mine, size_t *count);

void plan_release(struct plan *p);

#endif
