#include "check.h"
#include "sweep/expression.h"
#include "sweep/status.h"

static const char *const strings[] = {"mixture", "a.libsvm"};

static struct setting example(void)
{
    struct setting s = setting_default();

    s.value[P_DIMENSION] = 1000;
    s.value[P_SAMPLES] = 10;
    s.value[P_NOISE] = 0.25;
    s.value[P_DATA] = 1;
    return s;
}

static double value_of(const char *text)
{
    struct expression *e = NULL;
    struct setting s = example();
    char message[256] = "";
    double result = -12345;

    check_equal(expression_compile(&e, text, &all_parameters, message, sizeof message),
                SWEEP_OK);
    check_text(message, "");
    if (e)
        check_equal(
            expression_evaluate(e, &s, strings, &result, message, sizeof message),
            SWEEP_OK);
    expression_free(e);
    return result;
}

static void values(void **state)
{
    (void)state;
    check_same_bits(value_of("samples * 20 <= dimension"), 1);
    check_same_bits(value_of("samples * 200 <= dimension"), 0);
    check_close(value_of("pow(dimension, -0.2)"), 0.25118864315095801, 1e-15);
    check_same_bits(value_of("samples / 4"), 2.5); /* numbers are reals */
    check_same_bits(value_of("SAMPLES + noise"), 10.25);
    check_same_bits(value_of("samples - -1"), 11);
    check_same_bits(value_of("model = 'relu'"), 1);
    check_same_bits(value_of("model IN ('linear', 'leaky_relu')"), 0);
    check_same_bits(value_of("data = 'a.libsvm' AND method LIKE 'ASC%'"), 1);
    check_same_bits(value_of("iif(polish, 1, 2)"), 1);
    check_same_bits(value_of("(1 + 2) * (3 - 1)"), 6);
    check_same_bits(value_of("max(samples, dimension, 3)"), 1000);
    check_same_bits(value_of("'it''s' = 'it''s'"), 1);
    check_same_bits(value_of("\n samples \n > 5"), 1);
    check_true(isnan(value_of("signal_exponent")), "a value not set is undefined");
    check_true(isnan(value_of("1 / signal")), "a division by zero is undefined");
    check_same_bits(value_of("signal_exponent IS NULL"), 1);
}

/* Values do not linger from one evaluation to the next. */
static void evaluated_again(void **state)
{
    struct expression *e = NULL;
    struct setting s = example();
    char message[256];
    double result;

    (void)state;
    check_equal(expression_compile(&e, "samples + forget", &all_parameters, message,
                                   sizeof message),
                SWEEP_OK);
    for (int k = 0; k < 5; k++) {
        s.value[P_SAMPLES] = 100 * k;
        s.value[P_FORGET] = k;
        check_equal(
            expression_evaluate(e, &s, strings, &result, message, sizeof message),
            SWEEP_OK);
        check_same_bits(result, 101 * k);
    }
    expression_free(e);
}

static void mentioned_parameters(void **state)
{
    static const char text[] = "Samples > 2 AND model = 'width' OR pow(noise,2) < 1e3";
    struct expression *e = NULL;
    char message[256];

    (void)state;
    check_equal(expression_compile(&e, text, &all_parameters, message, sizeof message),
                SWEEP_OK);
    for (enum parameter p = 0; p < PARAMETER_COUNT; p++)
        check_equal(expression_uses(e, p),
                    p == P_SAMPLES || p == P_MODEL || p == P_NOISE);
    expression_free(e);
}

static void check_refused(const char *text, const char *expected)
{
    struct expression *e = NULL;
    char message[256] = "";

    check_true(expression_compile(&e, text, &all_parameters, message, sizeof message) ==
                   SWEEP_INPUT,
               "'%s' is accepted", text);
    check_true(e == NULL, "'%s' left something", text);
    check_text(message, expected);
}

static void refused(void **state)
{
    char deep[2001];

    (void)state;
    check_refused("", "the expression is empty");
    check_refused(" \n\t", "the expression is empty");
    check_refused("sampels > 1",
                  "no such parameter: sampels (did you mean 'samples'?)");
    check_refused("model = relu",
                  "no such parameter: relu (words take quotes: 'relu')");
    check_refused("sqr(2)", "no such function: sqr (did you mean 'sqrt'?)");
    check_refused("random()", "no such function: random");
    check_refused("date('now') > 1", "no such function: date");
    check_refused("current_timestamp", "no such function: current_timestamp");
    check_refused("count(*)", "no such function: count");
    check_refused("load_extension('x')", "no such function: load_extension");
    check_refused("zeroblob(1000000000)", "no such function: zeroblob");
    check_refused("max(samples)", "max() needs two arguments or more");
    check_refused("1 + min(width) > 2", "min() needs two arguments or more");
    check_refused("(SELECT 1)", "a sub-select is not allowed");
    check_refused("EXISTS (SELECT 1)", "a sub-select is not allowed");
    check_refused("1 IN (SELECT samples)", "a sub-select is not allowed");
    check_refused("1) FROM (SELECT 2", "a ')' has no '('");
    check_refused("1) + (2", "a ')' has no '('");
    check_refused("1))", "a ')' has no '('");
    check_refused("((1)", "a '(' has no ')'");
    check_refused("'relu", "a quote ' is not closed");
    check_refused("model = \"relu\"", "words take single quotes: model = 'relu'");
    check_refused("1 -- 2", "it holds a comment: '--' or '/*'");
    check_refused("1 /* 2", "it holds a comment: '--' or '/*'");
    check_refused("1; 2", "it holds one of ; ? : @ $ # ` [ ] { } \\, which no "
                          "expression has");
    check_refused("?1", "it holds one of ; ? : @ $ # ` [ ] { } \\, which no "
                        "expression has");
    check_refused("samples >", "syntax error near a ')' or the end");
    check_refused("samples samples", "near \"samples\": syntax error");
    check_refused("1, 2", "row value misused");
    check_refused("1 'a\nb'", "near \"'a?b'\": syntax error");
    for (size_t i = 0; i < sizeof deep - 1; i++)
        deep[i] = i % 2 ? '+' : '1';
    deep[sizeof deep - 2] = '\0';
    check_refused(deep, "Expression tree is too large (maximum depth 100)");
}

static void refused_when_evaluated(void **state)
{
    struct expression *e = NULL;
    struct setting s = example();
    char message[256] = "";
    double result;

    (void)state;
    check_equal(
        expression_compile(&e, "model", &all_parameters, message, sizeof message),
        SWEEP_OK);
    check_equal(expression_evaluate(e, &s, strings, &result, message, sizeof message),
                SWEEP_INPUT);
    check_text(message, "it gives a text, not a number");
    expression_free(e);
    expression_free(NULL);
}

static void all_cases_ran(void **state)
{
    (void)state;
    check_cases(217);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),
        cmocka_unit_test(evaluated_again),
        cmocka_unit_test(mentioned_parameters),
        cmocka_unit_test(refused),
        cmocka_unit_test(refused_when_evaluated),
        cmocka_unit_test(all_cases_ran),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
