/* program.h - the convex program behind multipliers and exact KKT points.
 *
 * Over multipliers lambda_i >= 0 of m points and slopes of neuron-point pairs, minimise
 *
 *     F = 1/2 sum_j count_j |rho_j|^2 - gain sum_i lambda_i,
 *     rho_j = t_j - sum_i C_ji x_i,    C_ji = y_i u_j v_ji,
 *
 * where v_ji = s_ji lambda_i on a pair with a fixed slope s_ji in {g, 1}, and v_ji is any
 * number in [g lambda_i, lambda_i] on a *box* pair.
 *
 * gain 0, t = theta, boxes on the kinks: the multipliers of a given point (multipliers.h).
 * gain 1, t = 0, boxes on the opposite-class pairs: the dual of margin maximisation with
 * gates fixed (kkt.h); the weights are w_j = -rho_j and dF/dlambda_i = q_i - 1.
 *
 * For given lambda the inner minimum over v is one box least squares per row (boxls.h).
 * F is then convex, once differentiable and piecewise quadratic in lambda. A step minimises
 * its quadratic model within the bounds of lambda, a bounded least squares too, and a search
 * along it follows the slope of F where its value drowns in rounding: about ten steps. The
 * model is factored by Cholesky, or by QR where that would lose half of the digits, as with
 * more points than rank. Tolerances are relative to the terms of the sums they judge.
 *
 * Rows stand for groups of equal neurons, `count` of them each. Legend: R rows, m points,
 * r coordinates.
 */
#ifndef SWEEP_PROGRAM_H
#define SWEEP_PROGRAM_H

#include "sweep/boxls.h"
#include "sweep/memory.h"
#include "sweep/network.h"
#include <stdbool.h>
#include <stddef.h>

/* What a pair's slope may be. */
enum pair { PAIR_LEAK, PAIR_ONE, PAIR_BOX };

enum program_stop {
    PROGRAM_CONVERGED, /* the projected gradient is at rounding level */
    PROGRAM_STALLED,   /* no step improves it any more: see defect */
    PROGRAM_UNBOUNDED, /* no feasible point, or a hull of the h_i that is nearer to 0 than
                         * 1e-8 of the longest: the multipliers grow for ever */
    PROGRAM_LIMIT,     /* bound on iterations */
    PROGRAM_NON_FINITE, /* NaN or infinity in the input or on the way */
    PROGRAM_CANCELLED   /* see cancel.h */
};

struct program {
    size_t rows;
    const struct points *points;
    double u;    /* |u_j| */
    double leak; /* g */
    double gain;
    const double *sign;        /* (R) sign of u_j */
    const double *count;       /* (R) neurons in the row */
    const unsigned char *pair; /* (R, m) enum pair */
    const double *target;      /* (R, r), or NULL for 0 */
    const double *upper;       /* (m) bounds of lambda from above, or NULL for none */
    double enough;             /* a solve may end at this defect; 0: at rounding only */
    double ridge; /* adds ridge^2 |lambda|^2 / 2 to F; with a target only */
};

/* The state of a solve and its answer. lambda, state and coefficient are also the warm
 * start: program_cold sets them afresh. */
struct program_state {
    double *lambda;      /* (m) */
    double *coefficient; /* (R, m) C_ji */
    signed char *state;  /* (R, m) enum box_state of box pairs */
    double *residual;    /* (R, r) rho_j */
    double *gradient;    /* (m) dF/dlambda */
    double value;        /* F */
    double rest;         /* sqrt(sum_j count_j |rho_j|^2) */
    double terms;        /* of the sums in rho: sum_i lambda_i |h_i| + |t| */
    double norm;         /* of t with a target, else of theta, which is `rest` */
    double defect;       /* largest |g_i| / (|h_i| norm) of the projected gradient g */
    size_t iterations;   /* of Newton's method */
};

struct program_workspace;

void program_state_layout(struct program_state *s, size_t rows, size_t m, size_t r,
                          struct arena *a);

/* Room for programs of up to `rows` rows, m points in r coordinates. Up to 64 coordinates
 * or points factorisations have all they can need; beyond, rows * 5/16 min(m, r) columns,
 * which the rows share by their box pairs: exact points of pure noise need 4/16. Where that
 * is more than 1 GiB there is room for so many columns of R alone (boxls.h), all that points
 * far from dependent need. A row whose share is too small is solved without a factorisation
 * of its own, slower and with the same result. Of more than 1024 points that are more than
 * rows * r, as of a linear model, there are no squares: programs with a ridge cannot be
 * stepped then. */
void program_workspace_layout(struct program_workspace **w, size_t rows, size_t m,
                              size_t r, struct arena *a);

/* A start from nothing: lambda from the diagonal of the problem, box pairs at
 * slope 1. */
void program_cold(const struct program *p, struct program_state *s);

/* A start from multipliers (m) and slopes times multipliers v (any, m), row j's those of
 * `neuron`[j]: box pairs are free where v is inside their box. v NULL: pairs as they are. */
void program_warm(const struct program *p, struct program_state *s,
                  const double *lambda, const double *v, const size_t *neuron);

/* Forget the factorisations of an earlier program. Call when pairs or rows change. */
void program_begin(const struct program *p, struct program_workspace *w);

/* X X^T of points, their own or, until the next program_begin, in the workspace; NULL where
 * there is no room for squares of m. */
const double *program_gram(const struct points *p, struct program_workspace *w);

/* Minimise from the state given. Cost of an iteration: about R m r + R m k^2 with k
 * kinks a row, one Cholesky factorisation of m^3/3; by QR 2 R r m^2. */
enum program_stop program_solve(const struct program *p, struct program_workspace *w,
                                struct program_state *s);

/* The same from where program_solve or program_adjust has ended, after fixed slopes in the rows
 * that `changed` (R) marks were changed. A step on the model of then is tried first: where
 * p->enough is not small it is often enough, at the cost of R box least squares. */
enum program_stop program_adjust(const struct program *p, struct program_workspace *w,
                                 struct program_state *s, const bool *changed);

/* The shortest change of weights W (R, r) in the span of the h_i that raises the margin of
 * every point with a multiplier by its shortfall (m), z = 0 kept on free pairs; multipliers
 * and coefficients follow. It mends what rounding did to W = sum_i C_i x_i, from a state
 * where the program has ended. SWEEP_OK; SWEEP_NUMERIC where W would no longer be that sum
 * up to rounding of its terms: the state is then as it was, W is not. Cost: a QR of R r rows
 * and m columns. */
int program_correct(const struct program *p, struct program_workspace *w,
                    struct program_state *s, const double *shortfall, double *W);

/* v_ji = slope times multiplier of every pair, (R, m). */
void program_slopes(const struct program *p, const struct program_state *s, double *v);

#endif
