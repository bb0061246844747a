/* The numbers of data files: parse_leading, and nothing else of parse.h. */
#include "sweep/parse.h"

#include "check.h"

#include <float.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What a text starts with, by the grammar of data files; what follows is not read. */
static void test_leading_values(void **state)
{
    static const struct {
        const char *text, *rest;
        double value;
    } cases[] = {
        {"0", "", 0.0},
        {"-0", "", -0.0},
        {"+0", "", 0.0},
        {"+1", "", 1.0},
        {"-1 3:0.5", " 3:0.5", -1.0},
        {"12:5", ":5", 12.0},
        {"007", "", 7.0},
        {"1.", "", 1.0},
        {"-1.:", ":", -1.0},
        {".5", "", 0.5},
        {"+.5\n", "\n", 0.5},
        {"-.5e1x", "x", -5.0},
        {"1.e2", "", 100.0},
        {"1e-2#", "#", 0.01},
        {"1E+02\t", "\t", 100.0},
        {"1e", "e", 1.0},
        {"1e+", "e+", 1.0},
        {"1e-x", "e-x", 1.0},
        {"1.5e2.5", ".5", 150.0},
        {"1e5e5", "e5", 1e5},
        {"1.2.3", ".3", 1.2},
        {"1..2", ".2", 1.0},
        {"1-2", "-2", 1.0},
        {"1,5", ",5", 1.0},
        {"1_000", "_000", 1.0},
        {"1d5", "d5", 1.0},
        {"1inf", "inf", 1.0},
        {"9007199254740993", "", 9007199254740992.0}, /* half-way, to even */
        {"9007199254740993.0000000000000000000000000000001", "", 9007199254740994.0},
        {"1.7976931348623157e308", "", DBL_MAX},
        {"4.9406564584124654e-324", "", 0x1p-1074},
        {"-1e-99999999999999999999", "", -0.0},
        {"0e99999999999999999999", "", 0.0},
        {"1\xc2\xa0", "\xc2\xa0", 1.0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *end = NULL;
        double value = NAN;

        check_true(parse_leading(cases[i].text, &end, &value) == PARSE_OK,
                   "'%s' starts with no number", cases[i].text);
        check_text(end, cases[i].rest);
        check_same_bits(value, cases[i].value);
    }
}

static void test_leading_errors(void **state)
{
    static const char *const wrong[] = {
        "",     " 1",       "\t1", "\n1",      "+",    "-",       "--1", "+-1",
        "- 1",  ".",        "-.",  ".e5",      "e5",   "+e5",     "nan", "-nan",
        "inf",  "+inf",     ":1",  "#1",       "x1",   "x",       "i",   "n0an",
        "true", "infinity", ".x",  "\xc2\xb2", "0x10", "-0X1p3:1"};
    static const char *const too_large[] = {"1e400", "-1e400:1", "1.8e308 ", "+1e309",
                                            "1e99999999999999999999"};
    const char *end;
    double value;

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++)
        check_true(parse_leading(wrong[i], &end, &value) == PARSE_SYNTAX,
                   "'%s' is taken for a number", wrong[i]);
    for (size_t i = 0; i < COUNT(too_large); i++)
        check_true(parse_leading(too_large[i], &end, &value) == PARSE_OVERFLOW,
                   "'%s' is not too large", too_large[i]);
}

/* Longer than any buffer: 1 with 5000 zeros before and after the point. */
static void test_leading_long(void **state)
{
    static char text[10100];
    const char *end = NULL;
    double value = NAN;

    (void)state;
    memset(text, '0', sizeof text);
    text[5000] = '1';
    text[5001] = '.';
    strcpy(text + 10001, "1:2");
    check_equal(parse_leading(text, &end, &value), PARSE_OK);
    check_text(end, ":2");
    check_same_bits(value, 1.0);
    text[1] = '1'; /* 10^4999 */
    check_equal(parse_leading(text, &end, &value), PARSE_OVERFLOW);
    strcpy(text + 10001, "1e-4999:2");
    check_equal(parse_leading(text, &end, &value), PARSE_OK);
    check_text(end, ":2");
    check_same_bits(value, 1.0);
}

static void test_cases(void **state)
{
    (void)state;
    check_cases(3 * 34 + 30 + 5 + 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_leading_values), cmocka_unit_test(test_leading_errors),
        cmocka_unit_test(test_leading_long), cmocka_unit_test(test_cases)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
