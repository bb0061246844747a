/* Which points are forgotten. */
#include "sweep/dataset.h"

#include "check.h"

enum { LARGEST = 40, DRAWS = 24000 };

static gsl_rng *stream(uint64_t number)
{
    gsl_rng *rng = gsl_rng_alloc(rng_philox);

    rng_start(rng, rng_key_word(rng_key_start(), number));
    return rng;
}

/* Labels, and those observed: each flipped with probability 0.3. */
static void draw_labels(gsl_rng *rng, size_t m, double *y_true, double *y)
{
    dataset_labels(rng, m, y_true);
    dataset_flip_labels(rng, 0.3, y_true, m, y);
}

/* Every third point has no multiplier; some are equal. */
static double multiplier_of(size_t i)
{
    return (double)(i % 3 * (i % 7));
}

/* Whether point i can be forgotten, the one by its number aside. */
static size_t is_able(int which, size_t i, double y_true, double y)
{
    switch (which) {
    case FORGET_MISLABELLED:
        return y != y_true;
    case FORGET_POSITIVE:
        return y > 0;
    case FORGET_NEGATIVE:
        return y < 0;
    case FORGET_SUPPORT:
        return multiplier_of(i) > 0;
    default:
        return 1;
    }
}

/* F and R are increasing, disjoint and complete, F has the points whose turn comes
 * before k, as many as `expected`, and holds the F of k - 1. */
static void test_split(void **state)
{
    size_t cases = 0;

    (void)state;
    for (size_t m = 1; m <= LARGEST; m += m < 6 ? 1 : 17)
        for (int which = 0; which < FORGET_KINDS; which++) {
            gsl_rng *rng = stream(m);
            double y_true[LARGEST], y[LARGEST];
            size_t place[LARGEST], able = 0, last[LARGEST] = {0};
            double multipliers[LARGEST];

            draw_labels(rng, m, y_true, y);
            for (size_t i = 0; i < m; i++)
                multipliers[i] = multiplier_of(i);
            for (size_t i = 0; i < m; i++)
                able += which == FORGET_INDEX ? i == m / 2
                                              : is_able(which, i, y_true[i], y[i]);
            if (which < FORGET_LARGEST)
                dataset_places(rng, (enum forget_which)which, y_true, y, m, place);
            else
                dataset_places_of((enum forget_which)which, multipliers, m / 2, m,
                                  place);
            for (size_t k = 0; k <= m; k++) {
                size_t forget[LARGEST], retain[LARGEST], in[LARGEST] = {0};
                size_t count = dataset_split(place, m, k, forget, retain);
                bool good = true;

                check_equal(count, k < able ? k : able);
                for (size_t i = 0; i < count; i++) {
                    good &= forget[i] < m && (i == 0 || forget[i - 1] < forget[i]);
                    in[forget[i] < m ? forget[i] : 0] += 1;
                }
                for (size_t i = 0; i < m - count; i++) {
                    good &= retain[i] < m && (i == 0 || retain[i - 1] < retain[i]);
                    in[retain[i] < m ? retain[i] : 0] += 2;
                }
                for (size_t i = 0; i < m; i++) {
                    good &= in[i] == (place[i] < k ? 1 : 2);
                    good &= last[i] != 1 || in[i] == 1;
                    last[i] = in[i];
                }
                check_true(good, "m %zu, kind %d, k %zu", m, which, k);
                cases++;
            }
            gsl_rng_free(rng);
        }
    check_equal(cases, FORGET_KINDS * (2 + 3 + 4 + 5 + 6 + 7 + 24 + 41));
}

/* The first, and the first mislabelled, in their order; neither draws a number. */
static void test_places(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < 50; k++) {
        gsl_rng *rng = stream(k), *twin = stream(k);
        double y_true[LARGEST], y[LARGEST];
        size_t place[LARGEST], turn = 0, m = 1 + (size_t)k % LARGEST;
        bool good = true;

        draw_labels(rng, m, y_true, y);
        draw_labels(twin, m, y_true, y);
        dataset_places(rng, FORGET_FIRST, y_true, y, m, place);
        for (size_t i = 0; i < m; i++)
            good &= place[i] == i;
        check_true(good, "first of %zu", m);
        dataset_places(rng, FORGET_MISLABELLED, y_true, y, m, place);
        for (size_t i = 0; i < m; i++)
            good &= y[i] != y_true[i] ? place[i] == turn++ : place[i] >= m;
        check_true(good, "mislabelled of %zu", m);
        check_equal(gsl_rng_get(rng), gsl_rng_get(twin));
        gsl_rng_free(rng);
        gsl_rng_free(twin);
    }
}

/* By the trained model's multipliers: 0 1 3 1 0 on five points. */
static void test_places_of(void **state)
{
    static const double lambda[] = {0, 1, 3, 1, 0};
    static const size_t expected[FORGET_KINDS][5] = {
        [FORGET_LARGEST] = {3, 1, 0, 2, 4},
        [FORGET_SMALLEST] = {0, 2, 4, 3, 1},
        [FORGET_SUPPORT] = {5, 0, 1, 2, 5},
        [FORGET_INDEX] = {5, 5, 5, 0, 5},
    };

    (void)state;
    for (int which = FORGET_LARGEST; which < FORGET_KINDS; which++) {
        size_t place[5];
        dataset_places_of((enum forget_which)which, lambda, 3, 5, place);
        for (size_t i = 0; i < 5; i++)
            check_equal(place[i], expected[which][i]);
    }
}

/* Nobody, and everybody, is mislabelled. */
static void test_extremes(void **state)
{
    double y[LARGEST], minus[LARGEST];
    size_t place[LARGEST], forget[LARGEST], retain[LARGEST];

    (void)state;
    for (size_t i = 0; i < LARGEST; i++) {
        y[i] = i % 3 ? 1.0 : -1.0;
        minus[i] = -y[i];
    }
    dataset_places(NULL, FORGET_MISLABELLED, y, y, LARGEST, place);
    check_equal(dataset_split(place, LARGEST, LARGEST, forget, retain), 0);
    check_equal(retain[LARGEST - 1], LARGEST - 1);
    dataset_places(NULL, FORGET_MISLABELLED, y, minus, LARGEST, place);
    check_equal(dataset_split(place, LARGEST, LARGEST - 1, forget, retain),
                LARGEST - 1);
    check_equal(retain[0], LARGEST - 1);
}

/* A random choice is a permutation, fixed by its stream and blind to the labels. */
static void test_random(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < 100; k++) {
        gsl_rng *rng = stream(k);
        double y_true[LARGEST], y[LARGEST];
        size_t place[LARGEST], again[LARGEST], seen[LARGEST] = {0};
        size_t m = 10 + (size_t)k % 30;
        bool good = true;

        draw_labels(rng, m, y_true, y);
        rng_start(rng, rng_key_word(rng_key_start(), 1000 + k));
        dataset_places(rng, FORGET_RANDOM, y_true, y, m, place);
        for (size_t i = 0; i < m; i++)
            seen[place[i] < m ? place[i] : 0]++;
        for (size_t i = 0; i < m; i++)
            good &= seen[i] == 1;
        check_true(good, "not a permutation of %zu", m);
        rng_start(rng, rng_key_word(rng_key_start(), 1000 + k));
        dataset_places(rng, FORGET_RANDOM, y, y_true, m, again);
        check_true(memcmp(place, again, m * sizeof *place) == 0,
                   "the same stream, another choice");
        dataset_places(rng, FORGET_RANDOM, y_true, y, m, again);
        check_true(memcmp(place, again, m * sizeof *place) != 0,
                   "another stream, the same choice");
        gsl_rng_free(rng);
    }
}

/* Pearson's chi-square of `count` equally likely cells. */
static double chi_square(const size_t *seen, size_t count)
{
    double sum = 0.0, expected = (double)DRAWS / (double)count;

    for (size_t i = 0; i < count; i++)
        sum += ((double)seen[i] - expected) * ((double)seen[i] - expected) / expected;
    return sum;
}

/* All 24 orders of 4 points, and all 15 pairs of 6, are equally likely. Bounds: a
 * chance below 1e-6 for 23 and 14 degrees of freedom. */
static void test_uniform(void **state)
{
    gsl_rng *rng = stream(77);
    const double y[6] = {1, 1, -1, -1, 1, -1};
    size_t orders[256] = {0}, pairs[36] = {0}, found[36], kinds = 0;

    (void)state;
    for (size_t t = 0; t < DRAWS; t++) {
        size_t place[6], forget[6], retain[6];

        dataset_places(rng, FORGET_RANDOM, y, y, 4, place);
        orders[place[0] * 64 + place[1] * 16 + place[2] * 4 + place[3]]++;
        dataset_places(rng, FORGET_RANDOM, y, y, 6, place);
        dataset_split(place, 6, 2, forget, retain);
        pairs[forget[0] * 6 + forget[1]]++;
    }
    for (size_t i = 0; i < 256; i++)
        if (orders[i] > 0)
            found[kinds++] = orders[i];
    check_equal(kinds, 24);
    check_true(chi_square(found, 24) < 72.0, "chi-square of orders %g",
               chi_square(found, 24));
    kinds = 0;
    for (size_t i = 0; i < 36; i++)
        if (pairs[i] > 0)
            found[kinds++] = pairs[i];
    check_equal(kinds, 15);
    check_true(chi_square(found, 15) < 55.0, "chi-square of pairs %g",
               chi_square(found, 15));
    gsl_rng_free(rng);
}

static void test_cases(void **state)
{
    (void)state;
    check_cases(2 * FORGET_KINDS * (2 + 3 + 4 + 5 + 6 + 7 + 24 + 41) + 1 + 50 * 3 + 20 +
                4 + 100 * 3 + 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split),     cmocka_unit_test(test_places),
        cmocka_unit_test(test_places_of), cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_random),    cmocka_unit_test(test_uniform),
        cmocka_unit_test(test_cases),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
