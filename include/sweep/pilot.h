/* pilot.h - a few units run in memory, to scale the cost model to this machine.
 *
 * A unit of very many cells is represented by some of them, evenly spread.
 * Units are chosen where the work is: at the middle of the expected total, then at its
 * quarters, eighths, ... of the units ordered by cost, so that a unit is met with a
 * probability in proportion to its cost, and the mean ratio estimates the ratio of the
 * totals. */
#ifndef SWEEP_PILOT_H
#define SWEEP_PILOT_H

#include "sweep/grid.h"
#include "sweep/plan.h"
#include <stddef.h>

enum { PILOT_MOST = 63 }; /* units: down to 64ths */

struct pilot {
    size_t units;
    double seconds;          /* of CPU time, all units */
    double ratio, low, high; /* measured / expected: mean, smallest, largest */
};

/* Expected seconds of the shortest unit, which is run if no other fits. */
double pilot_least(const struct plan *p, const size_t *order, size_t count);

/* Run units of the `count` > 0 groups in `order`, longest first, until `seconds` are
 * used up or there are `most`; one if even the cheapest takes longer.
 * SWEEP_OK, SWEEP_NO_MEMORY. */
int pilot_run(struct pilot *pilot, const struct grid *g, const struct plan *p,
              const size_t *order, size_t count, size_t most, double seconds);

#endif
