/* Private parts of program.c: its workspace, and the generalised Hessian. */
#ifndef PROGRAM_HESSIAN_H
#define PROGRAM_HESSIAN_H

#include "sweep/program.h"
#include <stdbool.h>

struct program_workspace {
    struct boxls *factor; /* (R) factorisation of each row's free pairs */
    bool *own;            /* (R) whether the row has a factorisation of its own */
    size_t *boxes;        /* (R) box pairs of the row */
    size_t *column;       /* (R, m) which */
    double *pool;         /* storage of the factorisations */
    size_t pool_size;
    size_t *pool_free;
    struct boxls shared; /* for rows the pool had no room for */
    struct boxls_scratch scratch;
    double *low, *high, *value; /* (m) one row's box problem */
    signed char *row_state;     /* (m) */
    double *free_side;          /* (R, r) target minus the fixed pairs */
    double *slope;              /* (R, m) y_i u_j times the slope lambda_i acts with */
    double *product;            /* (R, m) */
    double *gram;               /* (m, m) */
    double *hessian;            /* (m, m) */
    double *reduced;            /* (m, m) */
    double *gathered;           /* (m, r) points of one row */
    double *inner;              /* (min(m, r), m) */
    double *lambda, *direction, *last_gradient, *right; /* (m) */
    size_t *index;                                      /* (m) */
};

/* hessian = sum_j count_j S_j X P_j X^T S_j, P_j the projector orthogonal to the free
 * columns of row j: G o (S^T S) minus what the free columns span. */
void program_hessian(const struct program *p, struct program_workspace *w,
                     struct program_state *s);

/* Solve row j again (for a row without a factorisation of its own). */
int program_row(const struct program *p, struct program_workspace *w,
                struct program_state *s, size_t j);

#endif
