#include "sweep/parse.h"

#include "check.h"

#include <float.h>
#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Not numbers at all, for parse_real and parse_unsigned alike. */
static const char *const not_numbers[] = {
    "",         "-",    "--1",  "+1",       ".",         ".5",    "5.",
    "-.5",      "1.e5", "1e",   "1e+",      "1e-",       "e5",    "1e5.0",
    "1e5e5",    "1 ",   " 1",   "1\n",      "\t1",       "1 2",   "01",
    "010",      "-01",  "00",   "1_000",    "1,5",       "1,000", "0x10",
    "0x1p3",    "nan",  ".nan", "NaN",      "inf",       "-inf",  ".inf",
    "infinity", "1e5x", "1.5f", "1d5",      "1L",        "1..2",  "1.2.3",
    "- 1",      "1-",   "1e 5", "\xc2\xb2", "1\xc2\xa0", "true",  "~",
};

static void test_real_values(void **state)
{
    static const struct {
        const char *text;
        double value;
    } cases[] = {
        {"0", 0.0},
        {"-0", -0.0},
        {"0.0", 0.0},
        {"-0.0e5", -0.0},
        {"1", 1.0},
        {"-1", -1.0},
        {"0.1", 0.1},
        {"1e6", 1e6},
        {"1E6", 1e6},
        {"1e+6", 1e6},
        {"1e-3", 1e-3},
        {"1e-03", 1e-3},
        {"1.5e1", 15.0},
        {"-0.2", -0.2},
        {"20251016", 20251016.0},
        {"9007199254740993", 9007199254740992.0}, /* half-way, to even */
        {"9007199254740993.0000000000000000000000000000001", 9007199254740994.0},
        {"1.7976931348623157e308", DBL_MAX},
        {"2.2250738585072014e-308", DBL_MIN},
        {"4.9406564584124654e-324", 0x1p-1074},
        {"1e-310", 1e-310},
        {"1e-400", 0.0},
        {"-1e-400", -0.0},
        {"1e-99999999999999999999", 0.0},
        {"0e99999999999999999999", 0.0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        double value = NAN;

        check_equal(parse_real(cases[i].text, &value), PARSE_OK);
        check_same_bits(value, cases[i].value);
    }
}

static void test_real_errors(void **state)
{
    static const char *const too_large[] = {"1e400", "-1e400", "1.8e308",
                                            "1e99999999999999999999"};
    double value = 7.0;

    (void)state;
    for (size_t i = 0; i < COUNT(not_numbers); i++)
        check_true(parse_real(not_numbers[i], &value) == PARSE_SYNTAX,
                   "'%s' is taken for a number", not_numbers[i]);
    for (size_t i = 0; i < COUNT(too_large); i++)
        check_equal(parse_real(too_large[i], &value), PARSE_OVERFLOW);
    check_same_bits(value, 7.0); /* untouched by any failure */
}

/* What is printed with 17 digits comes back to the last bit. */
static void test_real_round_trip(void **state)
{
    uint64_t bits = 0x9e3779b97f4a7c15;

    (void)state;
    for (int i = 0; i < 10000; i++) {
        double number, value = NAN;
        char text[32];

        do { /* xorshift; any pattern that is a finite number */
            bits ^= bits << 13;
            bits ^= bits >> 7;
            bits ^= bits << 17;
            memcpy(&number, &bits, sizeof number);
        } while (!isfinite(number));
        snprintf(text, sizeof text, "%.17g", number);
        check_equal(parse_real(text, &value), PARSE_OK);
        check_same_bits(value, number);
    }
}

static void test_unsigned_values(void **state)
{
    static const struct {
        const char *text;
        uint64_t value;
    } cases[] = {
        {"0", 0},
        {"-0", 0},
        {"0.000", 0},
        {"0e5", 0},
        {"0e99999999999999999999", 0},
        {"0.0e-99999999999999999999", 0},
        {"1", 1},
        {"20251016", 20251016},
        {"1e6", 1000000},
        {"1E+6", 1000000},
        {"1e06", 1000000},
        {"1.5e1", 15},
        {"15.0", 15},
        {"1500e-2", 15},
        {"0.0015e4", 15},
        {"100", 100},
        {"9007199254740992", 9007199254740992u},
        {"9007199254740993", 9007199254740993u},
        {"9007199254740993.0", 9007199254740993u},
        {"9.007199254740993e15", 9007199254740993u},
        {"1e19", 10000000000000000000u},
        {"18446744073709551615", UINT64_MAX},
        {"1.8446744073709551615e19", UINT64_MAX},
        {"184467440737095516150e-1", UINT64_MAX},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint64_t value = 77;

        check_equal(parse_unsigned(cases[i].text, &value), PARSE_OK);
        check_equal(value, cases[i].value);
    }
}

static void test_unsigned_errors(void **state)
{
    static const struct {
        const char *text;
        enum parse_result result;
    } cases[] = {
        {"-1", PARSE_INTEGRAL},
        {"-1e30", PARSE_INTEGRAL},
        {"-0.5", PARSE_INTEGRAL},
        {"1.5", PARSE_INTEGRAL},
        {"1e-1", PARSE_INTEGRAL},
        {"15e-1", PARSE_INTEGRAL},
        {"1e-400", PARSE_INTEGRAL},
        {"1e-99999999999999999999", PARSE_INTEGRAL},
        {"1.00000000000000000000000000001", PARSE_INTEGRAL},
        {"0.99999999999999999999999999999", PARSE_INTEGRAL},
        {"18446744073709551616", PARSE_OVERFLOW},
        {"18446744073709551620", PARSE_OVERFLOW},
        {"1.8446744073709551616e19", PARSE_OVERFLOW},
        {"1e20", PARSE_OVERFLOW},
        {"1e400", PARSE_OVERFLOW},
        {"1e99999999999999999999", PARSE_OVERFLOW},
    };
    uint64_t value = 77;

    (void)state;
    for (size_t i = 0; i < COUNT(not_numbers); i++)
        check_true(parse_unsigned(not_numbers[i], &value) == PARSE_SYNTAX,
                   "'%s' is taken for a number", not_numbers[i]);
    for (size_t i = 0; i < COUNT(cases); i++)
        check_true(parse_unsigned(cases[i].text, &value) == cases[i].result,
                   "'%s' is not refused for the right reason", cases[i].text);
    check_equal(value, 77);
}

static void test_boolean(void **state)
{
    static const char *const wrong[] = {"",   "True", "TRUE", "yes",   "no",
                                        "on", "1",    "0",    "true ", "falsee"};
    bool value = false;

    (void)state;
    check_equal(parse_boolean("true", &value), PARSE_OK);
    check_equal(value, true);
    for (size_t i = 0; i < COUNT(wrong); i++)
        check_equal(parse_boolean(wrong[i], &value), PARSE_SYNTAX);
    check_equal(value, true);
    check_equal(parse_boolean("false", &value), PARSE_OK);
    check_equal(value, false);
}

static void test_explain(void **state)
{
    (void)state;
    check_text(parse_explain(PARSE_SYNTAX), "is not a number");
    check_text(parse_explain(PARSE_OVERFLOW), "is too large");
    check_text(parse_explain(PARSE_INTEGRAL), "is not a whole number of 0 or more");
}

static const char *const names[] = {"dimension", "samples",   "width", "noise",
                                    "signal",    "loss",      "x",     "step_scale",
                                    "max_steps", "tolerance", "polish"};

static const char *name_of(size_t i, const void *context)
{
    const char *const *list = context;

    return list[i];
}

static const char *suggest(const char *word)
{
    return parse_suggest(word, COUNT(names), name_of, names);
}

static void test_suggest(void **state)
{
    static const struct {
        const char *word;
        const char *nearest;
    } cases[] = {
        {"dimention", "dimension"},
        {"dimensions", "dimension"},
        {"dimenision", "dimension"},
        {"idmnesoin", "dimension"}, /* three swaps */
        {"idmnesoinn", NULL},       /* and a letter: 4 of 10 */
        {"widht", "width"},         /* a swap is one edit, not two */
        {"wdiht", NULL},            /* two of 5 */
        {"width", "width"},
        {"stepscale", "step_scale"},
        {"step_size", "step_scale"},
        {"max_step", "max_steps"},
        {"noize", "noise"},
        {"los", "loss"},
        {"y", "x"},
        {"ab", NULL},
        {"", "x"},
        {"WIDTH", NULL},
        {"completely_different", NULL},
        {"a_word_of_more_than_sixty_three_letters_gets_no_suggestion_at_all_", NULL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        check_text(suggest(cases[i].word), cases[i].nearest);
    check_text(parse_suggest("width", 0, name_of, names), NULL);
}

/* The nearest wins over an earlier one that is near enough, and the first of equals. */
static void test_suggest_nearest(void **state)
{
    static const char *const list[] = {
        "an_even_longer_name_than_any_word_could_be_that_is_looked_for_here", "abcdxx",
        "abcdex", "abcdez"};
    size_t count = COUNT(list);

    (void)state;
    check_text(parse_suggest("abcdef", count, name_of, list), "abcdex");
    check_text(parse_suggest("abcdez", count, name_of, list), "abcdez");
    check_text(parse_suggest("abcxxx", count, name_of, list), "abcdxx");
}

/* Every single edit of a name of 3 letters or more leads back to it. */
static void test_suggest_edits(void **state)
{
    static const char *const list[] = {"samples"};
    const char *name = list[0];
    size_t length = strlen(name);

    (void)state;
    for (size_t i = 0; i <= length; i++) {
        char word[16];
        int at = (int)i;

        for (int letter = 'a'; letter <= 'z'; letter++) {
            snprintf(word, sizeof word, "%.*s%c%s", at, name, letter, name + i);
            check_text(parse_suggest(word, 1, name_of, list), name);
            if (i == length)
                continue;
            snprintf(word, sizeof word, "%.*s%c%s", at, name, letter, name + i + 1);
            check_text(parse_suggest(word, 1, name_of, list), name);
        }
        if (i == length)
            continue;
        snprintf(word, sizeof word, "%.*s%s", at, name, name + i + 1);
        check_text(parse_suggest(word, 1, name_of, list), name);
        if (i + 1 == length)
            continue;
        snprintf(word, sizeof word, "%.*s%c%c%s", at, name, name[i + 1], name[i],
                 name + i + 2);
        check_text(parse_suggest(word, 1, name_of, list), name);
    }
}

static void test_cases(void **state)
{
    (void)state;
    check_cases(50 + 54 + 20000 + 48 + 66 + 15 + 3 + 20 + 3 + 403);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_real_values),     cmocka_unit_test(test_real_errors),
        cmocka_unit_test(test_real_round_trip), cmocka_unit_test(test_unsigned_values),
        cmocka_unit_test(test_unsigned_errors), cmocka_unit_test(test_boolean),
        cmocka_unit_test(test_explain),         cmocka_unit_test(test_suggest),
        cmocka_unit_test(test_suggest_nearest), cmocka_unit_test(test_suggest_edits),
        cmocka_unit_test(test_cases),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
