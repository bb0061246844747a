#include "check.h"
#include "sweep/parameters.h"

static void table_is_complete(void **state)
{
    (void)state;
    for (enum parameter p = 0; p < PARAMETER_COUNT; p++) {
        const struct parameter_info *info = &parameter_table[p];
        size_t words = 0;
        char message[256];

        check_equal(parameter_find(info->name), p);
        check_true(strlen(info->meaning) > 0 && !strchr(info->meaning, '\n'),
                   "meaning of %s", info->name);
        check_true(info->name[strspn(info->name, "abcdefghijklmnopqrstuvwxyz_")] == 0,
                   "%s is no SQL name", info->name);
        check_true((info->type == PARAMETER_CHOICE) == (info->choices.count > 0),
                   "choices of %s", info->name);
        for (; parameter_word(p, words); words++)
            check_equal(parameter_choice(p, parameter_word(p, words)), words);
        check_equal(words, info->choices.count);
        if (info->type != PARAMETER_CHOICE)
            continue;
        check_true(parameter_in_range(p, 0, message, sizeof message) &&
                       parameter_in_range(p, words - 1.0, message, sizeof message) &&
                       !parameter_in_range(p, (double)words, message, sizeof message),
                   "the words of %s do not bound it", info->name);
    }
    check_equal(parameter_find("dimensions"), PARAMETER_COUNT);
    check_true(parameter_choice(P_MODEL, "Relu") < 0, "a choice has one spelling");
    check_true(parameter_choice(P_WIDTH, "relu") < 0, "width has no words");
}

static void presets_are_allowed(void **state)
{
    struct setting s = setting_default();
    enum parameter blame;
    char message[256];

    (void)state;
    for (enum parameter p = 0; p < PARAMETER_COUNT; p++) {
        check_same_bits(s.value[p], parameter_table[p].preset);
        check_true(isnan(s.value[p]) ||
                       parameter_in_range(p, s.value[p], message, sizeof message),
                   "preset of %s", parameter_table[p].name);
    }
    setting_canonical(&s);
    check_equal(setting_check(&s, &blame, message, sizeof message), 0);
}

static void choices_match_their_enums(void **state)
{
    (void)state;
    check_equal(parameter_choice(P_SAMPLER, "bartlett"), SAMPLER_BARTLETT);
    check_equal(parameter_choice(P_MODEL, "linear"), MODEL_LINEAR);
    check_equal(parameter_choice(P_MODEL, "relu"), MODEL_RELU);
    check_equal(parameter_choice(P_MODEL, "leaky_relu"), MODEL_LEAKY_RELU);
    check_equal(parameter_choice(P_LOSS, "exponential"), LOSS_EXPONENTIAL);
    check_equal(parameter_choice(P_OPTIMIZER, "normalized_gd"),
                OPTIMIZER_NORMALIZED_GD);
    check_equal(parameter_choice(P_METHOD, "ascent"), METHOD_ASCENT);
    check_equal(parameter_choice(P_METHOD, "none"), METHOD_NONE);
    check_equal(parameter_choice(P_METHOD, "retrain"), METHOD_RETRAIN);
    for (size_t k = 0; k < METHOD_COUNT; k++)
        check_text(parameter_word(P_METHOD, k), unlearn_methods[k].name);
    for (size_t k = 0; k < LOSS_COUNT; k++)
        check_text(parameter_word(P_LOSS, k), loss_table[k].name);
    check_equal(parameter_table[P_LOSS].high, LOSS_COUNT - 1);
    check_text(stage_name(STAGE_UNLEARN), "unlearn");
    check_text(parameter_type_name(PARAMETER_TEXT), "text");
}

/* The message, or "" when the value is in range. */
static const char *range_of(enum parameter p, double value)
{
    static char message[256];

    message[0] = '\0';
    return parameter_in_range(p, value, message, sizeof message) ? "" : message;
}

static void ranges_end_where_they_say(void **state)
{
    (void)state;
    check_text(range_of(P_DIMENSION, 1), "");
    check_text(range_of(P_DIMENSION, 0), "must be at least 1, got 0");
    check_text(range_of(P_DIMENSION, 1e12), "");
    check_text(range_of(P_DIMENSION, 1e12 + 1),
               "must be at most 1000000000000, got 1000000000001");
    check_text(range_of(P_NOISE, 0), "must be greater than 0, got 0");
    check_text(range_of(P_NOISE, 5e-324), "");
    check_text(range_of(P_CORRELATION, 1), "must be less than 1, got 1");
    check_text(range_of(P_CORRELATION, nextafter(1, 0)), "");
    check_text(range_of(P_SAMPLES, 1.5), "must be a whole number, got 1.5");
    check_text(range_of(P_WIDTH, 401), "must be even, got 401");
    check_text(range_of(P_WIDTH, 402), "");
    check_text(range_of(P_NOISE, NAN), "must be a number, got nan");
    check_text(range_of(P_NOISE, INFINITY), "must be at most 1000000, got inf");
    check_text(range_of(P_STEP_SCALE, -INFINITY),
               "must be at least -1000000, got -inf");
    check_text(range_of(P_POLISH, 0.5), "must be a whole number, got 0.5");
}

/* The parameter blamed for one change of the defaults, or PARAMETER_COUNT. */
static enum parameter blamed(const enum parameter *p, const double *value, size_t count)
{
    struct setting s = setting_default();
    enum parameter blame = PARAMETER_COUNT;
    char message[256] = "";

    for (size_t i = 0; i < count; i++)
        s.value[p[i]] = value[i];
    setting_canonical(&s);
    if (setting_check(&s, &blame, message, sizeof message) == 0)
        check_text(message, "");
    else
        check_true(strlen(message) > 10, "message '%s'", message);
    return blame;
}

#define BLAMED(...)                                                                    \
    blamed((enum parameter[]){P_LIST}, (double[]){__VA_ARGS__},                        \
           sizeof((double[]){__VA_ARGS__}) / sizeof(double))

static void rules_between_parameters(void **state)
{
    (void)state;
#define P_LIST P_SAMPLES, P_FORGET
    check_equal(BLAMED(10, 10), P_FORGET);
    check_equal(BLAMED(10, 9), PARAMETER_COUNT);
    check_equal(BLAMED(1, 1), P_SAMPLES);
    check_equal(BLAMED(1, 0), PARAMETER_COUNT);
#undef P_LIST
#define P_LIST P_MODEL, P_INIT_SCALE
    check_equal(BLAMED(MODEL_RELU, 0), P_INIT_SCALE);
    check_equal(BLAMED(MODEL_LEAKY_RELU, 0), P_INIT_SCALE);
    check_equal(BLAMED(MODEL_LINEAR, 0), PARAMETER_COUNT);
#undef P_LIST
#define P_LIST P_SAMPLER, P_DIMENSION
    check_equal(BLAMED(SAMPLER_BARTLETT, 12), P_SAMPLER);
    check_equal(BLAMED(SAMPLER_BARTLETT, 13), PARAMETER_COUNT);
    check_equal(BLAMED(SAMPLER_AMBIENT, 2), PARAMETER_COUNT);
#undef P_LIST
#define P_LIST P_SIGNAL_EXPONENT
    check_equal(BLAMED(2), PARAMETER_COUNT);
    check_equal(BLAMED(2.001), P_SIGNAL_EXPONENT);
#undef P_LIST
#define P_LIST P_DATA, P_SAMPLER, P_DIMENSION
    check_equal(BLAMED(1, SAMPLER_BARTLETT, 12), PARAMETER_COUNT);
#undef P_LIST
}

static void canonical_settings(void **state)
{
    struct setting a = setting_default(), b = a;

    (void)state;
    a.value[P_SIGNAL_EXPONENT] = -0.5;
    a.value[P_DIMENSION] = 10000;
    setting_canonical(&a);
    check_close(a.value[P_SIGNAL], 0.01, 1e-15);
    check_same_bits(a.value[P_LEAK], 0.0); /* of relu */

    b.value[P_MODEL] = MODEL_LINEAR;
    b.value[P_WIDTH] = 100;
    b.value[P_METHOD] = METHOD_NONE;
    setting_canonical(&b);
    check_same_bits(b.value[P_LEAK], 1.0);
    check_same_bits(b.value[P_WIDTH], 1.0);
    check_same_bits(b.value[P_STEP_SCALE], 0.0);
    a = b;
    setting_canonical(&b);
    for (enum parameter p = 0; p < PARAMETER_COUNT; p++)
        check_same_bits(a.value[p], b.value[p]); /* once is enough */

    b = setting_default();
    b.value[P_MODEL] = MODEL_LEAKY_RELU;
    setting_canonical(&b);
    check_same_bits(b.value[P_LEAK], 0.1);
    check_same_bits(b.value[P_STEP_SCALE], 1.0);
}

/* A parameter is idle exactly if its canonical value does not depend on its value. */
static void idle_means_without_influence(void **state)
{
    (void)state;
    for (int model = 0; model < 3; model++) {
        for (int method = 0; method < METHOD_COUNT; method++) {
            for (enum parameter p = 0; p < PARAMETER_COUNT; p++) {
                struct setting a = setting_default(), b;
                bool idle;

                if (p == P_MODEL || p == P_METHOD)
                    continue;
                a.value[P_MODEL] = model;
                a.value[P_METHOD] = method;
                b = a;
                a.value[p] = 7;
                b.value[p] = 9;
                setting_canonical(&a);
                setting_canonical(&b);
                idle = setting_idle(&a) & setting_idle(&b) & PARAMETER_BIT(p);
                if (p != P_DATA)
                    check_equal(check_is_same_bits(a.value[p], b.value[p]), idle);
                check_true(!idle || strlen(parameter_idle_reason(p)) > 0, "reason");
            }
        }
    }
}

static void all_cases_ran(void **state)
{
    (void)state;
    check_cases(2295);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_is_complete),
        cmocka_unit_test(presets_are_allowed),
        cmocka_unit_test(choices_match_their_enums),
        cmocka_unit_test(ranges_end_where_they_say),
        cmocka_unit_test(rules_between_parameters),
        cmocka_unit_test(canonical_settings),
        cmocka_unit_test(idle_means_without_influence),
        cmocka_unit_test(all_cases_ran),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
