/* dataset.h - labels and points in ambient coordinates; forget and retain sets.
 *
 * The mixture (math in the README, "Data"):
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

/* psi = max_i ||x_i|^2 - 1| and phi = max_{i != k} |<x_i, x_k>| from the Gram matrix (m, m).
 * phi of a single point is 0. */
void dataset_near_orthogonality(const double *gram, size_t m, double *psi, double *phi);

/* The forget set F of k points and the retain set R of the others, as increasing 0-based
 * indices. F is the first k points (the points come in random order). Sets nest. */
void dataset_split(size_t m, size_t k, size_t *forget, size_t *retain);

#endif
