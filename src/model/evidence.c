#include "sweep/evidence.h"
#include <gsl/gsl_cblas.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

/* Largest trace of variance X X^T: the smallest eigenvalue of K is 1. */
static const double WIDEST = 1e6;

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

void evidence_layout(struct evidence_workspace *w, size_t m, size_t r, struct arena *a)
{
    size_t k = least(m, r);
    w->A = arena_doubles(a, k, k);
    w->w = arena_doubles(a, m + r - k, 1);
    w->rest = arena_doubles(a, m, 1);
}

/* The Cholesky factor of I + variance X X^T, or X^T X where that is smaller. */
static int factor(const struct points *p, double variance, int k, double *A)
{
    int m = (int)p->m, r = (int)p->r;
    if (m <= r)
        cblas_dsyrk(CblasRowMajor, CblasUpper, CblasNoTrans, k, r, variance, p->X, r,
                    0.0, A, k);
    else
        cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, k, m, variance, p->X, r, 0.0,
                    A, k);
    for (int i = 0; i < k; i++)
        A[(size_t)i * (size_t)k + (size_t)i] += 1.0;
    return LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'L', k, A, k); /* of what is above */
}

static void solve(const double *A, int k, double *x)
{
    cblas_dtrsv(CblasColMajor, CblasLower, CblasNoTrans, CblasNonUnit, k, A, k, x, 1);
    cblas_dtrsv(CblasColMajor, CblasLower, CblasTrans, CblasNonUnit, k, A, k, x, 1);
}

/* |y - X w|^2 + |w|^2 / variance at w = variance v, v = X^T K^-1 y. */
static double misfit(const struct points *p, double variance, int k,
                     struct evidence_workspace *w)
{
    int m = (int)p->m, r = (int)p->r;
    memcpy(w->rest, p->y, p->m * sizeof *w->rest);
    if (m <= r)
        solve(w->A, k, w->rest);
    cblas_dgemv(CblasRowMajor, CblasTrans, m, r, 1.0, p->X, r, w->rest, 1, 0.0, w->w,
                1);
    if (m > r)
        solve(w->A, k, w->w);
    memcpy(w->rest, p->y, p->m * sizeof *w->rest);
    cblas_dgemv(CblasRowMajor, CblasNoTrans, m, r, -variance, p->X, r, w->w, 1, 1.0,
                w->rest, 1);
    return cblas_ddot(m, w->rest, 1, w->rest, 1) +
           variance * cblas_ddot(r, w->w, 1, w->w, 1);
}

double evidence_linear(const struct points *p, double variance,
                       struct evidence_workspace *w)
{
    size_t k = least(p->m, p->r), count = p->m * p->r;
    double determinant = 0.0, trace = 0.0;
    for (size_t i = 0; i < count; i++)
        trace += variance * p->X[i] * p->X[i];
    if (!(trace <= WIDEST) || factor(p, variance, (int)k, w->A) != 0)
        return NAN;
    for (size_t i = 0; i < k; i++)
        determinant += 2.0 * log(w->A[i * k + i]);
    return -0.5 * (misfit(p, variance, (int)k, w) + determinant +
                   (double)p->m * log(2.0 * M_PI));
}
