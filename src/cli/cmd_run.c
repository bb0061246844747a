#include "cli.h"

#include "failures.h"
#include "folder.h"
#include "notice.h"
#include "run_log.h"
#include "run_options.h"
#include "run_work.h"
#include "settled.h"
#include "signals.h"
#include "sweep/aggregate.h"
#include "sweep/clock.h"
#include "sweep/escape.h"
#include "sweep/grid_yaml.h"
#include "sweep/memory.h"
#include "sweep/runner.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Failures told one by one in run.log; all of them are in the database. */
enum { MOST_FAILURES = 100 };

/* Cells without the precision asked for that are told at the end. */
enum { MOST_IMPRECISE = 20 };

/* The first units may all fail; then a run gives up. */
enum { UNITS_FAILED = 20 };

/* All that one run holds. */
struct session {
    struct run_options options;
    const char *file; /* of the grid, as typed */
    char *output;     /* as typed, or the default */
    char *directory;  /* the same, or that of a shard in it */
    struct grid grid;
    struct plan plan;
    struct store *store;
    FILE *log_file;
    struct run_work work;
    size_t failed[TRIAL_STATUS_COUNT]; /* in the folder, by status */
    size_t failed_now;
    char reason[160]; /* the first message of a trial that failed now */
    struct runner_result result;
    struct diagnostics log;
};

static int out_of_memory(struct session *s)
{
    diagnostics_add(&s->log, NULL, 0, 0, "out of memory");
    return SWEEP_NO_MEMORY;
}

static int name_folders(struct session *s, const char *output)
{
    const struct run_options *o = &s->options;
    int status = folder_named(&s->output, output, &s->grid, &s->log);
    return status == SWEEP_OK
               ? folder_shard(&s->directory, s->output, o->shard, o->shards, &s->log)
               : status;
}

/* Everything that can be wrong with the grid file is found here: nothing is written. */
static int prepare(struct session *s, const char *output)
{
    struct aggregate table;

    int status = grid_read_file(&s->grid, s->file, &s->log);
    if (status == SWEEP_OK)
        status = grid_check_selection(&s->grid, &s->log);
    if (status == SWEEP_OK)
        status = aggregate_resolve(&table, &s->grid, &s->grid.table, &s->log);
    if (status != SWEEP_OK)
        return status;
    aggregate_release(&table);
    status = name_folders(s, output);
    if (status == SWEEP_OK && plan_build(&s->plan, &s->grid) != SWEEP_OK)
        status = out_of_memory(s);
    if (status == SWEEP_OK)
        status = runner_check_memory(&s->grid, &s->plan, s->options.threads, &s->log);
    return status;
}

/* Open the folder and find out what is missing. */
static int open_folder(struct session *s)
{
    enum store_which which = s->options.retry_failed ? STORE_GOOD : STORE_ALL;
    struct store_options options = {.allow_mixed = s->options.allow_mixed,
                                    .fresh = s->options.fresh,
                                    .shard = s->options.shards > 0};
    char *platform, *before = NULL;
    int status = folder_platform(&platform, &s->log);
    if (status == SWEEP_OK)
        status = folder_platform_before(&before, &s->log);
    options.platform = platform;
    options.platform_before = before;
    if (status == SWEEP_OK)
        status = store_open(&s->store, s->directory, &s->grid, &options, &s->log);
    free(platform);
    free(before);
    if (status == SWEEP_OK)
        status = run_work_read(&s->work, s->store, which, &s->log);
    if (status == SWEEP_OK)
        status = store_begin_session(s->store, s->work.trials, &s->log);
    if (status != SWEEP_OK)
        return status;
    s->log_file = run_log_open(s->directory, &s->log);
    return s->log_file ? SWEEP_OK : SWEEP_IO;
}

static void tell_change(const struct session *s, size_t missing)
{
    struct store_change c = store_change(s->store);
    bool same =
        c.added == 0 && c.removed == 0 && !c.rule && c.replicates == s->grid.replicates;
    if (c.replicates == 0 || same || s->options.quiet)
        return;
    fprintf(stderr,
            "the grid changed: cells: %zu added, %zu removed, %zu unchanged; "
            "replicates: %s%zu, before %zu%s; trials: %s%zu to run, %zu kept\n",
            c.added, c.removed, c.unchanged, s->grid.until.least > 0 ? "at most " : "",
            s->grid.replicates, c.replicates, c.rule ? ", 'until' changed" : "",
            run_work_bound(&s->work), missing, s->work.trials - missing);
}

static struct runner_limits limits_of(const struct session *s)
{
    const struct run_options *o = &s->options;
    struct runner_limits limits = {.cancel = &signals_stop,
                                   .failures = SIZE_MAX,
                                   .failed_share = INFINITY,
                                   .units_failed = UNITS_FAILED,
                                   .seconds = o->seconds};
    if (o->limits_failures && o->percent && s->grid.until.least > 0) {
        limits.failed_share = o->failures / 100;
        limits.units_failed = SIZE_MAX;
    } else if (o->limits_failures) {
        double trials = (double)s->work.trials;
        double most = o->percent ? o->failures / 100 * trials : o->failures;
        limits.failures = most < trials ? (size_t)most : SIZE_MAX;
        limits.units_failed = SIZE_MAX;
    }
    return limits;
}

/* "SIGINT", "the time limit", ...: what stopped the run. */
static const char *stopped_by(const struct session *s)
{
    switch (s->result.end) {
    case RUNNER_CANCELLED:
        return signals_name();
    case RUNNER_TIME:
        return "the time limit";
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

static void log_line(void *file, const char *text)
{
    run_log_line(file, "not precise: %s", text);
}

static int compute(struct session *s)
{
    struct progress meter;
    struct plan_rest rest;
    double start = clock_monotonic();
    char duration[32];

    signals_watch();
    if (run_work_missing(&s->work, &s->plan, &rest) != SWEEP_OK)
        return out_of_memory(s);
    const char *bound = run_work_bound(&s->work);
    struct runner_limits limits = limits_of(s);
    tell_change(s, rest.trials);
    run_log_line(s->log_file,
                 "%s: %zu of %s%zu trials to run, %zu cells, %zu trainings, %zu "
                 "threads, sweep %s",
                 rest.trials == s->work.trials ? "start" : "resume", rest.trials, bound,
                 s->work.trials, s->grid.cell_count, rest.units, s->options.threads,
                 SWEEP_VERSION);
    progress_start(&meter, stderr, s->options.quiet, rest.trials, rest.cost);
    meter.open = *bound;
    int status = runner_run(&s->grid, &s->plan, s->store, &s->work.until, s->work.done,
                            s->options.threads, &limits, &meter, &s->result, &s->log);
    progress_finish(&meter);
    run_work_count(&s->work);
    progress_duration(clock_monotonic() - start, duration, sizeof duration);
    bool complete = s->result.end == RUNNER_COMPLETE;
    if (status != SWEEP_OK)
        run_log_line(s->log_file, "failure after %zu trials: %s", s->result.ran,
                     s->log.count > 0 ? s->log.item[0].message : status_name(status));
    else
        run_log_line(s->log_file, "%s: %zu trials run in %s, %s%zu left%s%s",
                     complete ? "end" : "stop", s->result.ran, duration,
                     run_work_bound(&s->work), s->result.planned - s->result.ran,
                     complete ? "" : ", ", stopped_by(s));
    if (status == SWEEP_OK && s->grid.until.least > 0)
        each_imprecise(&s->work.until, s->work.own, SIZE_MAX, log_line, s->log_file);
    return status;
}

static int tell_failure(void *context, size_t cell, uint64_t replicate,
                        const struct record *r)
{
    struct session *s = context;
    if (r->status == TRIAL_OK || s->work.done[cell * s->grid.replicates + replicate])
        return SWEEP_OK;
    if (s->failed_now == 0)
        snprintf(s->reason, sizeof s->reason, "%s", r->message);
    if (s->failed_now++ < MOST_FAILURES)
        run_log_line(s->log_file, "failed: cell %zu, replicate %" PRIu64 ": %s: %s",
                     cell, replicate, trial_status_words[r->status], r->message);
    return SWEEP_OK;
}

/* Failures of the folder are counted; those of this run are told in run.log. */
static int count_failures(struct session *s)
{
    struct store_counts counts;
    int status = store_count(s->store, &counts, &s->log);
    if (status != SWEEP_OK)
        return status;
    bool rule = s->grid.until.least > 0;
    memcpy(s->failed, rule ? s->work.tally.by_status : counts.by_status,
           sizeof s->failed);
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
    escape_shell(stream, s->file);
    fputs(" -o ", stream);
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

static void print_line(void *stream, const char *text)
{
    escape_print(stream, "%s\n", text);
}

static void print_summary(const struct session *s)
{
    size_t trials = s->work.trials, left = s->result.planned - s->result.ran;
    fprintf(stderr, "%zu of %s%zu trials done, %zu now", trials - left,
            run_work_bound(&s->work), trials, s->result.ran);
    if (s->grid.until.least > 0)
        print_settled(stderr, &s->work.tally, s->grid.replicates);
    fputc('\n', stderr);
    if (count_failed(s->failed) > 0) {
        print_failed(stderr, s->failed, trials - left);
        escape_print(stderr, "; see %s/run.log\n", s->directory);
    }
    if (s->grid.until.least > 0)
        each_imprecise(&s->work.until, s->work.own, MOST_IMPRECISE, print_line, stderr);
    print_notice(stderr, &s->grid);
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

/* What comes after all trials. */
static int make_table(struct session *s)
{
    char *words = obey_at_once(s);
    int status = SWEEP_OK;
    if (signals_stop) /* one came after the last trial */
        s->result.end = RUNNER_CANCELLED;
    else if ((status = count_failures(s)) == SWEEP_OK)
        status = folder_write_table(s->directory, s->store, &s->grid, &s->log);
    signals_end_at_once(NULL);
    free(words);
    return status;
}

static int run(struct session *s, const struct arguments *args)
{
    int status = prepare(s, args->value[OPTION_OUTPUT]);
    if (status == SWEEP_OK)
        status = run_work_init(&s->work, &s->grid, &s->plan, s->options.shard,
                               s->options.shards) == SWEEP_OK
                     ? SWEEP_OK
                     : out_of_memory(s);
    if (status == SWEEP_OK)
        status = open_folder(s);
    if (status == SWEEP_OK)
        status = compute(s);
    if (status != SWEEP_OK)
        return status;
    bool table = s->result.end == RUNNER_COMPLETE && s->options.shards == 0;
    return table ? make_table(s) : count_failures(s);
}

/* Everything is let go, whatever happened; the first failure counts. */
static int finish(struct session *s, int status)
{
    int closed = store_close(s->store, &s->log);
    int logged = run_log_close(s->log_file, &s->log);
    return status != SWEEP_OK ? status : closed != SWEEP_OK ? closed : logged;
}

static int exit_code(const struct session *s)
{
    if (s->result.end == RUNNER_CANCELLED || s->result.end == RUNNER_TIME)
        return EXIT_STOPPED;
    return count_failed(s->failed) > 0 ? EXIT_FAILED_TRIALS : EXIT_DONE;
}

int cmd_run(const struct command *self, const struct arguments *args)
{
    struct session s = {.file = args->operand[0]};

    if (run_options_read(&s.options, self, args) != 0)
        return EXIT_USAGE;
    int status = finish(&s, run(&s, args));
    int code = status == SWEEP_OK ? exit_code(&s) : give_up(self, status, &s.log);
    if (status == SWEEP_OK && !s.options.quiet)
        print_summary(&s);
    diagnostics_release(&s.log);
    run_work_release(&s.work);
    plan_release(&s.plan);
    grid_release(&s.grid);
    free(s.output);
    free(s.directory);
    if (status == SWEEP_OK && s.result.end == RUNNER_CANCELLED)
        signals_die();
    return code;
}
