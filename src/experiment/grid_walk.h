/* grid_walk.h - what the parts of grid_number_cells share: going over the positions of
 * the axes, and reporting what is found there. */
#ifndef SWEEP_GRID_WALK_H
#define SWEEP_GRID_WALK_H

#include "sweep/grid.h"

struct walk {
    struct grid *g;
    struct diagnostics *log;
    int status;
    size_t errors;
};

/* Report a distinct error once. */
void walk_report(struct walk *w, size_t line, size_t column, const char *message);

/* Advance the positions on the axes in the set `moving` (one bit an axis), the last one
 * fastest. False: through, and back at the start. */
bool walk_advance(const struct grid *g, uint64_t moving, size_t *position);

/* The parameters of an axis. */
uint64_t walk_parameters(const struct axis *axis);

#endif
