/* The linked library passes; each function that is wrong in a single place is found. */
#include "check.h"
#include "sweep/blas_check.h"
#include <limits.h>

/* Which numbers of the result are spoiled, and how. */
static struct {
    double factor; /* of one number; NAN: makes it NaN */
    int least;     /* calls with a result of fewer rows stay right */
} plant;

static void spoil(double *number, int rows)
{
    if (rows >= plant.least)
        *number *= plant.factor;
}

static void wrong_dgemm(enum CBLAS_ORDER order, enum CBLAS_TRANSPOSE ta,
                        enum CBLAS_TRANSPOSE tb, int m, int n, int k, double alpha,
                        const double *a, int lda, const double *b, int ldb, double beta,
                        double *c, int ldc)
{
    cblas_dgemm(order, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    spoil(c + (m - 1) * ldc + n / 2, m);
}

/* Forgets the last row when rows are left over from blocks of four. */
static void short_dgemm(enum CBLAS_ORDER order, enum CBLAS_TRANSPOSE ta,
                        enum CBLAS_TRANSPOSE tb, int m, int n, int k, double alpha,
                        const double *a, int lda, const double *b, int ldb, double beta,
                        double *c, int ldc)
{
    if (ta == CblasNoTrans && m > 4 && m % 4 == 3)
        m--;
    cblas_dgemm(order, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

/* Takes what was there for zero. */
static void fresh_dgemm(enum CBLAS_ORDER order, enum CBLAS_TRANSPOSE ta,
                        enum CBLAS_TRANSPOSE tb, int m, int n, int k, double alpha,
                        const double *a, int lda, const double *b, int ldb, double beta,
                        double *c, int ldc)
{
    (void)beta;
    cblas_dgemm(order, ta, tb, m, n, k, alpha, a, lda, b, ldb, 0.0, c, ldc);
}

static void wrong_dsyrk(enum CBLAS_ORDER order, enum CBLAS_UPLO half,
                        enum CBLAS_TRANSPOSE ta, int n, int k, double alpha,
                        const double *a, int lda, double beta, double *c, int ldc)
{
    cblas_dsyrk(order, half, ta, n, k, alpha, a, lda, beta, c, ldc);
    spoil(c + n - 1, n);
}

static void wrong_dgemv(enum CBLAS_ORDER order, enum CBLAS_TRANSPOSE ta, int m, int n,
                        double alpha, const double *a, int lda, const double *x, int dx,
                        double beta, double *y, int dy)
{
    cblas_dgemv(order, ta, m, n, alpha, a, lda, x, dx, beta, y, dy);
    spoil(y + (ta == CblasTrans ? n : m) - 1, ta == CblasTrans ? n : m);
}

static double wrong_ddot(int n, const double *x, int dx, const double *y, int dy)
{
    double dot = cblas_ddot(n, x, dx, y, dy);
    spoil(&dot, n);
    return dot;
}

static void wrong_daxpy(int n, double alpha, const double *x, int dx, double *y, int dy)
{
    cblas_daxpy(n, alpha, x, dx, y, dy);
    spoil(y + n - 1, n);
}

static void wrong_dscal(int n, double alpha, double *x, int dx)
{
    cblas_dscal(n, alpha, x, dx);
    spoil(x + n - 1, n);
}

static double wrong_dnrm2(int n, const double *x, int dx)
{
    double norm = cblas_dnrm2(n, x, dx);
    spoil(&norm, n);
    return norm;
}

static lapack_int wrong_dgeqrf(int order, lapack_int m, lapack_int n, double *a,
                               lapack_int lda, double *tau, double *work,
                               lapack_int size)
{
    lapack_int info = LAPACKE_dgeqrf_work(order, m, n, a, lda, tau, work, size);
    spoil(a + (n - 1) * lda, m);
    return info;
}

static lapack_int wrong_dorgqr(int order, lapack_int m, lapack_int n, lapack_int k,
                               double *a, lapack_int lda, const double *tau,
                               double *work, lapack_int size)
{
    lapack_int info = LAPACKE_dorgqr_work(order, m, n, k, a, lda, tau, work, size);
    spoil(a + n * lda - 1, m);
    return info;
}

static void wrong_dger(const enum CBLAS_ORDER order, int m, int n, double alpha,
                       const double *x, int dx, const double *y, int dy, double *a,
                       int lda)
{
    cblas_dger(order, m, n, alpha, x, dx, y, dy, a, lda);
    spoil(a + m * n - 1, m);
}

static lapack_int wrong_dlarft(int order, char direct, char store, lapack_int n,
                               lapack_int k, const double *v, lapack_int ldv,
                               const double *tau, double *t, lapack_int ldt)
{
    lapack_int info =
        LAPACKE_dlarft_work(order, direct, store, n, k, v, ldv, tau, t, ldt);
    spoil(t, n);
    return info;
}

static char spoiled_trans; /* of dlarfb */

static lapack_int wrong_dlarfb(int order, char side, char trans, char direct,
                               char store, lapack_int m, lapack_int n, lapack_int k,
                               const double *v, lapack_int ldv, const double *t,
                               lapack_int ldt, double *c, lapack_int ldc, double *work,
                               lapack_int ldwork)
{
    lapack_int info = LAPACKE_dlarfb_work(order, side, trans, direct, store, m, n, k, v,
                                          ldv, t, ldt, c, ldc, work, ldwork);
    if (trans == spoiled_trans)
        spoil(c + m * n - 1, m);
    return info;
}

static char spoiled_job; /* of dsyev */

static lapack_int wrong_dsyev(int order, char job, char half, lapack_int n, double *a,
                              lapack_int lda, double *value, double *work,
                              lapack_int size)
{
    lapack_int info =
        LAPACKE_dsyev_work(order, job, half, n, a, lda, value, work, size);
    if (job == spoiled_job)
        spoil(value + n - 1, n);
    return info;
}

static lapack_int turned_dsyev(int order, char job, char half, lapack_int n, double *a,
                               lapack_int lda, double *value, double *work,
                               lapack_int size)
{
    lapack_int info =
        LAPACKE_dsyev_work(order, job, half, n, a, lda, value, work, size);
    if (job == 'V')
        spoil(a, n);
    return info;
}

static lapack_int wrong_dgesvd(int order, char left, char right, lapack_int m,
                               lapack_int n, double *a, lapack_int lda, double *value,
                               double *u, lapack_int ldu, double *v, lapack_int ldv,
                               double *work, lapack_int size)
{
    lapack_int info = LAPACKE_dgesvd_work(order, left, right, m, n, a, lda, value, u,
                                          ldu, v, ldv, work, size);
    spoil(value, m);
    return info;
}

static lapack_int turned_dgesvd(int order, char left, char right, lapack_int m,
                                lapack_int n, double *a, lapack_int lda, double *value,
                                double *u, lapack_int ldu, double *v, lapack_int ldv,
                                double *work, lapack_int size)
{
    lapack_int info = LAPACKE_dgesvd_work(order, left, right, m, n, a, lda, value, u,
                                          ldu, v, ldv, work, size);
    spoil(a, m);
    return info;
}

static double wrong_dasum(int n, const double *x, int dx)
{
    double sum = cblas_dasum(n, x, dx);
    spoil(&sum, n);
    return sum;
}

/* Forgets that a sum of lengths has no signs. */
static double signed_dasum(int n, const double *x, int dx)
{
    double sum = 0.0;
    for (int i = 0; i < n; i++)
        sum += x[i * dx];
    return sum;
}

static bool spoiled_turn; /* of dtrsv, dtrsm: the transposed matrix only */

static void wrong_dtrsv(enum CBLAS_ORDER order, enum CBLAS_UPLO half,
                        enum CBLAS_TRANSPOSE ta, enum CBLAS_DIAG diagonal, int n,
                        const double *a, int lda, double *x, int dx)
{
    cblas_dtrsv(order, half, ta, diagonal, n, a, lda, x, dx);
    if (!spoiled_turn || ta == CblasTrans)
        spoil(x + n - 1, n);
}

static void wrong_dtrsm(enum CBLAS_ORDER order, enum CBLAS_SIDE side,
                        enum CBLAS_UPLO half, enum CBLAS_TRANSPOSE ta,
                        enum CBLAS_DIAG diagonal, int n, int columns, double alpha,
                        const double *a, int lda, double *b, int ldb)
{
    cblas_dtrsm(order, side, half, ta, diagonal, n, columns, alpha, a, lda, b, ldb);
    if (!spoiled_turn || ta == CblasTrans)
        spoil(b + (n - 1) * ldb + columns - 1, n);
}

static lapack_int wrong_dpotrf(int order, char half, lapack_int n, double *a,
                               lapack_int lda)
{
    lapack_int info = LAPACKE_dpotrf_work(order, half, n, a, lda);
    spoil(a + n - 1, n);
    return info;
}

static lapack_int no_dpotrf(int order, char half, lapack_int n, double *a,
                            lapack_int lda)
{
    LAPACKE_dpotrf_work(order, half, n, a, lda);
    return n;
}

/* Right but where columns are left over from rows, as in a wide array. */
static lapack_int wide_dgeqrf(int order, lapack_int m, lapack_int n, double *a,
                              lapack_int lda, double *tau, double *work,
                              lapack_int size)
{
    lapack_int info = LAPACKE_dgeqrf_work(order, m, n, a, lda, tau, work, size);
    if (n > m)
        a[(n - 1) * lda + m - 1] *= plant.factor;
    return info;
}

static lapack_int wrong_dgeqp3(int order, lapack_int m, lapack_int n, double *a,
                               lapack_int lda, lapack_int *pivot, double *tau,
                               double *work, lapack_int size)
{
    lapack_int info = LAPACKE_dgeqp3_work(order, m, n, a, lda, pivot, tau, work, size);
    spoil(a + (n - 1) * lda, m);
    return info;
}

/* A factorisation that does not choose its columns. */
static lapack_int fixed_dgeqp3(int order, lapack_int m, lapack_int n, double *a,
                               lapack_int lda, lapack_int *pivot, double *tau,
                               double *work, lapack_int size)
{
    for (int j = 0; j < n; j++)
        pivot[j] = j + 1;
    return LAPACKE_dgeqrf_work(order, m, n, a, lda, tau, work, size);
}

static lapack_int twice_dgeqp3(int order, lapack_int m, lapack_int n, double *a,
                               lapack_int lda, lapack_int *pivot, double *tau,
                               double *work, lapack_int size)
{
    lapack_int info = LAPACKE_dgeqp3_work(order, m, n, a, lda, pivot, tau, work, size);
    pivot[0] = pivot[1];
    return info;
}

static enum { NEAREST, SHORTEST, RANK } spoiled_part; /* of dgelsy */

static lapack_int wrong_dgelsy(int order, lapack_int m, lapack_int n, lapack_int rhs,
                               double *a, lapack_int lda, double *b, lapack_int ldb,
                               lapack_int *pivot, double least, lapack_int *rank,
                               double *work, lapack_int size)
{
    lapack_int info = LAPACKE_dgelsy_work(order, m, n, rhs, a, lda, b, ldb, pivot,
                                          least, rank, work, size);
    if (spoiled_part == NEAREST)
        spoil(b + n / 2, m);
    else if (spoiled_part == SHORTEST) { /* its first and last columns are equal */
        double moved = (plant.factor - 1.0) * b[0];
        b[0] += moved;
        b[n - 1] -= moved;
    } else
        *rank += 1;
    return info;
}

/* Refused, the call named first being `name`. */
static void expect(const struct blas_calls *calls, const char *name, double least)
{
    struct blas_fault fault;
    check_true(!blas_check(calls, &fault), "a wrong %s is accepted", name);
    check_true(strncmp(fault.call, name, strlen(name)) == 0, "'%s' for %s", fault.call,
               name);
    check_true(isnan(plant.factor) ? isnan(fault.off) : fault.off >= least,
               "%s, off by %g", name, fault.off);
}

static void linked_library_is_right(void **state)
{
    (void)state;
    struct blas_fault fault;
    bool right = blas_check(&blas_calls_linked, &fault);
    check_true(right, "%s, off by %g", fault.call, fault.off);
}

static void one_wrong_number_is_found(void **state)
{
    (void)state;
    /* A relative error of 1e-9 everywhere, in large results only, and no number. The
     * least error is of numbers of 1 or more; those of orthonormal vectors may be
     * small. */
    static const struct {
        double factor, least;
        int rows;
    } plants[] = {{1.0 + 1e-9, 1e-10, 0}, {1.0 + 1e-9, 1e-10, 41}, {(double)NAN, 0, 0}};
    for (size_t i = 0; i < sizeof plants / sizeof plants[0]; i++) {
        plant.factor = plants[i].factor;
        plant.least = plants[i].rows;
        struct blas_calls calls = blas_calls_linked;
#define EXPECT(member, function, name)                                                 \
    calls.member = function;                                                           \
    expect(&calls, name, plants[i].least);                                             \
    calls.member = blas_calls_linked.member
        EXPECT(dgemm, wrong_dgemm, "dgemm, ");
        EXPECT(dsyrk, wrong_dsyrk, "dsyrk, ");
        EXPECT(dgemv, wrong_dgemv, "dgemv, ");
        EXPECT(dger, wrong_dger, "dger, ");
        EXPECT(ddot, wrong_ddot, "ddot, ");
        EXPECT(daxpy, wrong_daxpy, "daxpy, ");
        EXPECT(dscal, wrong_dscal, "dscal, ");
        EXPECT(dnrm2, wrong_dnrm2, "dnrm2, ");
        EXPECT(dasum, wrong_dasum, "dasum, ");
        spoiled_turn = false;
        EXPECT(dtrsv, wrong_dtrsv, "dtrsv, ");
        EXPECT(dtrsm, wrong_dtrsm, "dtrsm, ");
        spoiled_turn = true;
        EXPECT(dtrsv, wrong_dtrsv, "dtrsv, ");
        EXPECT(dtrsm, wrong_dtrsm, "dtrsm, ");
        EXPECT(dgeqrf, wrong_dgeqrf, "dgeqrf and dorgqr, ");
    }
}

static void factorisations_are_checked(void **state)
{
    (void)state;
    static const double factors[] = {1.0 + 1e-9, (double)NAN};
    for (size_t i = 0; i < sizeof factors / sizeof factors[0]; i++) {
        plant.factor = factors[i];
        plant.least = 0;
        struct blas_calls calls = blas_calls_linked;
#define EXPECT_FACTOR(member, function, name)                                          \
    calls.member = function;                                                           \
    expect(&calls, name, 1e-13);                                                       \
    calls.member = blas_calls_linked.member
        EXPECT_FACTOR(dorgqr, wrong_dorgqr, "dgeqrf and dorgqr, ");
        EXPECT_FACTOR(dlarft, wrong_dlarft, "dlarft and dlarfb, ");
        spoiled_trans = 'T';
        EXPECT_FACTOR(dlarfb, wrong_dlarfb, "dlarft and dlarfb, ");
        spoiled_trans = 'N';
        EXPECT_FACTOR(dlarfb, wrong_dlarfb, "dlarft and dlarfb, ");
        EXPECT_FACTOR(dsyev, turned_dsyev, "dsyev, ");
        spoiled_job = 'V';
        EXPECT_FACTOR(dsyev, wrong_dsyev, "dsyev, ");
        spoiled_job = 'N';
        EXPECT_FACTOR(dsyev, wrong_dsyev, "dsyev, ");
        EXPECT_FACTOR(dgesvd, wrong_dgesvd, "dgesvd, ");
        EXPECT_FACTOR(dgesvd, turned_dgesvd, "dgesvd, ");
        EXPECT_FACTOR(dpotrf, wrong_dpotrf, "dpotrf, ");
        EXPECT_FACTOR(dgeqrf, wide_dgeqrf, "dgeqrf, 9 x 12");
        EXPECT_FACTOR(dgeqp3, wrong_dgeqp3, "dgeqp3, ");
        spoiled_part = NEAREST;
        EXPECT_FACTOR(dgelsy, wrong_dgelsy, "dgelsy, ");
        spoiled_part = SHORTEST;
        EXPECT_FACTOR(dgelsy, wrong_dgelsy, "dgelsy, ");
    }
}

static void factorisations_without_a_number(void **state)
{
    (void)state;
    plant.factor = (double)NAN; /* what they compute is right */
    plant.least = INT_MAX;
    spoiled_part = RANK;
    struct blas_calls calls = blas_calls_linked;
    EXPECT_FACTOR(dpotrf, no_dpotrf, "dpotrf, ");
    EXPECT_FACTOR(dgeqp3, twice_dgeqp3, "dgeqp3, ");
    EXPECT_FACTOR(dgelsy, wrong_dgelsy, "dgelsy, ");
}

static void kernels_with_a_wrong_case(void **state)
{
    (void)state;
    struct blas_calls calls = blas_calls_linked;
    plant.factor = 1.0;
    calls.dgemm = short_dgemm;
    expect(&calls, "dgemm, 7 x 11 x 5", 1);
    calls.dgemm = fresh_dgemm;
    expect(&calls, "dgemm, 1 x 11 x 5", 1);
    calls = blas_calls_linked;
    calls.dasum = signed_dasum;
    expect(&calls, "dasum, 2", 1);
    calls = blas_calls_linked;
    calls.dgeqp3 = fixed_dgeqp3;
    expect(&calls, "dgeqp3, 12 x 9", 1e-3);
}

static void all_cases_ran(void **state)
{
    (void)state;
    check_cases(1 + 3 * 3 * 14 + 2 * 3 * 14 + 3 * 3 + 4 * 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linked_library_is_right),
        cmocka_unit_test(one_wrong_number_is_found),
        cmocka_unit_test(factorisations_are_checked),
        cmocka_unit_test(factorisations_without_a_number),
        cmocka_unit_test(kernels_with_a_wrong_case),
        cmocka_unit_test(all_cases_ran),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
