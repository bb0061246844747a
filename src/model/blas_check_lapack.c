/* Factorisations, put into the identities that define them. */
#include "blas_check_private.h"

static double factor_tolerance(int m, int n)
{
    return 4.0 * (m + n) * sqrt((double)m * n) * DBL_EPSILON;
}

/* Are the rows (count, length) orthogonal unit vectors? */
static void compare_orthonormal(struct check *c, const double *rows, int count,
                                int length, double tolerance)
{
    check_transpose(rows, count, length, c->turned[1]);
    check_multiply(rows, c->turned[1], count, count, length, c->product);
    for (int i = 0; i < count * count; i++)
        check_compare(c, c->product[i], i % (count + 1) == 0, tolerance);
}

/* k vectors of length d, rows here and columns for LAPACK, made orthonormal: a = r q.
 */
static bool check_qr(struct check *c, int d, int k)
{
    const double *a = c->number[0];
    double *q = c->result, *r = c->turned[0], tau[LARGE];
    double norm = 2.0 * sqrt((double)d * k), tolerance = factor_tolerance(d, k);
    check_begin(c, "dgeqrf and dorgqr", d, k, 0);
    memcpy(q, a, (size_t)(d * k) * sizeof *q);
    if (c->call->dgeqrf(LAPACK_COL_MAJOR, d, k, q, d, tau, c->work, WORK) != 0)
        c->fault->off = NAN;
    for (int i = 0; i < k; i++)
        for (int j = 0; j < k; j++)
            r[i * k + j] = j <= i ? q[i * d + j] : 0.0;
    if (c->call->dorgqr(LAPACK_COL_MAJOR, d, k, k, q, d, tau, c->work, WORK) != 0)
        c->fault->off = NAN;
    compare_orthonormal(c, q, k, d, tolerance);
    check_multiply(r, q, k, d, k, c->product);
    for (int i = 0; i < d * k; i++)
        check_compare(c, c->product[i], a[i], norm * tolerance);
    return check_is_right(c);
}

/* c (d, n), by columns, becomes c - tau v (v' c), v a column below its unit entry j. */
static void reflect(const double *v, double tau, int j, int d, int n, double *c)
{
    for (int a = 0; a < n; a++) {
        double *to = c + a * d, along = to[j];
        for (int i = j + 1; i < d; i++)
            along += v[i] * to[i];
        to[j] -= tau * along;
        for (int i = j + 1; i < d; i++)
            to[i] -= tau * along * v[i];
    }
}

/* k reflections of c (d, n) at once, in both orders, against one by one. */
static bool check_reflections(struct check *c, int d, int k, int n)
{
    const double *v = c->number[0];
    double tau[LARGE], *t = c->turned[0], norm = 2.0 * sqrt((double)d * n);
    check_begin(c, "dlarft and dlarfb", d, n, k);
    for (int j = 0; j < k; j++) {
        double square = 1.0;
        for (int i = j + 1; i < d; i++)
            square += v[j * d + i] * v[j * d + i];
        tau[j] = 2.0 / square;
    }
    c->call->dlarft(LAPACK_COL_MAJOR, 'F', 'C', d, k, v, d, tau, t, k);
    for (int turn = 0; turn < 2; turn++) {
        memcpy(c->result, c->number[1], (size_t)(d * n) * sizeof *c->result);
        memcpy(c->product, c->number[1], (size_t)(d * n) * sizeof *c->product);
        for (int a = 0; a < k; a++) {
            int j = turn ? a : k - 1 - a;
            reflect(v + j * d, tau[j], j, d, n, c->product);
        }
        c->call->dlarfb(LAPACK_COL_MAJOR, 'L', turn ? 'T' : 'N', 'F', 'C', d, n, k, v,
                        d, t, k, c->result, d, c->turned[1], n);
        for (int i = 0; i < d * n; i++)
            check_compare(c, c->result[i], c->product[i],
                          norm * factor_tolerance(d, k));
    }
    return check_is_right(c);
}

/* Of a symmetric a (n, n), with eigenvectors and without. */
static bool check_eigen(struct check *c, int n)
{
    double *a = c->turned[0], *q = c->result, value[LARGE], alone[LARGE];
    double norm = 2.0 * n, tolerance = factor_tolerance(n, n);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            a[i * n + j] = c->number[0][i < j ? i * n + j : j * n + i];
    check_begin(c, "dsyev", n, n, 0);
    memcpy(q, a, (size_t)(n * n) * sizeof *q);
    if (c->call->dsyev(LAPACK_COL_MAJOR, 'V', 'U', n, q, n, value, c->work, WORK) != 0)
        c->fault->off = NAN;
    compare_orthonormal(c, q, n, n, tolerance);
    check_multiply(q, a, n, n, n, c->product);
    for (int i = 0; i < n * n; i++)
        check_compare(c, c->product[i], value[i / n] * q[i], norm * tolerance);
    if (c->call->dsyev(LAPACK_COL_MAJOR, 'N', 'L', n, a, n, alone, c->work, WORK) != 0)
        c->fault->off = NAN;
    for (int i = 0; i < n; i++)
        check_compare(c, alone[i], value[i], norm * tolerance);
    return check_is_right(c);
}

/* k vectors a of length d and their left singular vectors u, rows here: b = a u' has
 * orthogonal columns, as long as the singular values, and a = b u. */
static bool check_singular(struct check *c, int d, int k)
{
    const double *a = c->number[0];
    double *u = c->result, *b = c->turned[0], value[LARGE];
    int count = d < k ? d : k;
    double norm = 2.0 * sqrt((double)d * k), tolerance = factor_tolerance(d, k);
    check_begin(c, "dgesvd", d, k, 0);
    memcpy(u, a, (size_t)(d * k) * sizeof *u);
    if (c->call->dgesvd(LAPACK_COL_MAJOR, 'O', 'N', d, k, u, d, value, NULL, 1, NULL, 1,
                        c->work, WORK) != 0)
        c->fault->off = NAN;
    compare_orthonormal(c, u, count, d, tolerance);
    check_multiply(a, c->turned[1], k, count, d, b);
    check_multiply(b, u, k, d, count, c->product);
    for (int i = 0; i < d * k; i++)
        check_compare(c, c->product[i], a[i], norm * tolerance);
    check_transpose(b, k, count, c->turned[1]);
    check_multiply(c->turned[1], b, count, count, k, c->product);
    for (int i = 0; i < count * count; i++) {
        double square =
            i % (count + 1) == 0 ? value[i / count] * value[i / count] : 0.0;
        check_compare(c, c->product[i], square, norm * norm * tolerance);
    }
    return check_is_right(c);
}

/* r' r = a' a of the triangle r that a's columns were turned into, those in the order
 * of `pivot` (from 1) if there is one. a (m, n) and r (ld, n) are by columns. */
static void compare_triangle(struct check *c, const double *a, int m, int n,
                             const double *r, int ld, const int *pivot)
{
    double norm = 2.0 * sqrt((double)m * n), tolerance = factor_tolerance(m, n);
    for (int i = 0; i < n; i++)
        for (int j = i; j < n; j++) {
            const double *x = a + (pivot ? pivot[i] - 1 : i) * m;
            const double *y = a + (pivot ? pivot[j] - 1 : j) * m;
            double want = 0.0, got = 0.0;
            for (int k = 0; k < m; k++)
                want += x[k] * y[k];
            for (int k = 0; k <= i && k < m; k++)
                got += r[i * ld + k] * r[j * ld + k];
            check_compare(c, got, want, norm * norm * tolerance);
        }
}

/* Inside a larger array, as the program calls it. */
static bool check_triangle(struct check *c, int m, int n)
{
    double *r = c->result, tau[LARGE];
    int ld = m + 3;
    check_begin(c, "dgeqrf", m, n, 0);
    for (int j = 0; j < n; j++)
        memcpy(r + j * ld, c->number[0] + j * m, (size_t)m * sizeof *r);
    if (c->call->dgeqrf(LAPACK_COL_MAJOR, m, n, r, ld, tau, c->work, WORK) != 0)
        c->fault->off = NAN;
    compare_triangle(c, c->number[0], m, n, r, ld, NULL);
    return check_is_right(c);
}

/* Columns of which the longest remainder is always next. */
static bool check_pivoted(struct check *c, int m, int n)
{
    double *r = c->result, tau[LARGE];
    int pivot[LARGE] = {0}, seen[LARGE] = {0};
    check_begin(c, "dgeqp3", m, n, 0);
    memcpy(r, c->number[0], (size_t)(m * n) * sizeof *r);
    if (c->call->dgeqp3(LAPACK_COL_MAJOR, m, n, r, m, pivot, tau, c->work, WORK) != 0)
        c->fault->off = NAN;
    for (int j = 0; j < n; j++)
        if (pivot[j] < 1 || pivot[j] > n || seen[pivot[j] - 1]++ > 0) {
            c->fault->off = NAN;
            return false;
        }
    compare_triangle(c, c->number[0], m, n, r, m, pivot);
    for (int j = 1; j < n && j < m; j++) {
        double fall = fabs(r[(j - 1) * (m + 1)]) - fabs(r[j * (m + 1)]);
        check_compare(c, fmin(fall, 0.0), 0.0, 2.0 * n * factor_tolerance(m, n));
    }
    return check_is_right(c);
}

/* The shortest x that brings a x nearest to b: a' (b - a x) = 0 and, as the last column
 * of a (m, n) is the first again, x_first = x_last. */
static bool check_least_squares(struct check *c, int m, int n)
{
    double *a = c->turned[0], *x = c->turned[1];
    double norm = 2.0 * sqrt((double)m * n), length = 0.0;
    double tolerance = norm * factor_tolerance(m, n);
    int pivot[LARGE] = {0}, rank = 0;
    memcpy(a, c->number[0], (size_t)(m * n) * sizeof *a);
    memcpy(a + (n - 1) * m, a, (size_t)m * sizeof *a);
    memcpy(c->result, a, (size_t)(m * n) * sizeof *a);
    memcpy(x, c->number[1], (size_t)m * sizeof *x);
    check_begin(c, "dgelsy", m, n, 0);
    if (c->call->dgelsy(LAPACK_COL_MAJOR, m, n, 1, c->result, m, x, m, pivot, 1e-11,
                        &rank, c->work, WORK) != 0 ||
        rank != n - 1)
        c->fault->off = NAN;
    check_multiply(x, a, 1, m, n, c->product);
    for (int k = 0; k < n; k++)
        length = fmax(length, fabs(x[k]));
    for (int j = 0; j < n; j++) {
        double left = 0.0;
        for (int i = 0; i < m; i++)
            left += a[j * m + i] * (c->number[1][i] - c->product[i]);
        check_compare(c, left, 0.0, norm * tolerance * fmax(1.0, length));
    }
    check_compare(c, x[0], x[n - 1], tolerance * length);
    return check_is_right(c);
}

/* By both factors of check_cholesky, l and its transpose, (n, n) of right-hand sides. */
static bool check_triangles(struct check *c, int n)
{
    const double *b = c->number[1];
    double *x = c->result;
    check_begin(c, "dtrsm", n, n, 0);
    for (int turn = 0; turn < 2 && check_is_right(c); turn++) {
        memcpy(x, b, (size_t)(n * n) * sizeof *x);
        c->call->dtrsm(CblasRowMajor, CblasLeft, turn ? CblasUpper : CblasLower,
                       turn ? CblasTrans : CblasNoTrans, CblasNonUnit, n, n, 1.0,
                       c->turned[turn], n, x, n);
        for (int i = 0; i < n; i++)
            for (int k = 0; k < n; k++) {
                double sum = 0.0, terms = 0.0;
                for (int j = 0; j <= i; j++) {
                    double term = c->turned[0][i * n + j] * x[j * n + k];
                    sum += term;
                    terms += fabs(term);
                }
                check_compare(c, sum, b[i * n + k], check_sum_tolerance(n, terms));
            }
    }
    return check_is_right(c);
}

/* l l' = a, a symmetric with a heavy diagonal, and l x = b. Each may miss by
 * rounding of the terms it is summed from (Higham 2002, chapters 8 and 10). */
bool check_cholesky(struct check *c, int n)
{
    double *l = c->turned[0], *x = c->work, heavy = 2.0 * n;
    const double *a = c->number[0], *b = c->number[1];
    check_begin(c, "dpotrf", n, n, 0);
    for (int i = 0; i < n * n; i++)
        c->result[i] = a[i] + (i % (n + 1) == 0 ? heavy : 0.0);
    if (c->call->dpotrf(LAPACK_COL_MAJOR, 'L', n, c->result, n) != 0)
        c->fault->off = NAN;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            l[i * n + j] = j <= i ? c->result[j * n + i] : 0.0;
    check_transpose(l, n, n, c->turned[1]);
    check_multiply(l, c->turned[1], n, n, n, c->product);
    for (int j = 0; j < n; j++)
        for (int i = j; i < n; i++)
            check_compare(c, c->product[i * n + j],
                          a[j * n + i] + (i == j ? heavy : 0.0),
                          check_sum_tolerance(n, heavy + 2.0));
    if (!check_is_right(c))
        return false;
    check_begin(c, "dtrsv", n, 0, 0);
    for (int turn = 0; turn < 2 && check_is_right(c); turn++) {
        memcpy(x, b, (size_t)n * sizeof *x);
        c->call->dtrsv(CblasRowMajor, CblasLower, turn ? CblasTrans : CblasNoTrans,
                       CblasNonUnit, n, l, n, x, 1);
        for (int i = 0; i < n; i++) {
            double sum = 0.0, terms = 0.0;
            for (int j = 0; j < n; j++) {
                double term = l[turn ? j * n + i : i * n + j] * x[j];
                sum += term;
                terms += fabs(term);
            }
            check_compare(c, sum, b[i], check_sum_tolerance(n, terms));
        }
    }
    return check_is_right(c) && check_triangles(c, n);
}

bool check_factorisations(struct check *c)
{
    return check_qr(c, 61, 7) && check_qr(c, LARGE, 39) &&
           check_reflections(c, 12, 7, 5) && check_reflections(c, LARGE, 32, 39) &&
           check_triangle(c, 12, 9) && check_triangle(c, 9, 12) &&
           check_pivoted(c, 12, 9) && check_pivoted(c, 61, 39) &&
           check_least_squares(c, 12, 5) && check_least_squares(c, 61, 39) &&
           check_eigen(c, 7) && check_eigen(c, 41) && check_singular(c, 12, 9) &&
           check_singular(c, 9, 12);
}
