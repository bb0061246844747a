/* Which points are trained on: counts, balance, and that chance decides. */
#include "sweep/memory.h"
#include "sweep/twoclass.h"

#include "check.h"
#include "twoclass_fixture.h"

#include <gsl/gsl_cdf.h>

enum { MOST = 40 };

/* Which points are of which class: those of the file, none twice, none left out. */
static void test_select(void **state)
{
    static const struct {
        double plus, minus;
        size_t count[2];
    } cases[] = {
        {8, 3, {4, 6}},    {3, 8, {6, 4}},  {8, NAN, {9, 6}}, {3, NAN, {11, 4}},
        {5, NAN, {10, 5}}, {5, 3, {4, 5}},  {7, 3, {4, 0}},   {3, 7, {0, 4}},
        {7, NAN, {15, 0}}, {-3, 9, {0, 0}},
    };
    struct labelled l;

    (void)state;
    file_of_counts(&l, 4, 6, 5);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct twoclass t = {0};
        size_t seen[15] = {0};
        bool good = true;

        check_equal(twoclass_select(&t, &l, cases[k].plus, cases[k].minus), SWEEP_OK);
        check_equal(t.count[0], cases[k].count[0]);
        check_equal(t.count[1], cases[k].count[1]);
        check_equal(twoclass_size(&t), cases[k].count[0] + cases[k].count[1]);
        for (size_t p = 0; p < twoclass_size(&t); p++) {
            double label = l.label[t.row[p]];

            good &= seen[t.row[p]]++ == 0;
            if (p < t.count[0])
                good &= isnan(cases[k].minus) ? label != cases[k].plus
                                              : label == cases[k].minus;
            else
                good &= label == cases[k].plus;
            good &= twoclass_label(&t, p) == (p < t.count[0] ? -1.0 : 1.0);
        }
        check_true(good, "case %zu: a point in the wrong class", k);
        twoclass_release(&t);
        twoclass_release(&t);
    }
    twoclass_release(NULL);
    labelled_release(&l);
}

static void test_select_memory(void **state)
{
    struct labelled l;
    long k = 0;

    (void)state;
    file_of_counts(&l, 4, 6, 5);
    for (;; k++) {
        struct twoclass t = {0};
        int status;

        memory_fail_after(k);
        status = twoclass_select(&t, &l, 8, 3);
        memory_fail_after(-1);
        twoclass_release(&t);
        if (status == SWEEP_OK)
            break;
        check_true(status == SWEEP_NO_MEMORY && k < 100, "status %d", status);
    }
    check_true(k > 0, "nothing was allocated");
    labelled_release(&l);
}

/* A split of every size of some files: a permutation, balanced up to one as far as the
 * smaller class reaches. */
static void check_splits(size_t minus, size_t plus, gsl_rng *rng, size_t odd[2])
{
    struct labelled l;
    struct twoclass t;
    size_t size = minus + plus;

    file_of_counts(&l, minus, plus, 3);
    twoclass_select(&t, &l, 8, 3);
    for (size_t m = 1; m <= size; m++)
        for (size_t times = 0; times < 8; times++) {
            size_t order[MOST], seen[MOST] = {0}, count[2] = {0, 0};
            size_t less = minus < plus ? minus : plus, half = m / 2;
            bool good = true;

            twoclass_split(rng, &t, m, order);
            for (size_t i = 0; i < size; i++) {
                good &= order[i] < size && seen[order[i] % MOST]++ == 0;
                count[twoclass_label(&t, order[i] % size) > 0.0] += i < m;
            }
            if (less < half) {
                good &= count[minus < plus ? 0 : 1] == less;
            } else {
                good &= count[0] + count[1] == m;
                good &= count[0] >= half && count[1] >= half;
                if (m % 2 == 1 && less > half)
                    odd[count[1] > count[0]]++;
            }
            check_true(good, "%zu and %zu points, m %zu: %zu of -1, %zu of +1", minus,
                       plus, m, count[0], count[1]);
        }
    twoclass_release(&t);
    labelled_release(&l);
}

static void test_splits(void **state)
{
    static const size_t counts[][2] = {{1, 1}, {1, 2},  {2, 1}, {3, 4}, {7, 7},
                                       {1, 9}, {12, 2}, {0, 5}, {6, 0}, {11, 13}};
    gsl_rng *rng = stream(1);
    size_t odd[2] = {0, 0};

    (void)state;
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++)
        check_splits(counts[k][0], counts[k][1], rng, odd);
    /* A fair coin: 5 standard deviations. */
    check_true(odd[0] + odd[1] > 150, "%zu odd splits", odd[0] + odd[1]);
    check_true(fabs((double)odd[0] - (double)odd[1]) <
                   5 * sqrt((double)(odd[0] + odd[1])),
               "the odd point is %zu times of -1, %zu times of +1", odd[0], odd[1]);
    gsl_rng_free(rng);
}

/* The same stream, the same split; another one, another. */
static void test_stream(void **state)
{
    struct labelled l;
    struct twoclass t;
    size_t a[30], b[30];

    (void)state;
    file_of_counts(&l, 14, 16, 0);
    twoclass_select(&t, &l, 8, 3);
    for (uint64_t k = 0; k < 20; k++) {
        gsl_rng *rng = stream(k);

        twoclass_split(rng, &t, 11, a);
        rng_start(rng, rng_key_word(rng_key_start(), k));
        twoclass_split(rng, &t, 11, b);
        check_true(memcmp(a, b, sizeof a) == 0, "the same stream, another split");
        twoclass_split(rng, &t, 11, b);
        check_true(memcmp(a, b, sizeof a) != 0, "another stream, the same split");
        gsl_rng_free(rng);
    }
    twoclass_release(&t);
    labelled_release(&l);
}

/* The number of an order of `size` < 8 places, below 8^size. */
static size_t number_of(const size_t *order, size_t size)
{
    size_t number = 0;

    for (size_t i = 0; i < size; i++)
        number = 8 * number + order[i];
    return number;
}

/* Every order (training, then test points) that balance allows has its chance:
 * Pearson's chi-square over all of them, below a bound of chance 1e-6. `chance(plus)`:
 * of any one order with so many points of +1 in training. */
static void check_uniform(size_t minus, size_t plus, size_t m, size_t orders,
                          double (*chance)(size_t plus))
{
    enum { DRAWS = 60000, ROOM = 1 << 18 };
    static unsigned seen[ROOM];
    gsl_rng *rng = stream(100 * minus + 10 * plus + m);
    size_t size = minus + plus, order[8], kinds = 0;
    double sum = 0.0;
    struct labelled l;
    struct twoclass t;

    memset(seen, 0, sizeof seen);
    file_of_counts(&l, minus, plus, 2);
    twoclass_select(&t, &l, 8, 3);
    for (size_t k = 0; k < DRAWS; k++) {
        twoclass_split(rng, &t, m, order);
        seen[number_of(order, size)]++;
    }
    for (size_t k = 0; k < ROOM; k++) {
        size_t positive = 0;
        double expected;

        if (seen[k] == 0)
            continue;
        for (size_t i = 0; i < m; i++)
            positive += (k >> 3 * (size - 1 - i) & 7) >= minus;
        expected = DRAWS * chance(positive);
        sum += (seen[k] - expected) * (seen[k] - expected) / expected;
        kinds++;
    }
    check_equal(kinds, orders); /* so each was seen, and no other */
    check_true(sum < gsl_cdf_chisq_Qinv(1e-6, (double)orders - 1),
               "%zu and %zu points, m %zu: chi-square %g of %zu orders", minus, plus, m,
               sum, orders);
    twoclass_release(&t);
    labelled_release(&l);
    gsl_rng_free(rng);
}

/* 2 of 3 and 2 of 3, 4! orders of them, 2! of the others. */
static double even(size_t plus)
{
    return plus == 2 ? 1.0 / (3 * 3 * 24 * 2) : 0.0;
}

/* A coin, then 1 of 2 and 2 of 3 (3! 2! orders), or 2 of 2 and 1 of 3. */
static double odd_one(size_t plus)
{
    return plus == 2 ? 0.5 / (2 * 3 * 6 * 2) : plus == 1 ? 0.5 / (1 * 3 * 6 * 2) : 0.0;
}

/* All 2 and 3 of 4 (5! orders of them). */
static double exhausted(size_t plus)
{
    return plus == 3 ? 1.0 / (4 * 120) : 0.0;
}

/* One point: a coin, then 1 of 2 or 1 of 4, and 5! orders of the others. */
static double single(size_t plus)
{
    return 0.5 / (plus == 1 ? 4 * 120 : 2 * 120);
}

static double all(size_t plus)
{
    return plus == 3 ? 1.0 / 720 : 0.0;
}

static void test_uniform(void **state)
{
    (void)state;
    check_uniform(3, 3, 4, 9 * 24 * 2, even);
    check_uniform(2, 3, 3, (6 + 3) * 6 * 2, odd_one);
    check_uniform(2, 4, 5, 4 * 120, exhausted);
    check_uniform(2, 4, 1, 720, single);
    check_uniform(3, 3, 6, 720, all);
}

/* Many points: each of a class is trained on as often as any other, and the place in
 * training says nothing of it. */
static void test_often(void **state)
{
    enum { MINUS = 300, PLUS = 500, M = 101, TIMES = 4000 };
    static size_t order[MINUS + PLUS], often[MINUS + PLUS], first[MINUS + PLUS];
    gsl_rng *rng = stream(3);
    double share[2] = {50.5 / MINUS, 50.5 / PLUS}, sum[2] = {0, 0}, early = 0;
    struct labelled l;
    struct twoclass t;

    (void)state;
    file_of_counts(&l, MINUS, PLUS, 7);
    twoclass_select(&t, &l, 8, 3);
    for (size_t k = 0; k < TIMES; k++) {
        twoclass_split(rng, &t, M, order);
        for (size_t i = 0; i < M; i++)
            often[order[i]]++;
        first[order[0]]++;
        for (size_t i = 0; i < MINUS + PLUS; i++)
            early += i < 10 && order[i] < MINUS;
    }
    for (size_t p = 0; p < MINUS + PLUS; p++) {
        size_t c = p >= MINUS;
        double expected = TIMES * share[c];

        sum[c] += ((double)often[p] - expected) * ((double)often[p] - expected) /
                  (expected * (1 - share[c]));
    }
    /* Near chi-square: what is in one point is not in another, which only narrows it.
     */
    check_true(sum[0] < gsl_cdf_chisq_Qinv(1e-6, MINUS), "-1: %g", sum[0]);
    check_true(sum[0] > gsl_cdf_chisq_Pinv(1e-6, MINUS), "-1: %g", sum[0]);
    check_true(sum[1] < gsl_cdf_chisq_Qinv(1e-6, PLUS), "+1: %g", sum[1]);
    check_true(sum[1] > gsl_cdf_chisq_Pinv(1e-6, PLUS), "+1: %g", sum[1]);
    /* Half of the first ten are of -1: 5 standard deviations of a binomial. */
    check_true(fabs(early - 5.0 * TIMES) < 5 * sqrt(TIMES * 10 * 0.25),
               "%g of %d early points are of -1", early, 10 * TIMES);
    twoclass_release(&t);
    labelled_release(&l);
    gsl_rng_free(rng);
}

static void test_cases(void **state)
{
    size_t sizes = 2 + 3 + 3 + 7 + 14 + 10 + 14 + 5 + 6 + 24;

    (void)state;
    check_count_at_least(10 * 5 + 2 + 8 * sizes + 2 + 40 + 10 + 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_select),  cmocka_unit_test(test_select_memory),
        cmocka_unit_test(test_splits),  cmocka_unit_test(test_stream),
        cmocka_unit_test(test_uniform), cmocka_unit_test(test_often),
        cmocka_unit_test(test_cases),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
