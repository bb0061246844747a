#include "sweep/certificate.h"
#include "sweep/status.h"
#include "vector.h"
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <string.h>

void certificate_layout(struct certificate_workspace *w, size_t n, size_t m, size_t r,
                        struct arena *a)
{
    w->W = arena_doubles(a, n, r);
    w->Z = arena_doubles(a, n, m);
    w->margin = arena_doubles(a, m, 1);
    w->lambda = arena_doubles(a, m, 1);
    w->v = arena_doubles(a, n, m);
    w->C = arena_doubles(a, n, m);
    w->H = arena_doubles(a, n, r);
    boxls_layout(&w->projection, m, r, a);
    boxls_scratch_layout(&w->scratch, m, r, a);
    groups_layout(&w->groups, n, a);
    w->key = arena_carve(a, n, r * sizeof(double) + m, 1);
    w->column = arena_carve(a, m, 1, sizeof *w->column);
    w->low = arena_doubles(a, m, 1);
    w->high = arena_doubles(a, m, 1);
    w->value = arena_doubles(a, m, 1);
    w->side = arena_carve(a, m, 1, sizeof *w->side);
}

static struct certificate undefined(double margin)
{
    return (struct certificate){NAN, NAN, NAN, NAN, margin, 0, true};
}

/* Smallest margin of theta on the points. */
static double margin_of(const struct network *net, const struct points *p,
                        const double *W, struct certificate_workspace *w)
{
    network_preactivations(net->n, W, p, w->Z);
    return network_margins(net, w->Z, p->y, p->m, w->margin);
}

void certificate_scaled(const struct network *net, const struct points *retain,
                        const struct weights *theta, struct certificate_workspace *w,
                        struct certificate *out)
{
    struct weights scaled = {.W = w->W, .perp = 0.0};
    struct multipliers multipliers = {.lambda = w->lambda};
    *out = undefined(margin_of(net, retain, theta->W, w));
    if (!(out->margin > 0.0))
        return;
    weights_scale(net->n, retain->r, theta, 1.0 / out->margin, &scaled);
    multipliers_solve(net, retain, &scaled, w->multipliers, &multipliers);
    out->eps = multipliers.eps;
    out->delta = multipliers.delta;
    out->tau = 0.0;
    out->norm = weights_norm(net->n, retain->r, &scaled);
    out->solved = multipliers.stop == PROGRAM_CONVERGED;
}

/* to becomes the nearest vector to row with the given states: row + sum_i g_i x_i, g_i
 * >= 0 on active points, <= 0 on inactive ones, free on kinks. It is the residual of
 * the box least squares min |row - sum_i (-g_i) x_i|. */
static int project_row(const struct points *p, const signed char *state,
                       const double *row, struct certificate_workspace *w, double *to)
{
    for (size_t i = 0; i < p->m; i++) {
        w->column[i] = i;
        w->low[i] = state[i] < 0 ? 0.0 : -INFINITY;
        w->high[i] = state[i] > 0 ? 0.0 : INFINITY;
        w->side[i] = state[i] > 0 ? BOX_HIGH : BOX_LOW;
        w->value[i] = 0.0;
    }
    struct box_problem q = {p->m, p->X, w->column, w->low, w->high, row};
    boxls_reset(&w->projection);
    return boxls_solve(&w->projection, &q, &w->scratch, w->side, w->value, to);
}

/* Neurons with equal weights and equal states are projected once. */
static int restore(const struct network *net, const struct points *p,
                   const struct weights *theta, const struct kept *kept,
                   struct certificate_workspace *w)
{
    size_t weights = p->r * sizeof *theta->W, bytes = weights + p->m;
    if (net->leak == 1.0) {
        memcpy(w->W, theta->W, net->n * weights);
        return SWEEP_OK;
    }
    for (size_t j = 0; j < net->n; j++) {
        memcpy(w->key + j * bytes, theta->W + j * p->r, weights);
        memcpy(w->key + j * bytes + weights, kept->state + j * p->m, p->m);
    }
    groups_find(&w->groups, net, w->key, bytes);
    for (size_t j = 0; j < net->n; j++) {
        size_t leader = w->groups.first[w->groups.of[j]];
        int status = SWEEP_OK;
        if (leader < j)
            memcpy(w->W + j * p->r, w->W + leader * p->r, weights);
        else
            status = project_row(p, kept->state + j * p->m, theta->W + j * p->r, w,
                                 w->W + j * p->r);
        if (status != SWEEP_OK)
            return status;
    }
    return SWEEP_OK;
}

/* |theta~ - factor H|, H = sum_i h_i with multipliers and slopes v; `fit` chooses the
 * best factor >= 0. */
static double residual(const struct network *net, const struct points *p,
                       const struct weights *theta, const double *v, bool fit,
                       struct certificate_workspace *w, double *factor)
{
    size_t n = net->n, m = p->m, r = p->r;
    for (size_t j = 0; j < n; j++)
        for (size_t i = 0; i < m; i++)
            w->C[j * m + i] = p->y[i] * network_sign(net, j) * net->u * v[j * m + i];
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)n, (int)r, (int)m, 1.0,
                w->C, (int)m, p->X, (int)r, 0.0, w->H, (int)r);
    double square = cblas_ddot((int)(n * r), w->H, 1, w->H, 1);
    double inner = cblas_ddot((int)(n * r), w->H, 1, theta->W, 1);
    if (fit)
        *factor = square > 0.0 ? fmax(0.0, inner / square) : 0.0;
    cblas_dscal((int)(n * r), -*factor, w->H, 1);
    cblas_daxpy((int)(n * r), 1.0, theta->W, 1, w->H, 1);
    return hypot(vector_length(n * r, w->H), theta->perp);
}

/* max_i factor lambda_i (q_i - 1). */
static double slackness(const double *lambda, const double *margin, size_t m,
                        double factor)
{
    double delta = m ? -INFINITY : 0.0;
    for (size_t i = 0; i < m; i++)
        delta = fmax(delta, factor * lambda[i] * (margin[i] - 1.0));
    return delta;
}

void certificate_restored(const struct network *net, const struct points *retain,
                          const struct weights *theta, const struct kept *kept,
                          struct certificate_workspace *w, struct certificate *out)
{
    struct weights restored = {.W = w->W, .perp = theta->perp};
    double factor = 1.0;
    *out = undefined(margin_of(net, retain, theta->W, w));
    if (!(out->margin > 0.0))
        return;
    out->solved = restore(net, retain, theta, kept, w) == SWEEP_OK;
    double gamma = margin_of(net, retain, w->W, w);
    if (!out->solved || !(gamma > 0.0))
        return;
    out->tau = weights_cosine_distance(net->n, retain->r, theta, &restored);
    weights_scale(net->n, retain->r, &restored, 1.0 / gamma, &restored);
    margin_of(net, retain, w->W, w);
    out->eps = residual(net, retain, &restored, kept->v, true, w, &factor);
    out->delta = slackness(kept->lambda, w->margin, retain->m, factor);
    out->norm = weights_norm(net->n, retain->r, &restored);
}

void certificate_exact(const struct network *net, const struct points *retain,
                       const struct weights *theta, const double *warm,
                       struct certificate_workspace *w, struct certificate *out)
{
    struct weights exact = {.W = w->W, .perp = 0.0};
    struct kkt_point point = {.W = w->W, .lambda = w->lambda, .v = w->v};
    double factor = 1.0;
    *out = undefined(margin_of(net, retain, theta->W, w));
    if (!(out->margin > 0.0))
        return;
    kkt_solve(net, retain, theta->W, warm, w->kkt, &point);
    out->flips = point.flips;
    out->solved = point.stop == KKT_EXACT || point.stop == KKT_INEXACT;
    if (!out->solved)
        return;
    margin_of(net, retain, w->W, w);
    out->eps = residual(net, retain, &exact, w->v, false, w, &factor);
    out->delta = slackness(w->lambda, w->margin, retain->m, 1.0);
    out->tau = weights_cosine_distance(net->n, retain->r, theta, &exact);
    out->norm = weights_norm(net->n, retain->r, &exact);
}
