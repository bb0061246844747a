/* multipliers.h - the KKT residual of a given model, measured at its kinks as it should be.
 *
 * For theta scaled to smallest margin 1, find lambda >= 0 and Clarke slopes that minimise
 *     eps = |theta - sum_i lambda_i h_i|,   h_i rows y_i u_j s_ji x_i,
 * with s_ji = 1 on active pairs, g on inactive ones and free in [g, 1] on kinks (see
 * network_states). Then delta = max_i lambda_i (q_i - 1). Without kinks this is
 * non-negative least squares; with them the convex program of program.h with gain 0.
 */
#ifndef SWEEP_MULTIPLIERS_H
#define SWEEP_MULTIPLIERS_H

#include "sweep/groups.h"
#include "sweep/network.h"
#include "sweep/program.h"

struct multipliers {
    double *lambda; /* (m) */
    double *v;      /* (n, m) slope times multiplier; NULL on input: not wanted */
    double eps, delta;
    enum program_stop stop;
};

struct multipliers_workspace {
    struct groups groups;
    struct program_workspace *program;
    struct program_state state;
    double *Z;            /* (n, m) */
    double *margin;       /* (m) */
    signed char *kink;    /* (n, m) activation states */
    unsigned char *pair;  /* (R, m) */
    double *target;       /* (R, r) */
    double *row_v;        /* (R, m) */
};

void multipliers_layout(struct multipliers_workspace *w, size_t n, size_t m, size_t r,
                        struct arena *a);

/* theta must be scaled to margin 1. eps, delta are NAN when the solve was not finite. */
void multipliers_solve(const struct network *net, const struct points *p,
                       const struct weights *theta, struct multipliers_workspace *w,
                       struct multipliers *out);

#endif
