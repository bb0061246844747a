/* metrics.h - test accuracy and what an unlearning step changed. */
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

/* Share of the first `tests` test points that a network classifies as their true label; a
 * point with N(x) = 0 counts half. NAN when tests is 0 or a prediction is NaN.
 * Cost 2 R r tests, R the number of different neurons (all n while a part of W(0) outside
 * the span is left). */
double metrics_accuracy(const struct network *net, const struct span *s, size_t tests,
                        const struct weights *theta, struct metrics_workspace *w);

/* Whether no test points are needed: the linear predictor (n = 1) on the mixture. */
bool metrics_closed_form(const struct span_request *q);

/* Accuracy of the linear predictor on the mixture in closed form,
 *     Phi(<w, mu> sqrt(d) / (noise |w|)),
 * and with a common direction c, which test points share, the mean over both labels of
 *     Phi((sqrt(1-rho) <w, mu> +- sqrt(rho) <w, c>) sqrt(d) / (sqrt(1-rho) noise |w|)). */
double metrics_linear_accuracy(const struct span *s, const struct mixture *mixture,
                               const struct weights *theta);

/* Share of neuron-point pairs whose activation state differs. */
double metrics_flips(const signed char *before, const signed char *after, size_t count);

/* Largest |after - before| over an index set; NAN if it is empty or holds a NaN. */
double metrics_largest_change(const double *before, const double *after,
                              const size_t *index, size_t count);

/* Smallest entry of margin over an index set; NAN if it is empty or holds a NaN. */
double metrics_smallest(const double *margin, const size_t *index, size_t count);

#endif
