#include "check.h"
#include "sweep/grid_yaml.h"
#include "sweep/memory.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* Files in grids/bad and in grids/good. */
enum { BAD_COUNT = 205, GOOD_COUNT = 31 };

#define HEAD "name: x\nseed: 7\nreplicates: 3\n"

static int read_text(struct grid *g, const char *text, struct diagnostics *log)
{
    return grid_read_text(g, "x.yaml", text, strlen(text), log);
}

/* All messages, one a line; free it. */
static char *messages(const struct diagnostics *log)
{
    char *text = NULL, line[1024];
    size_t size;
    FILE *stream = open_memstream(&text, &size);

    for (size_t i = 0; i < log->count; i++)
        fprintf(stream, "%s\n", diagnostic_text(&log->item[i], line, sizeof line));
    fclose(stream);
    return text;
}

static char *file_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, 1 << 16);

    check_true(file != NULL, "%s is missing", path);
    if (file) {
        check_true(fread(text, 1, (1 << 16) - 1, file) > 0, "%s is empty", path);
        fclose(file);
    }
    return text;
}

static int is_grid(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');

    return dot && strcmp(dot, ".yaml") == 0;
}

static void replay_bad(const char *name)
{
    struct diagnostics log = {0};
    struct grid g;
    char path[300], *expected, *got;

    check_equal(grid_read_file(&g, name, &log), SWEEP_INPUT);
    check_true(g.cell_count == 0 && g.name == NULL, "%s leaves a grid", name);
    snprintf(path, sizeof path, "%.*s.expected", (int)strlen(name) - 5, name);
    expected = file_text(path);
    got = messages(&log);
    check_text(got, expected);
    free(got);
    free(expected);
    diagnostics_release(&log);
}

/* Every file in grids/bad is reported in exactly the words of its .expected. */
static void bad_files(void **state)
{
    struct dirent **entry;
    int count;

    (void)state;
    check_equal(chdir(TEST_GRIDS "/bad"), 0);
    count = scandir(".", &entry, is_grid, alphasort);
    check_equal(count, BAD_COUNT);
    for (int i = 0; i < count; i++) {
        replay_bad(entry[i]->d_name);
        free(entry[i]);
    }
    free(entry);
}

static void good_files(void **state)
{
    struct dirent **entry;
    int count;

    (void)state;
    check_equal(chdir(TEST_GRIDS "/good"), 0);
    count = scandir(".", &entry, is_grid, alphasort);
    check_equal(count, GOOD_COUNT);
    for (int i = 0; i < count; i++) {
        struct diagnostics log = {0};
        struct grid g;
        char *got;

        check_true(grid_read_file(&g, entry[i]->d_name, &log) == SWEEP_OK, "%s",
                   entry[i]->d_name);
        got = messages(&log);
        check_text(got, "");
        free(got);
        diagnostics_release(&log);
        grid_release(&g);
        free(entry[i]);
    }
    free(entry);
}

static void every_field(void **state)
{
    struct diagnostics log = {0};
    struct grid g;

    (void)state;
    check_equal(chdir(TEST_GRIDS "/good"), 0);
    check_equal(grid_read_file(&g, "full.yaml", &log), SWEEP_OK);
    check_text(g.file, "full.yaml");
    check_text(g.name, "step_scale");
    check_true(g.seed == UINT64_MAX, "seed");
    check_equal(g.replicates, 100);
    check_equal(g.text_size, strlen(g.text));
    check_equal(strncmp(g.text, "name: step_scale\n", 17), 0);
    check_equal(g.axis_count, 3);
    check_equal(g.axes[0].parameter[0], P_DIMENSION);
    check_equal(g.axes[2].count, 21);
    check_same_bits(g.fixed.value[P_MODEL], MODEL_RELU);
    check_same_bits(g.fixed.value[P_SIGNAL_EXPONENT], -0.2);
    check_true(g.given[P_WIDTH] && !g.given[P_LEAK], "given");
    check_equal(g.line[P_WIDTH], 8);
    check_equal(g.column[P_WIDTH], 3);
    check_equal(g.line[P_LEAK], 0);
    check_text(g.where, "samples * 100 <= dimension");
    check_equal(g.where_line, 12);
    check_equal(g.where_column, 8);
    check_same_bits(g.success[THRESHOLD_EPS], 0.5);
    check_same_bits(g.success[THRESHOLD_DELTA], 0.3);
    check_same_bits(g.success[THRESHOLD_TAU], 1e-2);
    check_same_bits(g.success[THRESHOLD_RELATIVE_DELTA], 0.2);
    check_true(isnan(g.success[THRESHOLD_RELATIVE_EPS]), "not given");
    check_true(grid_has_success(&g), "a threshold is");
    check_equal(g.table.row_count, 3);
    check_equal(g.table.rows[1], P_SAMPLES);
    check_equal(g.table.column_count, 3);
    check_equal(g.table.columns[0], C_SCALED_EPS);
    check_equal(g.table.statistic_count, 6);
    check_text(g.table.statistics[4], "q975");
    check_text(g.texts.text[DATA_MIXTURE], "mixture");
    check_equal(g.product_count, 168);
    check_equal(g.cell_count, 147);
    grid_release(&g);
    check_equal(read_text(&g, HEAD "grid: {}\n", &log), SWEEP_OK);
    check_true(!grid_has_success(&g), "no thresholds");
    check_equal(g.table.row_count + g.table.column_count + g.table.statistic_count, 0);
    check_equal(g.cell_count, 1);
    grid_release(&g);
    diagnostics_release(&log);
}

static void until(void **state)
{
    struct diagnostics log = {0};
    struct grid g;
    char text[200];

    (void)state;
    check_equal(chdir(TEST_GRIDS "/good"), 0);
    check_equal(grid_read_file(&g, "until.yaml", &log), SWEEP_OK);
    check_equal(g.replicates, 1000);
    check_equal(g.until.least, 20);
    check_equal(g.until.column, C_EXACT_TAU);
    check_same_bits(g.until.halfwidth, 0.05);
    check_same_bits(g.until.level, 0.9);
    check_true(g.until.relative, "relative");
    check_text(grid_replicates_text(&g, text, sizeof text),
               "20 to 1000, until the 90% interval of exact_tau is within 5% of its "
               "mean");
    grid_release(&g);
    check_equal(grid_read_file(&g, "until_absolute.yaml", &log), SWEEP_OK);
    check_same_bits(g.until.level, 0.95);
    check_true(!g.until.relative, "absolute");
    check_text(
        grid_replicates_text(&g, text, sizeof text),
        "2 to 2, until the 95% interval of separated is within 0.001 of its mean");
    grid_release(&g);
    check_equal(read_text(&g, HEAD "grid: {}\n", &log), SWEEP_OK);
    check_equal(g.until.least, 0);
    check_text(grid_replicates_text(&g, text, sizeof text), "3");
    grid_release(&g);
    diagnostics_release(&log);
}

/* The values of the only axis of a grid. */
static void check_axis(const char *axis, const double *expected, size_t count)
{
    struct diagnostics log = {0};
    struct grid g;
    char text[512];

    snprintf(text, sizeof text, HEAD "grid: {%s}\n", axis);
    check_equal(read_text(&g, text, &log), SWEEP_OK);
    check_equal(g.axis_count, 1);
    check_true(g.axis_count == 1 && g.axes[0].count == count, "%s", axis);
    for (size_t i = 0; g.axis_count == 1 && i < count && i < g.axes[0].count; i++)
        check_same_bits(g.axes[0].values[i], expected[i]);
    grid_release(&g);
    diagnostics_release(&log);
}

#define CHECK_AXIS(axis, ...)                                                          \
    check_axis(axis, (double[]){__VA_ARGS__},                                          \
               sizeof((double[]){__VA_ARGS__}) / sizeof(double))

static void ranges(void **state)
{
    (void)state;
    CHECK_AXIS("step_scale: {linspace: [0, 1, 11]}", 0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6,
               0.7, 0.8, 0.9, 1);
    CHECK_AXIS("step_scale: {linspace: [1, -1, 5]}", 1, 0.5, 0, -0.5, -1);
    CHECK_AXIS("step_scale: {linspace: [3, 3, 1]}", 3);
    CHECK_AXIS("step_scale: {linspace: [0.1234567890123456, 1, 2]}", 0.1234567890123456,
               1);
    CHECK_AXIS("dimension: {logspace: [1e3, 1e6, 4]}", 1e3, 1e4, 1e5, 1e6);
    CHECK_AXIS("noise: {logspace: [1e-3, 10, 5]}", 1e-3, 1e-2, 1e-1, 1, 10);
    CHECK_AXIS("noise: {logspace: [8, 0.5, 5]}", 8, 4, 2, 1, 0.5);
    CHECK_AXIS("samples: {linspace: [2, 5, 7]}", 2, 3, 4, 5); /* 2.5 rounds to 3 */
    CHECK_AXIS("samples: {logspace: [2, 8, 9]}", 2, 3, 4, 5, 6, 7, 8);
    CHECK_AXIS("step_scale: {range: [0, 1, 0.25]}", 0, 0.25, 0.5, 0.75, 1);
    CHECK_AXIS("step_scale: {range: [0, 0.3, 0.1]}", 0, 0.1, 0.2, 0.3);
    CHECK_AXIS("step_scale: {range: [0, 1, 0.3]}", 0, 0.3, 0.6, 0.9);
    CHECK_AXIS("step_scale: {range: [1, 0, -0.5]}", 1, 0.5, 0);
    CHECK_AXIS("step_scale: {range: [1, 1, 5]}", 1);
    CHECK_AXIS("step_scale: [1e-3, -2, 0.5]", 1e-3, -2, 0.5);
    CHECK_AXIS("model: [relu, \"linear\"]", MODEL_RELU, MODEL_LINEAR);
    CHECK_AXIS("retrain: [false, true]", 0, 1);
}

static void check_unreadable(const char *path, int status, const char *expected)
{
    struct diagnostics log = {0};
    struct grid g;
    char *got;

    check_equal(grid_read_file(&g, path, &log), status);
    got = messages(&log);
    check_text(got, expected);
    free(got);
    diagnostics_release(&log);
}

static void unreadable_files(void **state)
{
    char directory[] = "/tmp/sweep-test-XXXXXX";
    char *block = calloc(1, GRID_FILE_LIMIT + 1);
    FILE *file;

    (void)state;
    check_true(mkdtemp(directory) && chdir(directory) == 0, "no folder to test in");
    check_unreadable("none.yaml", SWEEP_IO,
                     "error: cannot open 'none.yaml': No such file or directory\n");
    check_unreadable(".", SWEEP_IO, "error: cannot open '.': Is a directory\n");
    check_unreadable("/dev/zero", SWEEP_INPUT,
                     "/dev/zero: error: too big for a grid file: at most 1048576 bytes "
                     "are read\n");
    file = fopen("big.yaml", "wb");
    memset(block, '#', GRID_FILE_LIMIT + 1);
    check_equal(fwrite(block, 1, GRID_FILE_LIMIT + 1, file), GRID_FILE_LIMIT + 1);
    fclose(file);
    check_unreadable("big.yaml", SWEEP_INPUT,
                     "big.yaml: error: too big for a grid file: 1048577 bytes, at most "
                     "1048576 are read\n");
    check_equal(truncate("big.yaml", GRID_FILE_LIMIT), 0);
    check_unreadable(
        "big.yaml", SWEEP_INPUT,
        "big.yaml:1:1: error: the file is empty: start with 'name: ...'\n");
    check_equal(unlink("big.yaml"), 0);
    check_equal(chdir("/") + rmdir(directory), 0);
    free(block);
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* A grid file of the largest size made of `unit` again and again ends soon. */
static void check_soon(const char *start, const char *unit)
{
    struct diagnostics log = {0};
    struct grid g;
    size_t length = strlen(unit), used = strlen(start);
    char *text = calloc(1, GRID_FILE_LIMIT + 1);
    double began = now();

    memcpy(text, start, used);
    for (; used + length < GRID_FILE_LIMIT; used += length)
        memcpy(text + used, unit, length);
    check_equal(grid_read_text(&g, "x.yaml", text, used, &log), SWEEP_INPUT);
    check_true(log.count > 0 && log.count <= 200, "%zu messages for %s%s...", log.count,
               start, unit);
    check_true(now() - began < 20, "%g s for %s%s...", now() - began, start, unit);
    diagnostics_release(&log);
    free(text);
}

static void hostile_files_end_soon(void **state)
{
    (void)state;
    check_soon("", "[");
    check_soon("", "{");
    check_soon("", "- ");
    check_soon("", "? ");
    check_soon("", "a: ");
    check_soon("", "a: 1\n");
    check_soon("", "\t");
    check_soon("", "x");
    check_soon("", "'x");
    check_soon("", "&a ");
    check_soon("", "!!a ");
    check_soon("a: \"", "\\n");
    check_soon(HEAD "grid: {labels: [", "a,");
    check_soon(HEAD "grid: {samples: [", "5,");
    check_soon(HEAD "grid: {samples: [", "x,");
    check_soon(HEAD "grid: {samples: [", "[],");
    check_soon(HEAD "grid: {model: [", "reul,");
    check_soon(HEAD "grid: {}\nwhere: ", "1+");
    check_soon(HEAD "grid: {}\nwhere: ", "(");
    check_soon(HEAD "grid: {}\nzip: [", "[a,b],");
    check_soon(HEAD "grid: {}\ntable: {statistics: [", "q05,");
    check_soon(HEAD "grid:\n", "  foo: 1\n");
    check_soon("%YAML 1.1\n", "---\n");
}

/* Whichever allocation fails: no leak, no crash, and the right code. */
static void memory_runs_out(void **state)
{
    static const char text[] =
        HEAD "grid: {dimension: [100, 200], width: [10, 20], method: [none, ascent],\n"
             "  step_scale: {linspace: [0, 1, 3]}, labels: a, data: mixture}\n"
             "zip: [[dimension, width]]\nderive: {noise: dimension / 100}\n"
             "where: dimension > 1\ntable: {rows: [width], statistics: [q05]}\n";
    long failures = 0;
    int status = SWEEP_NO_MEMORY;

    (void)state;
    for (; status == SWEEP_NO_MEMORY && failures < 1000; failures++) {
        struct diagnostics log = {0};
        struct grid g;

        memory_fail_after(failures);
        status = read_text(&g, text, &log);
        memory_fail_after(-1);
        check_true(log.count > 0, "allocation %ld fails in silence", failures);
        check_true(g.name == NULL, "allocation %ld leaves a grid", failures);
        diagnostics_release(&log);
    }
    check_equal(status, SWEEP_INPUT); /* labels have no effect */
    check_true(failures > 50, "%ld allocations", failures);
}

static void large_grids_are_quick(void **state)
{
    struct diagnostics log = {0};
    struct grid g;
    double began = now();

    (void)state;
    check_equal(read_text(&g,
                          HEAD "grid: {method: [none, ascent], step_scale: {linspace: "
                               "[0, 1, 500]}, noise: {linspace: [1, 2, 1000]}}\n",
                          &log),
                SWEEP_OK);
    check_equal(g.cell_count, 1000 + 500 * 1000);
    check_true(now() - began < 10, "%g s for a million points", now() - began);
    grid_release(&g);
    diagnostics_release(&log);
}

static void all_cases_ran(void **state)
{
    (void)state;
    check_count_at_least(1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_files),
        cmocka_unit_test(good_files),
        cmocka_unit_test(every_field),
        cmocka_unit_test(until),
        cmocka_unit_test(ranges),
        cmocka_unit_test(unreadable_files),
        cmocka_unit_test(hostile_files_end_soon),
        cmocka_unit_test(memory_runs_out),
        cmocka_unit_test(large_grids_are_quick),
        cmocka_unit_test(all_cases_ran),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
