/* unlearn_methods.h - shared by the parts of unlearn: unlearn.c has the table and the
 * methods that add gradients, unlearn_project.c those that project. */
#ifndef UNLEARN_METHODS_H
#define UNLEARN_METHODS_H

#include "sweep/unlearn.h"

/* out = from. */
void unlearn_copy(const struct unlearn_problem *q, const struct weights *from,
                  struct weights *out);

/* slope (n, m): of every pair at theta. */
void unlearn_slopes(const struct unlearn_problem *q, double *slope);

/* W (n, r) -= scale * sum_{l in F} lambda_l h_l, with v (n, m) for slope times
 * multiplier and X (m, r) for the points. */
void unlearn_ascend(const struct unlearn_problem *q, double scale, const double *v,
                    const double *X, double *W);

int unlearn_minnorm(const struct unlearn_problem *q, struct unlearn_workspace *w,
                    struct weights *out, double *flops);
int unlearn_pgu(const struct unlearn_problem *q, struct unlearn_workspace *w,
                struct weights *out, double *flops);

#endif
