/* The checks must see what cmocka's own float assertions do not. */
static void record_failure(const char *file, int line);
#define CHECK_FAIL(file, line) record_failure((file), (line))
#include "check.h"

static size_t failures;

static void record_failure(const char *file, int line)
{
    (void)file;
    (void)line;
    failures++;
}

/* One check, one failure or none. */
#define fails(check)      assert_true(outcome_of(check) == 1)
#define passes(check)     assert_true(outcome_of(check) == 0)
#define outcome_of(check) (before = failures, check, failures - before)

static const double TIGHT = 1e-9;

static void test_close(void **state)
{
    size_t before;

    (void)state;
    passes(check_close(1.0, 1.0, 0.0));
    passes(check_close(1.0, 1.0 + 1e-10, TIGHT));
    passes(check_close(1e-10, 0.0, TIGHT));
    passes(check_close(1e12, 1e12 + 1.0, TIGHT));
    fails(check_close(1.0, 1.0 + 1e-7, TIGHT));
    fails(check_close(1.0 + 1e-7, 1.0, TIGHT));
    fails(check_close(1.0, -1.0, TIGHT));
    fails(check_close(NAN, 1.0, TIGHT));
    fails(check_close(1.0, NAN, TIGHT));
    fails(check_close(NAN, NAN, TIGHT));
    fails(check_close(INFINITY, 1.0, TIGHT));
    fails(check_close(1.0, INFINITY, TIGHT));
    fails(check_close(INFINITY, -INFINITY, TIGHT));
    fails(check_close(INFINITY, INFINITY, TIGHT));
    fails(check_close(1.0, 1.0, NAN));
    fails(check_close(NAN, 1.0, INFINITY));
}

static void test_close_relative(void **state)
{
    size_t before;

    (void)state;
    passes(check_close_relative(0.0, -0.0, 0.0));
    passes(check_close_relative(1e-20, 1e-20 * (1.0 + 1e-10), TIGHT));
    fails(check_close_relative(1e-20, 1.1e-20, TIGHT));
    fails(check_close_relative(1e-20, 0.0, TIGHT));
    fails(check_close_relative(1.0, 1.0 + 1e-7, TIGHT));
    fails(check_close_relative(NAN, 1.0, TIGHT));
    fails(check_close_relative(1.0, NAN, TIGHT));
    fails(check_close_relative(INFINITY, 1.0, TIGHT));
    fails(check_close_relative(1.0, -INFINITY, TIGHT));
    fails(check_close_relative(1.0, 1.0, NAN));
}

static void test_same_bits(void **state)
{
    size_t before;

    (void)state;
    passes(check_same_bits(0.1, 0.1));
    passes(check_same_bits(INFINITY, INFINITY));
    passes(check_same_bits(NAN, NAN));
    fails(check_same_bits(0.0, -0.0));
    fails(check_same_bits(1.0, nextafter(1.0, 2.0)));
    fails(check_same_bits(1.0, 1.0 + 1e-7));
    fails(check_same_bits(NAN, 1.0));
    fails(check_same_bits(INFINITY, 1.0));
}

static void test_finite(void **state)
{
    size_t before;

    (void)state;
    passes(check_finite(0.0));
    passes(check_finite(-1.7e308));
    fails(check_finite(NAN));
    fails(check_finite(INFINITY));
    fails(check_finite(-INFINITY));
}

static void test_array_close(void **state)
{
    const double expected[4] = {1.0, -2.0, 3e6, 0.0};
    static const double wrong[] = {NAN, INFINITY, -INFINITY, 1e3};
    double actual[4];
    size_t before;

    (void)state;
    passes(check_array_close(expected, expected, 4, 0.0));
    fails(check_array_close(expected, expected, 0, TIGHT));
    for (size_t i = 0; i < 4; i++) {
        for (size_t w = 0; w < 4; w++) {
            memcpy(actual, expected, sizeof actual);
            actual[i] = wrong[w];
            assert_int_equal(check_worst(actual, expected, 4), i);
            assert_int_equal(check_worst(expected, actual, 4), i);
            fails(check_array_close(actual, expected, 4, TIGHT));
            fails(check_array_close(expected, actual, 4, TIGHT));
        }
        memcpy(actual, expected, sizeof actual);
        actual[i] += 1e-7 * (1.0 + fabs(actual[i]));
        fails(check_array_close(actual, expected, 4, TIGHT));
        passes(check_array_close(actual, expected, 4, 1e-6));
    }
}

/* The worst is the largest by check_error, not by plain difference, and not the last.
 */
static void test_worst(void **state)
{
    const double expected[4] = {0.0, 1e9, 0.0, NAN};
    const double actual[4] = {1e-3, 1e9 + 1.0, 1e-4, NAN};

    (void)state;
    assert_int_equal(check_worst(actual, expected, 3), 0);
    assert_int_equal(check_worst(actual + 1, expected + 1, 2), 1);
    assert_int_equal(check_worst(actual, expected, 4), 3);
    assert_true(isnan(check_error(INFINITY, 1.0)));
    assert_true(check_error(3.0, 1.0) == 0.5);
}

static void test_exact(void **state)
{
    size_t before;

    (void)state;
    passes(check_equal(UINT64_MAX, UINT64_MAX));
    fails(check_equal(1, 2));
    fails(check_equal((uint64_t)1 << 32, 0));
    passes(check_text("a", "a"));
    passes(check_text(NULL, NULL));
    fails(check_text("a", "b"));
    fails(check_text("a", NULL));
    fails(check_text(NULL, "b"));
    passes(check_true(true, "never seen"));
    fails(check_true(false, "number %d", 7));
}

static void test_count(void **state)
{
    size_t before;

    (void)state;
    check_count = 0;
    passes(check_cases(0));
    passes(check_close(1.0, 1.0, TIGHT));
    fails(check_finite(NAN));
    assert_int_equal(check_count, 2);
    passes(check_cases(2));
    fails(check_cases(1));
    fails(check_cases(3));
    passes(check_count_at_least(2));
    passes(check_count_at_least(1));
    fails(check_count_at_least(3));
    assert_int_equal(check_count, 2);
}

/* All failures there are above, so that no `fails` was skipped. */
static void test_cases(void **state)
{
    (void)state;
    assert_int_equal(failures, 12 + 8 + 5 + 3 + 37 + 6 + 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_close),       cmocka_unit_test(test_close_relative),
        cmocka_unit_test(test_same_bits),   cmocka_unit_test(test_finite),
        cmocka_unit_test(test_array_close), cmocka_unit_test(test_worst),
        cmocka_unit_test(test_exact),       cmocka_unit_test(test_count),
        cmocka_unit_test(test_cases),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
