/* unlearn.h - the unlearning methods, one function each, in one table.
 *
 * Each makes theta' from a trained theta (at margin 1, with multipliers and Clarke slopes)
 * and the forget set. For the ascent step
 *     theta' = theta - s sum_{l in F} lambda_l h_l
 * with h_l taken at theta: one gradient-ascent step on the loss with step size
 * beta_l = -s lambda_l / l'(q_l). An empty forget set changes no bit of theta.
 */
#ifndef SWEEP_UNLEARN_H
#define SWEEP_UNLEARN_H

#include "sweep/network.h"
#include <stddef.h>

/* In the order of the words in parameters.c. */
enum method { METHOD_ASCENT, METHOD_NONE, METHOD_RETRAIN, METHOD_COUNT };

/* What a method may look at. */
struct unlearn_problem {
    const struct network *net;
    const struct points *points;      /* all m training points */
    const struct weights *theta;      /* trained, margin 1 */
    const double *v;                  /* (n, m) slope times multiplier at theta */
    const size_t *forget;             /* (k) */
    size_t forget_count;
    const struct weights *retrained;  /* NULL unless the method uses it */
    double step_scale;                /* s */
};

struct unlearn_method {
    const char *name; /* word of the `method` parameter */
    int needs_retrained;
    void (*apply)(const struct unlearn_problem *q, struct weights *out);
};

extern const struct unlearn_method unlearn_methods[METHOD_COUNT];

#endif
