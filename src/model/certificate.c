#include "sweep/certificate.h"
#include "sweep/cancel.h"
#include "sweep/status.h"
#include "vector.h"
#include <float.h>
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <string.h>

/* A margin below this share of its terms is rounding. */
static const double ROUNDING = 64.0 * DBL_EPSILON;

void certificate_layout(struct certificate_workspace *w, size_t n, size_t m, size_t r,
                        struct arena *a)
{
    w->W = arena_doubles(a, n, r);
    w->Z = arena_doubles(a, n, m);
    w->margin = arena_doubles(a, m, 1);
    w->lambda = arena_doubles(a, m, 1);
    w->v = arena_doubles(a, n, m);
    w->terms = arena_doubles(a, n, 1);
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

/* Smallest margin of theta on the points. */
static double margin_of(const struct network *net, const struct points *p,
                        const double *W, struct certificate_workspace *w)
{
    groups_preactivations(&w->groups, net, W, p, w->H, w->Z);
    return network_margins(net, w->Z, p->y, p->m, w->margin);
}

/* Whether a margin is more than rounding of the terms that it is summed from. */
static bool margin_positive(const struct network *net, const struct points *p,
                            const struct weights *theta, double margin)
{
    double longest = 0.0, square = 0.0;
    for (size_t i = 0; i < p->m; i++)
        longest = fmax(longest, vector_length(p->r, p->X + i * p->r));
    for (size_t j = 0; j < net->n; j++) {
        double terms = weights_terms(theta, p->r, j);
        square += terms * terms;
    }
    return margin > ROUNDING * longest * sqrt(square);
}

/* A solver ended without an answer. */
static enum certificate_stop unsolved(void)
{
    return cancel_asked() ? CERTIFICATE_CANCELLED : CERTIFICATE_UNSOLVED;
}

/* Nothing is known yet but gamma; true where there is something to certify. */
static bool certificate_begin(const struct network *net, const struct points *p,
                              const struct weights *theta,
                              struct certificate_workspace *w, struct certificate *out)
{
    *out = (struct certificate){NAN, NAN, NAN, NAN, NAN, NAN, false, CERTIFICATE_NONE};
    out->margin = margin_of(net, p, theta->W, w);
    if (cancel_asked())
        out->stop = CERTIFICATE_CANCELLED;
    return out->stop == CERTIFICATE_NONE && margin_positive(net, p, theta, out->margin);
}

/* The trained multipliers and slopes times a factor. */
static void keep_multipliers(const struct network *net, const struct points *p,
                             const struct kept *kept, double factor,
                             struct certificate_workspace *w)
{
    for (size_t i = 0; i < p->m; i++)
        w->lambda[i] = factor * kept->lambda[i];
    for (size_t k = 0; k < net->n * p->m; k++)
        w->v[k] = factor * kept->v[k];
}

void certificate_scaled(const struct network *net, const struct points *retain,
                        const struct weights *theta, const struct kept *kept,
                        struct certificate_workspace *w, struct certificate *out)
{
    struct weights scaled = {.W = w->W, .terms = w->terms};
    struct multipliers multipliers = {.lambda = w->lambda, .v = w->v};
    if (!certificate_begin(net, retain, theta, w, out))
        return;
    weights_scale(net->n, retain->r, theta, 1.0 / out->margin, &scaled);
    multipliers.stop = PROGRAM_STALLED;
    if (kept) {
        keep_multipliers(net, retain, kept, 1.0 / out->margin, w);
        multipliers_measure(net, retain, &scaled, w->multipliers, &multipliers);
    }
    if (multipliers.stop != PROGRAM_CONVERGED)
        multipliers_solve(net, retain, &scaled, w->multipliers, &multipliers);
    out->stop = multipliers.stop == PROGRAM_CONVERGED ? CERTIFIED : unsolved();
    if (out->stop != CERTIFIED)
        return;
    out->eps = multipliers.eps;
    out->delta = multipliers.delta;
    out->unique = multipliers.unique;
    out->tau = 0.0;
    out->norm = weights_norm(net->n, retain->r, &scaled);
    w->perp = scaled.perp;
}

/* to becomes the nearest vector to row with the given states: row + sum_i g_i x_i, g_i
 * >= 0 on active points, <= 0 on inactive ones, free on kinks. It is the residual of
 * the box least squares min |row - sum_i (-g_i) x_i|. */
static int project_row(const struct points *p, const double *gram,
                       const signed char *state, const double *row,
                       struct certificate_workspace *w, double *to)
{
    for (size_t i = 0; i < p->m; i++) {
        w->column[i] = i;
        w->low[i] = state[i] < 0 ? 0.0 : -INFINITY;
        w->high[i] = state[i] > 0 ? 0.0 : INFINITY;
        w->side[i] = state[i] > 0 ? BOX_HIGH : BOX_LOW;
        w->value[i] = 0.0;
    }
    struct box_problem q = {p->m, p->X, w->column, w->low, w->high, row, gram, p->m};
    boxls_reset(&w->projection);
    return boxls_solve(&w->projection, &q, &w->scratch, w->side, w->value, to);
}

/* Neurons with equal weights and equal states are projected once. */
static int restore_rows(const struct network *net, const struct points *p,
                        const struct weights *theta, const struct kept *kept,
                        struct certificate_workspace *w)
{
    size_t weights = p->r * sizeof *theta->W, bytes = weights + p->m;
    if (net->leak == 1.0) {
        memcpy(w->W, theta->W, net->n * weights);
        return SWEEP_OK;
    }
    const double *gram = program_gram(p, w->kkt->program);
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
            status = project_row(p, gram, kept->state + j * p->m, theta->W + j * p->r,
                                 w, w->W + j * p->r);
        if (status != SWEEP_OK)
            return status;
    }
    return SWEEP_OK;
}

/* The factor >= 0 with the least *eps = |theta~ - factor H|, H = sum_i h_i with
 * multipliers and slopes v. */
static double best_factor(const struct network *net, const struct points *p,
                          const struct weights *theta, const double *v,
                          struct certificate_workspace *w, double *eps)
{
    size_t n = net->n, r = p->r;
    groups_combine(&w->groups, net, p, v, w->C, w->H);
    double square = cblas_ddot((int)(n * r), w->H, 1, w->H, 1);
    double inner = cblas_ddot((int)(n * r), w->H, 1, theta->W, 1);
    double factor = square > 0.0 ? fmax(0.0, inner / square) : 0.0;
    cblas_dscal((int)(n * r), -factor, w->H, 1);
    cblas_daxpy((int)(n * r), 1.0, theta->W, 1, w->H, 1);
    *eps = hypot(vector_length(n * r, w->H), theta->perp);
    return factor;
}

void certificate_restored(const struct network *net, const struct points *retain,
                          const struct weights *theta, const struct kept *kept,
                          struct certificate_workspace *w, struct certificate *out)
{
    struct weights restored = {.W = w->W, .perp = theta->perp, .terms = w->terms};
    if (!certificate_begin(net, retain, theta, w, out))
        return;
    for (size_t j = 0; j < net->n; j++)
        w->terms[j] = weights_terms(theta, retain->r, j);
    if (restore_rows(net, retain, theta, kept, w) != SWEEP_OK) {
        out->stop = unsolved();
        return;
    }
    weights_drop_cancelled(net->n, retain->r, &restored);
    double gamma = margin_of(net, retain, w->W, w);
    if (!margin_positive(net, retain, &restored, gamma))
        return;
    out->stop = CERTIFIED;
    out->tau = weights_cosine_distance(net->n, retain->r, theta, &restored);
    weights_scale(net->n, retain->r, &restored, 1.0 / gamma, &restored);
    margin_of(net, retain, w->W, w);
    double factor = best_factor(net, retain, &restored, kept->v, w, &out->eps);
    keep_multipliers(net, retain, kept, factor, w); /* those of theta~ */
    out->delta = multipliers_slackness(w->lambda, w->margin, retain->m);
    out->norm = weights_norm(net->n, retain->r, &restored);
    w->perp = restored.perp;
}

static enum certificate_stop exact_stop(enum kkt_stop stop)
{
    if (stop == KKT_EXACT)
        return CERTIFIED;
    return stop == KKT_INFEASIBLE ? CERTIFICATE_UNRESOLVED : unsolved();
}

void certificate_exact(const struct network *net, const struct points *retain,
                       const struct weights *theta, const struct kkt_guess *warm,
                       struct certificate_workspace *w, struct certificate *out)
{
    struct weights exact = {.W = w->W};
    struct kkt_point point = {.W = w->W, .lambda = w->lambda, .v = w->v};
    if (!certificate_begin(net, retain, theta, w, out))
        return;
    if (!w->remember || !kkt_again(net, retain, theta->W, w->kkt, &point)) {
        kkt_solve(net, retain, theta->W, warm, w->kkt, &point);
        kkt_remember(w->kkt, &point);
    }
    out->stop = exact_stop(point.stop);
    if (out->stop != CERTIFIED)
        return;
    out->flips = (double)point.flips;
    out->eps = point.defects.eps;
    out->delta = multipliers_slackness(w->lambda, w->kkt->margin, retain->m);
    out->tau = weights_cosine_distance(net->n, retain->r, theta, &exact);
    out->norm = weights_norm(net->n, retain->r, &exact);
    w->perp = 0.0;
}
