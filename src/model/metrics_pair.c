/* What the outputs of two models have in common, on test points or, of linear predictors on
 * the mixture, in expectation. */
#include "sweep/metrics.h"
#include <gsl/gsl_cblas.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_math.h>
#include <math.h>

double metrics_agreement(const double *a, const double *b, size_t tests)
{
    double alike = 0.0;
    for (size_t t = 0; t < tests; t++) {
        int side_a = (a[t] > 0.0) - (a[t] < 0.0), side_b = (b[t] > 0.0) - (b[t] < 0.0);
        if (isnan(a[t]) || isnan(b[t]))
            return NAN;
        alike += side_a == side_b ? 1.0 : side_a * side_b == 0 ? 0.5 : 0.0;
    }
    return tests ? alike / (double)tests : NAN;
}

double metrics_output_distance(const double *a, double scale_a, const double *b,
                               double scale_b, size_t tests)
{
    double between = 0.0, length = 0.0;
    for (size_t t = 0; t < tests; t++) {
        double other = scale_b * b[t], difference = scale_a * a[t] - other;
        between += difference * difference;
        length += other * other;
    }
    return sqrt(between / length);
}

/* Of the output on a point with label +1: the mean, the part of it that the other label
 * turns, and the spread around it. */
struct moments {
    double mean, common, spread;
};

static struct moments moments(const struct metrics_linear *a,
                              const struct mixture *mixture)
{
    const struct span *s = a->s;
    const struct weights *theta = a->theta;
    double outside = s->perp_norm > 0.0 ? theta->perp / s->perp_norm : 0.0;
    double mean = cblas_ddot((int)s->r, theta->W, 1, s->mean, 1);
    double common = cblas_ddot((int)s->r, theta->W, 1, s->common, 1);
    double own = sqrt(1.0 - mixture->correlation), shared = sqrt(mixture->correlation);
    double spread =
        own * mixture->noise * weights_norm(1, s->r, theta) / sqrt(mixture->dimension);
    return (struct moments){own * (mean + outside * s->mean_perp[0]),
                            shared * (common + outside * s->common_perp[0]), spread};
}

double metrics_linear_accuracy(const struct span *s, const struct mixture *mixture,
                               const struct weights *theta)
{
    struct moments q = moments(&(struct metrics_linear){s, theta}, mixture);
    return 0.5 * (gsl_cdf_ugaussian_P((q.mean + q.common) / q.spread) +
                  gsl_cdf_ugaussian_P((q.mean - q.common) / q.spread));
}

/* Two half-planes of the standard normal law in the plane. */
struct wedge {
    double h, k; /* how far behind the origin their borders lie */
};

/* h^2 + k^2 - 2 h k cos s = (h - k)^2 + 4 h k sin^2(s/2), and sin s = 2 sin(s/2)
 * cos(s/2). */
static double density(double angle, void *context)
{
    const struct wedge *w = context;
    double apart = (w->h - w->k) / sin(angle), half = cos(0.5 * angle);
    return exp(-0.5 * (apart * apart + w->h * w->k / (half * half)));
}

/* Integral of the density from 0 to an angle of at most pi/2. Where h and k differ it is
 * flat at 0, and as steep near it as they are near: halves of halves are easy. */
static double integral(struct wedge w, double angle)
{
    enum { HALVES = 54 };
    gsl_function f = {density, &w};
    double sum = 0.0;
    for (size_t k = 0; k < HALVES && angle > 0.0; k++) {
        double part, error;
        size_t evaluations;
        gsl_integration_qng(&f, 0.5 * angle, angle, 1e-16, 1e-13, &part, &error,
                            &evaluations);
        sum += part;
        angle *= 0.5;
    }
    return sum;
}

/* Chance that a standard normal vector lies in both half-planes or in neither, `angle`
 * being that between their normals. */
static double alike(struct wedge w, double angle)
{
    if (angle > M_PI_2) {
        struct wedge turned = {w.h, -w.k};
        return 1.0 - alike(turned, M_PI - angle);
    }
    double apart = fabs(gsl_cdf_ugaussian_P(w.h) - gsl_cdf_ugaussian_P(w.k));
    return 1.0 - apart - integral(w, angle) / M_PI;
}

/* Between 0 and pi, to rounding near both (Kahan). */
static double angle_between(const struct metrics_linear *a,
                            const struct metrics_linear *b, double cosine)
{
    size_t r = a->s->r;
    double one = 1.0 / weights_norm(1, r, a->theta);
    double other = 1.0 / weights_norm(1, r, b->theta);
    double less = weights_square_between(1, r, a->theta, one, b->theta, other, cosine);
    double sum = weights_square_between(1, r, a->theta, one, b->theta, -other, cosine);
    return 2.0 * atan2(sqrt(less), sqrt(sum));
}

double metrics_linear_agreement(const struct metrics_linear *a,
                                const struct metrics_linear *b,
                                const struct mixture *mixture, double cosine)
{
    struct moments p = moments(a, mixture), q = moments(b, mixture);
    double angle = angle_between(a, b, cosine);
    if (isnan(angle))
        return NAN;
    struct wedge one = {(p.mean + p.common) / p.spread, (q.mean + q.common) / q.spread};
    struct wedge two = {(p.mean - p.common) / p.spread, (q.mean - q.common) / q.spread};
    return 0.5 * (alike(one, angle) + alike(two, angle));
}

double metrics_linear_distance(const struct metrics_linear *a, double scale_a,
                               const struct metrics_linear *b, double scale_b,
                               const struct mixture *mixture, double cosine)
{
    struct moments p = moments(a, mixture), q = moments(b, mixture);
    double own = (1.0 - mixture->correlation) * mixture->noise * mixture->noise /
                 mixture->dimension;
    double mean = scale_a * p.mean - scale_b * q.mean;
    double common = scale_a * p.common - scale_b * q.common;
    double between = weights_square_between(1, a->s->r, a->theta, scale_a, b->theta,
                                            scale_b, cosine);
    double length = q.mean * q.mean + q.common * q.common + q.spread * q.spread;
    return sqrt((mean * mean + common * common + own * between) / length) /
           fabs(scale_b);
}
