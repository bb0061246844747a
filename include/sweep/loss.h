/* loss.h - the losses of a margin q, in one table, and the weights of a descent step.
 *
 * logistic log(1 + e^-q) and exponential e^-q, overflow-safe where the value itself is
 * finite, and hinge max(0, 1 - q).
 *
 * The first two fall for ever: descent goes on, and where it goes is a KKT point of margin
 * maximisation (Lyu & Li 2020; Ji & Telgarsky 2020). Hinge does not. Its slope is -1 below
 * its kink at q = 1, anything in [-1, 0] on it (Clarke), where descent takes 0, and 0
 * above. Once no margin is below 1 the loss is 0, no step moves anything, and descent has
 * ended at a minimiser, one of many, which need not be a KKT point however long it took. So
 * its certificates are measurements, not what is left of a limit:
 *   - eps and delta stay away from 0. A bounded number of steps has added up
 *     theta = W(0) + eta sum_i c_i h_i, c_i the sums of weights, with every point that was
 *     ever below 1 in it, whatever its margin is now: stationary up to W(0) and changed
 *     gates, but not complementary.
 *   - Multipliers are those refitted to theta at margin 1 (multipliers.h), for every loss.
 *     They cannot be read off the slopes: at margin 1 the kinks of this loss are where its
 *     slopes are not unique, and above they are 0.
 *   - The exact KKT point of the gates (kkt.h) depends on the gates alone. Behind hinge it
 *     is one as behind any loss.
 */
#ifndef SWEEP_LOSS_H
#define SWEEP_LOSS_H

#include <stddef.h>

enum loss_kind { LOSS_LOGISTIC, LOSS_EXPONENTIAL, LOSS_HINGE, LOSS_COUNT };
enum optimizer { OPTIMIZER_GD, OPTIMIZER_NORMALIZED_GD, OPTIMIZER_GROWING_GD };

struct loss {
    const char *name; /* word of the `loss` parameter */
    double (*value)(double q);
    double (*slope)(double q); /* l'(q) <= 0 */
    /* -l'(q) times a factor that may depend on `low` <= q, the smallest of all margins,
     * and keeps the largest weight of a step from underflow and overflow;
     * scale = e^-low. */
    double (*weight)(double q, double low, double scale);
    double flat; /* > 0: from this margin on the slope is 0; 0: nowhere */
    /* -l'(q) over `weight`, and how many losses are added up from weights (loss_add); all
     * NULL: they are added up by value. */
    double (*factor)(double low, double scale);
    void (*add)(const double *c, double factor, size_t m, double *sum);
    double (*added)(double sum);
};

extern const struct loss loss_table[LOSS_COUNT];

/* The weight of each point in a descent step, all >= 0:
 *   gd:            c_i = -l'(q_i) / m
 *   normalized_gd, growing_gd: c_i = l'(q_i) / sum_k l'(q_k), computed relative to the
 * smallest margin so that it is right when every e^-q underflows (sum c = 1); all 0 where
 * every slope is 0, as there is no step. Any NaN margin makes every weight of these NaN.
 * Returns -l'(q_i) / c_i, the same for all i; NAN where the table does not say. Cost: m
 * exponentials. */
double loss_weights(enum loss_kind kind, enum optimizer optimizer, const double *q,
                    size_t m, double *c);

/* Add up the losses of many steps at the cost of some multiplications: q, c and factor are a
 * step's margins, weights and what loss_weights returned. sum (2, m) starts from 0;
 * loss_added gives the sum over the steps of the mean of l(q_i), and sum is 0 again. At most
 * LOSS_STEPS steps in between. */
enum { LOSS_STEPS = 128 };
void loss_add(enum loss_kind kind, const double *q, const double *c, double factor,
              size_t m, double *sum);
double loss_added(enum loss_kind kind, size_t m, double *sum);

#endif
