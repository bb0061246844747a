#include "fixture.h"

#include "sweep/memory.h"
#include "sweep/partition.h"
#include "sweep/plan.h"
#include "sweep/unlearn.h"

/* Against the plain O(n^2) definition. */
static void test_partition(void **state)
{
    (void)state;
    enum { ITEMS = 300 };
    struct rng_key key[ITEMS];
    struct partition p;
    gsl_rng *rng = gsl_rng_alloc(rng_philox);
    rng_start(rng, rng_key_start());
    for (size_t i = 0; i < ITEMS; i++)
        key[i] = (struct rng_key){
            {gsl_rng_uniform_int(rng, 9), gsl_rng_uniform_int(rng, 9)}};
    check_equal(partition_build(&p, key, ITEMS), SWEEP_OK);

    size_t group = 0, place = 0;
    for (size_t i = 0; i < ITEMS; i++) {
        bool first = true;
        for (size_t j = 0; j < i; j++)
            first &= memcmp(&key[i], &key[j], sizeof key[i]) != 0;
        if (!first)
            continue;
        check_equal(p.start[group++], place);
        for (size_t j = i; j < ITEMS; j++)
            if (memcmp(&key[i], &key[j], sizeof key[i]) == 0)
                check_equal(p.member[place++], j);
    }
    check_equal(p.count, group);
    check_equal(p.start[group], ITEMS);
    partition_release(&p);

    check_equal(partition_build(&p, key, 0), SWEEP_OK);
    check_equal(p.count, 0);
    partition_release(&p);
    gsl_rng_free(rng);
}

/* Equal in everything that happens up to the trained model. */
static bool same_training(const struct grid *g, size_t a, size_t b)
{
    struct setting s, t;
    bool same = true;
    grid_cell(g, a, &s);
    grid_cell(g, b, &t);
    for (int p = 0; p < PARAMETER_COUNT; p++)
        if (parameter_table[p].stage <= STAGE_TRAIN)
            same &= s.value[p] == t.value[p] || isnan(s.value[p] + t.value[p]);
    return same;
}

static void test_groups(void **state)
{
    (void)state;
    struct grid g;
    struct plan p;
    fixture_grid(&g, "grid:\n  step_scale: [0, 1]\n  samples: [5, 6, 7]\n"
                     "  forget: [0, 1, 2]\n  width: [4, 8]\n");
    check_equal(plan_build(&p, &g), SWEEP_OK);
    check_equal(g.cell_count, 36);
    check_equal(p.group_count, 6);
    check_equal(plan_largest_group(&p), 6);
    check_equal(p.start[6], 36);
    bool seen[36] = {false};
    for (size_t k = 0; k < p.group_count; k++)
        for (size_t i = p.start[k]; i < p.start[k + 1]; i++) {
            check_true(!seen[p.cell[i]], "cell %zu twice", p.cell[i]);
            seen[p.cell[i]] = true;
            for (size_t j = 0; j < 36; j++)
                check_equal(same_training(&g, p.cell[i], p.cell[j]),
                            j >= p.start[k] && j < p.start[k + 1]);
            check_true(i == p.start[k] || p.cell[i - 1] < p.cell[i],
                       "order in a group");
        }
    plan_release(&p);
    grid_release(&g);
}

/* Cells alike cost alike, and the training remains. */
static void test_unit_cost(void **state)
{
    (void)state;
    struct grid g;
    struct plan p;
    fixture_grid(&g, "grid:\n  retrain: false\n  samples: [5, 6]\n"
                     "  step_scale: [0, 1]\n");
    check_equal(plan_build(&p, &g), SWEEP_OK);
    check_close_relative(plan_unit_cost(&p, 0, 2), p.cost[0], 1e-12);
    check_close_relative(plan_unit_cost(&p, 0, 2) - plan_unit_cost(&p, 0, 1),
                         plan_unit_cost(&p, 0, 1) - plan_unit_cost(&p, 0, 0), 1e-9);
    check_true(plan_unit_cost(&p, 0, 0) > 0, "a training for nothing");
    plan_release(&p);
    grid_release(&g);
}

/* A part of a unit is charged the retrainings of its own forget sets. */
static void test_part_of_a_unit(void **state)
{
    (void)state;
    struct grid g;
    struct plan p;
    fixture_grid(&g, "grid:\n  samples: 40\n  step_scale: [0, 1]\n"
                     "  forget: [1, 2, 3, 4, 5, 6, 7, 8]\n");
    check_equal(plan_build(&p, &g), SWEEP_OK);
    check_equal(p.group_count, 1);
    check_equal(p.retrainings[0], 8);
    check_close_relative(plan_cells_cost(&g, p.cell, 16), p.cost[0], 1e-12);
    check_close_relative(plan_unit_cost(&p, 0, 16), p.cost[0], 1e-12);
    for (size_t cells = 1; cells <= 8; cells++) /* the first ones: step_scale 0 */
        check_close_relative(plan_unit_cost(&p, 0, cells),
                             plan_cells_cost(&g, p.cell, cells), 0.1);
    double shared = p.cost[0] - plan_cells_cost(&g, p.cell, 8);
    check_close_relative(shared, 8 * p.cell_cost[0], 0.1);
    plan_release(&p);
    grid_release(&g);
}

/* Groups in file order of each axis must cost more and more; training dominates, so
 * doubling its steps or the width about doubles the cost. */
static void test_cost(void **state)
{
    (void)state;
    static const char *const axes[] = {"max_steps: [100000, 200000]\n"
                                       "  learning_rate: [0.5, 0.6]\n"
                                       "zip: [[max_steps, learning_rate]]",
                                       "width: [100, 200]", "samples: [20, 40]",
                                       "dimension: [10, 1e6]"};
    for (size_t i = 0; i < sizeof axes / sizeof axes[0]; i++) {
        struct grid g;
        struct plan p;
        char body[256];
        snprintf(body, sizeof body, "grid:\n  polish: false\n  retrain: false\n  %s\n",
                 axes[i]);
        fixture_grid(&g, body);
        plan_build(&p, &g);
        check_equal(p.group_count, 2);
        double ratio = p.cost[1] / p.cost[0];
        check_true(ratio > (i < 3 ? 1.7 : 1) && isfinite(ratio), "%s: %g", axes[i],
                   ratio);
        if (i < 2)
            check_true(ratio < 2.1, "%s: %g", axes[i], ratio);
        plan_release(&p);
        grid_release(&g);
    }
}

/* Of a grid of one cell: what the comparison or the method asks for. */
static void test_retrainings(void **state)
{
    (void)state;
    for (enum method m = 0; m < METHOD_COUNT; m++)
        for (int compared = 0; compared < 2; compared++) {
            struct grid g;
            struct plan p;
            char body[128];
            snprintf(body, sizeof body, "grid:\n  method: %s\n  retrain: %s\n",
                     unlearn_methods[m].name, compared ? "true" : "false");
            fixture_grid(&g, body);
            check_equal(plan_build(&p, &g), SWEEP_OK);
            check_equal(p.group_count, 1);
            check_equal(p.retrainings[0], compared || m == METHOD_RETRAIN);
            plan_release(&p);
            grid_release(&g);
        }
}

static void test_case_count(void **state)
{
    (void)state;
    check_cases(1784 + 3 * 2 * METHOD_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_partition),  cmocka_unit_test(test_groups),
        cmocka_unit_test(test_unit_cost),  cmocka_unit_test(test_part_of_a_unit),
        cmocka_unit_test(test_cost),       cmocka_unit_test(test_retrainings),
        cmocka_unit_test(test_case_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
