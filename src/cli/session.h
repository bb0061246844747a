/* session.h - one `sweep run`: all that it holds, and what it tells. */
#ifndef SWEEP_SESSION_H
#define SWEEP_SESSION_H

#include "cli.h"
#include "run_options.h"
#include "sweep/grid.h"
#include "sweep/ledger.h"
#include "sweep/plan.h"
#include "sweep/runner.h"
#include "sweep/store.h"
#include <stdbool.h>
#include <stdio.h>

/* The first units may all fail; then a run gives up. */
enum { UNITS_FAILED = 20 };

struct session {
    struct run_options options;
    const struct arguments *args;
    char *output;    /* as typed, or the default */
    char *directory; /* the same, or that of a shard in it */
    struct grid grid;
    struct plan plan;
    struct store *store;
    FILE *log_file;
    struct ledger ledger;
    struct ledger_tally tally; /* of the folder, before and after */
    bool dated;                /* the table is that of the database it was found with */
    bool table;                /* it is that of the database as it is now */
    size_t failed_now;
    char reason[160]; /* the first message of a trial that failed now */
    struct runner_result result;
    struct diagnostics log;
};

/* To stderr: how the grid differs from that of the folder, and what is missing. */
void session_tell_change(const struct session *s, size_t missing);

/* To run.log: what is begun; how it ended, after so many seconds. */
void session_log_start(const struct session *s, const struct ledger_rest *rest);
void session_log_end(const struct session *s, int status, double seconds);

/* The same command again, whatever the limits were. */
void session_print_resume(FILE *stream, const struct session *s);

/* To stderr: what is done, what is wrong with it, and how to go on. */
void session_print_summary(const struct session *s);

#endif
