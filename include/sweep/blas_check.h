/* blas_check.h - does the linear algebra that is loaded compute right?
 *
 * OpenBLAS chooses its kernels by CPU when it is loaded, and some versions have kernels
 * that are plainly wrong on some CPUs. So each function that the program calls is
 * compared with plain loops, or put into the identities that define its result.
 *
 * All inputs are fixed numbers in [1, 2). Sums of k such products have no cancellation,
 * and the two ways of forming them differ by at most 2 (k + 4) u of their size, u =
 * 2^-53: that is the tolerance. It is that of Cholesky factors and of triangular solves
 * too, whose errors are bounded term by term. Other factorisations (QR, eigenvectors,
 * singular vectors, least squares) of an m x n matrix may miss their identities by
 * 8 (m + n) sqrt(m n) u of its norm.
 *
 * A function that `src/model` begins to call is one line in BLAS_CALLS and one check.
 */
#ifndef SWEEP_BLAS_CHECK_H
#define SWEEP_BLAS_CHECK_H

#include <gsl/gsl_cblas.h>
#include <lapacke.h>
#include <stdbool.h>
#include <stddef.h>

/* A name here and the function behind it. */
#define BLAS_CALLS(X)                                                                  \
    X(dgemm, cblas_dgemm)                                                              \
    X(dsyrk, cblas_dsyrk)                                                              \
    X(dgemv, cblas_dgemv)                                                              \
    X(dger, cblas_dger)                                                                \
    X(ddot, cblas_ddot)                                                                \
    X(daxpy, cblas_daxpy)                                                              \
    X(dscal, cblas_dscal)                                                              \
    X(dnrm2, cblas_dnrm2)                                                              \
    X(dasum, cblas_dasum)                                                              \
    X(dtrsv, cblas_dtrsv)                                                              \
    X(dtrsm, cblas_dtrsm)                                                              \
    X(dpotrf, LAPACKE_dpotrf_work)                                                     \
    X(dgeqrf, LAPACKE_dgeqrf_work)                                                     \
    X(dorgqr, LAPACKE_dorgqr_work)                                                     \
    X(dlarft, LAPACKE_dlarft_work)                                                     \
    X(dlarfb, LAPACKE_dlarfb_work)                                                     \
    X(dgeqp3, LAPACKE_dgeqp3_work)                                                     \
    X(dgelsy, LAPACKE_dgelsy_work)                                                     \
    X(dsyev, LAPACKE_dsyev_work)                                                       \
    X(dgesvd, LAPACKE_dgesvd_work)

/* One pointer for each; a test plants a wrong one. */
struct blas_calls {
#define BLAS_CALL(name, function) __typeof__(function) *name;
    BLAS_CALLS(BLAS_CALL)
#undef BLAS_CALL
};

/* Those that the program calls. */
extern const struct blas_calls blas_calls_linked;

struct blas_fault {
    char call[64]; /* "dgemm, 7 x 13 x 5" */
    double off;    /* largest absolute error there; NAN when there is no number */
};

/* Whether all are right; if not, the first that is wrong. 3 ms, no allocation. */
bool blas_check(const struct blas_calls *calls, struct blas_fault *fault);

#endif
