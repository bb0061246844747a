#include "sweep/metrics.h"
#include "sweep/cancel.h"
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <string.h>

void metrics_layout(struct metrics_workspace *w, size_t n, size_t r, struct arena *a)
{
    groups_layout(&w->groups, n, a);
    w->W = arena_doubles(a, n, r);
    w->Z = arena_doubles(a, n, SPAN_TEST_BLOCK);
}

/* Equal neurons share a row, unless each keeps a part of its own outside the span. */
static void gather_tests(const struct network *net, const struct span *s,
                         const struct weights *theta, struct metrics_workspace *w)
{
    size_t bytes = s->r * sizeof *theta->W;
    if (theta->perp == 0.0)
        groups_find(&w->groups, net, theta->W, bytes);
    else
        groups_separate(&w->groups, net);
    for (size_t g = 0; g < w->groups.count; g++)
        memcpy(w->W + g * s->r, theta->W + w->groups.first[g] * s->r, bytes);
}

/* N(x) u-weighted over the rows for the test points t .. t + block - 1. */
static void outputs(const struct network *net, const struct span *s, size_t t,
                    const struct weights *theta, struct metrics_workspace *w, double *N)
{
    struct points block = {
        .m = SPAN_TEST_BLOCK, .r = s->r, .X = s->test_X + t * s->r, .y = s->test_y + t};
    double outside = theta->perp != 0.0 ? theta->perp / s->perp_norm : 0.0;
    double leak = net->leak;
    network_preactivations(w->groups.count, w->W, &block, w->Z);
    for (size_t k = 0; k < SPAN_TEST_BLOCK; k++)
        N[k] = 0.0;
    for (size_t g = 0; g < w->groups.count; g++) {
        double *z = w->Z + g * SPAN_TEST_BLOCK;
        double weight = w->groups.sign[g] * w->groups.size[g] * net->u;
        if (outside != 0.0)
            cblas_daxpy(SPAN_TEST_BLOCK, outside, s->test_perp + g * s->tests + t, 1, z,
                        1);
        for (size_t k = 0; k < SPAN_TEST_BLOCK; k++)
            N[k] += weight * (z[k] > 0.0 ? z[k] : leak * z[k]);
    }
}

void metrics_outputs(const struct network *net, const struct span *s, size_t tests,
                     const struct weights *theta, struct metrics_workspace *w,
                     double *N)
{
    gather_tests(net, s, theta, w);
    for (size_t t = 0; t < tests && !cancel_asked(); t += SPAN_TEST_BLOCK)
        outputs(net, s, t, theta, w, N + t);
}

double metrics_accuracy(const double *y, const double *N, size_t tests)
{
    double right = 0.0;
    for (size_t t = 0; t < tests; t++) {
        double margin = y[t] * N[t];
        if (isnan(margin))
            return NAN;
        right += margin > 0.0 ? 1.0 : margin == 0.0 ? 0.5 : 0.0;
    }
    return tests ? right / (double)tests : NAN;
}

bool metrics_closed_form(const struct span_request *q)
{
    return q->n == 1 && !q->file;
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
        if (margin[index[k]] < smallest || isnan(margin[index[k]])) /* NaN stays */
            smallest = margin[index[k]];
    return smallest;
}

double metrics_largest_change(const double *before, const double *after,
                              const size_t *index, size_t count)
{
    double largest = count ? 0.0 : NAN;
    for (size_t k = 0; k < count; k++) {
        double change = fabs(after[index[k]] - before[index[k]]);
        if (change > largest || isnan(change)) /* NaN stays */
            largest = change;
    }
    return largest;
}
