/* Private parts of boxls.c: a start of many columns at once, and factorisations without a
 * basis. */
#ifndef BOXLS_PRIVATE_H
#define BOXLS_PRIVATE_H

#include "sweep/boxls.h"

/* Move states and values, which are within their bounds, to a good guess by coordinate
 * descent on q->gram. Cost: a few tens of p gram_size at most. */
void boxls_guess(const struct box_problem *q, size_t r, struct boxls_scratch *s,
                 signed char *state, double *g);

/* Factor the columns in f->free (count > 0), as boxls_solve would one by one.
 * False, and the factorisation is empty, where they are too near to dependent for that.
 * Cost 3 count^2 r. */
bool boxls_build(struct boxls *f, const struct box_problem *q, struct boxls_scratch *s,
                 size_t count);

static inline const double *boxls_column(const struct boxls *f,
                                         const struct box_problem *q, size_t position)
{
    return q->X + q->column[position] * f->r;
}

/* Without a basis. As append_column, as boxls_build with a cost of count^3 / 3, and the free
 * columns' least-squares fit v (count) of w (r), whose residual w becomes. */
bool boxls_append_by_gram(struct boxls *f, const struct box_problem *q,
                          size_t position);
bool boxls_build_by_gram(struct boxls *f, const struct box_problem *q, size_t count);
void boxls_solve_by_gram(const struct boxls *f, const struct box_problem *q,
                         struct boxls_scratch *s, double *w, double *v);

#endif
