/* boxls.h - box-constrained least squares with a warm start.
 *
 *     minimise |b - sum_i g_i x_i|   subject to   low_i <= g_i <= high_i,   i = 1 .. p
 *
 * by an active-set method on an orthogonal factorisation of the free columns, updated as
 * columns come and go (Stark & Parker 1995, "Bounded-variable least squares"). Bounds may
 * be infinite. A column that depends linearly on the free ones stays where it is: its
 * gradient vanishes with theirs. The residual is unique, the coefficients only where the
 * free columns and those on a bound with zero gradient are independent.
 *
 * With the inner products of the columns a first solve of many guesses their states by
 * coordinate descent and factors the free ones together.
 *
 * Cost of a solve that changes c states: O((p + k + c k) r), k the number of free columns.
 */
#ifndef SWEEP_BOXLS_H
#define SWEEP_BOXLS_H

#include "sweep/memory.h"
#include <stdbool.h>
#include <stddef.h>

enum box_state { BOX_LOW = -1, BOX_FREE = 0, BOX_HIGH = 1 };

/* Without Q a factorisation costs capacity^2 numbers instead of capacity (r + capacity), and
 * a column that leaves k^2 operations instead of k (r + k). R comes from the inner products
 * of the columns (gram, which is needed), and solutions from R^T R with a correction, as
 * exact as with Q as long as every column keeps this share of its length beside the free ones
 * before it. One that does not makes the factorisation full. */
#define BOXLS_REGULAR 1e-2

/* The lower triangle of inner products A (count, stride) becomes R of these columns, if each
 * keeps that share of its length; else false. */
bool boxls_triangle(double *A, size_t count, size_t stride);

/* The factorisation of the free columns of one problem. The states and values given to
 * boxls_solve are the warm start; the factorisation, kept between solves of the same
 * columns, saves rebuilding it. */
struct boxls {
    size_t r;        /* coordinates */
    size_t capacity; /* most free columns: min(r, p), or fewer */
    size_t count;    /* free columns now */
    bool full;       /* the last solve needed more than fewer */
    size_t *free;    /* (capacity) which, as positions 0 .. p-1, in factor order */
    double *Q; /* (capacity, r) orthonormal rows; NULL: R alone, see BOXLS_REGULAR */
    double *R; /* (capacity, capacity): x_free[k] = sum_{l <= k} R[k][l] Q_l */
};

/* One problem. Column i is X[column[i] * r ..]. */
struct box_problem {
    size_t p;
    const double *X;      /* (any, r) row-major */
    const size_t *column; /* (p) */
    const double *low;    /* (p) */
    const double *high;   /* (p) */
    const double *b;      /* (r) */
    const double *gram;   /* (gram_size, gram_size) X X^T of its first rows, all columns
                           * among them: a first solve guesses states from it; or NULL */
    size_t gram_size;
};

/* Scratch shared by any number of problems with at most p columns and r coordinates. */
struct boxls_scratch {
    double *target;   /* (r) b minus the columns on their bounds */
    double *solution; /* (min(r, p)) coefficients of the free columns */
    double *ratio;    /* (min(r, p)) share of its step at which one meets a bound */
    double *pull;     /* (p) */
    double *square;   /* (min(r, p), min(r, p)) */
    bool *dependent;  /* (p) */
    bool fine; /* gradients count down to rounding of |residual|, not of |b|: slower */
};

void boxls_layout(struct boxls *f, size_t p, size_t r, struct arena *a);
void boxls_scratch_layout(struct boxls_scratch *s, size_t p, size_t r, struct arena *a);

/* Drop the factorisation; the next solve rebuilds it from the states it is given. */
void boxls_reset(struct boxls *f);

/* Solve. On entry state (p) says where each column is and g (p) its value if free; they
 * may come from another problem over the same columns. On exit state, g and the
 * residual (r). SWEEP_OK; SWEEP_NUMERIC when the bound on iterations ended it (the residual
 * is then that of the last feasible g), a number was not finite, or the factorisation is
 * full; SWEEP_STOPPED when it was cancelled (cancel.h). */
int boxls_solve(struct boxls *f, const struct box_problem *q, struct boxls_scratch *s,
                signed char *state, double *g, double *residual);

#endif
