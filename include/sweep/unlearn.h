/* unlearn.h - the unlearning methods, one function each, in one table.
 *
 * Each makes theta' from a trained theta (at margin 1, with multipliers lambda and Clarke
 * slopes v / lambda) and the forget set F; R are the other points, s the step scale, and
 *     A = sum_{l in F} lambda_l h_l
 * the step of the theory: h_l is row by row y_l u_j slope_jl x_l, taken at theta.
 *
 *   none            theta' = theta
 *   ascent          theta' = theta - s A: gradient ascent on the loss of F with step sizes
 *                   beta_l = -s lambda_l / l'(q_l). Hinge has no slope to divide by from
 *                   margin 1 on; the step is the same
 *   retrain         the model trained on R alone from the same start
 *   random          theta' = theta + s |A| g, g uniform among the unit directions in the
 *                   span of the points, where all gradients lie
 *   minnorm         theta' = theta - s P theta, P the projector orthogonal to the gradients
 *                   of the retained points (MinNorm-OG; Block, Mokhtari, Shakkottai,
 *                   arXiv:2505.22601). At a KKT point P theta = P A.
 *   pgu             theta' = theta - s A Q, Q the projector orthogonal to the leading right
 *                   singular vectors of the retained points that carry the share
 *                   `retained_variance` of their singular values (Hoang et al.,
 *                   arXiv:2312.04095)
 *   descent_ascent  theta' = theta - s A + s w Lambda sum_{i in R} c_i h_i, with the
 *                   weights c_i = l'(q_i) / sum_R l' of a descent step, w the descent
 *                   weight and Lambda = sum_F lambda_l: for w = 1 both parts have the same
 *                   total of multipliers (NegGrad+)
 *   iterated        `steps` ascent steps of scale s each, lambda and the slopes refitted to
 *                   theta before every step but the first
 *
 * A point without multiplier has the slope of its activation state, and on a kink g.
 * An empty forget set changes no bit of theta.
 */
#ifndef SWEEP_UNLEARN_H
#define SWEEP_UNLEARN_H

#include "sweep/loss.h"
#include "sweep/memory.h"
#include "sweep/network.h"
#include "sweep/rng.h"
#include <stddef.h>

enum method {
    METHOD_ASCENT,
    METHOD_NONE,
    METHOD_RETRAIN,
    METHOD_RANDOM,
    METHOD_MINNORM,
    METHOD_PGU,
    METHOD_DESCENT_ASCENT,
    METHOD_ITERATED,
    METHOD_COUNT
};

/* What a method may look at. */
struct unlearn_problem {
    const struct network *net;
    const struct points *points; /* all m training points */
    double dimension;            /* d, for `flops` */
    const struct weights *theta; /* trained, margin 1 */
    const double *lambda;        /* (m) multipliers at theta */
    const double *v;             /* (n, m) slope times multiplier at theta */
    const signed char *state;    /* (n, m) activation states of theta */
    const size_t *forget;        /* (forget_count) F */
    size_t forget_count;
    const size_t *retain;            /* (m - forget_count) R */
    const struct weights *retrained; /* NULL unless the method uses it */
    double retrained_flops;          /* what it cost */
    enum loss_kind loss;
    double step_scale;        /* s */
    double retained_variance; /* of pgu, in [0, 1] */
    double descent_weight;    /* w */
    size_t steps;             /* of iterated, at least 1 */
    struct rng_key direction; /* stream of random's direction */
};

struct multipliers_workspace;

struct unlearn_workspace {
    gsl_rng *rng;                              /* lent by the caller */
    struct multipliers_workspace *multipliers; /* lent */
    double *lambda, *v;                        /* (m), (n, m) refitted */
    double *slope;                             /* (n, m) */
    double *coefficient;                       /* (n, m) */
    double *Z;                                 /* (n, m) */
    double *gram;                              /* (m, m), or NULL; see basis */
    double *value, *right;                     /* (m) */
    double *basis;                             /* (m, r), without gram (m, n r) */
    double *projected;                         /* (m, r) */
    double *singular;                          /* (m) */
    double *lapack;                            /* (lapack_size) */
    size_t lapack_size;
};

/* All but what is lent. */
void unlearn_layout(struct unlearn_workspace *w, size_t n, size_t m, size_t r,
                    struct arena *a);

struct unlearn_method {
    const char *name; /* word of the `method` parameter */
    int needs_retrained;
    /* theta' into out, which is none of the problem's weights. `flops` gets the
     * floating-point operations that the method takes on weights in all d coordinates,
     * leading terms, given theta, lambda and v. SWEEP_OK; SWEEP_NUMERIC when a
     * decomposition or a refit did not converge; SWEEP_STOPPED (cancel.h). */
    int (*apply)(const struct unlearn_problem *q, struct unlearn_workspace *w,
                 struct weights *out, double *flops);
};

extern const struct unlearn_method unlearn_methods[METHOD_COUNT];

#endif
