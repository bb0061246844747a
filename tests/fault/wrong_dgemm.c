/* wrong_dgemm.c - preloaded: a BLAS whose matrix product is wrong in the last number of
 * its last row, by a relative 1e-9, where rows are left over from blocks of eight.
 */
#include <dlfcn.h>

typedef void dgemm_function(int order, int ta, int tb, int m, int n, int k,
                            double alpha, const double *a, int lda, const double *b,
                            int ldb, double beta, double *c, int ldc);

dgemm_function cblas_dgemm;

void cblas_dgemm(int order, int ta, int tb, int m, int n, int k, double alpha,
                 const double *a, int lda, const double *b, int ldb, double beta,
                 double *c, int ldc)
{
    static dgemm_function *next;
    if (!next)
        *(void **)&next = dlsym(RTLD_NEXT, "cblas_dgemm");
    next(order, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    if (m > 8 && m % 8 != 0)
        c[(m - 1) * ldc + n - 1] *= 1.0 + 1e-9;
}
