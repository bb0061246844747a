/* Several databases of one grid: merge, attempts, holders, what a changed grid does. */
#include "fixture.h"

#include "sweep/memory.h"
#include <sys/stat.h>

#define BODY(scales) "grid:\n  width: 4\n  step_scale: " scales "\n"

/* Record what `mine` says of the grid's trials, with `shift` added to one result. */
static void fill_some(const char *path, const struct grid *g, unsigned mine,
                      double shift)
{
    struct diagnostics log = {0};
    struct store *s = fixture_store(path, g);
    for (size_t i = 0; i < g->cell_count * g->replicates; i++) {
        struct record r;
        fixture_record(g, i / g->replicates, i % g->replicates, &r);
        r.value[C_NORM] = 1 + shift;
        r.value[C_SECONDS] += shift; /* never compared */
        if (mine & 1u << i)
            check_equal(store_put(s, i / g->replicates, i % g->replicates, &r, &log),
                        SWEEP_OK);
    }
    check_equal(store_close(s, &log), SWEEP_OK);
}

static int merge_into(struct store *to, const char *path, const struct grid *g,
                      bool allow_mixed, size_t *added, struct diagnostics *log)
{
    struct store *from;
    check_equal(store_open_readonly(&from, path, log), SWEEP_OK);
    int status = store_merge(to, from, g, allow_mixed, added, log);
    store_close(from, log);
    return status;
}

static size_t count_done(struct store *s, const struct grid *g)
{
    bool done[64] = {false};
    size_t count = 0;
    fixture_done(s, g, done);
    for (size_t i = 0; i < g->cell_count * g->replicates; i++)
        count += done[i];
    return count;
}

static void test_merge(void **state)
{
    (void)state;
    struct grid g;
    struct diagnostics log = {0};
    char a[32], b[32], out[32];
    size_t added;
    fixture_grid(&g, BODY("[0, 1]"));
    fill_some(fixture_folder(a), &g, 0x0f, 0);
    fill_some(fixture_folder(b), &g, 0x3c, 0);
    struct store *to = fixture_store(fixture_folder(out), &g);
    check_equal(merge_into(to, a, &g, false, &added, &log), SWEEP_OK);
    check_equal(added, 4);
    check_equal(merge_into(to, b, &g, false, &added, &log), SWEEP_OK);
    check_equal(added, 2);
    check_equal(merge_into(to, b, &g, false, &added, &log), SWEEP_OK);
    check_equal(added, 0);
    check_equal(count_done(to, &g), 6);
    check_equal(log.count, 0);
    store_close(to, &log);
    fixture_remove(a);
    fixture_remove(b);
    fixture_remove(out);
    grid_release(&g);
}

/* Other bits: nothing of that database is taken, unless mixtures are allowed. */
static void test_conflict(void **state)
{
    (void)state;
    struct grid g;
    struct diagnostics log = {0};
    char a[32], b[32], out[32];
    size_t added;
    fixture_grid(&g, BODY("[0, 1]"));
    fill_some(fixture_folder(a), &g, 0x0f, 0);
    fill_some(fixture_folder(b), &g, 0x3c, 0x1p-52);
    struct store *to = fixture_store(fixture_folder(out), &g);
    merge_into(to, a, &g, false, &added, &log);
    check_equal(merge_into(to, b, &g, false, &added, &log), SWEEP_INPUT);
    check_equal(log.count, 1);
    check_true(strstr(log.item[0].message, "differ in cell 0, replicate 2: norm "
                                           "1.0000000000000002 against 1"),
               "%s", log.item[0].message);
    store_close(to, &log);
    to = fixture_store(out, &g);
    check_equal(count_done(to, &g), 4);
    check_equal(merge_into(to, b, &g, true, &added, &log), SWEEP_OK);
    check_equal(added, 2);
    check_equal(count_done(to, &g), 6);
    store_close(to, &log);
    diagnostics_release(&log);
    fixture_remove(a);
    fixture_remove(b);
    fixture_remove(out);
    grid_release(&g);
}

/* Memory that ran out says nothing about a trial: any other record is better. */
static void test_out_of_memory_gives_way(void **state)
{
    (void)state;
    struct grid g;
    struct diagnostics log = {0};
    char a[32], b[32];
    size_t added;
    struct record r;
    fixture_grid(&g, BODY("1"));
    record_clear(&r);
    r.status = TRIAL_OUT_OF_MEMORY;
    struct store *poor = fixture_store(fixture_folder(a), &g);
    check_equal(store_put(poor, 0, 0, &r, &log), SWEEP_OK);
    r.status = TRIAL_DEAD_POINT;
    struct store *rich = fixture_store(fixture_folder(b), &g);
    check_equal(store_put(rich, 0, 0, &r, &log), SWEEP_OK);
    check_equal(store_close(rich, &log), SWEEP_OK);
    for (int again = 0; again < 2; again++) {
        struct store_counts counts;
        check_equal(merge_into(poor, b, &g, false, &added, &log), SWEEP_OK);
        check_equal(added, 0);
        check_equal(store_count(poor, &counts, &log), SWEEP_OK);
        check_equal(counts.done, 1);
        check_equal(counts.by_status[TRIAL_OUT_OF_MEMORY], 0);
    }
    store_close(poor, &log);
    fixture_remove(a);
    fixture_remove(b);
    grid_release(&g);
}

static void test_difference(void **state)
{
    (void)state;
    const struct store_tolerance bits = {0}, some = {.value = 1e-9},
                                 wide = {.value = 1e9}, one = {.value = 1};
    struct record a, b;
    record_clear(&a);
    b = a;
    check_equal(store_difference(&a, &b, bits), COLUMN_COUNT);
    a.value[C_PHI] = 0.0;
    b.value[C_PHI] = -0.0;
    check_equal(store_difference(&a, &b, bits), COLUMN_COUNT);
    a.value[C_SECONDS] = 3;
    check_equal(store_difference(&a, &b, bits), COLUMN_COUNT);
    a.value[C_NORM] = 1;
    check_equal(store_difference(&a, &b, bits), C_NORM);
    check_equal(store_difference(&a, &b, wide), C_NORM);
    b.value[C_NORM] = 1 + 0x1p-52;
    check_equal(store_difference(&a, &b, bits), C_NORM);
    check_equal(store_difference(&a, &b, some), COLUMN_COUNT);
    b.value[C_NORM] = 1.001;
    check_equal(store_difference(&a, &b, some), C_NORM);
    a.value[C_NORM] = b.value[C_NORM] = INFINITY;
    check_equal(store_difference(&a, &b, some), COLUMN_COUNT);
    a.value[C_STEPS] = 1e9;
    b.value[C_STEPS] = 1e9 + 1e-1;
    check_equal(store_difference(&a, &b, some), C_STEPS);
    b.value[C_STEPS] = 1e9;
    b.status = TRIAL_NON_FINITE;
    check_equal(store_difference(&a, &b, one), C_STOP_REASON);
}

/* Column c of two records, |theta| of the trained and of the unlearned model being 3
 * and 20, none_tau 1e-4, all else equal. */
static enum column difference_of(enum column c, double x, double y,
                                 struct store_tolerance t)
{
    struct record a;
    record_clear(&a);
    for (enum column k = 0; k < COLUMN_COUNT; k++)
        a.value[k] = 1.0;
    a.value[C_TRAINED_NORM] = 3.0;
    a.value[C_NORM] = 20.0;
    a.value[C_NONE_TAU] = 1e-4;
    struct record b = a;
    a.value[c] = x;
    b.value[c] = y;
    return store_difference(&a, &b, t);
}

/* What is small against its scale is rounding, unless every bit is asked for. */
static void test_rounding_difference(void **state)
{
    (void)state;
    static const double size[SCALE_EVENTS + 1] = {[SCALE_ONE] = 1,
                                                  [SCALE_TRAINED] = 3,
                                                  [SCALE_TRAINED_SQUARED] = 9,
                                                  [SCALE_UNLEARNED] = 20,
                                                  [SCALE_UNLEARNED_SQUARED] = 400,
                                                  [SCALE_RATIO] = 1e4};
    const struct store_tolerance t = {.value = 1e-9, .rounding = 1e-12}, bits = {0};
    size_t scaled = 0;
    for (enum column c = 0; c < COLUMN_COUNT; c++) {
        enum column_scale scale = column_table[c].scale;
        bool exact = scale == SCALE_VALUE || scale == SCALE_EVENTS;
        double below = 0.9e-12 * size[scale], above = 1.1e-12 * size[scale];
        if (c == C_SECONDS || c == C_NONE_TAU)
            continue;
        check_true(difference_of(c, 7, 8, t) == c &&
                       difference_of(c, 1e-30, 2e-30, bits) == c &&
                       difference_of(c, 1e-30, (double)NAN, t) == c &&
                       (exact ? difference_of(c, 1e-30, 2e-30, t) == c
                              : difference_of(c, 1e-30, above, t) == c &&
                                    difference_of(c, 1e-30, below, t) == COLUMN_COUNT),
                   "%s", column_table[c].name);
        scaled += !exact;
    }
    check_true(scaled >= 20, "%zu columns have a scale", scaled);
}

static void test_counts_explain(void **state)
{
    (void)state;
    const struct store_tolerance t = {.value = 1e-9, .rounding = 1e-12};
    struct record a;
    record_clear(&a);
    struct record b = a;
    a.value[C_EXACT_TAU] = 0.1;
    b.value[C_EXACT_TAU] = 0.2;
    check_equal(store_difference(&a, &b, t), C_EXACT_TAU);
    a.value[C_FLIPS] = 3;
    b.value[C_FLIPS] = 4;
    check_equal(store_difference(&a, &b, t), C_FLIPS);
    record_clear(&a); /* and the ratio of two rounding errors */
    a.value[C_NONE_TAU] = 1e-17;
    b = a;
    a.value[C_RETRAIN_RATIO] = 5;
    check_equal(store_difference(&a, &b, t), COLUMN_COUNT);
    a.value[C_NONE_TAU] = b.value[C_NONE_TAU] = 1e-3;
    check_equal(store_difference(&a, &b, t), C_RETRAIN_RATIO);
}

static void test_change(void **state)
{
    (void)state;
    struct grid first, second;
    struct diagnostics log = {0};
    char path[32];
    fixture_grid(&first, BODY("[0, 1, 2]"));
    fixture_grid(&second, BODY("[0.5, 1, 3, 4]"));
    second.replicates = 9;
    struct store *s = fixture_store(fixture_folder(path), &first);
    struct store_change c = store_change(s);
    check_equal(c.added, 3);
    check_equal(c.removed, 0);
    check_equal(c.unchanged, 0);
    check_equal(c.replicates, 0);
    store_close(s, &log);
    s = fixture_store(path, &second);
    c = store_change(s);
    check_equal(c.added, 3);
    check_equal(c.removed, 2);
    check_equal(c.unchanged, 1);
    check_equal(c.replicates, 3);
    store_close(s, &log);
    fixture_remove(path);
    grid_release(&first);
    grid_release(&second);
}

/* Which of the holders in sweep.lock are followed, and which are respected. */
static void test_holders(void **state)
{
    (void)state;
    char host[65], boot[40] = "", path[32], file[64];
    struct grid g;
    struct diagnostics log = {0};
    struct store_holder holder;
    FILE *stream = fopen("/proc/sys/kernel/random/boot_id", "r");
    assert_int_equal(fscanf(stream, "%39s", boot), 1);
    fclose(stream);
    gethostname(host, sizeof host);
    const struct {
        const char *host, *boot;
        long process;
        int state, plain, shard;
    } cases[] = {
        {host, boot, 1, STORE_DEAD, SWEEP_OK, SWEEP_OK}, /* started at another time */
        {"other", boot, 1, STORE_DEAD, SWEEP_OK, SWEEP_OK}, /* a new name */
        {host, "x", 1, STORE_DEAD, SWEEP_OK, SWEEP_OK},     /* a new boot */
        {"other", "x", 1, STORE_UNKNOWN, SWEEP_BUSY, SWEEP_OK},
    };
    fixture_grid(&g, BODY("1"));
    snprintf(file, sizeof file, "%s/sweep.lock", fixture_folder(path));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (int shard = 0; shard < 2; shard++) {
            struct store_options options = {.shard = shard};
            struct store *s;
            stream = fopen(file, "w");
            fprintf(stream, "%s %ld 1 %s 2026-01-01T00:00:00Z\n", cases[i].host,
                    cases[i].process, cases[i].boot);
            fclose(stream);
            check_equal(store_holder(path, &holder, &log), SWEEP_OK);
            check_equal(holder.state, cases[i].state);
            check_equal(store_open(&s, path, &g, &options, &log),
                        shard ? cases[i].shard : cases[i].plain);
            if (s) {
                check_equal(store_holder(path, &holder, &log), SWEEP_OK);
                bool own = cases[i].state == STORE_DEAD;
                check_equal(holder.state, own ? STORE_ALIVE : STORE_UNKNOWN);
                check_equal(holder.process, own ? getpid() : cases[i].process);
            }
            store_close(s, &log);
            check_equal(access(file, F_OK) == 0, cases[i].state == STORE_UNKNOWN);
        }
    check_equal(log.count, 1);
    struct store_list list;
    check_equal(store_list(&list, path, &log), SWEEP_OK);
    check_equal(list.count, 2); /* sweep.db, and that of the shard beside the unknown */
    store_list_release(&list);
    diagnostics_release(&log);
    fixture_remove(path);
    grid_release(&g);
}

/* An attempt sees what the others did. */
static void test_attempts(void **state)
{
    (void)state;
    struct grid g;
    struct diagnostics log = {0};
    struct store_options shard = {.shard = true};
    struct store *s;
    char path[32], file[64];
    bool done[6] = {false};
    fixture_grid(&g, BODY("[0, 1]"));
    fill_some(fixture_folder(path), &g, 0x05, 0);
    snprintf(file, sizeof file, "%s/sweep.lock", path);
    FILE *stream = fopen(file, "w");
    fputs("other 1 1 boot 2026-01-01T00:00:00Z\n", stream);
    fclose(stream);
    check_equal(store_open(&s, path, &g, &shard, &log), SWEEP_OK);
    fixture_done(s, &g, done);
    for (int i = 0; i < 6; i++)
        check_equal(done[i], false);
    struct fixture_mark mark = {&g, done};
    check_equal(store_scan_elsewhere(s, &g, COLUMN_COUNT, fixture_mark, &mark, &log),
                SWEEP_OK);
    for (int i = 0; i < 6; i++)
        check_equal(done[i], i == 0 || i == 2);
    store_close(s, &log);
    check_equal(log.count, 0);
    fixture_remove(path);
    grid_release(&g);
}

static void test_platforms(void **state)
{
    (void)state;
    struct grid g;
    struct diagnostics log = {0};
    struct store *s;
    char path[32];
    struct store_options a = {.platform = "a"}, b = {.platform = "b"};
    fixture_grid(&g, BODY("1"));
    fixture_folder(path);
    check_equal(store_open(&s, path, &g, &a, &log), SWEEP_OK);
    store_close(s, &log);
    check_equal(store_open(&s, path, &g, &b, &log), SWEEP_INPUT);
    check_equal(log.count, 1);
    b.allow_mixed = true;
    check_equal(store_open(&s, path, &g, &b, &log), SWEEP_OK);
    char *lines;
    check_equal(store_meta(s, "platform", &lines, &log), SWEEP_OK);
    check_text(lines, "a\nb");
    memory_free(lines);
    store_close(s, &log);
    b.allow_mixed = false;
    check_equal(store_open(&s, path, &g, &b, &log), SWEEP_OK);
    store_close(s, &log);
    diagnostics_release(&log);
    fixture_remove(path);
    grid_release(&g);
}

static void test_case_count(void **state)
{
    (void)state;
    check_cases(174 + (COLUMN_COUNT - 2) + 1 + 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merge),
        cmocka_unit_test(test_conflict),
        cmocka_unit_test(test_out_of_memory_gives_way),
        cmocka_unit_test(test_difference),
        cmocka_unit_test(test_rounding_difference),
        cmocka_unit_test(test_counts_explain),
        cmocka_unit_test(test_change),
        cmocka_unit_test(test_holders),
        cmocka_unit_test(test_attempts),
        cmocka_unit_test(test_platforms),
        cmocka_unit_test(test_case_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
