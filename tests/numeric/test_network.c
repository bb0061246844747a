#include "sweep/network.h"

#include "check.h"
#include "fixture.h"

enum { N = 6, M = 7, R = 5 };

struct draw {
    struct network net;
    double W[N * R], X[M * R], y[M], Z[N * M], margin[M];
    signed char state[N * M];
    struct points points;
};

static void draw_make(struct draw *a, gsl_rng *rng, double leak)
{
    a->net = network_make(MODEL_LEAKY_RELU, N, leak);
    rng_normals(rng, a->W, N * R);
    rng_normals(rng, a->X, M * R);
    for (size_t i = 0; i < M; i++)
        a->y[i] = gsl_rng_uniform(rng) < 0.5 ? -1.0 : 1.0;
    a->points = (struct points){.m = M, .r = R, .X = a->X, .y = a->y};
}

static double draw_forward(struct draw *a)
{
    network_preactivations(N, a->W, &a->points, a->Z);
    network_states(N, &(struct weights){.W = a->W}, a->Z, &a->points, a->state);
    return network_margins(&a->net, a->Z, a->y, M, a->margin);
}

static double leaks(int trial)
{
    static const double leak[] = {0.0, 0.1, 0.5, 1.0};

    return leak[trial % 4];
}

static void test_make(void **state)
{
    struct network relu = network_make(MODEL_RELU, 400, 0.7);
    struct network leaky = network_make(MODEL_LEAKY_RELU, 16, 0.3);
    struct network linear = network_make(MODEL_LINEAR, 400, 0.3);

    (void)state;
    check_equal(relu.n, 400);
    check_same_bits(relu.leak, 0.0);
    check_close_relative(relu.u, 0.05, 1e-15);
    check_same_bits(leaky.leak, 0.3);
    check_close_relative(leaky.u, 0.25, 1e-15);
    check_equal(linear.n, 1);
    check_same_bits(linear.leak, 1.0);
    check_same_bits(linear.u, 1.0);
    check_same_bits(network_sign(&linear, 0), 1.0);
    for (size_t j = 0; j < 16; j++)
        check_same_bits(network_sign(&leaky, j), j < 8 ? 1.0 : -1.0);
}

static void test_forward(void **state)
{
    gsl_rng *rng = fixture_rng("forward", 0);

    (void)state;
    for (int trial = 0; trial < 40; trial++) {
        struct draw a;
        double smallest, direct = INFINITY;

        draw_make(&a, rng, leaks(trial));
        smallest = draw_forward(&a);
        for (size_t i = 0; i < M; i++) {
            double margin = direct_margin(&a.net, a.W, &a.points, i);

            check_close(a.margin[i], margin, 1e-14);
            direct = fmin(direct, margin);
            for (size_t j = 0; j < N; j++) {
                double z = (double)direct_dot(a.W + j * R, a.X + i * R, R);

                check_close(a.Z[j * M + i], z, 1e-14);
                check_equal(a.state[j * M + i] + 1, (z > 0.0 ? 1 : -1) + 1);
            }
        }
        check_close(smallest, direct, 1e-14);
    }
    gsl_rng_free(rng);
}

static void test_homogeneous(void **state)
{
    const double factors[] = {1e-150, 0.3, 7.0, 1e150};
    gsl_rng *rng = fixture_rng("homogeneous", 0);

    (void)state;
    for (int trial = 0; trial < 20; trial++)
        for (size_t k = 0; k < 4; k++) {
            struct draw a;
            double margin[M], scaled[N * R];
            signed char before[N * M];
            struct weights from = {.W = a.W}, to = {.W = scaled};

            draw_make(&a, rng, leaks(trial));
            draw_forward(&a);
            memcpy(margin, a.margin, sizeof margin);
            memcpy(before, a.state, sizeof before);
            weights_scale(N, R, &from, factors[k], &to);
            memcpy(a.W, scaled, sizeof scaled);
            draw_forward(&a);
            for (size_t i = 0; i < M; i++)
                check_close(a.margin[i] / factors[k], margin[i], 1e-14);
            check_true(memcmp(before, a.state, sizeof before) == 0, "states moved");
        }
    gsl_rng_free(rng);
}

/* <theta, grad N> = N, the gradient by central differences of an output that is linear
 * in W between kinks: exact up to rounding when no kink is crossed. */
static void test_euler(void **state)
{
    const double h = 1e-4;
    gsl_rng *rng = fixture_rng("euler", 0);

    (void)state;
    for (int trial = 0; trial < 20; trial++) {
        struct draw a;
        double euler[M] = {0}, output[M];

        draw_make(&a, rng, leaks(trial));
        draw_forward(&a);
        for (size_t k = 0; k < N * M; k++) /* away from kinks: |z| > h |x| */
            if (fabs(a.Z[k]) < 0.01)
                a.X[(k % M) * R] += 0.1;
        draw_forward(&a);
        memcpy(output, a.margin, sizeof output);
        for (size_t k = 0; k < N * R; k++) {
            double w = a.W[k], up[M];
            size_t j = k / R;

            a.W[k] = w + h;
            draw_forward(&a);
            memcpy(up, a.margin, sizeof up);
            a.W[k] = w - h;
            draw_forward(&a);
            a.W[k] = w;
            for (size_t i = 0; i < M; i++) {
                double slope = (up[i] - a.margin[i]) / (2.0 * h);
                double z = (double)direct_dot(a.W + j * R, a.X + i * R, R);

                check_close(slope,
                            a.y[i] * network_sign(&a.net, j) * a.net.u *
                                (z > 0.0 ? 1.0 : a.net.leak) * a.X[i * R + k % R],
                            1e-10);
                euler[i] += w * slope;
            }
        }
        check_array_close(euler, output, M, 1e-9);
    }
    gsl_rng_free(rng);
}

static void test_permutation(void **state)
{
    gsl_rng *rng = fixture_rng("permutation", 0);

    (void)state;
    for (int trial = 0; trial < 20; trial++) {
        struct draw a, b;
        size_t points[M], plus[N / 2], minus[N / 2];

        draw_make(&a, rng, leaks(trial));
        b = a;
        b.points.X = b.X;
        b.points.y = b.y;
        rng_permutation(rng, points, M);
        rng_permutation(rng, plus, N / 2);
        rng_permutation(rng, minus, N / 2);
        for (size_t i = 0; i < M; i++) {
            memcpy(b.X + i * R, a.X + points[i] * R, R * sizeof *a.X);
            b.y[i] = a.y[points[i]];
        }
        for (size_t j = 0; j < N; j++) {
            size_t from = j < N / 2 ? plus[j] : N / 2 + minus[j - N / 2];

            memcpy(b.W + j * R, a.W + from * R, R * sizeof *a.W);
        }
        check_close(draw_forward(&b), draw_forward(&a), 1e-14);
        for (size_t i = 0; i < M; i++)
            check_close(b.margin[i], a.margin[points[i]], 1e-14);
    }
    gsl_rng_free(rng);
}

/* A kink is |z| <= KINK_TOLERANCE |w| |x|, whatever the scales of w and x. */
static void test_kinks(void **state)
{
    const double scales[] = {1e-120, 1.0, 1e120};

    (void)state;
    for (size_t k = 0; k < 9; k++) {
        double sw = scales[k % 3], sx = scales[k / 3];
        double W[] = {0.6 * sw, 0.8 * sw, 0.0, 0.0};
        double X[] = {-0.8 * sx,           0.6 * sx, /* orthogonal */
                      (-0.8 + 3e-13) * sx, 0.6 * sx, /* within 1e-12 */
                      (-0.8 + 3e-12) * sx, 0.6 * sx, /* 1.8e-12 beyond */
                      (-0.8 - 3e-12) * sx, 0.6 * sx, sx, sx};
        const double y[] = {1, 1, 1, 1, 1};
        const signed char expected[] = {0, 0, 1, -1, 1, 0, 0, 0, 0, 0};
        struct points p = {.m = 5, .r = 2, .X = X, .y = y};
        double Z[10];
        signed char states[10];

        network_preactivations(2, W, &p, Z);
        network_states(2, &(struct weights){.W = W}, Z, &p, states);
        for (size_t i = 0; i < 10; i++)
            check_true(states[i] == expected[i], "scale %zu: state %zu is %d", k, i,
                       states[i]);
    }
}

static void test_norm(void **state)
{
    double W[] = {3e200, 0.0, -4e200, 0.0}, small[] = {3e-200, 0.0, 4e-200, 0.0};
    double mixed[] = {1.0, NAN, 2.0, 3.0}, zero[4] = {0}, copy[4];
    double infinite[] = {1.0, INFINITY, 2.0, 3.0};
    struct weights a = {.W = W, .perp = 12e200}, b = {.W = small, .perp = -12e-200};
    struct weights c = {.W = mixed}, o = {.W = zero}, e = {.W = small, .perp = NAN};
    struct weights f = {.W = infinite}, to = {.W = copy};

    (void)state;
    check_close_relative(weights_norm(2, 2, &a), 13e200, 1e-15);
    check_close_relative(weights_norm(2, 2, &b), 13e-200, 1e-15);
    check_true(isnan(weights_norm(2, 2, &c)), "norm of NaN");
    check_true(isnan(weights_norm(2, 2, &e)), "norm with a NaN perp");
    check_same_bits(weights_norm(2, 2, &f), INFINITY);
    check_same_bits(weights_norm(2, 2, &o), 0.0);
    check_close(weights_cosine_distance(2, 2, &a, &a), 0.0, 0.0);
    check_true(isnan(weights_cosine_distance(2, 2, &a, &o)), "distance to zero");
    check_true(isnan(weights_cosine_distance(2, 2, &o, &a)), "distance from zero");
    check_true(isnan(weights_cosine_distance(2, 2, &a, &c)), "distance to NaN");
    a.perp = 0.0;
    b.perp = 0.0; /* cos = (9 - 16) / 25 */
    check_close_relative(weights_cosine_distance(2, 2, &a, &b), 1.28, 1e-15);
    a.perp = 12e200;
    b.perp = -12e-200; /* cos = (9 - 16 - 144) / 169 */
    check_close_relative(weights_cosine_distance(2, 2, &a, &b), 320.0 / 169.0, 1e-15);
    weights_scale(2, 2, &b, 1.0, &to);
    for (size_t i = 0; i < 4; i++)
        check_same_bits(copy[i], small[i]);
    check_same_bits(to.perp, b.perp);
    weights_scale(2, 2, &b, -0.5, &to);
    for (size_t i = 0; i < 4; i++)
        check_same_bits(copy[i], -0.5 * small[i]);
    check_same_bits(to.perp, 6e-200);
}

/* Directions closer and closer, against long double of the same doubles. Rounding the
 * unit vectors moves each entry by 1e-16, so the distance has an absolute error of
 * about 1e-16 times its root. */
static void test_near_directions(void **state)
{
    gsl_rng *rng = fixture_rng("near", 0);

    (void)state;
    for (double step = 1.0; step > 1e-13; step *= 0.1)
        for (int trial = 0; trial < 10; trial++) {
            double a[N * R + 1], b[N * R + 1];
            struct weights wa = {.W = a}, wb = {.W = b};
            double expected;

            rng_normals(rng, a, N * R + 1);
            rng_normals(rng, b, N * R + 1);
            for (size_t k = 0; k <= N * R; k++)
                b[k] = 3.3 * (a[k] + step * b[k]);
            wa.perp = a[N * R];
            wb.perp = b[N * R];
            expected = direct_cosine_distance(a, b, N * R + 1);
            check_true(fabs(weights_cosine_distance(N, R, &wa, &wb) - expected) <=
                           1e-15 * sqrt(expected) + 1e-31,
                       "step %g: %.17g, not %.17g", step,
                       weights_cosine_distance(N, R, &wa, &wb), expected);
        }
    gsl_rng_free(rng);
}

static void test_nan(void **state)
{
    gsl_rng *rng = fixture_rng("nan", 0);

    (void)state;
    for (size_t k = 0; k < N; k++) {
        struct draw a;

        draw_make(&a, rng, 0.0);
        a.W[k * R] = NAN;
        check_true(isnan(draw_forward(&a)), "NaN in neuron %zu is lost", k);
        draw_make(&a, rng, 0.0);
        a.X[k * R] = NAN;
        check_true(isnan(draw_forward(&a)), "NaN in point %zu is lost", k);
        check_true(isnan(a.margin[k]) && isfinite(a.margin[k + 1]), "wrong margin");
    }
    gsl_rng_free(rng);
}

/* Few points or many weights: squares. */
static void test_slim(void **state)
{
    (void)state;
    check_true(network_slim(1, 1025, 100) && !network_slim(1, 1024, 100), "points");
    check_true(network_slim(10, 1101, 100) && !network_slim(11, 1101, 100), "neurons");
    check_true(network_slim(1, 100000, 100) && !network_slim(1, 100000, 100000),
               "rank");
}

/* Points that end in zeros, points that do not, and few points. */
static void test_gram(void **state)
{
    enum { MANY = 300, LONG = 301 };
    static double X[MANY * LONG], G[MANY * MANY];
    gsl_rng *rng = fixture_rng("gram", 0);

    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        size_t m = kind == 2 ? 30 : MANY, wrong = 0;
        struct points p = {.m = m, .r = LONG, .X = X};

        rng_normals(rng, X, m * LONG);
        for (size_t i = 0; i < m && kind == 0; i++)
            memset(X + i * LONG + i + 2, 0, (LONG - i - 2) * sizeof *X);
        network_gram(&p, G);
        for (size_t i = 0; i < m; i++)
            for (size_t k = 0; k < m; k += 1 + k % 7)
                wrong +=
                    !(fabs(G[i * m + k] - (double)direct_dot(X + i * LONG, X + k * LONG,
                                                             LONG)) <= 1e-12);
        check_equal(wrong, 0);
    }
    gsl_rng_free(rng);
}

static void test_cases(void **state)
{
    (void)state;
    check_cases(9 + 16 + 40 * (M + 1 + 2 * N * M) + 80 * (M + 1) +
                20 * (N * R * M + 1) + 20 * (M + 1) + 90 + 22 + 140 + 18 + 3 + 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_make),        cmocka_unit_test(test_forward),
        cmocka_unit_test(test_homogeneous), cmocka_unit_test(test_euler),
        cmocka_unit_test(test_permutation), cmocka_unit_test(test_kinks),
        cmocka_unit_test(test_norm),        cmocka_unit_test(test_near_directions),
        cmocka_unit_test(test_nan),         cmocka_unit_test(test_slim),
        cmocka_unit_test(test_gram),        cmocka_unit_test(test_cases),
    };

    fixture_main();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
