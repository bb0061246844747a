/* ambient_loop.h - the same training as its textbook says it: all d coordinates.
 *
 * A step costs 4 n m d operations in two BLAS products. Written twice: each product
 * over all columns, and both over blocks of columns, so that W (n, d) passes through
 * memory once a step. Loops without BLAS are slower than either.
 */
#ifndef AMBIENT_LOOP_H
#define AMBIENT_LOOP_H

#include "sweep/memory.h"
#include "sweep/network.h"
#include <stddef.h>

struct ambient {
    struct arena arena;
    struct network net;
    size_t d, m, n;
    double *X;     /* (m, d) */
    double *y;     /* (m) */
    double *W0;    /* (n, d) */
    double *W;     /* (n, d) */
    double *Z;     /* (n, m) W X^T */
    double *A;     /* (n, m) what W moves by: A X */
    double *q;     /* (m) margins */
    double *c;     /* (m) weights of the points */
    double margin; /* smallest, of the last call */
    size_t steps;  /* of the contenders */
};

/* Points and W(0) of the law of model_draw, other numbers. */
void loop_draw(struct ambient *a, size_t d, size_t m, size_t n);
void loop_release(struct ambient *a);

/* W += A X, then Z = W X^T. */
typedef void loop_move(struct ambient *a);
loop_move loop_blas, loop_blocked;

/* Train from W(0). */
void loop_train(struct ambient *a, loop_move *move, size_t steps);

/* Contenders: seconds a step of a training of `steps` steps. */
double loop_blas_seconds(void *ambient);
double loop_blocked_seconds(void *ambient);

#endif
