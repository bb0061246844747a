#include "cli.h"

#include "failures.h"
#include "fitted.h"
#include "notice.h"
#include "on_end.h"
#include "overrides.h"
#include "report.h"
#include "run_log.h"
#include "run_options.h"
#include "signals.h"
#include "sweep/aggregate.h"
#include "sweep/clock.h"
#include "sweep/escape.h"
#include "sweep/folder.h"
#include "sweep/memory.h"
#include "sweep/runner.h"
#include "sweep/table.h"
#include "tally.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Failures reported one by one in run.log; all of them are in the database. */
enum { MOST_FAILURES = 100 };

/* The first units may all fail; then a run gives up. */
enum { UNITS_FAILED = 20 };

/* All that one run holds. */
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

static int name_folders(struct session *s, const char *output)
{
    const struct run_options *o = &s->options;
    int status = folder_named(&s->output, output, &s->grid, &s->log);
    return status == SWEEP_OK
               ? folder_shard(&s->directory, s->output, o->shard, o->shards, &s->log)
               : status;
}

/* Everything that can be wrong with the grid file is found here: nothing is written. */
static int prepare_session(struct session *s, const char *output)
{
    struct aggregate table;

    int status = overrides_read_grid(&s->grid, s->args, &s->log);
    if (status == SWEEP_OK)
        status = grid_check_selection(&s->grid, &s->log);
    if (status == SWEEP_OK)
        status = aggregate_resolve(&table, &s->grid, &s->grid.table, &s->log);
    if (status != SWEEP_OK)
        return status;
    aggregate_release(&table);
    status = name_folders(s, output);
    if (status == SWEEP_OK && plan_build(&s->plan, &s->grid) != SWEEP_OK)
        status = diagnostics_no_memory(&s->log, NULL);
    if (status == SWEEP_OK)
        status = runner_check_memory(&s->grid, &s->plan, s->options.threads, &s->log);
    return status;
}

/* Open the folder. */
static int open_folder(struct session *s)
{
    struct store_options options = {.allow_mixed = s->options.allow_mixed,
                                    .fresh = s->options.fresh,
                                    .shard = s->options.shards > 0};
    char *platform;
    int status = folder_platform(&platform, &s->log);
    options.platform = platform;
    s->dated = !s->options.fresh && folder_table_is_dated(s->directory);
    options.unchanged = s->dated;
    if (status == SWEEP_OK)
        status = store_open(&s->store, s->directory, &s->grid, &options, &s->log);
    free(platform);
    if (status != SWEEP_OK)
        return status;
    s->log_file = run_log_open(s->directory, &s->log);
    return s->log_file ? SWEEP_OK : SWEEP_IO;
}

/* Find out what is missing. Where nothing is, the last session stays the last. */
static int read_folder(struct session *s)
{
    struct ledger *l = &s->ledger;
    int status = ledger_read(l, s->store, &s->log);
    ledger_look(l);
    bool due = s->options.retry_failed || ledger_rest(l, LEDGER_DUE, NULL).trials > 0;
    if (status == SWEEP_OK && due)
        status = ledger_begin_session(l, s->store, &s->log);
    if (s->options.retry_failed) {
        ledger_retry(l);
        ledger_look(l);
    }
    s->tally = ledger_tally(l);
    return status;
}

static void tell_change(const struct session *s, size_t missing)
{
    struct store_change c = store_change(s->store);
    bool same =
        c.added == 0 && c.removed == 0 && !c.rule && c.replicates == s->grid.replicates;
    if (c.replicates == 0 || same || s->options.quiet)
        return;
    if (*c.data)
        escape_print(stderr, "%s\n", c.data);
    fprintf(stderr,
            "the grid changed: cells: %zu added, %zu removed, %zu unchanged; "
            "replicates: %s%zu, before %zu%s; trials: %s%zu to run, %zu kept\n",
            c.added, c.removed, c.unchanged, s->tally.limit > 0 ? "at most " : "",
            s->grid.replicates, c.replicates, c.rule ? ", 'until' changed" : "",
            tally_bound(&s->tally), missing, s->tally.done);
}

/* Trials that are to run again have failed before, and most will once more. */
static struct runner_limits limits_of(const struct run_options *o)
{
    struct runner_limits limits = runner_no_limits;
    limits.cancel = &signals_stop;
    if (o->limits_failures && o->percent)
        limits.failed_share = o->failures / 100;
    else if (o->limits_failures)
        limits.failures = o->failures;
    else if (!o->retry_failed)
        limits.units_failed = UNITS_FAILED;
    return limits;
}

/* "SIGINT", "--max-failures", ...: what stopped the run. */
static const char *stopped_by(const struct session *s)
{
    switch (s->result.end) {
    case RUNNER_CANCELLED:
        return signals_name();
    case RUNNER_FAILURES:
        return "--max-failures";
    case RUNNER_HOPELESS:
        return "trials that all failed";
    case RUNNER_COMPLETE:
    case RUNNER_BROKEN:
        break;
    }
    return "";
}

static void log_imprecise(void *file, const char *text)
{
    run_log_line(file, "not precise: %s", text);
}

static void log_start(const struct session *s, const struct ledger_rest *rest)
{
    run_log_line(s->log_file,
                 "%s: %zu of %s%zu trials to run, %zu cells, %zu trainings, %zu "
                 "threads, sweep %s",
                 s->tally.done == 0 ? "start" : "resume", rest->trials,
                 tally_bound(&s->tally), s->tally.trials, s->grid.cell_count,
                 rest->units, s->options.threads, SWEEP_VERSION);
}

static void log_end(const struct session *s, int status, double seconds)
{
    char duration[32];
    bool complete = s->result.end == RUNNER_COMPLETE;
    progress_duration(seconds, duration, sizeof duration);
    if (status != SWEEP_OK)
        run_log_line(s->log_file, "failure after %zu trials: %s", s->result.ran,
                     s->log.count > 0 ? s->log.item[0].message : status_name(status));
    else
        run_log_line(s->log_file, "%s: %zu trials run in %s, %s%zu left%s%s",
                     complete ? "end" : "stop", s->result.ran, duration,
                     tally_bound(&s->tally), s->tally.trials - s->tally.done,
                     complete ? "" : ", ", stopped_by(s));
    if (status == SWEEP_OK)
        each_imprecise(&s->ledger, SIZE_MAX, log_imprecise, s->log_file);
}

static int compute(struct session *s)
{
    struct progress meter;
    struct ledger_rest rest = ledger_rest(&s->ledger, LEDGER_DUE, NULL);
    struct runner_options options = {s->options.threads, limits_of(&s->options),
                                     &meter};
    double start = clock_monotonic();

    signals_watch();
    signals_limit(s->options.seconds);
    tell_change(s, rest.trials);
    log_start(s, &rest);
    progress_start(&meter, stderr, s->options.quiet, rest.trials, rest.cost);
    progress_resume(&meter, s->tally.done, count_failed(s->tally.by_status),
                    ledger_work_done(&s->ledger));
    meter.open = s->tally.open;
    int status = runner_run(&s->ledger, s->store, &options, &s->result, &s->log);
    progress_finish(&meter);
    s->tally = ledger_tally(&s->ledger);
    log_end(s, status, clock_monotonic() - start);
    return status;
}

static int tell_failure(void *context, size_t cell, uint64_t replicate,
                        const struct record *r)
{
    struct session *s = context;
    if (r->status == TRIAL_OK || !ledger_has_new(&s->ledger, cell, replicate))
        return SWEEP_OK;
    if (s->failed_now == 0)
        snprintf(s->reason, sizeof s->reason, "%s", r->message);
    if (s->failed_now++ < MOST_FAILURES)
        run_log_line(s->log_file, "failed: cell %zu, replicate %" PRIu64 ": %s: %s",
                     cell, replicate, trial_status_words[r->status], r->message);
    return SWEEP_OK;
}

/* Failures of this run, one by one to run.log. */
static int log_failures(struct session *s)
{
    int status = SWEEP_OK;
    if (s->result.failed > 0)
        status = store_each(s->store, &s->grid, tell_failure, s, &s->log);
    if (s->failed_now > MOST_FAILURES)
        run_log_line(s->log_file, "failed: and %zu more, see 'trials' in sweep.db",
                     s->failed_now - MOST_FAILURES);
    return status;
}

/* The same command again, whatever the limits were. */
static void print_resume(FILE *stream, const struct session *s)
{
    fputs("sweep run ", stream);
    for (int i = 0; i < s->args->operand_count; i++) {
        escape_shell(stream, s->args->operand[i]);
        putc(' ', stream);
    }
    fputs("-o ", stream);
    escape_shell(stream, s->output);
    if (s->options.shards > 0)
        fprintf(stream, " --shard %zu/%zu", s->options.shard, s->options.shards);
}

static void print_stop(const struct session *s)
{
    if (s->result.end == RUNNER_HOPELESS) {
        fprintf(stderr, "the first %d trainings all failed (trials: ", UNITS_FAILED);
        print_reasons(stderr, s->result.by_status);
        escape_print(stderr, "); one says: %s\n", s->reason);
    }
    fprintf(stderr, "stopped by %s; to go on: ", stopped_by(s));
    print_resume(stderr, s);
    bool too_many =
        s->result.end == RUNNER_HOPELESS || s->result.end == RUNNER_FAILURES;
    fputs(too_many ? " --max-failures 100%\n" : "\n", stderr);
}

static void print_merge(const struct session *s)
{
    fputs("when all shards are done: sweep merge ", stderr);
    escape_shell(stderr, s->output);
    putc(' ', stderr);
    escape_shell(stderr, s->output);
    fputs("/shard-*\n", stderr);
}

/* What is done, and what is wrong with it. */
static void print_results(FILE *stream, const struct session *s)
{
    print_note(stream, &s->grid);
    print_trials(stream, &s->tally);
    fprintf(stream, " done, %zu now", s->result.ran);
    print_settled(stream, &s->tally);
    fputc('\n', stream);
    if (count_failed(s->tally.by_status) > 0) {
        print_failed(stream, s->tally.by_status, s->tally.done);
        escape_print(stream, "; see %s/run.log\n", s->directory);
    }
    print_imprecise(stream, &s->ledger);
    print_notice(stream, &s->grid);
}

static void print_summary(const struct session *s)
{
    struct fitted fitted;
    print_results(fitted_open(&fitted, stderr), s);
    fitted_close(&fitted);
    if (s->result.end != RUNNER_COMPLETE)
        print_stop(s);
    else if (s->options.shards > 0)
        print_merge(s);
    else
        escape_print(stderr, "table: %s/table.tsv\n", s->directory);
}

/* Counting and the table take minutes where there are millions of trials: a signal is
 * obeyed at once, and the old table stays. The words from malloc, or NULL. */
static char *obey_at_once(const struct session *s)
{
    char *words = NULL;
    size_t size;
    FILE *stream = s->options.quiet ? NULL : open_memstream(&words, &size);
    if (stream) {
        fputs(" before the table was made; to make it: ", stream);
        print_resume(stream, s);
        putc('\n', stream);
        fclose(stream);
    }
    signals_end_at_once(words);
    return words;
}

/* Whether the table that is there shows what a new one would. */
static bool has_table(const struct session *s)
{
    struct store_change c = store_change(s->store);
    return s->dated && s->result.ran == 0 && !c.text && c.added == 0 && c.removed == 0;
}

/* What comes after all trials. */
static int make_table(struct session *s)
{
    signals_limit(INFINITY);
    char *words = obey_at_once(s);
    int status = SWEEP_OK;
    if (signals_stop) /* one came after the last trial */
        s->result.end = RUNNER_CANCELLED;
    else if ((status = log_failures(s)) == SWEEP_OK && !has_table(s))
        status = table_write_file(s->directory, s->store, &s->grid, &s->log);
    s->table = status == SWEEP_OK && s->result.end == RUNNER_COMPLETE;
    signals_end_at_once(s->table && !s->options.quiet ? " when all was done\n" : NULL);
    free(words);
    return status;
}

static int run(struct session *s)
{
    int status = prepare_session(s, s->args->value[OPTION_OUTPUT]);
    if (status == SWEEP_OK)
        status = ledger_open(&s->ledger, &s->grid, &s->plan, s->options.shard,
                             s->options.shards, &s->log);
    if (status == SWEEP_OK)
        status = open_folder(s);
    if (status == SWEEP_OK)
        status = read_folder(s);
    if (status == SWEEP_OK)
        status = compute(s);
    if (status != SWEEP_OK)
        return status;
    bool table = s->result.end == RUNNER_COMPLETE && s->options.shards == 0;
    return table ? make_table(s) : log_failures(s);
}

/* Close what is open, whatever happened; the first failure counts. */
static int finish(struct session *s, int status)
{
    int closed = store_close(s->store, &s->log);
    if (closed == SWEEP_OK && s->table)
        folder_date_table(s->directory);
    int logged = run_log_close(s->log_file, &s->log);
    return status != SWEEP_OK ? status : closed != SWEEP_OK ? closed : logged;
}

static int exit_code(const struct session *s)
{
    if (s->result.end != RUNNER_COMPLETE)
        return EXIT_STOPPED;
    return count_failed(s->tally.by_status) > 0 ? EXIT_FAILED_TRIALS : EXIT_DONE;
}

int cmd_run(const struct command *self, const struct arguments *args)
{
    struct session s = {.args = args};

    if (run_options_read(&s.options, self, args) != 0)
        return EXIT_USAGE;
    int status = finish(&s, run(&s));
    int code = status == SWEEP_OK ? exit_code(&s) : give_up(self, status, &s.log);
    if (status == SWEEP_OK && !s.options.quiet)
        print_summary(&s);
    if (status == SWEEP_OK && args->value[OPTION_REPORT])
        code = report_make(self, s.directory, s.options.quiet, code);
    on_end(self, args->value[OPTION_ON_END], s.directory ? s.directory : "", code);
    diagnostics_release(&s.log);
    ledger_release(&s.ledger);
    plan_release(&s.plan);
    grid_release(&s.grid);
    free(s.output);
    free(s.directory);
    if (status == SWEEP_OK && s.result.end == RUNNER_CANCELLED)
        signals_die();
    return code;
}
