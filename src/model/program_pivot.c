/* The minimiser of a model by Cholesky within bounds, by block principal pivoting
 * (Portugal, Judice & Vicente 1994): all multipliers that are beyond a bound stay on it,
 * all on a bound that are pulled inside are freed, and the free ones are solved for
 * together. A few passes do, whatever the number of bounds that hold. */
#include "program_private.h"
#include "sweep/cancel.h"
#include <gsl/gsl_cblas.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

/* A pull below this share of |A_i| |b| is rounding. */
static const double ROUNDING = 4e-15;

/* Passes, as long as fewer and fewer multipliers are in a wrong state: at most so many in
 * which there are not. */
enum { PASSES = 40, WORSE = 3 };

/* What is on a bound is put there. Returns how many are free, which w->index says. */
static size_t gather_free(struct program_workspace *w, size_t m)
{
    size_t count = 0;
    for (size_t i = 0; i < m; i++) {
        if (w->bound[i] == BOX_FREE)
            w->index[count++] = i;
        else
            w->change[i] = w->bound[i] == BOX_LOW ? w->low[i] : w->high[i];
    }
    return count;
}

/* w->direction = gradient of the model at w->change. */
static void model_gradient(const struct program_state *s, struct program_workspace *w,
                           int m)
{
    cblas_dgemv(CblasRowMajor, CblasTrans, m, m, 1.0, w->model, m, w->change, 1, 0.0,
                w->reflector, 1);
    memcpy(w->direction, s->gradient, (size_t)m * sizeof *w->direction);
    cblas_dgemv(CblasRowMajor, CblasNoTrans, m, m, 1.0, w->model, m, w->reflector, 1,
                1.0, w->direction, 1);
}

/* x = A^-1 x or A^-T x of the triangle A that stands in the upper half of its rows. */
static void solve_triangle(enum CBLAS_TRANSPOSE trans, size_t m, const double *A,
                           double *x)
{
    cblas_dtrsv(CblasRowMajor, CblasUpper, trans, CblasNonUnit, (int)m, A, (int)m, x,
                1);
}

/* The free multipliers become what is best with the others where they are. */
static bool solve_free(const struct program_state *s, struct program_workspace *w,
                       size_t m, size_t count)
{
    double *A = w->reduced, *right = w->reflector;
    for (size_t a = 0; a < count; a++)
        w->change[w->index[a]] = 0.0;
    model_gradient(s, w, (int)m);
    for (size_t a = 0; a < count; a++) {
        const double *row = w->stack + w->index[a] * m;
        right[a] = -w->direction[w->index[a]];
        for (size_t b = a; b < count; b++)
            A[a * count + b] = row[w->index[b]];
    }
    if (count == 0)
        return true;
    if (LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'L', (int)count, A, (int)count) != 0)
        return false;
    solve_triangle(CblasTrans, count, A, right);
    solve_triangle(CblasNoTrans, count, A, right);
    for (size_t a = 0; a < count; a++)
        w->change[w->index[a]] = right[a];
    model_gradient(s, w, (int)m);
    return true;
}

/* The same where all are free: the triangle is at hand. */
static bool solve_all(struct program_workspace *w, size_t m)
{
    memcpy(w->change, w->aim, m * sizeof *w->change);
    cblas_dtrsv(CblasRowMajor, CblasLower, CblasTrans, CblasNonUnit, (int)m, w->model,
                (int)m, w->change, 1);
    return true;
}

/* The state that multiplier i should have, as far as w->change and the gradient there
 * say. */
static signed char better_state(const struct program_workspace *w, size_t m, size_t i,
                                double size)
{
    double pull = -w->direction[i], least = ROUNDING * size * sqrt(w->stack[i * m + i]);
    if (w->bound[i] == BOX_FREE)
        return w->change[i] < w->low[i]    ? BOX_LOW
               : w->change[i] > w->high[i] ? BOX_HIGH
                                           : BOX_FREE;
    bool inside = w->bound[i] == BOX_LOW ? pull > least : -pull > least;
    return inside && w->low[i] < w->high[i] ? BOX_FREE : w->bound[i];
}

/* Returns how many multipliers changed their state. */
static size_t change_states(struct program_workspace *w, size_t m)
{
    double size = cblas_dnrm2((int)m, w->aim, 1);
    size_t changed = 0;
    for (size_t i = 0; i < m; i++) {
        signed char to = better_state(w, m, i, size);
        changed += to != w->bound[i];
        w->bound[i] = to;
    }
    return changed;
}

bool program_pivot(struct program_workspace *w, const struct program_state *s, size_t m)
{
    size_t least = m + 1;
    int worse = 0;
    for (int pass = 0; pass < PASSES && worse < WORSE && !cancel_asked(); pass++) {
        size_t count = gather_free(w, m);
        if (!(count == m ? solve_all(w, m) : solve_free(s, w, m, count)))
            return false;
        size_t changed = change_states(w, m);
        if (changed == 0)
            return isfinite(cblas_dnrm2((int)m, w->change, 1));
        worse = changed < least ? 0 : worse + 1;
        least = changed < least ? changed : least;
    }
    return false;
}
