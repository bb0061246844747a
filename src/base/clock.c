#include "sweep/clock.h"

#include <time.h>

static double seconds_of(clockid_t clock)
{
    struct timespec t = {0};

    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double (*replacement)(void);

void clock_replace_monotonic(double (*now)(void))
{
    replacement = now;
}

double clock_monotonic(void)
{
    return replacement ? replacement() : seconds_of(CLOCK_MONOTONIC);
}

double clock_thread_cpu(void)
{
    return seconds_of(CLOCK_THREAD_CPUTIME_ID);
}

char *clock_utc(char *buffer, size_t size)
{
    time_t now = time(NULL);
    struct tm utc;

    if (!gmtime_r(&now, &utc) ||
        strftime(buffer, size, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
        buffer[0] = '\0';
    return buffer;
}
