/* grid_design.h - `design:` of a grid file: points spread evenly over the ranges of several
 * parameters. All of them together are one axis of the grid, the first and slowest.
 *
 * A point is k numbers u in [0, 1), one for each parameter of `over`:
 *   sobol             points 1 .. N of Sobol's sequence in k dimensions (GSL's, with the
 *                     numbers of Bratley & Fox 1988; at most 40), without its point 0,
 *                     which is 0. More of them leave the first ones as they are.
 *   latin_hypercube   (p_i + v) / N, p a random order of 0 .. N - 1, v uniform: one point in
 *                     every one of N strata of every parameter. Streams are keyed by the
 *                     grid's seed and the parameter's name. Another N, other points.
 *
 * u becomes a value of a range a .. b on a linear or logarithmic scale, both ends included:
 * a real number is rounded to 15 digits; of a whole number (an even one) each is as likely
 * as if a .. b were half a number longer at either end; of a list each value has the same
 * share. Points that are then equal are merged into the first of them.
 */
#ifndef SWEEP_GRID_DESIGN_H
#define SWEEP_GRID_DESIGN_H

#include "grid_reader.h"

/* After the axes of `grid`. */
void read_design(struct reader *r, const struct node *key);

#endif
