/* grid_axes.h - axes of a grid from the values of its parameters: zip, and values
 * listed twice. */
#ifndef SWEEP_GRID_AXES_H
#define SWEEP_GRID_AXES_H

#include "grid_reader.h"

/* Axes of the grid from r->axis, those of `zip` (may be NULL) joined. */
void read_axes(struct reader *r, const struct node *zip);

#endif
