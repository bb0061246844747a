#include "sweep/unlearn.h"
#include "sweep/cancel.h"
#include "sweep/multipliers.h"
#include "sweep/status.h"
#include "unlearn_methods.h"
#include "vector.h"
#include <gsl/gsl_cblas.h>
#include <string.h>

void unlearn_layout(struct unlearn_workspace *w, size_t n, size_t m, size_t r,
                    struct arena *a)
{
    bool slim = network_slim(n, m, r);
    *w = (struct unlearn_workspace){.lapack_size = 64 * (m + r)};
    w->lambda = arena_doubles(a, m, 1);
    w->v = arena_doubles(a, n, m);
    w->slope = arena_doubles(a, n, m);
    w->coefficient = arena_doubles(a, n, m);
    w->Z = arena_doubles(a, n, m);
    w->gram = slim ? NULL : arena_doubles(a, m, m);
    w->value = arena_doubles(a, m, 1);
    w->right = arena_doubles(a, m, 1);
    w->basis = arena_doubles(a, m, slim ? n * r : r);
    w->projected = arena_doubles(a, m, r);
    w->singular = arena_doubles(a, m, 1);
    w->lapack = arena_doubles(a, w->lapack_size, 1);
}

void unlearn_copy(const struct unlearn_problem *q, const struct weights *from,
                  struct weights *out)
{
    weights_scale(q->net->n, q->points->r, from, 1.0, out);
}

void unlearn_slopes(const struct unlearn_problem *q, double *slope)
{
    size_t m = q->points->m;
    double leak = q->net->leak;
    for (size_t k = 0; k < q->net->n * m; k++) {
        double lambda = q->lambda[k % m];
        slope[k] = lambda > 0.0 ? q->v[k] / lambda : q->state[k] > 0 ? 1.0 : leak;
    }
}

void unlearn_ascend(const struct unlearn_problem *q, double scale, const double *v,
                    const double *X, double *W)
{
    size_t m = q->points->m, r = q->points->r;
    for (size_t f = 0; f < q->forget_count; f++) {
        size_t l = q->forget[f];
        const double *x = X + l * r;
        for (size_t j = 0; j < q->net->n; j++) {
            double step =
                scale * network_factor(q->net, q->points, j, l) * v[j * m + l];
            for (size_t k = 0; k < r; k++)
                W[j * r + k] -= step * x[k];
        }
    }
}

/* Of one unlearn_ascend. */
static double ascend_flops(const struct unlearn_problem *q)
{
    return 2.0 * (double)q->forget_count * (double)q->net->n * q->dimension;
}

static int keep_trained(const struct unlearn_problem *q, struct unlearn_workspace *w,
                        struct weights *out, double *flops)
{
    (void)w;
    unlearn_copy(q, q->theta, out);
    *flops = 0.0;
    return SWEEP_OK;
}

static int take_retrained(const struct unlearn_problem *q, struct unlearn_workspace *w,
                          struct weights *out, double *flops)
{
    (void)w;
    unlearn_copy(q, q->retrained, out);
    *flops = q->retrained_flops;
    return SWEEP_OK;
}

static int ascend_once(const struct unlearn_problem *q, struct unlearn_workspace *w,
                       struct weights *out, double *flops)
{
    (void)w;
    unlearn_copy(q, q->theta, out);
    unlearn_ascend(q, q->step_scale, q->v, q->points->X, out->W);
    *flops = ascend_flops(q);
    return SWEEP_OK;
}

static int random_step(const struct unlearn_problem *q, struct unlearn_workspace *w,
                       struct weights *out, double *flops)
{
    size_t count = q->net->n * q->points->r;
    memset(out->W, 0, count * sizeof *out->W);
    unlearn_ascend(q, 1.0, q->v, q->points->X, out->W);
    double length = vector_length(count, out->W);
    rng_start(w->rng, q->direction);
    rng_normals(w->rng, out->W, count);
    double scale = q->step_scale * length / vector_length(count, out->W);
    for (size_t k = 0; k < count; k++)
        out->W[k] = q->theta->W[k] + scale * out->W[k];
    out->perp = q->theta->perp;
    *flops = ascend_flops(q) + 6.0 * (double)q->net->n * q->dimension;
    return SWEEP_OK;
}

/* Weights of a descent step on the retained points, into w->value (m - k). */
static void descent_weights(const struct unlearn_problem *q,
                            struct unlearn_workspace *w)
{
    size_t kept = q->points->m - q->forget_count;
    network_preactivations(q->net->n, q->theta->W, q->points, w->Z);
    network_margins(q->net, w->Z, q->points->y, q->points->m, w->right);
    for (size_t i = 0; i < kept; i++) /* never ahead of the reading */
        w->right[i] = w->right[q->retain[i]];
    loss_weights(q->loss, OPTIMIZER_NORMALIZED_GD, w->right, kept, w->value);
}

static int descent_ascent(const struct unlearn_problem *q, struct unlearn_workspace *w,
                          struct weights *out, double *flops)
{
    size_t n = q->net->n, m = q->points->m, r = q->points->r;
    size_t kept = m - q->forget_count;
    double total = 0.0;
    ascend_once(q, w, out, flops);
    for (size_t f = 0; f < q->forget_count; f++)
        total += q->lambda[q->forget[f]];
    unlearn_slopes(q, w->slope);
    descent_weights(q, w);
    double scale = q->step_scale * q->descent_weight * total;
    for (size_t j = 0; j < n; j++)
        for (size_t i = 0; i < kept; i++) {
            size_t point = q->retain[i];
            double step = scale * w->value[i] *
                          network_factor(q->net, q->points, j, point) *
                          w->slope[j * m + point];
            cblas_daxpy((int)r, step, q->points->X + point * r, 1, out->W + j * r, 1);
        }
    *flops += 2.0 * (double)n * q->dimension * (double)(m + kept);
    return SWEEP_OK;
}

static int ascend_repeatedly(const struct unlearn_problem *q,
                             struct unlearn_workspace *w, struct weights *out,
                             double *flops)
{
    double n = (double)q->net->n, m = (double)q->points->m;
    ascend_once(q, w, out, flops);
    for (size_t step = 1; step < q->steps; step++) {
        struct multipliers refitted = {.lambda = w->lambda, .v = w->v};
        multipliers_solve(q->net, q->points, out, w->multipliers, &refitted);
        if (refitted.stop != PROGRAM_CONVERGED)
            return cancel_asked() ? SWEEP_STOPPED : SWEEP_NUMERIC;
        unlearn_ascend(q, q->step_scale, w->v, q->points->X, out->W);
        double rounds = (double)w->multipliers->state.iterations;
        *flops += ascend_flops(q) + 2.0 * n * m * q->dimension +
                  rounds * (5.0 * n * m * m + m * m * m / 3.0);
    }
    return SWEEP_OK;
}

const struct unlearn_method unlearn_methods[METHOD_COUNT] = {
    [METHOD_ASCENT] = {"ascent", 0, ascend_once},
    [METHOD_NONE] = {"none", 0, keep_trained},
    [METHOD_RETRAIN] = {"retrain", 1, take_retrained},
    [METHOD_RANDOM] = {"random", 0, random_step},
    [METHOD_MINNORM] = {"minnorm", 0, unlearn_minnorm},
    [METHOD_PGU] = {"pgu", 0, unlearn_pgu},
    [METHOD_DESCENT_ASCENT] = {"descent_ascent", 0, descent_ascent},
    [METHOD_ITERATED] = {"iterated", 0, ascend_repeatedly},
};
