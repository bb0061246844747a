/* The bootstrap of many clusters, against the exact law of a resample's mean. */
#include "check.h"

#include "sweep/memory.h"
#include "sweep/statistic.h"
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

enum { KINDS = 3, UNITS = 10001 };

/* Clusters of three kinds: how many, of what sum and size. */
struct kind {
    size_t count;
    double sum;
    size_t size;
};

/* P(a resample's mean <= r): that of N1 (d1 - d0) + N2 (d2 - d0) <= - G d0, N multinomial. */
static double law(const struct kind *kind, double r)
{
    double d[KINDS], total = 0;
    for (int k = 0; k < KINDS; k++)
        d[k] = kind[k].sum - r * (double)kind[k].size;
    double p1 = (double)kind[1].count / UNITS;
    double p2 = (double)kind[2].count / (double)(UNITS - kind[1].count);
    for (unsigned n = 0; n < 4 * kind[1].count; n++) {
        double room = (-UNITS * d[0] - n * (d[1] - d[0])) / (d[2] - d[0]);
        if (room >= 0)
            total += gsl_ran_binomial_pdf(n, p1, UNITS) *
                     gsl_cdf_binomial_P((unsigned)room, p2, UNITS - n);
    }
    return total;
}

static double bootstrap(const struct kind *kind, const char *name, double factor)
{
    struct statistic boot;
    struct clusters of = {.count = UNITS};
    size_t count = 0, *size = memory_array(UNITS, sizeof *size);
    double *values = memory_array(UNITS * KINDS, sizeof *values);
    for (int k = 0, g = 0; k < KINDS; k++)
        for (size_t i = 0; i < kind[k].count; i++) {
            size[g++] = kind[k].size;
            for (size_t j = 0; j < kind[k].size; j++)
                values[count++] = factor * kind[k].sum / (double)kind[k].size;
        }
    of.size = size;
    check_equal(statistic_parse(name, &boot), 0);
    double end = statistic_compute(&boot, values, count, &of);
    memory_free(values);
    memory_free(size);
    return end;
}

/* The probability below an end is that of its expanded percentile. */
static void check_end(const struct kind *kind, const char *name, double p, double most)
{
    double z = sqrt(UNITS / (UNITS - 1.0)) * gsl_cdf_tdist_Pinv(p, UNITS - 1);
    double want = gsl_cdf_ugaussian_P(z), got = law(kind, bootstrap(kind, name, 1));
    check_true(fabs(got - want) < most * want * (1 - want), "%s: %g, not %g", name, got,
               want);
}

static void check_ends(const struct kind *kind)
{
    check_end(kind, "boot95_low", 0.025, 0.005);
    check_end(kind, "boot95_high", 0.975, 0.005);
    check_end(kind, "boot998_low", 0.001, 0.01);
    check_end(kind, "boot998_high", 0.999, 0.01);
}

static void test_exact_law(void **state)
{
    (void)state;
    static const struct kind single[] = {
        {UNITS - 400, 0, 1}, {300, 1, 1}, {100, 4.7, 1}};
    static const struct kind pooled[] = {
        {UNITS - 400, 0.1, 1}, {300, 2.3, 2}, {100, 8.7, 3}};
    check_ends(single);
    check_ends(pooled);
}

/* Without clusters it is the same; equal values have no interval; where few decide, it
 * is resampled, and so without an end between the values that resamples take. */
static void test_edges(void **state)
{
    (void)state;
    static const struct kind equal[] = {{UNITS - 2, 0.5, 1}, {1, 0.5, 1}, {1, 0.5, 1}};
    static const struct kind few[] = {{UNITS - 3, 0, 1}, {2, 1, 1}, {1, 1, 1}};
    check_true(bootstrap(equal, "boot95_low", 1) == 0.5, "of equal values");
    check_true(bootstrap(few, "boot95_low", 1) == 0, "none");
    check_true(fabs(bootstrap(few, "boot95_high", 1) * UNITS - 7) < 1e-9, "seven");
    check_true(isinf(bootstrap(equal, "boot95_high", INFINITY)), "of infinite values");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact_law),
        cmocka_unit_test(test_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
