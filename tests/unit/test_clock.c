#include "sweep/clock.h"

#include "check.h"

#include <time.h>

static const double NAP = 0.02;     /* seconds */
static const double FOREVER = 60.0; /* no busy machine makes a nap this long */

static void nap(void)
{
    const struct timespec t = {.tv_nsec = (long)(NAP * 1e9)};

    nanosleep(&t, NULL);
}

static void test_monotonic(void **state)
{
    double start = clock_monotonic();
    double last = start;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        double now = clock_monotonic();

        check_true(now >= last, "went back from %.17g to %.17g", last, now);
        last = now;
    }
    nap();
    last = clock_monotonic();
    check_true(last - start >= NAP, "a nap took %g", last - start);
    check_true(last - start < FOREVER, "a nap took %g", last - start);
}

/* Sleeping costs wall time but next to no CPU time; working costs both. */
static void test_thread_cpu(void **state)
{
    double wall = clock_monotonic();
    double cpu = clock_thread_cpu();
    double slept, worked;

    (void)state;
    nap();
    slept = clock_thread_cpu() - cpu;
    check_true(slept >= 0.0 && slept < 0.5 * NAP, "sleep took %g of CPU", slept);
    while ((worked = clock_thread_cpu() - cpu) < NAP)
        if (clock_monotonic() - wall > FOREVER)
            break;
    check_true(worked >= NAP, "work took %g of CPU", worked);
    wall = clock_monotonic() - wall;
    check_true(worked <= wall, "%g of CPU in %g", worked, wall);
}

static void test_utc(void **state)
{
    char buffer[21] = "";
    struct tm utc = {0};
    time_t before = time(NULL), shown;
    const char *end;

    (void)state;
    check_true(clock_utc(buffer, sizeof buffer) == buffer, "another buffer");
    check_equal(strlen(buffer), 20);
    end = strptime(buffer, "%Y-%m-%dT%H:%M:%SZ", &utc);
    check_text(end, "");
    shown = timegm(&utc);
    check_true(before <= shown && shown <= time(NULL), "'%s' is not now", buffer);
    check_text(clock_utc(buffer, 20), "");
}

static double fake_now(void)
{
    return 42.5;
}

static void test_replace(void **state)
{
    (void)state;
    clock_replace_monotonic(fake_now);
    check_same_bits(clock_monotonic(), 42.5);
    clock_replace_monotonic(NULL);
    double first = clock_monotonic();
    nap();
    check_true(clock_monotonic() - first >= NAP, "the clock stands still");
}

static void test_cases(void **state)
{
    (void)state;
    check_cases(1002 + 3 + 5 + 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_monotonic), cmocka_unit_test(test_thread_cpu),
        cmocka_unit_test(test_utc),       cmocka_unit_test(test_replace),
        cmocka_unit_test(test_cases),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
