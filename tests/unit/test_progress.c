#include "sweep/clock.h"
#include "sweep/progress.h"

#include "check.h"

#include <stdlib.h>

static double now;

static double fake_clock(void)
{
    return now;
}

static void test_duration(void **state)
{
    (void)state;
    static const struct {
        double seconds;
        const char *text;
    } cases[] = {
        {0, "0.0 s"},
        {0.34, "0.3 s"},
        {9.94, "9.9 s"},
        {9.96, "10 s"},
        {41.2, "41 s"},
        {59.4, "59 s"},
        {59.6, "1 min 00 s"},
        {83, "1 min 23 s"},
        {3599, "59 min 59 s"},
        {3600, "1 h 00 min"},
        {7384, "2 h 03 min"},
        {86369, "23 h 59 min"},
        {86371, "1 d 00 h"},
        {1e6, "11 d 14 h"},
        {NAN, "?"},
        {(double)INFINITY, "?"},
        {-1, "?"},
    };
    char text[32];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_text(progress_duration(cases[i].seconds, text, sizeof text),
                   cases[i].text);
}

/* 10 trials of 30 s each; the first half holds three quarters of the work. */
static void test_lines(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size;
    struct progress p;
    FILE *stream = open_memstream(&text, &size);
    now = 1000;
    clock_replace_monotonic(fake_clock);
    progress_start(&p, stream, false, 10, 20);
    for (int i = 0; i < 10; i++) {
        now += 30;
        progress_add(&p, 1, i == 3, i < 5 ? 3 : 1);
    }
    progress_finish(&p);
    fclose(stream);
    check_text(text, "2 of 10 trials (30 %), 2 min 20 s left\n"
                     "4 of 10 trials (60 %), 1 failed, 1 min 20 s left\n"
                     "6 of 10 trials (80 %), 1 failed, 45 s left\n"
                     "8 of 10 trials (90 %), 1 failed, 27 s left\n"
                     "10 of 10 trials (100 %), 1 failed, 0.0 s left\n");
    free(text);
    clock_replace_monotonic(NULL);
}

/* What is known grows on the way. */
static void test_open(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size;
    struct progress p;
    FILE *stream = open_memstream(&text, &size);
    now = 0;
    clock_replace_monotonic(fake_clock);
    progress_start(&p, stream, false, 4, 4);
    p.open = true;
    for (int i = 0; i < 6; i++) {
        now += 40;
        progress_add(&p, 1, 0, 1);
        if (i == 3)
            progress_extend(&p, 4, 12);
    }
    progress_finish(&p);
    fclose(stream);
    check_text(text, "2 of at least 4 trials (50 %), at least 1 min 20 s left\n"
                     "4 of at least 4 trials (100 %), at least 0.0 s left\n"
                     "6 of at least 8 trials (38 %), at least 6 min 40 s left\n");
    free(text);
    clock_replace_monotonic(NULL);
}

/* What was there before is counted, and has no part in the pace. */
static void test_resume(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size;
    struct progress p;
    FILE *stream = open_memstream(&text, &size);
    now = 500;
    clock_replace_monotonic(fake_clock);
    progress_start(&p, stream, false, 4, 8);
    progress_resume(&p, 96, 3, 32);
    for (int i = 0; i < 4; i++) {
        now += 60;
        progress_add(&p, 1, i == 2, 2);
    }
    progress_finish(&p);
    fclose(stream);
    check_text(text, "97 of 100 trials (85 %), 3 failed, 3 min 00 s left\n"
                     "98 of 100 trials (90 %), 3 failed, 2 min 00 s left\n"
                     "99 of 100 trials (95 %), 4 failed, 1 min 00 s left\n"
                     "100 of 100 trials (100 %), 4 failed, 0.0 s left\n");
    free(text);
    clock_replace_monotonic(NULL);
}

static void test_bar(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size;
    struct progress p;
    FILE *stream = open_memstream(&text, &size);
    now = 0;
    clock_replace_monotonic(fake_clock);
    progress_start(&p, stream, false, 4, 4);
    p.terminal = true;
    now = 8;
    progress_add(&p, 1, 0, 1);
    now = 8.05; /* too soon for another */
    progress_add(&p, 1, 1, 1);
    now = 20;
    progress_add(&p, 1, 0, 1);
    progress_finish(&p);
    fclose(stream);
    check_text(text, "\r[######..................] 1 of 4 trials, 24 s left\033[K"
                     "\r[##################......] 3 of 4 trials, 1 failed, 6.7 s "
                     "left\033[K"
                     "\r\033[K");
    free(text);
    clock_replace_monotonic(NULL);
}

/* Where a line is short the bar is, too, then it goes, then all but what is left. */
static void test_narrow(void **state)
{
    (void)state;
    static const struct {
        const char *columns, *text;
    } cases[] = {
        {"54", "\r[###########....] 3 of 4 trials, 1 failed, 2.7 s left\033[K"},
        {"43", "\r[###.] 3 of 4 trials, 1 failed, 2.7 s left\033[K"},
        {"42", "\r3 of 4 trials, 1 failed, 2.7 s left\033[K"},
        {"36", "\r3 of 4 trials, 1 failed, 2.7 s left\033[K"},
        {"35", "\r2.7 s left\033[K"},
    };
    clock_replace_monotonic(fake_clock);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = NULL;
        size_t size;
        struct progress p;
        FILE *stream = open_memstream(&text, &size);
        setenv("COLUMNS", cases[i].columns, 1);
        now = 0;
        progress_start(&p, stream, false, 4, 4);
        p.terminal = true;
        now = 8;
        progress_add(&p, 3, 1, 3);
        fclose(stream);
        check_text(text, cases[i].text);
        free(text);
    }
    unsetenv("COLUMNS");
    clock_replace_monotonic(NULL);
}

static void test_silent(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size;
    struct progress p;
    FILE *stream = open_memstream(&text, &size);
    now = 0;
    clock_replace_monotonic(fake_clock);
    progress_start(&p, stream, true, 4, 4);
    now = 1e4;
    progress_add(&p, 4, 2, 4);
    progress_finish(&p);
    check_equal(p.done, 4);
    check_equal(p.failed, 2);
    progress_start(&p, NULL, false, 4, 4);
    progress_add(&p, 3, 1, 4);
    progress_finish(&p);
    check_equal(p.done, 3);
    fclose(stream);
    check_equal(size, 0);
    free(text);
    clock_replace_monotonic(NULL);
}

static void test_case_count(void **state)
{
    (void)state;
    check_cases(30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_duration), cmocka_unit_test(test_lines),
        cmocka_unit_test(test_open),     cmocka_unit_test(test_resume),
        cmocka_unit_test(test_bar),      cmocka_unit_test(test_narrow),
        cmocka_unit_test(test_silent),   cmocka_unit_test(test_case_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
