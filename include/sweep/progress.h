/* progress.h - a throttled meter on stderr: a bar with ETA on a terminal, as
 * wide as that, one plain line a minute elsewhere. Time comes from clock.h, so tests replace it. Not
 * thread-safe: the caller serialises. */
#ifndef SWEEP_PROGRESS_H
#define SWEEP_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct progress {
    FILE *stream;  /* NULL: silent */
    bool terminal; /* draw a bar */
    bool color;    /* NO_COLOR obeyed */
    double start, last;
    size_t total, done, failed;   /* trials */
    bool open;                    /* the total is what is known so far */
    double work_total, work_done; /* expected cost, for the ETA */
    double work_before;           /* of what was there at the start */
    bool drawn;
};

/* stream NULL or quiet: silent. Detects a terminal. */
void progress_start(struct progress *p, FILE *stream, bool quiet, size_t total,
                    double work_total);

/* So many trials, and the work of them, were there before: they count as done. */
void progress_resume(struct progress *p, size_t done, size_t failed, double work);

/* There is more to do than was known. */
void progress_extend(struct progress *p, size_t total, double work_total);

/* done, failed trials and work since the last call; draws when it is time. */
void progress_add(struct progress *p, size_t done, size_t failed, double work);

/* Erases the bar, leaves a clean line. */
void progress_finish(struct progress *p);

/* "3 d 04 h", "2 h 03 min", "41 s", "0.3 s" */
char *progress_duration(double seconds, char *buffer, size_t size);

#endif
