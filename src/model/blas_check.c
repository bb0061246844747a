#include "blas_check_private.h"
#include <stdint.h>
#include <stdio.h>

/* Tried in each place: all remainders of blocks of up to 8, with a whole block before
 * them or none, and the first that are left over from larger blocks. */
static const int sizes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 14, 15, 16, 17, 33};

const struct blas_calls blas_calls_linked = {
#define BLAS_CALL(name, function) .name = function,
    BLAS_CALLS(BLAS_CALL)
#undef BLAS_CALL
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

void check_begin(struct check *c, const char *name, int rows, int columns, int inner)
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

void check_transpose(const double *from, int m, int n, double *to)
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++)
            to[j * m + i] = from[i * n + j];
}

void check_multiply(const double *a, const double *b, int m, int n, int k, double *to)
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
            check_compare(c, c->result[i * n + j], product + old,
                          check_sum_tolerance(k, fabs(product) + fabs(old)));
        }
}

/* Of the product and of what was there before. */
static const double coefficients[][2] = {{1.0, 0.0}, {-0.75, 1.0}};

static bool check_dgemm(struct check *c, int m, int n, int k)
{
    const double *a = c->number[0], *b = c->number[1];
    check_multiply(a, b, m, n, k, c->product);
    check_transpose(a, m, k, c->turned[0]);
    check_transpose(b, k, n, c->turned[1]);
    check_begin(c, "dgemm", m, n, k);
    for (int form = 0; form < 6 && check_is_right(c); form++) {
        bool turn_a = form % 3 == 1, turn_b = form % 3 == 2; /* the program turns one */
        const double *by = coefficients[form / 3];
        memcpy(c->result, c->number[0], (size_t)(m * n) * sizeof *c->result);
        c->call->dgemm(CblasRowMajor, turn_a ? CblasTrans : CblasNoTrans,
                       turn_b ? CblasTrans : CblasNoTrans, m, n, k, by[0],
                       turn_a ? c->turned[0] : a, turn_a ? m : k,
                       turn_b ? c->turned[1] : b, turn_b ? k : n, by[1], c->result, n);
        compare_product(c, m, n, k, by[0], by[1], false);
    }
    return check_is_right(c);
}

/* a a' (n, n) of a (n, k) */
static bool check_dsyrk(struct check *c, int n, int k)
{
    const double *a = c->number[1];
    check_transpose(a, n, k, c->turned[0]);
    check_multiply(a, c->turned[0], n, n, k, c->product);
    check_begin(c, "dsyrk", n, k, 0);
    for (int form = 0; form < 4 && check_is_right(c); form++) {
        bool turn = form & 1;
        const double *by = coefficients[form / 2];
        memcpy(c->result, c->number[0], (size_t)(n * n) * sizeof *c->result);
        c->call->dsyrk(CblasRowMajor, CblasUpper, turn ? CblasTrans : CblasNoTrans, n,
                       k, by[0], turn ? c->turned[0] : a, turn ? n : k, by[1],
                       c->result, n);
        compare_product(c, n, n, k, by[0], by[1], true);
    }
    return check_is_right(c);
}

static bool check_dgemv(struct check *c, int m, int k)
{
    const double *a = c->number[0], *x = c->number[1];
    check_multiply(a, x, m, 1, k, c->product);
    check_transpose(a, m, k, c->turned[0]);
    check_begin(c, "dgemv", m, k, 0);
    for (int form = 0; form < 4 && check_is_right(c); form++) {
        bool turn = form & 1;
        const double *by = coefficients[form / 2];
        memcpy(c->result, c->number[0], (size_t)m * sizeof *c->result);
        c->call->dgemv(CblasRowMajor, turn ? CblasTrans : CblasNoTrans, turn ? k : m,
                       turn ? m : k, by[0], turn ? c->turned[0] : a, turn ? m : k, x, 1,
                       by[1], c->result, 1);
        compare_product(c, m, 1, k, by[0], by[1], false);
    }
    return check_is_right(c);
}

/* a (m, n), column by column, 0.7 x y' added */
static bool check_dger(struct check *c, int m, int n)
{
    const double *a = c->number[0], *x = c->number[1], *y = x + m;
    check_begin(c, "dger", m, n, 0);
    memcpy(c->result, a, (size_t)(m * n) * sizeof *c->result);
    c->call->dger(CblasColMajor, m, n, 0.7, x, 1, y, 1, c->result, m);
    for (int k = 0; k < m * n; k++) {
        double product = 0.7 * x[k % m] * y[k / m];
        check_compare(c, c->result[k], a[k] + product,
                      check_sum_tolerance(1, a[k] + product));
    }
    return check_is_right(c);
}

static bool check_vectors(struct check *c, int n)
{
    const double *x = c->number[0], *y = c->number[1];
    double dot = 0.0, square = 0.0, sum = 0.0;
    for (int i = 0; i < n; i++) {
        sum += x[i];
        dot += x[i] * y[i];
        square += x[i] * x[i];
    }
    check_begin(c, "ddot", n, 0, 0);
    check_compare(c, c->call->ddot(n, x, 1, y, 1), dot, check_sum_tolerance(n, dot));
    if (!check_is_right(c))
        return false;
    check_begin(c, "dasum", n, 0, 0);
    for (int i = 0; i < n; i++)
        c->result[i] = i % 3 == 1 ? -x[i] : x[i];
    check_compare(c, c->call->dasum(n, c->result, 1), sum, check_sum_tolerance(n, sum));
    if (!check_is_right(c))
        return false;
    check_begin(c, "dnrm2", n, 0, 0);
    check_compare(c, c->call->dnrm2(n, x, 1), sqrt(square),
                  check_sum_tolerance(n, sqrt(square)));
    if (!check_is_right(c))
        return false;
    check_begin(c, "dscal", n, 0, 0);
    memcpy(c->result, x, (size_t)n * sizeof *c->result);
    c->call->dscal(n, 0.7, c->result, 1);
    for (int i = 0; i < n; i++)
        check_compare(c, c->result[i], 0.7 * x[i], check_sum_tolerance(1, x[i]));
    if (!check_is_right(c))
        return false;
    check_begin(c, "daxpy", n, 0, 0);
    memcpy(c->result, x, (size_t)n * sizeof *c->result);
    c->call->daxpy(n, -0.7, y, 1, c->result, 1);
    for (int i = 0; i < n; i++)
        check_compare(c, c->result[i], x[i] - 0.7 * y[i],
                      check_sum_tolerance(1, x[i] + y[i]));
    return check_is_right(c);
}

static bool check_sizes(struct check *c)
{
    bool right = true;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0] && right; i++) {
        int s = sizes[i];
        right = check_vectors(c, s) && check_dgemm(c, s, 11, 5) &&
                check_dgemm(c, 9, s, 6) && check_dgemm(c, 10, 7, s) &&
                check_dsyrk(c, s, 5) && check_dsyrk(c, 7, s) && check_dgemv(c, s, 11) &&
                check_dgemv(c, 9, s) && check_dger(c, s, 11) && check_dger(c, 9, s) &&
                check_cholesky(c, s);
    }
    return right;
}

/* Sizes of real use. */
static bool check_large(struct check *c)
{
    return check_vectors(c, LONG) && check_dgemm(c, LARGE, 10, 12) &&
           check_dgemm(c, LARGE, LARGE - 2, LARGE) && check_dsyrk(c, LARGE, 38) &&
           check_dsyrk(c, 12, LARGE) && check_dgemv(c, LARGE, LARGE - 2) &&
           check_dger(c, LARGE, LARGE - 2) && check_cholesky(c, 71);
}

bool blas_check(const struct blas_calls *calls, struct blas_fault *fault)
{
    struct check c = {.call = calls, .fault = fault};
    fill_numbers(&c);
    return check_sizes(&c) && check_large(&c) && check_factorisations(&c);
}
