#include "figure_scene.h"

/* The axes chosen for a grid of these, one result. */
static void check_axes(const char *grid, const struct figure_request *request,
                       const char *expected)
{
    struct scene t;
    char text[1024], norm[] = "norm";
    char *y[] = {norm};
    struct figure_request asked = *request;
    asked.y = (struct figure_words){y, 1};
    snprintf(text, sizeof text, "grid:\n%s", grid);
    check_equal(choose(&t, text, NULL, &asked), SWEEP_OK);
    check_text(axes(&t.f), expected);
    strike(&t);
}

static void test_preset_axes(void **state)
{
    (void)state;
    const struct figure_request *none = &nothing_asked;
    const struct figure_request map = {.level = NAN, .map = true};
    static const char many[] = "  noise: {linspace: [0.1, 2, 15]}\n";
    char text[512];
    /* step_scale if it takes three values. */
    check_axes("  samples: [4, 5, 6, 7, 8]\n  step_scale: [0, 1, 2]\n", none,
               "step_scale | samples | |");
    check_axes("  samples: [4, 5, 6, 7, 8]\n  step_scale: [0, 1]\n", none,
               "samples | step_scale | |");
    /* Else the number with most values, if these are three. */
    check_axes("  method: [none, ascent, random, retrain, pgu]\n"
               "  samples: [4, 5, 6]\n  width: [4, 6, 8, 10]\n",
               none, "width | method | samples |");
    /* Else the axis with most. */
    check_axes("  samples: [4, 5]\n  method: [none, ascent, retrain]\n", none,
               "method | samples | |");
    check_axes("  samples: [4, 5]\n", none, "samples | | |");
    check_axes("  samples: [4]\n", none, "samples | | |");
    /* by: the first axis left that makes no more than 14 lines. */
    snprintf(text, sizeof text, "%s  samples: [4, 5]\n  step_scale: [0, 1, 2]\n", many);
    check_axes(text, none, "step_scale | samples | noise |");
    check_axes("  noise: {linspace: [0.1, 2, 14]}\n  samples: [4, 5]\n"
               "  step_scale: [0, 1, 2]\n",
               none, "step_scale | noise | samples |");
    /* Where each makes more: a map. */
    snprintf(text, sizeof text, "%s  step_scale: [0, 1, 2]\n", many);
    check_axes(text, none, "step_scale | noise | | map");
    check_axes("  model: [relu, linear]\n  samples: [4, 5]\n  step_scale: [0, 1, 2]\n",
               &map, "step_scale | samples | model | map");
    /* Axes that advance together are one. */
    check_axes("  dimension: [10, 20]\n  samples: [4, 5]\n  step_scale: [0, 1, 2]\n"
               "zip: [[dimension, samples]]\n",
               none, "step_scale | dimension | |");
}

static void test_asked_axes(void **state)
{
    (void)state;
    static const char grid[] = "  samples: [4, 5, 6]\n  noise: [1, 2]\n"
                               "  width: [4, 6]\n  step_scale: [0, 1, 2]\n";
    char none[] = "none", samples[] = "samples", noise[] = "noise", width[] = "width";
    char *word[] = {samples, noise}, *no[] = {none}, *other[] = {width};
    struct figure_request r = {.level = NAN, .x = "samples"};
    check_axes(grid, &r, "samples | noise | width step_scale |");
    r.by = (struct figure_words){other, 1};
    check_axes(grid, &r, "samples | width | noise step_scale |");
    r.facet = (struct figure_words){no, 1};
    check_axes(grid, &r, "samples | width | | noise step_scale");
    r.by = (struct figure_words){no, 1};
    check_axes(grid, &r, "samples | | | noise width step_scale");
    r.facet = (struct figure_words){0};
    check_axes(grid, &r, "samples | | noise width step_scale |");
    r = (struct figure_request){.level = NAN, .by = {word, 2}};
    check_axes(grid, &r, "step_scale | samples noise | width |");
    r.facet = (struct figure_words){other, 1};
    check_axes(grid, &r, "step_scale | samples noise | width |");
    r.by = (struct figure_words){0};
    check_axes(grid, &r, "step_scale | samples | width | noise");
}

static void check_refused(const char *grid, const struct figure_request *request,
                          const char *message)
{
    struct scene t;
    check_equal(choose(&t, grid, NULL, request), SWEEP_INPUT);
    check_equal(t.log.count, 1);
    check_true(strstr(t.log.item[0].message, message) != NULL, "'%s'",
               t.log.item[0].message);
    strike(&t);
}

static void test_refused(void **state)
{
    (void)state;
    char samples[] = "samples", noise[] = "noise", norm[] = "norm", none[] = "none";
    char *two[] = {samples, noise}, *results[] = {norm, norm}, *no[] = {none};
    struct figure_request r = {.level = NAN, .by = {two, 2}};
    static const char fifteen[] = "grid:\n  samples: [4, 5, 6, 7, 8]\n"
                                  "  noise: [1, 2, 3]\n  step_scale: [0, 1, 2]\n";
    check_refused(fifteen, &r, "15 lines in a panel are more than the 14");
    r.map = true;
    check_refused(fifteen, &r, "a map needs two axes");
    r = (struct figure_request){.level = NAN, .by = {no, 1}, .y = {results, 1}};
    check_refused("grid:\n  samples: {range: [4, 28, 1]}\n  step_scale: [0, 1, 2]\n",
                  &r, "25 facets of 1 results make 25 panels, more than the 24");
    r.y.count = 2;
    check_refused(fifteen, &r, "'norm' is asked for twice");
    check_refused("grid:\n  samples: 4\n", &nothing_asked, "the grid has no axis");
    r = (struct figure_request){.level = NAN, .x = "noise", .by = {two, 2}};
    check_refused(fifteen, &r, "'noise' is asked for twice");
    /* What a map, or an axis of words, does not have. */
    r = (struct figure_request){.level = NAN, .map = true, .fit = true};
    check_refused(fifteen, &r, "a map has no lines: leave out --fit");
    r = (struct figure_request){.level = NAN, .x = "method", .fit = true};
    check_refused("grid:\n  method: [ascent, none]\n  samples: [4, 5]\n", &r,
                  "no power law along 'method'");
    /* One value is an axis only beside other folders. */
    r = (struct figure_request){.level = NAN, .x = "step_scale", .by = {two, 1}};
    check_refused("grid:\n  samples: 4\n  step_scale: [0, 1]\n", &r,
                  "'samples' is no axis");
    r.loose = true;
    check_axes("  samples: 4\n  step_scale: [0, 1]\n", &r, "step_scale | samples | |");
}

static void test_results(void **state)
{
    (void)state;
    struct scene t;
    char success[] = "success", ratio[] = "retrain_ratio", q10[] = "q10", q90[] = "q90";
    char sem[] = "sem", none[] = "none";
    char *y[] = {success, ratio}, *ends[] = {q10, q90}, *one[] = {sem}, *no[] = {none};
    static const char grid[] = "grid:\n  step_scale: [0, 1, 2]\nsuccess: {eps: 1}\n"
                               "table:\n  columns: [norm, steps, stop_reason]\n";
    /* The table's, as far as they are numbers; medians and quartiles. */
    check_equal(choose(&t, grid, NULL, &nothing_asked), SWEEP_OK);
    check_equal(t.f.result_count, 2);
    check_text(t.f.result[0].name, "norm");
    check_text(t.f.result[0].symbol, "|theta~|");
    check_text(t.f.result[1].name, "steps");
    check_text(t.f.result[1].unit, "steps");
    check_true(isnan(t.f.result[0].level), "a level nobody asked for");
    check_equal(t.f.statistic_count, 3);
    check_text(t.f.statistic[0], "median");
    check_text(t.f.statistic[1], "q25");
    check_text(t.f.statistic[2], "q75");
    strike(&t);

    struct figure_request r = {.level = NAN, .y = {y, 2}, .statistic = "mean"};
    check_equal(choose(&t, grid, NULL, &r), SWEEP_OK);
    check_true(t.f.result[0].is_rate && !t.f.result[0].is_ratio, "a rate");
    check_true(!t.f.result[1].is_rate && t.f.result[1].is_ratio, "a ratio");
    check_true(isnan(t.f.result[0].level), "a level nobody asked for");
    check_same_bits(t.f.result[1].level, 1);
    check_text(t.f.statistic[1], "t95_low");
    check_text(t.f.statistic[2], "t95_high");
    strike(&t);

    r = (struct figure_request){.level = 3, .y = {y, 2}, .band = {ends, 2}};
    check_equal(choose(&t, grid, NULL, &r), SWEEP_OK);
    check_same_bits(t.f.result[0].level, 3);
    check_same_bits(t.f.result[1].level, 3);
    check_text(t.f.statistic[0], "median");
    check_text(t.f.statistic[1], "q10");
    strike(&t);

    r.band = (struct figure_words){one, 1};
    check_equal(choose(&t, grid, NULL, &r), SWEEP_OK);
    check_equal(t.f.statistic_count, 2);
    check_text(t.f.statistic[1], "sem");
    strike(&t);
    r.band = (struct figure_words){no, 1};
    check_equal(choose(&t, grid, NULL, &r), SWEEP_OK);
    check_equal(t.f.statistic_count, 1);
    strike(&t);
}

/* Of a long table with many facets what has room, and the names of the rest. */
static void test_room(void **state)
{
    (void)state;
    struct scene t;
    char body[512];
    static const char format[] = "grid:\n  samples: %s\n  noise: [1, 2]\n"
                                 "  step_scale: [0, 1, 2]\ntable:\n"
                                 "  columns: [norm, steps, psi, phi, kinks, flips, "
                                 "stop_reason, scaled_eps, exact_tau, none_tau]\n";
    snprintf(body, sizeof body, format, "4");
    check_equal(choose(&t, body, NULL, &nothing_asked), SWEEP_OK);
    check_equal(t.f.result_count, FIGURE_RESULTS);
    check_equal(t.f.unshown_count, 1);
    check_text(column_table[t.f.unshown[0]].name, "none_tau");
    strike(&t);
    snprintf(body, sizeof body, format, "[4, 5, 6, 7, 8]");
    char noise[] = "noise", *by[] = {noise};
    struct figure_request r = {.level = NAN, .by = {by, 1}};
    check_equal(choose(&t, body, NULL, &r), SWEEP_OK);
    check_equal(t.f.result_count, 2); /* of 5 facets: 10 panels */
    check_equal(t.f.unshown_count, 7);
    check_text(column_table[t.f.unshown[0]].name, "psi");
    strike(&t);
}

static void test_case_count(void **state)
{
    (void)state;
    check_cases(103);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_preset_axes), cmocka_unit_test(test_asked_axes),
        cmocka_unit_test(test_refused),     cmocka_unit_test(test_results),
        cmocka_unit_test(test_room),        cmocka_unit_test(test_case_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
