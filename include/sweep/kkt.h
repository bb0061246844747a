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
 * Clarke subdifferential. It is called exact only after all conditions were computed again
 * from the weights (kkt_check).
 */
#ifndef SWEEP_KKT_H
#define SWEEP_KKT_H

#include "sweep/groups.h"
#include "sweep/network.h"
#include "sweep/program.h"
#include <stdbool.h>

enum kkt_stop {
    KKT_EXACT,      /* kkt_check accepts it */
    KKT_INFEASIBLE, /* no weights with these gates separate the points, or by a margin
                     * over |theta| max |h_i| below 1e-8 (below 1e-6 if the point is not
                     * exact): double precision cannot decide */
    KKT_INEXACT,    /* the program stalled, or kkt_check does not accept it */
    KKT_LIMIT,      /* bound on rounds of gate flips, or on the steps of one of them */
    KKT_NON_FINITE,
    KKT_CANCELLED /* see cancel.h */
};

/* How far a point is from the KKT conditions, relative to the lengths that a number is a
 * product or a sum of: T_j as in network.h, T = (T_1 .. T_n). */
struct kkt_defects {
    double margin;    /* max (1 - q_i) / (|h_i| |theta|) */
    double slackness; /* max |q_i - 1| / (|h_i| |theta|) over lambda_i > 0 */
    double slope;     /* max of g lambda_i - v_ji and v_ji - lambda_i, over lambda_i */
    double gate;      /* max |z_ji| / (T_j |x_i|) where v_ji / lambda_i is not the slope
                       * of z_ji's sign */
    double residual;  /* eps / |T| */
    double eps;       /* |theta - sum_i lambda_i h_i| */
    double reach;     /* max |h_i| |theta|: one over the margin as a share of them */
};

struct kkt_point {
    double *W;         /* (n, r); the part outside the span is 0 */
    double *lambda;    /* (m) */
    double *v;         /* (n, m) slope times multiplier */
    double *terms;     /* (n) T_j of network.h; the workspace's, until the next solve */
    size_t flips;      /* neuron-point pairs whose gate was flipped on the way */
    size_t rounds;     /* convex programs solved */
    size_t iterations; /* Newton steps in all */
    struct kkt_defects defects;
    enum kkt_stop stop;
};

/* A first guess: multipliers and, or NULL, slopes times multipliers of the pairs that have a
 * choice. */
struct kkt_guess {
    const double *lambda; /* (m) */
    const double *v;      /* (n, m) */
};

struct kkt_workspace {
    struct groups groups;
    struct groups equal; /* neurons with equal weights, or slopes */
    struct program_workspace *program;
    struct program_state state;
    unsigned char *gate; /* (n, m) */
    unsigned char *pair; /* (R, m) */
    double *row_W;       /* (R, r) */
    double *row_Z;       /* (R, m) */
    double *row_v;       /* (R, m) */
    double *row_terms;   /* (R) */
    double *length;      /* (m) |x_i| */
    double *margin;      /* (m) */
    double *terms;       /* (n) */
    double *Z;           /* (n, m) */
    bool *changed;       /* (R) rows in which a gate flipped */
    bool walks;          /* gates flip in the order of kkt_follow */
    double time;         /* of that walk, in which margins grow by 1 a unit */
    double *H;           /* (n, r) */
    bool known;          /* what follows is the last point's, kkt_remember */
    double scale;        /* its rows times this are its weights */
    struct kkt_point last;
};

void kkt_layout(struct kkt_workspace *w, size_t n, size_t m, size_t r, struct arena *a);

/* The defects of a point, computed again from W, lambda and v alone; its margins are left
 * in w->margin. Cost 4 n m r. */
void kkt_check(const struct network *net, const struct points *p,
               const struct kkt_point *point, struct kkt_workspace *w,
               struct kkt_defects *out);

/* Whether they are rounding: 64 units of it, KINK_TOLERANCE for a gate. */
bool kkt_accepts(const struct kkt_defects *defects);

/* From the activation states of `start` (n, r), which may be out->W. A pre-activation
 * that is 0 has the leak's gate. `warm` may be NULL.
 * m = 0 gives W = 0. The point is scaled so that no margin is below 1 by more than rounding. Cost:
 * see program_solve; a few rounds. */
void kkt_solve(const struct network *net, const struct points *p, const double *start,
               const struct kkt_guess *warm, struct kkt_workspace *w,
               struct kkt_point *out);

/* The point that training would end in, had it gone on from where the pre-activations are Z
 * (n, m), which may be w->row_Z. Late in training its
 * velocity is the exact point of the present gates up to a factor, so each pair's
 * pre-activation moves on a line and a gate that the exact point contradicts is reached at a
 * known time. Only those reached next flip, the exact point is solved for again, and the walk
 * goes on from there, whereas kkt_solve flips them all at once. Cost: the rounds of the walk, some
 * ten to twenty at 100 points, take one or two evaluations of the program each. */
void kkt_follow(const struct network *net, const struct points *p, const double *Z,
                struct kkt_workspace *w, struct kkt_point *out);

/* A point is a function of the gates of `start`, the points and `warm`. After kkt_remember of
 * the point just solved for, until the next kkt_solve or kkt_forget, kkt_again gives it
 * once more for the same points and warm if the gates of `start` are the same (then true),
 * with the same bits, and w->margin is what it was. Cost n m r. */
void kkt_remember(struct kkt_workspace *w, const struct kkt_point *point);
void kkt_forget(struct kkt_workspace *w);
bool kkt_again(const struct network *net, const struct points *p, const double *start,
               struct kkt_workspace *w, struct kkt_point *out);

#endif
