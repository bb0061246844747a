#include "sweep/transform.h"
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <string.h>

bool transform_needs_raw(const struct transform *t)
{
    return t->center || t->scale != POINTS_UNIT;
}

/* From the first point on, so that a feature with one value has exactly that mean. */
static void measure_mean(size_t m, size_t features,
                         void (*row)(size_t i, double *x, const void *context),
                         const void *context, double *x, double *first, double *mean)
{
    row(0, first, context);
    memset(mean, 0, features * sizeof *mean);
    for (size_t i = 1; i < m; i++) {
        row(i, x, context);
        for (size_t k = 0; k < features; k++)
            mean[k] += x[k] - first[k];
    }
    for (size_t k = 0; k < features; k++)
        mean[k] = first[k] + mean[k] / (double)m;
}

void transform_measure(size_t m, size_t features,
                       void (*row)(size_t i, double *x, const void *context),
                       const void *context, double *x, double *mean, double *deviation)
{
    measure_mean(m, features, row, context, x, deviation, mean);
    memset(deviation, 0, features * sizeof *deviation);
    for (size_t i = 0; i < m; i++) {
        row(i, x, context);
        for (size_t k = 0; k < features; k++)
            deviation[k] = hypot(deviation[k], x[k] - mean[k]);
    }
    for (size_t k = 0; k < features; k++)
        deviation[k] = deviation[k] > 0 ? deviation[k] / sqrt((double)m) : 1.0;
}

void transform_features(const struct transform *t, size_t features, const double *mean,
                        const double *deviation, double *x)
{
    for (size_t k = 0; k < features && t->center; k++)
        x[k] -= mean[k];
    for (size_t k = 0; k < features && t->scale == POINTS_STANDARD; k++)
        x[k] /= deviation[k];
}

void transform_length(const struct transform *t, size_t d, bool projected, double *x)
{
    double length = t->scale == POINTS_UNIT ? cblas_dnrm2((int)d, x, 1)
                    : projected             ? sqrt((double)d)
                                            : 1.0;

    for (size_t k = 0; k < d && length > 0 && length != 1.0; k++)
        x[k] /= length;
    if (t->bias != 0.0)
        x[d] = t->bias;
}
