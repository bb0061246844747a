/* Private to proof*.c: points in balls, and kinks eliminated from them. */
#ifndef PROOF_BALL_H
#define PROOF_BALL_H

#include "sweep/proof.h"
#ifdef SWEEP_FLINT_3
#include <flint/arb.h>
#include <flint/arb_mat.h>
#else
#include <arb.h>
#include <arb_mat.h>
#endif

/* L D L^T of the Gram matrix of a neuron's kinks. With k_a the a-th pivot,
 * U_ia = G_i,k_a - sum_b<a U_ib V_k_a,b and V = U / D: G - U V^T is the Gram matrix of the
 * points less their parts in the span of the pivots. */
struct kinks {
    size_t count;  /* pivots, the first of index */
    size_t rest;   /* kinks that depend on them, behind */
    size_t *index; /* (m) */
    size_t *later; /* (m) scratch */
    bool *kink;    /* (m) */
    bool full;     /* as many pivots as coordinates: what is orthogonal to them is 0 */
    arb_ptr U, V;  /* (m, m) */
    arb_ptr L;     /* (m, m) rows of V of the pivots */
    arb_ptr D, y;  /* (m) */
};

struct balls {
    slong bits;
    const struct points *p;
    arb_ptr X; /* (m, r) */
    arb_ptr G; /* (m, m) X X^T */
    struct kinks kinks;
};

/* Make room for, and fill in, the points and their Gram matrix. */
void balls_init(struct balls *b, const struct points *p, slong bits);
void balls_clear(struct balls *b);

/* Row of `r` doubles as balls. */
void balls_row(arb_ptr to, const double *from, size_t r);

/* Factor the kinks, `wanted` of them in index, in this order. False where one depends on
 * the others and nothing says that it does exactly. */
bool kinks_factor(struct balls *b, size_t wanted);

/* Whether z of point i is 0, exactly, where it is at the pivots. */
bool kinks_imply(const struct balls *b, size_t i);

/* y = L^-1 t in place; `t` is over the pivots. */
void kinks_forward(const struct balls *b, arb_ptr t);

/* G_KK^-1 t in place. */
void kinks_solve(const struct balls *b, arb_ptr t);

/* An upper end as a double, with room for who rounds in another way. */
double balls_upper(const arb_t x);

/* phi(z). */
void balls_phi(arb_t to, const arb_t z, const arb_t leak, slong bits);

/* "word mantissa exponent": a number, exact, as mantissa * 2^exponent. */
void balls_write(FILE *text, const char *word, const arf_t x);

/* The same of a double. */
void balls_write_double(FILE *text, const char *word, double x);

/* tau's upper bound from |theta'|^2, |theta~|^2 and their scalar product. */
double balls_tau(const arb_t before, const arb_t after, const arb_t inner, slong bits);

#endif
