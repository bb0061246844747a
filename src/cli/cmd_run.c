#include "cli.h"

#include "failures.h"
#include "on_end.h"
#include "overrides.h"
#include "report.h"
#include "run_log.h"
#include "session.h"
#include "signals.h"
#include "sweep/aggregate.h"
#include "sweep/clock.h"
#include "sweep/folder.h"
#include "sweep/table.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Failures reported one by one in run.log; all of them are in the database. */
enum { MOST_FAILURES = 100 };

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

static int compute(struct session *s)
{
    struct progress meter;
    struct ledger_rest rest = ledger_rest(&s->ledger, LEDGER_DUE, NULL);
    struct runner_options options = {s->options.threads, limits_of(&s->options),
                                     &meter};
    double start = clock_monotonic();

    signals_watch();
    signals_limit(s->options.seconds);
    session_tell_change(s, rest.trials);
    session_log_start(s, &rest);
    progress_start(&meter, stderr, s->options.quiet, rest.trials, rest.cost);
    progress_resume(&meter, s->tally.done, count_failed(s->tally.by_status),
                    ledger_work_done(&s->ledger));
    meter.open = s->tally.open;
    int status = runner_run(&s->ledger, s->store, &options, &s->result, &s->log);
    progress_finish(&meter);
    s->tally = ledger_tally(&s->ledger);
    session_log_end(s, status, clock_monotonic() - start);
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

/* Counting and the table take minutes where there are millions of trials: a signal is
 * obeyed at once, and the old table stays. The words from malloc, or NULL. */
static char *obey_at_once(const struct session *s)
{
    char *words = NULL;
    size_t size;
    FILE *stream = s->options.quiet ? NULL : open_memstream(&words, &size);
    if (stream) {
        fputs(" before the table was made; to make it: ", stream);
        session_print_resume(stream, s);
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
        session_print_summary(&s);
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
