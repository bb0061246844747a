/* multipliers.h - the KKT residual of a given model, measured at its kinks as it should be.
 *
 * For theta scaled to smallest margin 1, find lambda >= 0 and Clarke slopes that minimise
 *     eps = |theta - sum_i lambda_i h_i|,   h_i rows y_i u_j s_ji x_i,
 * with s_ji = 1 on active pairs, g on inactive ones and free in [g, 1] on kinks (see
 * network_states). Without kinks this is non-negative least squares; with them the convex
 * program of program.h with gain 0.
 *
 * With more points than rank the multipliers are not unique. In this order, they are those
 * with
 *     1. the least eps,
 *     2. among these the least delta = max_i lambda_i (q_i - 1),
 *     3. among these the least |lambda|,
 * each up to rounding of the terms; without 3 where program.h has no room for a ridge.
 * `unique` says whether 1 and 2 decide them.
 */
#ifndef SWEEP_MULTIPLIERS_H
#define SWEEP_MULTIPLIERS_H

#include "sweep/groups.h"
#include "sweep/network.h"
#include "sweep/program.h"
#include <stdbool.h>

struct multipliers {
    double *lambda; /* (m) */
    double *v;      /* (n, m) slope times multiplier; NULL on input: not wanted */
    double eps, delta;
    bool unique;
    enum program_stop stop;
};

/* The program whose minimum is eps, what it needs, and what choosing among its minimisers
 * needs. */
struct multipliers_workspace {
    struct groups groups;
    struct program_workspace *program;
    struct program_state state;
    double *Z;           /* (n, m) */
    double *margin;      /* (m) */
    signed char *kink;   /* (n, m) activation states */
    unsigned char *pair; /* (R, m) */
    double *target;      /* (R, r) */
    double *row_v;       /* (R, m) */
    double *attained;    /* (R, r) sum_i lambda_i h_i, the same for all minimisers */
    double *upper;       /* (m) bounds of lambda */
    double *best;        /* (m) lambda to fall back to */
    bool *loose;         /* (m) points that some minimiser may give a multiplier */
    bool *free;          /* (m) multipliers between their bounds */
    double *column;      /* (m, height of the model) columns of the loose points */
    double *right;       /* (m) */
    double *lapack;      /* (lapack_size) */
    size_t lapack_size;
    int *pivot; /* (m) */
};

void multipliers_layout(struct multipliers_workspace *w, size_t n, size_t m, size_t r,
                        struct arena *a);

/* All but w->program, which the caller lends. A solve leaves nothing in it that the next
 * needs, so kkt.h's may be the same. */
void multipliers_layout_lent(struct multipliers_workspace *w, size_t n, size_t m,
                             size_t r, struct arena *a);

/* theta must be scaled to margin 1. eps, delta are NAN when the solve was not finite. */
void multipliers_solve(const struct network *net, const struct points *p,
                       const struct weights *theta, struct multipliers_workspace *w,
                       struct multipliers *out);

/* The same for a theta whose lambda and v are known, as those of an exact KKT point: the
 * solve starts from them. */
void multipliers_measure(const struct network *net, const struct points *p,
                         const struct weights *theta, struct multipliers_workspace *w,
                         struct multipliers *out);

/* delta = max_i lambda_i (q_i - 1), 0 without points. */
double multipliers_slackness(const double *lambda, const double *margin, size_t m);

#endif
