#include "fixture.h"

#include "sweep/aggregate.h"

/* Sums of n terms of size 1: n times the rounding unit. */
static const double ROUNDING = 1e-14;
/* GSL's quantiles of Student's distribution. */
static const double QUANTILE = 1e-10;

static double compute(const char *name, const double *values, size_t count)
{
    struct statistic s;
    double copy[16];
    if (count > 0)
        memcpy(copy, values, count * sizeof *copy);
    assert_int_equal(statistic_parse(name, &s), 0);
    return statistic_compute(&s, copy, count, NULL);
}

static void test_statistics(void **state)
{
    (void)state;
    static const double five[] = {3, 1, 4, 2, 5};
    static const double four[] = {8, 1, 4, 3};
    static const double cancel[] = {1, 1e100, 1, -1e100};
    static const double infinite[] = {1, INFINITY, 2};
    check_same_bits(compute("mean", five, 5), 3);
    check_close(compute("sd", five, 5), sqrt(2.5), ROUNDING);
    check_close(compute("sem", five, 5), sqrt(0.5), ROUNDING);
    check_same_bits(compute("median", five, 5), 3);
    check_same_bits(compute("median", four, 4), 3.5);
    check_same_bits(compute("min", four, 4), 1);
    check_same_bits(compute("max", four, 4), 8);
    check_same_bits(compute("n", four, 4), 4);
    /* R: quantile(c(1, 3, 4, 8), c(.3, .05, .95, .975), type = 7) */
    check_close(compute("q30", four, 4), 2.8, ROUNDING);
    check_close(compute("q05", four, 4), 1.3, ROUNDING);
    check_close(compute("q95", four, 4), 7.4, ROUNDING);
    check_close(compute("q975", four, 4), 7.7, ROUNDING);
    check_same_bits(compute("q00", four, 4), 1);
    /* A plain sum gives 0. */
    check_same_bits(compute("mean", cancel, 4), 0.5);
    check_same_bits(compute("mean", infinite, 3), (double)INFINITY);
    check_same_bits(compute("median", infinite, 3), 2);
    /* R: t.test(c(3, 1, 4, 2, 5))$conf.int */
    check_close(compute("t95_low", five, 5), 1.036756838522439, 1e-13);
    check_close(compute("t95_high", five, 5), 4.963243161477561, 1e-13);
    check_true(isnan(compute("boot95_low", cancel, 1)), "bootstrap of one");
    check_true(isnan(compute("t95_low", cancel, 1)), "t interval of one");
    check_true(compute("boot95_low", five, 5) > 1.0 &&
                   compute("boot95_low", five, 5) < 1.5,
               "of five: about 3 - 2.8 sqrt(2.5 / 5)");
    check_same_bits(compute("boot90_high", four, 4), compute("boot90_high", four, 4));
    /* Of one value, of none. */
    check_same_bits(compute("mean", four, 1), 8);
    check_same_bits(compute("q95", four, 1), 8);
    check_true(isnan(compute("sd", four, 1)), "sd of one");
    check_true(isnan(compute("sem", four, 1)), "sem of one");
    check_true(isnan(compute("mean", four, 0)), "mean of none");
    check_true(isnan(compute("median", four, 0)), "median of none");
    check_same_bits(compute("n", four, 0), 0);
}

static double clustered(const char *name, const double *values, size_t count,
                        const size_t *size, size_t clusters)
{
    const struct clusters of = {size, clusters};
    struct statistic s;
    double copy[16];
    memcpy(copy, values, count * sizeof *copy);
    assert_int_equal(statistic_parse(name, &s), 0);
    return statistic_compute(&s, copy, count, &of);
}

static void test_clusters(void **state)
{
    (void)state;
    static const char *const over_trials[] = {"mean", "sd",  "median", "q30",
                                              "min",  "max", "n"};
    static const double values[] = {1, 3, 4, 2, 5, 9}, means[] = {2, 3, 7};
    static const size_t two[] = {2, 2, 2}, mixed[] = {2, 1, 3},
                        one[] = {1, 1, 1, 1, 1, 1}, all[] = {6};
    /* Of equal size: the means are 2, 3 and 7. */
    check_close(clustered("sem", values, 6, two, 3), sqrt(7.0 / 3), ROUNDING);
    check_close(clustered("t95_low", values, 6, two, 3), compute("t95_low", means, 3),
                ROUNDING);
    check_close(clustered("boot95_low", values, 6, two, 3),
                compute("boot95_low", means, 3), ROUNDING);
    check_close(clustered("boot80_high", values, 6, two, 3),
                compute("boot80_high", means, 3), ROUNDING);
    /* Means without a cluster: 20 / 4, 20 / 5 and 8 / 3; with all: 4. */
    double sem = sqrt(2.0 / 3 * (1 + 16.0 / 9));
    check_close(clustered("sem", values, 6, mixed, 3), sem, ROUNDING);
    check_close(clustered("t95_high", values, 6, mixed, 3), 4 + 4.302652729696142 * sem,
                QUANTILE);
    check_same_bits(clustered("clusters", values, 6, mixed, 3), 3);
    check_same_bits(compute("clusters", values, 6), 6);
    /* All that three clusters can be drawn to: 16 / 9 for thrice the last, 2 / 1. */
    check_same_bits(clustered("boot99_low", values, 6, mixed, 3), 2);
    check_close(clustered("boot99_high", values, 6, mixed, 3), 16.0 / 3, ROUNDING);
    check_true(isnan(clustered("sem", values, 6, all, 1)), "error of one cluster");
    check_true(isnan(clustered("t95_low", values, 6, all, 1)), "interval of one");
    check_true(isnan(clustered("boot95_low", values, 6, all, 1)), "bootstrap of one");
    for (size_t i = 0; i < sizeof over_trials / sizeof *over_trials; i++)
        check_same_bits(clustered(over_trials[i], values, 6, mixed, 3),
                        compute(over_trials[i], values, 6));
    static const char *const over_clusters[] = {"sem", "t95_low", "boot95_high"};
    for (size_t i = 0; i < 3; i++)
        check_same_bits(clustered(over_clusters[i], values, 6, one, 6),
                        compute(over_clusters[i], values, 6));
}

static double effective(const char *met, const size_t *size, size_t clusters)
{
    double values[16];
    size_t count = strlen(met);
    for (size_t i = 0; i < count; i++)
        values[i] = met[i] == '1';
    return effective_trials(values, count, &(struct clusters){size, clusters}, 0.95);
}

static void test_effective(void **state)
{
    (void)state;
    static const size_t one[] = {1, 1, 1, 1}, two[] = {2, 2, 2, 2},
                        mixed[] = {1, 2, 3, 2};
    static const double t7 = 2.364624251592785, t3 = 3.182446305284263;
    check_same_bits(effective("1011", one, 4), 4);
    check_same_bits(effective("11111111", mixed, 4), 4);
    check_same_bits(effective("00000000", two, 4), 4);
    check_same_bits(effective("10110100", (size_t[]){8}, 1), 1);
    /* p = 3/4, v = 1/16: deff = (7 * 4 / 16 + 1/4) / (3/4 + 1/8) = 16/7. */
    check_close(effective("11110011", two, 4), 8 * 7 / 16.0 * t7 * t7 / (t3 * t3),
                QUANTILE);
    /* Less than independent trials would differ: no more than these. */
    check_close(effective("10011010", two, 4), 8 * t7 * t7 / (t3 * t3), QUANTILE);
    /* p = 1/2; without a cluster it is 3/7, 4/6, 2/5, 3/6: v = 3/4 times the sum of the
     * squares of 1/14, 1/6, 1/10 and 0. */
    double v = 0.75 * (1 / 196.0 + 1 / 36.0 + 1 / 100.0);
    double effect = (28 * v + 0.25) / 1.125;
    check_true(effect > 1, "%g", effect);
    check_close(effective("10011010", mixed, 4), 8 / effect * t7 * t7 / (t3 * t3),
                QUANTILE);
}

static void test_parse(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",         "Mean",       "mean ",   "q",       "q5",    "q100",
        "q-5",      "q0.5",       "q5%",     "p95",     "q950",  "average",
        "q1e2",     "q123456789", "t95",     "t95_lo",  "t_low", "boot9_low",
        "t950_low", "boot",       "t00_low", "t95_low_"};
    struct statistic s;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        check_true(statistic_parse(bad[i], &s) != 0, "'%s' was taken", bad[i]);
    check_equal(statistic_parse("q025", &s), 0);
    check_same_bits(s.p, 0.025);
    check_text(s.name, "q025");
    check_text(s.info->name, "q");
    check_equal(statistic_parse("t99_high", &s), 0);
    check_close(s.p, 0.995, 1e-15);
    check_equal(statistic_parse("boot95_low", &s), 0);
    check_close(s.p, 0.025, 1e-15);
}

/* The bounds solve (k/n - p)^2 = z^2 p (1 - p) / n. */
static void test_wilson(void **state)
{
    (void)state;
    const double z = 1.959963984540054;
    double low, high;
    for (size_t n = 1; n <= 40; n += 3)
        for (size_t k = 0; k <= n; k++) {
            double rate = (double)k / (double)n;
            wilson_interval(rate, (double)n, z, &low, &high);
            const double bound[] = {low, high};
            for (int i = 0; i < 2; i++)
                check_close((rate - bound[i]) * (rate - bound[i]),
                            z * z * bound[i] * (1 - bound[i]) / (double)n, ROUNDING);
            check_true(low <= rate && rate <= high && low < high && low >= 0 &&
                           high <= 1,
                       "%zu of %zu: %g .. %g", k, n, low, high);
        }
    /* Newcombe (1998), table I: 81 of 263. */
    wilson_interval(81.0 / 263, 263, z, &low, &high);
    check_close(low, 0.2553, 5e-5);
    check_close(high, 0.3662, 5e-5);
    wilson_interval(0, 0, z, &low, &high);
    check_true(isnan(low) && isnan(high), "an interval out of no trial");
}

/* Whether a certificate is there and within the thresholds that are given. */
static int meets(const struct record *r, const struct grid *g, const char *certificate)
{
    static const struct {
        const char *value;
        enum threshold threshold;
    } parts[] = {{"eps", THRESHOLD_EPS},
                 {"delta", THRESHOLD_DELTA},
                 {"tau", THRESHOLD_TAU},
                 {"relative_eps", THRESHOLD_RELATIVE_EPS},
                 {"relative_delta", THRESHOLD_RELATIVE_DELTA}};
    int met = 1;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s_%s", certificate, parts[i].value);
        enum column c = column_find(name);
        double value = c == COLUMN_COUNT ? 0 : r->value[c]; /* scaled_tau */
        double most = g->success[parts[i].threshold];
        met &= isnan(most) ? i > 0 || !isnan(value) : value <= most;
    }
    return met;
}

/* One row by a plain loop over cells and replicates. */
static void check_row(const struct aggregate *a, const struct grid *g, size_t index)
{
    const struct aggregate_row *row = &a->row[index];
    size_t trials = 0, failed = 0, undefined = 0, success[SUCCESS_KINDS];
    struct setting at, s;
    grid_cell(g, row->cell, &at);
    for (size_t c = 0; c < a->column_count; c++) {
        double sum = 0, largest = -INFINITY;
        size_t n = 0, successful = 0;
        trials = failed = 0;
        memset(success, 0, sizeof success);
        for (size_t cell = 0; cell < g->cell_count; cell++) {
            grid_cell(g, cell, &s);
            for (uint64_t k = 0; k < g->replicates; k++) {
                struct record r;
                if (s.value[P_STEP_SCALE] != at.value[P_STEP_SCALE])
                    continue;
                fixture_record(g, cell, k, &r);
                double value = r.value[a->columns[c]];
                trials++;
                failed += r.status != TRIAL_OK;
                if (r.status != TRIAL_OK)
                    continue;
                successful++;
                int scaled = meets(&r, g, "scaled");
                int restored = meets(&r, g, "restored");
                int exact = meets(&r, g, "exact");
                success[SUCCESS_SCALED] += scaled;
                success[SUCCESS_RESTORED] += restored;
                success[SUCCESS_EXACT] += exact;
                success[SUCCESS_ANY] += scaled || restored || exact;
                if (isnan(value))
                    continue;
                n++;
                sum += value;
                largest = value > largest ? value : largest;
            }
        }
        undefined = successful - n > undefined ? successful - n : undefined;
        check_equal(row->n[c], n);
        check_close_relative(row->statistic[2 * c], sum / (double)n, 1e-12);
        check_same_bits(row->statistic[2 * c + 1], largest);
    }
    check_equal(row->trials, trials);
    check_equal(row->expected, trials);
    check_equal(row->failed, failed);
    check_equal(row->undefined, undefined);
    for (int k = 0; k < SUCCESS_KINDS; k++) {
        const struct success_rate *rate = &row->success[k];
        check_close(rate->rate, (double)success[k] / (double)(trials - failed),
                    ROUNDING);
        check_true(rate->low <= rate->rate && rate->rate <= rate->high,
                   "rate outside its interval");
    }
}

static void test_build(void **state)
{
    (void)state;
    struct grid g;
    struct diagnostics log = {0};
    struct aggregate a;
    char path[32];
    fixture_grid(&g, "grid:\n  samples: [5, 6, 7, 8, 9]\n  step_scale: [0, 1, 2]\n"
                     "success: {eps: 3e-8}\n"
                     "table:\n  rows: [step_scale]\n  columns: [scaled_eps, norm]\n"
                     "  statistics: [mean, max]\n");
    struct store *s = fixture_store(fixture_folder(path), &g);
    fixture_fill(s, &g);
    check_equal(aggregate_build(&a, s, &g, &g.table, &log), SWEEP_OK);
    check_equal(a.row_count, 3);
    check_true(a.has_success, "no success rule");
    for (size_t i = 0; i < a.row_count; i++) {
        check_equal(a.row[i].cell, i);
        check_row(&a, &g, i);
    }
    aggregate_release(&a);

    /* The defaults: a row a cell, core columns, mean and sem. */
    struct table_request nothing = {0};
    check_equal(aggregate_build(&a, s, &g, &nothing, &log), SWEEP_OK);
    check_equal(a.row_count, 15);
    check_equal(a.parameter_count, 2);
    check_equal(a.statistic_count, 2);
    for (size_t i = 0; i < 15; i++)
        check_equal(a.row[i].cell, i);
    aggregate_release(&a);
    store_close(s, &log);
    grid_release(&g);
    fixture_remove(path);
}

/* What a table shows unasked: nothing that no cell has. */
static void test_core_columns(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        size_t count;
    } grids[] = {{"grid:\n  retrain: [false, true]\n", 6},
                 {"grid:\n  retrain: true\n", 6},
                 {"grid:\n  retrain: false\n", 5}};
    for (size_t k = 0; k < sizeof grids / sizeof *grids; k++) {
        struct grid g;
        struct aggregate a;
        struct table_request nothing = {0};
        struct diagnostics log = {0};
        fixture_grid(&g, grids[k].body);
        check_equal(aggregate_resolve(&a, &g, &nothing, &log), SWEEP_OK);
        check_equal(a.column_count, grids[k].count);
        for (size_t i = 0; i < a.column_count; i++)
            check_equal(a.columns[i] == C_RETRAIN_TAU, i == 5);
        aggregate_release(&a);
        grid_release(&g);
    }
}

/* Thresholds of absolute and relative values, and of both. */
static void test_success(void **state)
{
    (void)state;
    static const char *const rules[] = {
        "eps: 3e-8",          "delta: 3e-8",          "tau: 3e-8",
        "relative_eps: 3e-8", "relative_delta: 3e-8", "delta: 4e-8, relative_eps: 5e-8",
    };
    for (size_t k = 0; k < sizeof rules / sizeof *rules; k++) {
        struct grid g;
        struct diagnostics log = {0};
        struct aggregate a;
        char path[32], text[256];
        snprintf(
            text, sizeof text,
            "grid:\n  samples: [5, 6, 7, 8, 9]\n  step_scale: [0, 1, 2]\n"
            "success: {%s}\n"
            "table: {rows: [step_scale], columns: [norm], statistics: [mean, max]}\n",
            rules[k]);
        fixture_grid(&g, text);
        struct store *s = fixture_store(fixture_folder(path), &g);
        fixture_fill(s, &g);
        check_equal(aggregate_build(&a, s, &g, &g.table, &log), SWEEP_OK);
        check_true(a.has_success, "no success rule");
        for (size_t i = 0; i < a.row_count; i++) {
            double rate = a.row[i].success[SUCCESS_RESTORED].rate;
            check_true(rate > 0 && rate < 1, "some trials succeed, not %g", rate);
            check_row(&a, &g, i);
        }
        aggregate_release(&a);
        store_close(s, &log);
        grid_release(&g);
        fixture_remove(path);
    }
}

/* Pairs of `samples` and replicate that have a trial in the row, with `norm` or at all.
 */
static size_t count_clusters(const struct aggregate *a, const struct grid *g,
                             size_t row, bool defined)
{
    bool seen[2][3] = {{false}};
    size_t count = 0;
    struct setting at, s;
    grid_cell(g, a->row[row].cell, &at);
    for (size_t cell = 0; cell < g->cell_count; cell++)
        for (uint64_t k = 0; k < g->replicates; k++) {
            struct record r;
            bool same = true;
            grid_cell(g, cell, &s);
            fixture_record(g, cell, k, &r);
            for (size_t i = 0; i < a->parameter_count; i++)
                same &= s.value[a->parameters[i]] == at.value[a->parameters[i]];
            bool *here = &seen[s.value[P_SAMPLES] == 6][k];
            if (!same || *here || r.status != TRIAL_OK ||
                (defined && isnan(r.value[C_NORM])))
                continue;
            *here = true;
            count++;
        }
    return count;
}

/* Replicates are clusters where rows pool what leaves the data as they are. */
static void test_pooled(void **state)
{
    (void)state;
    static const struct {
        enum parameter rows[2];
        size_t row_count;
        const char *text;
    } tables[] = {
        {{P_SAMPLES},
         1,
         "max_steps (2 values), step_scale (3 values): sem and intervals "
         "over 3 clusters (trials of the same data)"},
        {{P_MAX_STEPS},
         1,
         "samples (2 values), step_scale (3 values): sem and intervals "
         "over 6 clusters (trials of the same data)"},
        {{P_SAMPLES, P_STEP_SCALE},
         2,
         "max_steps (2 values): sem and intervals over "
         "2 to 3 clusters (trials of the same data)"},
    };
    struct grid g;
    struct diagnostics log = {0};
    char path[32];
    fixture_grid(&g, "grid:\n  samples: [5, 6]\n  max_steps: [8, 9]\n"
                     "  step_scale: [0.3, 0.6, 1]\n"
                     "table:\n  columns: [norm]\n  statistics: [clusters, sem]\n");
    struct store *s = fixture_store(fixture_folder(path), &g);
    fixture_fill(s, &g);
    for (size_t k = 0; k < sizeof tables / sizeof *tables; k++) {
        struct aggregate a;
        struct table_request request = g.table;
        enum parameter rows[2] = {tables[k].rows[0], tables[k].rows[1]};
        char *text = NULL;
        size_t size;
        request.rows = rows;
        request.row_count = tables[k].row_count;
        check_equal(aggregate_build(&a, s, &g, &request, &log), SWEEP_OK);
        for (size_t i = 0; i < a.row_count; i++) {
            check_equal(a.row[i].clusters, count_clusters(&a, &g, i, false));
            check_same_bits(a.row[i].statistic[0],
                            (double)count_clusters(&a, &g, i, true));
        }
        FILE *stream = open_memstream(&text, &size);
        aggregate_put_pooled(stream, &a);
        fclose(stream);
        check_text(text, tables[k].text);
        free(text);
        aggregate_release(&a);
    }
    store_close(s, &log);
    grid_release(&g);
    fixture_remove(path);
}

/* Failed trials are those of the row: no value of a result, the same beside each. */
static void test_counts(void **state)
{
    (void)state;
    struct grid g;
    struct diagnostics log = {0};
    struct aggregate a;
    char path[32];
    size_t failed = 0;
    fixture_grid(&g, "grid:\n  samples: [5, 6, 7, 8, 9]\n  step_scale: [0, 1, 2]\n"
                     "table:\n  rows: [samples]\n  columns: [scaled_eps, norm]\n"
                     "  statistics: [n_failed, n]\n");
    struct store *s = fixture_store(fixture_folder(path), &g);
    fixture_fill(s, &g);
    check_equal(aggregate_build(&a, s, &g, &g.table, &log), SWEEP_OK);
    check_equal(a.row_count, 5);
    for (size_t i = 0; i < a.row_count; i++) {
        const struct aggregate_row *row = &a.row[i];
        for (size_t c = 0; c < 2; c++) {
            check_same_bits(row->statistic[2 * c], (double)row->failed);
            check_same_bits(row->statistic[2 * c + 1], (double)row->n[c]);
        }
        failed += row->failed;
    }
    check_true(failed > 0, "no trial failed");
    aggregate_release(&a);
    store_close(s, &log);
    grid_release(&g);
    fixture_remove(path);
}

/* Rows without a trial are there, and undefined. */
static void test_empty(void **state)
{
    (void)state;
    struct grid g;
    struct diagnostics log = {0};
    struct aggregate a;
    char path[32];
    fixture_grid(&g, "grid:\n  step_scale: [0, 1]\nsuccess: {delta: 1}\n");
    struct store *s = fixture_store(fixture_folder(path), &g);
    check_equal(aggregate_build(&a, s, &g, &g.table, &log), SWEEP_OK);
    check_equal(a.row_count, 2);
    for (size_t i = 0; i < 2; i++) {
        check_equal(a.row[i].trials, 0);
        check_equal(a.row[i].expected, 3);
        check_equal(a.row[i].undefined, 0);
        check_true(isnan(a.row[i].success[SUCCESS_ANY].rate), "a rate out of nothing");
        check_true(isnan(a.row[i].statistic[0]), "a mean out of nothing");
    }
    aggregate_release(&a);
    store_close(s, &log);
    grid_release(&g);
    fixture_remove(path);
}

static void test_refused(void **state)
{
    (void)state;
    struct grid g;
    struct diagnostics log = {0};
    struct aggregate a;
    enum column columns[] = {C_STOP_REASON, C_SCALED_EPS, C_SECONDS};
    char mean[] = "mean", meen[] = "meen", mode[] = "mode";
    char failed[] = "failed";
    char *statistics[] = {mean, meen, failed, mode};
    struct table_request request = {.columns = columns,
                                    .column_count = 3,
                                    .statistics = statistics,
                                    .statistic_count = 4};
    fixture_grid(&g, "grid:\n  step_scale: [0, 1]\n");
    check_equal(aggregate_resolve(&a, &g, &request, &log), SWEEP_INPUT);
    check_equal(log.count, 5);
    check_text(log.item[0].message, "'stop_reason' cannot be in a table: it is a word "
                                    "and has no statistics");
    check_true(strstr(log.item[1].message, "'seconds'") != NULL, "seconds");
    check_text(log.item[2].message, "unknown statistic 'meen' (did you mean 'mean'?)");
    check_text(log.item[3].message,
               "unknown statistic 'failed' (did you mean 'n_failed'?)");
    check_text(log.item[4].message,
               "unknown statistic 'mode': use mean, sd, sem, median, min, max, n, "
               "clusters, n_failed, a quantile such as q05 or an end of an interval of "
               "the mean such as t95_low or boot95_high");
    diagnostics_release(&log);
    grid_release(&g);
}

static void test_case_count(void **state)
{
    (void)state;
    check_cases(1466);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statistics),   cmocka_unit_test(test_parse),
        cmocka_unit_test(test_wilson),       cmocka_unit_test(test_build),
        cmocka_unit_test(test_success),      cmocka_unit_test(test_clusters),
        cmocka_unit_test(test_effective),    cmocka_unit_test(test_pooled),
        cmocka_unit_test(test_core_columns), cmocka_unit_test(test_counts),
        cmocka_unit_test(test_empty),        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_case_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
