/* fixture.h - random instances and plain arithmetic for the tests of the model layer.
 *
 * Nothing here calls what is tested to compute an expected value: direct_* are slow
 * loops in long double, straight from the definitions. What cannot be allocated or
 * drawn ends the executable.
 */
#ifndef FIXTURE_H
#define FIXTURE_H

#include "sweep/memory.h"
#include "sweep/multipliers.h"
#include "sweep/network.h"
#include "sweep/rng.h"
#include "sweep/span.h"
#include "sweep/train.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One OpenBLAS thread, no abort in GSL: first thing in every main. */
void fixture_main(void);

/* Ends the executable when `held` is false. */
void fixture_need(bool held, const char *what);

/* FIXTURE_LAYOUT(&arena) { carve; } measures, allocates and carves. */
#define FIXTURE_LAYOUT(arena) for (int pass_ = 0; fixture_pass((arena), pass_); pass_++)
bool fixture_pass(struct arena *a, int pass);

/* A stream of its own for every (name, number). */
gsl_rng *fixture_rng(const char *name, uint64_t number);

/* Uniform in [low, high]. */
size_t fixture_between(gsl_rng *rng, size_t low, size_t high);

/* What to draw through span.h. */
struct recipe {
    enum sampler sampler;
    size_t m, n;
    double d, leak; /* n = 1: the linear predictor */
    double signal, correlation, label_noise;
    size_t tests;
    uint64_t seed;
};

struct instance {
    struct arena arena;
    struct network net;
    struct span_request request;
    struct span_workspace drawing;
    struct span span;
    struct points points; /* of the span */
};

/* Initial weights have scale 1, points noise 1; W(0) outside the span is wanted. */
struct span_request recipe_request(const struct recipe *recipe);
void instance_draw(struct instance *in, const struct recipe *recipe);
void instance_release(struct instance *in);

/* One by Bartlett's factors, with initial weights of scale 0.01 as by default. */
void instance_draw_small(struct instance *in, size_t m, size_t n, double d,
                         uint64_t seed);

/* A model trained by normalized_gd and scaled to margin 1, with its multipliers. */
struct model {
    struct arena arena;
    struct weights theta;
    struct train_result result;
    struct multipliers multipliers; /* only when the points are separated */
    double *margin;                 /* (m) */
    signed char *state;             /* (n, m) */
};

void model_train(struct model *model, const struct instance *in, uint64_t steps);

/* The exact point of the gates of a model trained by 500 steps. */
void model_exact(struct model *model, const struct instance *in);

/* Make a model of given weights in its place: scaled to margin 1. */
void model_set(struct model *model, const struct instance *in, const double *W);
void model_release(struct model *model);

/* <a, b> over `count` entries. */
long double direct_dot(const double *a, const double *b, size_t count);
long double direct_output(const struct network *net, const double *W, const double *x,
                          size_t r);
double direct_margin(const struct network *net, const double *W, const struct points *p,
                     size_t i);

/* rho = W - sum_i v_ji y_i u_j x_i (n, r); returns its Frobenius norm. */
double direct_residual(const struct network *net, const struct points *p,
                       const double *W, const double *v, double *rho);
double direct_norm(const double *a, size_t count);

/* The distance between the directions of a and b, squared, halved. */
double direct_cosine_distance(const double *a, const double *b, size_t count);

/* For qsort of doubles. */
int direct_ascending(const void *a, const void *b);

/* The largest gap between two empirical distributions, each of `count` numbers, which it
 * sorts, in units that have Kolmogorov's law: above 2.47 with probability 1e-5. */
double direct_gap(double *a, double *b, size_t count);

/* Gram and Schmidt's method, twice over: the rows of A (rows, columns) become
 * orthonormal, and 0 where less than `least` of a row is new. Returns how many are not.
 */
size_t direct_orthonormal(long double *A, size_t rows, size_t columns,
                          long double least);

/* x less its part in the span of orthonormal (or 0) rows Q (rows, columns). */
void direct_reject(const long double *Q, size_t rows, size_t columns, long double *x);

/* Singular values, decreasing, by rotations of pairs of rows (one-sided Jacobi). Row k
 * of A (rows, columns) becomes singular value k times right singular vector k. */
void direct_singular(long double *A, size_t rows, size_t columns, double *singular);

#endif
