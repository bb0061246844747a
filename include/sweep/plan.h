/* plan.h - work units: which cells share a training, and in which order to run them. */
#ifndef SWEEP_PLAN_H
#define SWEEP_PLAN_H

#include "sweep/grid.h"
#include "sweep/status.h"
#include <stddef.h>

/* Cells that share data and training, at whatever checkpoint, by the steps of that, then in
 * cell order: cell[start[k]] .. for group k. */
struct plan {
    size_t group_count;
    size_t *start;       /* (group_count + 1) */
    size_t *cell;        /* (cell_count) */
    double *cost;        /* (group_count) expected seconds of a unit (cost.h): for the
                          * order of units, the deal of shards and the ETA, never for a
                          * result; a function of the grid alone */
    double *cell_cost;   /* (group_count) of these, what one cell adds on average */
    size_t *retrainings; /* (group_count) trainings of a unit beside its first, */
    double *retraining_cost; /* (group_count) and expected seconds of one */
    size_t replicates;
};

/* A work unit is one replicate of a group; there are group_count * replicates.
 * SWEEP_OK, SWEEP_NO_MEMORY. Cost O(cells). */
int plan_build(struct plan *p, const struct grid *g);

/* Cells of the largest group. */
size_t plan_largest_group(const struct plan *p);

/* Expected seconds of a unit of a group of which only so many cells are run, none of
 * which shares a retraining with another where that is possible. */
double plan_unit_cost(const struct plan *p, size_t group, size_t cells);

/* Expected seconds of a unit of just these `count` > 0 cells of one group, in its order. */
double plan_cells_cost(const struct grid *g, const size_t *cell, size_t count);

/* order (group_count): groups from the most to the least expensive.
 * SWEEP_OK, SWEEP_NO_MEMORY. */
int plan_order(const struct plan *p, size_t *order);

void plan_release(struct plan *p);

#endif
