#include "sweep/loss.h"

#include "check.h"
#include "fixture.h"

/* Smooth ones. */
static const enum loss_kind kinds[] = {LOSS_LOGISTIC, LOSS_EXPONENTIAL};

static long double direct_value(enum loss_kind kind, long double q)
{
    return kind == LOSS_LOGISTIC ? log1pl(expl(-q)) : expl(-q);
}

static long double direct_slope(enum loss_kind kind, long double q)
{
    return kind == LOSS_LOGISTIC ? -1.0L / (1.0L + expl(q)) : -expl(-q);
}

static void test_identity(void **state)
{
    (void)state;
    for (double q = 1e-9; q < 1e300; q *= 3.7) {
        check_close_relative(loss_table[LOSS_LOGISTIC].value(q) -
                                 loss_table[LOSS_LOGISTIC].value(-q),
                             -q, q < 1.0 ? 1e-15 / q : 1e-15);
        check_close_relative(loss_table[LOSS_LOGISTIC].slope(q) +
                                 loss_table[LOSS_LOGISTIC].slope(-q),
                             -1.0, 1e-15);
    }
    for (double q = 1e-9; q < 700.0; q *= 3.7)
        check_close_relative(loss_table[LOSS_EXPONENTIAL].value(q) *
                                 loss_table[LOSS_EXPONENTIAL].value(-q),
                             1.0, 1e-15);
}

/* Every double a margin can be, relative to long double. */
static void test_direct(void **state)
{
    (void)state;
    for (size_t k = 0; k < 2; k++)
        for (double q = -700.0; q <= 700.0; q += 0.37) {
            check_close_relative(loss_table[kinds[k]].value(q),
                                 (double)direct_value(kinds[k], q), 1e-15);
            check_close_relative(loss_table[kinds[k]].slope(q),
                                 (double)direct_slope(kinds[k], q), 1e-15);
        }
}

/* A central difference with h errs by h^2 |l'''| / 6 and by rounding |l| eps / h. */
static void test_finite_difference(void **state)
{
    const double h = 1e-5;

    (void)state;
    for (size_t k = 0; k < 2; k++)
        for (double q = -20.0; q <= 20.0; q += 0.13) {
            double rise =
                loss_table[kinds[k]].value(q + h) - loss_table[kinds[k]].value(q - h);
            double scale = loss_table[kinds[k]].value(q);

            check_close_relative(
                (loss_table[kinds[k]].slope(q) - rise / (2.0 * h)) / scale + 1, 1.0,
                2e-10);
        }
}

static void test_overflow(void **state)
{
    (void)state;
    check_close_relative(loss_table[LOSS_LOGISTIC].value(-1e4), 1e4, 1e-15);
    check_close_relative(loss_table[LOSS_LOGISTIC].value(-1e308), 1e308, 1e-15);
    check_same_bits(loss_table[LOSS_LOGISTIC].value(INFINITY), 0.0);
    check_same_bits(loss_table[LOSS_EXPONENTIAL].value(1e308), 0.0);
    check_same_bits(loss_table[LOSS_EXPONENTIAL].value(-1e4), INFINITY);
    check_same_bits(loss_table[LOSS_LOGISTIC].slope(-1e308), -1.0);
    check_true(fabs(loss_table[LOSS_LOGISTIC].slope(1e308)) == 0.0, "slope is not 0");
    for (size_t k = 0; k < 2; k++) {
        check_true(isnan(loss_table[kinds[k]].value(NAN)), "value of NaN is not NaN");
        check_true(isnan(loss_table[kinds[k]].slope(NAN)), "slope of NaN is not NaN");
    }
}

static void test_weights(void **state)
{
    enum { M = 9 };
    gsl_rng *rng = fixture_rng("weights", 0);

    (void)state;
    for (int trial = 0; trial < 100; trial++) {
        double q[M], c[M];
        long double sum = 0.0L;
        enum loss_kind kind = kinds[trial % 2];

        rng_normals(rng, q, M);
        for (size_t i = 0; i < M; i++) {
            q[i] *= 10.0;
            sum += direct_slope(kind, q[i]);
        }
        loss_weights(kind, OPTIMIZER_GD, q, M, c);
        for (size_t i = 0; i < M; i++)
            check_close_relative(c[i], (double)(-direct_slope(kind, q[i]) / M), 1e-15);
        loss_weights(kind, OPTIMIZER_NORMALIZED_GD, q, M, c);
        for (size_t i = 0; i < M; i++)
            check_close_relative(c[i], (double)(direct_slope(kind, q[i]) / sum), 1e-14);
    }
    gsl_rng_free(rng);
}

/* Where every loss and every slope of a margin under- or overflows. */
static void test_weights_far(void **state)
{
    const double total = 1.0 + exp(-1.0) + exp(-2.5);
    const double far[] = {1e4 + 1.0, 1e4, 1e4 + 2.5},
                 expected[] = {exp(-1.0) / total, 1.0 / total, exp(-2.5) / total};
    const double near[] = {-1e4 + 1.0, -1e4, -1e4 + 2.5};
    const double third[] = {1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0};
    const double wide[] = {1e4, -1e4, 3.0, INFINITY}, only[] = {0.0, 1.0, 0.0, 0.0};
    const double split[] = {1e4, -1e4, -1e4, 0.0}, two[] = {0.0, 0.4, 0.4, 0.2};
    double c[4];

    (void)state;
    for (size_t k = 0; k < 2; k++) {
        loss_weights(kinds[k], OPTIMIZER_NORMALIZED_GD, far, 3, c);
        check_array_close(c, expected, 3, 1e-15);
        check_close_relative(c[0] + c[1] + c[2], 1.0, 1e-15);
        check_close_relative(c[2] / c[0], exp(-1.5), 1e-12);
    }
    loss_weights(LOSS_EXPONENTIAL, OPTIMIZER_NORMALIZED_GD, near, 3, c);
    check_array_close(c, expected, 3, 1e-15);
    loss_weights(LOSS_LOGISTIC, OPTIMIZER_NORMALIZED_GD, near, 3, c);
    check_array_close(c, third, 3, 1e-15);
    loss_weights(LOSS_EXPONENTIAL, OPTIMIZER_NORMALIZED_GD, wide, 4, c);
    check_array_close(c, only, 4, 0.0);
    loss_weights(LOSS_LOGISTIC, OPTIMIZER_NORMALIZED_GD, split, 4, c);
    check_array_close(c, two, 4, 1e-15);
}

static void test_weights_nan(void **state)
{
    const double q[] = {1.0, NAN, -3.0};
    double c[3];

    (void)state;
    for (size_t k = 0; k < 2; k++)
        for (size_t first = 0; first < 2; first++) {
            const double p[] = {q[first], q[1 - first], q[2]};

            loss_weights(kinds[k], OPTIMIZER_NORMALIZED_GD, p, 3, c);
            for (size_t i = 0; i < 3; i++)
                check_true(isnan(c[i]), "weight %zu is %g beside NaN", i, c[i]);
            loss_weights(kinds[k], OPTIMIZER_GD, p, 3, c);
            check_true(isnan(c[1 - first]), "gd weight of NaN is %g", c[1 - first]);
        }
}

/* Where every weight is 0 no number is divided by it. */
static void test_hinge(void **state)
{
    const struct loss *hinge = &loss_table[LOSS_HINGE];
    const double q[] = {0.5, 1.0, -1e300, INFINITY}, mean[] = {0.25, 0.0, 0.25, 0.0};
    const double half[] = {0.5, 0.0, 0.5, 0.0}, zero[] = {0.0, 0.0, 0.0, 0.0};
    const double above[] = {1.0, 7.0, 1e300, INFINITY}, none[] = {2.0, NAN, 1.0, 1.0};
    double c[4];

    (void)state;
    for (double at = -3.0; at <= 4.0; at += 0.25) {
        check_same_bits(hinge->value(at), fmax(0.0, 1.0 - at));
        check_same_bits(hinge->slope(at), at < 1.0 ? -1.0 : 0.0);
    }
    check_true(isnan(hinge->value(NAN)) && isnan(hinge->slope(NAN)), "NaN is a number");
    loss_weights(LOSS_HINGE, OPTIMIZER_GD, q, 4, c);
    check_array_close(c, mean, 4, 0.0);
    loss_weights(LOSS_HINGE, OPTIMIZER_NORMALIZED_GD, q, 4, c);
    check_array_close(c, half, 4, 0.0);
    for (enum optimizer o = OPTIMIZER_GD; o <= OPTIMIZER_GROWING_GD; o++) {
        loss_weights(LOSS_HINGE, o, above, 4, c);
        check_array_close(c, zero, 4, 0.0);
        loss_weights(LOSS_HINGE, o, none, 4, c);
        check_true(isnan(c[1]), "weight of NaN is %g", c[1]);
    }
}

/* Whatever rows the table has: its weights are its slopes but for a factor. */
static void test_weight_is_slope(void **state)
{
    (void)state;
    for (size_t k = 0; k < LOSS_COUNT; k++)
        for (double low = -3.0; low <= 6.0; low += 1.5)
            for (double q = low; q <= low + 4.0; q += 1.0) {
                const struct loss *loss = &loss_table[k];
                double weight = loss->weight(q, low, exp(-low));
                double first = loss->weight(low, low, exp(-low));
                double slope = loss->slope(q) / loss->slope(low);
                if (loss->flat > 0.0 && low >= loss->flat)
                    check_same_bits(first, 0.0);
                else
                    check_close_relative(weight / first, slope, 1e-14);
            }
}

static void test_cases(void **state)
{
    (void)state;
    check_cases(2 * 544 + 21 + 4 * 3784 + 2 * 308 + 11 + 1800 + 10 + 16 + 29 * 2 + 1 +
                2 + 3 * 2 + LOSS_COUNT * 7 * 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_identity),          cmocka_unit_test(test_direct),
        cmocka_unit_test(test_finite_difference), cmocka_unit_test(test_overflow),
        cmocka_unit_test(test_weights),           cmocka_unit_test(test_weights_far),
        cmocka_unit_test(test_weights_nan),       cmocka_unit_test(test_hinge),
        cmocka_unit_test(test_weight_is_slope),   cmocka_unit_test(test_cases),
    };

    fixture_main();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
