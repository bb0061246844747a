#include "store_private.h"
#include "sweep/memory.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* The larger of both records. */
static double larger(const struct record *a, const struct record *b, enum column c)
{
    return fmax(a->value[c], b->value[c]);
}

/* What the rounding error of that result is measured in. INFINITY: it is nothing else.
 */
static double rounding_scale(const struct record *a, const struct record *b,
                             enum column c, double rounding)
{
    double trained = fmax(1.0, larger(a, b, C_TRAINED_NORM));
    double unlearned = fmax(trained, larger(a, b, C_NORM));
    double none_tau = fmin(a->value[C_NONE_TAU], b->value[C_NONE_TAU]);
    switch (column_table[c].scale) {
    case SCALE_ONE:
        return 1.0;
    case SCALE_TRAINED:
        return trained;
    case SCALE_TRAINED_SQUARED:
        return trained * trained;
    case SCALE_UNLEARNED:
        return unlearned;
    case SCALE_UNLEARNED_SQUARED:
        return unlearned * unlearned;
    case SCALE_RATIO:
        return none_tau > rounding ? 1.0 / none_tau : INFINITY;
    default:
        return 0.0;
    }
}

/* NaN, undefined, is NULL in the database, and the sign of a zero is not kept. */
static bool agrees(const struct record *a, const struct record *b, enum column c,
                   struct store_tolerance t)
{
    double x = a->value[c], y = b->value[c];
    if (x == y || (isnan(x) && isnan(y)))
        return true;
    if (column_table[c].type != COLUMN_REAL)
        return false;
    double scale = rounding_scale(a, b, c, t.rounding);
    return isinf(scale) || fabs(x - y) <= t.value * fmax(fabs(x), fabs(y)) ||
           fabs(x - y) <= t.rounding * scale;
}

enum column store_difference(const struct record *a, const struct record *b,
                             struct store_tolerance t)
{
    enum column first = COLUMN_COUNT;
    if (a->status != b->status)
        return C_STOP_REASON;
    for (enum column c = 0; c < COLUMN_COUNT; c++) {
        if (!column_table[c].in_table || agrees(a, b, c, t))
            continue;
        if (column_table[c].scale == SCALE_EVENTS)
            return c;
        if (first == COLUMN_COUNT)
            first = c;
    }
    return first;
}

/* Has a trial of `s` never been asked for that result? */
static bool unasked(const struct store *s, const struct record *own, enum column c)
{
    return isnan(own->value[c]) && (s->partial[c] || !store_has_column(&s->have, c));
}

void store_level(const struct store *s, const struct record *own, struct record *other)
{
    for (enum column c = 0; c < COLUMN_COUNT; c++)
        if (unasked(s, own, c))
            other->value[c] = NAN;
}

/* Is there such a trial in `s`? */
static int get(struct store *s, size_t cell, uint64_t replicate, struct record *r,
               bool *found, struct diagnostics *log)
{
    int status = SWEEP_OK;
    *found = false;
    if (!s->get)
        status = store_prepare_owned(s, store_sql_get(&s->have), &s->get, log);
    if (status != SWEEP_OK)
        return status;
    sqlite3_bind_int64(s->get, 1, s->id[cell]);
    sqlite3_bind_int64(s->get, 2, (sqlite3_int64)replicate);
    int rc = sqlite3_step(s->get);
    *found = rc == SQLITE_ROW;
    if (*found && store_read_record(s->get, 0, &s->have, r))
        status = store_damaged(s, "a record is none of a trial", log);
    else if (!*found && rc != SQLITE_DONE)
        status = store_fail(s, log);
    sqlite3_reset(s->get);
    return status;
}

struct merger {
    struct store *to, *from;
    bool allow_mixed;
    size_t added;
    struct diagnostics *log;
};

static int conflict(const struct merger *m, size_t cell, uint64_t replicate,
                    const struct record *old, const struct record *new,
                    enum column differs)
{
    if (old->status != new->status)
        diagnostics_add(m->log, NULL, 0, 0,
                        "'%s' and '%s' differ in cell %zu, replicate %" PRIu64
                        ": status %s against %s",
                        m->from->path, m->to->path, cell, replicate,
                        trial_status_words[new->status],
                        trial_status_words[old->status]);
    else
        diagnostics_add(m->log, NULL, 0, 0,
                        "'%s' and '%s' differ in cell %zu, replicate %" PRIu64
                        ": %s %.17g against %.17g",
                        m->from->path, m->to->path, cell, replicate,
                        column_table[differs].name, new->value[differs],
                        old->value[differs]);
    return SWEEP_INPUT;
}

/* What both were asked for has to be the same. */
static enum column difference(const struct merger *m, const struct record *old,
                              const struct record *new)
{
    struct record left = *old, right = *new;
    store_level(m->to, old, &right);
    store_level(m->from, new, &left);
    return store_difference(&left, &right, (struct store_tolerance){0});
}

/* What only the new one was asked for goes into the old one: is there any? */
static bool complete(const struct merger *m, struct record *old,
                     const struct record *new)
{
    bool more = false;
    for (enum column c = 0; c < COLUMN_COUNT; c++)
        if (unasked(m->to, old, c) && !isnan(new->value[c])) {
            old->value[c] = new->value[c];
            more = true;
        }
    return more;
}

static int merge_trial(void *context, size_t cell, uint64_t replicate,
                       const struct record *r)
{
    struct merger *m = context;
    struct record old;
    bool found;
    int status = get(m->to, cell, replicate, &old, &found, m->log);
    if (status != SWEEP_OK)
        return status;
    if (!found || old.status == TRIAL_OUT_OF_MEMORY) {
        m->added += !found;
        return store_put(m->to, cell, replicate, r, m->log);
    }
    if (r->status == TRIAL_OUT_OF_MEMORY)
        return SWEEP_OK;
    enum column differs = difference(m, &old, r);
    if (differs != COLUMN_COUNT)
        return m->allow_mixed ? SWEEP_OK
                              : conflict(m, cell, replicate, &old, r, differs);
    return complete(m, &old, r) ? store_put(m->to, cell, replicate, &old, m->log)
                                : SWEEP_OK;
}

/* Trials from a database that lacks results bring none. */
static int merge_partial(struct merger *m)
{
    for (enum column c = 0; c < COLUMN_COUNT; c++)
        m->to->partial[c] |=
            m->from->partial[c] || !store_has_column(&m->from->have, c);
    return store_write_partial(m->to, m->log);
}

static int merge_platforms(struct merger *m)
{
    char *lines;
    int status = store_meta(m->from, "platform", &lines, m->log);
    char *rest = lines;
    while (rest && status == SWEEP_OK)
        status =
            store_sign_platform(m->to, strsep(&rest, "\n"), m->allow_mixed, m->log);
    memory_free(lines);
    return status;
}

int store_merge(struct store *to, struct store *from, const struct grid *g,
                bool allow_mixed, size_t *added, struct diagnostics *log)
{
    struct merger m = {.to = to, .from = from, .allow_mixed = allow_mixed, .log = log};
    int status = store_commit(to, log);
    if (status == SWEEP_OK)
        status = store_check_grid(from, g, log);
    if (status == SWEEP_OK)
        status = store_begin(to, log);
    if (status == SWEEP_OK)
        status = merge_platforms(&m);
    if (status == SWEEP_OK)
        status = merge_partial(&m);
    if (status == SWEEP_OK)
        status = store_each(from, g, merge_trial, &m, log);
    if (status == SWEEP_OK)
        status = store_commit(to, log);
    if (status != SWEEP_OK)
        to->broken = true; /* the open transaction is rolled back */
    *added = m.added;
    return status;
}
