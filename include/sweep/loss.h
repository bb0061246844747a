/* loss.h - logistic log(1 + e^-q) and exponential e^-q loss of a margin q, overflow-safe
 * where the value itself is finite. */
#ifndef SWEEP_LOSS_H
#define SWEEP_LOSS_H

#include <stddef.h>

/* In the order of the words in parameters.c. */
enum loss_kind { LOSS_LOGISTIC, LOSS_EXPONENTIAL };
enum optimizer { OPTIMIZER_GD, OPTIMIZER_NORMALIZED_GD };

double loss_value(enum loss_kind kind, double q);

/* l'(q) < 0. */
double loss_slope(enum loss_kind kind, double q);

/* The weight of each point in a descent step, all >= 0:
 *   gd:            c_i = -l'(q_i) / m
 *   normalized_gd: c_i = l'(q_i) / sum_k l'(q_k), computed relative to the smallest margin
 *                  so that it is right when every e^-q underflows (sum c = 1).
 * Any NaN margin makes every weight of normalized_gd NaN. Cost: m exponentials. */
void loss_weights(enum loss_kind kind, enum optimizer optimizer, const double *q,
                  size_t m, double *c);

#endif
