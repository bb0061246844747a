/* The runner's limits, and that a known answer is one. */
#include "fixture.h"

#include "sweep/answer.h"
#include "sweep/runner.h"
#include <pthread.h>
#include <unistd.h>

#define GOOD                                                                           \
    "grid:\n  samples: 4\n  dimension: 40\n  width: 4\n  max_steps: 200\n"             \
    "  signal: 1\n  test_samples: 5\n  step_scale: [0, 1]\n"
/* Random labels of 20 points and no training: hardly ever separated, for one of two
 * reasons. */
#define BAD                                                                            \
    "grid:\n  samples: 20\n  dimension: 40\n  width: 4\n  max_steps: 0\n"              \
    "  signal: 0\n  test_samples: 5\n  polish: false\n"
/* Every neuron reaches every point: one reason. */
#define UNSEPARATED BAD "  model: leaky_relu\n"
/* As many trainings that succeed, and longer: the first ones do. */
#define HALF_BAD                                                                       \
    "grid:\n  samples: 4\n  dimension: 40\n  width: 4\n  max_steps: [0, 200]\n"        \
    "  signal: 0\n  test_samples: 5\n  polish: false\n  model: leaky_relu\n"
/* Two trainings that would take hours. */
#define ENDLESS                                                                        \
    "grid:\n  samples: 10\n  dimension: 40\n  width: 40\n  tolerance: 0\n"             \
    "  max_steps: 1e9\n  polish: false\n  init_scale: [0.5, 1]\n"

/* Run the grid with `replicates` in a new folder. */
static struct runner_result run(const char *body, size_t replicates, size_t threads,
                                const struct runner_limits *limits)
{
    struct grid g;
    struct plan p;
    struct progress meter;
    struct runner_result result;
    struct diagnostics log = {0};
    char path[32];
    fixture_grid(&g, body);
    g.replicates = replicates;
    check_equal(plan_build(&p, &g), SWEEP_OK);
    struct ledger l;
    check_equal(ledger_open(&l, &g, &p, 0, 0, &log), SWEEP_OK);
    struct store *s = fixture_store(fixture_folder(path), &g);
    progress_start(&meter, NULL, true, 0, 0);
    struct runner_options options = {threads, *limits, &meter};
    check_equal(runner_run(&l, s, &options, &result, &log), SWEEP_OK);
    struct ledger_tally tally = ledger_tally(&l);
    check_equal(tally.done, result.ran);
    struct store_counts counts;
    check_equal(store_count(s, &counts, &log), SWEEP_OK);
    check_equal(counts.done, result.ran);
    for (int i = 0; i < TRIAL_STATUS_COUNT; i++)
        check_equal(counts.by_status[i], result.by_status[i]);
    for (int i = 0; i < TRIAL_STATUS_COUNT; i++)
        check_equal(tally.by_status[i], result.by_status[i]);
    store_close(s, &log);
    ledger_release(&l);
    plan_release(&p);
    grid_release(&g);
    fixture_remove(path);
    return result;
}

static void test_complete(void **state)
{
    (void)state;
    for (size_t threads = 1; threads <= 4; threads *= 2) {
        struct runner_result r = run(GOOD, 5, threads, &runner_no_limits);
        check_equal(r.ran, 10);
        check_equal(r.end, RUNNER_COMPLETE);
    }
}

static void test_limits(void **state)
{
    (void)state;
    atomic_bool yes = true;
    struct runner_limits l = runner_no_limits;
    l.failures = 3;
    struct runner_result r = run(BAD, 50, 1, &l);
    check_equal(r.end, RUNNER_FAILURES);
    check_equal(r.failed, 4);
    l = runner_no_limits;
    l.units_failed = 7;
    r = run(BAD, 50, 1, &l);
    check_equal(r.end, RUNNER_HOPELESS);
    check_equal(r.ran, 7);
    check_true(r.by_status[TRIAL_NOT_SEPARATED] > 0 &&
                   r.by_status[TRIAL_DEAD_POINT] > 0,
               "two reasons");
    r = run(UNSEPARATED, 50, 1, &l);
    check_equal(r.end, RUNNER_HOPELESS);
    check_equal(r.by_status[TRIAL_NOT_SEPARATED], 7);
    r = run(HALF_BAD, 50, 1, &l); /* what succeeded gives hope */
    check_equal(r.end, RUNNER_COMPLETE);
    check_true(r.by_status[TRIAL_OK] >= 50 && r.failed > 30, "half of them fail");
    r = run(BAD, 7, 1, &l); /* reached with the last one: nothing was stopped */
    check_equal(r.end, RUNNER_COMPLETE);
    r = run(GOOD, 20, 1, &l);
    check_equal(r.end, RUNNER_COMPLETE);
    l = runner_no_limits;
    l.cancel = &yes;
    r = run(GOOD, 5, 2, &l);
    check_equal(r.end, RUNNER_CANCELLED);
    check_equal(r.ran, 0);
}

static void *wait_and_raise(void *flag)
{
    usleep(100000);
    *(atomic_bool *)flag = true;
    return NULL;
}

static void test_cancelled_within(void **state)
{
    (void)state;
    atomic_bool flag = false;
    pthread_t other;
    struct runner_limits l = runner_no_limits;
    l.cancel = &flag;
    check_equal(pthread_create(&other, NULL, wait_and_raise, &flag), 0);
    struct runner_result r = run(ENDLESS, 1, 2, &l);
    pthread_join(other, NULL);
    check_equal(r.end, RUNNER_CANCELLED);
    check_equal(r.ran, 0);
    check_equal(run(GOOD, 5, 2, &runner_no_limits).end, RUNNER_COMPLETE);
}

static void test_answer(void **state)
{
    (void)state;
    struct diagnostics log = {0};
    char first[ANSWER_SIZE], second[ANSWER_SIZE];
    check_equal(answer_digest(first, &log), SWEEP_OK);
    check_equal(answer_digest(second, &log), SWEEP_OK);
    check_text(first, second);
    check_equal(strspn(first, "0123456789abcdef"), 32);
    check_equal(log.count, 0);
}

static void test_case_count(void **state)
{
    (void)state;
    check_cases(268);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_complete),         cmocka_unit_test(test_limits),
        cmocka_unit_test(test_cancelled_within), cmocka_unit_test(test_answer),
        cmocka_unit_test(test_case_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
