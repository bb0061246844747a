#include "check.h"
#include "grid_fixture.h"
#include "sweep/grid.h"
#include <stdio.h>
#include <string.h>

/* Parameters with ranges of length 1 or so, in the order of the file. */
static const struct {
    enum parameter p;
    double low, high;
} over[] = {
    {P_NOISE, 1, 2},      {P_SIGNAL, 0, 1},    {P_LABEL_NOISE, 0, 0.25},
    {P_INIT_SCALE, 1, 2}, {P_TOLERANCE, 0, 1}, {P_STEP_SCALE, -1, 1},
};
enum { OVER = sizeof over / sizeof over[0], MOST = 1024 };

/* A grid of N points over the first `dimensions` of these. */
static struct grid design(const char *kind, size_t points, size_t dimensions,
                          unsigned seed)
{
    char text[1024];
    size_t used = (size_t)snprintf(text, sizeof text,
                                   "name: x\nseed: %u\nreplicates: 1\ngrid: {}\n"
                                   "design:\n  %s: %zu\n  over:\n",
                                   seed, kind, points);

    for (size_t k = 0; k < dimensions; k++)
        used += (size_t)snprintf(text + used, sizeof text - used, "    %s: [%g, %g]\n",
                                 parameter_table[over[k].p].name, over[k].low,
                                 over[k].high);
    struct grid g = read_good(text);

    check_equal(g.cell_count, points);
    check_equal(g.design.merged, 0);
    return g;
}

/* Where in its range parameter k is at a cell, from 0 to 1. */
static double place(const struct grid *g, size_t cell, size_t k)
{
    struct setting s;

    grid_cell(g, cell, &s);
    return (s.value[over[k].p] - over[k].low) / (over[k].high - over[k].low);
}

/* One point in every of so many strata, as far as there are points; its number in each. */
static void check_strata(const struct grid *g, size_t k, size_t strata, size_t *number)
{
    size_t hit[MOST] = {0}, more = 0;

    for (size_t cell = 0; cell < g->cell_count; cell++) {
        size_t stratum = (size_t)(place(g, cell, k) * (double)strata + 1e-9);
        more += hit[stratum]++ > 0;
        number[cell] = stratum;
    }
    check_equal(more, 0);
}

/* Of the points 1 to 2^10 - 1 of the sequence: point 0 has the strata at 0. */
static void sobol_fills_strata_and_boxes(void **state)
{
    struct grid g = design("sobol", MOST - 1, OVER, 1);
    size_t number[OVER][MOST], hit[MOST] = {1};

    (void)state;
    for (size_t k = 0; k < OVER; k++)
        check_strata(&g, k, MOST, number[k]);
    for (size_t i = 0; i < MOST - 1; i++)
        hit[number[0][i] / 32 * 32 + number[1][i] / 32]++;
    for (size_t box = 0; box < MOST; box++)
        check_equal(hit[box], 1);
    grid_release(&g);
}

static void more_points_keep_the_first(void **state)
{
    struct grid few = design("sobol", 37, OVER, 1);
    struct grid many = design("sobol", 300, OVER, 2);

    (void)state;
    for (size_t cell = 0; cell < 37; cell++)
        for (size_t k = 0; k < OVER; k++)
            check_same_bits(place(&few, cell, k), place(&many, cell, k));
    grid_release(&few);
    grid_release(&many);
}

/* The orders of two parameters, of two seeds and of two sizes differ; a parameter more
 * changes nothing. */
static void latin_hypercube_fills_strata(void **state)
{
    enum { N = 100 };
    struct grid g = design("latin_hypercube", N, OVER, 1);
    struct grid less = design("latin_hypercube", N, 2, 1);
    struct grid other = design("latin_hypercube", N, OVER, 2);
    size_t number[OVER][N], again[N], same = 0, middle = 0;

    (void)state;
    for (size_t k = 0; k < OVER; k++)
        check_strata(&g, k, N, number[k]);
    check_strata(&other, 0, N, again);
    for (size_t i = 0; i < N; i++) {
        double u = place(&g, i, 0) * N;

        same += number[0][i] == number[1][i];
        same += number[0][i] == again[i];
        middle += fabs(u - floor(u) - 0.5) < 0.25;
        check_same_bits(place(&g, i, 1), place(&less, i, 1));
    }
    check_true(same < 20, "%zu of 200 places are equal", same);
    check_true(middle > 20 && middle < 80, "%zu of 100 near the middle", middle);
    grid_release(&g);
    grid_release(&less);
    grid_release(&other);
}

/* How many cells have the value. */
static size_t count_value(const struct grid *g, enum parameter p, double value)
{
    size_t count = 0;

    for (size_t cell = 0; cell < g->cell_count; cell++) {
        struct setting s;
        grid_cell(g, cell, &s);
        count += s.value[p] == value;
    }
    return count;
}

/* 255 points and point 0: 256 / values of each, and one less of that of point 0. */
static void values_are_taken_evenly(void **state)
{
    struct grid g =
        read_good("name: x\nseed: 1\nreplicates: 1\ngrid: {retrain: false}\ndesign:\n"
                  "  sobol: 255\n  over:\n    samples: [3, 6]\n    width: [4, 10]\n"
                  "    loss: [hinge, exponential]\n    signal: [0, 1]\n"
                  "    forget: {range: [2, 0, -1]}\n    noise: {logspace: [0.1, 10]}\n"
                  "    dimension: {logspace: [1, 1000]}\n");

    (void)state;
    check_equal(g.cell_count, 255);
    for (size_t i = 0; i < 4; i++) {
        check_equal(count_value(&g, P_SAMPLES, 3.0 + (double)i), i == 0 ? 63 : 64);
        check_equal(count_value(&g, P_WIDTH, 4.0 + 2.0 * (double)i), i == 0 ? 63 : 64);
    }
    check_equal(count_value(&g, P_LOSS, LOSS_HINGE), 127);
    check_equal(count_value(&g, P_LOSS, LOSS_EXPONENTIAL), 128);
    for (size_t i = 0; i < 3; i++) {
        size_t count = count_value(&g, P_FORGET, (double)i);
        check_true(count >= 84 && count <= 86, "%zu times %zu", count, i);
    }
    check_equal(count_value(&g, P_NOISE, 1), 1); /* the middle of 0.1 and 10 */
    grid_release(&g);
}

/* 10^u between half of 1 and a half more than 1000, rounded. */
static void logarithms(void **state)
{
    struct grid g =
        read_good("name: x\nseed: 1\nreplicates: 1\ngrid: {samples: [5, 7]}\ndesign:\n"
                  "  over: {dimension: {logspace: [1, 1000]}, signal: [0, 1]}\n"
                  "  sobol: 100\n");

    (void)state;
    check_equal(g.cell_count, 200);
    for (size_t cell = 0; cell < 200; cell++) {
        uint32_t i = (uint32_t)cell / 2 + 1, gray = i ^ i >> 1;
        long double u = 0, size = 1;
        struct setting s;

        for (; gray > 0; gray >>= 1) /* the digits of i in Gray code, reversed */
            u += (size /= 2) * (gray & 1);
        grid_cell(&g, cell, &s);
        check_same_bits(s.value[P_DIMENSION], (double)roundl(0.5L * powl(2001.0L, u)));
        check_same_bits(s.value[P_SAMPLES], cell % 2 ? 7 : 5);
    }
    grid_release(&g);
}

/* Merged points keep the order of the first ones. */
static void equal_points_are_merged(void **state)
{
    struct grid g = read_good("name: x\nseed: 1\nreplicates: 1\ngrid: {noise: [1, 2]}\n"
                              "design: {sobol: 255, over: {samples: [3, 6]}}\n");
    static const double samples[] = {5, 6, 4, 3}; /* at 1/2, 3/4, 1/4, ..., 1/8 */

    (void)state;
    check_equal(g.design.kind, DESIGN_SOBOL);
    check_equal(g.design.points, 255);
    check_equal(g.design.merged, 251);
    check_equal(g.cell_count, 8);
    for (size_t cell = 0; cell < 8; cell++) {
        struct setting s;
        grid_cell(&g, cell, &s);
        check_same_bits(s.value[P_SAMPLES], samples[cell / 2]);
    }
    grid_release(&g);
}

static void all_cases_ran(void **state)
{
    (void)state;
    check_cases(1819);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sobol_fills_strata_and_boxes),
        cmocka_unit_test(more_points_keep_the_first),
        cmocka_unit_test(latin_hypercube_fills_strata),
        cmocka_unit_test(values_are_taken_evenly),
        cmocka_unit_test(logarithms),
        cmocka_unit_test(equal_points_are_merged),
        cmocka_unit_test(all_cases_ran),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
