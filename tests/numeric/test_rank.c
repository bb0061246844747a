#include "sweep/rank.h"

#include "check.h"
#include "fixture.h"
#include "sweep/kkt.h"

enum { LARGEST = 60, ENTRIES = LARGEST * 400, SEEDS = 100 };

static struct rank measure(const struct instance *in, const double *W, double perp)
{
    struct arena arena = {0};
    struct rank_workspace w = {0};
    struct weights theta = {.W = (double *)W, .perp = perp};
    struct rank rank;

    FIXTURE_LAYOUT(&arena)
    {
        rank_layout(&w, in->net.n, &arena);
    }
    rank = rank_measure(&in->span, &in->request, &in->drawing, &theta, &w);
    arena_release(&arena);
    return rank;
}

/* Of A (rows, columns), which is lost. */
static struct rank direct_rank(long double *A, size_t rows, size_t columns)
{
    double singular[LARGEST];
    long double sum = 0.0L;
    struct rank rank = {0};

    direct_singular(A, rows, columns, singular);
    for (size_t k = 0; k < rows; k++) {
        sum += (long double)singular[k] * singular[k];
        rank.numerical += singular[k] > 1e-6 * singular[0];
    }
    rank.stable = (double)(sum / ((long double)singular[0] * singular[0]));
    return rank;
}

/* All weights in d coordinates where there is a basis; else next to W the factor of
 * what lies outside, which has the same inner products. */
static size_t all_weights(const struct instance *in, const double *W, double perp,
                          long double *A)
{
    static double lifted[ENTRIES];
    size_t n = in->net.n, r = in->points.r, k = span_outside_rank(&in->request);
    size_t d = (size_t)in->request.mixture.dimension, columns = r + k;

    if (in->request.sampler == SAMPLER_AMBIENT) {
        if (!in->drawing.basis) {
            memcpy(lifted, W, n * r * sizeof *W);
            d = r;
        } else {
            span_lift(&in->span, &in->request, &in->drawing, W, perp, lifted);
        }
        for (size_t i = 0; i < n * d; i++)
            A[i] = lifted[i];
        return d;
    }
    for (size_t j = 0; j < n; j++) {
        for (size_t c = 0; c < r; c++)
            A[j * columns + c] = W[j * r + c];
        for (size_t c = 0; c < k; c++)
            A[j * columns + r + c] =
                (long double)perp / in->span.perp_norm * in->drawing.weights[j * k + c];
    }
    return columns;
}

static void check_ranks(const struct instance *in, const double *W, double perp)
{
    static long double A[ENTRIES];
    size_t columns = all_weights(in, W, perp, A);
    struct rank expected = direct_rank(A, in->net.n, columns);
    struct rank actual = measure(in, W, perp);

    check_close(actual.stable, expected.stable, 1e-13);
    check_close(actual.numerical, expected.numerical, 0.0);
}

/* Few and many neurons, in few and many dimensions; the linear model; m > d. */
static struct recipe recipe_of(size_t k)
{
    static const struct recipe shapes[] = {
        {.m = 4, .n = 6, .d = 30},  {.m = 4, .n = 40, .d = 30},
        {.m = 9, .n = 4, .d = 200}, {.m = 9, .n = 20, .d = 12},
        {.m = 5, .n = 1, .d = 30},  {.m = 12, .n = 30, .d = 7},
        {.m = 7, .n = 10, .d = 10}, {.m = 6, .n = 6, .d = 6},
    };
    struct recipe recipe = shapes[k % 8];

    recipe.leak = recipe.n == 1 ? 1.0 : 0.1;
    recipe.signal = k / 8 % 2 ? 0.7 : 0.0;
    recipe.seed = 50 + k;
    recipe.sampler = k >= 16 && recipe.d > (double)recipe.m + 2.0 ? SAMPLER_BARTLETT
                                                                  : SAMPLER_AMBIENT;
    return recipe;
}

/* Models before, while and after training; parts of W(0) outside the span of all sizes,
 * of either sign, and none. */
static void test_against_jacobi(void **state)
{
    (void)state;
    for (size_t k = 0; k < 32; k++) {
        const double share[] = {1.0, 0.01, 0.0, -0.6, 30.0};
        struct recipe recipe = recipe_of(k);
        struct instance in;

        instance_draw(&in, &recipe);
        for (size_t t = 0; t < 5; t++)
            check_ranks(&in, in.span.W0, share[t] * in.span.perp_norm);
        for (uint64_t steps = 1; steps < 60; steps *= 7) {
            struct model model;

            model_train(&model, &in, steps);
            check_ranks(&in, model.theta.W, model.theta.perp);
            check_ranks(&in, model.theta.W, 0.0);
            model_release(&model);
        }
        instance_release(&in);
    }
}

/* x less twice its part along a random direction, for each row of A (rows, columns). */
static void reflect(gsl_rng *rng, double *A, size_t rows, size_t columns)
{
    double axis[LARGEST];
    long double square;

    rng_normals(rng, axis, columns);
    square = direct_dot(axis, axis, columns);
    for (size_t j = 0; j < rows; j++) {
        long double along = 2.0L * direct_dot(A + j * columns, axis, columns) / square;

        for (size_t c = 0; c < columns; c++)
            A[j * columns + c] -= (double)(along * axis[c]);
    }
}

/* W (n, r) of these singular values (count) in random directions. */
static void of_singular_values(gsl_rng *rng, const double *singular, size_t count,
                               size_t n, size_t r, double *W)
{
    double T[LARGEST * LARGEST] = {0};

    for (size_t k = 0; k < count; k++) /* T (r, n) is the transpose */
        T[k * n + k] = singular[k];
    reflect(rng, T, r, n);
    reflect(rng, T, r, n);
    for (size_t j = 0; j < n; j++)
        for (size_t c = 0; c < r; c++)
            W[j * r + c] = T[c * n + j];
    reflect(rng, W, n, r);
    reflect(rng, W, n, r);
}

/* Closed form, whatever the scale; n below and above r. */
static void test_known_values(void **state)
{
    static const struct {
        double singular[5], stable, numerical;
    } cases[] = {
        {{1, 0, 0, 0, 0}, 1, 1},
        {{2, 2, 2, 2, 2}, 5, 5},
        {{4, 3, 0, 0, 0}, 25.0 / 16.0, 2},
        {{10, 1, 1, 1e-2, 1e-4}, 1.0200010001, 5},
        {{1, 0.5, 1.2e-6, 0, 0}, 1.25 + 1.44e-12, 3},
        {{1, 0.5, 0.8e-6, 0, 0}, 1.25 + 0.64e-12, 2},
        {{1, 1, 1e-5, 2e-6, 0.5e-6}, 2 + 1e-10 + 4.25e-12, 4},
    };
    const double scales[] = {1.0, 1e-100, 1e100};
    gsl_rng *rng = fixture_rng("known values", 0);

    (void)state;
    for (size_t k = 0; k < 16; k++) {
        struct recipe recipe = recipe_of(k);
        struct instance in;
        size_t n = recipe.n, r;

        instance_draw(&in, &recipe);
        r = in.points.r;
        for (size_t t = 0; t < sizeof cases / sizeof *cases; t++) {
            double W[LARGEST * LARGEST], scale = scales[(k + t) % 3];
            struct rank rank;

            if (n < 5 || r < 5)
                continue;
            of_singular_values(rng, cases[t].singular, 5, n, r, W);
            for (size_t i = 0; i < n * r; i++)
                W[i] *= scale;
            rank = measure(&in, W, 0.0);
            check_close(rank.stable, cases[t].stable, 1e-14);
            check_close(rank.numerical, cases[t].numerical, 0.0);
        }
        instance_release(&in);
    }
    gsl_rng_free(rng);
}

/* No weights, and weights that are no numbers, have no rank. */
static void test_undefined(void **state)
{
    (void)state;
    for (size_t k = 0; k < 32; k++) {
        const double bad[] = {(double)NAN, (double)INFINITY, -(double)INFINITY};
        struct recipe recipe = recipe_of(k);
        struct instance in;
        double W[LARGEST * LARGEST] = {0};
        size_t count;

        instance_draw(&in, &recipe);
        count = in.net.n * in.points.r;
        for (size_t t = 0; t < 10; t++) {
            struct rank rank;
            double perp = t % 2 ? in.span.perp_norm : 0.0;

            for (size_t i = 0; i < count; i++)
                W[i] = t == 0 ? 0.0 : in.span.W0[i];
            if (t > 0 && t < 7)
                W[t < 4 ? count - 1 : 0] = bad[t % 3];
            if (t >= 7)
                perp = bad[t % 3];
            rank = measure(&in, W, t == 0 ? 0.0 : perp);
            check_true(isnan(rank.stable) && isnan(rank.numerical),
                       "recipe %zu, case %zu: %g, %g", k, t, rank.stable,
                       rank.numerical);
        }
        instance_release(&in);
    }
}

/* Leaky networks on nearly orthogonal data: all neurons of a sign are one row. */
static void test_leaky_limit(void **state)
{
    double largest = 0.0;

    (void)state;
    for (size_t k = 0; k < SEEDS; k++) {
        struct recipe recipe = {.sampler = SAMPLER_BARTLETT,
                                .m = 10,
                                .n = 20 + 10 * (k % 4),
                                .d = 2000,
                                .leak = k % 2 ? 0.5 : 0.1,
                                .seed = 1000 + k};
        struct instance in;
        struct model model;
        struct rank rank;

        instance_draw(&in, &recipe);
        for (size_t i = 0; i < in.net.n * in.points.r; i++)
            in.span.W0[i] *= 0.01; /* a small start, as the theory has it */
        model_exact(&model, &in);
        rank = measure(&in, model.theta.W, 0.0);
        check_true(rank.stable >= 1.0 && rank.stable <= 2.0 + 1e-9,
                   "seed %zu: stable rank %g", k, rank.stable);
        check_true(rank.numerical >= 1.0 && rank.numerical <= 2.0, "seed %zu: rank %g",
                   k, rank.numerical);
        largest = fmax(largest, rank.stable);
        model_release(&model);
        instance_release(&in);
    }
    check_true(largest > 1.05, "the largest stable rank is %g", largest);
}

static void test_cases(void **state)
{
    (void)state;
    check_cases(32 * (5 + 3 * 2) * 2 /* against Jacobi */
                + 8 * 7 * 2          /* known values */
                + 32 * 10            /* undefined */
                + SEEDS * 2 + 1);    /* leaky limit */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_jacobi), cmocka_unit_test(test_known_values),
        cmocka_unit_test(test_undefined),      cmocka_unit_test(test_leaky_limit),
        cmocka_unit_test(test_cases),
    };

    fixture_main();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
