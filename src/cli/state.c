#include "state.h"

#include "failures.h"
#include "sweep/escape.h"
#include "sweep/folder.h"
#include "sweep/progress.h"
#include "tally.h"
#include <math.h>
#include <time.h>

bool state_is_done(const struct state *s)
{
    return s->tally.done == s->tally.trials && !s->absent;
}

bool state_is_open(const struct state *s)
{
    return s->running || (s->unseen && !state_is_done(s));
}

bool state_goes_on(struct state_watch *w, const struct state *s, int pause)
{
    enum { PATIENCE = 600 }; /* seconds */
    w->quiet = s->tally.done == w->done ? w->quiet + pause : 0;
    w->done = s->tally.done;
    return state_is_open(s) && (s->running || w->quiet < PATIENCE);
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
            state->first = latest = session.first;
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

static int reading_open(struct reading *r, const char *directory,
                        struct diagnostics *log)
{
    size_t shard, shards;
    folder_is_shard(directory, &shard, &shards);
    int status = folder_grid_of_results(&r->grid, directory, log);
    if (status == SWEEP_OK && plan_build(&r->plan, &r->grid) != SWEEP_OK)
        status = diagnostics_no_memory(log, NULL);
    if (status == SWEEP_OK)
        status = ledger_open(&r->ledger, &r->grid, &r->plan, shard, shards, log);
    return status;
}

void reading_close(struct reading *r)
{
    ledger_release(&r->ledger);
    plan_release(&r->plan);
    grid_release(&r->grid);
}

int state_look(const char *directory, struct reading *r, struct state *state,
               struct diagnostics *log)
{
    struct store_list list = {0};

    *r = (struct reading){0};
    *state = (struct state){.first = NAN, .last = NAN};
    int status = store_holder(directory, &state->holder, log);
    state->running = state->holder.state == STORE_ALIVE;
    state->unseen = state->holder.state == STORE_UNKNOWN;
    if (status == SWEEP_OK)
        status = store_list(&list, directory, log);
    if (status == SWEEP_OK)
        status = reading_open(r, directory, log);
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
    if (s->running || s->unseen || state_is_done(s))
        return;
    fputs("; nobody works here", stream);
    if (h->state == STORE_DEAD)
        escape_print(stream, " (process %ld on %s died)", h->process, h->host);
    if (isfinite(s->last))
        fprintf(stream, ", last result %s ago",
                progress_duration(fmax((double)time(NULL) - s->last, 0), duration,
                                  sizeof duration));
}

void state_print(FILE *stream, const char *directory, const struct state *s)
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
