#include "sweep/until.h"

#include "sweep/memory.h"
#include "sweep/statistic.h"
#include <math.h>
#include <string.h>

/* One replicate of a cell. */
struct until_trial {
    double value; /* of the rule's column */
    bool known;
    unsigned char status;
};

/* Replicates 0 .. room-1 of one cell. */
struct until_trials {
    struct until_trial *trial;
    size_t room;
};

int until_init(struct until *u, const struct grid *g)
{
    bool rule = g->until.least > 0;

    *u = (struct until){.grid = g};
    u->need = memory_array(g->cell_count, sizeof *u->need);
    u->state = memory_array(g->cell_count, sizeof *u->state);
    if (rule) {
        u->trials = memory_array(g->cell_count, sizeof *u->trials);
        u->scratch = memory_array(g->replicates, sizeof *u->scratch);
    }
    if (!u->need || !u->state || (rule && (!u->trials || !u->scratch))) {
        until_release(u);
        return SWEEP_NO_MEMORY;
    }
    for (size_t cell = 0; cell < g->cell_count; cell++)
        u->need[cell] = rule ? g->until.least : g->replicates;
    return SWEEP_OK;
}

void until_release(struct until *u)
{
    for (size_t cell = 0; u->trials && cell < u->grid->cell_count; cell++)
        memory_free(u->trials[cell].trial);
    memory_free(u->trials);
    memory_free(u->need);
    memory_free(u->state);
    memory_free(u->scratch);
    *u = (struct until){0};
}

/* Room for `count` replicates. */
static int reserve(const struct until *u, struct until_trials *t, size_t count)
{
    size_t room = t->room > 0 ? t->room : u->grid->until.least;

    if (count <= t->room)
        return SWEEP_OK;
    while (room < count)
        room *= 2;
    struct until_trial *larger = memory_array(room, sizeof *larger);
    if (!larger)
        return SWEEP_NO_MEMORY;
    if (t->room > 0)
        memcpy(larger, t->trial, t->room * sizeof *larger);
    memory_free(t->trial);
    *t = (struct until_trials){larger, room};
    return SWEEP_OK;
}

int until_add(struct until *u, size_t cell, uint64_t replicate, const struct record *r)
{
    if (!u->trials)
        return SWEEP_OK;
    struct until_trials *t = &u->trials[cell];
    int status = reserve(u, t, replicate + 1);
    if (status != SWEEP_OK)
        return status;
    struct until_trial *one = &t->trial[replicate];
    if (!one->known || one->status == TRIAL_OUT_OF_MEMORY)
        *one = (struct until_trial){r->value[u->grid->until.column], true,
                                    (unsigned char)r->status};
    return SWEEP_OK;
}

struct reading {
    struct until *u;
    enum store_which which;
    struct diagnostics *log;
};

static int take(void *context, size_t cell, uint64_t replicate, const struct record *r)
{
    struct reading *reading = context;
    if (reading->which == STORE_GOOD && r->status != TRIAL_OK)
        return SWEEP_OK;
    int status = until_add(reading->u, cell, replicate, r);
    if (status != SWEEP_OK)
        diagnostics_add(reading->log, NULL, 0, 0, "out of memory for the trials");
    return status;
}

int until_read(struct until *u, struct store *s, enum store_which which,
               struct diagnostics *log)
{
    struct reading reading = {u, which, log};
    return u->trials ? store_each(s, u->grid, take, &reading, log) : SWEEP_OK;
}

int until_read_elsewhere(struct until *u, struct store *s, enum store_which which,
                         struct diagnostics *log)
{
    struct reading reading = {u, which, log};
    return u->trials ? store_each_elsewhere(s, u->grid, take, &reading, log) : SWEEP_OK;
}

bool until_has(const struct until *u, size_t cell, size_t replicate)
{
    return u->trials && replicate < u->trials[cell].room &&
           u->trials[cell].trial[replicate].known;
}

void until_skip(const struct until *u, const bool *done, bool *skip)
{
    size_t most = u->grid->replicates;
    for (size_t cell = 0; cell < u->grid->cell_count; cell++)
        for (size_t k = 0; k < most; k++) {
            size_t i = cell * most + k;
            skip[i] = done[i] || k >= u->need[cell] || until_has(u, cell, k);
        }
}

/* The defined values of successful trials below `need`, to scratch. */
static size_t gather(const struct until *u, size_t cell)
{
    size_t count = 0;
    for (size_t k = 0; k < u->need[cell] && k < u->trials[cell].room; k++) {
        const struct until_trial *t = &u->trials[cell].trial[k];
        if (t->known && t->status == TRIAL_OK && !isnan(t->value))
            u->scratch[count++] = t->value;
    }
    return count;
}

static bool all_equal(const double *values, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (values[i] != values[0])
            return false;
    return count > 1 && isfinite(values[0]);
}

/* h of `count` values that are all equal. */
static double equal_halfwidth(const struct until_rule *rule, double value, size_t count)
{
    if (rule->column == C_SEPARATED && !(rule->relative && value == 0))
        return wilson_reach(value, (double)count, rule->level);
    return pow(rule->level, (double)count) <= 1 - rule->level ? 0 : (double)INFINITY;
}

void until_estimate(const struct until *u, size_t cell, double *mean, double *halfwidth)
{
    const struct until_rule *rule = &u->grid->until;
    size_t count = gather(u, cell);
    double first = u->scratch[0];
    bool equal = all_equal(u->scratch, count);

    *mean = statistic_compute(&statistic_mean, u->scratch, count, NULL);
    *halfwidth = equal ? equal_halfwidth(rule, first, count)
                       : student_halfwidth(u->scratch, count, rule->level);
}

/* All replicates below `need` are there. */
static enum until_state judge(const struct until *u, size_t cell)
{
    const struct until_rule *rule = &u->grid->until;
    double mean, halfwidth;

    until_estimate(u, cell, &mean, &halfwidth);
    if (halfwidth <= (rule->relative ? rule->halfwidth * fabs(mean) : rule->halfwidth))
        return UNTIL_PRECISE;
    if (u->need[cell] == rule->least && gather(u, cell) == 0)
        return UNTIL_UNDEFINED;
    return u->need[cell] == u->grid->replicates ? UNTIL_LIMIT : UNTIL_OPEN;
}

static bool is_complete(const struct until *u, size_t cell)
{
    for (size_t k = 0; k < u->need[cell]; k++)
        if (!until_has(u, cell, k))
            return false;
    return true;
}

void until_look(struct until *u)
{
    size_t most = u->grid->replicates;
    for (size_t cell = 0; u->trials && cell < u->grid->cell_count; cell++)
        while (u->state[cell] == UNTIL_OPEN && is_complete(u, cell)) {
            size_t next = u->need[cell] + (u->need[cell] + 1) / 2;
            u->state[cell] = judge(u, cell);
            if (u->state[cell] == UNTIL_OPEN)
                u->need[cell] = next < most ? next : most;
        }
}

struct until_tally until_tally(const struct until *u, const bool *own)
{
    struct until_tally tally = {0};
    for (size_t cell = 0; cell < u->grid->cell_count; cell++) {
        if (own && !own[cell])
            continue;
        tally.cells++;
        tally.by_state[u->state[cell]]++;
        tally.trials += u->need[cell];
        for (size_t k = 0; k < u->need[cell]; k++)
            if (until_has(u, cell, k)) {
                tally.done++;
                tally.by_status[u->trials[cell].trial[k].status]++;
            }
    }
    return tally;
}

int until_load(struct until *u, struct store *s, const struct grid *g,
               struct diagnostics *log)
{
    int status = until_init(u, g);
    if (status != SWEEP_OK) {
        diagnostics_add(log, NULL, 0, 0, "out of memory for the trials");
        return status;
    }
    status = until_read(u, s, STORE_ALL, log);
    until_look(u);
    return status;
}
