#include "sweep/boxls.h"
#include "boxls_private.h"
#include "sweep/cancel.h"
#include "sweep/status.h"
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <string.h>

/* A column is independent of the free ones when more than this share of it is left. */
static const double INDEPENDENT = 1e-13;

/* A gradient <x, residual> below this share of |x| |b| is rounding. */
static const double ROUNDING = 4e-15;

/* With fewer columns than this the changes of a first solve cost little. */
enum { GUESSED = 24 };

static size_t shorter_side(size_t a, size_t b)
{
    return a < b ? a : b;
}

void boxls_layout(struct boxls *f, size_t p, size_t r, struct arena *a)
{
    *f = (struct boxls){.r = r, .capacity = shorter_side(p, r)};
    f->free = arena_carve(a, f->capacity, 1, sizeof *f->free);
    f->Q = arena_doubles(a, f->capacity, r);
    f->R = arena_doubles(a, f->capacity, f->capacity);
}

void boxls_scratch_layout(struct boxls_scratch *s, size_t p, size_t r, struct arena *a)
{
    s->target = arena_doubles(a, r, 1);
    s->solution = arena_doubles(a, shorter_side(p, r), 1);
    s->ratio = arena_doubles(a, shorter_side(p, r), 1);
    s->pull = arena_doubles(a, p, 1);
    s->square = arena_doubles(a, shorter_side(p, r), shorter_side(p, r));
    s->dependent = arena_carve(a, p, 1, sizeof *s->dependent);
    s->fine = false;
}

void boxls_reset(struct boxls *f)
{
    f->count = 0;
}

static double dot(size_t n, const double *a, const double *b)
{
    return cblas_ddot((int)n, a, 1, b, 1);
}

static void add_multiple(size_t n, double scale, const double *from, double *to)
{
    cblas_daxpy((int)n, scale, from, 1, to, 1);
}

/* coefficients (count) += Q w; w -= Q^T Q w. Twice gives full orthogonality (Giraud et
 * al. 2005). */
static void project_out(const struct boxls *f, double *w, double *coefficients)
{
    for (size_t l = 0; l < f->count; l++)
        coefficients[l] = 0.0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t l = 0; l < f->count; l++) {
            double c = dot(f->r, f->Q + l * f->r, w);
            add_multiple(f->r, -c, f->Q + l * f->r, w);
            coefficients[l] += c;
        }
    }
}

/* Append column `position`; false if it depends on the free ones, or there is no room. */
static bool append_column(struct boxls *f, const struct box_problem *p, size_t position)
{
    if (f->count == f->capacity) {
        f->full = true;
        return false;
    }
    if (!f->Q)
        return boxls_append_by_gram(f, p, position);
    const double *x = boxls_column(f, p, position);
    double *q = f->Q + f->count * f->r, *column = f->R + f->count * f->capacity;
    memcpy(q, x, f->r * sizeof *q);
    double before = sqrt(dot(f->r, x, x));
    project_out(f, q, column);
    double after = sqrt(dot(f->r, q, q));
    if (!(after > INDEPENDENT * before))
        return false;
    for (size_t k = 0; k < f->r; k++)
        q[k] /= after;
    column[f->count] = after;
    f->free[f->count++] = position;
    return true;
}

/* Remove the k-th free column: the columns after it move up, and Givens rotations of
 * neighbouring basis vectors make the factor triangular again. */
static void delete_column(struct boxls *f, size_t k)
{
    size_t last = f->count - 1, ld = f->capacity;
    for (size_t c = k; c < last; c++) {
        memcpy(f->R + c * ld, f->R + (c + 1) * ld, (c + 2) * sizeof *f->R);
        f->free[c] = f->free[c + 1];
    }
    for (size_t c = k; c < last; c++) {
        double a = f->R[c * ld + c], b = f->R[c * ld + c + 1], h = hypot(a, b);
        double cosine = a / h, sine = b / h;
        for (size_t e = c; e < last; e++) {
            double *entry = f->R + e * ld + c, upper = entry[0];
            entry[0] = cosine * upper + sine * entry[1];
            entry[1] = cosine * entry[1] - sine * upper;
        }
        double *q = f->Q ? f->Q + c * f->r : NULL, *p = q ? q + f->r : NULL;
        for (size_t i = 0; q && i < f->r; i++) {
            double upper = q[i];
            q[i] = cosine * upper + sine * p[i];
            p[i] = cosine * p[i] - sine * upper;
        }
    }
    f->count = last;
}

/* R^T is lower triangular by columns: solve for the coefficients, last to first. */
static void back_substitute(const struct boxls *f, double *solution)
{
    for (size_t k = f->count; k-- > 0;) {
        const double *column = f->R + k * f->capacity;
        solution[k] /= column[k];
        for (size_t l = 0; l < k; l++)
            solution[l] -= solution[k] * column[l];
    }
}

/* w becomes what the free columns leave of it, v (count) their coefficients. */
static void solve_free(const struct boxls *f, const struct box_problem *q,
                       struct boxls_scratch *s, double *w, double *v)
{
    if (!f->Q) {
        boxls_solve_by_gram(f, q, s, w, v);
        return;
    }
    project_out(f, w, v);
    back_substitute(f, v);
}

/* The finite bound of a column that is not free, its own side first; 0 if it has none.
 */
static double bound_of(const struct box_problem *q, size_t i, signed char *state)
{
    double own = *state == BOX_HIGH ? q->high[i] : q->low[i];
    if (isfinite(own))
        return own;
    *state = *state == BOX_HIGH ? BOX_LOW : BOX_HIGH;
    double other = *state == BOX_HIGH ? q->high[i] : q->low[i];
    return isfinite(other) ? other : 0.0;
}

/* Factor the columns that are free inside their bounds, all at once. */
static void start_together(struct boxls *f, const struct box_problem *q,
                           struct boxls_scratch *s, const signed char *state,
                           const double *g)
{
    size_t count = 0;
    for (size_t i = 0; i < q->p; i++) {
        if (state[i] != BOX_FREE || !(g[i] > q->low[i] && g[i] < q->high[i]))
            continue;
        if (count == f->capacity)
            return; /* one by one, as far as they are independent */
        f->free[count++] = i;
    }
    if (count > 0)
        boxls_build(f, q, s, count);
}

/* Bring factor, states and values together: free columns that the bounds have caught
 * leave the factor, free ones that are not in it enter, the others go to their bound.
 */
static void enter_free(struct boxls *f, const struct box_problem *q,
                       struct boxls_scratch *s, signed char *state, double *g)
{
    bool *inside = s->dependent;
    memset(inside, 0, q->p * sizeof *inside);
    for (size_t k = f->count; k-- > 0 && !cancel_asked();) {
        size_t i = f->free[k];
        inside[i] = state[i] == BOX_FREE && g[i] > q->low[i] && g[i] < q->high[i];
        if (!inside[i])
            delete_column(f, k);
    }
    for (size_t i = 0; i < q->p && !cancel_asked(); i++) {
        if (inside[i])
            continue;
        bool unbounded = isinf(q->low[i]) && isinf(q->high[i]);
        if (unbounded)
            g[i] = 0.0;
        bool wanted = unbounded ||
                      (state[i] == BOX_FREE && g[i] > q->low[i] && g[i] < q->high[i]);
        if (wanted && append_column(f, q, i)) {
            state[i] = BOX_FREE;
            continue;
        }
        if (state[i] == BOX_FREE)
            state[i] = g[i] >= q->high[i] ? BOX_HIGH : BOX_LOW;
        g[i] = bound_of(q, i, &state[i]);
    }
}

static void build_target(const struct boxls *f, const struct box_problem *q,
                         const signed char *state, const double *g, double *target)
{
    memcpy(target, q->b, f->r * sizeof *target);
    for (size_t i = 0; i < q->p; i++)
        if (state[i] != BOX_FREE && g[i] != 0.0)
            add_multiple(f->r, -g[i], boxls_column(f, q, i), target);
}

/* Move the free g towards the least-squares solution until a bound is met; the columns
 * that meet it leave. Returns how many left (0: arrived). */
static size_t step_to_bounds(struct boxls *f, const struct box_problem *q,
                             struct boxls_scratch *s, signed char *state, double *g)
{
    double alpha = 1.0;
    for (size_t k = 0; k < f->count; k++) {
        size_t i = f->free[k];
        double to = s->solution[k], bound = to > q->high[i] ? q->high[i] : q->low[i];
        if (!(to > q->high[i]) && !(to < q->low[i]))
            continue;
        double ratio = (bound - g[i]) / (to - g[i]);
        if (ratio < alpha)
            alpha = ratio > 0.0 ? ratio : 0.0;
        s->ratio[k] = ratio;
    }
    size_t left = 0;
    for (size_t k = f->count; k-- > 0 && !cancel_asked();) {
        size_t i = f->free[k];
        double to = s->solution[k];
        bool outside = to > q->high[i] || to < q->low[i];
        g[i] = alpha == 1.0 ? to : g[i] + alpha * (to - g[i]);
        if (!outside || s->ratio[k] > alpha)
            continue;
        state[i] = to > q->high[i] ? BOX_HIGH : BOX_LOW;
        g[i] = state[i] == BOX_HIGH ? q->high[i] : q->low[i];
        delete_column(f, k);
        left++;
    }
    return left;
}

/* How strongly a column that is not free wants to move inside its box. */
static double pull_inside(const struct boxls *f, const struct box_problem *q,
                          const signed char *state, const double *residual, size_t i)
{
    if (state[i] == BOX_FREE || q->low[i] == q->high[i])
        return 0.0;
    double gradient = dot(f->r, boxls_column(f, q, i), residual);
    if (isinf(q->low[i]) && isinf(q->high[i])) /* stayed at 0 as a dependent one */
        return fabs(gradient);
    return state[i] == BOX_LOW ? gradient : -gradient;
}

/* Free the columns that want to leave their bounds: all of them, or the one that wants
 * it most. Returns how many. */
static size_t release_bounds(struct boxls *f, const struct box_problem *q,
                             struct boxls_scratch *s, signed char *state,
                             const double *residual, bool all)
{
    const double *scale = s->fine ? residual : q->b;
    double size = sqrt(dot(f->r, scale, scale)), most = 0.0;
    size_t best = q->p, freed = 0;
    for (size_t i = 0; i < q->p && !cancel_asked(); i++) {
        const double *x = boxls_column(f, q, i);
        double want = pull_inside(f, q, state, residual, i);
        if (s->dependent[i] || !(want > ROUNDING * size * sqrt(dot(f->r, x, x))))
            continue;
        if (all && append_column(f, q, i)) {
            state[i] = BOX_FREE;
            freed++;
        } else if (all) {
            s->dependent[i] = true;
        } else if (want > most) {
            most = want;
            best = i;
        }
    }
    if (best < q->p) {
        if (append_column(f, q, best)) {
            state[best] = BOX_FREE;
            freed = 1;
        } else {
            s->dependent[best] = true;
            return release_bounds(f, q, s, state, residual, all);
        }
    }
    return freed;
}

/* An end that a loop given up has not faked. */
static int arrived(void)
{
    return cancel_asked() ? SWEEP_STOPPED : SWEEP_OK;
}

/* Whether a column was refused though the factorisation could have been larger, or better.
 */
static bool short_of_room(const struct boxls *f, const struct box_problem *q)
{
    return f->full && (!f->Q || f->capacity < shorter_side(q->p, f->r));
}

static int change_states(struct boxls *f, const struct box_problem *q,
                         struct boxls_scratch *s, signed char *state, double *g,
                         double *residual)
{
    size_t limit = 20 + 10 * q->p;
    double last = INFINITY;
    bool all = true;
    if (q->gram && f->count == 0 && q->p >= GUESSED) {
        boxls_guess(q, f->r, s, state, g);
        start_together(f, q, s, state, g);
    }
    enter_free(f, q, s, state, g);
    memset(s->dependent, 0, q->p * sizeof *s->dependent);
    for (size_t pass = 0; pass < limit && !short_of_room(f, q) && !cancel_asked();
         pass++) {
        build_target(f, q, state, g, s->target);
        memcpy(residual, s->target, f->r * sizeof *residual);
        solve_free(f, q, s, residual, s->solution);
        if (step_to_bounds(f, q, s, state, g) > 0)
            continue;
        double size = dot(f->r, residual, residual);
        if (!isfinite(size))
            return SWEEP_NUMERIC;
        /* Freeing several columns at once is fast but need not go down; freeing the one
         * with the largest pull always does. */
        if (!(size < last)) {
            if (!all)
                return arrived();
            all = false; /* from here, wherever that is */
        }
        last = size;
        if (release_bounds(f, q, s, state, residual, all) == 0)
            return arrived();
        memset(s->dependent, 0, q->p * sizeof *s->dependent);
    }
    return cancel_asked() ? SWEEP_STOPPED : SWEEP_NUMERIC;
}

int boxls_solve(struct boxls *f, const struct box_problem *q, struct boxls_scratch *s,
                signed char *state, double *g, double *residual)
{
    f->full = false;
    int status = change_states(f, q, s, state, g, residual);
    f->full = short_of_room(f, q);
    return f->full ? SWEEP_NUMERIC : status;
}
