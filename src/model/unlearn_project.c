/* The methods that keep the retained points out of the step. */
#include "sweep/cancel.h"
#include "sweep/status.h"
#include "unlearn_methods.h"
#include <float.h>
#include <gsl/gsl_cblas.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

/* Gradients whose Gram matrix has an eigenvalue below this share of its largest depend
 * on the others: rounding of m inner products, with room to spare. */
static const double DEPENDENT = 1e-13;

/* Of the retained points' gradients g_i, rows u_j y_i s_ji x_i: all for one point. */
struct gradients {
    const struct unlearn_problem *q;
    struct unlearn_workspace *w;
    size_t count;
};

/* gram_ik = <g_i, g_k> = y_i y_k <x_i, x_k> sum_j u_j^2 s_ji s_jk; then its
 * eigenvectors as rows, eigenvalues rising in w->value. */
static int gradients_decompose(const struct gradients *g)
{
    const struct unlearn_problem *q = g->q;
    struct unlearn_workspace *w = g->w;
    size_t n = q->net->n, r = q->points->r, m = q->points->m, kept = g->count;
    unlearn_slopes(q, w->slope);
    for (size_t j = 0; j < n; j++) /* the retained columns move up */
        for (size_t i = 0; i < kept; i++)
            w->slope[j * kept + i] = w->slope[j * m + q->retain[i]];
    for (size_t i = 0; i < kept; i++)
        memcpy(w->basis + i * r, q->points->X + q->retain[i] * r, r * sizeof *w->basis);
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)kept, (int)kept, (int)n,
                q->net->u * q->net->u, w->slope, (int)kept, w->slope, (int)kept, 0.0,
                w->gram, (int)kept);
    for (size_t i = 0; i < kept && !cancel_asked(); i++)
        for (size_t k = 0; k < kept; k++)
            w->gram[i * kept + k] *=
                q->points->y[q->retain[i]] * q->points->y[q->retain[k]] *
                cblas_ddot((int)r, w->basis + i * r, 1, w->basis + k * r, 1);
    if (cancel_asked())
        return SWEEP_STOPPED;
    return LAPACKE_dsyev_work(LAPACK_COL_MAJOR, 'V', 'U', (int)kept, w->gram, (int)kept,
                              w->value, w->lapack, (int)w->lapack_size) == 0
               ? SWEEP_OK
               : SWEEP_NUMERIC;
}

/* right_i = <g_i, W>. */
static void gradients_apply(const struct gradients *g, const double *W, double *right)
{
    const struct unlearn_problem *q = g->q;
    size_t n = q->net->n;
    struct points kept = {.m = g->count, .r = q->points->r, .X = g->w->basis};
    network_preactivations(n, W, &kept, g->w->Z);
    for (size_t i = 0; i < g->count; i++) {
        right[i] = 0.0;
        for (size_t j = 0; j < n; j++)
            right[i] += network_sign(q->net, j) * g->w->slope[j * g->count + i] *
                        g->w->Z[j * g->count + i];
        right[i] *= q->net->u * q->points->y[q->retain[i]];
    }
}

/* c = the least-squares solution of gram c = right, in place. */
static void gradients_solve(const struct gradients *g, double *right)
{
    const double *vectors = g->w->gram, *value = g->w->value;
    double *along = g->w->lapack;
    int m = (int)g->count;
    cblas_dgemv(CblasRowMajor, CblasNoTrans, m, m, 1.0, vectors, m, right, 1, 0.0,
                along, 1);
    for (size_t k = 0; k < g->count; k++)
        along[k] =
            value[k] > DEPENDENT * value[g->count - 1] ? along[k] / value[k] : 0.0;
    cblas_dgemv(CblasRowMajor, CblasTrans, m, m, 1.0, vectors, m, along, 1, 0.0, right,
                1);
}

/* W -= sum_i c_i g_i. */
static void gradients_subtract(const struct gradients *g, const double *c, double *W)
{
    const struct unlearn_problem *q = g->q;
    double *coefficient = g->w->coefficient;
    size_t n = q->net->n, r = q->points->r;
    for (size_t j = 0; j < n; j++)
        for (size_t i = 0; i < g->count; i++)
            coefficient[j * g->count + i] =
                network_factor(q->net, q->points, j, q->retain[i]) * c[i] *
                g->w->slope[j * g->count + i];
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)n, (int)r,
                (int)g->count, -1.0, coefficient, (int)g->count, g->w->basis, (int)r,
                1.0, W, (int)r);
}

/* W loses what lies along the gradients, twice: orthogonal to rounding. */
static int gradients_project(const struct gradients *g, double *W)
{
    int status = gradients_decompose(g);
    for (int pass = 0; pass < 2 && status == SWEEP_OK; pass++) {
        gradients_apply(g, W, g->w->right);
        gradients_solve(g, g->w->right);
        gradients_subtract(g, g->w->right, W);
    }
    return status;
}

/* Of more gradients than weights the weights' side has the smaller matrix: W loses what
 * lies along the right singular vectors of the gradients, which are rows of w->basis. */
static int gradients_leave(const struct gradients *g, double *W)
{
    const struct unlearn_problem *q = g->q;
    struct unlearn_workspace *w = g->w;
    size_t n = q->net->n, r = q->points->r, m = q->points->m, all = n * r;
    unlearn_slopes(q, w->slope);
    memset(w->basis, 0, g->count * all * sizeof *w->basis);
    for (size_t i = 0; i < g->count; i++)
        for (size_t j = 0; j < n; j++) {
            size_t point = q->retain[i];
            double factor =
                network_factor(q->net, q->points, j, point) * w->slope[j * m + point];
            cblas_daxpy((int)r, factor, q->points->X + point * r, 1,
                        w->basis + i * all + j * r, 1);
        }
    if (LAPACKE_dgesvd_work(LAPACK_COL_MAJOR, 'O', 'N', (int)all, (int)g->count,
                            w->basis, (int)all, w->singular, NULL, 1, NULL, 1,
                            w->lapack, (int)w->lapack_size) != 0)
        return SWEEP_NUMERIC;
    size_t least = all < g->count ? all : g->count;
    double rounding = sqrt(DEPENDENT) * (least ? w->singular[0] : 0.0);
    for (int pass = 0; pass < 2; pass++) /* twice: orthogonal to rounding */
        for (size_t k = 0; k < least && w->singular[k] > rounding; k++) {
            const double *along = w->basis + k * all;
            double part = cblas_ddot((int)all, along, 1, W, 1);
            cblas_daxpy((int)all, -part, along, 1, W, 1);
        }
    return SWEEP_OK;
}

int unlearn_minnorm(const struct unlearn_problem *q, struct unlearn_workspace *w,
                    struct weights *out, double *flops)
{
    size_t n = q->net->n, r = q->points->r;
    struct gradients g = {q, w, q->points->m - q->forget_count};
    double kept = (double)g.count, d = q->dimension, neurons = (double)n;
    unlearn_copy(q, q->theta, out);
    *flops = 0.0;
    if (q->forget_count == 0) /* P theta is what training left over, nobody's share */
        return SWEEP_OK;
    int status = (w->gram ? gradients_project : gradients_leave)(&g, out->W);
    if (status != SWEEP_OK)
        return status;
    for (size_t k = 0; k < n * r; k++)
        out->W[k] = q->theta->W[k] - q->step_scale * out->W[k];
    out->perp = (1.0 - q->step_scale) * q->theta->perp; /* no gradient reaches there */
    *flops = kept * kept * (2.0 * neurons + 2.0 * d + 9.0 * kept) +
             (8.0 * kept + 2.0) * neurons * d;
    return SWEEP_OK;
}

/* Right singular vectors of the retained points that carry the share, as rows of
 * w->basis; their number, or SIZE_MAX when the decomposition did not converge. */
static size_t leading_directions(const struct unlearn_problem *q,
                                 struct unlearn_workspace *w)
{
    size_t r = q->points->r, kept = q->points->m - q->forget_count;
    size_t least = kept < r ? kept : r, count = 0;
    double total = 0.0, carried = 0.0;
    for (size_t i = 0; i < kept; i++)
        memcpy(w->basis + i * r, q->points->X + q->retain[i] * r, r * sizeof *w->basis);
    /* Row-major (kept, r) is LAPACK's (r, kept): its left vectors overwrite it. */
    if (LAPACKE_dgesvd_work(LAPACK_COL_MAJOR, 'O', 'N', (int)r, (int)kept, w->basis,
                            (int)r, w->singular, NULL, 1, NULL, 1, w->lapack,
                            (int)w->lapack_size) != 0)
        return SIZE_MAX;
    double rounding = DBL_EPSILON * (double)(kept + r) * (least ? w->singular[0] : 0.0);
    for (size_t k = 0; k < least; k++)
        total += w->singular[k];
    while (count < least && w->singular[count] > rounding &&
           (q->retained_variance >= 1.0 || carried < q->retained_variance * total))
        carried += w->singular[count++];
    return count;
}

int unlearn_pgu(const struct unlearn_problem *q, struct unlearn_workspace *w,
                struct weights *out, double *flops)
{
    size_t n = q->net->n, r = q->points->r, count = leading_directions(q, w);
    double kept = (double)(q->points->m - q->forget_count), d = q->dimension;
    if (count == SIZE_MAX)
        return SWEEP_NUMERIC;
    for (size_t f = 0; f < q->forget_count && !cancel_asked(); f++) {
        double *x = w->projected + q->forget[f] * r;
        memcpy(x, q->points->X + q->forget[f] * r, r * sizeof *x);
        for (int pass = 0; pass < 2; pass++) { /* twice: orthogonal to rounding */
            for (size_t k = 0; k < count; k++) {
                const double *direction = w->basis + k * r;
                double along = cblas_ddot((int)r, direction, 1, x, 1);
                cblas_daxpy((int)r, -along, direction, 1, x, 1);
            }
        }
    }
    unlearn_copy(q, q->theta, out);
    unlearn_ascend(q, q->step_scale, q->v, w->projected, out->W);
    *flops = (6.0 * d + 8.0 * kept) * kept * kept +
             (double)q->forget_count * d * (8.0 * (double)count + 2.0 * (double)n);
    return SWEEP_OK;
}
