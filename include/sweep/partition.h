/* partition.h - items of equal key, brought together.
 *
 * Cells that share a training, cells that share a row of a table, rows that share a
 * block: each is "equal 128-bit keys". Keys come from rng_key_*, so two different
 * meanings collide with probability 2^-128 a pair.
 */
#ifndef SWEEP_PARTITION_H
#define SWEEP_PARTITION_H

#include "sweep/grid.h"
#include "sweep/rng.h"
#include <stddef.h>

/* Group k holds member[start[k]] .. member[start[k + 1] - 1], ascending; groups are in
 * the order of their first members. */
struct partition {
    size_t count;
    size_t *start;  /* (count + 1) */
    size_t *member; /* (items) */
};

/* Group `items` items by key[item]. SWEEP_OK, SWEEP_NO_MEMORY. Cost O(items). */
int partition_build(struct partition *g, const struct rng_key *key, size_t items);

/* Group cells (a position in `cell` is an item) that agree in all these parameters. */
int partition_cells(struct partition *p, const struct grid *g, const size_t *cell,
                    size_t cell_count, const enum parameter *parameter,
                    size_t parameter_count);

/* Zero-initialised is allowed. */
void partition_release(struct partition *g);

#endif
