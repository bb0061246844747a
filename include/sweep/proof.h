/* proof.h - certificates that are theorems about the trial, in ball arithmetic.
 *
 * Nothing is assumed but that the doubles at hand are what they are: the points X (m, r) in
 * the coordinates that the trial computes in (those of the span, span.h), the labels, the
 * leak g, the weights theta' (W and the length outside the span); |u| = 1/sqrt(n) exactly.
 *
 * proof_exact: of a floating-point KKT point only the *pattern* is taken: which points have
 * a multiplier (the support S), and for each neuron and point of S whether the slope is 1,
 * g, or in between (a kink). Then everything is linear in lambda_S and the slopes of kinks:
 *
 *     w_j = u_j sum_i y_i v_ji x_i,   z_jk = 0 on kinks,   q_i = 1 on S.
 *
 * The kinks of a neuron are eliminated by L D L^T of their Gram matrix, which leaves one
 * system M lambda = 1 of |S| unknowns; both are solved in balls, which proves that they
 * are regular and encloses their solution. Then, on the balls: lambda > 0; g lambda <= v <=
 * lambda on kinks; z >= 0 where the slope is 1 and <= 0 where it is g; q_i > 1 off S. If all
 * hold there *is* an exact KKT point of the points, and tau is bounded from above.
 *
 * What holds by structure is exact. Equal points count once. As many independent kinks as
 * coordinates make w_j = 0 and every z_j 0, and so does a neuron whose slopes are all 0; at
 * a copy (or the negative) of a kink z_j is 0, whatever the slope is. What is regular by neither is
 * undecided. Precision doubles from PROOF_BITS to PROOF_MOST_BITS until all is decided.
 *
 * proof_near: for weights theta~ near theta' (the scaled and the restored certificate). Its
 * kinks in floating point become exact ones: each row of theta' is projected on z = 0 there.
 * The signs of all other pre-activations are proved, which fixes their slopes, and eps,
 * delta and tau of this theta~, scaled to smallest margin 1, are bounded from above with
 * the multipliers given, and at kinks with the slopes given.
 *
 * Upper bounds are rounded up, after 2^-60 of themselves and 2^-100 were added, so that a
 * check that rounds in another way reaches them too.
 *
 * Built on Arb; without it proof_available() is false and every outcome PROOF_UNAVAILABLE.
 * Arb ends the program when it gets no memory, of which it takes proof_bytes at most. Its
 * caches are freed before each return.
 */
#ifndef SWEEP_PROOF_H
#define SWEEP_PROOF_H

#include "sweep/groups.h"
#include "sweep/memory.h"
#include "sweep/network.h"
#include <stdbool.h>
#include <stdio.h>

enum { PROOF_BITS = 128, PROOF_MOST_BITS = 1024 };

/* In the order of the words in columns.c. */
enum proof_outcome {
    PROOF_PROVED,
    PROOF_GAP, /* undecided at the highest precision: a condition that may hold
                             * with equality */
    PROOF_SINGULAR_KINKS,   /* undecided: dependent kinks of a neuron that is not 0 */
    PROOF_SINGULAR_MARGINS, /* undecided: more multipliers than independent margins */
    PROOF_REFUTED,          /* a condition fails for certain: the pattern is not one */
    PROOF_UNAVAILABLE,
    PROOF_OUTCOMES
};

/* NAN where nothing is proved. */
struct proof {
    enum proof_outcome outcome;
    double eps, delta; /* 0 of an exact point */
    double tau;        /* of theta' and theta~; NAN without theta' */
    double gap;    /* of an exact point: smallest of lambda_i / max lambda, slopes of
                        * kinks to g and to 1, |z_ji| / (|w_j| |x_i|), and q_i - 1 off S */
    unsigned bits; /* of the precision that decided */
};

/* Slope of a pair. */
enum slope { SLOPE_LEAK, SLOPE_ONE, SLOPE_KINK };

/* What is taken from floating point. Rows are groups of neurons with equal signs of u and
 * equal slopes. */
struct proof_pattern {
    struct points points; /* those that differ, (k, r) */
    const size_t *first;  /* (k) the point of the caller's that it is */
    struct groups *groups;
    unsigned char *slope; /* (R, k) enum slope; SLOPE_LEAK off the support */
    double *share;        /* (R, k) v / lambda of kinks in floating point */
    bool *support;        /* (k) */
};

/* Another view of weights and multipliers: a certificate's theta~, a polished model. */
struct proof_claim {
    const double *W;      /* (n, r) */
    const double *terms;  /* (n) as in network.h, or NULL */
    const double *lambda; /* (m) */
    const double *v;      /* (n, m) */
};

struct proof_workspace {
    struct proof_pattern pattern;
    struct groups groups;
    size_t *first, *same; /* (m) */
    double *X, *y;        /* (m, r), (m) */
    double *lambda, *v;   /* (m), (n, m) of points that differ */
    unsigned char *slope; /* (n, m + 1) of neurons */
    double *Z;            /* (n, m) */
    signed char *state;   /* (n, m) */
};

bool proof_available(void);

/* "FLINT 3.1.2", or "none". */
const char *proof_library(void);

/* What a proof takes beside the workspace while it lasts, at the highest precision; at
 * the first one it is about a third. Infinite where that is no number of bytes. */
double proof_bytes(size_t n, size_t m, size_t r);

void proof_layout(struct proof_workspace *w, size_t n, size_t m, size_t r,
                  struct arena *a);

/* The pattern of a KKT point into w->pattern. Cost n m (r + log n). */
void proof_pattern_of(const struct network *net, const struct points *p,
                      const struct proof_claim *point, struct proof_workspace *w);

/* Prove the pattern in w. `theta` (may be NULL) is theta'. What is proved is written to
 * `text` (may be NULL) for tests/numeric/check_proof.py. With K kinks a row and s = |S|, R
 * rows cost R (K^2 k + K s^2 + k s) + n r operations on balls and one system of s. */
void proof_exact(const struct network *net, const struct weights *theta,
                 struct proof_workspace *w, FILE *text, struct proof *out);

/* eps, delta, tau of a theta~ near theta'; `text` as above. Cost n (m r + m^2) operations on balls, and
 * K^2 m for each of the different sets of K kinks. */
void proof_near(const struct network *net, const struct points *p,
                const struct weights *theta, const struct proof_claim *near,
                struct proof_workspace *w, FILE *text, struct proof *out);

#endif
