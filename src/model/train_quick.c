/* Steps of a training that cost less than full ones, in chunks. */
#include "sweep/cancel.h"
#include "train_private.h"
#include <math.h>
#include <string.h>

enum {
    FIRST_CHUNK = 32, /* steps in which no state is expected to change */
    SHORT_CHUNK = 16, /* below it, steps that see every change cost less */
    LONGEST_WAIT = 1024,
    LONGEST_DRIFT_WAIT = 64
};

/* What a chunk starts from, beside what pattern.h and drift.h take back. */
static struct pace start_chunk(const struct descent *d)
{
    memcpy(d->w->loss_before, d->w->loss, 2 * d->p->m * sizeof *d->w->loss);
    return d->pace;
}

static void take_chunk_back(struct descent *d, const struct pace *start)
{
    d->pace = *start;
    memcpy(d->w->loss, d->w->loss_before, 2 * d->p->m * sizeof *d->w->loss);
    d->pace.stepped = false;
}

static bool goes_on(const struct descent *d)
{
    return !cancel_asked() && !train_arrived(d);
}

static size_t longer_wait(size_t wait, bool worth_it, size_t first, size_t longest)
{
    if (worth_it)
        return first;
    return 2 * wait < longest ? 2 * wait : longest;
}

/* A state changed or may have: it takes some quiet steps to try again, more of them
 * where the pattern was hardly worth it. */
static void leave_pattern(struct descent *d)
{
    pattern_leave(d->w->pattern, d->w->step);
    d->w->step->quiet = 0;
    d->wait =
        longer_wait(d->wait, d->held >= 4 * SHORT_CHUNK, FIRST_WAIT, LONGEST_WAIT);
}

static bool step_pattern(struct descent *d)
{
    pattern_step(d->w->pattern, d->w->step);
    return true;
}

static bool step_drift(struct descent *d)
{
    return drift_step(d->w->drift, d->w->step);
}

/* Up to `most` steps that are still to be confirmed; `step` is false where it was not
 * taken. */
static uint64_t take_chunk(struct descent *d, uint64_t most,
                           bool (*step)(struct descent *))
{
    uint64_t steps = 0;
    for (; steps < most && !cancel_asked(); steps++) {
        train_measure(d);
        if (train_arrived(d) || !step(d))
            break;
        train_note_step(d);
    }
    return steps;
}

/* Up to `limit` steps in which no state changes; returns how many they were. Where there
 * are none the margins measured stay those of the present state. */
static uint64_t quiet_steps(struct descent *d, uint64_t limit)
{
    struct pattern *q = d->w->pattern;
    struct step_state *s = d->w->step;
    uint64_t done = 0;
    if (!q->active && s->quiet < d->wait)
        return 0;
    if (!q->active) {
        pattern_enter(q, d->net, s);
        d->square = NAN;
        d->chunk = FIRST_CHUNK;
        d->held = 0;
    }
    while (done < limit && q->active && goes_on(d)) {
        struct pace start = start_chunk(d);
        uint64_t steps = take_chunk(
            d, d->chunk < limit - done ? d->chunk : limit - done, step_pattern);
        if (pattern_holds(q, s)) {
            done += steps;
            d->chunk =
                2 * d->chunk < TRAIN_CHECK_STEPS ? 2 * d->chunk : TRAIN_CHECK_STEPS;
            continue;
        }
        take_chunk_back(d, &start);
        if (steps > SHORT_CHUNK)
            d->chunk = steps / 2;
        else
            leave_pattern(d);
        train_measure(d);
    }
    d->held += done;
    return done;
}

/* It takes some full steps to try again. */
static void leave_drift(struct descent *d)
{
    struct drift *q = d->w->drift;
    q->foreseen = false;
    d->full = 0;
    d->drift_wait = longer_wait(d->drift_wait, d->drifted >= DRIFT_LONGEST,
                                FIRST_DRIFT_WAIT, LONGEST_DRIFT_WAIT);
    d->drifted = 0;
}

/* The same where few states change. */
static uint64_t drift_steps(struct descent *d, uint64_t limit)
{
    struct drift *q = d->w->drift;
    struct step_state *s = d->w->step;
    uint64_t done = 0;
    while (done < limit && q->foreseen && goes_on(d)) {
        uint64_t most = d->drift_length < limit - done ? d->drift_length : limit - done;
        if (!drift_start(q, s, most)) {
            leave_drift(d);
            break;
        }
        struct pace start = start_chunk(d);
        uint64_t steps = take_chunk(d, most, step_drift);
        if (drift_holds(q, s)) {
            done += steps;
            if (steps == d->drift_length)
                d->drift_length = 2 * steps < DRIFT_LONGEST ? 2 * steps : DRIFT_LONGEST;
            continue;
        }
        take_chunk_back(d, &start);
        d->drift_length = steps / 2;
        if (d->drift_length < DRIFT_SHORTEST)
            leave_drift(d);
        train_measure(d);
    }
    d->drifted += done;
    return done;
}

bool train_has_chunks(const struct descent *d)
{
    return d->w->G && d->o->watched_count == 0;
}

uint64_t train_quick_steps(struct descent *d, uint64_t limit)
{
    if (!train_has_chunks(d))
        return 0;
    uint64_t done = drift_steps(d, limit);
    return done > 0 ? done : quiet_steps(d, limit);
}
