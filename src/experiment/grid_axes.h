/* grid_axes.h - axes of a grid from the values of its parameters: zip, and values
 * listed twice. */
#ifndef SWEEP_GRID_AXES_H
#define SWEEP_GRID_AXES_H

#include "grid_reader.h"

/* Positions of the axis with the values of an earlier one: report each; or take them out
 * and return how many they were. */
void axes_refuse_repeats(struct reader *r, struct axis *axis);
size_t axes_merge_repeats(struct reader *r, struct axis *axis);

/* Axes of the grid from r->axis, those of `zip` (may be NULL) joined, with
 * room for one more. */
void read_axes(struct reader *r, const struct node *zip);

#endif
