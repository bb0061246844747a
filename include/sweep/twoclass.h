/* twoclass.h - two classes of a data file, split at random into training and test
 * points.
 *
 * Points of the class `plus` have label +1; those of `minus`, or all others ("one
 * against the rest"), -1. A split takes m training points, balanced up to one point
 * like those of the mixture, or all of the smaller class and more of the other where it
 * has less than m/2; all other points are there to test on. The points come in random
 * order.
 *
 * A dimension less than that of the file asks for a random projection,
 *     x_i <- G x_i / |G x_i|,   G (dimension, features) of independent normals,
 * a new one for every trial.
 */
#ifndef SWEEP_TWOCLASS_H
#define SWEEP_TWOCLASS_H

#include "sweep/labelled.h"
#include "sweep/rng.h"
#include <stddef.h>

struct twoclass {
    const struct labelled *file;
    size_t count[2]; /* points of -1 and of +1 */
    size_t *row;     /* (count[0] + count[1]) their rows in the file: -1, then +1 */
};

/* minus NAN: all other classes. SWEEP_OK, also where a class has no point;
 * SWEEP_NO_MEMORY. */
int twoclass_select(struct twoclass *t, const struct labelled *file, double plus,
                    double minus);

/* Points of both classes. */
size_t twoclass_size(const struct twoclass *t);

/* order (size): places in t->row; the first m <= size are the training points. */
void twoclass_split(gsl_rng *rng, const struct twoclass *t, size_t m, size_t *order);

/* -1 or +1 of a place in t->row. */
double twoclass_label(const struct twoclass *t, size_t place);

/* X (count, features): the points at these places. */
void twoclass_points(const struct twoclass *t, const size_t *place, size_t count,
                     double *X);

/* X (count, d): projected. g (features) is scratch. Cost: d normals a feature, and d
 * products with each point. */
void twoclass_project(gsl_rng *rng, const struct twoclass *t, const size_t *place,
                      size_t count, size_t d, double *g, double *X);

void twoclass_release(struct twoclass *t);

#endif
