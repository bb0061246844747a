/* The outer iteration: a bounded least-squares step on the model, and a search along
 * it. */
#include "program_private.h"
#include "sweep/cancel.h"
#include "sweep/status.h"
#include <float.h>
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <string.h>

/* The defect is called zero here: a few rounding errors of a sum over all neurons. */
static const double CONVERGED = 2e-15;

/* Where it may end when no step improves it any more: what is left is rounding of the
 * terms that theta is summed from. */
static const double ACCEPTED = 64.0 * DBL_EPSILON;

/* A residual below this share of |t| may be one that should be zero. */
static const double SMALL = 1e-6;

/* From here on a defect that hardly falls is rounding, of the step or of itself. */
static const double NEAR = 1e-9;

/* A hull of all h_i as near to the origin as this share of the longest of them: a
 * margin that double precision cannot distinguish from none. */
static const double UNRESOLVED = 1e-8;

/* A fall of F by less than this share is not read off F. */
static const double DROWNED = 1e-9;

/* A step on an old model that leaves more of the defect is worth less than a new model. */
static const double CHORD = 0.2;

/* Fewer multipliers are quick to find by least squares. */
enum { TRIANGLE = 32 };

enum { ITERATION_LIMIT = 500, STALL_LIMIT = 3, TRIALS = 100 };

/* The factorisation that the step starts from: all columns of a triangle are one, with the
 * unit matrix for Q. It is worth it where most of them are free. */
static void start_factor(struct program_workspace *w, size_t m)
{
    struct boxls *f = &w->step;
    size_t inside = 0;
    boxls_reset(f);
    for (size_t i = 0; i < m; i++)
        inside += w->bound[i] == BOX_FREE;
    if (w->orthogonal || 2 * inside < m)
        return;
    memset(f->Q, 0, m * m * sizeof *f->Q);
    for (size_t i = 0; i < m; i++) {
        f->free[i] = i;
        f->Q[i * m + i] = 1.0;
        memcpy(f->R + i * m, w->model + i * m, (i + 1) * sizeof *f->R);
    }
    f->count = m;
}

/* The bounds of a step from lambda, and which of them hold now. */
static void begin_step(const struct program *p, struct program_workspace *w,
                       const struct program_state *s)
{
    for (size_t i = 0; i < p->points->m; i++) {
        double top = p->upper ? p->upper[i] : INFINITY;
        w->low[i] = -s->lambda[i];
        w->high[i] = top - s->lambda[i];
        w->bound[i] = s->lambda[i] <= 0.0   ? BOX_LOW
                      : s->lambda[i] >= top ? BOX_HIGH
                                            : BOX_FREE;
    }
}

/* The minimiser of the model within the bounds, as w->change on top of lambda. */
static int model_step(const struct program *p, struct program_workspace *w,
                      struct program_state *s)
{
    size_t m = p->points->m;
    begin_step(p, w, s);
    if (!w->orthogonal && m >= TRIANGLE && program_pivot(w, s, m))
        return SWEEP_OK;
    begin_step(p, w, s);
    memset(w->change, 0, m * sizeof *w->change);
    struct box_problem q = {m, w->model, w->every, w->low, w->high, w->aim, NULL, 0};
    start_factor(w, m);
    return boxls_solve(&w->step, &q, &w->step_scratch, w->bound, w->change,
                       w->step_scratch.target);
}

/* With gain the model's solution is that of F up to a factor, see program_model.c. */
static double model_factor(const struct program *p, const struct program_workspace *w,
                           const struct program_state *s)
{
    double weight = program_weight(p, s), sum = 0.0;
    if (weight == 0.0)
        return 1.0;
    for (size_t i = 0; i < p->points->m; i++)
        sum += w->change[i];
    double factor = p->gain / (p->gain - weight * weight * sum);
    return factor > 0.0 && factor < 1e6 ? factor : 1e6;
}

/* The model's step, in w->direction. */
static int model_direction(const struct program *p, struct program_workspace *w,
                           struct program_state *s)
{
    if (model_step(p, w, s) != SWEEP_OK)
        return SWEEP_NUMERIC;
    double factor = model_factor(p, w, s);
    for (size_t i = 0; i < p->points->m; i++) {
        double to = w->bound[i] == BOX_LOW    ? 0.0
                    : w->bound[i] == BOX_HIGH ? p->upper[i]
                                              : s->lambda[i] + w->change[i];
        w->direction[i] = factor * fmax(0.0, to) - s->lambda[i];
    }
    return SWEEP_OK;
}

static int newton_direction(const struct program *p, struct program_workspace *w,
                            struct program_state *s)
{
    program_model(p, w, s);
    return model_direction(p, w, s);
}

/* The best point on the ray through lambda: its length is lost in no sum there. */
static void rescale_ray(const struct program *p, struct program_workspace *w,
                        struct program_state *s)
{
    double sum = 0.0;
    if (!(p->gain > 0.0) || !(s->rest > 0.0))
        return;
    for (size_t i = 0; i < p->points->m; i++)
        sum += s->lambda[i];
    double factor = p->gain * sum / (s->rest * s->rest);
    if (fabs(factor - 1.0) > 1e-3 && isfinite(factor))
        program_scale(p, w, s, factor);
}

static double slope_of(const struct program *p, const struct program_workspace *w,
                       const double *gradient)
{
    double slope = 0.0;
    for (size_t i = 0; i < p->points->m; i++)
        slope += gradient[i] * w->direction[i];
    return slope;
}

/* How much of slope_of() can be rounding: of products with the residual, and of the
 * sums in the residual, which the step changes by |A direction|. */
static double slope_noise(const struct program *p, struct program_workspace *w,
                          const struct program_state *s)
{
    int m = (int)p->points->m, high = (int)w->height;
    double products = 0.0;
    for (int i = 0; i < m; i++)
        products += w->steep[i] * fabs(w->direction[i]);
    cblas_dgemv(CblasRowMajor, CblasTrans, m, high, 1.0, w->model, high, w->direction,
                1, 0.0, w->change, 1);
    double moved = cblas_dnrm2(high, w->change, 1);
    return 4.0 * DBL_EPSILON * (s->rest * products + s->terms * moved);
}

static int evaluate_step(const struct program *p, struct program_workspace *w,
                         struct program_state *s, double alpha)
{
    for (size_t i = 0; i < p->points->m; i++) {
        double to = w->lambda[i] + alpha * w->direction[i];
        s->lambda[i] = alpha == 1.0 && w->bound[i] != BOX_FREE
                           ? (w->bound[i] == BOX_LOW ? 0.0 : p->upper[i])
                           : fmax(0.0, to);
    }
    return program_evaluate(p, w, s);
}

int program_step(const struct program *p, struct program_workspace *w,
                 struct program_state *s)
{
    memcpy(w->lambda, s->lambda, p->points->m * sizeof *w->lambda);
    if ((w->slim && p->ridge > 0.0) || newton_direction(p, w, s) != SWEEP_OK)
        return SWEEP_NUMERIC;
    return evaluate_step(p, w, s, 1.0);
}

/* Try the step, shorter and shorter, until F falls enough or, where F's fall would
 * drown in its rounding, until its slope along the step has fallen to a small share: F
 * is convex there, and the zero of its slope is between the last two trials of
 * different sign. Leaves s at the accepted point; false where the slope is rounding
 * from the start. */
static bool search_step(const struct program *p, struct program_workspace *w,
                        struct program_state *s)
{
    double value = s->value, alpha = 1.0, low = 0.0, high = INFINITY;
    double first = slope_of(p, w, s->gradient), at_low = first, at_high = 0.0;
    bool steep = -first > slope_noise(p, w, s);
    memcpy(w->lambda, s->lambda, p->points->m * sizeof *w->lambda);
    for (int trial = 0; trial < TRIALS && steep && !cancel_asked(); trial++) {
        bool plain = alpha * -first > DROWNED * fabs(value);
        bool evaluated = evaluate_step(p, w, s, alpha) == SWEEP_OK;
        double last = evaluated ? slope_of(p, w, s->gradient) : INFINITY;
        if (evaluated && !plain && last <= -0.1 * first &&
            (alpha == 1.0 || last >= 0.5 * first))
            return true;
        if (evaluated)
            rescale_ray(p, w, s);
        if (evaluated && plain && s->value <= value + 1e-4 * alpha * first)
            return true;
        if (last > 0.0) {
            high = alpha;
            at_high = last;
        } else {
            low = alpha;
            at_low = last;
        }
        bool halve = isinf(high) || isinf(at_high) || trial % 2 == 1;
        double share = halve ? 0.5 : at_low / (at_low - at_high);
        alpha = isinf(high) ? 0.5 * (low + 1.0)
                            : low + (high - low) * fmin(0.99, fmax(0.01, share));
    }
    memcpy(s->lambda, w->lambda, p->points->m * sizeof *w->lambda);
    program_evaluate(p, w, s);
    return false;
}

/* Whether the hull of the h_i is too near to the origin, or one of them is there. */
static bool hull_unresolved(const struct program *p, const struct program_workspace *w,
                            const struct program_state *s)
{
    double sum = 0.0, longest = 0.0;
    if (!(p->gain > 0.0) || p->points->m == 0)
        return false;
    for (size_t i = 0; i < p->points->m; i++) {
        sum += s->lambda[i];
        longest = fmax(longest, w->steep[i]);
        if (w->steep[i] == 0.0)
            return true;
    }
    return s->rest <= UNRESOLVED * longest * sum;
}

/* From a state that has been evaluated. */
static enum program_stop iterate_steps(const struct program *p,
                                       struct program_workspace *w,
                                       struct program_state *s)
{
    int stalled = 0;
    while (s->iterations < ITERATION_LIMIT && !cancel_asked()) {
        double defect = s->defect;
        if (hull_unresolved(p, w, s))
            return PROGRAM_UNBOUNDED;
        if (s->defect <= fmax(CONVERGED, p->enough))
            return PROGRAM_CONVERGED;
        s->iterations++;
        bool better = newton_direction(p, w, s) == SWEEP_OK && search_step(p, w, s);
        stalled = s->defect > 0.5 * defect && s->defect <= NEAR ? stalled + 1 : 0;
        if (better && (w->orthogonal || stalled < STALL_LIMIT))
            continue;
        if (s->defect * s->norm <= ACCEPTED * s->terms)
            return PROGRAM_CONVERGED;
        if (w->orthogonal)
            return PROGRAM_STALLED;
        w->orthogonal = true;
        stalled = 0;
    }
    return PROGRAM_LIMIT;
}

/* A small gradient makes a small residual of a target only where the h_i are far from
 * dependent. Steps on orthogonal factors give the least residual itself. */
static void refine_residual(const struct program *p, struct program_workspace *w,
                            struct program_state *s)
{
    double last = INFINITY;
    if (!p->target || (!w->orthogonal && !(s->rest < SMALL * s->norm)))
        return;
    w->orthogonal = w->scratch.fine = true;
    bool better = program_evaluate(p, w, s) == SWEEP_OK;
    while (better && s->rest > 4.0 * DBL_EPSILON * s->norm && s->rest < 0.9 * last) {
        last = s->rest;
        s->iterations++;
        better = newton_direction(p, w, s) == SWEEP_OK && search_step(p, w, s);
    }
    w->scratch.fine = false;
}

enum program_stop program_solve(const struct program *p, struct program_workspace *w,
                                struct program_state *s)
{
    enum program_stop stop = PROGRAM_NON_FINITE;
    s->iterations = 0;
    if (program_evaluate(p, w, s) == SWEEP_OK) {
        rescale_ray(p, w, s);
        stop = iterate_steps(p, w, s);
    }
    if (stop == PROGRAM_CONVERGED)
        refine_residual(p, w, s);
    return cancel_asked() ? PROGRAM_CANCELLED : stop;
}

/* Steps on the model of an earlier state, as long as they are worth it; whether they were
 * enough. */
static bool chord_steps(const struct program *p, struct program_workspace *w,
                        struct program_state *s)
{
    double before = INFINITY;
    while (s->defect > p->enough) {
        if (!w->factored || s->defect > CHORD * before || cancel_asked())
            return false;
        before = s->defect;
        s->iterations++;
        program_aim(p, w, s);
        if (model_direction(p, w, s) != SWEEP_OK || !search_step(p, w, s))
            return false;
    }
    return true;
}

enum program_stop program_adjust(const struct program *p, struct program_workspace *w,
                                 struct program_state *s, const bool *changed)
{
    s->iterations = 0;
    if (program_evaluate_rows(p, w, s, changed) == SWEEP_OK) {
        rescale_ray(p, w, s);
        if (chord_steps(p, w, s) && !cancel_asked())
            return PROGRAM_CONVERGED;
    }
    return program_solve(p, w, s);
}
