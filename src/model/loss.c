#include "sweep/loss.h"
#include <math.h>

static double logistic_value(double q)
{
    return q > 0.0 ? log1p(exp(-q)) : log1p(exp(q)) - q;
}

static double logistic_slope(double q)
{
    return -1.0 / (1.0 + exp(q));
}

/* -l'(q) e^low from t = e^-(q - low) <= 1. Only while low > 0 is the shift needed, and
 * then e^-low cannot overflow. */
static double logistic_weight(double q, double low, double scale)
{
    double t = exp(low - q);
    return low > 0.0 ? t / (1.0 + scale * t) : -logistic_slope(q);
}

static double exponential_value(double q)
{
    return exp(-q);
}

static double exponential_slope(double q)
{
    return -exp(-q);
}

/* -l'(q) e^low. */
static double exponential_weight(double q, double low, double scale)
{
    (void)scale;
    return exp(low - q);
}

static double hinge_value(double q)
{
    return q >= 1.0 ? 0.0 : 1.0 - q;
}

static double hinge_slope(double q)
{
    return q < 1.0 ? -1.0 : q >= 1.0 ? 0.0 : q;
}

static double hinge_weight(double q, double low, double scale)
{
    (void)low;
    (void)scale;
    return 0.0 - hinge_slope(q); /* 0 and not -0 */
}

const struct loss loss_table[LOSS_COUNT] = {
    [LOSS_LOGISTIC] = {.name = "logistic",
                       .value = logistic_value,
                       .slope = logistic_slope,
                       .weight = logistic_weight},
    [LOSS_EXPONENTIAL] = {.name = "exponential",
                          .value = exponential_value,
                          .slope = exponential_slope,
                          .weight = exponential_weight},
    [LOSS_HINGE] = {.name = "hinge",
                    .value = hinge_value,
                    .slope = hinge_slope,
                    .weight = hinge_weight,
                    .flat = 1.0},
};

void loss_weights(enum loss_kind kind, enum optimizer optimizer, const double *q,
                  size_t m, double *c)
{
    const struct loss *loss = &loss_table[kind];
    if (optimizer == OPTIMIZER_GD) {
        for (size_t i = 0; i < m; i++)
            c[i] = -loss->slope(q[i]) / (double)m;
        return;
    }
    double low = INFINITY, sum = 0.0;
    for (size_t i = 0; i < m; i++)
        low = !(q[i] >= low) ? q[i] : low;
    double scale = exp(-low);
    for (size_t i = 0; i < m; i++) {
        c[i] = loss->weight(q[i], low, scale);
        sum += c[i];
    }
    for (size_t i = 0; i < m && sum != 0.0; i++)
        c[i] /= sum;
}
