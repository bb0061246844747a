#include "sweep/blas_check.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* LARGE^3 is above the million multiplications up to which OpenBLAS may take special
 * kernels for small matrices; up to ODD, every size is tried in each place. */
enum { LARGE = 103, ODD = 40, LONG = 1003, WORK = 64 * LARGE };

const struct blas_calls blas_calls_linked = {
#define BLAS_CALL(name, function) .name = function,
    BLAS_CALLS(BLAS_CALL)
#undef BLAS_CALL
};

/* Sizes are taken from the beginning of the arrays. */
struct check {
    const struct blas_calls *call;
    struct blas_fault *fault;        /* of the present call; off is 0 while right */
    double number[2][LARGE * LARGE]; /* the inputs */
    double turned[2][LARGE * LARGE]; /* the same, transposed */
    double product[LARGE * LARGE], result[LARGE * LARGE];
    double work[WORK];
};

/* Numbers in [1, 2), the same everywhere. */
static void fill_numbers(struct check *c)
{
    uint64_t state = 1;
    for (size_t i = 0; i < LARGE * LARGE; i++)
        for (size_t k = 0; k < 2; k++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            c->number[k][i] = 1.0 + (double)(state >> 12) * 0x1p-52;
        }
}

/* The call that the next comparisons are about; sizes of 0 are not named. */
static void begin(struct check *c, const char *name, int rows, int columns, int inner)
{
    char *text = c->fault->call;
    size_t room = sizeof c->fault->call;
    int length = snprintf(text, room, "%s, %d", name, rows);
    if (columns > 0)
        length += snprintf(text + length, room - (size_t)length, " x %d", columns);
    if (inner > 0)
        snprintf(text + length, room - (size_t)length, " x %d", inner);
    c->fault->off = 0.0;
}

static void compare(struct check *c, double got, double want, double tolerance)
{
    double error = fabs(got - want);
    if (!(error <= tolerance) && !(error <= c->fault->off) && !isnan(c->fault->off))
        c->fault->off = error;
}

static bool is_right(const struct check *c)
{
    return c->fault->off == 0.0;
}

/* Of a sum of `terms` positive products of that size. */
static double sum_tolerance(int terms, double size)
{
    return (terms + 4) * DBL_EPSILON * size;
}

static double factor_tolerance(int m, int n)
{
    return 4.0 * (m + n) * sqrt((double)m * n) * DBL_EPSILON;
}

/* to (n, m) = the transpose of from (m, n) */
static void transpose(const double *from, int m, int n, double *to)
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++)
            to[j * m + i] = from[i * n + j];
}

/* to (m, n) = a (m, k) b (k, n) */
static void multiply(const double *a, const double *b, int m, int n, int k, double *to)
{
    memset(to, 0, (size_t)(m * n) * sizeof *to);
    for (int i = 0; i < m; i++)
        for (int l = 0; l < k; l++)
            for (int j = 0; j < n; j++)
                to[i * n + j] += a[i * k + l] * b[l * n + j];
}

/* result (m, n) against alpha product + beta number[0], where `upper`: j >= i */
static void compare_product(struct check *c, int m, int n, int k, double alpha,
                            double beta, bool upper)
{
    for (int i = 0; i < m; i++)
        for (int j = upper ? i : 0; j < n; j++) {
            double product = alpha * c->product[i * n + j];
            double old = beta * c->number[0][i * n + j];
            compare(c, c->result[i * n + j], product + old,
                    sum_tolerance(k, fabs(product) + fabs(old)));
        }
}

/* Of the product and of what was there before. */
static const double coefficients[][2] = {{1.0, 0.0}, {-0.75, 1.0}};

static bool check_dgemm(struct check *c, int m, int n, int k)
{
    const double *a = c->number[0], *b = c->number[1];
    multiply(a, b, m, n, k, c->product);
    transpose(a, m, k, c->turned[0]);
    transpose(b, k, n, c->turned[1]);
    begin(c, "dgemm", m, n, k);
    for (int form = 0; form < 6 && is_right(c); form++) {
        bool turn_a = form % 3 == 1, turn_b = form % 3 == 2; /* the program turns one */
        const double *by = coefficients[form / 3];
        memcpy(c->result, c->number[0], (size_t)(m * n) * sizeof *c->result);
        c->call->dgemm(CblasRowMajor, turn_a ? CblasTrans : CblasNoTrans,
                       turn_b ? CblasTrans : CblasNoTrans, m, n, k, by[0],
                       turn_a ? c->turned[0] : a, turn_a ? m : k,
                       turn_b ? c->turned[1] : b, turn_b ? k : n, by[1], c->result, n);
        compare_product(c, m, n, k, by[0], by[1], false);
    }
    return is_right(c);
}

/* a a' (n, n) of a (n, k) */
static bool check_dsyrk(struct check *c, int n, int k)
{
    const double *a = c->number[1];
    transpose(a, n, k, c->turned[0]);
    multiply(a, c->turned[0], n, n, k, c->product);
    begin(c, "dsyrk", n, k, 0);
    for (int form = 0; form < 4 && is_right(c); form++) {
        bool turn = form & 1;
        const double *by = coefficients[form / 2];
        memcpy(c->result, c->number[0], (size_t)(n * n) * sizeof *c->result);
        c->call->dsyrk(CblasRowMajor, CblasUpper, turn ? CblasTrans : CblasNoTrans, n,
                       k, by[0], turn ? c->turned[0] : a, turn ? n : k, by[1],
                       c->result, n);
        compare_product(c, n, n, k, by[0], by[1], true);
    }
    return is_right(c);
}

static bool check_dgemv(struct check *c, int m, int k)
{
    const double *a = c->number[0], *x = c->number[1];
    multiply(a, x, m, 1, k, c->product);
    transpose(a, m, k, c->turned[0]);
    begin(c, "dgemv", m, k, 0);
    for (int form = 0; form < 4 && is_right(c); form++) {
        bool turn = form & 1;
        const double *by = coefficients[form / 2];
        memcpy(c->result, c->number[0], (size_t)m * sizeof *c->result);
        c->call->dgemv(CblasRowMajor, turn ? CblasTrans : CblasNoTrans, turn ? k : m,
                       turn ? m : k, by[0], turn ? c->turned[0] : a, turn ? m : k, x, 1,
                       by[1], c->result, 1);
        compare_product(c, m, 1, k, by[0], by[1], false);
    }
    return is_right(c);
}

static bool check_vectors(struct check *c, int n)
{
    const double *x = c->number[0], *y = c->number[1];
    double dot = 0.0, square = 0.0;
    for (int i = 0; i < n; i++) {
        dot += x[i] * y[i];
        square += x[i] * x[i];
    }
    begin(c, "ddot", n, 0, 0);
    compare(c, c->call->ddot(n, x, 1, y, 1), dot, sum_tolerance(n, dot));
    if (!is_right(c))
        return false;
    begin(c, "dnrm2", n, 0, 0);
    compare(c, c->call->dnrm2(n, x, 1), sqrt(square), sum_tolerance(n, sqrt(square)));
    if (!is_right(c))
        return false;
    begin(c, "dscal", n, 0, 0);
    memcpy(c->result, x, (size_t)n * sizeof *c->result);
    c->call->dscal(n, 0.7, c->result, 1);
    for (int i = 0; i < n; i++)
        compare(c, c->result[i], 0.7 * x[i], sum_tolerance(1, x[i]));
    if (!is_right(c))
        return false;
    begin(c, "daxpy", n, 0, 0);
    memcpy(c->result, x, (size_t)n * sizeof *c->result);
    c->call->daxpy(n, -0.7, y, 1, c->result, 1);
    for (int i = 0; i < n; i++)
        compare(c, c->result[i], x[i] - 0.7 * y[i], sum_tolerance(1, x[i] + y[i]));
    return is_right(c);
}

/* Are the rows (count, length) orthogonal unit vectors? */
static void compare_orthonormal(struct check *c, const double *rows, int count,
                                int length, double tolerance)
{
    transpose(rows, count, length, c->turned[1]);
    multiply(rows, c->turned[1], count, count, length, c->product);
    for (int i = 0; i < count * count; i++)
        compare(c, c->product[i], i % (count + 1) == 0, tolerance);
}

/* k vectors of length d, rows here and columns for LAPACK, made orthonormal: a = r q.
 */
static bool check_qr(struct check *c, int d, int k)
{
    const double *a = c->number[0];
    double *q = c->result, *r = c->turned[0], tau[LARGE];
    double norm = 2.0 * sqrt((double)d * k), tolerance = factor_tolerance(d, k);
    begin(c, "dgeqrf and dorgqr", d, k, 0);
    memcpy(q, a, (size_t)(d * k) * sizeof *q);
    if (c->call->dgeqrf(LAPACK_COL_MAJOR, d, k, q, d, tau, c->work, WORK) != 0)
        c->fault->off = NAN;
    for (int i = 0; i < k; i++)
        for (int j = 0; j < k; j++)
            r[i * k + j] = j <= i ? q[i * d + j] : 0.0;
    if (c->call->dorgqr(LAPACK_COL_MAJOR, d, k, k, q, d, tau, c->work, WORK) != 0)
        c->fault->off = NAN;
    compare_orthonormal(c, q, k, d, tolerance);
    multiply(r, q, k, d, k, c->product);
    for (int i = 0; i < d * k; i++)
        compare(c, c->product[i], a[i], norm * tolerance);
    return is_right(c);
}

/* Of a symmetric a (n, n), with eigenvectors and without. */
static bool check_eigen(struct check *c, int n)
{
    double *a = c->turned[0], *q = c->result, value[LARGE], alone[LARGE];
    double norm = 2.0 * n, tolerance = factor_tolerance(n, n);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            a[i * n + j] = c->number[0][i < j ? i * n + j : j * n + i];
    begin(c, "dsyev", n, n, 0);
    memcpy(q, a, (size_t)(n * n) * sizeof *q);
    if (c->call->dsyev(LAPACK_COL_MAJOR, 'V', 'U', n, q, n, value, c->work, WORK) != 0)
        c->fault->off = NAN;
    compare_orthonormal(c, q, n, n, tolerance);
    multiply(q, a, n, n, n, c->product);
    for (int i = 0; i < n * n; i++)
        compare(c, c->product[i], value[i / n] * q[i], norm * tolerance);
    if (c->call->dsyev(LAPACK_COL_MAJOR, 'N', 'L', n, a, n, alone, c->work, WORK) != 0)
        c->fault->off = NAN;
    for (int i = 0; i < n; i++)
        compare(c, alone[i], value[i], norm * tolerance);
    return is_right(c);
}

/* k vectors a of length d and their left singular vectors u, rows here: b = a u' has
 * orthogonal columns, as long as the singular values, and a = b u. */
static bool check_singular(struct check *c, int d, int k)
{
    const double *a = c->number[0];
    double *u = c->result, *b = c->turned[0], value[LARGE];
    int count = d < k ? d : k;
    double norm = 2.0 * sqrt((double)d * k), tolerance = factor_tolerance(d, k);
    begin(c, "dgesvd", d, k, 0);
    memcpy(u, a, (size_t)(d * k) * sizeof *u);
    if (c->call->dgesvd(LAPACK_COL_MAJOR, 'O', 'N', d, k, u, d, value, NULL, 1, NULL, 1,
                        c->work, WORK) != 0)
        c->fault->off = NAN;
    compare_orthonormal(c, u, count, d, tolerance);
    multiply(a, c->turned[1], k, count, d, b);
    multiply(b, u, k, d, count, c->product);
    for (int i = 0; i < d * k; i++)
        compare(c, c->product[i], a[i], norm * tolerance);
    transpose(b, k, count, c->turned[1]);
    multiply(c->turned[1], b, count, count, k, c->product);
    for (int i = 0; i < count * count; i++) {
        double square =
            i % (count + 1) == 0 ? value[i / count] * value[i / count] : 0.0;
        compare(c, c->product[i], square, norm * norm * tolerance);
    }
    return is_right(c);
}

/* a x = right for the positive definite a = y y', y (n, 2 n). Large enough for the
 * triangular and symmetric products of blocks to take part. */
static bool check_cholesky(struct check *c, int n)
{
    double *a = c->turned[1], *x = c->work, length = 0.0;
    const double *right = c->number[1];
    gsl_matrix_view factor = gsl_matrix_view_array(c->result, (size_t)n, (size_t)n);
    gsl_vector_view solution = gsl_vector_view_array(x, (size_t)n);
    transpose(c->number[0], n, 2 * n, c->turned[0]);
    multiply(c->number[0], c->turned[0], n, n, 2 * n, a);
    memcpy(c->result, a, (size_t)(n * n) * sizeof *a);
    memcpy(x, right, (size_t)n * sizeof *x);
    begin(c, "Cholesky", n, n, 0);
    if (c->call->cholesky(&factor.matrix) != 0 ||
        c->call->cholesky_solve(&factor.matrix, &solution.vector) != 0)
        c->fault->off = NAN;
    multiply(a, x, n, 1, n, c->product);
    for (int i = 0; i < n; i++)
        length = fmax(length, fabs(x[i]));
    double norm = 4.0 * 2 * n * n * length;
    for (int i = 0; i < n; i++)
        compare(c, c->product[i], right[i], norm * factor_tolerance(n, n));
    return is_right(c);
}

/* Every size up to ODD in every place, and sizes of real use. */
static bool check_products(struct check *c)
{
    bool right = true;
    for (int s = 1; s <= ODD && right; s++)
        right = check_vectors(c, s) && check_dgemm(c, s, 11, 5) &&
                check_dgemm(c, 9, s, 6) && check_dgemm(c, 10, 7, s) &&
                check_dsyrk(c, s, 5) && check_dsyrk(c, 7, s) && check_dgemv(c, s, 11) &&
                check_dgemv(c, 9, s);
    return right && check_vectors(c, LONG) && check_dgemm(c, LARGE, 10, 12) &&
           check_dgemm(c, LARGE, LARGE - 2, LARGE) &&
           check_dsyrk(c, LARGE, LARGE - 2) && check_dsyrk(c, 12, LARGE) &&
           check_dgemv(c, LARGE, LARGE - 2);
}

bool blas_check(const struct blas_calls *calls, struct blas_fault *fault)
{
    struct check c = {.call = calls, .fault = fault};
    fill_numbers(&c);
    return check_products(&c) && check_qr(&c, 61, 7) && check_qr(&c, LARGE, ODD - 1) &&
           check_eigen(&c, 7) && check_eigen(&c, ODD + 1) &&
           check_singular(&c, 12, 9) && check_singular(&c, 9, 12) &&
           check_cholesky(&c, 7) && check_cholesky(&c, 71);
}
