/* All minimisers attain the same sum P = sum_i lambda_i h_i, the projection of theta on
 * a cone. Least delta is the least t for which P is attained under lambda_i <= t / (q_i
 * - 1): the distance phi(t) from P under these bounds is convex and falls to 0, so
 * Newton's method on it climbs to the first zero from the left (van den Berg &
 * Friedlander 2008 do the same for other norms). A ridge then leads to the pattern of
 * the least |lambda|, and a complete orthogonal factorisation to its numbers. */
#include "multipliers_choose.h"
#include "program_private.h"
#include "sweep/cancel.h"
#include "sweep/status.h"
#include <float.h>
#include <gsl/gsl_cblas.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

/* A gradient or a margin beyond 1 below this share of its terms is none. */
static const double NONE = 1e-11;

/* Columns are dependent when less than this share of one is new. */
static const double DEPENDENT = 1e-11;

/* P is attained when no more than this share of it is left. */
static const double ATTAINED = 1e-13;

/* A residual below this share of theta leaves no pull to speak of. */
static const double TRADED = 1e-9;

/* Shares of the longest h_i: small beside what a ridge must not move, large beside
 * rounding; the first that does. Of 719 choices in 3 to 12 dimensions with 10 to 40
 * points, relu, leaky and linear, the first did in 681, the second in 30 more, the
 * third in the last 8. */
static const double ridges[] = {1e-7, 1e-9, 1e-11};

enum { CLIMB_LIMIT = 60, RIDGE_STEPS = 4 };

void multipliers_choose_layout(struct multipliers_workspace *w, size_t n, size_t m,
                               size_t r, struct arena *a)
{
    w->attained = arena_doubles(a, n, r);
    w->upper = arena_doubles(a, m, 1);
    w->best = arena_doubles(a, m, 1);
    w->loose = arena_carve(a, m, 1, sizeof *w->loose);
    w->free = arena_carve(a, m, 1, sizeof *w->free);
    size_t slim = program_slim(n, m, r);
    w->column = arena_doubles(a, m, slim ? slim : m);
    w->right = arena_doubles(a, m, 1);
    w->lapack_size = 64 * (m + 2);
    w->lapack = arena_doubles(a, w->lapack_size, 1);
    w->pivot = arena_carve(a, m, 1, sizeof *w->pivot);
}

/* Whether q_i is 1 up to rounding. */
static bool margin_tight(const struct multipliers_workspace *w, size_t i)
{
    return w->margin[i] - 1.0 <= NONE * fmax(1.0, w->program->steep[i] * w->state.norm);
}

/* A delta that is rounding of 0. */
static bool delta_positive(const struct multipliers_workspace *w, size_t m)
{
    const struct program_state *s = &w->state;
    return multipliers_slackness(s->lambda, w->margin, m) >
           ATTAINED * s->norm * s->norm;
}

/* Points that some minimiser may give a multiplier; where delta is 0 already, only
 * those that keep it there. */
static void find_loose(struct multipliers_workspace *w, size_t m, bool keep_zero)
{
    const struct program_state *s = &w->state;
    for (size_t i = 0; i < m; i++) {
        double rounding = DBL_EPSILON * fmax(1024.0 * s->norm, s->terms);
        double none = w->program->steep[i] * (NONE * s->rest + rounding);
        w->loose[i] = s->lambda[i] > 0.0 || (fabs(s->gradient[i]) <= none &&
                                             (!keep_zero || margin_tight(w, i)));
    }
}

/* The model's columns of the points chosen, side by side (column-major). */
static size_t gather_columns(struct multipliers_workspace *w, size_t m,
                             const bool *chosen)
{
    size_t count = 0, high = w->program->height;
    for (size_t i = 0; i < m; i++)
        if (chosen[i])
            memcpy(w->column + high * count++, w->program->model + i * high,
                   high * sizeof *w->column);
    return count;
}

static bool loose_independent(const struct program *p, struct multipliers_workspace *w)
{
    size_t m = p->points->m;
    if (program_model_regular(p, w->program, &w->state) || cancel_asked())
        return true;
    w->program->orthogonal = true; /* Cholesky has failed just now */
    program_model(p, w->program, &w->state);
    size_t count = gather_columns(w, m, w->loose), high = w->program->height;
    if (count > high)
        return false;
    for (size_t i = 0, k = 0; i < m; i++)
        if (w->loose[i]) {
            double length =
                w->program->steep[i]; /* before free slopes took their part */
            double scale = length > 0.0 ? 1.0 / length : 0.0;
            cblas_dscal((int)high, scale, w->column + high * k++, 1);
        }
    memset(w->pivot, 0, m * sizeof *w->pivot);
    if (count == 0)
        return true;
    LAPACKE_dgeqp3_work(LAPACK_COL_MAJOR, (int)high, (int)count, w->column, (int)high,
                        w->pivot, w->right, w->lapack, (int)w->lapack_size);
    double last = w->column[(count - 1) * (high + 1)];
    return fabs(last) > DEPENDENT;
}

/* Up to rounding of the terms that the residual is summed from, at least. */
static bool sum_attained(const struct program_state *s)
{
    return s->rest <= fmax(ATTAINED * s->norm, DBL_EPSILON * s->terms);
}

static bool nearly_attained(const struct program_state *s)
{
    return s->rest <= 100.0 * ATTAINED * s->norm;
}

/* lambda_i <= t / (q_i - 1), without a bound where the margin is tight. */
static void bound_lambda(struct multipliers_workspace *w, size_t m, double t)
{
    for (size_t i = 0; i < m; i++) {
        if (!w->loose[i])
            w->upper[i] = 0.0;
        else
            w->upper[i] = margin_tight(w, i) ? INFINITY : t / (w->margin[i] - 1.0);
        w->state.lambda[i] = fmin(w->best[i], w->upper[i]);
    }
}

/* d(phi^2 / 2)/dt, with the sign turned. */
static double distance_fall(const struct multipliers_workspace *w, size_t m)
{
    const struct program_state *s = &w->state;
    double sum = 0.0;
    for (size_t i = 0; i < m; i++)
        if (isfinite(w->upper[i]) && s->lambda[i] >= w->upper[i] && w->loose[i])
            sum += fmax(0.0, -s->gradient[i]) / (w->margin[i] - 1.0);
    return sum;
}

static void evaluate_lambda(const struct program *p, struct multipliers_workspace *w,
                            const double *lambda)
{
    memcpy(w->state.lambda, lambda, p->points->m * sizeof *lambda);
    program_evaluate(p, w->program, &w->state);
}

/* The least t for which P is attained; the state is a point there. `most` is attained.
 */
static double climb_delta(const struct program *p, struct multipliers_workspace *w,
                          double most)
{
    size_t m = p->points->m;
    double t = 0.0;
    for (int k = 0; k < CLIMB_LIMIT && t < most; k++) {
        bound_lambda(w, m, t);
        if (program_solve(p, w->program, &w->state) != PROGRAM_CONVERGED)
            break;
        /* Where it is, a step more tells whether what is left is rounding. */
        if (sum_attained(&w->state) ||
            (nearly_attained(&w->state) &&
             program_step(p, w->program, &w->state) == SWEEP_OK &&
             sum_attained(&w->state)))
            return t;
        double slope = distance_fall(w, m), square = w->state.rest * w->state.rest;
        if (!(slope > 0.0) || !(t + square / slope > t))
            break;
        t += square / slope;
    }
    bound_lambda(w, m, most);
    evaluate_lambda(p, w, w->best);
    return most;
}

/* The pattern that the ridge leads to: multipliers between their bounds. */
static size_t find_inside(const struct multipliers_workspace *w, size_t m, bool *free)
{
    size_t count = 0;
    for (size_t i = 0; i < m; i++) {
        free[i] = w->state.lambda[i] > 0.0 && w->state.lambda[i] < w->upper[i];
        count += free[i];
    }
    return count;
}

/* The free multipliers become the shortest with the same sum of columns. Where one
 * crosses a bound by rounding it stays there. */
static bool shorten(const struct program *p, struct multipliers_workspace *w)
{
    size_t m = p->points->m;
    bool *is_free = w->free;
    size_t count = find_inside(w, m, is_free);
    int rank;
    program_model(p, w->program, &w->state);
    int high = (int)w->program->height;
    memcpy(w->right, w->program->aim, w->program->height * sizeof *w->right);
    for (size_t i = 0; i < m; i++)
        if (is_free[i])
            cblas_daxpy(high, w->state.lambda[i],
                        w->program->model + i * w->program->height, 1, w->right, 1);
    gather_columns(w, m, is_free);
    memset(w->pivot, 0, m * sizeof *w->pivot);
    if (count == 0 || cancel_asked() ||
        LAPACKE_dgelsy_work(LAPACK_COL_MAJOR, high, (int)count, 1, w->column, high,
                            w->right, (int)m, w->pivot, DEPENDENT, &rank, w->lapack,
                            (int)w->lapack_size) != 0)
        return false;
    for (size_t i = 0, k = 0; i < m; i++)
        if (is_free[i]) {
            double to = w->right[k++];
            w->state.lambda[i] = fmin(fmax(0.0, to), w->upper[i]);
        }
    return program_evaluate(p, w->program, &w->state) == SWEEP_OK;
}

/* From w->best, by way of a ridge; false where P is no longer attained. */
static bool shortest(const struct program *p, struct multipliers_workspace *w,
                     double ridge)
{
    struct program ridged = *p;
    for (size_t i = 0; i < p->points->m; i++)
        ridged.ridge = fmax(ridged.ridge, ridge * w->program->steep[i]);
    evaluate_lambda(&ridged, w, w->best);
    for (int k = 0; k < RIDGE_STEPS; k++)
        if (program_step(&ridged, w->program, &w->state) != SWEEP_OK)
            return false;
    return shorten(p, w) && sum_attained(&w->state);
}

/* Slopes of kinks may be traded for multipliers too where the residual is about zero:
 * then no pull holds a slope at its bound. */
static bool may_trade(const struct program *p, const struct multipliers_workspace *w)
{
    size_t pairs = p->rows * p->points->m;
    return w->state.rest <= TRADED * w->state.norm &&
           memchr(p->pair, PAIR_BOX, pairs * sizeof *p->pair);
}

bool multipliers_choose(const struct program *problem, struct multipliers_workspace *w)
{
    struct program_state *s = &w->state;
    size_t m = problem->points->m, count = problem->rows * problem->points->r;
    bool has_slack = delta_positive(w, m);
    find_loose(w, m, !has_slack);
    bool unique = loose_independent(problem, w);
    if (unique && !(has_slack && may_trade(problem, w)))
        return true;
    struct program attain = *problem;
    memcpy(w->attained, problem->target, count * sizeof *w->attained);
    cblas_daxpy((int)count, -1.0, s->residual, 1, w->attained, 1);
    attain.target = w->attained;
    attain.upper = w->upper;
    memcpy(w->best, s->lambda, m * sizeof *w->best);
    double delta = multipliers_slackness(s->lambda, w->margin, m);
    bound_lambda(w, m, fmax(0.0, delta));
    if (has_slack && climb_delta(&attain, w, delta) >= delta && unique) {
        evaluate_lambda(problem, w, w->best);
        return true;
    }
    memcpy(w->best, s->lambda, m * sizeof *w->best);
    bool found = false;
    for (size_t k = 0; k < sizeof ridges / sizeof ridges[0] && !found; k++)
        found = shortest(&attain, w, ridges[k]);
    if (!found)
        evaluate_lambda(&attain, w, w->best);
    program_evaluate(problem, w->program, s);
    return false;
}
