/* Descent while no activation state changes, against the step that sees every state. */
#include "check.h"
#include "pattern.h"
#include "step_fixture.h"
#include "sweep/rng.h"
#include "sweep/status.h"
#include <math.h>
#include <string.h>

enum { N = 24, M = 19, CHUNK = 20 };

struct scene {
    struct network net;
    struct step_state step, slow;
    struct pattern pattern;
    struct arena arena;
    gsl_rng *rng;
    double G[M * M], Z[N * M];
};

static void layout(struct scene *c)
{
    step_layout(&c->step, N, M, &c->arena);
    step_layout(&c->slow, N, M, &c->arena);
    pattern_layout(&c->pattern, N, M, &c->arena);
}

static void load(struct scene *c, struct step_state *s)
{
    s->positive = N / 2;
    s->leak = c->net.leak;
    step_reset(s);
    memset(s->watch, 0xff, s->n * s->tiles);
    step_load_gram(s, c->G);
    step_load(s, c->Z);
}

/* Neurons in `classes` classes of equal states, at a distance of at least `least` from
 * their kinks. */
static void begin(struct scene *c, double leak, size_t classes, double least,
                  uint64_t seed)
{
    memset(c, 0, sizeof *c);
    c->net = network_make(leak > 0.0 ? MODEL_LEAKY_RELU : MODEL_RELU, N, leak);
    c->rng = gsl_rng_alloc(rng_philox);
    rng_start(c->rng, (struct rng_key){{seed, classes}});
    layout(c);
    assert_int_equal(arena_allocate(&c->arena), SWEEP_OK);
    layout(c);
    for (size_t i = 0; i < M; i++)
        for (size_t k = 0; k <= i; k++)
            c->G[i * M + k] = c->G[k * M + i] =
                i == k ? 1.0 : 0.4 * gsl_rng_uniform(c->rng) - 0.2;
    for (size_t j = 0; j < N; j++)
        for (size_t i = 0; i < M; i++) {
            double side =
                j < classes ? gsl_rng_uniform(c->rng) - 0.5 : c->Z[j % classes * M + i];
            c->Z[j * M + i] = copysign(least + gsl_rng_uniform(c->rng), side);
        }
    load(c, &c->step);
    load(c, &c->slow);
}

static void end(struct scene *c)
{
    gsl_rng_free(c->rng);
    arena_release(&c->arena);
}

/* A chunk of both; whether a state changed on the way. beta_i has one sign. With
 * `turns` half of the points move first and then the others, so that much is undone. */
static bool chunk(struct scene *c, double size, bool turns)
{
    bool changed = false;
    for (int k = 0; k < CHUNK; k++) {
        for (size_t i = 0; i < M; i++)
            c->step.beta[i] = c->slow.beta[i] =
                turns && (i % 3 == 0) == (k < CHUNK / 2)
                    ? 0.0
                    : (i % 2 ? size : -size) * gsl_rng_uniform(c->rng);
        pattern_step(&c->pattern, &c->step);
        step_run(&c->slow);
        changed |= c->slow.quiet == 0;
    }
    return changed;
}

static void check_agreement(double leak, size_t classes)
{
    struct scene c;
    begin(&c, leak, classes, 1.0, 1);
    pattern_enter(&c.pattern, &c.net, &c.step);
    for (int k = 0; k < 3; k++) {
        check_true(!chunk(&c, 1e-3, false), "a state changed");
        check_true(pattern_holds(&c.pattern, &c.step), "it does not hold");
        for (size_t i = 0; i < M; i++)
            check_close(c.step.sum[i], c.slow.sum[i], 1e-12);
    }
    pattern_leave(&c.pattern, &c.step);
    check_same_steps(&c.step, &c.slow, 1e-12);
    end(&c);
}

static void equals_single_steps(void **state)
{
    (void)state;
    double leaks[] = {0.0, 0.1, 1.0};
    for (size_t k = 0; k < 3; k++) {
        check_agreement(leaks[k], 1);
        check_agreement(leaks[k], 4);
        check_agreement(leaks[k], N);
    }
}

/* Over many random chunks: never does a pattern hold over a change of state, not even
 * one that was undone, and it does hold over most of the chunks without one. */
static void sees_every_change(void **state)
{
    (void)state;
    size_t held = 0, quiet = 0, changed = 0;
    for (uint64_t seed = 0; seed < 400; seed++) {
        struct scene c;
        begin(&c, seed % 2 ? 0.2 : 0.0, 1 + seed % N, 1e-3, seed);
        pattern_enter(&c.pattern, &c.net, &c.step);
        double before[M];
        memcpy(before, c.step.sum, sizeof before);
        bool change = chunk(&c, 1e-4 * (double)(1 + seed % 7), true);
        bool holds = pattern_holds(&c.pattern, &c.step);
        changed += change;
        quiet += !change;
        held += holds;
        if (holds)
            check_true(!change, "seed %llu: a change was missed",
                       (unsigned long long)seed);
        else
            check_true(memcmp(before, c.step.sum, sizeof before) == 0,
                       "sums not taken back");
        pattern_leave(&c.pattern, &c.step);
        if (holds)
            check_same_steps(&c.step, &c.slow, 1e-12);
        end(&c);
    }
    check_true(changed > 40, "only %zu changes", changed);
    check_true(held > quiet / 2, "%zu of %zu held", held, quiet);
}

/* A chunk that is taken back leaves what was before it, also after one that held. */
static void takes_back(void **state)
{
    (void)state;
    struct scene c;
    begin(&c, 0.1, 3, 1e-2, 7);
    pattern_enter(&c.pattern, &c.net, &c.step);
    check_true(!chunk(&c, 1e-5, false), "a state changed");
    check_true(pattern_holds(&c.pattern, &c.step), "it does not hold");
    pattern_step(&c.pattern, &c.step);
    c.step.beta[0] = -10.0;
    pattern_step(&c.pattern, &c.step);
    check_true(!pattern_holds(&c.pattern, &c.step), "it holds");
    pattern_leave(&c.pattern, &c.step);
    check_same_steps(&c.step, &c.slow, 1e-12);
    end(&c);
}

/* What was not finite is no pattern that holds. */
static void refuses_nan(void **state)
{
    (void)state;
    struct scene c;
    begin(&c, 0.1, 3, 1.0, 7);
    pattern_enter(&c.pattern, &c.net, &c.step);
    c.step.beta[1] = NAN;
    pattern_step(&c.pattern, &c.step);
    check_true(!pattern_holds(&c.pattern, &c.step), "it holds");
    end(&c);
}

/* |theta|^2 and |D|^2 from what a pattern has, against the weights. */
static void knows_lengths(void **state)
{
    (void)state;
    struct scene c;
    double C[N * M], before[M], growth = 0.0, square = 0.0;
    begin(&c, 0.3, 5, 1.0, 3);
    pattern_enter(&c.pattern, &c.net, &c.step);
    memcpy(before, c.step.sum, sizeof before);
    chunk(&c, 1e-3, false);
    check_true(pattern_holds(&c.pattern, &c.step), "it does not hold");
    step_coefficients(&c.slow, C);
    /* theta = W(0) + C X, with W(0) X^T = Z(0) and X X^T = G. */
    for (size_t j = 0; j < N; j++)
        for (size_t i = 0; i < M; i++) {
            growth += 2.0 * C[j * M + i] * c.Z[j * M + i];
            for (size_t k = 0; k < M; k++) {
                double both = C[j * M + i] * c.G[i * M + k] * C[j * M + k];
                growth += both;
                double slope = c.Z[j * M + i] > 0.0 ? 1.0 : 0.3;
                double other = c.Z[j * M + k] > 0.0 ? 1.0 : 0.3;
                square +=
                    slope * c.step.beta[i] * c.G[i * M + k] * c.step.beta[k] * other;
            }
        }
    check_close(pattern_growth(&c.pattern, &c.step), growth, 1e-12);
    check_close(pattern_square(&c.pattern, &c.step, c.step.beta), square, 1e-12);
    end(&c);
}

static void test_count(void **state)
{
    (void)state;
    check_count_at_least(9 * (6 + 3 * M + 2 * N * M) + 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_single_steps), cmocka_unit_test(sees_every_change),
        cmocka_unit_test(takes_back),          cmocka_unit_test(refuses_nan),
        cmocka_unit_test(knows_lengths),       cmocka_unit_test(test_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
