/* network.h - the two-layer (leaky) ReLU network and the linear predictor.
 *
 *     N(x) = sum_j u_j phi(<w_j, x>),   phi(z) = max(z, g z),
 *
 * u_j = +1/sqrt(n) for the first half of the neurons, -1/sqrt(n) for the second. The
 * linear predictor N(x) = <w, x> is the same with n = 1, u = 1, g = 1. N is homogeneous
 * of degree 1 in W: multiplying W by c multiplies every margin by c.
 *
 * Legend of shapes: m points, n neurons, r coordinates (of the span, see span.h).
 */
#ifndef SWEEP_NETWORK_H
#define SWEEP_NETWORK_H

#include <stdbool.h>
#include <stddef.h>

/* A pre-activation is on the kink when |<w, x>| <= KINK_TOLERANCE T |x|, T the length of the
 * terms that w was summed from (|w| where it was not summed): a few hundred rounding errors
 * of a dot product. */
#define KINK_TOLERANCE 1e-12

/* A row w with |w| <= CANCELLED T is what rounding left of a zero. */
#define CANCELLED 1.4e-14

enum model_kind { MODEL_LINEAR, MODEL_RELU, MODEL_LEAKY_RELU };

struct network {
    size_t n;    /* neurons; 1: the linear predictor */
    double leak; /* g */
    double u;    /* |u_j|, the same for all neurons */
};

/* The network of a model; width and leak are ignored for the linear one. */
struct network network_make(enum model_kind kind, size_t width, double leak);

/* Sign of u_j. */
double network_sign(const struct network *net, size_t j);

/* Points with labels, in coordinates. */
struct points {
    size_t m, r;
    const double *X;    /* (m, r) row-major */
    const double *y;    /* (m) -1 or +1 */
    const double *gram; /* (m, m) network_gram, or NULL where it is not at hand */
};

/* All weights of a model that started from W(0): the part in the span as coordinates, and
 * the multiple of W(0)'s part outside the span that is left, as a signed length
 * (|W(0)_perp| after training, 0 for an exact KKT point). */
struct weights {
    double *W;     /* (n, r) row-major */
    double perp;   /* signed length along W(0)_perp / |W(0)_perp| */
    double *terms; /* (n) T_j >= |w_j|: sum of the lengths of the terms that row j was
                    * summed from; NULL: not summed, T_j = |w_j| */
};

/* Whether there are more than NETWORK_SQUARE points, squares of whose number would soon
 * take all memory, and enough more than weights W (n, r), as of a linear model, that all
 * can be done without such squares. */
enum { NETWORK_SQUARE = 1024 };
bool network_slim(size_t n, size_t m, size_t r);

/* y_i u_j: row j of h_i is so many times s_ji x_i. */
double network_factor(const struct network *net, const struct points *p, size_t j,
                      size_t i);

/* Z = W X^T, (n, m) row-major. Cost 2 n m r. */
void network_preactivations(size_t n, const double *W, const struct points *p,
                            double *Z);

/* G = X X^T, (m, m). Cost m^2 r; a third of that where x_i ends in r - i zeros, as in the
 * coordinates of a span. */
void network_gram(const struct points *p, double *G);

/* margin_i = y_i N(x_i) from Z (n, m); returns the smallest, NAN if any is NaN. */
double network_margins(const struct network *net, const double *Z, const double *y,
                       size_t m, double *margin);

/* H = sum_i lambda_i h_i (n, r) of v_ji = lambda_i s_ji (n, m): H_j = sum_i y_i u_j v_ji
 * x_i. `scratch` (n, m). Cost 2 n m r. */
void network_combine(const struct network *net, const struct points *p, const double *v,
                     double *scratch, double *H);

/* Activation states from theta's pre-activations Z (n, m): +1 active, -1 inactive, 0 on the
 * kink. A neuron with w = 0 is on every kink. Cost n (m + r) + m r. */
void network_states(size_t n, const struct weights *theta, const double *Z,
                    const struct points *p, signed char *state);

/* T_j. */
double weights_terms(const struct weights *a, size_t r, size_t j);

/* Rows that are what rounding left of a zero become 0. */
void weights_drop_cancelled(size_t n, size_t r, struct weights *a);

/* |theta|, Frobenius norm over W and perp. Scaled: no overflow, NaN stays NaN. */
double weights_norm(size_t n, size_t r, const struct weights *a);

/* to = scale * from, its terms too if it has room for them. scale 1 copies bit for bit.
 */
void weights_scale(size_t n, size_t r, const struct weights *from, double scale,
                   struct weights *to);

/* 1 - cos(a, b) as |a/|a| - b/|b||^2 / 2: no cancellation for near-equal directions.
 * NAN if either is zero. */
double weights_cosine_distance(size_t n, size_t r, const struct weights *a,
                               const struct weights *b);

/* The same of models of two starts, whose parts outside the span have this cosine
 * (span_start_cosine); 1 is one start. */
double weights_start_distance(size_t n, size_t r, const struct weights *a,
                              const struct weights *b, double cosine);

/* |scale_a a - scale_b b|^2 of models of two starts. */
double weights_square_between(size_t n, size_t r, const struct weights *a,
                              double scale_a, const struct weights *b, double scale_b,
                              double cosine);

#endif
