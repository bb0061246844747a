#include "fixture.h"

#include "sweep/memory.h"
#include <sqlite3.h>
#include <sys/wait.h>

#define BODY(scales) "grid:\n  width: 4\n  step_scale: " scales "\n"

static int same_record(const struct record *a, const struct record *b)
{
    int same = a->status == b->status && strcmp(a->message, b->message) == 0;
    for (int c = 0; c < COLUMN_COUNT; c++)
        same &= check_is_same_bits(a->value[c], b->value[c]) ||
                (isnan(a->value[c]) && isnan(b->value[c]));
    return same;
}

/* Trials must come in order and be those fixture_record gives. */
struct expected {
    const struct grid *grid;
    size_t count, next;
};

static int expect(void *context, size_t cell, uint64_t replicate,
                  const struct record *r)
{
    struct expected *e = context;
    struct record want;
    size_t place = cell * e->grid->replicates + replicate;
    fixture_record(e->grid, cell, replicate, &want);
    check_true(place >= e->next, "trial %zu after %zu", place, e->next);
    check_true(same_record(r, &want), "cell %zu replicate %d", cell, (int)replicate);
    e->next = place + 1;
    e->count++;
    return SWEEP_OK;
}

static size_t count_expected(struct store *s, const struct grid *g)
{
    struct diagnostics log = {0};
    struct expected e = {.grid = g};
    check_equal(store_each(s, g, expect, &e, &log), SWEEP_OK);
    return e.count;
}

static void test_round_trip(void **state)
{
    (void)state;
    struct grid g;
    struct diagnostics log = {0};
    char path[32];
    fixture_grid(&g, BODY("[0, 0.1, 1, 2]"));
    struct store *s = fixture_store(fixture_folder(path), &g);
    fixture_fill(s, &g);
    check_equal(count_expected(s, &g), 12);
    check_equal(store_close(s, &log), SWEEP_OK);

    check_equal(store_open_readonly(&s, path, &log), SWEEP_OK);
    check_equal(count_expected(s, &g), 12);
    char *name, *nothing;
    check_equal(store_meta(s, "name", &name, &log), SWEEP_OK);
    check_text(name, "test");
    memory_free(name);
    check_equal(store_meta(s, "nothing", &nothing, &log), SWEEP_OK);
    check_true(nothing == NULL, "meta out of nothing");
    store_close(s, &log);
    grid_release(&g);
    fixture_remove(path);
}

static void test_infinity_and_extremes(void **state)
{
    (void)state;
    static const double values[] = {
        INFINITY, -INFINITY, 5e-324, 1.7976931348623157e308, -0.1, 9007199254740992.0};
    struct grid g;
    struct diagnostics log = {0};
    char path[32];
    fixture_grid(&g, BODY("[0, 1]"));
    g.replicates = 6;
    struct store *s = fixture_store(fixture_folder(path), &g);
    for (uint64_t k = 0; k < 6; k++) {
        struct record r;
        record_clear(&r);
        r.value[C_SCALED_EPS] = values[k];
        store_put(s, 1, k, &r, &log);
    }
    store_close(s, &log);

    sqlite3 *db;
    sqlite3_stmt *q;
    char file[64];
    snprintf(file, sizeof file, "%s/sweep.db", path);
    sqlite3_open(file, &db);
    sqlite3_prepare_v2(db, "SELECT scaled_eps, typeof(scaled_delta) FROM trials", -1,
                       &q, NULL);
    for (int k = 0; k < 6; k++) {
        check_equal(sqlite3_step(q), SQLITE_ROW);
        check_same_bits(sqlite3_column_double(q, 0), values[k]);
        check_text((const char *)sqlite3_column_text(q, 1), "null");
    }
    check_equal(sqlite3_step(q), SQLITE_DONE);
    sqlite3_finalize(q);
    sqlite3_close(db);
    grid_release(&g);
    fixture_remove(path);
}

/* The text of one value, or "". */
static char *ask(const char *path, const char *sql, char *answer, size_t size)
{
    sqlite3 *db;
    sqlite3_stmt *q = NULL;
    char file[64];
    snprintf(file, sizeof file, "%s/sweep.db", path);
    answer[0] = '\0';
    sqlite3_open(file, &db);
    if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK &&
        sqlite3_step(q) == SQLITE_ROW && sqlite3_column_text(q, 0))
        snprintf(answer, size, "%s", (const char *)sqlite3_column_text(q, 0));
    sqlite3_finalize(q);
    sqlite3_close(db);
    return answer;
}

/* What a reader with the sqlite3 shell finds. */
static void test_schema(void **state)
{
    (void)state;
    static const char *const questions[][2] = {
        {"SELECT model || width || typeof(width) FROM cells WHERE cell = 1",
         "relu4integer"},
        {"SELECT typeof(step_scale) || step_scale FROM cells WHERE cell = 1",
         "real1.0"},
        {"SELECT polish || retrain || data FROM cells WHERE cell = 0", "11mixture"},
        {"SELECT typeof(signal_exponent) FROM cells WHERE cell = 0", "null"},
        {"SELECT length(key) FROM cells WHERE cell = 0", "32"},
        {"SELECT value FROM meta WHERE name = 'seed'", "7"},
        {"SELECT value FROM meta WHERE name = 'model_version'", "6"},
        {"SELECT count(*) FROM trials", "0"},
        {"PRAGMA journal_mode", "delete"},
    };
    struct grid g;
    struct diagnostics log = {0};
    char path[32], answer[64], file[64];
    fixture_grid(&g, BODY("[0, 1]"));
    store_close(fixture_store(fixture_folder(path), &g), &log);
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++)
        check_text(ask(path, questions[i][0], answer, sizeof answer), questions[i][1]);
    for (int p = 0; p < PARAMETER_COUNT; p++) {
        char sql[128];
        snprintf(sql, sizeof sql,
                 "SELECT 1 FROM pragma_table_info('cells') WHERE name "
                 "= '%s'",
                 parameter_table[p].name);
        check_text(ask(path, sql, answer, sizeof answer), "1");
    }

    char text[256] = "";
    snprintf(file, sizeof file, "%s/grid.yaml", path);
    FILE *copy = fopen(file, "r");
    size_t size = fread(text, 1, sizeof text - 1, copy);
    fclose(copy);
    check_equal(size, g.text_size);
    check_true(memcmp(text, g.text, size) == 0, "grid.yaml is not the grid's text");
    grid_release(&g);
    fixture_remove(path);
}

static void test_done(void **state)
{
    (void)state;
    struct grid g;
    struct diagnostics log = {0};
    char path[32];
    bool done[6] = {false};
    static const bool want[6] = {false, true, false, false, false, true};
    fixture_grid(&g, BODY("[0, 1]"));
    struct store *s = fixture_store(fixture_folder(path), &g);
    for (size_t i = 0; i < 6; i++)
        if (want[i]) {
            struct record r;
            fixture_record(&g, i / 3, i % 3, &r);
            store_put(s, i / 3, i % 3, &r, &log);
        }
    fixture_done(s, &g, done);
    for (size_t i = 0; i < 6; i++)
        check_equal(done[i], want[i]);

    /* Fewer replicates: the others stay recorded but are not the grid's. */
    g.replicates = 2;
    memset(done, 0, sizeof done);
    fixture_done(s, &g, done);
    for (size_t i = 0; i < 4; i++)
        check_equal(done[i], i == 1);
    check_equal(count_expected(s, &g), 1);
    store_close(s, &log);
    grid_release(&g);
    fixture_remove(path);
}

/* Of every trial its status and one value, as store_each gives them. */
struct glances {
    size_t count;
    struct {
        bool there;
        enum trial_status status;
        double value;
    } trial[6];
};

static int glance(void *context, size_t cell, uint64_t replicate,
                  enum trial_status status, double value, const struct record *record)
{
    struct glances *seen = context;
    check_true(record == NULL, "a column needs no record");
    size_t i = cell * 3 + replicate;
    check_true(!seen->trial[i].there, "once");
    seen->trial[i].there = true;
    seen->trial[i].status = status;
    seen->trial[i].value = value;
    return ++seen->count == 99 ? 77 : SWEEP_OK;
}

static int compare_glance(void *context, size_t cell, uint64_t replicate,
                          const struct record *r)
{
    struct glances *seen = context;
    size_t i = cell * 3 + replicate;
    check_equal(seen->trial[i].there, true);
    check_equal(seen->trial[i].status, r->status);
    check_same_bits(seen->trial[i].value, r->value[C_EXACT_TAU]);
    return SWEEP_OK;
}

static void test_scan(void **state)
{
    (void)state;
    struct grid g;
    struct diagnostics log = {0};
    struct glances seen = {0};
    char path[32];
    fixture_grid(&g, BODY("[0, 1]"));
    struct store *s = fixture_store(fixture_folder(path), &g);
    fixture_fill(s, &g);
    check_equal(store_scan(s, &g, C_EXACT_TAU, glance, &seen, &log), SWEEP_OK);
    check_equal(seen.count, 6);
    check_equal(store_each(s, &g, compare_glance, &seen, &log), SWEEP_OK);
    seen = (struct glances){.count = 98}; /* the visit ends it */
    check_equal(store_scan(s, &g, COLUMN_COUNT, glance, &seen, &log), 77);
    check_equal(seen.count, 99);
    store_close(s, &log);
    grid_release(&g);
    fixture_remove(path);
}

/* Records of which two results were wanted. */
static int expect_two(void *context, size_t cell, uint64_t replicate,
                      const struct record *r)
{
    struct expected *e = context;
    struct record want, whole;
    fixture_record(e->grid, cell, replicate, &whole);
    want = whole;
    for (enum column c = 0; c < COLUMN_COUNT; c++)
        if (c != C_EXACT_TAU && c != C_STOP_REASON)
            want.value[c] = NAN;
    check_true(same_record(r, &want), "cell %zu replicate %d", cell, (int)replicate);
    check_true(!same_record(&want, &whole), "nothing is left out");
    e->count++;
    return SWEEP_OK;
}

static void test_wanted(void **state)
{
    (void)state;
    static const bool wanted[COLUMN_COUNT] = {
        [C_EXACT_TAU] = true, [C_STOP_REASON] = true};
    struct grid g;
    struct diagnostics log = {0};
    struct expected e = {.grid = &g};
    char path[32];
    fixture_grid(&g, BODY("[0, 1]"));
    struct store *s = fixture_store(fixture_folder(path), &g);
    fixture_fill(s, &g);
    check_equal(store_each_of(s, &g, wanted, expect_two, &e, &log), SWEEP_OK);
    check_equal(e.count, 6);
    store_close(s, &log);
    grid_release(&g);
    fixture_remove(path);
}

/* Cells are known by what they mean, not by their number. */
static void test_changed_grid(void **state)
{
    (void)state;
    struct grid first, second;
    struct diagnostics log = {0};
    char path[32], answer[64];
    bool done[9] = {false};
    fixture_grid(&first, BODY("[0, 1]"));
    fixture_grid(&second, BODY("[0.5, 1, 3]"));
    struct store *s = fixture_store(fixture_folder(path), &first);
    fixture_fill(s, &first);
    store_close(s, &log);

    s = fixture_store(path, &second);
    fixture_done(s, &second, done);
    for (size_t i = 0; i < 9; i++)
        check_equal(done[i], i / 3 == 1);
    check_equal(count_expected(s, &second), 3);
    store_close(s, &log);
    check_text(ask(path, "SELECT count(*) FROM cells", answer, sizeof answer), "4");
    check_text(ask(path, "SELECT step_scale FROM cells WHERE cell IS NULL", answer,
                   sizeof answer),
               "0.0");

    /* A reader with a grid that is not the folder's believes nothing. */
    check_equal(store_open_readonly(&s, path, &log), SWEEP_OK);
    struct expected e = {.grid = &first};
    check_equal(store_each(s, &first, expect, &e, &log), SWEEP_INPUT);
    check_equal(e.count, 0);
    check_equal(count_expected(s, &second), 3);
    store_close(s, &log);

    /* Back to the first: nothing was lost. */
    s = fixture_store(path, &first);
    check_equal(count_expected(s, &first), 6);
    store_close(s, &log);
    diagnostics_release(&log);
    grid_release(&first);
    grid_release(&second);
    fixture_remove(path);
}

static void check_refused(const char *path, const struct grid *g, int status,
                          const char *words)
{
    struct diagnostics log = {0};
    struct store *s;
    check_equal(store_open(&s, path, g, NULL, &log), status);
    check_true(s == NULL, "a store came out");
    check_equal(log.count, 1);
    check_true(log.count > 0 && strstr(log.item[0].message, words), "'%s' not in '%s'",
               words, log.count > 0 ? log.item[0].message : "");
    diagnostics_release(&log);
}

static void test_refused(void **state)
{
    (void)state;
    struct grid g;
    struct diagnostics log = {0};
    char path[32], file[64], text[32] = "", answer[64];
    fixture_grid(&g, BODY("[0, 1]"));
    struct store *s = fixture_store(fixture_folder(path), &g);
    check_refused(path, &g, SWEEP_BUSY, "another run");
    store_close(s, &log);

    g.seed = 8;
    check_refused(path, &g, SWEEP_INPUT, "with seed 7, not 'test' with seed 8");
    g.seed = 7;
    char *name = g.name;
    char other[] = "other";
    g.name = other;
    check_refused(path, &g, SWEEP_INPUT, "holds the grid 'test'");
    g.name = name;
    ask(path, "PRAGMA user_version = 12", answer, sizeof answer);
    check_refused(path, &g, SWEEP_IO, "another version of sweep (layout 12");
    ask(path, "PRAGMA application_id = 12", answer, sizeof answer);
    check_refused(path, &g, SWEEP_IO, "another program");

    snprintf(file, sizeof file, "%s/sweep.db", path);
    FILE *stream = fopen(file, "w");
    fputs("dear diary", stream);
    fclose(stream);
    check_refused(path, &g, SWEEP_IO, "is not a database");
    stream = fopen(file, "r");
    check_text(fgets(text, sizeof text, stream), "dear diary");
    fclose(stream);
    check_refused(file, &g, SWEEP_IO, "cannot create the folder");
    check_equal(store_open_readonly(&s, "/nowhere", &log), SWEEP_IO);
    check_equal(log.count, 1);
    diagnostics_release(&log);
    grid_release(&g);
    fixture_remove(path);
}

/* A process that dies keeps what it committed, and only that; readers see the same. */
static void test_death(void **state)
{
    (void)state;
    struct grid g;
    struct diagnostics log = {0};
    struct store *s;
    char path[32];
    int status;
    fixture_grid(&g, BODY("[0, 1]"));
    fixture_folder(path);
    pid_t child = fork();
    if (child == 0) {
        struct record r;
        s = fixture_store(path, &g);
        for (uint64_t k = 0; k < 3; k++) {
            fixture_record(&g, 1, k, &r);
            store_put(s, 1, k, &r, &log);
            if (k == 1)
                store_commit(s, &log);
        }
        struct store *reader;
        struct expected e = {.grid = &g};
        if (store_open_readonly(&reader, path, &log) != SWEEP_OK ||
            store_each(reader, &g, expect, &e, &log) != SWEEP_OK)
            _exit(99);
        _exit((int)e.count);
    }
    waitpid(child, &status, 0);
    check_true(WIFEXITED(status), "the child did not end by itself");
    check_equal(WEXITSTATUS(status), 2);
    s = fixture_store(path, &g);
    check_equal(count_expected(s, &g), 2);
    store_close(s, &log);
    grid_release(&g);
    fixture_remove(path);
}

static void test_case_count(void **state)
{
    (void)state;
    check_cases(242 + PARAMETER_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_infinity_and_extremes),
        cmocka_unit_test(test_schema),
        cmocka_unit_test(test_done),
        cmocka_unit_test(test_scan),
        cmocka_unit_test(test_wanted),
        cmocka_unit_test(test_changed_grid),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_death),
        cmocka_unit_test(test_case_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
