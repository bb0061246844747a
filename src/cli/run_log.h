/* run_log.h - run.log of a results folder: one line an event, with its time (UTC). */
#ifndef SWEEP_RUN_LOG_H
#define SWEEP_RUN_LOG_H

#include "sweep/status.h"
#include <stdio.h>

/* Open DIR/run.log for appending; NULL after a diagnostic. */
FILE *run_log_open(const char *directory, struct diagnostics *log);

/* "2026-11-23T10:15:02Z text\n" */
void run_log_line(FILE *file, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* SWEEP_OK, or SWEEP_IO when a line could not be written. NULL is allowed. */
int run_log_close(FILE *file, struct diagnostics *log);

#endif
