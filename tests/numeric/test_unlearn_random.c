#include "unlearn_fixture.h"

#include "check.h"

enum { RECIPES = 16, DRAWS = 20000 };

/* theta' - theta in long double, and its length, as returned. */
static long double move_of(const struct step *s, long double *move)
{
    for (size_t i = 0; i < step_count(s); i++)
        move[i] = (long double)s->out.W[i] - s->problem.theta->W[i];
    return step_length(move, step_count(s));
}

/* An orthonormal basis of the span of the points, its rows in r coordinates. */
static size_t basis_of_points(const struct points *p, long double *Q)
{
    for (size_t i = 0; i < p->m * p->r; i++)
        Q[i] = p->X[i];
    return direct_orthonormal(Q, p->m, p->r, 1e-9L);
}

/* Length s |A|, in the span of the points; the key alone decides on the direction, and
 * s on nothing but its multiple. */
static void test_random(void **state)
{
    (void)state;
    for (size_t k = 0; k < RECIPES; k++) {
        struct bench b;
        struct step *s = &b.step;
        long double A[STEP_WEIGHTS] = {0}, Q[STEP_POINTS * STEP_WEIGHTS];
        long double one[STEP_WEIGHTS], two[STEP_WEIGHTS], length, dot = 0.0L;
        double first[STEP_WEIGHTS], size;
        size_t count, r;

        bench_make(&b, k, k % 2, 1.3);
        count = step_count(s);
        r = b.in.points.r;
        size = step_theta_norm(s);
        step_add_ascent(s, 1.0L, A);
        step_apply(s, METHOD_RANDOM);
        memcpy(first, s->out.W, count * sizeof *first);
        check_same_bits(s->out.perp, b.model.theta.perp);
        length = move_of(s, one);
        check_close((double)length / size, 1.3 * (double)step_length(A, count) / size,
                    1e-14);

        gsl_rng_uniform(s->w.rng); /* no part in it */
        step_apply(s, METHOD_RANDOM);
        check_true(memcmp(first, s->out.W, count * sizeof *first) == 0,
                   "recipe %zu: the same key gives other bits", k);
        for (double scale = -2.6; scale < 6.0; scale += 5.2) {
            s->problem.step_scale = scale;
            step_apply(s, METHOD_RANDOM);
            move_of(s, two);
            for (size_t i = 0; i < count; i++)
                two[i] = (long double)scale / 1.3L * one[i];
            check_close(step_error(s, two), 0.0, 1e-14);
        }
        s->problem.direction = rng_key_text(rng_key_start(), "another");
        step_apply(s, METHOD_RANDOM);
        move_of(s, two);
        for (size_t i = 0; i < count; i++)
            dot += one[i] * two[i] / length / step_length(two, count);
        check_true(fabsl(dot) < 0.95L, "recipe %zu: cosine of two keys is %Lg", k, dot);

        if (recipe_of(k).sampler == SAMPLER_AMBIENT) {
            basis_of_points(&b.in.points, Q);
            for (size_t j = 0; j < b.in.net.n; j++)
                direct_reject(Q, b.in.points.m, r, one + j * r);
            check_close((double)step_length(one, count) / size, 0.0, 1e-14);
        }
        bench_release(&b);
    }
}

/* In an orthonormal basis of the 6-dimensional space of directions the moments are
 * those of the sphere: E g_a = 0, E g_a g_b = [a = b] / 6, E g_a^4 = 3 / 48 for every
 * axis and for a diagonal. Bounds are six standard deviations. */
static void test_isotropy(void **state)
{
    enum { N = 2, M = 3, DIRECTIONS = N * M };
    struct recipe recipe = {.sampler = SAMPLER_AMBIENT,
                            .m = M,
                            .n = N,
                            .d = 60.0,
                            .leak = 0.5,
                            .signal = 0.7,
                            .correlation = 0.3,
                            .seed = 5};
    struct instance in;
    struct model model;
    struct step s;
    double mean[DIRECTIONS] = {0}, square[DIRECTIONS][DIRECTIONS] = {{0}};
    double fourth[DIRECTIONS + 1] = {0};
    long double Q[STEP_WEIGHTS], A[STEP_WEIGHTS] = {0}, move[STEP_WEIGHTS];
    double length;

    (void)state;
    instance_draw(&in, &recipe);
    model_train(&model, &in, 100);
    step_make(&s, &in, &model, 1, 1.0);
    fixture_need(basis_of_points(&in.points, Q) == M && in.points.r == M, "basis");
    step_add_ascent(&s, 1.0L, A);
    length = (double)step_length(A, step_count(&s));
    for (uint64_t draw = 0; draw < DRAWS; draw++) {
        double g[DIRECTIONS], diagonal = 0.0;

        s.problem.direction = rng_key_word(rng_key_start(), draw);
        step_apply(&s, METHOD_RANDOM);
        move_of(&s, move);
        for (size_t a = 0; a < DIRECTIONS; a++) {
            long double sum = 0.0L;

            for (size_t c = 0; c < in.points.r; c++)
                sum += Q[a % M * in.points.r + c] * move[a / M * in.points.r + c];
            g[a] = (double)sum / length;
            diagonal += g[a] / sqrt(DIRECTIONS);
        }
        for (size_t a = 0; a < DIRECTIONS; a++) {
            mean[a] += g[a] / DRAWS;
            fourth[a] += pow(g[a], 4.0) / DRAWS;
            for (size_t c = 0; c < DIRECTIONS; c++)
                square[a][c] += g[a] * g[c] / DRAWS;
        }
        fourth[DIRECTIONS] += pow(diagonal, 4.0) / DRAWS;
    }
    for (size_t a = 0; a < DIRECTIONS; a++) {
        check_true(fabs(mean[a]) < 0.0173, "mean %zu is %g", a, mean[a]);
        for (size_t c = 0; c < DIRECTIONS; c++)
            check_true(fabs(square[a][c] - (a == c ? 1.0 / 6.0 : 0.0)) < 0.0079,
                       "E g_%zu g_%zu is %g", a, c, square[a][c]);
    }
    for (size_t a = 0; a <= DIRECTIONS; a++)
        check_true(fabs(fourth[a] - 1.0 / 16.0) < 0.0051, "E g_%zu^4 is %g", a,
                   fourth[a]);
    step_release(&s);
    model_release(&model);
    instance_release(&in);
}

static void test_cases(void **state)
{
    (void)state;
    check_cases(RECIPES * 11 + 6 + DRAWS + 6 * 7 + 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_isotropy),
        cmocka_unit_test(test_cases),
    };

    fixture_main();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
