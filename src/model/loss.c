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

/* -l'(q_i) e^low with low = min q, from t = e^-(q_i - low) <= 1: t for the exponential
 * loss and t / (1 + e^-low t) for the logistic one. Only while low > 0 is the shift
 * needed, and then e^-low cannot overflow. */
static double shifted_weight(enum loss_kind kind, double t, double scale)
{
    return kind == LOSS_EXPONENTIAL ? t : t / (1.0 + scale * t);
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
    double scale = exp(-low);
    for (size_t i = 0; i < m; i++) {
        c[i] = kind == LOSS_EXPONENTIAL || low > 0.0
                   ? shifted_weight(kind, exp(low - q[i]), scale)
                   : -loss_slope(kind, q[i]);
        sum += c[i];
    }
    for (size_t i = 0; i < m; i++)
        c[i] /= sum;
}
