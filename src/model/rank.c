#include "sweep/rank.h"
#include <gsl/gsl_cblas.h>
#include <lapacke.h>
#include <math.h>

/* Share of the largest eigenvalue of a Gram matrix: the square of that of the largest
 * singular value. */
static const double NEGLIGIBLE = 1e-12;

void rank_layout(struct rank_workspace *w, size_t n, struct arena *a)
{
    w->lapack_size = 64 * n;
    w->gram = arena_doubles(a, n, n);
    w->value = arena_doubles(a, n, 1);
    w->lapack = arena_doubles(a, w->lapack_size, 1);
}

/* gram = W W^T + (perp / |W(0)_perp|)^2 A A^T, or W^T W when it is smaller and there is
 * nothing outside; returns its size. */
static size_t gram_of(const struct span *s, const struct span_request *q,
                      const struct span_workspace *drawn, const struct weights *theta,
                      double *gram)
{
    int n = (int)s->n, r = (int)s->r;
    if (theta->perp == 0.0 && r < n) {
        cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, r, n, 1.0, theta->W, r, 0.0,
                    gram, r);
        return s->r;
    }
    cblas_dsyrk(CblasRowMajor, CblasUpper, CblasNoTrans, n, r, 1.0, theta->W, r, 0.0,
                gram, n);
    if (theta->perp != 0.0) {
        double share = theta->perp / s->perp_norm;
        int k = (int)span_outside_rank(q);
        cblas_dsyrk(CblasRowMajor, CblasUpper, CblasNoTrans, n, k, share * share,
                    drawn->weights, k, 1.0, gram, n);
    }
    return s->n;
}

struct rank rank_measure(const struct span *s, const struct span_request *q,
                         const struct span_workspace *drawn,
                         const struct weights *theta, struct rank_workspace *w)
{
    struct rank none = {NAN, NAN}, rank = {0.0, 0.0};
    size_t size = gram_of(s, q, drawn, theta, w->gram);
    for (size_t k = 0; k < size; k++)
        if (!isfinite(w->gram[k * size + k]))
            return none;
    /* Row-major upper is LAPACK's lower. */
    if (LAPACKE_dsyev_work(LAPACK_COL_MAJOR, 'N', 'L', (int)size, w->gram, (int)size,
                           w->value, w->lapack, (int)w->lapack_size) != 0)
        return none;
    double largest = w->value[size - 1];
    if (!(largest > 0.0))
        return none;
    for (size_t k = 0; k < size; k++) {
        rank.stable += fmax(w->value[k], 0.0) / largest;
        rank.numerical += w->value[k] > NEGLIGIBLE * largest;
    }
    return rank;
}
