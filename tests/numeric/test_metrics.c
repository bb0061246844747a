#include "sweep/metrics.h"

#include "check.h"
#include "fixture.h"

/* Predictions of every test point by hand: W in the span, and the multiple of W(0)'s
 * part outside that is left. */
static double direct_accuracy(const struct instance *in, const struct weights *theta,
                              size_t tests)
{
    const struct span *s = &in->span;
    double share = theta->perp == 0.0 ? 0.0 : theta->perp / s->perp_norm, right = 0.0;

    for (size_t t = 0; t < tests; t++) {
        long double output = 0.0L;

        for (size_t j = 0; j < s->n; j++) {
            long double z =
                direct_dot(theta->W + j * s->r, s->test_X + t * s->r, s->r) +
                (long double)share * s->test_perp[j * s->tests + t];
            double u = j < s->n / 2 || s->n == 1 ? in->net.u : -in->net.u;

            output += u * (z > 0.0L ? z : in->net.leak * z);
        }
        right += s->test_y[t] * output > 0.0L ? 1.0 : output == 0.0L ? 0.5 : 0.0;
    }
    return right / (double)tests;
}

static double accuracy(const struct instance *in, const struct weights *theta,
                       size_t tests)
{
    struct metrics_workspace w = {{0}, NULL, NULL};
    struct arena arena = {0};
    double share, *output = NULL;

    FIXTURE_LAYOUT(&arena)
    {
        metrics_layout(&w, in->net.n, in->points.r, &arena);
        output = arena_doubles(&arena, in->span.tests, 1);
    }
    metrics_outputs(&in->net, &in->span, tests, theta, &w, output);
    share = metrics_accuracy(in->span.test_y, output, tests);
    arena_release(&arena);
    return share;
}

static void test_accuracy(void **state)
{
    const double leak[] = {0.0, 0.2, 0.6, 1.0};

    (void)state;
    for (size_t k = 0; k < 32; k++) {
        struct recipe recipe = {.sampler = k % 2 ? SAMPLER_BARTLETT : SAMPLER_AMBIENT,
                                .m = 5 + k % 4,
                                .n = k % 5 == 4 ? 1 : 8,
                                .d = 30.0,
                                .leak = leak[k / 2 % 4],
                                .signal = 0.5,
                                .correlation = k % 3 ? 0.0 : 0.2,
                                .tests = 150,
                                .seed = k};
        const size_t counts[] = {1, 64, 65, 150};
        struct instance in;
        struct model model;

        instance_draw(&in, &recipe);
        model_train(&model, &in, 20);
        for (size_t l = 0; l < 4; l++)
            check_close(accuracy(&in, &model.theta, counts[l]),
                        direct_accuracy(&in, &model.theta, counts[l]), 1e-15);
        model.theta.perp *= -2.0;
        check_close(accuracy(&in, &model.theta, 150),
                    direct_accuracy(&in, &model.theta, 150), 1e-15);
        model.theta.perp = 0.0;
        for (size_t j = 2; j < recipe.n; j += 2) /* equal neurons */
            memcpy(model.theta.W + j * in.span.r, model.theta.W,
                   in.span.r * sizeof *model.theta.W);
        check_close(accuracy(&in, &model.theta, 150),
                    direct_accuracy(&in, &model.theta, 150), 1e-15);
        model.theta.W[0] = NAN;
        check_true(isnan(accuracy(&in, &model.theta, 150)), "NaN is classified");
        memset(model.theta.W, 0, recipe.n * in.span.r * sizeof *model.theta.W);
        check_same_bits(accuracy(&in, &model.theta, 150), 0.5);
        check_true(isnan(accuracy(&in, &model.theta, 0)), "accuracy of nothing");
        model_release(&model);
        instance_release(&in);
    }
}

struct lifted {
    struct arena arena;
    double *w, *x;
};

/* Share of drawn points a weight vector in all d coordinates gets right. */
static double monte_carlo(const struct instance *in, const double *w, double *x,
                          size_t count)
{
    const struct mixture *q = &in->request.mixture;
    size_t d = (size_t)q->dimension, right = 0;
    gsl_rng *rng = fixture_rng("monte carlo", (uint64_t)(1e6 * q->signal));

    for (size_t k = 0; k < count; k++) {
        double y = k % 2 ? 1.0 : -1.0;

        rng_normals(rng, x, d);
        for (size_t c = 0; c < d; c++) {
            double own = x[c] * q->noise / sqrt(q->dimension);

            own += c == 0 ? y * q->signal : 0.0;
            x[c] = sqrt(1.0 - q->correlation) * own;
            if (q->correlation > 0.0)
                x[c] += sqrt(q->correlation) * in->drawing.common[c];
        }
        right += y * direct_dot(w, x, d) > 0.0L;
    }
    gsl_rng_free(rng);
    return (double)right / (double)count;
}

static double normal_cdf(double z)
{
    return 0.5 * erfc(-z / sqrt(2.0));
}

/* Two directions at any angle: turning one around turns every answer; without a mean the
 * chance to agree is 1 - angle / pi; with one, it is what drawn points say. */
static void test_linear_pairs(void **state)
{
    (void)state;
    for (size_t k = 0; k < 24; k++) {
        enum { POINTS = 20000 };
        struct recipe recipe = {.sampler = k % 2 ? SAMPLER_BARTLETT : SAMPLER_AMBIENT,
                                .m = 4,
                                .n = 1,
                                .d = 40.0,
                                .leak = 1.0,
                                .signal = k % 3 ? 0.2 : 0.0,
                                .tests = POINTS,
                                .seed = 100 + k};
        struct instance in;
        gsl_rng *rng = fixture_rng("pairs", k);
        static double a[POINTS], b[POINTS];
        double W[2][8], turned[8], size = pow(10.0, -(double)(k % 4));
        size_t alike = 0;

        instance_draw(&in, &recipe);
        fixture_need(in.span.r <= 8, "room");
        rng_normals(rng, W[0], 8);
        rng_normals(rng, W[1], 8);
        for (size_t i = 0; i < 8; i++) { /* at all angles, near 0 and pi too */
            W[1][i] = (k % 5 ? W[0][i] : 0.0) + size * W[1][i];
            turned[i] = -W[1][i];
        }
        struct weights one = {.W = W[0]}, two = {.W = W[1]}, back = {.W = turned};
        struct metrics_linear p = {&in.span, &one}, q = {&in.span, &two},
                              o = {&in.span, &back};
        const struct mixture *mixture = &in.request.mixture;
        double value = metrics_linear_agreement(&p, &q, mixture, 1.0);
        check_close(metrics_linear_agreement(&p, &p, mixture, 1.0), 1.0, 1e-15);
        check_close(metrics_linear_agreement(&q, &p, mixture, 1.0), value, 1e-14);
        check_close(metrics_linear_agreement(&p, &o, mixture, 1.0), 1.0 - value, 1e-14);
        double tau = direct_cosine_distance(W[0], W[1], in.span.r);
        double pi = acos(-1.0);
        if (recipe.signal == 0.0)
            check_close(value, 1.0 - 2.0 * asin(sqrt(0.5 * tau)) / pi, 1e-14);
        for (size_t t = 0; t < POINTS; t++) {
            a[t] = (double)direct_dot(W[0], in.span.test_X + t * in.span.r, in.span.r);
            b[t] = (double)direct_dot(W[1], in.span.test_X + t * in.span.r, in.span.r);
            alike += (a[t] > 0.0) == (b[t] > 0.0);
        }
        double share = (double)alike / POINTS, spread = sqrt(value * (1.0 - value));
        check_close(metrics_agreement(a, b, POINTS), share, 1e-15);
        /* mu lies outside the span of the points with the ambient sampler */
        if (recipe.sampler == SAMPLER_BARTLETT || recipe.signal == 0.0) {
            check_close(share, value, 5.0 * spread / sqrt(POINTS) + 1e-12);
            check_close_relative(
                metrics_output_distance(a, 2.0, b, 3.0, POINTS),
                metrics_linear_distance(&p, 2.0, &q, 3.0, mixture, 1.0), 0.05);
        }
        gsl_rng_free(rng);
        instance_release(&in);
    }
}

static void test_agreement(void **state)
{
    const double a[] = {1.0, -2.0, 0.0, 0.0, 3.0, 1e-200},
                 b[] = {1.0, 2.0, 0.0, 1.0, -0.0, 1e-200};
    double with_nan[] = {1.0, NAN};

    (void)state;
    check_close(metrics_agreement(a, b, 6), 4.0 / 6.0, 1e-16);
    check_close(metrics_agreement(a, a, 6), 1.0, 0.0);
    check_true(isnan(metrics_agreement(a, b, 0)), "agreement on nothing");
    check_true(isnan(metrics_agreement(with_nan, a, 2)), "NaN agrees");
    check_true(isnan(metrics_agreement(a, with_nan, 2)), "agrees with NaN");
    check_close(metrics_output_distance(a, 1.0, b, 0.5, 1), 1.0, 0.0);
    check_true(isnan(metrics_output_distance(a, NAN, b, 1.0, 6)), "scale of NaN");
    check_true(isnan(metrics_output_distance(a, 1.0, b, 1.0, 0)),
               "distance on nothing");
}

/* The linear predictor in d coordinates: closed form by hand, and drawn points. */
static void test_linear(void **state)
{
    enum { POINTS = 100000 };

    (void)state;
    for (size_t k = 0; k < 12; k++) {
        struct recipe recipe = {.sampler = SAMPLER_AMBIENT,
                                .m = 4,
                                .n = 1,
                                .d = 12.0,
                                .leak = 1.0,
                                .signal = 0.1 * (double)(k % 6),
                                .correlation = k < 6 ? 0.0 : 0.1 * (double)(k % 4),
                                .tests = 1,
                                .seed = k};
        double rho = recipe.correlation, along, common, spread, expected, value;
        struct lifted l = {{0}, NULL, NULL};
        struct instance in;
        struct model model;

        instance_draw(&in, &recipe);
        model_train(&model, &in, 50);
        FIXTURE_LAYOUT(&l.arena)
        {
            l.w = arena_doubles(&l.arena, 1, 12);
            l.x = arena_doubles(&l.arena, 1, 12);
        }
        span_lift(&in.span, &in.request, &in.drawing, model.theta.W, model.theta.perp,
                  l.w);
        value = metrics_linear_accuracy(&in.span, &in.request.mixture, &model.theta);
        along = sqrt(1.0 - rho) * recipe.signal * l.w[0];
        common = rho > 0.0 ? sqrt(rho) * (double)direct_dot(l.w, in.drawing.common, 12)
                           : 0.0;
        spread = sqrt(1.0 - rho) * direct_norm(l.w, 12) / sqrt(12.0);
        expected = 0.5 * (normal_cdf((along + common) / spread) +
                          normal_cdf((along - common) / spread));
        check_close(value, expected, 1e-13);
        /* Five standard deviations of a share of POINTS. */
        check_close(value, monte_carlo(&in, l.w, l.x, POINTS), 2.5 / sqrt(POINTS));
        arena_release(&l.arena);
        model_release(&model);
        instance_release(&in);
    }
}

static void test_flips(void **state)
{
    const signed char a[] = {1, 1, -1, 0, 0, 1, -1, 1},
                      b[] = {1, -1, -1, 0, 1, 1, 0, 1};

    (void)state;
    check_same_bits(metrics_flips(a, b, 8), 0.375);
    check_same_bits(metrics_flips(a, a, 8), 0.0);
    check_same_bits(metrics_flips(a, b, 1), 0.0);
}

static void test_smallest(void **state)
{
    const double margin[] = {3.0, -1.0, 2.0, NAN, 0.5};
    const size_t index[] = {0, 2, 4}, bad[] = {0, 3, 4}, last[] = {0, 4, 3},
                 one[] = {1};

    (void)state;
    check_same_bits(metrics_smallest(margin, index, 3), 0.5);
    check_same_bits(metrics_smallest(margin, index, 2), 2.0);
    check_same_bits(metrics_smallest(margin, one, 1), -1.0);
    check_true(isnan(metrics_smallest(margin, bad, 3)), "NaN is lost");
    check_true(isnan(metrics_smallest(margin, last, 3)), "NaN at the end is lost");
    check_true(isnan(metrics_smallest(margin, index, 0)), "smallest of nothing");
}

static void test_cases(void **state)
{
    (void)state;
    check_cases(32 * 9 + 12 * 2 + 3 + 6 + 24 * 4 + 8 + 16 * 2 + 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accuracy),     cmocka_unit_test(test_linear),
        cmocka_unit_test(test_linear_pairs), cmocka_unit_test(test_agreement),
        cmocka_unit_test(test_flips),        cmocka_unit_test(test_smallest),
        cmocka_unit_test(test_cases),
    };

    fixture_main();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
