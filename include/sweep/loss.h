/* loss.h - the losses of a margin q, in one table, and the weights of a descent step.
 *
 * logistic log(1 + e^-q) and exponential e^-q, overflow-safe where the value itself is
 * finite.
 */
#ifndef SWEEP_LOSS_H
#define SWEEP_LOSS_H

#include <stddef.h>

enum loss_kind { LOSS_LOGISTIC, LOSS_EXPONENTIAL, LOSS_COUNT };
enum optimizer { OPTIMIZER_GD, OPTIMIZER_NORMALIZED_GD, OPTIMIZER_GROWING_GD };

struct loss {
    const char *name; /* word of the `loss` parameter */
    double (*value)(double q);
    double (*slope)(double q); /* l'(q) < 0 */
    /* -l'(q) times a factor that may depend on `low` <= q, the smallest of all margins,
     * and keeps the largest weight of a step from underflow and overflow;
     * scale = e^-low. */
    double (*weight)(double q, double low, double scale);
};

extern const struct loss loss_table[LOSS_COUNT];

/* The weight of each point in a descent step, all >= 0:
 *   gd:            c_i = -l'(q_i) / m
 *   normalized_gd, growing_gd: c_i = l'(q_i) / sum_k l'(q_k), computed relative to the
 * smallest margin so that it is right when every e^-q underflows (sum c = 1). Any NaN
 * margin makes every weight of these NaN. Cost: m exponentials. */
void loss_weights(enum loss_kind kind, enum optimizer optimizer, const double *q,
                  size_t m, double *c);

#endif
