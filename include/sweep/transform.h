/* transform.h - what is done to the points of a data file before they are trained and
 * tested on.
 *
 * In this order, with numbers taken from the m training points alone:
 *
 *     center:            x <- x - mean,            mean = sum_i x_i / m
 *     scale standard:    x_k <- x_k / s_k,         s_k^2 = sum_i (x_ik - mean_k)^2 / m
 *     projection:        x <- G x,                 G (d, features) of independent normals
 *     scale unit:        x <- x / |x|;             another one: x <- x / sqrt(d) behind a
 *                                                  projection, which keeps squared lengths
 *                                                  on average
 *     bias:              x <- (x, bias),           unless it is 0
 *
 * A feature with the same value in all training points has s_k = 0 and is not divided. A
 * training point of length 0 cannot be scaled to unit length: the trial fails. A test
 * point of length 0 stays 0.
 */
#ifndef SWEEP_TRANSFORM_H
#define SWEEP_TRANSFORM_H

#include <stdbool.h>
#include <stddef.h>

enum point_scale { POINTS_UNIT, POINTS_NONE, POINTS_STANDARD, POINT_SCALES };

struct transform {
    bool center;
    enum point_scale scale;
    double bias; /* 0: no coordinate of its own */
};

/* The largest value of a file that all of it is safe for: no square overflows. */
#define TRANSFORM_LARGEST 1e100

/* Whether it needs the points as the file has them, not only their directions. */
bool transform_needs_raw(const struct transform *t);

/* Mean (features) and deviation (features; 1 where it is 0) of m points, which
 * row(i, x, context) writes one by one to x (features), scratch. Cost: 3 passes. */
void transform_measure(size_t m, size_t features,
                       void (*row)(size_t i, double *x, const void *context),
                       const void *context, double *x, double *mean, double *deviation);

/* x (features): the first two steps. */
void transform_features(const struct transform *t, size_t features, const double *mean,
                        const double *deviation, double *x);

/* x (d), behind a projection or not: the last two; with a bias x has d + 1 elements. */
void transform_length(const struct transform *t, size_t d, bool projected, double *x);

#endif
