#include "sweep/loss.h"
#include <math.h>

double loss_value(enum loss_kind kind, double q)
{
    if (kind == LOSS_EXPONENTIAL)
        return exp(-q);
    return q > 0.0 ? log1p(exp(-q)) : log1p(exp(q)) - q;
}

double loss_slope(enum loss_kind kind, double q)
{
    if (kind == LOSS_EXPONENTIAL)
        return -exp(-q);
    return -1.0 / (1.0 + exp(q));
}

/* -l'(q_i) e^low with low = min q: e^-(q_i - low) for the exponential loss, and
 * e^-(q_i - low) / (1 + e^-q_i) for the logistic one. Only while low > 0 is the shift
 * needed, and then e^-q_i cannot overflow. */
static double shifted_weight(enum loss_kind kind, double q, double low)
{
    if (kind == LOSS_EXPONENTIAL)
        return exp(low - q);
    return exp(low - q) / (1.0 + exp(-q));
}

void loss_weights(enum loss_kind kind, enum optimizer optimizer, const double *q,
                  size_t m, double *c)
{
    if (optimizer == OPTIMIZER_GD) {
        for (size_t i = 0; i < m; i++)
            c[i] = -loss_slope(kind, q[i]) / (double)m;
        return;
    }
    double low = INFINITY, sum = 0.0;
    for (size_t i = 0; i < m; i++)
        low = !(q[i] >= low) ? q[i] : low;
    for (size_t i = 0; i < m; i++) {
        c[i] = kind == LOSS_EXPONENTIAL || low > 0.0 ? shifted_weight(kind, q[i], low)
                                                     : -loss_slope(kind, q[i]);
        sum += c[i];
    }
    for (size_t i = 0; i < m; i++)
        c[i] /= sum;
}
