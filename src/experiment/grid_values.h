/* grid_values.h - from a node to the values of one parameter: scalars, lists and
 * ranges. */
#ifndef SWEEP_GRID_VALUES_H
#define SWEEP_GRID_VALUES_H

#include "grid_reader.h"

/* Value of a parameter, inside its range; false after a complaint. */
bool read_value(struct reader *r, enum parameter p, const struct node *node,
                double *value);

/* To 15 significant digits: 3 * 0.1 becomes 0.3. */
double round_digits(double value);

/* Share t of the way from low to high. */
double value_between(double low, double high, double t, bool logarithmic);
/* Whether a mapping is a value of p, and no range. */
bool value_is_mapping(enum parameter p);

/* The values of a list or a range, to r->axis[p]. */
void read_axis(struct reader *r, enum parameter p, const struct node *node);

#endif
