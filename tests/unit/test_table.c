#include "fixture.h"

#include "sweep/table.h"

/* What the rows of the table made next pool. */
static struct aggregate_pooled pooled[] = {{P_WIDTH, 2}, {P_METHOD, 4}};
static size_t pooled_count;

/* A table made by hand over the cells of a grid: one result, two statistics, numbers
 * that are exact in a few digits. */
static char *render(const char *body, const struct table_request *request,
                    const char *format)
{
    struct grid g;
    struct diagnostics log = {0};
    struct aggregate a;
    size_t n[16] = {0}, size;
    double statistic[32];
    struct aggregate_row row[16] = {{0}};
    char *text = NULL;
    fixture_grid(&g, body);
    assert_int_equal(aggregate_resolve(&a, &g, request, &log), SWEEP_OK);
    assert_int_equal(a.column_count * a.statistic_count, 2);
    a.row = row;
    a.row_count = g.cell_count;
    a.pooled = pooled;
    a.pooled_count = pooled_count;
    for (size_t i = 0; i < g.cell_count; i++) {
        row[i] = (struct aggregate_row){.cell = i,
                                        .trials = 3,
                                        .failed = i == 1,
                                        .undefined = i == 2,
                                        .clusters = i == 1 ? 1 : 3,
                                        .success = {{0.5, 0.25, 0.75},
                                                    {0.125, 0, 0.375},
                                                    {0.25, 0.125, 0.5},
                                                    {0.375, 0.25, 0.5}}};
        row[i].n = n + i;
        row[i].statistic = statistic + 2 * i;
        statistic[2 * i] = (double)i + 0.5;
        statistic[2 * i + 1] = i == 1 ? (double)NAN : 0.1;
    }
    FILE *stream = open_memstream(&text, &size);
    size_t k = names_find(&all_formats, format);
    assert_true(k < all_formats.count);
    check_equal(table_formats[k].write(stream, &a, &g, NULL), SWEEP_OK);
    fclose(stream);
    a.row = NULL;
    a.pooled = NULL;
    a.row_count = 0;
    aggregate_release(&a);
    grid_release(&g);
    return text;
}

static enum column norm[] = {C_NORM};
static struct table_request only_norm = {.columns = norm, .column_count = 1};

static void check_table(const char *body, const char *format, const char *want)
{
    char *text = render(body, &only_norm, format);
    check_text(text, want);
    free(text);
}

#define TOP(cells)                                                                     \
    "# sweep " SWEEP_VERSION ", model version 6\n"                                     \
    "# grid test, seed 7, 3 replicates, " cells " cells\n"                             \
    "# norm: norm of the unlearned model scaled to margin 1\n"                         \
    "# _mean: mean of the defined values\n"                                            \
    "# _sem: standard error of the mean: sd / sqrt(n)\n"
#define COUNTS  "trials\tfailed\tundefined\t"
#define RESULTS "norm_mean\tnorm_sem\n"

static void test_tsv(void **state)
{
    (void)state;
    check_table("grid:\n  step_scale: [0, 0.1, 2]\n", "tsv",
                TOP("3") "step_scale\t" COUNTS RESULTS
                         "0\t3\t0\t0\t0.5\t0.10000000000000001\n"
                         "0.1\t3\t1\t0\t1.5\tNaN\n"
                         "2\t3\t0\t1\t2.5\t0.10000000000000001\n");
    /* No axis, no coordinate. */
    check_table("grid:\n  samples: 5\n", "tsv",
                TOP("1") COUNTS RESULTS "3\t0\t0\t0.5\t0.10000000000000001\n");
    check_table("grid:\n  samples: 5\nsuccess: {eps: 1}\n", "tsv",
                TOP("1") COUNTS
                "success\tsuccess_low\tsuccess_high\t"
                "scaled_success\tscaled_success_low\tscaled_success_high\t"
                "restored_success\trestored_success_low\trestored_success_high\t"
                "exact_success\texact_success_low\texact_success_high\t" RESULTS
                "3\t0\t0\t0.5\t0.25\t0.75\t0.125\t0\t0.375\t0.25\t0.125\t0.5"
                "\t0.375\t0.25\t0.5\t0.5\t0.10000000000000001\n");
}

static void test_blocks(void **state)
{
    (void)state;
    check_table("grid:\n  model: [linear, relu]\n  samples: [5, 6]\n", "tsv",
                TOP("4") "# [model=linear]\n"
                         "model\tsamples\t" COUNTS RESULTS
                         "linear\t5\t3\t0\t0\t0.5\t0.10000000000000001\n"
                         "linear\t6\t3\t1\t0\t1.5\tNaN\n"
                         "\n\n"
                         "# [model=relu]\n"
                         "model\tsamples\t" COUNTS RESULTS
                         "relu\t5\t3\t0\t1\t2.5\t0.10000000000000001\n"
                         "relu\t6\t3\t0\t0\t3.5\t0.10000000000000001\n");
    /* What is zipped with the last coordinate makes no block of its own. */
    check_table("grid:\n  width: [4, 8]\n  samples: [5, 6]\nzip: [[width, samples]]\n",
                "tsv",
                TOP("2") "width\tsamples\t" COUNTS RESULTS
                         "4\t5\t3\t0\t0\t0.5\t0.10000000000000001\n"
                         "8\t6\t3\t1\t0\t1.5\tNaN\n");
    /* Rows asked for in another order than that of the axes are brought together. */
    enum parameter rows[] = {P_SAMPLES, P_MODEL};
    struct table_request turned = only_norm;
    turned.rows = rows;
    turned.row_count = 2;
    char *text =
        render("grid:\n  model: [linear, relu]\n  samples: [5, 6]\n", &turned, "tsv");
    check_text(text, TOP("4") "# [samples=5]\n"
                              "samples\tmodel\t" COUNTS RESULTS
                              "5\tlinear\t3\t0\t0\t0.5\t0.10000000000000001\n"
                              "5\trelu\t3\t0\t1\t2.5\t0.10000000000000001\n"
                              "\n\n"
                              "# [samples=6]\n"
                              "samples\tmodel\t" COUNTS RESULTS
                              "6\tlinear\t3\t1\t0\t1.5\tNaN\n"
                              "6\trelu\t3\t0\t0\t3.5\t0.10000000000000001\n");
    free(text);
}

static void test_other_formats(void **state)
{
    (void)state;
    const char *body = "grid:\n  polish: [false, true]\n  model: [relu]\n";
    check_table(body, "csv",
                "polish,model,trials,failed,undefined,norm_mean,norm_sem\n"
                "false,relu,3,0,0,0.5,0.10000000000000001\n"
                "true,relu,3,1,0,1.5,NaN\n");
    check_table(
        body, "json",
        "{\"grid\": \"test\", \"seed\": 7, \"replicates\": 3, \"sweep\": "
        "\"" SWEEP_VERSION "\", \"model_version\": 6,\n"
        " \"rows\": [\n"
        "  {\"polish\": false, \"model\": \"relu\", \"trials\": 3, \"failed\": 0,"
        " \"undefined\": 0, \"norm_mean\": 0.5, \"norm_sem\": "
        "0.10000000000000001},\n"
        "  {\"polish\": true, \"model\": \"relu\", \"trials\": 3, \"failed\": 1,"
        " \"undefined\": 0, \"norm_mean\": 1.5, \"norm_sem\": null}\n"
        " ]}\n");
    check_table(body, "md",
                "| polish | model | trials | failed | undefined | norm_mean | norm_sem "
                "|\n"
                "|---|---|---|---|---|---|---|\n"
                "| false | relu | 3 | 0 | 0 | 0.5 | 0.1 |\n"
                "| true | relu | 3 | 1 | 0 | 1.5 | NaN |\n");
}

static void test_pooled(void **state)
{
    (void)state;
    static const char *const body = "grid:\n  step_scale: [0, 2]\n";
#define POOLED                                                                         \
    "width (2 values), method (4 values): sem and intervals over 1 to 3 clusters "     \
    "(trials of the same data)"
    pooled_count = 2;
    check_table(body, "tsv",
                TOP("2") "# pooled over " POOLED "\n"
                         "step_scale\t" COUNTS RESULTS
                         "0\t3\t0\t0\t0.5\t0.10000000000000001\n"
                         "2\t3\t1\t0\t1.5\tNaN\n");
    check_table(body, "md",
                "| step_scale | trials | failed | undefined | norm_mean | norm_sem |\n"
                "|---|---|---|---|---|---|\n"
                "| 0 | 3 | 0 | 0 | 0.5 | 0.1 |\n"
                "| 2 | 3 | 1 | 0 | 1.5 | NaN |\n"
                "\nPooled over " POOLED ".\n");
    check_table(body, "json",
                "{\"grid\": \"test\", \"seed\": 7, \"replicates\": 3, \"sweep\": "
                "\"" SWEEP_VERSION "\", \"model_version\": 6,\n"
                " \"pooled_over\": \"" POOLED "\",\n"
                " \"rows\": [\n"
                "  {\"step_scale\": 0, \"trials\": 3, \"failed\": 0, \"undefined\": 0,"
                " \"norm_mean\": 0.5, \"norm_sem\": 0.10000000000000001},\n"
                "  {\"step_scale\": 2, \"trials\": 3, \"failed\": 1, \"undefined\": 0,"
                " \"norm_mean\": 1.5, \"norm_sem\": null}\n"
                " ]}\n");
    check_table(body, "csv",
                "step_scale,trials,failed,undefined,norm_mean,norm_sem\n"
                "0,3,0,0,0.5,0.10000000000000001\n"
                "2,3,1,0,1.5,NaN\n");
    pooled_count = 0;
}

static void test_case_count(void **state)
{
    (void)state;
    check_cases(26);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tsv),           cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_other_formats), cmocka_unit_test(test_pooled),
        cmocka_unit_test(test_case_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
