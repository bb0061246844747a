/* grid_derive.h - the values of the expressions of a grid. */
#ifndef SWEEP_GRID_DERIVE_H
#define SWEEP_GRID_DERIVE_H

#include "grid_walk.h"

/* A value for every combination of positions on some of the axes. */
struct tabulated {
    size_t stride[PARAMETER_COUNT]; /* as in struct derived */
    double *value;
};

/* Evaluate `derive`, into the grid. */
void derive_parameters(struct walk *w);

/* Evaluate `where`: 0 drops a cell. */
void derive_where(struct walk *w, struct tabulated *keep);

#endif
