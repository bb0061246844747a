/* Ranks of weights whose singular values are known, and places in the forget set. */
#include "sweep/rank.h"

#include "check.h"
#include "fixture.h"
#include "sweep/dataset.h"
#include "sweep/kkt.h"

enum { N = 6, R = 4 };

/* W = sum_k sigma_k a_k b_k^T with a_k, b_k the axes, turned by reflections: the
 * singular values stay. */
static void make(double *W, const double *sigma, size_t count, gsl_rng *rng)
{
    double h[N], g[R], hh = 0.0, gg = 0.0, old[N * R];
    rng_normals(rng, h, N);
    rng_normals(rng, g, R);
    for (size_t k = 0; k < N; k++)
        hh += h[k] * h[k];
    for (size_t k = 0; k < R; k++)
        gg += g[k] * g[k];
    memset(W, 0, N * R * sizeof *W);
    for (size_t k = 0; k < count; k++)
        W[k * R + k] = sigma[k];
    for (size_t c = 0; c < R; c++) {
        double dot = 0.0;
        for (size_t j = 0; j < N; j++)
            dot += h[j] * W[j * R + c];
        for (size_t j = 0; j < N; j++)
            old[j * R + c] = W[j * R + c] - 2.0 * h[j] * dot / hh;
    }
    for (size_t j = 0; j < N; j++) {
        double dot = 0.0;
        for (size_t c = 0; c < R; c++)
            dot += g[c] * old[j * R + c];
        for (size_t c = 0; c < R; c++)
            W[j * R + c] = old[j * R + c] - 2.0 * g[c] * dot / gg;
    }
}

static void test_known(void **state)
{
    const struct {
        size_t count;
        double sigma[R], stable, numerical;
    } cases[] = {{1, {3.0}, 1.0, 1},
                 {2, {2.0, 2.0}, 2.0, 2},
                 {4, {5.0, 4.0, 3.0, 1.0}, 51.0 / 25.0, 4},
                 {3, {1.0, 1e-5, 1e-7}, 1.0 + 1e-10 + 1e-14, 2},
                 {4, {1e100, 1e99, 1e98, 1e90}, 1.0101, 3}};
    double W[N * R];
    struct arena arena = {0};
    struct rank_workspace w;
    gsl_rng *rng = fixture_rng("rank", 0);
    (void)state;
    FIXTURE_LAYOUT(&arena)
    {
        rank_layout(&w, N, &arena);
    }
    for (size_t t = 0; t < sizeof cases / sizeof cases[0]; t++) {
        struct span s = {.n = N, .r = R};
        struct span_request q = {.n = N};
        struct weights theta = {W, 0.0};
        make(W, cases[t].sigma, cases[t].count, rng);
        struct rank rank = rank_measure(&s, &q, NULL, &theta, &w);
        check_close_relative(rank.stable, cases[t].stable, 1e-12);
        check_close(rank.numerical, cases[t].numerical, 0.0);
        s.n = 3; /* the first rows: the other, smaller Gram matrix */
        s.r = R;
        rank = rank_measure(&s, &q, NULL, &theta, &w);
        check_true(rank.stable >= 1.0 && rank.numerical <= 3.0, "three rows");
    }
    struct span s = {.n = N, .r = R};
    struct span_request q = {.n = N};
    struct weights theta = {W, 0.0};
    memset(W, 0, sizeof W);
    check_true(isnan(rank_measure(&s, &q, NULL, &theta, &w).stable), "rank of 0");
    W[5] = NAN;
    check_true(isnan(rank_measure(&s, &q, NULL, &theta, &w).numerical), "rank of NaN");
    arena_release(&arena);
    gsl_rng_free(rng);
}

/* Trace and largest eigenvalue, by power iteration, of all d coordinates lifted. */
static void test_outside(void **state)
{
    (void)state;
    for (size_t k = 0; k < 12; k++) {
        struct recipe recipe = {.sampler = k % 2 ? SAMPLER_AMBIENT : SAMPLER_BARTLETT,
                                .m = 3 + k % 3,
                                .n = 8,
                                .d = k % 4 < 2 ? 11.0 : 40.0,
                                .leak = 0.1,
                                .seed = k};
        struct instance in;
        struct arena arena = {0};
        struct rank_workspace w;
        instance_draw(&in, &recipe);
        size_t n = 8, columns = span_outside_rank(&in.request);
        FIXTURE_LAYOUT(&arena)
        {
            rank_layout(&w, n, &arena);
        }
        struct weights theta = {in.span.W0, 0.7 * in.span.perp_norm};
        struct rank rank = rank_measure(&in.span, &in.request, &in.drawing, &theta, &w);
        /* The rows of [W, 0.7 A]; A A^T is the Gram matrix of what is outside. */
        long double gram[8][8], square = 0.0L, x[8], value = 0.0L;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                gram[i][j] =
                    direct_dot(in.span.W0 + i * in.span.r, in.span.W0 + j * in.span.r,
                               in.span.r) +
                    0.49L * direct_dot(in.drawing.weights + i * columns,
                                       in.drawing.weights + j * columns, columns);
        for (size_t i = 0; i < n; i++) {
            square += gram[i][i];
            x[i] = 1.0L + 0.1L * (long double)i;
        }
        check_close_relative((double)square,
                             pow(direct_norm(in.span.W0, n * in.span.r), 2.0) +
                                 pow(theta.perp, 2.0),
                             1e-12);
        for (int pass = 0; pass < 4000; pass++) {
            long double y[8], length = 0.0L;
            for (size_t i = 0; i < n; i++) {
                y[i] = 0.0L;
                for (size_t j = 0; j < n; j++)
                    y[i] += gram[i][j] * x[j];
                length += y[i] * y[i];
            }
            value = sqrtl(length);
            for (size_t i = 0; i < n; i++)
                x[i] = y[i] / value;
        }
        check_close_relative(rank.stable, (double)(square / value), 1e-7);
        check_close(rank.numerical, 8.0, 0.0);
        arena_release(&arena);
        instance_release(&in);
    }
}

/* Leaky networks on nearly orthogonal points: at most 2 at exact points. */
static void test_two(void **state)
{
    (void)state;
    for (size_t k = 0; k < 100; k++) {
        struct recipe recipe = {.sampler = SAMPLER_BARTLETT,
                                .m = 10,
                                .n = 20,
                                .d = 10000.0,
                                .leak = k % 2 ? 0.1 : 0.5,
                                .seed = 1000 + k};
        struct instance in;
        struct model model;
        struct arena arena = {0};
        struct rank_workspace w;
        struct kkt_workspace kkt;
        struct kkt_point point = {0};
        instance_draw(&in, &recipe);
        model_train(&model, &in, 2000);
        FIXTURE_LAYOUT(&arena)
        {
            rank_layout(&w, 20, &arena);
            kkt_layout(&kkt, 20, 10, in.points.r, &arena);
            point.W = arena_doubles(&arena, 20, in.points.r);
            point.lambda = arena_doubles(&arena, 10, 1);
            point.v = arena_doubles(&arena, 20, 10);
        }
        kkt_solve(&in.net, &in.points, model.theta.W, NULL, &kkt, &point);
        check_equal(point.stop, KKT_EXACT);
        struct weights theta = {point.W, 0.0};
        struct rank rank = rank_measure(&in.span, &in.request, &in.drawing, &theta, &w);
        check_true(rank.stable <= 2.0 + 1e-9, "stable rank %.17g", rank.stable);
        check_true(rank.numerical <= 2.0, "rank %g", rank.numerical);
        arena_release(&arena);
        model_release(&model);
        instance_release(&in);
    }
}

static void test_places(void **state)
{
    enum { M = 12, DRAWS = 6000 };
    double truth[M], y[M];
    size_t place[M], forget[M], retain[M], first[M] = {0};
    gsl_rng *rng = fixture_rng("places", 0);
    (void)state;
    for (size_t i = 0; i < M; i++) {
        truth[i] = i % 3 ? 1.0 : -1.0;
        y[i] = i == 2 || i == 7 || i == 8 ? -truth[i] : truth[i];
    }
    for (enum forget_which which = 0; which < FORGET_KINDS; which++) {
        bool before[M] = {false};
        dataset_places(rng, which, truth, y, M, place);
        for (size_t k = 0; k <= M; k++) {
            bool now[M] = {false};
            size_t count = dataset_split(place, M, k, forget, retain);
            check_equal(count, which == FORGET_MISLABELLED && k > 3 ? 3 : k);
            for (size_t f = 0; f < count; f++) {
                check_true(f == 0 || forget[f] > forget[f - 1], "order");
                now[forget[f]] = true;
                check_true(which != FORGET_FIRST || forget[f] == f, "the first ones");
                check_true(which != FORGET_MISLABELLED ||
                               y[forget[f]] != truth[forget[f]],
                           "a right label");
            }
            for (size_t r = 0; r < M - count; r++) {
                check_true(r == 0 || retain[r] > retain[r - 1], "order");
                check_true(!now[retain[r]], "in both sets");
            }
            for (size_t i = 0; i < M; i++)
                check_true(!before[i] || now[i], "sets do not nest");
            memcpy(before, now, sizeof before);
        }
    }
    for (size_t k = 0; k < DRAWS; k++) {
        dataset_places(rng, FORGET_RANDOM, truth, y, M, place);
        dataset_split(place, M, 1, forget, retain);
        first[forget[0]]++;
    }
    for (size_t i = 0; i < M; i++) /* 500 each, 5 standard deviations */
        check_true(fabs((double)first[i] - DRAWS / M) < 5.0 * sqrt(DRAWS / M),
                   "point %zu first in %zu draws", i, first[i]);
    gsl_rng_free(rng);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_outside),
        cmocka_unit_test(test_two),
        cmocka_unit_test(test_places),
    };

    fixture_main();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
