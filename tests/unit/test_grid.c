#include "check.h"
#include "grid_fixture.h"
#include "sweep/grid.h"

#define HEAD "name: x\nseed: 7\nreplicates: 3\n"

static double value_at(const struct grid *g, size_t cell, enum parameter p)
{
    struct setting s;

    grid_cell(g, cell, &s);
    return s.value[p];
}

static void last_axis_is_fastest(void **state)
{
    struct grid g = read_good(HEAD "grid:\n  noise: [3, 1, 2]\n  samples: [20, 10]\n"
                                   "  polish: [true, false]\n  width: 6\n");
    static const double noise[] = {3, 1, 2}, samples[] = {20, 10}, polish[] = {1, 0};
    size_t cell = 0;

    (void)state;
    check_equal(g.cell_count, 12);
    check_equal(g.product_count, 12);
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < 2; j++) {
            for (size_t k = 0; k < 2; k++, cell++) {
                check_same_bits(value_at(&g, cell, P_NOISE), noise[i]);
                check_same_bits(value_at(&g, cell, P_SAMPLES), samples[j]);
                check_same_bits(value_at(&g, cell, P_POLISH), polish[k]);
                check_same_bits(value_at(&g, cell, P_WIDTH), 6);
            }
        }
    }
    grid_release(&g);
    check_equal(g.cell_count, 0);
    grid_release(&g);
    grid_release(NULL);
}

static void zipped_axes_advance_together(void **state)
{
    struct grid g = read_good(HEAD "grid:\n  dimension: [100, 200, 300]\n"
                                   "  samples: [5, 6]\n  width: [10, 20, 10]\n"
                                   "zip: [[width, dimension]]\n");

    (void)state;
    check_equal(g.axis_count, 2);
    check_equal(g.cell_count, 6);
    for (size_t cell = 0; cell < 6; cell++) {
        check_same_bits(value_at(&g, cell, P_DIMENSION), 100 * (double)(cell / 2 + 1));
        check_same_bits(value_at(&g, cell, P_WIDTH), cell / 2 == 1 ? 20 : 10);
        check_same_bits(value_at(&g, cell, P_SAMPLES), 5 + (double)(cell % 2));
    }
    grid_release(&g);
}

/* `where` against the same condition in C, over several axes and a derived value. */
static void where_keeps_what_it_says(void **state)
{
    struct grid g = read_good(
        HEAD "grid:\n  dimension: [100, 200, 400]\n  step_scale: [0, 1]\n"
             "  samples: [5, 10, 20]\n  model: [relu, linear]\nderive: {noise: "
             "samples / 10}\nwhere: \"samples * 20 <= dimension AND (model = 'relu' "
             "OR noise > 0.5)\"\n");
    static const double dimension[] = {100, 200, 400}, samples[] = {5, 10, 20};
    size_t cell = 0;

    (void)state;
    for (size_t i = 0; i < 36; i++) {
        double d = dimension[i / 12], s = i / 6 % 2, m = samples[i / 2 % 3];
        bool linear = i % 2;

        if (!(m * 20 <= d && (!linear || m / 10 > 0.5)))
            continue;
        check_equal(g.product[cell], i);
        check_same_bits(value_at(&g, cell, P_DIMENSION), d);
        check_same_bits(value_at(&g, cell, P_STEP_SCALE), s);
        check_same_bits(value_at(&g, cell, P_SAMPLES), m);
        check_same_bits(value_at(&g, cell, P_NOISE), m / 10);
        check_same_bits(value_at(&g, cell, P_MODEL),
                        linear ? MODEL_LINEAR : MODEL_RELU);
        cell++;
    }
    check_equal(g.cell_count, cell);
    grid_release(&g);
    g = read_good(HEAD "grid: {samples: [5, 6]}\nwhere: samples > 10\n");
    check_equal(g.cell_count, 0);
    check_equal(g.product_count, 2);
    grid_release(&g);
}

/* Each derived value from others, listed before what it needs. */
static void derived_values(void **state)
{
    struct grid g = read_good(
        HEAD "grid: {samples: [5, 10], step_scale: [0, 1], dimension: [100, 400]}\n"
             "derive:\n  width: 2 * test_samples\n  test_samples: 10 * samples\n"
             "  noise: sqrt(dimension) / test_samples\n");

    (void)state;
    check_equal(g.cell_count, 8);
    for (size_t cell = 0; cell < 8; cell++) {
        double m = cell / 4 ? 10 : 5, d = cell % 2 ? 400 : 100;

        check_same_bits(value_at(&g, cell, P_SAMPLES), m);
        check_same_bits(value_at(&g, cell, P_TEST_SAMPLES), 10 * m);
        check_same_bits(value_at(&g, cell, P_WIDTH), 20 * m);
        check_close(value_at(&g, cell, P_NOISE), sqrt(d) / (10 * m), 1e-15);
    }
    grid_release(&g);
    g = read_good(HEAD "grid: {dimension: [100, 10000], signal_exponent: -0.5}\n"
                       "derive: {noise: signal * 2}\n");
    check_close(value_at(&g, 0, P_NOISE), 0.2, 1e-15);
    check_close(value_at(&g, 1, P_NOISE), 0.02, 1e-15);
    grid_release(&g);
}

static void equal_cells_are_kept_once(void **state)
{
    struct grid g = read_good(HEAD "grid:\n  method: [none, ascent, retrain]\n"
                                   "  step_scale: [0, 1, 2]\n  samples: [10, 20]\n");
    static const size_t kept[] = {0, 1, 6, 7, 8, 9, 10, 11, 12, 13};

    (void)state;
    check_equal(g.cell_count, 10);
    for (size_t i = 0; i < 10 && i < g.cell_count; i++)
        check_equal(g.product[i], kept[i]);
    for (size_t i = 0; i < g.cell_count; i++) {
        for (size_t k = 0; k < i; k++) {
            struct rng_key a = grid_cell_key(&g, i), b = grid_cell_key(&g, k);

            check_true(a.word[0] != b.word[0] || a.word[1] != b.word[1],
                       "keys of cells %zu and %zu", i, k);
        }
    }
    grid_release(&g);
    /* Linear: neither leak nor width; relu: no leak. */
    g = read_good(HEAD "grid:\n  model: [linear, relu, leaky_relu]\n"
                       "  leak: [0.1, 0.5]\n  width: [100, 200]\n");
    check_equal(g.cell_count, 1 + 2 + 4);
    grid_release(&g);
    /* 1 to any power is 1. */
    g = read_good(HEAD "grid: {dimension: [1, 4], signal_exponent: [-0.5, 0.5]}\n");
    check_equal(g.cell_count, 3);
    grid_release(&g);
}

static struct rng_key key_of(const char *text, enum stage last)
{
    struct grid g = read_good(text);
    struct rng_key key;
    struct setting s;

    grid_cell(&g, g.cell_count - 1, &s);
    key = grid_setting_key(&g, &s, last, rng_key_start());
    grid_release(&g);
    return key;
}

static void check_keys(const char *a, const char *b, enum stage last, bool equal)
{
    struct rng_key x = key_of(a, last), y = key_of(b, last);

    check_true((x.word[0] == y.word[0] && x.word[1] == y.word[1]) == equal,
               "keys up to stage %s of\n%s\nand\n%s", stage_name(last), a, b);
}

static void keys_follow_the_meaning(void **state)
{
    static const char base[] = HEAD "grid: {samples: 20, noise: 0.5}\n";

    (void)state;
    /* The order of the file, defaults and the form of a number do not matter. */
    check_keys(base, HEAD "grid: {noise: 5e-1, samples: 20}\n", STAGE_EVALUATE, true);
    check_keys(base, HEAD "grid: {samples: [10, 20], noise: 0.5, width: 400}\n",
               STAGE_EVALUATE, true);
    check_keys(base, HEAD "grid: {samples: 20}\nderive: {noise: 10 / samples}\n",
               STAGE_EVALUATE, true);
    check_keys(HEAD "grid: {dimension: 16, signal_exponent: -0.5}\n",
               HEAD "grid: {dimension: 16, signal: 0.25}\n", STAGE_EVALUATE, true);
    check_keys(HEAD "grid: {dimension: 16, signal_exponent: -0.5}\n",
               HEAD "grid: {dimension: 16, signal: 0.5}\n", STAGE_EVALUATE, false);
    check_keys(base, HEAD "grid: {samples: 20, noise: 0.5000000000000001}\n",
               STAGE_EVALUATE, false);
    check_keys(base, HEAD "grid: {samples: 20, noise: 0.5, data: mixture}\n",
               STAGE_EVALUATE, true);
    /* A later stage does not reach an earlier key. */
    check_keys(base, HEAD "grid: {samples: 20, noise: 0.5, width: 10}\n", STAGE_DATA,
               true);
    check_keys(base, HEAD "grid: {samples: 20, noise: 0.5, width: 10}\n", STAGE_TRAIN,
               false);
    check_keys(base, HEAD "grid: {samples: 20, noise: 0.5, step_scale: 2}\n",
               STAGE_TRAIN, true);
    check_keys(base, HEAD "grid: {samples: 20, noise: 0.5, step_scale: 2}\n",
               STAGE_UNLEARN, false);
    check_keys(base, HEAD "grid: {samples: 20, noise: 0.5, retrain: false}\n",
               STAGE_UNLEARN, true);
    /* Two parameters with each other's values. */
    check_keys(HEAD "grid: {noise: 2, learning_rate: 3}\n",
               HEAD "grid: {noise: 3, learning_rate: 2}\n", STAGE_EVALUATE, false);
}

static void seed_is_part_of_a_cell_key(void **state)
{
    struct grid a = read_good(HEAD "grid: {}\n");
    struct grid b = read_good("name: y\nseed: 8\nreplicates: 3\ngrid: {}\n");
    struct grid c = read_good("name: z\nseed: 7\nreplicates: 9\ngrid: {}\n");

    (void)state;
    check_true(grid_cell_key(&a, 0).word[0] != grid_cell_key(&b, 0).word[0], "seed");
    check_equal(grid_cell_key(&a, 0).word[0], grid_cell_key(&c, 0).word[0]);
    grid_release(&a);
    grid_release(&b);
    grid_release(&c);
}

static const char *formatted(const struct grid *g, enum parameter p, double value)
{
    static char buffer[64];

    return grid_format(g, p, value, buffer, sizeof buffer);
}

static void values_as_written(void **state)
{
    struct grid g = read_good(HEAD "grid: {}\n");

    (void)state;
    check_text(formatted(&g, P_DIMENSION, 1000), "1000");
    check_text(formatted(&g, P_DIMENSION, 1e12), "1000000000000");
    check_text(formatted(&g, P_NOISE, 0.1), "0.1");
    check_text(formatted(&g, P_NOISE, 1.0 / 3), "0.3333333333333333");
    check_text(formatted(&g, P_NOISE, nextafter(0.1, 1)), "0.10000000000000002");
    check_text(formatted(&g, P_NOISE, 1e-5), "1e-05");
    check_text(formatted(&g, P_MODEL, MODEL_LEAKY_RELU), "leaky_relu");
    check_text(formatted(&g, P_POLISH, 1), "true");
    check_text(formatted(&g, P_RETRAIN, 0), "false");
    check_text(formatted(&g, P_DATA, DATA_MIXTURE), "mixture");
    check_text(formatted(&g, P_LABELS, NAN), "NaN");
    check_text(grid_string(&g, NAN), "");
    check_text(grid_string(&g, 5), "");
    grid_release(&g);
}

static void all_cases_ran(void **state)
{
    (void)state;
    check_cases(381);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(last_axis_is_fastest),
        cmocka_unit_test(zipped_axes_advance_together),
        cmocka_unit_test(where_keeps_what_it_says),
        cmocka_unit_test(derived_values),
        cmocka_unit_test(equal_cells_are_kept_once),
        cmocka_unit_test(keys_follow_the_meaning),
        cmocka_unit_test(seed_is_part_of_a_cell_key),
        cmocka_unit_test(values_as_written),
        cmocka_unit_test(all_cases_ran),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
