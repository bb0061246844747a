#include "session.h"

#include "failures.h"
#include "fitted.h"
#include "notice.h"
#include "run_log.h"
#include "signals.h"
#include "sweep/escape.h"
#include "tally.h"

void session_tell_change(const struct session *s, size_t missing)
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

void session_log_start(const struct session *s, const struct ledger_rest *rest)
{
    run_log_line(s->log_file,
                 "%s: %zu of %s%zu trials to run, %zu cells, %zu trainings, %zu "
                 "threads, sweep %s",
                 s->tally.done == 0 ? "start" : "resume", rest->trials,
                 tally_bound(&s->tally), s->tally.trials, s->grid.cell_count,
                 rest->units, s->options.threads, SWEEP_VERSION);
}

void session_log_end(const struct session *s, int status, double seconds)
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

void session_print_resume(FILE *stream, const struct session *s)
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
    session_print_resume(stderr, s);
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

void session_print_summary(const struct session *s)
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
