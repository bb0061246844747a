/* metrics.h - outputs on test points, test accuracy, and what two models and an unlearning
 * step have in common. */
#ifndef SWEEP_METRICS_H
#define SWEEP_METRICS_H

#include "sweep/groups.h"
#include "sweep/network.h"
#include "sweep/span.h"
#include <stdbool.h>
#include <stddef.h>

struct metrics_workspace {
    struct groups groups;
    double *W; /* (n, r) one row per group */
    double *Z; /* (n, SPAN_TEST_BLOCK) */
};

void metrics_layout(struct metrics_workspace *w, size_t n, size_t r, struct arena *a);

/* N(x_t) of the first `tests` test points, in whole blocks, into N (s->tests). s is the
 * span with theta's own start.
 * Cost 2 R r tests, R the number of different neurons (all n while a part of W(0) outside
 * the span is left). */
void metrics_outputs(const struct network *net, const struct span *s, size_t tests,
                     const struct weights *theta, struct metrics_workspace *w,
                     double *N);

/* Share of outputs N (tests) on the side of the true label y; N = 0 counts half. NAN when
 * tests is 0 or an output is NaN. */
double metrics_accuracy(const double *y, const double *N, size_t tests);

/* Share of points where outputs a and b (tests) predict alike; one that is 0 where the
 * other is not counts half. NAN when tests is 0 or an output is NaN. */
double metrics_agreement(const double *a, const double *b, size_t tests);

/* |scale_a a - scale_b b| / |scale_b b| of outputs a and b (tests). NAN where that is no
 * number. */
double metrics_output_distance(const double *a, double scale_a, const double *b,
                               double scale_b, size_t tests);

/* Whether no test points are needed: the linear predictor (n = 1) on the mixture, for
 * which the next three are the expectations of the above. */
bool metrics_closed_form(const struct span_request *q);

/* Accuracy of the linear predictor on the mixture in closed form,
 *     Phi(<w, mu> sqrt(d) / (noise |w|)),
 * and with a common direction c, which test points share, the mean over both labels of
 *     Phi((sqrt(1-rho) <w, mu> +- sqrt(rho) <w, c>) sqrt(d) / (sqrt(1-rho) noise |w|)). */
double metrics_linear_accuracy(const struct span *s, const struct mixture *mixture,
                               const struct weights *theta);

/* A linear predictor, with the span of its start. */
struct metrics_linear {
    const struct span *s;
    const struct weights *theta;
};

/* Chance that two linear predictors a and b classify a point of the mixture alike: with h
 * and k the arguments of Phi above and t the angle between them, in [0, pi],
 *     1 - |Phi(h) - Phi(k)| - (1/pi) int_0^t exp(-(h^2 + k^2 - 2 h k cos s)
 *                                                / (2 sin^2 s)) ds,
 * the mean over both labels. At h = k = 0 it is 1 - t / pi. `cosine` as in
 * weights_start_distance. */
double metrics_linear_agreement(const struct metrics_linear *a,
                                const struct metrics_linear *b,
                                const struct mixture *mixture, double cosine);

/* sqrt(E (scale_a N_a - scale_b N_b)^2 / E (scale_b N_b)^2) over points of the mixture,
 * where E <v, x>^2 = (1-rho) (<v, mu>^2 + noise^2 |v|^2 / d) + rho <v, c>^2. */
double metrics_linear_distance(const struct metrics_linear *a, double scale_a,
                               const struct metrics_linear *b, double scale_b,
                               const struct mixture *mixture, double cosine);

/* Share of neuron-point pairs whose activation state differs. */
double metrics_flips(const signed char *before, const signed char *after, size_t count);

/* Largest |after - before| over an index set; NAN if it is empty or holds a NaN. */
double metrics_largest_change(const double *before, const double *after,
                              const size_t *index, size_t count);

/* Smallest entry of margin over an index set; NAN if it is empty or holds a NaN. */
double metrics_smallest(const double *margin, const size_t *index, size_t count);

#endif
