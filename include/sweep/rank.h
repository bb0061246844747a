/* rank.h - stable and numerical rank of all weights, those outside the span included.
 *
 *     stable rank = |W|_F^2 / |W|_2^2,    numerical rank = #{k : sigma_k > 1e-6 sigma_1}.
 *
 * On nearly orthogonal data gradient flow takes leaky networks to rank at most 2, one
 * direction for each sign of u_j, and gradient descent lowers the stable rank in its first
 * step (Frei, Vardi, Bartlett, Srebro, Hu, arXiv:2210.07082).
 *
 * The squares of the singular values are the eigenvalues of the smaller Gram matrix, so
 * singular values below 1e-8 of the largest are rounding.
 */
#ifndef SWEEP_RANK_H
#define SWEEP_RANK_H

#include "sweep/memory.h"
#include "sweep/network.h"
#include "sweep/span.h"
#include <stddef.h>

struct rank {
    double stable;    /* NAN for W = 0 and for what is not finite */
    double numerical; /* NAN where `stable` is */
};

struct rank_workspace {
    double *gram;   /* (n, n) */
    double *value;  /* (n) */
    double *lapack; /* (lapack_size) */
    size_t lapack_size;
};

void rank_layout(struct rank_workspace *w, size_t n, struct arena *a);

/* Of theta, a model of this span; with theta->perp != 0 the span must have been drawn
 * with `outside`. Cost n^2 (r + k) + n^3 with k = min(n, d) for the part outside, or r^2 n
 * + r^3 when there is none and r < n. */
struct rank rank_measure(const struct span *s, const struct span_request *q,
                         const struct span_workspace *drawn,
                         const struct weights *theta, struct rank_workspace *w);

#endif
