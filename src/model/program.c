#include "sweep/program.h"
#include "program_private.h"
#include "sweep/status.h"
#include "vector.h"
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <string.h>

/* Rows of a QR at once, beyond those of its result and of one neuron. */
enum { STACK = 256 };

void program_state_layout(struct program_state *s, size_t rows, size_t m, size_t r,
                          struct arena *a)
{
    s->lambda = arena_doubles(a, m, 1);
    s->coefficient = arena_doubles(a, rows, m);
    s->state = arena_carve(a, rows, m, sizeof *s->state);
    s->residual = arena_doubles(a, rows, r);
    s->gradient = arena_doubles(a, m, 1);
}

size_t program_slim(size_t rows, size_t m, size_t r)
{
    return network_slim(rows, m, r) ? rows * r + 1 : 0;
}

static void model_layout(struct program_workspace *w, size_t m, size_t r,
                         struct arena *a)
{
    size_t high = w->slim ? w->slim : m;
    w->model = arena_doubles(a, m, high);
    w->aim = arena_doubles(a, m + 1, 1);
    w->stack_rows = w->slim ? w->slim : m + 1 + (r > m ? r : m) + STACK;
    w->stack = arena_doubles(a, m + 1, w->stack_rows);
    w->reflector = arena_doubles(a, m + 1, 1);
    w->lapack = arena_doubles(a, 64, m + 1);
    w->pivot = arena_carve(a, m, 1, sizeof *w->pivot);
    boxls_layout(&w->step, m, high, a);
    boxls_scratch_layout(&w->step_scratch, m, high, a);
    w->every = arena_carve(a, m, 1, sizeof *w->every);
    w->bound = arena_carve(a, m, 1, sizeof *w->bound);
    w->change = arena_doubles(a, m, 1);
    w->lambda = arena_doubles(a, m, 1);
    w->direction = arena_doubles(a, m, 1);
}

void program_workspace_layout(struct program_workspace **out, size_t rows, size_t m,
                              size_t r, struct arena *a)
{
    struct program_workspace *w = arena_carve(a, 1, sizeof **out, 1);
    struct program_workspace measured, *into = w ? w : &measured;
    size_t k = m < r ? m : r;
    *out = w;
    memset(into, 0, sizeof *into);
    into->factor = arena_carve(a, rows, 1, sizeof *into->factor);
    into->own = arena_carve(a, rows, 1, sizeof *into->own);
    into->boxes = arena_carve(a, rows, 1, sizeof *into->boxes);
    into->column = arena_carve(a, rows, m, sizeof *into->column);
    program_pool_layout(into, rows, k, r, a);
    boxls_layout(&into->shared, m, r, a);
    boxls_scratch_layout(&into->scratch, m, r, a);
    into->low = arena_doubles(a, m, 1);
    into->high = arena_doubles(a, m, 1);
    into->value = arena_doubles(a, m, 1);
    into->row_state = arena_carve(a, m, 1, sizeof *into->row_state);
    into->free_side = arena_doubles(a, rows, r);
    into->slope = arena_doubles(a, rows, m);
    into->product = arena_doubles(a, rows, m);
    into->slim = program_slim(rows, m, r);
    into->own_gram = into->slim ? NULL : arena_doubles(a, m, m);
    into->length = arena_doubles(a, m, 1);
    into->steep = arena_doubles(a, m, 1);
    into->reduced = into->slim ? NULL : arena_doubles(a, m, m);
    into->gathered = arena_doubles(a, m, r);
    into->inner = arena_doubles(a, k, m);
    into->index = arena_carve(a, m, 1, sizeof *into->index);
    model_layout(into, m, r, a);
}

/* y_i times the sign of u_j: +1 for same-class pairs, -1 for opposite ones. */
static double pair_sign(const struct program *p, size_t j, size_t i)
{
    return p->sign[j] * p->points->y[i];
}

void program_cold(const struct program *p, struct program_state *s)
{
    size_t m = p->points->m, r = p->points->r;
    for (size_t i = 0; i < m; i++) {
        const double *x = p->points->X + i * r;
        double curvature = 0.0;
        for (size_t j = 0; j < p->rows; j++) {
            unsigned char kind = p->pair[j * m + i];
            double slope = kind == PAIR_LEAK ? p->leak : kind == PAIR_ONE ? 1.0 : 0.0;
            curvature += p->count[j] * slope * slope;
            s->state[j * m + i] = pair_sign(p, j, i) > 0.0 ? BOX_HIGH : BOX_LOW;
            s->coefficient[j * m + i] = 0.0;
        }
        curvature *= p->u * p->u * cblas_ddot((int)r, x, 1, x, 1);
        s->lambda[i] = curvature > 0.0 ? p->gain / curvature : 0.0;
    }
}

void program_warm(const struct program *p, struct program_state *s,
                  const double *lambda, const double *v, const size_t *neuron)
{
    size_t m = p->points->m;
    memcpy(s->lambda, lambda, m * sizeof *lambda);
    for (size_t j = 0; j < p->rows && v; j++)
        for (size_t i = 0; i < m; i++) {
            s->state[j * m + i] = BOX_FREE;
            s->coefficient[j * m + i] =
                pair_sign(p, j, i) * p->u * v[neuron[j] * m + i];
        }
}

const double *program_gram(const struct points *p, struct program_workspace *w)
{
    if (p->gram || w->slim)
        return p->gram;
    network_gram(p, w->own_gram);
    return w->own_gram;
}

void program_begin(const struct program *p, struct program_workspace *w)
{
    size_t m = p->points->m;
    for (size_t j = 0; j < p->rows; j++) {
        size_t boxes = 0;
        for (size_t i = 0; i < m; i++)
            if (p->pair[j * m + i] == PAIR_BOX)
                w->column[j * m + boxes++] = i;
        w->boxes[j] = boxes;
    }
    w->gram = program_gram(p->points, w);
    for (size_t i = 0; i < m; i++) {
        w->length[i] = vector_length(p->points->r, p->points->X + i * p->points->r);
        w->every[i] = i;
    }
    program_pool_divide(p, w);
    w->height = w->slim ? w->slim : m;
    w->step.r = w->step.capacity = w->height;
    w->orthogonal = w->factored = false;
}

/* An empty box has no side of its own: it takes the one it would open towards, and the
 * leak's on a kink. */
static signed char side_of_empty(const struct program *p, const double *residual,
                                 size_t j, size_t i)
{
    size_t r = p->points->r;
    double pull = cblas_ddot((int)r, p->points->X + i * r, 1, residual, 1);
    if (pull == 0.0)
        return pair_sign(p, j, i) > 0.0 ? BOX_LOW : BOX_HIGH;
    return pull > 0.0 ? BOX_HIGH : BOX_LOW;
}

/* The inner minimum of row j with a factorisation, its own or the shared one. */
static int row_with(const struct program *p, struct program_workspace *w,
                    struct program_state *s, size_t j, struct boxls *factor)
{
    size_t m = p->points->m, r = p->points->r, boxes = w->boxes[j];
    const size_t *column = w->column + j * m;
    if (factor == &w->shared)
        boxls_reset(factor);
    for (size_t k = 0; k < boxes; k++) {
        size_t i = column[k];
        double one = pair_sign(p, j, i) * p->u * s->lambda[i], leak = p->leak * one;
        w->low[k] = one < leak ? one : leak;
        w->high[k] = one < leak ? leak : one;
        w->value[k] = s->coefficient[j * m + i];
        w->row_state[k] = s->state[j * m + i];
    }
    struct box_problem q = {.p = boxes,
                            .X = p->points->X,
                            .column = column,
                            .low = w->low,
                            .high = w->high,
                            .b = w->free_side + j * r,
                            .gram = w->gram,
                            .gram_size = m};
    double *residual = s->residual + j * r;
    int status = boxls_solve(factor, &q, &w->scratch, w->row_state, w->value, residual);
    if (factor->full)
        return status;
    for (size_t k = 0; k < boxes; k++) {
        size_t i = column[k];
        s->coefficient[j * m + i] = w->value[k];
        s->state[j * m + i] = w->row_state[k];
        if (w->low[k] == w->high[k])
            s->state[j * m + i] = side_of_empty(p, residual, j, i);
    }
    return status;
}

int program_row(const struct program *p, struct program_workspace *w,
                struct program_state *s, size_t j)
{
    if (w->own[j]) {
        int status = row_with(p, w, s, j, &w->factor[j]);
        w->own[j] = !w->factor[j].full; /* or from here on without one of its own */
        if (w->own[j])
            return status;
    }
    return row_with(p, w, s, j, &w->shared);
}

const struct boxls *program_free_pairs(const struct program *p,
                                       struct program_workspace *w,
                                       struct program_state *s, size_t j, bool basis)
{
    if (w->own[j] && (w->factor[j].Q || !basis))
        return &w->factor[j];
    row_with(p, w, s, j, &w->shared);
    return &w->shared;
}

/* The slope with which lambda_i enters row j now, times y_i u_j; 0 on a free pair. */
static double effective(const struct program *p, const struct program_state *s,
                        size_t j, size_t i)
{
    size_t m = p->points->m;
    double a = pair_sign(p, j, i), slope = 1.0;
    if (p->pair[j * m + i] == PAIR_LEAK)
        slope = p->leak;
    else if (p->pair[j * m + i] == PAIR_BOX && s->state[j * m + i] == BOX_FREE)
        slope = 0.0;
    else if (p->pair[j * m + i] == PAIR_BOX)
        slope = (s->state[j * m + i] == BOX_HIGH) == (a > 0.0) ? 1.0 : p->leak;
    return a * p->u * slope;
}

/* What every pair with a fixed slope adds; the box pairs of a row come after it. */
static void fixed_pairs(const struct program *p, struct program_workspace *w,
                        struct program_state *s)
{
    size_t m = p->points->m, r = p->points->r, R = p->rows;
    for (size_t j = 0; j < R; j++)
        for (size_t i = 0; i < m; i++) {
            unsigned char kind = p->pair[j * m + i];
            double slope = kind == PAIR_LEAK ? p->leak : kind == PAIR_ONE ? 1.0 : 0.0;
            w->product[j * m + i] = pair_sign(p, j, i) * p->u * slope * s->lambda[i];
            if (kind != PAIR_BOX)
                s->coefficient[j * m + i] = w->product[j * m + i];
        }
    if (p->target)
        memcpy(w->free_side, p->target, R * r * sizeof *w->free_side);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)R, (int)r, (int)m, -1.0,
                w->product, (int)m, p->points->X, (int)r, p->target ? 1.0 : 0.0,
                w->free_side, (int)r);
}

/* dF/dlambda, the ridge's share of F, and |h_i| with every free pair counted as
 * slope 1. */
static void differentiate(const struct program *p, struct program_workspace *w,
                          struct program_state *s)
{
    size_t m = p->points->m, r = p->points->r, R = p->rows;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)R, (int)m, (int)r, 1.0,
                s->residual, (int)r, p->points->X, (int)r, 0.0, w->product, (int)m);
    memset(w->steep, 0, m * sizeof *w->steep);
    for (size_t i = 0; i < m; i++)
        s->gradient[i] = -p->gain;
    for (size_t j = 0; j < R; j++)
        for (size_t i = 0; i < m; i++) {
            double slope = effective(p, s, j, i);
            bool is_free =
                p->pair[j * m + i] == PAIR_BOX && s->state[j * m + i] == BOX_FREE;
            double most = is_free ? p->u : slope;
            w->slope[j * m + i] = slope;
            w->steep[i] += p->count[j] * most * most;
            s->gradient[i] -= p->count[j] * slope * w->product[j * m + i];
        }
    s->terms = p->target ? s->norm : 0.0;
    for (size_t i = 0; i < m; i++) {
        w->steep[i] = sqrt(w->steep[i]) * w->length[i];
        s->terms += s->lambda[i] * w->steep[i];
        s->gradient[i] += p->ridge * p->ridge * s->lambda[i];
        s->value += 0.5 * p->ridge * p->ridge * s->lambda[i] * s->lambda[i];
    }
}

/* The largest entry of the gradient that lambda can still follow, each relative to
 * |h_i| times the length of theta (of t, with a target). */
static double projected(const struct program *p, const struct program_workspace *w,
                        const struct program_state *s)
{
    double defect = 0.0;
    for (size_t i = 0; i < p->points->m; i++) {
        double top = p->upper ? p->upper[i] : INFINITY;
        bool held = (s->lambda[i] <= 0.0 && s->gradient[i] > 0.0) ||
                    (s->lambda[i] >= top && s->gradient[i] < 0.0);
        double entry = fabs(s->gradient[i]);
        if (held || entry == 0.0)
            continue;
        entry /= w->steep[i] * s->norm;
        if (entry > defect || isnan(entry)) /* NaN stays */
            defect = entry;
    }
    return defect;
}

int program_evaluate(const struct program *p, struct program_workspace *w,
                     struct program_state *s)
{
    return program_evaluate_rows(p, w, s, NULL);
}

int program_evaluate_rows(const struct program *p, struct program_workspace *w,
                          struct program_state *s, const bool *changed)
{
    size_t m = p->points->m, r = p->points->r;
    double square = 0.0, target = 0.0;
    fixed_pairs(p, w, s);
    for (size_t j = 0; j < p->rows; j++) {
        if ((!changed || changed[j]) && program_row(p, w, s, j) != SWEEP_OK)
            return SWEEP_NUMERIC;
        const double *rho = s->residual + j * r;
        square += p->count[j] * cblas_ddot((int)r, rho, 1, rho, 1);
        if (p->target) {
            const double *t = p->target + j * r;
            target += p->count[j] * cblas_ddot((int)r, t, 1, t, 1);
        }
    }
    s->value = 0.5 * square;
    for (size_t i = 0; i < m; i++)
        s->value -= p->gain * s->lambda[i];
    s->rest = sqrt(square);
    s->norm = p->target ? sqrt(target) : s->rest;
    differentiate(p, w, s);
    s->defect = projected(p, w, s);
    return isfinite(s->value) && !isnan(s->defect) ? SWEEP_OK : SWEEP_NUMERIC;
}

void program_scale(const struct program *p, struct program_workspace *w,
                   struct program_state *s, double factor)
{
    size_t m = p->points->m, r = p->points->r;
    for (size_t i = 0; i < m; i++)
        s->lambda[i] *= factor;
    cblas_dscal((int)(p->rows * m), factor, s->coefficient, 1);
    cblas_dscal((int)(p->rows * r), factor, s->residual, 1);
    cblas_dscal((int)(p->rows * r), factor, w->free_side, 1); /* rows solved again */
    s->value = 0.0;
    for (size_t i = 0; i < m; i++) {
        s->gradient[i] = factor * (s->gradient[i] + p->gain) - p->gain;
        s->value -= p->gain * s->lambda[i];
    }
    s->rest *= factor;
    s->terms *= factor;
    s->norm = s->rest;
    s->value += 0.5 * s->rest * s->rest;
    s->defect = projected(p, w, s);
}

void program_slopes(const struct program *p, const struct program_state *s, double *v)
{
    size_t m = p->points->m;
    for (size_t j = 0; j < p->rows; j++)
        for (size_t i = 0; i < m; i++)
            v[j * m + i] = s->coefficient[j * m + i] * pair_sign(p, j, i) / p->u;
}
