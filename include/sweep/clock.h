/* clock.h - monotonic and CPU time; replaceable in tests. */
#ifndef SWEEP_CLOCK_H
#define SWEEP_CLOCK_H

#include <stddef.h>

/* Seconds since an arbitrary start, never going back. */
double clock_monotonic(void);

/* CPU seconds of the calling thread. */
double clock_thread_cpu(void);

/* "2026-11-23T10:15:02Z" of now, into buffer of at least 21 bytes. */
char *clock_utc(char *buffer, size_t size);

/* In tests: replace clock_monotonic by `now`, or restore it with NULL. */
void clock_replace_monotonic(double (*now)(void));

#endif
