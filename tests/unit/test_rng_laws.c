/* Whether the numbers of a stream follow the laws they should. Bounds are LIMIT
 * standard deviations, or of about that probability. The streams are fixed: a failure
 * is no accident that a second run would mend. */
#include "sweep/rng.h"

#include "check.h"
#include "sweep/memory.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>

static const double LIMIT = 4.5;

/* Kolmogorov's distribution exceeds this with probability 1e-4. */
static const double KOLMOGOROV_LIMIT = 2.23;

static gsl_rng *stream_of_name(const char *name)
{
    gsl_rng *rng = gsl_rng_alloc(rng_philox);

    rng_start(rng, rng_key_text(rng_key_start(), name));
    return rng;
}

/* Every bit is set half of the time, the lowest of the 53 of a double too. */
static void test_bits(void **state)
{
    enum { DRAWS = 100000 };
    const double tolerance = LIMIT * sqrt(0.25 / DRAWS);
    gsl_rng *rng = stream_of_name("bits");
    size_t words[32] = {0}, doubles[53] = {0};

    (void)state;
    for (int i = 0; i < DRAWS; i++) {
        uint64_t word = gsl_rng_get(rng);
        double uniform = gsl_rng_uniform(rng);
        uint64_t fraction = (uint64_t)ldexp(uniform, 53);

        check_true(uniform >= 0.0 && uniform < 1.0, "uniform %.17g", uniform);
        for (int b = 0; b < 32; b++)
            words[b] += word >> b & 1;
        for (int b = 0; b < 53; b++)
            doubles[b] += fraction >> b & 1;
    }
    for (int b = 0; b < 32; b++)
        check_true(fabs((double)words[b] / DRAWS - 0.5) <= tolerance, "bit %d", b);
    for (int b = 0; b < 53; b++)
        check_true(fabs((double)doubles[b] / DRAWS - 0.5) <= tolerance, "bit %d", b);
    gsl_rng_free(rng);
}

/* The largest distance of the empirical distribution of sorted x from `law`, times
 * sqrt(count). */
static double kolmogorov(const double *x, size_t count, double freedom,
                         double (*law)(double x, double freedom))
{
    double n = (double)count, largest = 0.0;

    for (size_t i = 0; i < count; i++) {
        double p = law(x[i], freedom);

        largest = fmax(largest, fmax((double)(i + 1) / n - p, p - (double)i / n));
    }
    return largest * sqrt(n);
}

static double normal_law(double x, double freedom)
{
    (void)freedom;
    return gsl_cdf_ugaussian_P(x);
}

/* The mean of chi for many degrees of freedom, to order 1 / freedom^2 of itself. */
static double large_chi_mean(double freedom)
{
    return sqrt(freedom) * (1.0 - 0.25 / freedom);
}

/* Of many degrees of freedom it is N(mean, 1/2), where GSL's own gives up. */
static double chi_law(double x, double freedom)
{
    if (freedom > 1e6)
        return gsl_cdf_ugaussian_P((x - large_chi_mean(freedom)) * sqrt(2.0));
    return gsl_cdf_chisq_P(x * x, freedom);
}

/* The mean of (x - center)^power. */
static double moment(const double *x, size_t count, double center, int power)
{
    double sum = 0.0;

    for (size_t i = 0; i < count; i++)
        sum += pow(x[i] - center, power);
    return sum / (double)count;
}

enum { SAMPLE = 400000 };

/* E x^2k of N(0, 1) is (2k - 1)!!, so that the moments below have the variances 1, 2,
 * 15 and 96 a draw. */
static void test_normals(void **state)
{
    static const double expected[] = {0.0, 1.0, 0.0, 3.0}, variance[] = {1, 2, 15, 96};
    double *x = memory_array(SAMPLE, sizeof *x);
    gsl_rng *rng = stream_of_name("normals");

    (void)state;
    rng_normals(rng, x, SAMPLE);
    for (int k = 0; k < 4; k++) {
        double error = moment(x, SAMPLE, 0.0, k + 1) - expected[k];
        double tolerance = LIMIT * sqrt(variance[k] / SAMPLE);

        check_true(fabs(error) <= tolerance, "moment %d is off by %g", k + 1, error);
    }
    double lag = 0.0;
    for (size_t i = 1; i < SAMPLE; i++)
        lag += x[i] * x[i - 1] / SAMPLE;
    check_true(fabs(lag) <= LIMIT / sqrt(SAMPLE), "neighbours correlate by %g", lag);

    gsl_sort(x, 1, SAMPLE);
    double distance = kolmogorov(x, SAMPLE, 0.0, normal_law);
    check_true(distance <= KOLMOGOROV_LIMIT, "distance %g from the normal law",
               distance);
    memory_free(x);
    gsl_rng_free(rng);
}

/* Streams of neighbouring keys have nothing to do with each other. */
static void test_streams_independent(void **state)
{
    enum { STREAMS = 20, LENGTH = 10000 };
    double *x = memory_array((size_t)STREAMS * LENGTH, sizeof *x);
    gsl_rng *rng = gsl_rng_alloc(rng_philox);

    (void)state;
    for (size_t s = 0; s < STREAMS; s++) {
        rng_start(rng, rng_key_word(rng_key_start(), s));
        rng_normals(rng, x + s * LENGTH, LENGTH);
    }
    for (size_t s = 0; s < STREAMS; s++) {
        for (size_t t = 0; t < s; t++) {
            double sum = 0.0;

            for (size_t i = 0; i < LENGTH; i++)
                sum += x[s * LENGTH + i] * x[t * LENGTH + i];
            check_true(fabs(sum) <= LIMIT * sqrt(LENGTH),
                       "streams %zu and %zu correlate by %g", s, t, sum / LENGTH);
        }
    }
    memory_free(x);
    gsl_rng_free(rng);
}

/* Mean sqrt(2) Gamma((k+1)/2) / Gamma(k/2), variance k - mean^2, which is near 1/2 for
 * large k. */
static void test_chi(void **state)
{
    const struct {
        double freedom, mean, variance;
    } cases[] = {
        {1.0, sqrt(2.0 / M_PI), 1.0 - 2.0 / M_PI},
        {3.0, sqrt(8.0 / M_PI), 3.0 - 8.0 / M_PI},
        {1e9, large_chi_mean(1e9), 0.5},
    };
    const double fourth = 3.0; /* (kurtosis - 1) is at most 2.87, for 1 degree */
    double *x = memory_array(SAMPLE, sizeof *x);
    gsl_rng *rng = stream_of_name("chi");

    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        double freedom = cases[c].freedom, variance = cases[c].variance;
        double error, distance;

        for (size_t i = 0; i < SAMPLE; i++)
            x[i] = rng_chi(rng, freedom);
        error = moment(x, SAMPLE, cases[c].mean, 1);
        check_true(fabs(error) <= LIMIT * sqrt(variance / SAMPLE),
                   "mean of chi(%g) is off by %g", freedom, error);
        error = moment(x, SAMPLE, cases[c].mean, 2) / variance - 1.0;
        check_true(fabs(error) <= LIMIT * sqrt(fourth / SAMPLE),
                   "variance of chi(%g) is off by %g of it", freedom, error);
        gsl_sort(x, 1, SAMPLE);
        distance = kolmogorov(x, SAMPLE, freedom, chi_law);
        check_true(distance <= KOLMOGOROV_LIMIT, "distance %g from chi(%g)", distance,
                   freedom);
    }
    check_same_bits(rng_chi(rng, 0.0), 0.0);
    memory_free(x);
    gsl_rng_free(rng);
}

static size_t factorial(size_t n)
{
    return n < 2 ? 1 : n * factorial(n - 1);
}

/* The place of a permutation in the list of all (Lehmer's code). */
static size_t rank_of(const size_t *order, size_t count)
{
    size_t rank = 0;

    for (size_t i = 0; i < count; i++) {
        size_t smaller = 0;

        for (size_t j = i + 1; j < count; j++)
            smaller += order[j] < order[i];
        rank += smaller * factorial(count - 1 - i);
    }
    return rank;
}

/* Pearson's chi-squared over all orders of 2 to 5 things. */
static void test_permutation_uniform(void **state)
{
    enum { LARGEST = 5, ORDERS = 120, EACH = 2000 };
    gsl_rng *rng = stream_of_name("permutations");

    (void)state;
    for (size_t count = 2; count <= LARGEST; count++) {
        size_t seen[ORDERS] = {0}, order[LARGEST], orders = factorial(count);
        double limit = gsl_cdf_chisq_Qinv(1e-4, (double)orders - 1.0), sum = 0.0;

        for (size_t i = 0; i < EACH * orders; i++) {
            rng_permutation(rng, order, count);
            seen[rank_of(order, count)]++;
        }
        for (size_t i = 0; i < orders; i++)
            sum += pow((double)seen[i] - EACH, 2.0) / EACH;
        check_true(sum <= limit, "chi-squared %g of orders of %zu", sum, count);
    }
    gsl_rng_free(rng);
}

static void test_permutation_complete(void **state)
{
    enum { LARGE = 1000 };
    gsl_rng *rng = stream_of_name("large");
    size_t order[LARGE], seen[LARGE] = {0}, fixed = 0;

    (void)state;
    rng_permutation(rng, order, LARGE);
    for (size_t i = 0; i < LARGE; i++) {
        assert_true(order[i] < LARGE);
        seen[order[i]]++;
        fixed += order[i] == i;
    }
    for (size_t i = 0; i < LARGE; i++)
        check_equal(seen[i], 1);
    check_true(fixed <= 6, "%zu of %d stayed, 1 is expected", fixed, LARGE);

    order[0] = 7;
    rng_permutation(rng, order, 0);
    check_equal(order[0], 7);
    rng_permutation(rng, order, 1);
    check_equal(order[0], 0);
    gsl_rng_free(rng);
}

static void test_cases(void **state)
{
    (void)state;
    check_cases(100085 + 6 + 190 + 10 + 4 + 1003);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bits),
        cmocka_unit_test(test_normals),
        cmocka_unit_test(test_streams_independent),
        cmocka_unit_test(test_chi),
        cmocka_unit_test(test_permutation_uniform),
        cmocka_unit_test(test_permutation_complete),
        cmocka_unit_test(test_cases),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
