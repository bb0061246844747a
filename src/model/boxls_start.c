/* A first solve of many columns: their states are guessed by coordinate descent on the
 * inner products, where a step costs p products of numbers and not r of rows, and the
 * free ones are factored together (Cholesky QR twice: Yamamoto et al. 2015). What the
 * guess leaves open or wrong is for boxls_solve to put right. */
#include "boxls_private.h"
#include <gsl/gsl_cblas.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

/* Sweeps, and what one may still move, relative to the first, for it to be the last. */
enum { SWEEPS = 40 };
static const double SETTLED = 1e-7;

/* How far from orthonormal the first factor may be for the second to be so to rounding. */
static const double ALMOST = 1e-2;

/* pull_k = <x_k, b - sum_i g_i x_i>, k over all that have a row in gram. */
static void pulls(const struct box_problem *q, size_t r, const double *g, double *pull)
{
    int all = (int)q->gram_size;
    cblas_dgemv(CblasRowMajor, CblasNoTrans, all, (int)r, 1.0, q->X, (int)r, q->b, 1,
                0.0, pull, 1);
    for (size_t i = 0; i < q->p; i++)
        if (g[i] != 0.0)
            cblas_daxpy(all, -g[i], q->gram + q->column[i] * q->gram_size, 1, pull, 1);
}

/* Each g to the best place in its box, the others held; returns the longest move. */
static double sweep_columns(const struct box_problem *q, double *pull, double *g)
{
    double longest = 0.0;
    for (size_t i = 0; i < q->p; i++) {
        const double *row = q->gram + q->column[i] * q->gram_size;
        double square = row[q->column[i]];
        if (!(square > 0.0))
            continue;
        double to = g[i] + pull[q->column[i]] / square;
        to = fmax(q->low[i], fmin(q->high[i], to));
        double move = to - g[i];
        if (move == 0.0)
            continue;
        cblas_daxpy((int)q->gram_size, -move, row, 1, pull, 1);
        longest = fmax(longest, fabs(move) * sqrt(square));
        g[i] = to;
    }
    return longest;
}

void boxls_guess(const struct box_problem *q, size_t r, struct boxls_scratch *s,
                 signed char *state, double *g)
{
    double first = 0.0;
    for (size_t i = 0; i < q->p; i++) {
        if (state[i] != BOX_FREE)
            g[i] = state[i] == BOX_HIGH ? q->high[i] : q->low[i];
        g[i] = fmax(q->low[i], fmin(q->high[i], g[i]));
        if (!isfinite(g[i]))
            g[i] = 0.0;
    }
    pulls(q, r, g, s->pull);
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        double longest = sweep_columns(q, s->pull, g);
        first = fmax(first, longest);
        if (!(longest > SETTLED * first))
            break;
    }
    for (size_t i = 0; i < q->p; i++)
        state[i] = g[i] <= q->low[i]    ? BOX_LOW
                   : g[i] >= q->high[i] ? BOX_HIGH
                                        : BOX_FREE;
}

/* The upper triangle U of s->square becomes its Cholesky factor, and Q U'^-1 Q. */
static bool divide_basis(const struct boxls *f, struct boxls_scratch *s, size_t k)
{
    if (LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'L', (int)k, s->square, (int)k) != 0)
        return false;
    cblas_dtrsm(CblasRowMajor, CblasLeft, CblasUpper, CblasTrans, CblasNonUnit, (int)k,
                (int)f->r, 1.0, s->square, (int)k, f->Q, (int)f->r);
    return true;
}

/* The inner products of what is in Q into the upper triangle of s->square; whether they
 * are almost those of an orthonormal basis. */
static bool almost_orthonormal(const struct boxls *f, struct boxls_scratch *s, size_t k)
{
    cblas_dsyrk(CblasRowMajor, CblasUpper, CblasNoTrans, (int)k, (int)f->r, 1.0, f->Q,
                (int)f->r, 0.0, s->square, (int)k);
    for (size_t i = 0; i < k; i++)
        for (size_t l = i; l < k; l++)
            if (!(fabs(s->square[i * k + l] - (i == l)) <= ALMOST))
                return false;
    return true;
}

/* The product of the first factor, in R, and the second, in s->square. */
static void multiply_factors(const struct boxls *f, struct boxls_scratch *s, size_t k)
{
    double *sum = s->solution;
    for (size_t i = 0; i < k; i++) {
        double *row = f->R + i * f->capacity;
        memset(sum, 0, (i + 1) * sizeof *sum);
        for (size_t l = 0; l <= i; l++)
            cblas_daxpy((int)l + 1, row[l], s->square + l, (int)k, sum, 1);
        memcpy(row, sum, (i + 1) * sizeof *sum);
    }
}

bool boxls_build(struct boxls *f, const struct box_problem *q, struct boxls_scratch *s,
                 size_t count)
{
    f->count = 0;
    if (!f->Q)
        return boxls_build_by_gram(f, q, count);
    for (size_t k = 0; k < count; k++) {
        size_t row = q->column[f->free[k]];
        memcpy(f->Q + k * f->r, q->X + row * f->r, f->r * sizeof *f->Q);
        for (size_t l = k; l < count; l++)
            s->square[k * count + l] =
                q->gram[row * q->gram_size + q->column[f->free[l]]];
    }
    if (!divide_basis(f, s, count))
        return false;
    for (size_t k = 0; k < count; k++)
        for (size_t l = 0; l <= k; l++)
            f->R[k * f->capacity + l] = s->square[l * count + k];
    if (!almost_orthonormal(f, s, count) || !divide_basis(f, s, count))
        return false;
    multiply_factors(f, s, count);
    f->count = count;
    return true;
}
