/* How often a nominal 95 % interval of a pooled row holds the truth.
 *
 *     test_coverage [TABLES]        default 1000
 *
 * Every row of one aggregate is a table of its own, and every column a law: trials in
 * clusters by data, of unequal size as some fail and some values are undefined. A
 * cluster is in cells of two trainings and three steps. */
#include "fixture.h"

#include "sweep/aggregate.h"
#include "sweep/memory.h"
#include <gsl/gsl_randist.h>

static size_t tables = 1000;

enum missing { AT_RANDOM, BY_CLUSTER, BY_EFFECT };

/* x = sqrt(icc) cluster + sqrt(1 - icc) trial, both of mean 0 and variance 1. */
struct law {
    enum column column;
    double icc;
    int skewed; /* exponential, of skewness 2; else normal */
    enum missing missing;
    double t[2], boot[2]; /* least and largest coverage */
};

/* Intervals of what is skewed miss more often, as they do for independent values. */
static const struct law laws[] = {
    {C_PHI, 0.5, 0, BY_CLUSTER, {0.93, 0.97}, {0.92, 0.97}},
    {C_TRAINED_EPS, 0.5, 1, AT_RANDOM, {0.90, 0.97}, {0.90, 0.97}},
    {C_PSI, 0.1, 0, AT_RANDOM, {0.93, 0.97}, {0.92, 0.97}},
    {C_NORM, 0.9, 0, BY_CLUSTER, {0.93, 0.97}, {0.92, 0.97}},
    {C_KINKS, 0.5, 0, BY_EFFECT, {0.93, 0.97}, {0.92, 0.97}},
    {C_TRAINED_NORM, 0.1, 1, BY_CLUSTER, {0.92, 0.97}, {0.91, 0.97}},
    {C_RETRAIN_TAU, 0.9, 1, BY_CLUSTER, {0.88, 0.97}, {0.88, 0.97}},
};
enum { LAWS = sizeof laws / sizeof laws[0] };

/* Shares that differ between clusters by a beta law. */
static const struct share {
    enum success_kind kind;
    enum column eps, delta, tau;
    double rate, icc;
} shares[] = {
    {SUCCESS_SCALED, C_SCALED_EPS, C_SCALED_DELTA, C_SCALED_DELTA, 0.5, 0.5},
    {SUCCESS_RESTORED, C_RESTORED_EPS, C_RESTORED_DELTA, C_RESTORED_TAU, 0.2, 0.1},
    {SUCCESS_EXACT, C_EXACT_EPS, C_EXACT_DELTA, C_EXACT_TAU, 0.05, 0.9},
};
enum { SHARES = sizeof shares / sizeof shares[0] };

/* What the trials of a cluster have in common. */
struct cluster {
    double fails;
    double effect[LAWS], defined[LAWS];
    double rate[SHARES];
};

static double effect_of(gsl_rng *rng, int skewed)
{
    return skewed ? gsl_ran_exponential(rng, 1) - 1 : gsl_ran_gaussian(rng, 1);
}

static void draw_cluster(gsl_rng *rng, struct cluster *c)
{
    c->fails = 0.5 * gsl_rng_uniform(rng);
    for (size_t i = 0; i < LAWS; i++) {
        double share = 0.1 + 0.9 * gsl_rng_uniform(rng);
        c->effect[i] = effect_of(rng, laws[i].skewed);
        c->defined[i] = laws[i].missing == AT_RANDOM    ? 0.9
                        : laws[i].missing == BY_CLUSTER ? share
                        : c->effect[i] > 0              ? 0.9
                                                        : 0.3;
    }
    for (size_t i = 0; i < SHARES; i++) {
        double size = 1 / shares[i].icc - 1;
        c->rate[i] =
            gsl_ran_beta(rng, size * shares[i].rate, size * (1 - shares[i].rate));
    }
}

static void draw_trial(gsl_rng *rng, const struct cluster *c, struct record *r)
{
    record_clear(r);
    if (gsl_rng_uniform(rng) < c->fails)
        r->status = TRIAL_NON_FINITE;
    for (size_t i = 0; i < LAWS; i++) {
        double own = effect_of(rng, laws[i].skewed), icc = laws[i].icc;
        if (gsl_rng_uniform(rng) < c->defined[i])
            r->value[laws[i].column] = sqrt(icc) * c->effect[i] + sqrt(1 - icc) * own;
    }
    for (size_t i = 0; i < SHARES; i++) {
        r->value[shares[i].tau] = r->value[shares[i].delta] = 0;
        r->value[shares[i].eps] = gsl_rng_uniform(rng) < c->rate[i] ? 0 : 2;
    }
}

/* With mean effects by sign +-1 / sqrt(2 pi): (0.9 - 0.3) / (0.9 + 0.3) of twice that.
 */
static double truth(const struct law *law)
{
    return law->missing == BY_EFFECT ? sqrt(law->icc / (2 * acos(-1.0))) : 0;
}

static void synthetic_grid(struct grid *g, size_t replicates)
{
    struct diagnostics log = {0};
    char text[512];
    snprintf(text, sizeof text,
             "name: test\nseed: 7\nreplicates: %zu\n"
             "grid:\n  dimension: {range: [100, %zu, 1]}\n  max_steps: [5, 6]\n"
             "  step_scale: [0, 1, 2]\nsuccess: {eps: 1}\n",
             replicates, 99 + tables);
    int status = grid_read_text(g, "test.yaml", text, strlen(text), &log);
    if (status != SWEEP_OK)
        fail_msg("bad grid: %s", log.item[0].message);
    assert_int_equal(g->cell_count, 6 * tables);
}

/* The cells of table k are 6 k .. 6 k + 5. */
static void fill(struct store *s, size_t replicates)
{
    struct diagnostics log = {0};
    gsl_rng *rng = gsl_rng_alloc(rng_philox);
    rng_start(rng, rng_key_word(rng_key_start(), replicates));
    for (size_t table = 0; table < tables; table++)
        for (size_t k = 0; k < replicates; k++) {
            struct cluster c;
            struct record r;
            draw_cluster(rng, &c);
            for (size_t cell = 6 * table; cell < 6 * table + 6; cell++) {
                draw_trial(rng, &c, &r);
                assert_int_equal(store_put(s, cell, k, &r, &log), SWEEP_OK);
            }
        }
    assert_int_equal(store_commit(s, &log), SWEEP_OK);
    gsl_rng_free(rng);
}

static double covered(const struct aggregate *a, size_t low, double truth)
{
    size_t hits = 0;
    for (size_t i = 0; i < a->row_count; i++)
        hits +=
            a->row[i].statistic[low] <= truth && truth <= a->row[i].statistic[low + 1];
    return (double)hits / (double)a->row_count;
}

static double rate_covered(const struct aggregate *a, const struct share *share)
{
    size_t hits = 0;
    for (size_t i = 0; i < a->row_count; i++) {
        const struct success_rate *rate = &a->row[i].success[share->kind];
        hits += rate->low <= share->rate && share->rate <= rate->high;
    }
    return (double)hits / (double)a->row_count;
}

static void check_within(const char *what, const struct law *law, double share,
                         const double bounds[2])
{
    print_message("%s: icc %.1f, %s, missing %d: %.3f\n", what, law->icc,
                  law->skewed ? "skewed" : "normal", (int)law->missing, share);
    check_true(bounds[0] <= share && share <= bounds[1], "%.3f of the intervals",
               share);
}

static void check_within_share(const struct share *law, double share)
{
    print_message("Wilson: rate %.2f, icc %.1f: %.3f\n", law->rate, law->icc, share);
    check_true(0.93 <= share && share <= 0.99, "%.3f of the intervals", share);
}

/* Of the first `count` laws: the interval NAME_low to NAME_high. */
static void check_laws(struct store *s, const struct grid *g, size_t count, int boot)
{
    static char names[2][2][12] = {{"t95_low", "t95_high"},
                                   {"boot95_low", "boot95_high"}};
    char *statistics[] = {names[boot][0], names[boot][1]};
    enum parameter rows[] = {P_DIMENSION};
    enum column columns[LAWS];
    struct aggregate a;
    struct diagnostics log = {0};
    const struct table_request request = {.rows = rows,
                                          .row_count = 1,
                                          .columns = columns,
                                          .column_count = count,
                                          .statistics = statistics,
                                          .statistic_count = 2};
    for (size_t i = 0; i < count; i++)
        columns[i] = laws[i].column;
    check_equal(aggregate_build(&a, s, g, &request, &log), SWEEP_OK);
    check_equal(a.row_count, tables);
    for (size_t i = 0; i < count; i++)
        check_within(names[boot][0], &laws[i], covered(&a, 2 * i, truth(&laws[i])),
                     boot ? laws[i].boot : laws[i].t);
    for (size_t i = 0; i < SHARES && !boot; i++)
        check_within_share(&shares[i], rate_covered(&a, &shares[i]));
    aggregate_release(&a);
}

static void check_coverage(size_t replicates)
{
    char path[32];
    struct grid g;
    struct diagnostics log = {0};
    synthetic_grid(&g, replicates);
    struct store *s = fixture_store(fixture_folder(path), &g);
    fill(s, replicates);
    check_laws(s, &g, LAWS, 0);
    check_laws(s, &g, tables > 1000 ? LAWS : 2, 1);
    store_close(s, &log);
    grid_release(&g);
    fixture_remove(path);
}

static void test_twenty(void **state)
{
    (void)state;
    check_coverage(20);
}

static void test_thirty(void **state)
{
    (void)state;
    check_coverage(30);
}

static void test_case_count(void **state)
{
    (void)state;
    check_cases(tables > 1000 ? 42 : 32);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_twenty),
        cmocka_unit_test(test_thirty),
        cmocka_unit_test(test_case_count),
    };
    if (argc > 1)
        tables = strtoul(argv[1], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
