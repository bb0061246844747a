/* The rule against its definition, spelled out slowly: naive sums in long double, the
 * quantile by bisection on Simpson's rule, equal values by counting. */
#include "fixture.h"

#include "sweep/ledger.h"
#include "sweep/memory.h"
#include "sweep/statistic.h"

/* Rounding of sums and of the quantile. */
static const double TIGHT = 1e-9;

/* P(T <= t) of Student's distribution, t >= 0. */
static double student_cdf(double t, double freedom)
{
    enum { STEPS = 4000 };
    double scale = exp(lgamma((freedom + 1) / 2) - lgamma(freedom / 2)) /
                   sqrt(freedom * acos(-1.0));
    double sum = 0;
    for (int i = 0; i <= STEPS; i++) {
        double x = t * i / STEPS;
        double weight = i == 0 || i == STEPS ? 1 : i % 2 ? 4 : 2;
        sum += weight * pow(1 + x * x / freedom, -(freedom + 1) / 2);
    }
    return 0.5 + scale * sum * t / STEPS / 3;
}

static double student_quantile(double p, double freedom)
{
    double low = 0, high = 200;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (student_cdf(middle, freedom) < p)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

static void test_halfwidth(void **state)
{
    (void)state;
    static const double levels[] = {0.5, 0.9, 0.95, 0.99};
    for (size_t i = 0; i < 4; i++) {
        double a = levels[i], two[] = {3, -1.5}, three[] = {1, 2, 6};
        check_close_relative(student_halfwidth(two, 2, a),
                             2.25 * tan(acos(-1.0) * a / 2), TIGHT);
        check_close_relative(student_halfwidth(three, 3, a),
                             a * sqrt(2 / (1 - a * a)) * sqrt(7.0 / 3), TIGHT);
    }
    double same[] = {0.25, 0.25, 0.25};
    check_same_bits(student_halfwidth(same, 3, 0.95), 0);
    check_true(isnan(student_halfwidth(same, 1, 0.95)), "one value");
    check_true(isnan(student_halfwidth(same, 0, 0.95)), "no value");
}

/* A grid of `cells` cells with a rule. */
static void rule_grid(struct grid *g, size_t cells, const char *rule)
{
    struct diagnostics log = {0};
    char text[512];
    snprintf(text, sizeof text,
             "name: test\nseed: 7\nuntil: {column: exact_tau, %s}\n"
             "grid:\n  samples: [4, 5]\n  step_scale: {linspace: [0, 1, %zu]}\n",
             rule, cells / 2);
    int status = grid_read_text(g, "test.yaml", text, strlen(text), &log);
    if (status != SWEEP_OK)
        fail_msg("bad grid: %s", log.item[0].message);
    assert_int_equal(g->cell_count, cells);
}

/* What the tests take for the results of trials: cells of all sorts. */
static void trial(const struct grid *g, size_t cell, uint64_t replicate,
                  struct record *r)
{
    fixture_record(g, cell, replicate, r);
    double *value = &r->value[C_EXACT_TAU], u = (*value + 3e-8) * 1e7;
    switch (cell) {
    case 0: /* every trial fails */
        r->status = TRIAL_NOT_SEPARATED;
        break;
    case 1: /* never defined */
        *value = NAN;
        break;
    case 2: /* defined in one trial */
        r->status = TRIAL_OK;
        *value = replicate == 3 ? 0.5 : NAN;
        break;
    case 3: /* exactly 0 */
        *value = 0;
        break;
    case 4:
        *value = 0.1;
        break;
    case 5: /* an infinite one */
        r->status = TRIAL_OK;
        *value = replicate == 2 ? INFINITY : 1;
        break;
    case 6: /* mean about 0 */
        *value = u - 0.5;
        break;
    default: /* wider and wider */
        *value = 1 + (double)cell / 10 * (u - 0.5);
    }
}

static void open_ledger(struct ledger *l, const struct grid *g)
{
    struct diagnostics log = {0};
    check_equal(ledger_open(l, g, NULL, 0, 0, &log), SWEEP_OK);
}

struct verdict {
    size_t need;
    enum until_state state;
};

/* The definition. */
static struct verdict oracle(const struct grid *g, size_t cell)
{
    const struct until_rule *rule = &g->until;
    for (size_t n = rule->least;; n = n + n / 2 + n % 2) {
        long double sum = 0, squares = 0;
        double least = INFINITY, most = -INFINITY, share = 1;
        size_t k = 0;
        struct record r;
        n = n < g->replicates ? n : g->replicates;
        for (size_t pass = 0; pass < 2; pass++) {
            long double center = k > 0 ? sum / (long double)k : 0;
            k = 0;
            for (size_t i = 0; i < n; i++) {
                trial(g, cell, i, &r);
                double x = r.value[C_EXACT_TAU];
                if (r.status != TRIAL_OK || isnan(x))
                    continue;
                k++;
                least = x < least ? x : least;
                most = x > most ? x : most;
                if (pass == 0)
                    sum += x;
                else
                    squares += (x - center) * (x - center);
            }
        }
        double mean = (double)(sum / (long double)k);
        double sd = sqrt((double)(squares / (long double)(k - 1)));
        double t = k > 1 ? student_quantile(0.5 + rule->level / 2, (double)k - 1) : NAN;
        double half = t * sd / sqrt((double)k);
        for (size_t i = 0; i < k; i++) /* that k of k agree when a share `level` does */
            share *= rule->level;
        if (k > 1 && least == most)
            half = share > 1 - rule->level ? (double)INFINITY : 0;
        if (half <= (rule->relative ? rule->halfwidth * fabs(mean) : rule->halfwidth))
            return (struct verdict){n, UNTIL_PRECISE};
        if (n == rule->least && k == 0)
            return (struct verdict){n, UNTIL_UNDEFINED};
        if (n == g->replicates)
            return (struct verdict){n, UNTIL_LIMIT};
    }
}

static void check_verdicts(const struct ledger *l)
{
    for (size_t cell = 0; cell < l->grid->cell_count; cell++) {
        struct verdict want = oracle(l->grid, cell);
        check_equal(l->need[cell], want.need);
        check_equal(l->state[cell], want.state);
    }
}

static void put(struct ledger *l, size_t cell, uint64_t replicate)
{
    struct record r;
    trial(l->grid, cell, replicate, &r);
    check_equal(ledger_add(l, cell, replicate, &r), SWEEP_OK);
}

/* All trials there could be, in any order: most of them are beyond `need`. */
static void look_at_everything(const struct grid *g)
{
    struct ledger l;
    size_t trials = g->cell_count * g->replicates;
    size_t *order = memory_array(trials, sizeof *order);
    gsl_rng *rng = gsl_rng_alloc(rng_philox);
    rng_start(rng, rng_key_start());
    for (size_t i = 0; i < trials; i++) {
        size_t j = gsl_rng_uniform_int(rng, i + 1);
        order[i] = order[j];
        order[j] = i;
    }
    open_ledger(&l, g);
    for (size_t i = 0; i < trials; i++)
        put(&l, order[i] / g->replicates, order[i] % g->replicates);
    ledger_look(&l);
    check_verdicts(&l);
    ledger_release(&l);
    memory_free(order);
    gsl_rng_free(rng);
}

/* As a run does it: what is missing now, then a look. Ends with every trial needed and
 * no other. */
static void look_as_a_run(const struct grid *g, bool one_by_one)
{
    struct ledger l;
    size_t put_in = 0, trials = g->cell_count * g->replicates;
    open_ledger(&l, g);
    for (bool more = true; more;) {
        more = false;
        ledger_look(&l);
        for (size_t i = 0; i < trials && !(one_by_one && more); i++)
            if (i % g->replicates < l.need[i / g->replicates] &&
                !ledger_has(&l, i / g->replicates, i % g->replicates)) {
                put(&l, i / g->replicates, i % g->replicates);
                put_in++;
                more = true;
            }
    }
    check_verdicts(&l);
    struct ledger_tally tally = ledger_tally(&l);
    check_equal(tally.by_state[UNTIL_OPEN], 0);
    check_equal(tally.done, put_in);
    check_equal(tally.trials, put_in);
    ledger_release(&l);
}

static void test_rule(void **state)
{
    (void)state;
    static const char *const rules[] = {
        "relative_halfwidth: 0.05, min: 20, max: 300",
        "relative_halfwidth: 0.2, level: 0.8, min: 2, max: 64",
        "halfwidth: 0.1, min: 5, max: 200",
        "halfwidth: 0.02, level: 0.5, min: 3, max: 4",
        "halfwidth: 0.1, level: 0.9, min: 5, max: 40",
        "halfwidth: 0.1, level: 0.7, min: 9, max: 9",
    };
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        struct grid g;
        size_t seen[UNTIL_STATES] = {0};
        rule_grid(&g, 20, rules[i]);
        look_at_everything(&g);
        look_as_a_run(&g, false);
        if (g.replicates < 100)
            look_as_a_run(&g, true);
        for (size_t cell = 0; cell < g.cell_count; cell++)
            seen[oracle(&g, cell).state]++;
        check_true(seen[UNTIL_PRECISE] >= 2 && seen[UNTIL_UNDEFINED] >= 2 &&
                       seen[UNTIL_LIMIT] >= 1,
                   "%s: %zu precise, %zu undefined, %zu at max", rules[i],
                   seen[UNTIL_PRECISE], seen[UNTIL_UNDEFINED], seen[UNTIL_LIMIT]);
        grid_release(&g);
    }
}

/* The record that ran out of memory gives way, whatever came first. */
static void test_union(void **state)
{
    (void)state;
    struct grid g;
    struct ledger l;
    struct record lost, good;
    double mean, halfwidth;
    rule_grid(&g, 20, "halfwidth: 1, min: 2, max: 4");
    record_clear(&lost);
    record_clear(&good);
    lost.status = TRIAL_OUT_OF_MEMORY;
    good.value[C_EXACT_TAU] = 5;
    open_ledger(&l, &g);
    ledger_add(&l, 7, 0, &lost);
    ledger_add(&l, 7, 0, &good);
    good.value[C_EXACT_TAU] = 5.125;
    ledger_add(&l, 7, 1, &good);
    ledger_add(&l, 7, 1, &lost);
    ledger_look(&l);
    check_equal(l.state[7], UNTIL_PRECISE);
    check_equal(l.need[7], 2);
    ledger_estimate(&l, 7, &mean, &halfwidth);
    check_same_bits(mean, 5.0625);
    check_close(halfwidth, 0.0625 * tan(acos(-1.0) * 0.475), TIGHT);
    check_true(ledger_has(&l, 7, 1) && !ledger_has(&l, 7, 2) && !ledger_has(&l, 8, 0),
               "what is there");
    ledger_release(&l);
    grid_release(&g);
}

/* The first look at which a cell settles whose trials are all `value`. */
static size_t settled_at(const char *rule, double value)
{
    struct grid g;
    struct ledger l;
    struct record r;
    struct diagnostics log = {0};
    char text[256];
    snprintf(text, sizeof text,
             "name: test\nseed: 7\nuntil: {column: %s}\ngrid:\n  samples: 4\n", rule);
    if (grid_read_text(&g, "test.yaml", text, strlen(text), &log) != SWEEP_OK)
        fail_msg("bad grid: %s", log.item[0].message);
    record_clear(&r);
    r.value[g.until.column] = value;
    open_ledger(&l, &g);
    for (uint64_t k = 0; k < g.replicates; k++)
        ledger_add(&l, 0, k, &r);
    ledger_look(&l);
    size_t need = l.state[0] == UNTIL_PRECISE ? l.need[0] : 0;
    ledger_release(&l);
    grid_release(&g);
    return need;
}

/* Looks at 10, 15, 23, 35, 53, 80, 120, 180, 270, ... At rates of 0 and 1 Wilson's
 * interval reaches z^2 / (n + z^2): below 0.05 from 73 trials on, below 0.02 from 189.
 */
static void test_equal(void **state)
{
    (void)state;
    check_equal(settled_at("exact_tau, halfwidth: 1e-9, min: 10, max: 999", 0.1), 80);
    check_equal(settled_at("exact_tau, halfwidth: 9, min: 59, max: 999", 0), 59);
    check_equal(settled_at("exact_tau, halfwidth: 9, min: 58, max: 999", 0), 87);
    check_equal(settled_at("exact_tau, halfwidth: 9, min: 59, max: 99", INFINITY), 0);
    check_equal(settled_at("flips, relative_halfwidth: 0.1, min: 10, max: 999", 0), 80);
    check_equal(settled_at("flips, halfwidth: 0.1, min: 10, max: 53", 0), 0);
    check_equal(settled_at("flips, halfwidth: 1, level: 0.99, min: 458, max: 999", 2),
                687);
    check_equal(settled_at("flips, halfwidth: 1, level: 0.99, min: 459, max: 999", 2),
                459);
    check_equal(settled_at("separated, halfwidth: 0.05, min: 72, max: 999", 1), 108);
    check_equal(settled_at("separated, halfwidth: 0.05, min: 73, max: 999", 1), 73);
    check_equal(settled_at("separated, halfwidth: 0.02, min: 10, max: 999", 0), 270);
    check_equal(settled_at("separated, halfwidth: 0.2, min: 10, max: 999", 0), 23);
    check_equal(settled_at("separated, relative_halfwidth: 0.02, min: 10, max: 999", 1),
                270);
    check_equal(settled_at("separated, relative_halfwidth: 0.02, min: 10, max: 999", 0),
                80);
}

static void test_store(void **state)
{
    (void)state;
    struct grid g;
    struct ledger l;
    struct diagnostics log = {0};
    char path[32];
    rule_grid(&g, 20, "relative_halfwidth: 0.05, min: 20, max: 100");
    struct store *s = fixture_store(fixture_folder(path), &g);
    for (size_t cell = 0; cell < g.cell_count; cell++)
        for (uint64_t k = 0; k < g.replicates; k++) {
            struct record r;
            trial(&g, cell, k, &r);
            check_equal(store_put(s, cell, k, &r, &log), SWEEP_OK);
        }
    store_commit(s, &log);
    check_equal(ledger_open_needs(&l, s, &g, &log), SWEEP_OK);
    check_verdicts(&l);
    struct ledger_tally all = ledger_tally(&l);
    check_equal(all.cells, 20);
    check_equal(all.done, all.trials);
    ledger_release(&l);

    /* Failed trials that are to run again are not there. */
    open_ledger(&l, &g);
    check_equal(ledger_read(&l, s, &log), SWEEP_OK);
    ledger_look(&l);
    ledger_retry(&l);
    ledger_look(&l);
    struct ledger_tally good = ledger_tally(&l);
    check_equal(good.cells, 20);
    check_equal(l.state[0], UNTIL_OPEN);
    check_equal(l.state[9], UNTIL_OPEN);
    check_equal(l.need[0], 20);
    check_equal(good.by_status[TRIAL_OK], good.done);
    check_true(!ledger_has(&l, 0, 0) && good.done > 0 && good.done < good.trials,
               "good ones");
    ledger_release(&l);
    store_close(s, &log);
    grid_release(&g);
    fixture_remove(path);
}

/* A fixed number is a rule whose first look is its last. */
static void test_no_rule(void **state)
{
    (void)state;
    struct grid g;
    struct ledger l;
    struct record r;
    fixture_grid(&g, "grid:\n  samples: [4, 5]\n");
    open_ledger(&l, &g);
    for (uint64_t k = 0; k < 3; k++) {
        ledger_look(&l);
        check_equal(l.state[0], UNTIL_OPEN);
        fixture_record(&g, 0, k, &r);
        check_equal(ledger_add(&l, 0, k, &r), SWEEP_OK);
    }
    ledger_look(&l);
    check_equal(l.need[0], 3);
    check_equal(l.need[1], 3);
    check_equal(l.state[0], UNTIL_PRECISE);
    check_equal(l.state[1], UNTIL_OPEN);
    check_true(l.values == NULL, "no value is kept");
    ledger_release(&l);
    grid_release(&g);
}

static void test_memory(void **state)
{
    (void)state;
    struct grid g;
    struct ledger l;
    struct record r;
    rule_grid(&g, 20, "halfwidth: 1, min: 2, max: 5");
    trial(&g, 9, 4, &r);
    for (long k = 0; k < 6; k++) {
        struct diagnostics log = {0};
        memory_fail_after(k);
        check_equal(ledger_open(&l, &g, NULL, 0, 0, &log), SWEEP_NO_MEMORY);
        check_equal(log.count, 1);
        diagnostics_release(&log);
        ledger_release(&l);
    }
    memory_fail_after(-1);
    open_ledger(&l, &g);
    memory_fail_after(0);
    check_equal(ledger_add(&l, 9, 4, &r), SWEEP_NO_MEMORY);
    memory_fail_after(-1);
    check_true(!ledger_has(&l, 9, 4), "it is not there");
    ledger_release(&l);
    grid_release(&g);
}

static void test_case_count(void **state)
{
    (void)state;
    check_cases(23748);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_halfwidth), cmocka_unit_test(test_rule),
        cmocka_unit_test(test_union),     cmocka_unit_test(test_store),
        cmocka_unit_test(test_no_rule),   cmocka_unit_test(test_memory),
        cmocka_unit_test(test_equal),     cmocka_unit_test(test_case_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
