#include "sweep/kkt.h"
#include "kkt_private.h"
#include "sweep/cancel.h"
#include "sweep/status.h"
#include "vector.h"
#include <float.h>
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <string.h>

enum { ROUND_LIMIT = 1000, ROUGH_ROUNDS = 50, WALK_ROUNDS = 200 };

/* A defect from which most gates that are wrong can be told, and one that is rounding. */
static const double ROUGH = 1e-6, SETTLED = 2e-15;

/* A defect from which it can be told which gates a walk reaches next. */
static const double WALKING = 1e-5;

/* Defects of an exact point are below this share of their terms. */
static const double ROUNDING = 64.0 * DBL_EPSILON;

/* |theta| max |h_i| up to which every KKT point should be found. */
static const double RESOLVED = 1e6;

/* Margins farther off than this share of |h_i| |theta| are put right. */
static const double CORRECT = 8.0 * DBL_EPSILON;

void kkt_layout(struct kkt_workspace *w, size_t n, size_t m, size_t r, struct arena *a)
{
    w->known = false;
    groups_layout(&w->groups, n, a);
    groups_layout(&w->equal, n, a);
    program_workspace_layout(&w->program, n, m, r, a);
    program_state_layout(&w->state, n, m, r, a);
    w->gate = arena_carve(a, n, m, sizeof *w->gate);
    w->pair = arena_carve(a, n, m, sizeof *w->pair);
    w->changed = arena_carve(a, n, 1, sizeof *w->changed);
    w->row_W = arena_doubles(a, n, r);
    w->row_Z = arena_doubles(a, n, m);
    w->row_v = arena_doubles(a, n, m);
    w->row_terms = arena_doubles(a, n, 1);
    w->length = arena_doubles(a, m, 1);
    w->margin = arena_doubles(a, m, 1);
    w->terms = arena_doubles(a, n, 1);
    w->Z = arena_doubles(a, n, m);
    w->H = arena_doubles(a, n, r);
}

/* The gate of neuron j and point i that the pre-activation z asks for. */
static unsigned char gate_of(const struct network *net, const struct points *p,
                             size_t j, size_t i, double z)
{
    if (net->leak == 1.0)
        return PAIR_ONE;
    if (network_sign(net, j) * p->y[i] < 0.0)
        return PAIR_BOX;
    return z > 0.0 ? PAIR_ONE : PAIR_LEAK;
}

static void start_gates(const struct network *net, const struct points *p,
                        const double *Z, struct kkt_workspace *w)
{
    for (size_t j = 0; j < net->n; j++)
        for (size_t i = 0; i < p->m; i++)
            w->gate[j * p->m + i] = gate_of(net, p, j, i, Z[j * p->m + i]);
}

static bool same_gates(const struct network *net, const struct points *p,
                       const double *start, struct kkt_workspace *w)
{
    groups_preactivations(&w->equal, net, start, p, w->H, w->row_Z);
    for (size_t j = 0; j < net->n; j++)
        for (size_t i = 0; i < p->m; i++)
            if (w->gate[j * p->m + i] != gate_of(net, p, j, i, w->row_Z[j * p->m + i]))
                return false;
    return true;
}

static struct program gates_program(const struct network *net, const struct points *p,
                                    struct kkt_workspace *w)
{
    groups_find(&w->groups, net, w->gate, p->m);
    for (size_t g = 0; g < w->groups.count; g++)
        memcpy(w->pair + g * p->m, w->gate + w->groups.first[g] * p->m, p->m);
    return (struct program){.rows = w->groups.count,
                            .points = p,
                            .u = net->u,
                            .leak = net->leak,
                            .gain = 1.0,
                            .sign = w->groups.sign,
                            .count = w->groups.size,
                            .pair = w->pair};
}

/* w = sum_i C_i x_i of each row, exactly zero where that is all cancellation, its terms
 * and its pre-activations. */
static void form_rows(const struct points *p, struct kkt_workspace *w)
{
    size_t R = w->groups.count, m = p->m, r = p->r;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)R, (int)r, (int)m, 1.0,
                w->state.coefficient, (int)m, p->X, (int)r, 0.0, w->row_W, (int)r);
    for (size_t g = 0; g < R; g++) {
        double terms = 0.0;
        for (size_t i = 0; i < m; i++)
            terms += fabs(w->state.coefficient[g * m + i]) * w->length[i];
        w->row_terms[g] = terms;
    }
    struct weights rows = {.W = w->row_W, .terms = w->row_terms};
    weights_drop_cancelled(R, r, &rows);
    network_preactivations(R, w->row_W, p, w->row_Z);
}

/* Larger of two defects; NaN stays. */
static double worse(double defect, double entry)
{
    return entry > defect || isnan(entry) ? entry : defect;
}

/* Slopes and gates of neuron j. */
static void check_slopes(const struct network *net, const struct points *p,
                         const struct kkt_point *point, const struct kkt_workspace *w,
                         size_t j, struct kkt_defects *out)
{
    const double *v = point->v + j * p->m, *z = w->Z + j * p->m;
    for (size_t i = 0; i < p->m; i++) {
        double lambda = point->lambda[i], low = net->leak * lambda;
        double off = fmax(low - v[i], v[i] - lambda);
        out->slope = worse(out->slope, lambda > 0.0 ? off / lambda : fabs(v[i]));
        double should = z[i] > 0.0 ? lambda : low;
        if (fabs(v[i] - should) > ROUNDING * lambda)
            out->gate = worse(out->gate, fabs(z[i]) / (point->terms[j] * w->length[i]));
    }
}

/* Margins against |h_i| |theta|; |h_i| with the slopes of v where there is a
 * multiplier. */
static void check_margins(const struct network *net, const struct points *p,
                          const struct kkt_point *point, struct kkt_workspace *w,
                          double norm, struct kkt_defects *out)
{
    network_margins(net, w->Z, p->y, p->m, w->margin);
    for (size_t i = 0; i < p->m; i++) {
        double square = 0.0, lambda = point->lambda[i];
        for (size_t j = 0; j < net->n; j++) {
            double z = w->Z[j * p->m + i];
            double slope = lambda > 0.0 ? point->v[j * p->m + i] / lambda
                           : z > 0.0    ? 1.0
                                        : net->leak;
            square += slope * slope;
        }
        double scale = net->u * sqrt(square) * w->length[i] * norm;
        out->reach = worse(out->reach, scale);
        double over = (w->margin[i] - 1.0) / scale;
        out->margin = worse(out->margin, -over);
        if (lambda > 0.0)
            out->slackness = worse(out->slackness, fabs(over));
    }
}

void kkt_check(const struct network *net, const struct points *p,
               const struct kkt_point *point, struct kkt_workspace *w,
               struct kkt_defects *out)
{
    size_t n = net->n, r = p->r;
    double terms = vector_length(n, point->terms);
    *out = (struct kkt_defects){0};
    for (size_t i = 0; i < p->m; i++)
        w->length[i] = vector_length(r, p->X + i * r);
    groups_preactivations(&w->equal, net, point->W, p, w->H, w->Z);
    for (size_t j = 0; j < n; j++)
        check_slopes(net, p, point, w, j, out);
    check_margins(net, p, point, w, vector_length(n * r, point->W), out);
    groups_combine(&w->equal, net, p, point->v, w->Z, w->H);
    cblas_daxpy((int)(n * r), -1.0, point->W, 1, w->H, 1);
    out->eps = vector_length(n * r, w->H);
    if (p->m > 0)
        out->residual = worse(0.0, out->eps / terms);
}

bool kkt_accepts(const struct kkt_defects *d)
{
    return d->margin <= ROUNDING && d->slackness <= ROUNDING && d->slope <= ROUNDING &&
           d->gate <= KINK_TOLERANCE && d->residual <= ROUNDING;
}

static void scale_point(const struct network *net, const struct points *p,
                        double factor, struct kkt_point *out)
{
    cblas_dscal((int)(net->n * p->r), factor, out->W, 1);
    cblas_dscal((int)net->n, factor, out->terms, 1);
    cblas_dscal((int)(net->n * p->m), factor, out->v, 1);
    cblas_dscal((int)p->m, factor, out->lambda, 1);
}

/* What makes no margin lie below 1, as far as they can be computed. */
static double scale_to_one(const struct network *net, const struct points *p,
                           struct kkt_workspace *w, const struct kkt_point *point)
{
    groups_preactivations(&w->equal, net, point->W, p, w->H, w->Z);
    double smallest = network_margins(net, w->Z, p->y, p->m, w->margin);
    return smallest > 0.5 && smallest < 1.0 ? 1.0 / smallest : 1.0;
}

/* 1 - q_i of the rows' weights into w->margin; returns the largest over lambda_i > 0,
 * relative to |h_i| |theta|. */
static double shortfall(const struct network *net, const struct points *p,
                        struct kkt_workspace *w)
{
    size_t R = w->groups.count, m = p->m;
    double square = 0.0, largest = 0.0;
    for (size_t g = 0; g < R; g++) {
        double length = vector_length(p->r, w->row_W + g * p->r);
        square += w->groups.size[g] * length * length;
    }
    for (size_t i = 0; i < m; i++) {
        double q = 0.0, slopes = 0.0, lambda = w->state.lambda[i];
        for (size_t g = 0; g < R; g++) {
            double z = w->row_Z[g * m + i], slope = z > 0.0 ? 1.0 : net->leak;
            q += w->groups.sign[g] * w->groups.size[g] * slope * z;
            if (lambda > 0.0) /* a kink has the slope of its multiplier */
                slope = fabs(w->state.coefficient[g * m + i]) / (net->u * lambda);
            slopes += w->groups.size[g] * slope * slope;
        }
        w->margin[i] = 1.0 - p->y[i] * net->u * q;
        double scale = net->u * sqrt(slopes) * w->length[i] * sqrt(square);
        if (lambda > 0.0)
            largest = worse(largest, fabs(w->margin[i]) / scale);
    }
    return largest;
}

/* Where the weights are small beside their terms, the terms' rounding spoils the
 * margins.
 */
static void correct_margins(const struct network *net, const struct points *p,
                            const struct program *problem, struct kkt_workspace *w)
{
    size_t count = w->groups.count * p->r;
    struct weights rows = {.W = w->row_W, .terms = w->row_terms};
    for (int pass = 0; pass < 2 && shortfall(net, p, w) > CORRECT; pass++) {
        memcpy(w->H, w->row_W, count * sizeof *w->H);
        if (program_correct(problem, w->program, &w->state, w->margin, w->row_W) !=
            SWEEP_OK) {
            memcpy(w->row_W, w->H, count * sizeof *w->H);
            return;
        }
        weights_drop_cancelled(w->groups.count, p->r, &rows);
        network_preactivations(w->groups.count, w->row_W, p, w->row_Z);
    }
}

/* From the rows to the neurons. */
static void spread_rows(const struct network *net, const struct points *p,
                        struct kkt_workspace *w, struct kkt_point *out)
{
    out->terms = w->terms;
    memcpy(out->lambda, w->state.lambda, p->m * sizeof *out->lambda);
    for (size_t j = 0; j < net->n; j++) {
        size_t g = w->groups.of[j];
        memcpy(out->W + j * p->r, w->row_W + g * p->r, p->r * sizeof *out->W);
        memcpy(out->v + j * p->m, w->row_v + g * p->m, p->m * sizeof *out->v);
        out->terms[j] = w->row_terms[g];
    }
}

/* What is not exact may still be distinguished: a margin that is too small. */
static enum kkt_stop kkt_verdict(enum program_stop stop,
                                 const struct kkt_defects *defects)
{
    switch (stop) {
    case PROGRAM_UNBOUNDED:
        return KKT_INFEASIBLE;
    case PROGRAM_NON_FINITE:
        return KKT_NON_FINITE;
    default:
        if (kkt_accepts(defects))
            return KKT_EXACT;
        return defects->reach > RESOLVED ? KKT_INFEASIBLE : KKT_INEXACT;
    }
}

/* Gates that flip after a program was given up, mostly for want of a solution, are those of
 * a point that is none: no further round is worth its time.
 *
 * From pre-activations Z; a walk from there, or all gates flip at once. */
static void solve(const struct network *net, const struct points *p, const double *Z,
                  const struct kkt_guess *warm, bool walks, struct kkt_workspace *w,
                  struct kkt_point *out)
{
    w->known = false;
    w->walks = walks;
    for (size_t i = 0; i < p->m; i++)
        w->length[i] = vector_length(p->r, p->X + i * p->r);
    start_gates(net, p, Z, w);
    struct program problem = gates_program(net, p, w);
    if (walks)
        kkt_walk_start(net, p, Z, w);
    program_cold(&problem, &w->state);
    if (warm && cblas_dasum((int)p->m, warm->lambda, 1) > 0.0)
        program_warm(&problem, &w->state, warm->lambda, warm->v, w->groups.first);
    out->flips = out->rounds = out->iterations = 0;
    program_begin(&problem, w->program);
    enum program_stop stop;
    size_t flipped;
    bool rough;
    problem.enough = walks ? WALKING : ROUGH;
    do {
        stop = problem.enough == WALKING && out->rounds > 0
                   ? program_adjust(&problem, w->program, &w->state, w->changed)
                   : program_solve(&problem, w->program, &w->state);
        out->rounds++;
        out->iterations += w->state.iterations;
        form_rows(p, w);
        flipped = stop == PROGRAM_UNBOUNDED || stop == PROGRAM_NON_FINITE ||
                          stop == PROGRAM_CANCELLED
                      ? 0
                      : kkt_flip(net, p, w);
        out->flips += flipped;
        rough = flipped == 0 && stop == PROGRAM_CONVERGED && problem.enough > 0.0 &&
                w->state.defect > SETTLED;
        if (out->rounds == (walks ? WALK_ROUNDS : ROUGH_ROUNDS))
            problem.enough = 0.0; /* so that every flip lowers the norm */
        else if (rough)
            problem.enough = problem.enough > ROUGH ? ROUGH : 0.0;
    } while ((flipped > 0 || rough) && stop != PROGRAM_LIMIT &&
             out->rounds < ROUND_LIMIT);
    if (stop == PROGRAM_CONVERGED || stop == PROGRAM_STALLED)
        correct_margins(net, p, &problem, w);
    program_slopes(&problem, &w->state, w->row_v);
    spread_rows(net, p, w, out);
    w->scale = scale_to_one(net, p, w, out);
    scale_point(net, p, w->scale, out);
    kkt_check(net, p, out, w, &out->defects);
    out->stop = cancel_asked() ? KKT_CANCELLED
                : flipped > 0  ? KKT_LIMIT
                               : kkt_verdict(stop, &out->defects);
}

void kkt_solve(const struct network *net, const struct points *p, const double *start,
               const struct kkt_guess *warm, struct kkt_workspace *w,
               struct kkt_point *out)
{
    groups_preactivations(&w->equal, net, start, p, w->H, w->row_Z);
    solve(net, p, w->row_Z, warm, false, w, out);
}

void kkt_follow(const struct network *net, const struct points *p, const double *Z,
                struct kkt_workspace *w, struct kkt_point *out)
{
    solve(net, p, Z, NULL, net->leak < 1.0, w, out);
}

void kkt_remember(struct kkt_workspace *w, const struct kkt_point *point)
{
    w->known = true;
    w->last = *point;
}

void kkt_forget(struct kkt_workspace *w)
{
    w->known = false;
}

bool kkt_again(const struct network *net, const struct points *p, const double *start,
               struct kkt_workspace *w, struct kkt_point *out)
{
    if (!w->known || !same_gates(net, p, start, w))
        return false;
    struct kkt_point to = *out;
    *out = w->last;
    out->W = to.W;
    out->lambda = to.lambda;
    out->v = to.v;
    spread_rows(net, p, w, out);
    scale_point(net, p, w->scale, out);
    return true;
}
