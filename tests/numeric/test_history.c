/* Checkpoints of one training: the bits of separate trainings. The area under the loss: its
 * definition, step by step. */
#include "check.h"
#include "drift.h"
#include "fixture.h"
#include "sweep/loss.h"
#include "sweep/train.h"
#include <string.h>

enum { M = 7, N = 10, MANY = 1100, FEW = 4, STEPS = 150 };

/* Before, on and behind tests; two between the same tests; behind the end of most. */
static const uint64_t checkpoints[] = {0,   3,    127,  128,  129,  200,
                                       201, 1024, 1025, 1300, 4000, 9000};
enum { CHECKPOINTS = sizeof checkpoints / sizeof checkpoints[0] };

#define LOGISTIC    .loss = LOSS_LOGISTIC, .learning_rate = 0.5
#define EXPONENTIAL .loss = LOSS_EXPONENTIAL, .learning_rate = 0.5
#define NORMALIZED  .optimizer = OPTIMIZER_NORMALIZED_GD
#define GROWING     .optimizer = OPTIMIZER_GROWING_GD
static const struct train_options every[] = {
    {LOGISTIC},
    {LOGISTIC, NORMALIZED},
    {EXPONENTIAL, GROWING},
    {LOGISTIC, .tolerance = 0.15},
    {EXPONENTIAL, NORMALIZED, .tolerance = 0.15},
    {LOGISTIC, GROWING, .stable_steps = 600},
    {LOGISTIC, NORMALIZED, .stable_steps = 600},
    {.loss = LOSS_HINGE, .learning_rate = 0.5},
    {LOGISTIC, NORMALIZED, .stop = STOP_SEPARATED},
};
enum { OPTIONS = sizeof every / sizeof every[0] };

struct runner {
    struct arena arena;
    struct train_workspace w;
    struct train_history history;
    struct weights theta;
    struct train_result result;
};

/* `room`: of how many points the workspace is, above NETWORK_SQUARE without squares. */
static void runner_make(struct runner *t, size_t n, size_t room, size_t r)
{
    *t = (struct runner){0};
    FIXTURE_LAYOUT(&t->arena)
    {
        train_layout(&t->w, n, room, r, &t->arena);
        train_layout_history(&t->history, &t->w, n, r, &t->arena);
        t->theta.W = arena_doubles(&t->arena, n, r);
    }
}

static void compare(const struct runner *a, const struct runner *b, size_t count)
{
    check_equal(a->result.stop, b->result.stop);
    check_equal(a->result.steps, b->result.steps);
    check_same_bits(a->result.alignment, b->result.alignment);
    check_same_bits(a->result.margin, b->result.margin);
    check_same_bits(a->result.loss_sum, b->result.loss_sum);
    check_same_bits(a->theta.perp, b->theta.perp);
    check_true(memcmp(a->theta.W, b->theta.W, count * sizeof(double)) == 0, "weights");
}

/* Between two checkpoints the workspace trains on fewer points. */
static void compare_checkpoints(const struct train_options *options, double leak,
                                size_t m, size_t room, uint64_t seed)
{
    size_t n = leak == 1.0 ? 1 : N;
    struct recipe recipe = {.sampler = SAMPLER_BARTLETT,
                            .m = m,
                            .n = n,
                            .d = 50,
                            .leak = leak,
                            .signal = 0.5,
                            .seed = seed};
    struct train_options o = *options;
    struct instance in;
    struct runner one, separate;
    size_t over = 0;
    instance_draw(&in, &recipe);
    struct points fewer = in.points;
    fewer.m = FEW;
    runner_make(&one, n, room, in.points.r);
    runner_make(&separate, n, room, in.points.r);
    for (size_t k = 0; k < CHECKPOINTS; k++) {
        o.max_steps = checkpoints[k];
        train_on(&in.net, &in.points, in.span.W0, 0.5, &o, &one.w, &one.history,
                 &one.theta, &one.result);
        train_run(&in.net, &in.points, in.span.W0, 0.5, &o, &separate.w,
                  &separate.theta, &separate.result);
        compare(&one, &separate, n * in.points.r);
        over += one.result.steps < o.max_steps;
        train_run(&in.net, &fewer, in.span.W0, 0.0, &o, &one.w, &separate.theta,
                  &separate.result);
        memset(one.theta.W, 0, n * in.points.r * sizeof(double));
    }
    check_true(m < DRIFT_POINTS || leak == 1.0 || separate.w.drift->steps > 1,
               "no chunk with few changes of state");
    bool may_stop = o.tolerance > 0.0 || o.stable_steps > 0 ||
                    o.stop == STOP_SEPARATED || o.loss == LOSS_HINGE;
    check_true(may_stop ? over > 0 : over == 0, "%zu ended early", over);
    arena_release(&one.arena);
    arena_release(&separate.arena);
    instance_release(&in);
}

static void test_checkpoints(void **state)
{
    const double leak[] = {0.3, 1.0};
    const size_t rooms[] = {M, MANY};
    (void)state;
    for (size_t k = 0; k < OPTIONS; k++)
        for (size_t l = 0; l < 4; l++)
            compare_checkpoints(&every[k], leak[l % 2], M, rooms[l / 2], k);
    for (size_t k = 0; k < 3; k++)
        compare_checkpoints(&every[k], leak[0], DRIFT_POINTS, DRIFT_POINTS, k);
}

/* The mean loss of the weights after `steps` steps. */
static double loss_after(const struct instance *in, struct train_options o,
                         uint64_t steps, struct runner *t)
{
    long double sum = 0.0L;
    o.max_steps = steps;
    train_run(&in->net, &in->points, in->span.W0, 0.0, &o, &t->w, &t->theta,
              &t->result);
    for (size_t i = 0; i < in->points.m; i++)
        sum += loss_table[o.loss].value(
            direct_margin(&in->net, t->theta.W, &in->points, i));
    return (double)(sum / in->points.m);
}

/* From small weights; from such that some points are on the wrong side by far, whose losses
 * are added up one by one, and some are right by far. */
static void test_loss_sum(void **state)
{
    const double scale[] = {0.1, 20.0};
    (void)state;
    for (size_t k = 0; k < 2 * OPTIONS; k++) {
        struct recipe recipe = {.sampler = SAMPLER_BARTLETT,
                                .m = M,
                                .n = N,
                                .d = 50,
                                .leak = 0.1,
                                .seed = k};
        struct instance in;
        struct runner t;
        double sum = 0.0, before = 0.0;
        instance_draw(&in, &recipe);
        runner_make(&t, N, M, in.points.r);
        for (size_t i = 0; i < N * in.points.r; i++)
            in.span.W0[i] *= scale[k % 2];
        for (uint64_t steps = 0; steps < STEPS; steps++) {
            double loss = loss_after(&in, every[k / 2], steps, &t);
            bool over = t.result.steps < steps;
            before = over ? before : sum;
            check_close(t.result.loss_sum, before, 1e-12);
            sum += over ? 0.0 : loss;
        }
        arena_release(&t.arena);
        instance_release(&in);
    }
}

/* Many points at once, very small losses: no digit is lost. */
static void test_loss_added(void **state)
{
    static double q[MANY], c[MANY], sum[2 * MANY];
    (void)state;
    for (size_t kind = 0; kind < LOSS_COUNT; kind++)
        for (int at = -3; at <= 60; at += 7) {
            double expected = 0.0;
            memset(sum, 0, sizeof sum);
            for (int step = 0; step < LOSS_STEPS; step++) {
                enum optimizer o = step % 2 ? OPTIMIZER_GD : OPTIMIZER_NORMALIZED_GD;
                for (size_t i = 0; i < MANY; i++) {
                    q[i] = at + 0.01 * step + 1e-3 * (double)i;
                    expected += loss_table[kind].value(q[i]) / MANY;
                }
                double factor = loss_weights(kind, o, q, MANY, c);
                loss_add(kind, q, c, factor, MANY, sum);
            }
            check_close_relative(loss_added(kind, MANY, sum), expected, 1e-12);
            check_same_bits(loss_added(kind, MANY, sum), 0.0);
        }
}

static void test_case_count(void **state)
{
    (void)state;
    check_cases((OPTIONS * 4 + 3) * (7 * CHECKPOINTS + 2) + 2 * OPTIONS * STEPS +
                LOSS_COUNT * 10 * 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_checkpoints),
        cmocka_unit_test(test_loss_sum),
        cmocka_unit_test(test_loss_added),
        cmocka_unit_test(test_case_count),
    };
    fixture_main();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
