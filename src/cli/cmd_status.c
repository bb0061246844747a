#include "cli.h"

#include "failures.h"
#include "folder.h"
#include "run_work.h"
#include "settled.h"
#include "sweep/escape.h"
#include "sweep/memory.h"
#include "sweep/progress.h"
#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* What one folder, or all, hold. */
struct state {
    size_t total, done;
    size_t by_status[TRIAL_STATUS_COUNT];
    double rate;  /* trials a second of the last session; of those now running */
    bool running; /* somebody works here */
    bool unseen;  /* or on another machine, as far as can be told from here */
    double last;  /* last commit, Unix seconds */
    struct store_holder holder;
    bool rule; /* the grid has `until`: */
    size_t most;
    struct until_tally tally;
    char *imprecise; /* lines about cells, from malloc */
};

/* Cells without the precision asked for that are told. */
enum { MOST_IMPRECISE = 20 };

/* Which shard a folder is, by its name; shards 0: none. */
static void shard_of(const char *directory, size_t *shard, size_t *shards)
{
    char *path = realpath(directory, NULL), *slash = path ? strrchr(path, '/') : NULL;
    *shards = 0;
    if (!slash || sscanf(slash, "/shard-%zu-of-%zu", shard, shards) != 2 ||
        *shard < 1 || *shard > *shards)
        *shards = 0;
    free(path);
}

static void keep_line(void *stream, const char *text)
{
    escape_print(stream, "%s\n", text);
}

static int read_databases(struct run_work *w, const struct store_list *list,
                          struct diagnostics *log)
{
    int status = SWEEP_OK;
    for (size_t i = 0; i < list->count && status == SWEEP_OK; i++) {
        struct store *s;
        status = store_open_database(&s, list->path[i], log);
        if (status == SWEEP_OK)
            status = until_read(&w->until, s, STORE_ALL, log);
        store_close(s, log);
    }
    return status;
}

/* What the rule makes of all trials in the folder takes the place of their number. */
static int look_at_cells(const char *directory, const struct store_list *list,
                         struct state *state, struct diagnostics *log)
{
    struct grid g = {0};
    struct plan p = {0};
    struct run_work w = {0};
    size_t shard, shards, size;

    shard_of(directory, &shard, &shards);
    int status = folder_grid(&g, directory, log);
    if (status == SWEEP_OK) {
        status = plan_build(&p, &g);
        if (status == SWEEP_OK)
            status = run_work_init(&w, &g, &p, shard, shards);
        if (status != SWEEP_OK)
            diagnostics_add(log, NULL, 0, 0, "out of memory");
    }
    if (status == SWEEP_OK)
        status = read_databases(&w, list, log);
    FILE *lines = status == SWEEP_OK ? open_memstream(&state->imprecise, &size) : NULL;
    if (status == SWEEP_OK && !lines) {
        diagnostics_add(log, NULL, 0, 0, "out of memory");
        status = SWEEP_NO_MEMORY;
    }
    if (lines) {
        until_look(&w.until);
        run_work_count(&w);
        each_imprecise(&w.until, w.own, MOST_IMPRECISE, keep_line, lines);
        fclose(lines);
        state->most = g.replicates;
        state->tally = w.tally;
        state->total = w.tally.trials;
        state->done = w.tally.done;
        memcpy(state->by_status, w.tally.by_status, sizeof state->by_status);
    }
    run_work_release(&w);
    plan_release(&p);
    grid_release(&g);
    return status;
}

static bool has_rule(struct store *s)
{
    char *text = store_meta(s, "until");
    bool rule = text && *text;
    memory_free(text);
    return rule;
}

/* Attempts of one shard may share trials: what is done is at most the whole, and a
 * failure may count twice until they are merged. */
static int look_into(const char *directory, struct state *state,
                     struct diagnostics *log)
{
    struct store_list list;
    *state = (struct state){.last = NAN};
    store_holder(directory, &state->holder);
    state->running = state->holder.state == STORE_ALIVE;
    state->unseen = state->holder.state == STORE_UNKNOWN;
    int status = store_list(&list, directory, log);
    for (size_t i = 0; i < list.count && status == SWEEP_OK; i++) {
        struct store *s;
        struct store_counts counts = {0};
        status = store_open_database(&s, list.path[i], log);
        if (status == SWEEP_OK)
            status = store_count(s, &counts, log);
        state->rule |= status == SWEEP_OK && has_rule(s);
        store_close(s, log);
        if (status != SWEEP_OK)
            break;
        double seconds = counts.last - counts.first;
        if (counts.total > state->total)
            state->total = counts.total;
        state->done += counts.done;
        for (int k = 0; k < TRIAL_STATUS_COUNT; k++)
            state->by_status[k] += counts.by_status[k];
        if (counts.done > counts.done_at_first && seconds > 0)
            state->rate += (double)(counts.done - counts.done_at_first) / seconds;
        state->last = fmax(state->last, counts.last);
    }
    if (state->done > state->total)
        state->done = state->total;
    if (status == SWEEP_OK && state->rule)
        status = look_at_cells(directory, &list, state, log);
    store_list_release(&list);
    return status;
}

/* Who works there; if nobody does and there is work, since when. */
static void print_holder(const struct state *s)
{
    const struct store_holder *h = &s->holder;
    char duration[32], who[256];
    if (h->state == STORE_ALIVE || h->state == STORE_UNKNOWN)
        escape_print(stdout, "; %s%s", store_holder_text(h, who, sizeof who),
                     s->running ? "" : " (not seen from here)");
    if (s->running || s->unseen || s->done == s->total)
        return;
    fputs("; nobody works here", stdout);
    if (h->state == STORE_DEAD)
        escape_print(stdout, " (process %ld on %s died)", h->process, h->host);
    if (isfinite(s->last))
        printf(", last result %s ago",
               progress_duration(fmax((double)time(NULL) - s->last, 0), duration,
                                 sizeof duration));
}

static void print_state(const char *directory, const struct state *s)
{
    size_t missing = s->total - s->done;
    const char *bound = s->rule && missing > 0 ? "at least " : "";
    char duration[32];
    escape_print(stdout, "%s: %zu of %s%zu trials done", directory, s->done, bound,
                 s->total);
    if (s->rule)
        print_settled(stdout, &s->tally, s->most);
    if (count_failed(s->by_status) > 0)
        printf(", %zu failed", count_failed(s->by_status));
    if (missing > 0)
        printf(", %s%zu missing", bound, missing);
    if (s->rate > 0)
        printf("; %.3g trials/s", s->rate);
    if (missing > 0 && s->running && s->rate > 0)
        printf(", %s%s left", bound,
               progress_duration((double)missing / s->rate, duration, sizeof duration));
    print_holder(s);
    putchar('\n');
}

static int is_shard(const struct dirent *entry)
{
    size_t shard, shards;
    return sscanf(entry->d_name, "shard-%zu-of-%zu", &shard, &shards) == 2;
}

/* By number, not by name. */
static int by_shard(const struct dirent **left, const struct dirent **right)
{
    return strverscmp((*left)->d_name, (*right)->d_name);
}

static void add(struct state *sum, const struct state *s)
{
    sum->total += s->total;
    sum->done += s->done;
    sum->rule |= s->rule;
    sum->most = s->rule ? s->most : sum->most;
    sum->tally.cells += s->tally.cells;
    for (int k = 0; k < UNTIL_STATES; k++)
        sum->tally.by_state[k] += s->tally.by_state[k];
    for (int k = 0; k < TRIAL_STATUS_COUNT; k++)
        sum->by_status[k] += s->by_status[k];
    sum->running |= s->running;
    sum->unseen |= s->unseen;
    sum->rate += s->running ? s->rate : 0;
    sum->last = fmax(sum->last, s->last);
}

/* A line for each shard that is not complete, one for all; shards without a folder are
 * named. */
static int look_into_shards(const char *directory, struct dirent **entry, int count,
                            struct state *sum, struct diagnostics *log)
{
    size_t shards = 0, shard, complete = 0;
    int status = SWEEP_OK;
    *sum = (struct state){.last = NAN};
    for (int i = 0; i < count && status == SWEEP_OK; i++) {
        struct state one;
        char *path;
        sscanf(entry[i]->d_name, "shard-%zu-of-%zu", &shard, &shards);
        if (asprintf(&path, "%s/%s", directory, entry[i]->d_name) < 0)
            return SWEEP_NO_MEMORY;
        status = look_into(path, &one, log);
        if (status == SWEEP_OK && one.done < one.total)
            print_state(path, &one);
        complete += status == SWEEP_OK && one.done == one.total;
        add(sum, &one);
        free(one.imprecise);
        free(path);
    }
    if (status != SWEEP_OK)
        return status;
    printf("%zu of %zu shards complete, %zu not begun\n", complete, shards,
           shards > (size_t)count ? shards - (size_t)count : 0);
    print_state(directory, sum);
    if (shards > (size_t)count)
        sum->total = sum->done + 1; /* what is not begun is work left */
    return SWEEP_OK;
}

/* Look once and tell; *state is the sum of the shards where there are any. */
static int tell_state(const char *directory, struct state *state,
                      struct diagnostics *log)
{
    struct dirent **entry = NULL;
    int status, count = scandir(directory, &entry, is_shard, by_shard);
    if (count > 0) {
        status = look_into_shards(directory, entry, count, state, log);
    } else {
        status = look_into(directory, state, log);
        if (status == SWEEP_OK)
            print_state(directory, state);
        if (status == SWEEP_OK && state->imprecise)
            fputs(state->imprecise, stdout);
        free(state->imprecise);
    }
    if (status == SWEEP_OK && count_failed(state->by_status) > 0) {
        print_failed(stdout, state->by_status, state->done);
        putchar('\n');
    }
    for (int i = 0; i < count; i++)
        free(entry[i]);
    free(entry);
    return status;
}

/* Tell until all is done or nobody works any more. Whether a process of another machine
 * still does, its results alone can say. */
static int watch(const char *directory, struct state *state, struct diagnostics *log)
{
    enum { PAUSE = 2, PATIENCE = 600 }; /* seconds */
    size_t done = 0;
    int quiet = 0;

    for (;;) {
        if (isatty(STDOUT_FILENO))
            fputs("\033[H\033[J", stdout); /* on a clean screen, from its top */
        int status = tell_state(directory, state, log);
        quiet = status == SWEEP_OK && state->done == done ? quiet + PAUSE : 0;
        done = state->done;
        bool works = state->running || (state->unseen && quiet < PATIENCE);
        if (status != SWEEP_OK || state->done >= state->total || !works ||
            fflush(stdout) != 0)
            return status;
        sleep(PAUSE);
    }
}

int cmd_status(const struct command *self, const struct arguments *args)
{
    struct diagnostics log = {0};
    struct state state;
    int status = (args->value[OPTION_WATCH] ? watch : tell_state)(args->operand[0],
                                                                  &state, &log);

    if (status != SWEEP_OK)
        return give_up(self, status, &log);
    return state.done < state.total            ? EXIT_STOPPED
           : count_failed(state.by_status) > 0 ? EXIT_FAILED_TRIALS
                                               : EXIT_DONE;
}
