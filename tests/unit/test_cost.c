#include "sweep/cost.h"

#include "check.h"

#include <math.h>

/* A canonical setting with one value changed. */
static struct setting with(enum parameter p, double value)
{
    struct setting s = setting_default();
    s.value[P_DIMENSION] = 5000;
    s.value[P_SAMPLES] = 20;
    s.value[p] = value;
    setting_canonical(&s);
    return s;
}

static double unit(const struct setting *s)
{
    return cost_data(s, s->value[P_TEST_SAMPLES]) +
           cost_training(s, s->value[P_SAMPLES], s->value[P_TEST_SAMPLES]) +
           cost_cell(s);
}

/* More of anything that is work costs more, in every model and with both samplers. */
static void test_monotone(void **state)
{
    (void)state;
    static const struct {
        enum parameter p;
        double value[4];
    } axes[] = {
        {P_SAMPLES, {2, 9, 40, 1000}},
        {P_WIDTH, {2, 50, 400, 10000}},
        {P_MAX_STEPS, {10, 500, 1e4, 1e8}},
        {P_TEST_SAMPLES, {0, 10, 1000, 1e6}},
    };
    for (int model = MODEL_RELU; model <= MODEL_LEAKY_RELU; model++)
        for (int sampler = SAMPLER_AMBIENT; sampler <= SAMPLER_BARTLETT; sampler++)
            for (int polish = 0; polish < 2; polish++)
                for (size_t a = 0; a < sizeof axes / sizeof axes[0]; a++) {
                    double last = 0;
                    for (size_t k = 0; k < 4; k++) {
                        struct setting s = with(axes[a].p, axes[a].value[k]);
                        s.value[P_MODEL] = model;
                        s.value[P_SAMPLER] = sampler;
                        s.value[P_POLISH] = polish;
                        s.value[P_STABLE_STEPS] = polish ? 512 : 0;
                        double cost = unit(&s);
                        bool rests = axes[a].p == P_MAX_STEPS && polish && k == 3;
                        check_true(rests ? cost == last : cost > last, "%s %g: %g, %g",
                                   parameter_table[axes[a].p].name, axes[a].value[k],
                                   last, cost);
                        last = cost;
                    }
                }
}

/* Another start costs what W(0) does in all dimensions, or in those of the span; without
 * polish also what lies outside. Relearning and requests cost more than none. */
static void test_after(void **state)
{
    struct setting s = with(P_SAMPLER, SAMPLER_AMBIENT), far = s, more = s;

    (void)state;
    far.value[P_DIMENSION] *= 10;
    check_close_relative(cost_start(&far, 100), 10 * cost_start(&s, 100), 1e-12);
    check_true(cost_start(&s, 1000) == cost_start(&s, 0), "tests of an exact point");
    far.value[P_POLISH] = 0;
    check_true(cost_start(&far, 1000) > cost_start(&far, 0), "tests outside");
    s.value[P_SAMPLER] = far.value[P_SAMPLER] = SAMPLER_BARTLETT;
    check_true(cost_start(&s, 0) < cost_start(&far, 0), "weights outside");
    far.value[P_POLISH] = 1;
    check_true(cost_start(&s, 100) == cost_start(&far, 100), "in the span");
    more.value[P_RELEARN_STEPS] = 100;
    check_true(cost_cell(&more) > cost_cell(&s), "relearning is free");
    s.value[P_FORGET] = more.value[P_FORGET] = 3;
    more.value[P_RELEARN_STEPS] = 0;
    more.value[P_REQUESTS] = 3;
    check_true(cost_cell(&more) > cost_cell(&s), "requests are free");
}

/* Points drawn in their span cost the same in any dimension, but for how kinks ease. */
static void test_dimension(void **state)
{
    (void)state;
    for (int sampler = SAMPLER_AMBIENT; sampler <= SAMPLER_BARTLETT; sampler++) {
        double last = 0;
        for (double d = 1000; d < 1e12; d *= 10) {
            struct setting s = with(P_DIMENSION, d);
            s.value[P_SAMPLER] = sampler;
            double cost = unit(&s);
            if (sampler == SAMPLER_AMBIENT || last == 0)
                check_true(cost > last, "d %g: %g, %g", d, last, cost);
            else
                check_same_bits(cost, last);
            last = cost;
        }
    }
}

/* Training is a number of steps; it is the whole cost when there are many. */
static void test_steps(void **state)
{
    (void)state;
    struct setting once = with(P_POLISH, 0), twice = once, all = once;
    once.value[P_MAX_STEPS] = 1e6;
    twice.value[P_MAX_STEPS] = 2e6;
    check_close_relative(cost_training(&twice, 20, 0) / cost_training(&once, 20, 0), 2,
                         1e-3);
    struct setting gates = with(P_POLISH, 1);
    check_true(cost_training(&gates, 20, 0) < 0.5 * cost_training(&all, 20, 0),
               "the gates rest early");
    check_true(cost_training(&all, 19, 0) < cost_training(&all, 20, 0), "fewer points");
}

/* A signal takes neurons off their kinks. */
static void test_signal(void **state)
{
    (void)state;
    double last = INFINITY;
    for (double signal = 0; signal < 2; signal += 0.05) {
        struct setting s = with(P_SIGNAL, signal);
        double cost = cost_cell(&s);
        check_true(cost > 0 && cost <= last, "signal %g: %g, %g", signal, last, cost);
        last = cost;
    }
}

/* A linear model of very many points has no squares of their number: measured 84 s at
 * 100000 in 100 dimensions, and 4 s at 10000. */
static void test_slim(void **state)
{
    (void)state;
    static const double points[] = {1e4, 1e5}, seconds[] = {4, 84};
    for (size_t k = 0; k < 2; k++) {
        struct setting s = with(P_SAMPLES, points[k]);
        s.value[P_MODEL] = MODEL_LINEAR;
        s.value[P_DIMENSION] = 100;
        setting_canonical(&s);
        double cost = unit(&s) + cost_training(&s, points[k] - 1, 0);
        check_true(cost > seconds[k] / 2 && cost < 2 * seconds[k], "m %g: %g s",
                   points[k], cost);
    }
}

static void test_case_count(void **state)
{
    (void)state;
    check_cases(128 + 18 + 3 + 40 + 7 + 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_monotone),   cmocka_unit_test(test_dimension),
        cmocka_unit_test(test_after),      cmocka_unit_test(test_steps),
        cmocka_unit_test(test_signal),     cmocka_unit_test(test_slim),
        cmocka_unit_test(test_case_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
