/* kkt.h - exact Clarke-KKT points of the margin-maximisation problem
 *
 *     minimise 1/2 |theta|^2   subject to   q_i(theta) >= 1 for all i.
 *
 * Call pair (j, i) same-class if y_i u_j > 0, opposite otherwise. In opposite pairs the
 * margin constraint is convex. Each same-class pair gets a *gate*, the slope it is on: with
 * gates fixed the problem is convex, and its dual is the program of program.h with gain 1.
 * Where a pre-activation contradicts its gate the gate is flipped; that only raises
 * margins, so the norm of the next optimum is smaller, and the process ends. What comes
 * out satisfies the KKT conditions at rounding level, with slopes of kinks from the
 * Clarke subdifferential.
 */
#ifndef SWEEP_KKT_H
#define SWEEP_KKT_H

#include "sweep/groups.h"
#include "sweep/network.h"
#include "sweep/program.h"

enum kkt_stop {
    KKT_EXACT,      /* gates consistent, program converged */
    KKT_INFEASIBLE, /* no weights with these gates separate the points */
    KKT_INEXACT,    /* the program stalled above rounding level */
    KKT_LIMIT,      /* bound on rounds of gate flips */
    KKT_NON_FINITE
};

struct kkt_point {
    double *W;            /* (n, r); the part outside the span is 0 */
    double *lambda;       /* (m) */
    double *v;            /* (n, m) slope times multiplier */
    size_t flips;         /* neuron-point pairs whose gate was flipped on the way */
    size_t rounds;        /* convex programs solved */
    size_t iterations;    /* Newton steps in all */
    double margin_defect; /* max of 1 - q_i, and of |q_i - 1| where lambda_i > 0 */
    enum kkt_stop stop;
};

struct kkt_workspace {
    struct groups groups;
    struct program_workspace *program;
    struct program_state state;
    unsigned char *gate;  /* (n, m) */
    unsigned char *pair;  /* (R, m) */
    double *row_W;        /* (R, r) */
    double *row_Z;        /* (R, m) */
    double *row_v;        /* (R, m) */
    double *length;       /* (m) |x_i| */
    double *margin;       /* (m) */
};

void kkt_layout(struct kkt_workspace *w, size_t n, size_t m, size_t r, struct arena *a);

/* From the activation states of `start` (n, r), which may be out->W. `warm` (may be
 * NULL) is a first guess of the multipliers. m = 0 gives W = 0. Cost: see
 * program_solve; a few rounds. */
void kkt_solve(const struct network *net, const struct points *p, const double *start,
               const double *warm, struct kkt_workspace *w, struct kkt_point *out);

#endif
