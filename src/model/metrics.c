#include "sweep/metrics.h"
#include <gsl/gsl_cblas.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

/* Z (n, block) of the test points t .. t + block - 1. */
static void test_preactivations(const struct span *s, size_t t,
                                const struct weights *theta, double *Z)
{
    struct points block = {SPAN_TEST_BLOCK, s->r, s->test_X + t * s->r, s->test_y + t};
    network_preactivations(s->n, theta->W, &block, Z);
    if (theta->perp == 0.0 || s->perp_norm == 0.0)
        return;
    double scale = theta->perp / s->perp_norm;
    for (size_t j = 0; j < s->n; j++)
        cblas_daxpy(SPAN_TEST_BLOCK, scale, s->test_perp + j * s->tests + t, 1,
                    Z + j * SPAN_TEST_BLOCK, 1);
}

double metrics_accuracy(const struct network *net, const struct span *s, size_t tests,
                        const struct weights *theta, double *Z)
{
    double right = 0.0, margin[SPAN_TEST_BLOCK];
    for (size_t t = 0; t < tests; t += SPAN_TEST_BLOCK) {
        test_preactivations(s, t, theta, Z);
        network_margins(net, Z, s->test_y + t, SPAN_TEST_BLOCK, margin);
        for (size_t k = 0; k < SPAN_TEST_BLOCK && t + k < tests; k++) {
            if (isnan(margin[k]))
                return NAN;
            right += margin[k] > 0.0 ? 1.0 : margin[k] == 0.0 ? 0.5 : 0.0;
        }
    }
    return tests ? right / (double)tests : NAN;
}

double metrics_linear_accuracy(const struct span *s, const struct mixture *mixture,
                               const struct weights *theta)
{
    double outside = s->perp_norm > 0.0 ? theta->perp / s->perp_norm : 0.0;
    double mean = cblas_ddot((int)s->r, theta->W, 1, s->mean, 1);
    double common = cblas_ddot((int)s->r, theta->W, 1, s->common, 1);
    double own = sqrt(1.0 - mixture->correlation), shared = sqrt(mixture->correlation);
    double spread =
        own * mixture->noise * weights_norm(1, s->r, theta) / sqrt(mixture->dimension);
    mean = own * (mean + outside * s->mean_perp[0]);
    common = shared * (common + outside * s->common_perp[0]);
    return 0.5 * (gsl_cdf_ugaussian_P((mean + common) / spread) +
                  gsl_cdf_ugaussian_P((mean - common) / spread));
}

double metrics_flips(const signed char *before, const signed char *after, size_t count)
{
    size_t flips = 0;
    for (size_t k = 0; k < count; k++)
        flips += before[k] != after[k];
    return count ? (double)flips / (double)count : 0.0;
}

double metrics_smallest(const double *margin, const size_t *index, size_t count)
{
    double smallest = count ? INFINITY : NAN;
    for (size_t k = 0; k < count; k++)
        if (!(margin[index[k]] >= smallest))
            smallest = margin[index[k]];
    return smallest;
}
