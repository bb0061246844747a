#include "cli.h"

#include "failures.h"
#include "fitted.h"
#include "notice.h"
#include "state.h"
#include "sweep/escape.h"
#include "sweep/folder.h"
#include "tally.h"
#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int is_shard(const struct dirent *entry)
{
    size_t shard, shards;
    return folder_is_shard_name(entry->d_name, &shard, &shards);
}

/* By number, not by name. */
static int by_shard(const struct dirent **left, const struct dirent **right)
{
    return strverscmp((*left)->d_name, (*right)->d_name);
}

static void add_state(struct state *sum, const struct state *s)
{
    ledger_tally_add(&sum->tally, &s->tally);
    sum->running |= s->running;
    sum->unseen |= s->unseen;
    sum->work_left += s->work_left;
    sum->work_rate += s->running ? s->work_rate : 0;
    sum->trial_rate += s->running ? s->trial_rate : 0;
    sum->last = fmax(sum->last, s->last);
    memcpy(sum->note, s->note, sizeof sum->note);
}

/* A line for each shard that is not complete, one for all; shards without a folder are
 * named. */
static int look_into_shards(const char *directory, struct dirent **entry, int count,
                            FILE *stream, struct state *sum, struct diagnostics *log)
{
    size_t shards = 0, shard, complete = 0;
    int status = SWEEP_OK;
    *sum = (struct state){.last = NAN};
    for (int i = 0; i < count && status == SWEEP_OK; i++) {
        struct reading reading;
        struct state one;
        char *path;
        if (asprintf(&path, "%s/%s", directory, entry[i]->d_name) < 0)
            return diagnostics_no_memory(log, NULL);
        folder_is_shard_name(entry[i]->d_name, &shard, &shards);
        status = state_look(path, &reading, &one, log);
        if (status == SWEEP_OK && i == 0)
            print_note(stream, &reading.grid);
        if (status == SWEEP_OK && !state_is_done(&one))
            state_print(stream, path, &one);
        complete += status == SWEEP_OK && state_is_done(&one);
        add_state(sum, &one);
        reading_close(&reading);
        free(path);
    }
    if (status != SWEEP_OK)
        return status;
    fprintf(stream, "%zu of %zu shards complete, %zu not begun\n", complete, shards,
            shards > (size_t)count ? shards - (size_t)count : 0);
    state_print(stream, directory, sum);
    sum->absent = shards > (size_t)count;
    return SWEEP_OK;
}

/* Look once and report; *state is the sum of the shards where there are any. */
static int print_report(FILE *stream, const char *directory, struct state *state,
                        struct diagnostics *log)
{
    struct dirent **entry = NULL;
    int status, count = scandir(directory, &entry, is_shard, by_shard);
    if (count > 0) {
        status = look_into_shards(directory, entry, count, stream, state, log);
    } else {
        struct reading reading;
        status = state_look(directory, &reading, state, log);
        if (status == SWEEP_OK) {
            print_note(stream, &reading.grid);
            state_print(stream, directory, state);
            print_imprecise(stream, &reading.ledger);
        }
        reading_close(&reading);
    }
    if (status == SWEEP_OK && count_failed(state->tally.by_status) > 0) {
        print_failed(stream, state->tally.by_status, state->tally.done);
        fputc('\n', stream);
    }
    for (int i = 0; i < count; i++)
        free(entry[i]);
    free(entry);
    return status;
}

/* "done: 90 of 90 trials, 3 failed; NOTE" */
static void print_short(FILE *stream, const struct state *s)
{
    size_t failed = count_failed(s->tally.by_status);
    fprintf(stream, "%s: ",
            state_is_done(s)          ? "done"
            : s->running || s->unseen ? "running"
                                      : "stopped");
    print_trials(stream, &s->tally);
    if (failed > 0)
        fprintf(stream, ", %zu failed", failed);
    fputs(s->absent ? ", shards have not begun" : "", stream);
    escape_print(stream, "%s%s\n", *s->note ? "; " : "", s->note);
}

/* One line for a folder of results, with its time of change here. */
static void list_folder(FILE *stream, const char *path, int width)
{
    struct diagnostics log = {0};
    struct state state;
    char *unread = NULL, date[32] = "-";
    size_t size;
    FILE *nowhere = open_memstream(&unread, &size);
    int status = nowhere ? print_report(nowhere, path, &state, &log) : SWEEP_NO_MEMORY;
    if (nowhere)
        fclose(nowhere);
    free(unread);
    if (status == SWEEP_OK && isfinite(state.last)) {
        time_t last = (time_t)state.last;
        struct tm local;
        strftime(date, sizeof date, "%Y-%m-%d %H:%M", localtime_r(&last, &local));
    }
    escape_print(stream, "%-*s  %-16s  ", width, path, date);
    if (status == SWEEP_OK)
        print_short(stream, &state);
    else
        escape_print(stream, "unreadable: %s\n",
                     log.count > 0 ? log.item[0].message : status_name(status));
    diagnostics_release(&log);
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* The folders of results in a folder that holds none itself: how many. */
static size_t list_folders(FILE *stream, const char *directory)
{
    struct dirent **entry = NULL;
    size_t listed = 0, width = 0;
    int count = scandir(directory, &entry, is_visible, alphasort);
    for (int i = 0; i < count; i++) {
        size_t length = strlen(directory) + 1 + strlen(entry[i]->d_name);
        width = length > width ? length : width;
    }
    for (int i = 0; i < count; i++) {
        char *path;
        if (asprintf(&path, "%s/%s", directory, entry[i]->d_name) >= 0) {
            bool is = folder_has_results(path) || folder_has_shards(path);
            if (is)
                list_folder(stream, path, (int)width);
            listed += is;
            free(path);
        }
        free(entry[i]);
    }
    free(entry);
    return listed;
}

static int report_state(const char *directory, struct state *state,
                        struct diagnostics *log)
{
    struct fitted fitted;
    FILE *stream = fitted_open(&fitted, stdout);
    bool holds_none = !folder_has_results(directory) && !folder_has_shards(directory);
    int status = SWEEP_OK;
    *state = (struct state){.last = NAN};
    if (!holds_none || list_folders(stream, directory) == 0)
        status = print_report(stream, directory, state, log);
    fitted_close(&fitted);
    return status;
}

/* Report until all is done or nobody works any more. */
static int watch(const char *directory, struct state *state, struct diagnostics *log)
{
    enum { PAUSE = 2 }; /* seconds */
    struct state_watch seen = {0};

    for (;;) {
        if (isatty(STDOUT_FILENO))
            fputs("\033[H\033[J", stdout); /* on a clean screen, from its top */
        int status = report_state(directory, state, log);
        if (status != SWEEP_OK || state_is_done(state) ||
            !state_goes_on(&seen, state, PAUSE) || fflush(stdout) != 0)
            return status;
        sleep(PAUSE);
    }
}

int cmd_status(const struct command *self, const struct arguments *args)
{
    struct diagnostics log = {0};
    struct state state;
    int status = (args->value[OPTION_WATCH] ? watch : report_state)(args->operand[0],
                                                                    &state, &log);

    if (status != SWEEP_OK)
        return give_up(self, status, &log);
    return !state_is_done(&state)                    ? EXIT_STOPPED
           : count_failed(state.tally.by_status) > 0 ? EXIT_FAILED_TRIALS
                                                     : EXIT_DONE;
}
