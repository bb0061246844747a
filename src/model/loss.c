#include "sweep/loss.h"
#include <math.h>
#include <string.h>

/* With a smaller margin the losses of a step are added up one by one:
 * (1 + e^4)^LOSS_STEPS is a double. */
static const double LOWEST = -4.0;

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

static double logistic_factor(double low, double scale)
{
    return low > 0.0 ? scale : 1.0;
}

/* sum = prod (1 + e^-q) - 1: the logarithm is taken of many at once, and e^-q follows from
 * -l'(q) without another exponential. */
static void logistic_add(const double *c, double factor, size_t m, double *sum)
{
    for (size_t i = 0; i < m; i++) {
        double slope = factor * c[i], e = slope / (1.0 - slope);
        sum[i] += e + e * sum[i];
    }
}

static double logistic_added(double sum)
{
    return log1p(sum);
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

static double exponential_factor(double low, double scale)
{
    (void)low;
    return scale;
}

static void exponential_add(const double *c, double factor, size_t m, double *sum)
{
    for (size_t i = 0; i < m; i++)
        sum[i] += factor * c[i];
}

static double exponential_added(double sum)
{
    return sum;
}

const struct loss loss_table[LOSS_COUNT] = {
    [LOSS_LOGISTIC] = {.name = "logistic",
                       .value = logistic_value,
                       .slope = logistic_slope,
                       .weight = logistic_weight,
                       .factor = logistic_factor,
                       .add = logistic_add,
                       .added = logistic_added},
    [LOSS_EXPONENTIAL] = {.name = "exponential",
                          .value = exponential_value,
                          .slope = exponential_slope,
                          .weight = exponential_weight,
                          .factor = exponential_factor,
                          .add = exponential_add,
                          .added = exponential_added},
    [LOSS_HINGE] = {.name = "hinge",
                    .value = hinge_value,
                    .slope = hinge_slope,
                    .weight = hinge_weight,
                    .flat = 1.0},
};

double loss_weights(enum loss_kind kind, enum optimizer optimizer, const double *q,
                    size_t m, double *c)
{
    const struct loss *loss = &loss_table[kind];
    if (optimizer == OPTIMIZER_GD) {
        for (size_t i = 0; i < m; i++)
            c[i] = -loss->slope(q[i]) / (double)m;
        return (double)m;
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
    return loss->factor ? sum * loss->factor(low, scale) : NAN;
}

void loss_add(enum loss_kind kind, const double *q, const double *c, double factor,
              size_t m, double *sum)
{
    const struct loss *loss = &loss_table[kind];
    double low = INFINITY;
    for (size_t i = 0; i < m; i++)
        low = !(q[i] >= low) ? q[i] : low;
    if (loss->factor && low > LOWEST) {
        loss->add(c, factor, m, sum);
        return;
    }
    for (size_t i = 0; i < m; i++)
        sum[m + i] += loss->value(q[i]);
}

double loss_added(enum loss_kind kind, size_t m, double *sum)
{
    const struct loss *loss = &loss_table[kind];
    double total = 0.0;
    for (size_t i = 0; i < m; i++)
        total += sum[m + i] + (loss->added ? loss->added(sum[i]) : 0.0);
    memset(sum, 0, 2 * m * sizeof *sum);
    return total / (double)m;
}
