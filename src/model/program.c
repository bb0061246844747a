#include "sweep/program.h"
#include "program_hessian.h"
#include "sweep/status.h"
#include <gsl/gsl_cblas.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <string.h>

/* The projected gradient is called zero at this share of its scale: a few rounding
 * errors of a sum over all neurons. */
static const double CONVERGED = 2e-15;

/* Where the defect may stop falling because rounding is all that is left of it. */
static const double NEAR = 1e-9;

/* A dual value below this means that no weights satisfy the constraints. */
static const double UNBOUNDED = -1e12;

enum { ITERATION_LIMIT = 300, STALL_LIMIT = 3, HALVINGS = 40 };

void program_state_layout(struct program_state *s, size_t rows, size_t m, size_t r,
                          struct arena *a)
{
    s->lambda = arena_doubles(a, m, 1);
    s->coefficient = arena_doubles(a, rows, m);
    s->state = arena_carve(a, rows, m, sizeof *s->state);
    s->residual = arena_doubles(a, rows, r);
    s->gradient = arena_doubles(a, m, 1);
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
    into->pool_size = (rows + 1) / 2 * k * (r + k);
    into->pool = arena_doubles(a, into->pool_size, 1);
    into->pool_free = arena_carve(a, rows, k, sizeof *into->pool_free);
    boxls_layout(&into->shared, m, r, a);
    boxls_scratch_layout(&into->scratch, m, r, a);
    into->low = arena_doubles(a, m, 1);
    into->high = arena_doubles(a, m, 1);
    into->value = arena_doubles(a, m, 1);
    into->row_state = arena_carve(a, m, 1, sizeof *into->row_state);
    into->free_side = arena_doubles(a, rows, r);
    into->slope = arena_doubles(a, rows, m);
    into->product = arena_doubles(a, rows, m);
    into->gram = arena_doubles(a, m, m);
    into->hessian = arena_doubles(a, m, m);
    into->reduced = arena_doubles(a, m, m);
    into->gathered = arena_doubles(a, m, r);
    into->inner = arena_doubles(a, k, m);
    into->lambda = arena_doubles(a, m, 1);
    into->direction = arena_doubles(a, m, 1);
    into->last_gradient = arena_doubles(a, m, 1);
    into->right = arena_doubles(a, m, 1);
    into->index = arena_carve(a, m, 1, sizeof *into->index);
}

/* y_i times the sign of u_j: +1 for same-class pairs, -1 for opposite ones. */
static double alignment(const struct program *p, size_t j, size_t i)
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
            s->state[j * m + i] = alignment(p, j, i) > 0.0 ? BOX_HIGH : BOX_LOW;
            s->coefficient[j * m + i] = 0.0;
        }
        curvature *= p->u * p->u * cblas_ddot((int)r, x, 1, x, 1);
        s->lambda[i] = curvature > 0.0 ? p->gain / curvature : 0.0;
    }
}

void program_begin(const struct program *p, struct program_workspace *w)
{
    size_t m = p->points->m, r = p->points->r, used = 0, indices = 0;
    for (size_t j = 0; j < p->rows; j++) {
        size_t boxes = 0;
        for (size_t i = 0; i < m; i++)
            if (p->pair[j * m + i] == PAIR_BOX)
                w->column[j * m + boxes++] = i;
        size_t k = boxes < r ? boxes : r;
        w->boxes[j] = boxes;
        w->factor[j] = (struct boxls){.r = r, .capacity = k};
        w->own[j] = used + k * (r + k) <= w->pool_size;
        if (!w->own[j])
            continue;
        w->factor[j].Q = w->pool + used;
        w->factor[j].R = w->pool + used + k * r;
        w->factor[j].free = w->pool_free + indices;
        used += k * (r + k);
        indices += k;
    }
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)m, (int)m, (int)r, 1.0,
                p->points->X, (int)r, p->points->X, (int)r, 0.0, w->gram, (int)m);
}

/* The inner minimum of row j for the multipliers in s. */
int program_row(const struct program *p, struct program_workspace *w,
                struct program_state *s, size_t j)
{
    size_t m = p->points->m, r = p->points->r, boxes = w->boxes[j];
    const size_t *column = w->column + j * m;
    struct boxls *factor = w->own[j] ? &w->factor[j] : &w->shared;
    if (factor == &w->shared)
        boxls_reset(factor);
    for (size_t k = 0; k < boxes; k++) {
        size_t i = column[k];
        double one = alignment(p, j, i) * p->u * s->lambda[i], leak = p->leak * one;
        w->low[k] = one < leak ? one : leak;
        w->high[k] = one < leak ? leak : one;
        w->value[k] = s->coefficient[j * m + i];
        w->row_state[k] = s->state[j * m + i];
    }
    struct box_problem q = {boxes,  p->points->X, column,
                            w->low, w->high,      w->free_side + j * r};
    double *residual = s->residual + j * r;
    int status = boxls_solve(factor, &q, &w->scratch, w->row_state, w->value, residual);
    for (size_t k = 0; k < boxes; k++) {
        size_t i = column[k];
        s->coefficient[j * m + i] = w->value[k];
        s->state[j * m + i] = w->row_state[k];
        /* An empty box has no side of its own: take the one it would open towards. */
        if (w->low[k] == w->high[k])
            s->state[j * m + i] =
                cblas_ddot((int)r, p->points->X + i * r, 1, residual, 1) > 0.0
                    ? BOX_HIGH
                    : BOX_LOW;
    }
    return status;
}

/* The slope with which lambda_i enters row j now, times y_i u_j; 0 on a free pair. */
static double effective(const struct program *p, const struct program_state *s,
                        size_t j, size_t i)
{
    size_t m = p->points->m;
    double a = alignment(p, j, i), slope = 1.0;
    if (p->pair[j * m + i] == PAIR_LEAK)
        slope = p->leak;
    else if (p->pair[j * m + i] == PAIR_BOX && s->state[j * m + i] == BOX_FREE)
        slope = 0.0;
    else if (p->pair[j * m + i] == PAIR_BOX)
        slope = (s->state[j * m + i] == BOX_HIGH) == (a > 0.0) ? 1.0 : p->leak;
    return a * p->u * slope;
}

/* rho, F and its gradient at s->lambda. SWEEP_NUMERIC when a row could not be solved.
 */
static int evaluate(const struct program *p, struct program_workspace *w,
                    struct program_state *s)
{
    size_t m = p->points->m, r = p->points->r, R = p->rows;
    for (size_t j = 0; j < R; j++)
        for (size_t i = 0; i < m; i++) {
            unsigned char kind = p->pair[j * m + i];
            double slope = kind == PAIR_LEAK ? p->leak : kind == PAIR_ONE ? 1.0 : 0.0;
            w->product[j * m + i] = alignment(p, j, i) * p->u * slope * s->lambda[i];
            if (kind != PAIR_BOX)
                s->coefficient[j * m + i] = w->product[j * m + i];
        }
    if (p->target)
        memcpy(w->free_side, p->target, R * r * sizeof *w->free_side);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)R, (int)r, (int)m, -1.0,
                w->product, (int)m, p->points->X, (int)r, p->target ? 1.0 : 0.0,
                w->free_side, (int)r);
    s->value = 0.0;
    for (size_t j = 0; j < R; j++) {
        if (program_row(p, w, s, j) != SWEEP_OK)
            return SWEEP_NUMERIC;
        const double *rho = s->residual + j * r;
        s->value += 0.5 * p->count[j] * cblas_ddot((int)r, rho, 1, rho, 1);
    }
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)R, (int)m, (int)r, 1.0,
                s->residual, (int)r, p->points->X, (int)r, 0.0, w->product, (int)m);
    for (size_t i = 0; i < m; i++) {
        s->gradient[i] = -p->gain;
        s->value -= p->gain * s->lambda[i];
    }
    for (size_t j = 0; j < R; j++)
        for (size_t i = 0; i < m; i++) {
            double slope = effective(p, s, j, i);
            w->slope[j * m + i] = slope;
            s->gradient[i] -= p->count[j] * slope * w->product[j * m + i];
        }
    /* The largest entry of the gradient that lambda can still follow. */
    s->defect = 0.0;
    for (size_t i = 0; i < m; i++) {
        double entry = fabs(s->gradient[i]);
        bool held = s->lambda[i] == 0.0 && s->gradient[i] > 0.0;
        if (!held && (entry > s->defect || isnan(entry))) /* NaN stays */
            s->defect = entry;
    }
    return isfinite(s->value) && isfinite(s->defect) ? SWEEP_OK : SWEEP_NUMERIC;
}

/* Solve H_II d = -gradient_I; steepest descent scaled by the diagonal elsewhere. I
 * leaves out the multipliers at (or within `near` of) zero that want to go below
 * (Bertsekas 1982). `damping` times the largest diagonal entry is added to H's
 * diagonal. */
static void newton_direction(const struct program *p, struct program_workspace *w,
                             const struct program_state *s, double damping)
{
    size_t m = p->points->m, count = 0;
    double diagonal = 0.0, near = 0.0, top = 0.0;
    for (size_t i = 0; i < m; i++) {
        diagonal = fmax(diagonal, w->hessian[i * m + i]);
        top = fmax(top, s->lambda[i]);
    }
    for (size_t i = 0; i < m; i++) {
        double h = fmax(w->hessian[i * m + i], 1e-8 * diagonal);
        double to = fmax(0.0, s->lambda[i] - s->gradient[i] / h);
        w->direction[i] = -s->gradient[i] / h;
        near = fmax(near, fabs(to - s->lambda[i]));
    }
    near = fmin(near, 1e-3 * top);
    for (size_t i = 0; i < m; i++)
        if (!(s->lambda[i] <= near && s->gradient[i] > 0.0))
            w->index[count++] = i;
    double ridge = damping * diagonal;
    for (int attempt = 0; attempt < 8 && count > 0; attempt++, ridge *= 100.0) {
        for (size_t a = 0; a < count; a++) {
            for (size_t b = 0; b < count; b++)
                w->reduced[a * count + b] = w->hessian[w->index[a] * m + w->index[b]];
            w->reduced[a * count + a] += ridge;
            w->right[a] = -s->gradient[w->index[a]];
        }
        gsl_matrix_view H = gsl_matrix_view_array(w->reduced, count, count);
        gsl_vector_view d = gsl_vector_view_array(w->right, count);
        if (gsl_linalg_cholesky_decomp1(&H.matrix) != 0 ||
            gsl_linalg_cholesky_svx(&H.matrix, &d.vector) != 0)
            continue;
        for (size_t a = 0; a < count; a++)
            w->direction[w->index[a]] = w->right[a];
        return;
    }
}

/* Try the Newton step, halving it until F falls enough or, where F's fall is below its
 * rounding, until the defect falls. Leaves s at the accepted point. */
static bool search(const struct program *p, struct program_workspace *w,
                   struct program_state *s)
{
    size_t m = p->points->m;
    double value = s->value, defect = s->defect, alpha = 1.0;
    memcpy(w->lambda, s->lambda, m * sizeof *w->lambda);
    memcpy(w->last_gradient, s->gradient, m * sizeof *w->last_gradient);
    for (int halving = 0; halving < HALVINGS; halving++, alpha *= 0.5) {
        double slope = 0.0;
        for (size_t i = 0; i < m; i++) {
            s->lambda[i] = fmax(0.0, w->lambda[i] + alpha * w->direction[i]);
            slope += w->last_gradient[i] * (s->lambda[i] - w->lambda[i]);
        }
        if (evaluate(p, w, s) != SWEEP_OK)
            continue;
        double rounding = 1e-13 * (fabs(value) + 1e-300);
        if (s->value <= value + 1e-4 * slope && slope < 0.0)
            return true;
        if (fabs(slope) <= rounding && s->value <= value + rounding &&
            s->defect < defect)
            return true;
    }
    memcpy(s->lambda, w->lambda, m * sizeof *w->lambda);
    evaluate(p, w, s);
    return false;
}

/* One Newton step. With more points than coordinates H can be singular and the step so
 * long that its projection goes up: damp it, in the end to steepest descent. */
static bool advance(const struct program *p, struct program_workspace *w,
                    struct program_state *s, double near)
{
    program_hessian(p, w, s);
    for (double damping = 1e-14; damping < 10.0; damping *= 1e3) {
        newton_direction(p, w, s, damping);
        if (search(p, w, s))
            return true;
        if (s->defect <= near)
            return false;
    }
    return false;
}

/* What a gradient entry is measured against: |t| times the largest |h_i|. */
static double gradient_scale(const struct program *p, const struct program_workspace *w)
{
    size_t m = p->points->m, r = p->points->r;
    double target = 0.0, longest = 0.0;
    if (p->gain > 0.0)
        return p->gain;
    memset(w->right, 0, m * sizeof *w->right);
    for (size_t j = 0; j < p->rows; j++) {
        const double *t = p->target + j * r, *slope = w->slope + j * m;
        target += p->count[j] * cblas_ddot((int)r, t, 1, t, 1);
        for (size_t i = 0; i < m; i++)
            w->right[i] += p->count[j] * slope[i] * slope[i];
    }
    for (size_t i = 0; i < m; i++)
        longest = fmax(longest, w->right[i] * w->gram[i * m + i]);
    return sqrt(target) * sqrt(longest);
}

enum program_stop program_solve(const struct program *p, struct program_workspace *w,
                                struct program_state *s)
{
    int stalled = 0;
    s->iterations = 0;
    if (evaluate(p, w, s) != SWEEP_OK)
        return PROGRAM_NON_FINITE;
    while (s->iterations < ITERATION_LIMIT) {
        double scale = gradient_scale(p, w), defect = s->defect;
        if (s->defect <= CONVERGED * scale)
            return PROGRAM_CONVERGED;
        if (s->value < UNBOUNDED)
            return PROGRAM_UNBOUNDED;
        s->iterations++;
        if (!advance(p, w, s, NEAR * scale))
            return s->defect <= NEAR * scale ? PROGRAM_CONVERGED : PROGRAM_STALLED;
        stalled =
            s->defect > 0.5 * defect && s->defect <= NEAR * scale ? stalled + 1 : 0;
        if (stalled >= STALL_LIMIT)
            return PROGRAM_CONVERGED;
    }
    return PROGRAM_LIMIT;
}

void program_slopes(const struct program *p, const struct program_state *s, double *v)
{
    size_t m = p->points->m;
    for (size_t j = 0; j < p->rows; j++)
        for (size_t i = 0; i < m; i++)
            v[j * m + i] = s->coefficient[j * m + i] * alignment(p, j, i) / p->u;
}
