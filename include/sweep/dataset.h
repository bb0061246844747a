/* dataset.h - labels and points in ambient coordinates; forget and retain sets.
 *
 * The mixture (math in sweeps/README.md, "Data"):
 *     x_i = sqrt(1 - rho) (y_i mu + noise/sqrt(d) g_i) + sqrt(rho) c,
 *     g_i ~ N(0, I_d), c ~ N(0, I_d/d) common to all points, mu = signal e_1.
 * The law is invariant under rotations, so mu along the first axis loses nothing.
 */
#ifndef SWEEP_DATASET_H
#define SWEEP_DATASET_H

#include "sweep/rng.h"
#include <stddef.h>

struct mixture {
    size_t m;
    double dimension; /* d */
    double signal;    /* |mu| */
    double noise;
    double correlation; /* rho */
    double label_noise; /* eta */
};

/* m labels in {-1, +1}, balanced up to one, in a random order. For odd m the sign of the
 * odd one out is random. */
void dataset_labels(gsl_rng *rng, size_t m, double *y);

/* `count` independent fair labels: a longer draw only adds to a shorter one. */
void dataset_coin_labels(gsl_rng *rng, size_t count, double *y);

/* Flip each label with probability eta: observed_i = -y_i or y_i. */
void dataset_flip_labels(gsl_rng *rng, double eta, const double *y, size_t m,
                         double *observed);

/* `count` points with the given (true) labels in d coordinates: X (count, d) row-major.
 * common (d) is the vector c, used when correlation > 0. Cost count * d normals. */
void dataset_mixture(gsl_rng *rng, const struct mixture *p, const double *common,
                     const double *y, size_t count, double *X);

/* psi = max_i ||x_i|^2 - 1| and phi = max_{i != k} |<x_i, x_k>|, raised to those of `rows`
 * points from `first` with the points before them and with each other: rows of the Gram
 * matrix, (rows, first + rows). Both are 0 before the first point. */
void dataset_near_orthogonality(const double *gram, size_t first, size_t rows,
                                double *psi, double *phi);

/* Which points are forgotten: the first ones, which the sampler put there by chance; a
 * random choice of its own; the first ones among the points whose label was flipped, or
 * among those of one label; those with the largest or smallest multipliers of the trained
 * model; the first ones of its support, where the multiplier is positive; one by its
 * number.
 */
enum forget_which {
    FORGET_FIRST,
    FORGET_RANDOM,
    FORGET_MISLABELLED,
    FORGET_POSITIVE,
    FORGET_NEGATIVE,
    FORGET_LARGEST, /* from here on by dataset_places_of */
    FORGET_SMALLEST,
    FORGET_SUPPORT,
    FORGET_INDEX,
    FORGET_KINDS
};

/* place[i] (m): the turn of point i to be forgotten, from 0; m or more: never. A random
 * choice takes m draws of rng, the others none. */
void dataset_places(gsl_rng *rng, enum forget_which which, const double *y_true,
                    const double *y, size_t m, size_t *place);

/* The same for what depends on the trained model, whose multipliers are lambda (m), or is
 * point `index`. Equal multipliers come in the order of the points. Cost m^2. */
void dataset_places_of(enum forget_which which, const double *lambda, size_t index,
                       size_t m, size_t *place);

/* The forget set F = {i : place[i] < k} and the retain set R of the others, as increasing
 * 0-based indices. Returns |F|: k, or less when fewer points have a place. Sets nest. */
size_t dataset_split(const size_t *place, size_t m, size_t k, size_t *forget,
                     size_t *retain);

#endif
