#include "figure_scene.h"

static double one(const struct setting *s, uint64_t replicate, enum column c)
{
    (void)s;
    (void)replicate;
    (void)c;
    return 1;
}

/* Whether an axis with these values is logarithmic, and how many stand on its floor. */
static void check_axis(const char *parameter, const char *values, bool log,
                       size_t floored)
{
    struct scene t;
    char body[256], norm[] = "norm", *y[] = {norm};
    struct figure_request r = {.level = NAN, .x = parameter, .y = {y, 1}};
    snprintf(body, sizeof body, "grid:\n  %s: %s\n", parameter, values);
    check_equal(draw(&t, body, NULL, &r, one), SWEEP_OK);
    const struct figure_axis *x = &t.f.x;
    check_true(x->scale.log == log, "%s %s: log %d", parameter, values, x->scale.log);
    check_equal(x->scale.floored, floored);
    for (size_t k = 0; k < x->count; k++) {
        double at = x->words                       ? (double)k
                    : x->value[k] < x->scale.floor ? x->scale.floor
                                                   : x->value[k];
        check_true(x->scale.low < at && at < x->scale.high, "%s %s: %g is outside",
                   parameter, values, at);
        check_true(k == 0 || x->words || x->value[k - 1] < x->value[k], "ascending");
    }
    check_true((floored > 0) == (log && x->scale.floor > 0), "the floor");
    strike(&t);
}

static void test_axis(void **state)
{
    (void)state;
    /* All positive, and evenly spaced as powers or two decades wide. */
    check_axis("dimension", "[100, 1000, 10000]", true, 0);
    check_axis("samples", "[4, 8, 16]", true, 0);
    check_axis("dimension", "[10, 11, 1000]", true, 0);
    check_axis("dimension", "[1000, 100, 10000]", true, 0);
    check_axis("dimension", "[10, 1000]", true, 0);
    check_axis("dimension", "[10, 100]", false, 0);
    check_axis("samples", "[4, 5, 6]", false, 0);
    check_axis("samples", "[10, 20, 30, 40]", false, 0);
    /* 0 among them: on the floor. */
    check_axis("step_scale", "[0, 0.001, 0.1, 1]", true, 1);
    check_axis("step_scale", "[0, 0.5, 1, 2]", false, 0);
    check_axis("step_scale", "[-1, 0.001, 0.1, 1]", false, 0);
    check_axis("step_scale", "[1]", false, 0);
    check_axis("step_scale", "[0]", false, 0);
    check_axis("method", "[ascent, random, none]", false, 0);
}

/* What the norm is at step_scale 0, 1, ... */
static const double *shape;

static double shaped(const struct setting *s, uint64_t replicate, enum column c)
{
    (void)replicate;
    double value = shape[(size_t)s->value[P_STEP_SCALE]];
    return column_table[c].type == COLUMN_INTEGER ? round(value) : value;
}

/* The scale of these results. */
static struct figure_scale scale_of(const char *result, const double *values,
                                    size_t count, bool map)
{
    struct scene t;
    char body[256], y_word[32], *y[] = {y_word};
    struct figure_request r = {
        .level = NAN, .x = "step_scale", .y = {y, 1}, .map = map};
    strcpy(y_word, result);
    shape = values;
    snprintf(body, sizeof body,
             "grid:\n  step_scale: {range: [0, %zu, 1]}\n  samples: [4, 5]\n",
             count - 1);
    check_equal(draw(&t, body, NULL, &r, shaped), SWEEP_OK);
    struct figure_scale s = t.f.result[0].scale;
    for (size_t k = 0; k < count; k++) {
        double at = s.log && values[k] < s.floor ? s.floor : values[k];
        check_true(isnan(at) || (s.low <= at && (at <= s.high || map)),
                   "%s: %g is outside %g .. %g", result, at, s.low, s.high);
    }
    check_equal(t.f.lines, 2);
    strike(&t);
    return s;
}

static void test_scale(void **state)
{
    (void)state;
    struct figure_scale s;
    /* More than two decades, nowhere negative. */
    check_true(!scale_of("norm", (double[]){1, 5, 20, 99}, 4, false).log, "99");
    check_true(scale_of("norm", (double[]){1, 5, 20, 101}, 4, false).log, "101");
    check_true(!scale_of("norm", (double[]){-1, 5, 20, 101}, 4, false).log, "-1");
    check_true(scale_of("norm", (double[]){NAN, 5e-3, 20, 101}, 4, false).log, "NaN");
    /* On the floor: 0, and what is six decades below the bulk; both lines count. */
    s = scale_of("norm", (double[]){0, 1, 20, 500}, 4, false);
    check_true(s.log && s.floored == 2, "0: %d, %zu", s.log, s.floored);
    check_true(s.floor > 0 && s.floor < 1, "floor %g", s.floor);
    s = scale_of("norm", (double[]){1e-16, 3e-15, 0, 1, 20, 5, 7}, 7, false);
    check_true(s.log && s.floored == 6, "rounding: %d, %zu", s.log, s.floored);
    check_true(s.floor > 1e-6 && s.floor < 1, "floor %g", s.floor);
    s = scale_of("norm", (double[]){1e-5, 1, 20, 5}, 4, false);
    check_true(s.log && s.floored == 0, "five decades: %zu", s.floored);
    /* Counts have a zero of their own, and most being 0 leaves no bulk above it. */
    check_true(!scale_of("flips", (double[]){0, 1, 20, 500}, 4, false).log, "flips");
    check_true(!scale_of("norm", (double[]){0, 0, 0, 0, 1}, 5, false).log, "zeros");
    /* A ratio on a map: as far below 1 as above, white at 1. */
    s = scale_of("retrain_ratio", (double[]){0.5, 1, 4}, 3, true);
    check_true(s.log && s.floored == 0, "a ratio");
    check_close(s.low * s.high, 1, 1e-14);
    check_close(s.high, 4, 1e-14);
    s = scale_of("retrain_ratio", (double[]){0.05, 1, 4}, 3, true);
    check_close(s.low, 0.05, 1e-14);
    s = scale_of("retrain_ratio", (double[]){0, 0.9, 1, 4}, 4, true);
    check_equal(s.floored, 2);
    check_same_bits(s.floor, s.low);
}

/* norm = 10 samples + step + replicate; exact_tau nowhere, flips at step 2 only. The
 * first replicate at samples 5 failed, the second at step 1 is not there. */
static double holes(const struct setting *s, uint64_t replicate, enum column c)
{
    double samples = s->value[P_SAMPLES], step = s->value[P_STEP_SCALE];
    if (c == C_EXACT_TAU || (c == C_FLIPS && step != 2))
        return NAN;
    if (c == C_NORM && samples == 5 && replicate == 0)
        return FAILED;
    if (c == C_NORM && step == 1 && replicate == 1)
        return ABSENT;
    return c == C_NORM ? 10 * samples + step + (double)replicate : 1;
}

static void test_fill(void **state)
{
    (void)state;
    struct scene t;
    char norm[] = "norm", tau[] = "exact_tau", flips[] = "flips", success[] = "success";
    char *y[] = {tau, norm, flips, success};
    struct figure_request r = {.level = NAN, .y = {y, 4}};
    check_equal(draw(&t,
                     "grid:\n  samples: [5, 4]\n  noise: [1, 2]\n"
                     "  step_scale: [2, 0, 1]\nwhere: noise = 1 or step_scale < 2\n"
                     "success: {eps: 1}\n",
                     "noise = 1 or samples = 4", &r, holes),
                SWEEP_OK);
    const struct figure *f = &t.f;
    check_text(axes(f), "step_scale | samples | noise |");
    /* exact_tau is taken out, and named. */
    check_equal(f->missing_count, 1);
    check_text(f->missing[0], "exact_tau");
    check_equal(f->result_count, 3);
    check_text(f->result[0].name, "norm");
    check_true(!f->bars, "bands");
    /* Places: facets and lines in the order of cells, x ascending. */
    check_equal(f->facets, 2);
    check_equal(f->lines, 2);
    check_equal(f->x.count, 3);
    for (size_t k = 0; k < 12; k++) {
        size_t facet = k / 6, line = k / 3 % 2, x = k % 3;
        bool there = facet == 0 || (line == 1 && x < 2);
        check_true((f->row[k] != FIGURE_EMPTY) == there, "place %zu", k);
        if (!there) {
            check_true(isnan(figure_value(f, f->row[k], 0, FIGURE_CENTER)), "a hole");
            continue;
        }
        /* Replicates 0 to 2, less 0 (failed) and 1 (not there). */
        double base = (line == 0 ? 50 : 40) + (double)x;
        double low = line == 0 ? (x == 1 ? 2 : 1) : 0;
        check_close(figure_value(f, f->row[k], 0, FIGURE_CENTER), base + (low + 2) / 2,
                    1e-14);
        check_close(figure_value(f, f->row[k], 0, FIGURE_LOW),
                    base + low + (2 - low) / 4, 1e-14);
        check_close(figure_value(f, f->row[k], 0, FIGURE_HIGH),
                    base + 2 - (2 - low) / 4, 1e-14);
        check_same_bits(figure_value(f, f->row[k], 2, FIGURE_CENTER), 1);
        check_true(figure_value(f, f->row[k], 2, FIGURE_LOW) < 0.7, "Wilson");
        check_true(isnan(figure_value(f, f->row[k], 1, FIGURE_CENTER)) == (x != 2),
                   "flips");
    }
    /* 8 cells of 3 replicates, 3 of them at step 1, 3 with samples 5. */
    check_equal(f->expected, 24);
    check_equal(f->trials, 21);
    check_equal(f->failed, 3);
    check_equal(f->undefined, 13); /* flips: all but the five good ones at step 2 */
    check_equal(f->result[0].least_n, 1);
    check_equal(f->result[0].most_n, 3);
    check_equal(f->result[1].least_n, 2);
    check_true(f->result[0].has_band && f->result[2].has_band, "bands");
    check_same_bits(f->result[2].scale.low, 0);
    check_same_bits(f->result[2].scale.high, 1);
    strike(&t);
}

static void test_nothing_defined(void **state)
{
    (void)state;
    struct scene t;
    char tau[] = "exact_tau", *y[] = {tau};
    struct figure_request r = {.level = NAN, .y = {y, 1}};
    check_equal(draw(&t, "grid:\n  samples: [4, 5]\n  step_scale: [0, 1, 2]\n", NULL,
                     &r, holes),
                SWEEP_INPUT);
    check_equal(t.log.count, 1);
    check_text(t.log.item[0].message,
               "nothing to plot: 'exact_tau' is defined in no trial here; see 'sweep "
               "status'");
    strike(&t);
}

/* Bars where there is nothing between two values of x; no band of a single trial. */
static void test_bars(void **state)
{
    (void)state;
    struct scene t;
    char norm[] = "norm", *y[] = {norm};
    struct figure_request r = {.level = NAN, .y = {y, 1}, .x = "method"};
    static const char grid[] = "grid:\n  samples: 4\n  method: [retrain, ascent]\n"
                               "  noise: [1, 2]\n";
    check_equal(draw(&t, grid, NULL, &r, one), SWEEP_OK);
    check_true(t.f.bars && t.f.x.words && t.f.result[0].has_band, "bars");
    check_equal(t.f.x.value[0], METHOD_RETRAIN);
    check_equal(t.f.x.value[1], METHOD_ASCENT);
    strike(&t);
    r.x = "noise";
    check_equal(draw(&t, grid, NULL, &r, one), SWEEP_OK);
    check_true(!t.f.bars && !t.f.x.words, "bands");
    strike(&t);
    check_equal(draw(&t, "grid:\n  noise: [1]\n", NULL, &r, one), SWEEP_OK);
    check_true(t.f.bars && !t.f.x.words, "a single value");
    strike(&t);
    char none[] = "none", *no[] = {none};
    r.band = (struct figure_words){no, 1};
    check_equal(draw(&t, grid, NULL, &r, one), SWEEP_OK);
    check_true(!t.f.result[0].has_band, "none was asked for");
    strike(&t);
}

static double lonely(const struct setting *s, uint64_t replicate, enum column c)
{
    (void)s;
    return c == C_NORM && replicate > 0 ? ABSENT : 1;
}

static void test_one_trial(void **state)
{
    (void)state;
    struct scene t;
    char norm[] = "norm", *y[] = {norm};
    struct figure_request r = {.level = NAN, .y = {y, 1}};
    check_equal(draw(&t, "grid:\n  noise: [1, 2, 3]\n", NULL, &r, lonely), SWEEP_OK);
    check_equal(t.f.result[0].most_n, 1);
    check_true(!t.f.result[0].has_band, "a band of one trial");
    strike(&t);
}

/* A map has a row for each value of the vertical axis. */
static void test_map(void **state)
{
    (void)state;
    struct scene t;
    char norm[] = "norm", samples[] = "samples", *y[] = {norm}, *by[] = {samples};
    struct figure_request r = {.level = NAN, .y = {y, 1}, .by = {by, 1}, .map = true};
    check_equal(draw(&t, "grid:\n  samples: [6, 4, 5]\n  step_scale: [0, 1, 2]\n", NULL,
                     &r, holes),
                SWEEP_OK);
    check_equal(t.f.lines, 3);
    check_equal(t.f.vertical.parameter, P_SAMPLES);
    check_same_bits(t.f.vertical.value[0], 4);
    for (size_t k = 0; k < 9; k++) {
        struct setting s;
        grid_cell(&t.g, t.a.row[t.f.row[k]].cell, &s);
        check_same_bits(s.value[P_SAMPLES], 4 + (double)(k / 3));
        check_same_bits(s.value[P_STEP_SCALE], (double)(k % 3));
    }
    strike(&t);
}

/* Where x has no effect there is a line without a place along it: the step of those
 * that take none is no value of the axis. */
static void test_without_effect(void **state)
{
    (void)state;
    struct scene t;
    char norm[] = "norm", *y[] = {norm};
    struct figure_request r = {.level = NAN, .y = {y, 1}};
    check_equal(draw(&t,
                     "grid:\n  method: [none, ascent, retrain]\n"
                     "  step_scale: [1, 2, 4]\n",
                     NULL, &r, one),
                SWEEP_OK);
    check_text(axes(&t.f), "step_scale | method | |");
    check_equal(t.f.lines, 3);
    check_equal(t.f.x.count, 3);
    check_same_bits(t.f.x.value[0], 1);
    check_true(t.f.x.scale.log, "1, 2, 4");
    for (size_t line = 0; line < 3; line++) {
        size_t rows = 0;
        for (size_t x = 0; x < t.f.x.count; x++)
            rows += t.f.row[line * t.f.x.count + x] != FIGURE_EMPTY;
        check_equal(rows, line == 1 ? 3 : 1);
        check_true(t.f.constant[line] == (line != 1), "line %zu", line);
        check_true(t.f.row[line * t.f.x.count] != FIGURE_EMPTY, "line %zu", line);
    }
    strike(&t);

    /* With one value besides there is nothing to leave it out of. */
    check_equal(
        draw(&t, "grid:\n  method: [none, ascent]\n  step_scale: [1]\n", NULL,
             &(struct figure_request){.level = NAN, .y = {y, 1}, .x = "step_scale"},
             one),
        SWEEP_OK);
    check_equal(t.f.x.count, 2);
    strike(&t);
}

/* Each allocation fails once, on the way from a grid to a figure. */
static void test_no_memory(void **state)
{
    (void)state;
    struct scene t;
    char norm[] = "norm", *y[] = {norm};
    const struct figure_request r = {.level = NAN, .y = {y, 1}};
    size_t refused = 0;
    assert_int_equal(
        draw(&t, "grid:\n  samples: [4, 5]\n  step_scale: [0, 1, 2]\n", NULL, &r, one),
        SWEEP_OK);
    for (int status = SWEEP_NO_MEMORY; status != SWEEP_OK; refused++) {
        figure_release(&t.f);
        memory_fail_after((long)refused);
        status = figure_choose(&t.f, &t.cells, &r, &t.log);
        if (status == SWEEP_OK) {
            figure_table(&t.f);
            status = figure_fill(&t.f, &t.a, &t.log);
        }
        memory_fail_after(-1);
        if (status != SWEEP_NO_MEMORY && status != SWEEP_OK)
            fail_msg("allocation %zu: %s", refused, status_name(status));
    }
    check_true(refused > 20, "%zu allocations", refused);
    check_equal(t.f.lines, 2);
    strike(&t);
}

/* norm = 3 dimension^-0.5, times a factor that turns at samples 5; 0 at dimension 1000 and
 * samples 6; eps is a law of two points. */
static double power(const struct setting *s, uint64_t replicate, enum column c)
{
    (void)replicate;
    double d = s->value[P_DIMENSION], samples = s->value[P_SAMPLES];
    if (c == C_RESTORED_EPS)
        return samples == 4 && d >= 1000 ? d * d : NAN;
    if (c != C_NORM || (samples == 6 && d == 1000))
        return 0;
    return 3 / sqrt(d) * (samples == 5 ? (d == 1000 ? 4 : 1) : 1);
}

static void test_fits(void **state)
{
    (void)state;
    struct scene t;
    char norm[] = "norm", eps[] = "restored_eps", *y[] = {norm, eps}, by[] = "samples";
    char *line[] = {by};
    struct figure_request r = {
        .level = NAN, .x = "dimension", .y = {y, 2}, .by = {line, 1}, .fit = true};
    check_equal(draw(&t,
                     "grid:\n  samples: [4, 5, 6]\n  dimension: [100, 1000, 10000]\n",
                     NULL, &r, power),
                SWEEP_OK);
    const struct figure_fit *fit = t.f.fit;
    check_equal(fit[0].points, 3);
    check_close(fit[0].exponent, -0.5, 1e-13);
    check_close(fit[0].factor, 3, 1e-12);
    check_true(fit[0].half < 1e-12, "an exact law: %g", fit[0].half);
    check_close(fit[0].from, 100, 1e-13);
    check_close(fit[0].to, 10000, 1e-13);
    /* The middle off by log 4 leaves the slope; its residuals are -1/3, 2/3, -1/3 of that,
     * one degree of freedom is left, and Student's 97.5 % point is tan(0.475 pi). */
    check_close(fit[1].exponent, -0.5, 1e-13);
    check_close(fit[1].factor, 3 * cbrt(4), 1e-12);
    check_close(fit[1].half,
                tan(0.475 * M_PI) * sqrt(6. / 9) * log(4) / (log(10) * sqrt(2)), 1e-10);
    /* Two points have no interval, none no law. */
    check_equal(fit[2].points, 2);
    check_close(fit[2].exponent, -0.5, 1e-13);
    check_true(isnan(fit[2].half), "an interval of two points");
    check_equal(fit[3].points, 2);
    check_close(fit[3].exponent, 2, 1e-13);
    check_equal(fit[4].points, 0);
    check_true(isnan(fit[4].exponent), "a law of no point");
    strike(&t);
}

/* Scales that are asked for. */
static void test_asked_scales(void **state)
{
    (void)state;
    struct scene t;
    char norm[] = "norm", *y[] = {norm};
    struct figure_request r = {
        .level = NAN, .x = "samples", .y = {y, 1}, .log_x = LOG_YES, .log_y = LOG_YES};
    check_equal(draw(&t, "grid:\n  samples: [4, 5, 6]\n", NULL, &r, one), SWEEP_OK);
    check_true(t.f.x.scale.log && t.f.x.scale.low > 0 && t.f.x.scale.low < 4,
               "along x");
    check_true(t.f.result[0].scale.log && t.f.result[0].scale.low > 0, "of a result");
    strike(&t);
    r.log_x = r.log_y = LOG_NO;
    r.x = "dimension";
    check_equal(draw(&t, "grid:\n  dimension: [10, 1000, 100000]\n", NULL, &r, one),
                SWEEP_OK);
    check_true(!t.f.x.scale.log && t.f.x.scale.low < 10, "linear");
    strike(&t);
    const char *const refused[][2] = {
        {"step_scale: [-1, 1, 2]",
         "no log axis for 'step_scale': it has negative values"},
        {"step_scale: [0, 1]", "no log axis for 'step_scale': it has no two positive "
                               "values"},
        {"method: [ascent, none]", "no log axis for 'method': it has words for values"},
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        char body[256];
        r = (struct figure_request){.level = NAN, .y = {y, 1}, .log_x = LOG_YES};
        snprintf(body, sizeof body, "grid:\n  %s\n", refused[i][0]);
        check_equal(draw(&t, body, NULL, &r, one), SWEEP_INPUT);
        check_text(t.log.item[0].message, refused[i][1]);
        strike(&t);
    }
}

static void test_case_count(void **state)
{
    (void)state;
    check_cases(396);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_axis),         cmocka_unit_test(test_scale),
        cmocka_unit_test(test_fill),         cmocka_unit_test(test_nothing_defined),
        cmocka_unit_test(test_bars),         cmocka_unit_test(test_one_trial),
        cmocka_unit_test(test_map),          cmocka_unit_test(test_without_effect),
        cmocka_unit_test(test_no_memory),    cmocka_unit_test(test_fits),
        cmocka_unit_test(test_asked_scales), cmocka_unit_test(test_case_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
