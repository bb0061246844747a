#include "sweep/trial.h"
#include "sweep/cancel.h"
#include "sweep/clock.h"
#include "sweep/status.h"
#include "sweep/unlearn.h"
#include "trial_unit.h"
#include <assert.h>
#include <math.h>
#include <string.h>

/* Shape, keys and memory of the unit; `tests` is the most any of its cells wants, and
 * `wanted` what one of them wants. */
static void prepare_unit(struct unit *u, const struct grid *g, size_t tests,
                         struct extras wanted, uint64_t replicate)
{
    struct trial_workspace *ws = u->ws;
    if (u->watch) {
        wanted.outside = u->watch->extras.outside;
        wanted.tests = u->watch->extras.tests;
        wanted.prove |= u->watch->extras.prove;
    }
    struct unit_shape shape = unit_shape_of(g, u->setting, tests, wanted);
    struct rng_key key = rng_key_start();
    key = rng_key_word(rng_key_word(key, g->seed), replicate);
    shape.request.data_key = grid_setting_key(g, u->setting, STAGE_DATA, key);
    struct setting training = setting_training(u->setting);
    shape.request.train_key = grid_setting_key(g, &training, STAGE_TRAIN, key);
    ws->arena.used = 0;
    trial_workspace_layout(ws, &shape, &ws->arena);
    assert(!ws->arena.overflow);
}

static void step_ended(const struct unit *u, enum step step, const struct record *r)
{
    if (u->watch)
        u->watch->ended(u->watch->context, step, r);
}

void trial_certified(struct unit *u, enum step step, const struct certificate *c,
                     const struct record *r)
{
    if (c->stop == CERTIFIED)
        step_ended(u, step, r);
}

bool trial_wants_retrained(const struct setting *s, enum retrain_start start)
{
    bool compares = s->value[P_RETRAIN] != 0.0;
    if (start == RETRAIN_FRESH)
        return compares && s->value[P_RETRAIN_START] == RETRAIN_FRESH;
    return compares || unlearn_methods[(enum method)s->value[P_METHOD]].needs_retrained;
}

static enum forget_which forget_which(const struct setting *s)
{
    return (enum forget_which)s->value[P_FORGET_WHICH];
}

bool trial_set_by_model(const struct setting *s)
{
    enum forget_which which = forget_which(s);
    return which == FORGET_LARGEST || which == FORGET_SMALLEST ||
           which == FORGET_SUPPORT;
}

/* Where the records of a unit go. */
struct delivery {
    const struct grid *grid;
    const size_t *cells;
    size_t count;
    double shared; /* seconds that every cell owes an equal part of */
    trial_sink *sink;
    void *context;
};

/* What a solver has left half done goes nowhere. */
static int deliver(const struct delivery *d, size_t cell, struct record *r, double own)
{
    if (cancel_asked())
        return SWEEP_STOPPED;
    r->value[C_SECONDS] = own + d->shared / (double)d->count;
    return d->sink(d->context, cell, r) ? SWEEP_STOPPED : SWEEP_OK;
}

/* What is known at checkpoint k becomes what is at hand. */
static void enter_checkpoint(struct unit *u, size_t k)
{
    const struct checkpoint *c = &u->ws->checkpoints[k];
    u->steps = c->steps;
    u->ws->trained = c->trained;
    u->ws->state = c->state;
    u->record = c->record;
    memcpy(u->rank, c->rank, sizeof u->rank);
    u->proof = c->proof;
}

/* And the other way round. */
static void leave_checkpoint(const struct unit *u, size_t k)
{
    struct checkpoint *c = &u->ws->checkpoints[k];
    c->trained = u->ws->trained;
    c->record = u->record;
    memcpy(c->rank, u->rank, sizeof c->rank);
    c->proof = u->proof;
}

/* The models retrained without the forget set at hand, once a cell wanted them. */
struct retraining {
    bool done;
    struct record record;
};

/* What a cell of setting s wants retrained; a failure of that is r's. SWEEP_OK,
 * SWEEP_STOPPED. */
static int retrain_for(struct unit *u, struct retraining *retraining,
                       const struct setting *s, struct record *r)
{
    for (enum retrain_start start = 0; start < RETRAIN_STARTS; start++) {
        struct retraining *at = &retraining[start];
        if (!trial_wants_retrained(s, start))
            continue;
        if (!at->done) {
            record_clear(&at->record);
            trial_retrain(u, start, &at->record);
            if (cancel_asked())
                return SWEEP_STOPPED;
            step_ended(u, STEP_RETRAIN + start, &at->record);
            at->done = true;
        }
        if (at->record.status != TRIAL_OK)
            trial_fail(r, at->record.status, "%s", at->record.message);
    }
    return SWEEP_OK;
}

/* One cell, whose forget set is split off, into r. SWEEP_OK, SWEEP_STOPPED. */
static int visit_cell(struct unit *u, const struct setting *s,
                      struct retraining *retraining, struct record *r)
{
    if (r->status != TRIAL_OK)
        return SWEEP_OK;
    if (retrain_for(u, retraining, s, r) != SWEEP_OK)
        return SWEEP_STOPPED;
    if (r->status == TRIAL_OK) {
        trial_evaluate(u, s, r);
        step_ended(u, STEP_UNLEARN, r);
    }
    return SWEEP_OK;
}

/* What the retrainings kept, which are begun anew. */
static void forget_histories(struct trial_workspace *ws)
{
    for (enum retrain_start start = 0; start < RETRAIN_STARTS; start++)
        ws->history[start].begun = false;
}

/* The forget set of s, of the model that its checkpoint left. */
static void turn_to(struct unit *u, const struct setting *s, size_t checkpoint,
                    struct retraining *retraining)
{
    enter_checkpoint(u, checkpoint);
    for (enum retrain_start start = 0; start < RETRAIN_STARTS; start++)
        retraining[start].done = false;
    if (trial_set_by_model(s))
        forget_histories(u->ws);
    if (u->record.status == TRIAL_OK)
        trial_split(u, s);
}

/* All cells with the forget set of cell number `first` of the unit, checkpoint by
 * checkpoint, of which the retrainings have the same. */
static int visit_forget(struct unit *u, const struct delivery *d, size_t first)
{
    struct setting s;
    struct retraining retraining[RETRAIN_STARTS];
    size_t at = SIZE_MAX, checkpoint = 0;
    int status = SWEEP_OK;
    grid_cell(d->grid, d->cells[first], &s);
    size_t set = setting_forget_set(&s);
    enum forget_which which = forget_which(&s);
    forget_histories(u->ws);
    for (size_t c = first; c < d->count && status == SWEEP_OK; c++) {
        double start = clock_monotonic();
        grid_cell(d->grid, d->cells[c], &s);
        if (setting_forget_set(&s) != set || forget_which(&s) != which)
            continue;
        while (u->ws->checkpoints[checkpoint].steps != s.value[P_MAX_STEPS])
            checkpoint++;
        if (checkpoint != at) {
            if (at != SIZE_MAX)
                leave_checkpoint(u, at);
            at = checkpoint;
            turn_to(u, &s, at, retraining);
        }
        struct record r = u->record;
        if (visit_cell(u, &s, retraining, &r) != SWEEP_OK)
            return SWEEP_STOPPED;
        status = deliver(d, d->cells[c], &r, clock_monotonic() - start);
    }
    leave_checkpoint(u, at);
    return status;
}

/* Visit the cells forget set by forget set, so that each retrains once. */
static int visit_cells(struct unit *u, const struct delivery *d)
{
    bool *visited = u->ws->visited;
    size_t counts = u->ws->shape.request.mixture.m + 1;
    int status = SWEEP_OK;
    memset(visited, 0, FORGET_KINDS * counts * sizeof *visited);
    for (size_t c = 0; c < d->count && status == SWEEP_OK; c++) {
        struct setting s;
        grid_cell(d->grid, d->cells[c], &s);
        size_t set = forget_which(&s) * counts + setting_forget_set(&s);
        if (visited[set])
            continue;
        visited[set] = true;
        status = visit_forget(u, d, c);
    }
    return status;
}

/* The cells come sorted by the steps of their checkpoints. */
static void set_checkpoints(const struct delivery *d, struct trial_workspace *ws)
{
    struct checkpoint *at = ws->checkpoints;
    for (size_t c = 0; c < d->count; c++) {
        struct setting s;
        grid_cell(d->grid, d->cells[c], &s);
        if (c > 0 && s.value[P_MAX_STEPS] != at->steps)
            at++;
        at->steps = s.value[P_MAX_STEPS];
        memset(at->rank, 0, sizeof at->rank);
        at->proof = (struct proof){0};
    }
}

/* Draw, and train up to every checkpoint. False if it was cancelled. */
static bool train_unit(struct unit *u)
{
    const struct trial_workspace *ws = u->ws;
    trial_draw(u);
    if (cancel_asked())
        return false;
    step_ended(u, STEP_DATA, &u->record);
    struct record drawn = u->record;
    forget_histories(u->ws);
    for (size_t k = 0; k < ws->shape.checkpoints; k++) {
        ws->checkpoints[k].record = drawn;
        enter_checkpoint(u, k);
        if (drawn.status == TRIAL_OK)
            trial_train(u);
        if (cancel_asked())
            return false;
        if (drawn.status == TRIAL_OK)
            step_ended(u, STEP_TRAIN, &u->record);
        leave_checkpoint(u, k);
    }
    return true;
}

int trial_unit_watched(struct trial_workspace *ws, const struct grid *g,
                       const size_t *cells, size_t count, uint64_t replicate,
                       const struct watch *watch, trial_sink *sink, void *context)
{
    struct setting s;
    struct unit u = {.ws = ws, .watch = watch, .setting = &s};
    struct delivery d = {g, cells, count, 0.0, sink, context};
    double start = clock_monotonic(), tests = 0.0, steps = NAN;
    struct extras wanted = {0};
    for (size_t c = count; c-- > 0; steps = s.value[P_MAX_STEPS]) {
        grid_cell(g, cells[c], &s);
        tests = fmax(tests, s.value[P_TEST_SAMPLES]);
        wanted.ranks |= s.value[P_RANKS] != 0.0;
        wanted.prove |= s.value[P_PROVE] != 0.0;
        wanted.fresh |= s.value[P_RETRAIN_START] == RETRAIN_FRESH;
        wanted.relearn |= s.value[P_RELEARN_STEPS] > 0;
        wanted.requests |= s.value[P_REQUESTS] > 1;
        wanted.checkpoints += s.value[P_MAX_STEPS] != steps;
    }
    record_clear(&u.record);
    prepare_unit(&u, g, (size_t)tests, wanted, replicate);
    set_checkpoints(&d, ws);
    if (!train_unit(&u))
        return SWEEP_STOPPED;
    d.shared = clock_monotonic() - start;
    return visit_cells(&u, &d);
}

int trial_unit(struct trial_workspace *ws, const struct grid *g, const size_t *cells,
               size_t count, uint64_t replicate, trial_sink *sink, void *context)
{
    return trial_unit_watched(ws, g, cells, count, replicate, NULL, sink, context);
}
