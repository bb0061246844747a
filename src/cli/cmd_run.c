#include "cli.h"

#include "run_log.h"
#include "signals.h"
#include "sweep/clock.h"
#include "sweep/grid_yaml.h"
#include "sweep/memory.h"
#include "sweep/outfile.h"
#include "sweep/runner.h"
#include "sweep/table.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Failures told one by one in run.log; all of them are in the database. */
enum { MOST_FAILURES = 100 };

/* All that one run holds. */
struct session {
    const struct command *self;
    const char *file; /* of the grid, as typed */
    char *directory;
    size_t threads;
    bool quiet;
    struct grid grid;
    struct plan plan;
    struct store *store;
    FILE *log_file;
    bool *done;                        /* (cells, replicates) before this run */
    size_t trials, missing;            /* of the grid; of these, not yet done */
    size_t failed[TRIAL_STATUS_COUNT]; /* in the folder, by reason */
    size_t failed_total, failed_now;
    struct runner_result result;
    struct diagnostics log;
};

static int out_of_memory(struct session *s)
{
    diagnostics_add(&s->log, NULL, 0, 0, "out of memory");
    return SWEEP_NO_MEMORY;
}

/* Everything that can be wrong with the grid file is found here: nothing is written. */
static int prepare(struct session *s, const struct arguments *args)
{
    const char *output = args->value[OPTION_OUTPUT];
    struct aggregate table;

    int status = grid_read_file(&s->grid, s->file, &s->log);
    if (status != SWEEP_OK)
        return status;
    if (s->grid.cell_count == 0) {
        diagnostics_add(&s->log, s->file, s->grid.where_line, s->grid.where_column,
                        "the selection is empty: 'where' keeps none of the %zu cells",
                        s->grid.product_count);
        return SWEEP_INPUT;
    }
    status = aggregate_resolve(&table, &s->grid, &s->grid.table, &s->log);
    if (status != SWEEP_OK)
        return status;
    aggregate_release(&table);
    if (output)
        s->directory = strdup(output);
    else if (asprintf(&s->directory, "results/%s", s->grid.name) < 0)
        s->directory = NULL;
    if (!s->directory || plan_build(&s->plan, &s->grid) != SWEEP_OK)
        return out_of_memory(s);
    return SWEEP_OK;
}

/* Open the folder and find out what is missing. */
static int open_folder(struct session *s)
{
    s->done = memory_array(s->grid.cell_count, s->grid.replicates * sizeof *s->done);
    if (!s->done)
        return out_of_memory(s);
    s->trials = s->grid.cell_count * s->grid.replicates;
    int status = store_open(&s->store, s->directory, &s->grid, &s->log);
    if (status == SWEEP_OK)
        status = store_done(s->store, &s->grid, s->done, &s->log);
    if (status != SWEEP_OK)
        return status;
    s->log_file = run_log_open(s->directory, &s->log);
    return s->log_file ? SWEEP_OK : SWEEP_IO;
}

static int compute(struct session *s)
{
    struct progress meter;
    struct plan_rest rest = plan_missing(&s->plan, &s->grid, s->done);
    double start = clock_monotonic();
    char duration[32];

    s->missing = rest.trials;
    run_log_line(s->log_file,
                 "%s: %zu of %zu trials to run, %zu cells, %zu trainings, %zu threads, "
                 "sweep %s",
                 rest.trials == s->trials ? "start" : "resume", rest.trials, s->trials,
                 s->grid.cell_count, rest.units, s->threads, SWEEP_VERSION);
    progress_start(&meter, stderr, s->quiet, rest.trials, rest.cost);
    int status = runner_run(&s->grid, &s->plan, s->store, s->done, s->threads,
                            &signals_stop, &meter, &s->result, &s->log);
    progress_finish(&meter);
    progress_duration(clock_monotonic() - start, duration, sizeof duration);
    if (status != SWEEP_OK)
        run_log_line(s->log_file, "failure after %zu trials: %s", s->result.ran,
                     s->log.count > 0 ? s->log.item[0].message : status_name(status));
    else
        run_log_line(s->log_file, "%s: %zu trials run in %s, %zu left%s%s",
                     s->result.stopped ? "stop" : "end", s->result.ran, duration,
                     s->missing - s->result.ran, s->result.stopped ? ", " : "",
                     s->result.stopped ? signals_name() : "");
    return status;
}

static int count_failure(void *context, size_t cell, uint64_t replicate,
                         const struct record *r)
{
    struct session *s = context;
    if (r->status == TRIAL_OK)
        return SWEEP_OK;
    s->failed[r->status]++;
    s->failed_total++;
    if (!s->done[cell * s->grid.replicates + replicate] &&
        s->failed_now++ < MOST_FAILURES)
        run_log_line(s->log_file, "failed: cell %zu, replicate %" PRIu64 ": %s: %s",
                     cell, replicate, trial_status_words[r->status], r->message);
    return SWEEP_OK;
}

static int count_failures(struct session *s)
{
    int status = store_each(s->store, &s->grid, count_failure, s, &s->log);
    if (s->failed_now > MOST_FAILURES)
        run_log_line(s->log_file, "failed: and %zu more, see 'trials' in sweep.db",
                     s->failed_now - MOST_FAILURES);
    return status;
}

static int write_table(struct session *s)
{
    struct aggregate a;
    struct outfile out = {0};
    char *path;

    int status = aggregate_build(&a, s->store, &s->grid, &s->grid.table, &s->log);
    if (status != SWEEP_OK)
        return status;
    if (asprintf(&path, "%s/table.tsv", s->directory) < 0) {
        aggregate_release(&a);
        return out_of_memory(s);
    }
    status = outfile_open(&out, path, &s->log);
    if (status == SWEEP_OK)
        status = table_write(out.stream, &a, &s->grid, TABLE_TSV);
    if (status == SWEEP_OK)
        status = outfile_commit(&out, &s->log);
    outfile_discard(&out);
    aggregate_release(&a);
    free(path);
    return status;
}

static void print_summary(const struct session *s)
{
    fprintf(stderr, "%zu of %zu trials done, %zu now",
            s->trials - s->missing + s->result.ran, s->trials, s->result.ran);
    if (s->failed_total > 0) {
        const char *before = " (";
        fprintf(stderr, "; %zu failed", s->failed_total);
        for (int i = 0; i < TRIAL_STATUS_COUNT; i++)
            if (s->failed[i] > 0) {
                fprintf(stderr, "%s%zu %s", before, s->failed[i],
                        trial_status_words[i]);
                before = ", ";
            }
        fprintf(stderr, "), see %s/run.log", s->directory);
    }
    fputc('\n', stderr);
    if (s->result.stopped)
        fprintf(stderr, "stopped by %s; to go on: sweep run %s -o %s\n", signals_name(),
                s->file, s->directory);
    else
        fprintf(stderr, "table: %s/table.tsv\n", s->directory);
}

static int run(struct session *s, const struct arguments *args)
{
    int status = prepare(s, args);
    if (status == SWEEP_OK)
        status = open_folder(s);
    signals_watch();
    if (status == SWEEP_OK)
        status = compute(s);
    if (status == SWEEP_OK)
        status = count_failures(s);
    if (status == SWEEP_OK && !s->result.stopped)
        status = write_table(s);
    return status;
}

/* Everything is let go, whatever happened; the first failure counts. */
static int finish(struct session *s, int status)
{
    int closed = store_close(s->store, &s->log);
    int logged = run_log_close(s->log_file, &s->log);
    return status != SWEEP_OK ? status : closed != SWEEP_OK ? closed : logged;
}

int cmd_run(const struct command *self, const struct arguments *args)
{
    struct session s = {.self = self, .file = args->operand[0]};
    int code = EXIT_DONE;

    s.quiet = args->value[OPTION_QUIET] != NULL;
    s.threads = runner_default_threads();
    if (arguments_count(args, self, OPTION_THREADS, &s.threads) != 0)
        return EXIT_USAGE;
    int status = finish(&s, run(&s, args));
    if (status != SWEEP_OK)
        code = give_up(self, status, &s.log);
    else if (!s.quiet)
        print_summary(&s);
    if (status == SWEEP_OK && s.result.stopped)
        code = EXIT_STOPPED;
    else if (status == SWEEP_OK && s.failed_total > 0)
        code = EXIT_FAILED_TRIALS;
    diagnostics_release(&s.log);
    memory_free(s.done);
    plan_release(&s.plan);
    grid_release(&s.grid);
    free(s.directory);
    if (code == EXIT_STOPPED)
        signals_die();
    return code;
}
