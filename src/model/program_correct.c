/* Weights are sums of m terms that may nearly cancel, and what rounding leaves of their
 * margins is an error of the terms, not of the sum. The shortest change of the weights
 * in the span of the projected columns A that puts the margins right is A R^-1 R^-T e
 * with A = Q R: no longer than the rounding that it mends. */
#include "program_private.h"
#include "sweep/cancel.h"
#include "sweep/status.h"
#include <float.h>
#include <gsl/gsl_cblas.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

/* Columns of the support to the left of w->model (column-major); returns how many. */
static size_t gather_support(const struct program *p, struct program_workspace *w,
                             const struct program_state *s, const double *shortfall)
{
    size_t m = p->points->m, count = 0;
    for (size_t i = 0; i < m; i++) {
        if (!(s->lambda[i] > 0.0))
            continue;
        memmove(w->model + count * w->height, w->model + i * w->height,
                w->height * sizeof *w->model);
        w->change[count] = shortfall[i];
        w->index[count++] = i;
    }
    return count;
}

/* Of A = Q R with pivots, w->direction becomes R^-1 R^-T w->change for the columns that
 * do not depend on those before, 0 for the others. */
static int solve_normal(struct program_workspace *w, size_t m, size_t count)
{
    int rows = (int)w->height, least = rows < (int)count ? rows : (int)count, rank = 0;
    memset(w->pivot, 0, count * sizeof *w->pivot);
    memset(w->direction, 0, m * sizeof *w->direction);
    if (count == 0 ||
        LAPACKE_dgeqp3_work(LAPACK_COL_MAJOR, rows, (int)count, w->model, rows,
                            w->pivot, w->reflector, w->lapack, 64 * (rows + 1)) != 0)
        return SWEEP_NUMERIC;
    while (rank < least && fabs(w->model[(size_t)rank * (w->height + 1)]) >
                               64.0 * DBL_EPSILON * fabs(w->model[0]))
        rank++;
    for (int k = 0; k < rank; k++)
        w->aim[k] = w->change[w->pivot[k] - 1];
    cblas_dtrsv(CblasColMajor, CblasUpper, CblasTrans, CblasNonUnit, rank, w->model,
                rows, w->aim, 1);
    cblas_dtrsv(CblasColMajor, CblasUpper, CblasNoTrans, CblasNonUnit, rank, w->model,
                rows, w->aim, 1);
    for (int k = 0; k < rank; k++)
        w->direction[w->index[w->pivot[k] - 1]] = w->aim[k];
    return rank > 0 ? SWEEP_OK : SWEEP_NUMERIC;
}

/* W_j += sum_i mu_i slope_ji x_i, orthogonal to the free pairs of the row. */
static void add_columns(const struct program *p, struct program_workspace *w,
                        struct program_state *s, size_t j, const double *mu, double *W)
{
    size_t m = p->points->m, r = p->points->r;
    const struct boxls *f = program_free_pairs(p, w, s, j, true);
    double *sum = w->gathered;
    memset(sum, 0, r * sizeof *sum);
    for (size_t i = 0; i < m; i++)
        cblas_daxpy((int)r, mu[i] * w->slope[j * m + i], p->points->X + i * r, 1, sum,
                    1);
    for (int pass = 0; pass < 2; pass++)
        for (size_t k = 0; k < f->count; k++) {
            const double *q = f->Q + k * r;
            cblas_daxpy((int)r, -cblas_ddot((int)r, q, 1, sum, 1), q, 1, sum, 1);
        }
    cblas_daxpy((int)r, 1.0, sum, 1, W, 1);
}

/* |W - sum_i C_i x_i| is no more than rounding of the terms. */
static bool weights_attained(const struct program *p, struct program_workspace *w,
                             const struct program_state *s, const double *W)
{
    size_t m = p->points->m, r = p->points->r;
    double rest = 0.0, square = 0.0;
    for (size_t j = 0; j < p->rows; j++) {
        double *sum = w->gathered, terms = 0.0;
        memcpy(sum, W + j * r, r * sizeof *sum);
        for (size_t i = 0; i < m; i++) {
            double c = s->coefficient[j * m + i];
            cblas_daxpy((int)r, -c, p->points->X + i * r, 1, sum, 1);
            terms += fabs(c) * w->length[i];
        }
        rest += p->count[j] * cblas_ddot((int)r, sum, 1, sum, 1);
        square += p->count[j] * terms * terms;
    }
    return sqrt(rest) <= 16.0 * DBL_EPSILON * sqrt(square);
}

int program_correct(const struct program *p, struct program_workspace *w,
                    struct program_state *s, const double *shortfall, double *W)
{
    struct program bare = *p; /* without the model's extra row */
    size_t m = p->points->m, r = p->points->r;
    bare.gain = 0.0;
    w->orthogonal = true;
    program_model(&bare, w, s);
    size_t count = gather_support(p, w, s, shortfall);
    if (cancel_asked() || solve_normal(w, m, count) != SWEEP_OK)
        return SWEEP_NUMERIC;
    for (size_t j = 0; j < p->rows; j++)
        add_columns(p, w, s, j, w->direction, W + j * r);
    memcpy(w->lambda, s->lambda, m * sizeof *w->lambda);
    for (size_t i = 0; i < m; i++)
        s->lambda[i] = fmax(0.0, s->lambda[i] + w->direction[i]);
    if (program_evaluate(p, w, s) == SWEEP_OK && weights_attained(p, w, s, W))
        return SWEEP_OK;
    memcpy(s->lambda, w->lambda, m * sizeof *w->lambda);
    program_evaluate(p, w, s);
    return SWEEP_NUMERIC;
}
