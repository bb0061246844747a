/* Private parts of program.c: its workspace, and the factor of the generalised Hessian. */
#ifndef PROGRAM_PRIVATE_H
#define PROGRAM_PRIVATE_H

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
    size_t pool_indices;
    struct boxls shared; /* for rows the pool had no room for */
    struct boxls_scratch scratch;
    double *low, *high, *value; /* (m) one row's box problem */
    signed char *row_state;     /* (m) */
    double *free_side;          /* (R, r) target minus the fixed pairs */
    double *slope;              /* (R, m) y_i u_j times the slope lambda_i acts with */
    double *product;            /* (R, m) */
    const double *gram;         /* (m, m), NULL if slim */
    double *own_gram;           /* (m, m) of points that bring none, NULL if slim */
    double *length;             /* (m) |x_i| */
    double *steep;              /* (m) |h_i|, free pairs counted with slope 1 */
    double *reduced;            /* (m, m), NULL if slim */
    double *gathered;           /* (m, r) points of one row */
    double *inner;              /* (min(m, r), m) */
    size_t *index;              /* (m) */

    /* The quadratic model of F at the state at hand: columns of a matrix A with A^T A
     * its Hessian, and b with A^T b = -gradient. */
    double *model; /* (m, height), column i of A in row i; its upper triangle is 0 */
    size_t height;
    size_t slim; /* that height, where it cannot reach m: A is what the rows of neurons
                  * are, R r and one more, and has no Hessian and no ridge. Or 0 */
    double *aim; /* (m) b */
    double
        *stack; /* (m + 1, stack_rows) QR of A and b, a few rows of neurons a time; by
                    * Cholesky the upper triangle (m, m) of the Hessian */
    size_t stack_rows;
    double *reflector; /* (m + 1) */
    double *lapack;    /* (64 (m + 1)) */
    int *pivot;        /* (m) */
    struct boxls step; /* the bounded least squares on it */
    struct boxls_scratch step_scratch;
    size_t *every;              /* (m) 0, 1, .. */
    signed char *bound;         /* (m) enum box_state of each multiplier */
    double *change;             /* (m) */
    double *lambda, *direction; /* (m) */
    bool factored;              /* the model is Cholesky's of a state of this program */
    bool orthogonal; /* the model comes from QR, as Cholesky would lose too much */
};

/* What w->slim becomes for such a layout. */
size_t program_slim(size_t rows, size_t m, size_t r);

/* Room for the factorisations of rows of at most k free pairs, and its division among the
 * rows of a program, by w->boxes; they are empty then. */
void program_pool_layout(struct program_workspace *w, size_t rows, size_t k, size_t r,
                         struct arena *a);
void program_pool_divide(const struct program *p, struct program_workspace *w);

/* The inner minimum of row j for the multipliers in s. SWEEP_OK or SWEEP_NUMERIC. */
int program_row(const struct program *p, struct program_workspace *w,
                struct program_state *s, size_t j);

/* rho, F, its gradient and defect at s->lambda. SWEEP_NUMERIC when a row could not be
 * solved or a number was not finite. */
int program_evaluate(const struct program *p, struct program_workspace *w,
                     struct program_state *s);

/* The same where lambda is that of the last evaluation and only the pairs of rows that
 * `changed` (R) marks have changed since; NULL: all may have. */
int program_evaluate_rows(const struct program *p, struct program_workspace *w,
                          struct program_state *s, const bool *changed);

/* lambda, slopes and all that follows from them times a factor, without solving rows
 * again. For gain > 0 and no target: F on a ray. */
void program_scale(const struct program *p, struct program_workspace *w,
                   struct program_state *s, double factor);

/* What the extra row of the model is worth, see program_model.c: 1/|theta|. */
double program_weight(const struct program *p, const struct program_state *s);

/* Factor the model into w->model and w->aim: by Cholesky of the Hessian, or, with
 * w->orthogonal or where that would lose more than half of the digits (then it is set), by
 * QR. */
void program_model(const struct program *p, struct program_workspace *w,
                   struct program_state *s);

/* The minimiser of a model by Cholesky within w->low and w->high, as w->change, its states
 * from and into w->bound. False where it was not found. Cost: a Cholesky factorisation of
 * the free multipliers a pass. */
bool program_pivot(struct program_workspace *w, const struct program_state *s,
                   size_t m);

/* w->aim for the gradient at hand and the triangle in w->model. */
void program_aim(const struct program *p, struct program_workspace *w,
                 const struct program_state *s);

/* Whether Cholesky finds the Hessian regular, its columns far from dependent. If so the
 * model is in place. */
bool program_model_regular(const struct program *p, struct program_workspace *w,
                           struct program_state *s);

/* The factorisation of row j's free pairs, made again where the row has none of its own, or
 * none with Q where that is asked for. */
const struct boxls *program_free_pairs(const struct program *p,
                                       struct program_workspace *w,
                                       struct program_state *s, size_t j, bool basis);

/* One full step to the minimiser of the model, without a search: for a change of F that
 * would drown in its rounding. */
int program_step(const struct program *p, struct program_workspace *w,
                 struct program_state *s);

#endif
