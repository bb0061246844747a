/* evidence.h - how probable the labels are under a linear model before it is trained.
 *
 * Bayesian linear regression on the labels, y_i = <w, x_i> + N(0, 1), with the law of W(0)
 * as the prior of w: N(0, variance) in each coordinate. The logarithm of the marginal
 * likelihood has the closed form
 *
 *     log p(y | X) = -1/2 (y^T K^-1 y + log det K + m log 2 pi),    K = I + variance X X^T.
 *
 * det K = det(I + variance X^T X), and y^T K^-1 y is the smallest value of
 * |y - X w|^2 + |w|^2 / variance: at a w that is off by rounding it is off by its square.
 */
#ifndef SWEEP_EVIDENCE_H
#define SWEEP_EVIDENCE_H

#include "sweep/memory.h"
#include "sweep/network.h"

struct evidence_workspace {
    double *A;    /* (k, k), k = min(m, r) */
    double *w;    /* (max(m, r)) w / variance */
    double *rest; /* (m) */
};

void evidence_layout(struct evidence_workspace *w, size_t m, size_t r, struct arena *a);

/* log p(y | X); NAN where the trace of variance X X^T is above 1e6, so that rounding could
 * reach its ninth digit. Cost m r k + k^3 / 3. */
double evidence_linear(const struct points *p, double variance,
                       struct evidence_workspace *w);

#endif
