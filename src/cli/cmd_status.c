#include "cli.h"

#include "failures.h"
#include "fitted.h"
#include "notice.h"
#include "sweep/escape.h"
#include "sweep/folder.h"
#include "sweep/progress.h"
#include "tally.h"
#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* What one folder, or all, hold. */
struct state {
    struct ledger_tally tally;
    double trial_rate; /* of the last session; of those now running */
    double work_left, work_rate;
    bool running; /* somebody works here */
    bool unseen;  /* or on another machine, as far as can be seen from here */
    bool absent;  /* shards have not begun */
    double last;  /* last commit, Unix seconds */
    char note[GRID_NOTE_SIZE];
    struct store_holder holder;
};

/* A folder of trials, read. */
struct reading {
    struct grid grid;
    struct plan plan;
    struct ledger ledger;
};

static bool is_done(const struct state *s)
{
    return s->tally.done == s->tally.trials && !s->absent;
}

/* Attempts of a shard may work at the same time; the last that began knows best how
 * fast the work goes. */
static int read_sessions(const struct ledger *l, const struct store_list *list,
                         struct state *state, struct diagnostics *log)
{
    double latest = -INFINITY;
    int status = SWEEP_OK;
    for (size_t i = 0; i < list->count && status == SWEEP_OK; i++) {
        struct store *s;
        struct ledger_session session;
        status = store_open_database(&s, list->path[i], log);
        if (status == SWEEP_OK)
            status = ledger_session(l, s, &session, log);
        store_close(s, log);
        if (status != SWEEP_OK)
            break;
        state->trial_rate += session.trial_rate;
        state->last = fmax(state->last, session.last);
        if (session.first > latest) {
            latest = session.first;
            state->work_rate = session.work_rate;
        }
    }
    return status;
}

/* All that the databases of the folder hold, as a run finds it. */
static int read_trials(struct ledger *l, const char *directory, struct diagnostics *log)
{
    struct store *s;
    int status = store_open_readonly(&s, directory, log);
    if (status == SWEEP_OK)
        status = ledger_read(l, s, log);
    ledger_look(l);
    store_close(s, log);
    return status;
}

static int open_reading(struct reading *r, const char *directory,
                        struct diagnostics *log)
{
    size_t shard, shards;
    folder_is_shard(directory, &shard, &shards);
    int status = folder_grid(&r->grid, directory, log);
    if (status == SWEEP_OK && plan_build(&r->plan, &r->grid) != SWEEP_OK)
        status = diagnostics_no_memory(log, NULL);
    if (status == SWEEP_OK)
        status = ledger_open(&r->ledger, &r->grid, &r->plan, shard, shards, log);
    return status;
}

static void close_reading(struct reading *r)
{
    ledger_release(&r->ledger);
    plan_release(&r->plan);
    grid_release(&r->grid);
}

/* Close the reading in any case. */
static int look_into(const char *directory, struct reading *r, struct state *state,
                     struct diagnostics *log)
{
    struct store_list list = {0};

    *r = (struct reading){0};
    *state = (struct state){.last = NAN};
    int status = store_holder(directory, &state->holder, log);
    state->running = state->holder.state == STORE_ALIVE;
    state->unseen = state->holder.state == STORE_UNKNOWN;
    if (status == SWEEP_OK)
        status = store_list(&list, directory, log);
    if (status == SWEEP_OK)
        status = open_reading(r, directory, log);
    if (status == SWEEP_OK)
        status = read_trials(&r->ledger, directory, log);
    if (status == SWEEP_OK)
        status = read_sessions(&r->ledger, &list, state, log);
    if (status == SWEEP_OK) {
        state->tally = ledger_tally(&r->ledger);
        snprintf(state->note, sizeof state->note, "%s",
                 r->grid.note ? r->grid.note : "");
        state->work_left = ledger_rest(&r->ledger, LEDGER_DUE, NULL).cost;
    }
    store_list_release(&list);
    return status;
}

/* Who works there; if nobody does and there is work, since when. */
static void print_holder(FILE *stream, const struct state *s)
{
    const struct store_holder *h = &s->holder;
    char duration[32], who[256];
    if (h->state == STORE_ALIVE || h->state == STORE_UNKNOWN)
        escape_print(stream, "; %s%s", store_holder_text(h, who, sizeof who),
                     s->running ? "" : " (not seen from here)");
    if (s->running || s->unseen || is_done(s))
        return;
    fputs("; nobody works here", stream);
    if (h->state == STORE_DEAD)
        escape_print(stream, " (process %ld on %s died)", h->process, h->host);
    if (isfinite(s->last))
        fprintf(stream, ", last result %s ago",
                progress_duration(fmax((double)time(NULL) - s->last, 0), duration,
                                  sizeof duration));
}

static void print_state(FILE *stream, const char *directory, const struct state *s)
{
    const struct ledger_tally *t = &s->tally;
    size_t missing = t->trials - t->done;
    char duration[32];
    escape_print(stream, "%s: ", directory);
    print_trials(stream, t);
    fprintf(stream, " done");
    print_settled(stream, t);
    if (count_failed(t->by_status) > 0)
        fprintf(stream, ", %zu failed", count_failed(t->by_status));
    if (missing > 0)
        fprintf(stream, ", %s%zu missing", tally_bound(t), missing);
    if (s->trial_rate > 0)
        fprintf(stream, "; %.3g trials/s", s->trial_rate);
    if (missing > 0 && s->running && s->work_rate > 0)
        fprintf(
            stream, ", %s%s left", tally_bound(t),
            progress_duration(s->work_left / s->work_rate, duration, sizeof duration));
    print_holder(stream, s);
    fputc('\n', stream);
}

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
        status = look_into(path, &reading, &one, log);
        if (status == SWEEP_OK && i == 0)
            print_note(stream, &reading.grid);
        if (status == SWEEP_OK && !is_done(&one))
            print_state(stream, path, &one);
        complete += status == SWEEP_OK && is_done(&one);
        add_state(sum, &one);
        close_reading(&reading);
        free(path);
    }
    if (status != SWEEP_OK)
        return status;
    fprintf(stream, "%zu of %zu shards complete, %zu not begun\n", complete, shards,
            shards > (size_t)count ? shards - (size_t)count : 0);
    print_state(stream, directory, sum);
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
        status = look_into(directory, &reading, state, log);
        if (status == SWEEP_OK) {
            print_note(stream, &reading.grid);
            print_state(stream, directory, state);
            print_imprecise(stream, &reading.ledger);
        }
        close_reading(&reading);
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
            is_done(s)                ? "done"
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

/* Report until all is done or nobody works any more. Whether a process of another
 * machine still works shows in its results alone. */
static int watch(const char *directory, struct state *state, struct diagnostics *log)
{
    enum { PAUSE = 2, PATIENCE = 600 }; /* seconds */
    size_t done = 0;
    int quiet = 0;

    for (;;) {
        if (isatty(STDOUT_FILENO))
            fputs("\033[H\033[J", stdout); /* on a clean screen, from its top */
        int status = report_state(directory, state, log);
        quiet = status == SWEEP_OK && state->tally.done == done ? quiet + PAUSE : 0;
        done = state->tally.done;
        bool works = state->running || (state->unseen && quiet < PATIENCE);
        if (status != SWEEP_OK || is_done(state) || !works || fflush(stdout) != 0)
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
    return !is_done(&state)                          ? EXIT_STOPPED
           : count_failed(state.tally.by_status) > 0 ? EXIT_FAILED_TRIALS
                                                     : EXIT_DONE;
}
