/* Private parts of blas_check.c: what is compared, and how. */
#ifndef BLAS_CHECK_PRIVATE_H
#define BLAS_CHECK_PRIVATE_H

#include "sweep/blas_check.h"
#include <float.h>
#include <math.h>
#include <string.h>

/* LARGE^3 is above the million multiplications up to which OpenBLAS may take special
 * kernels for small matrices. */
enum { LARGE = 103, LONG = 1003, WORK = 64 * (LARGE + 2) };

/* Sizes are taken from the beginning of the arrays. */
struct check {
    const struct blas_calls *call;
    struct blas_fault *fault;        /* of the present call; off is 0 while right */
    double number[2][LARGE * LARGE]; /* the inputs */
    double turned[2][LARGE * LARGE]; /* the same, transposed */
    double product[LARGE * LARGE], result[LARGE * LARGE];
    double work[WORK];
};

/* The call that the next comparisons are about; sizes of 0 are not named. */
void check_begin(struct check *c, const char *name, int rows, int columns, int inner);

static inline void check_compare(struct check *c, double got, double want,
                                 double tolerance)
{
    double error = fabs(got - want);
    if (!(error <= tolerance) && !(error <= c->fault->off) && !isnan(c->fault->off))
        c->fault->off = error;
}

static inline bool check_is_right(const struct check *c)
{
    return c->fault->off == 0.0;
}

/* Of a sum of `terms` positive products of that size. */
static inline double check_sum_tolerance(int terms, double size)
{
    return (terms + 4) * DBL_EPSILON * size;
}

/* to (n, m) = the transpose of from (m, n) */
void check_transpose(const double *from, int m, int n, double *to);

/* to (m, n) = a (m, k) b (k, n) */
void check_multiply(const double *a, const double *b, int m, int n, int k, double *to);

/* Of a positive definite matrix (n, n). */
bool check_cholesky(struct check *c, int n);

/* All other factorisations. */
bool check_factorisations(struct check *c);

#endif
