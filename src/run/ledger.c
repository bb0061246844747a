#include "ledger_private.h"

#include "sweep/memory.h"
#include <math.h>
#include <string.h>

_Static_assert((int)TRIAL_STATUS_COUNT <= LEDGER_STATUS,
               "a status must fit into its bits");

/* Values of replicates 0 .. room-1 of one cell. */
struct ledger_values {
    double *value;
    size_t room;
};

static bool has_arrays(const struct ledger *l)
{
    bool rule = until_has_rule(l->grid);
    return l->need && l->state && l->trial && l->scratch && l->units &&
           (l->values || !rule) && (l->order || !l->plan);
}

static void deal(struct ledger *l, size_t shard, size_t shards)
{
    const struct plan *p = l->plan;
    size_t replicates = l->grid->replicates;
    bool whole = until_has_rule(l->grid);

    for (size_t k = 0; k < p->group_count; k++)
        for (size_t i = p->start[l->order[k]]; i < p->start[l->order[k] + 1]; i++)
            for (size_t r = 0; r < replicates; r++) {
                size_t unit = whole ? k : k * replicates + r, place = unit % shards;
                size_t owner = unit / shards % 2 == 0 ? place + 1 : shards - place;
                if (owner != shard)
                    *ledger_trial(l, p->cell[i], r) |= LEDGER_OTHERS;
            }
}

static void open_cells(struct ledger *l)
{
    for (size_t cell = 0; cell < l->grid->cell_count; cell++) {
        l->need[cell] = (uint32_t)until_first(l->grid);
        l->state[cell] = UNTIL_OPEN;
    }
}

int ledger_open(struct ledger *l, const struct grid *g, const struct plan *p,
                size_t shard, size_t shards, struct diagnostics *log)
{
    size_t cells = g->cell_count;

    *l = (struct ledger){.grid = g, .plan = p, .most = until_first(g)};
    l->need = memory_array(cells, sizeof *l->need);
    l->state = memory_array(cells, sizeof *l->state);
    l->scratch = memory_array(g->replicates, sizeof *l->scratch);
    l->units = memory_array(g->replicates, sizeof *l->units);
    if (until_has_rule(g))
        l->values = memory_array(cells, sizeof *l->values);
    if (p)
        l->order = memory_array(p->group_count, sizeof *l->order);
    if (cells <= memory_physical() / g->replicates) /* a byte a trial */
        l->trial = memory_array(cells, g->replicates);
    if (!has_arrays(l) || (p && plan_order(p, l->order) != SWEEP_OK)) {
        diagnostics_add(log, NULL, 0, 0,
                        "out of memory for %zu cells times %zu replicates; ask for "
                        "fewer of them",
                        cells, g->replicates);
        return SWEEP_NO_MEMORY;
    }
    open_cells(l);
    if (shards > 0)
        deal(l, shard, shards);
    return SWEEP_OK;
}

void ledger_release(struct ledger *l)
{
    for (size_t cell = 0; l->values && cell < l->grid->cell_count; cell++)
        memory_free(l->values[cell].value);
    memory_free(l->values);
    memory_free(l->need);
    memory_free(l->state);
    memory_free(l->trial);
    memory_free(l->scratch);
    memory_free(l->units);
    memory_free(l->order);
    *l = (struct ledger){0};
}

/* Room for `count` values. */
static int reserve_values(const struct ledger *l, struct ledger_values *v, size_t count)
{
    size_t room = v->room > 0 ? v->room : until_first(l->grid);

    if (count <= v->room)
        return SWEEP_OK;
    while (room < count)
        room *= 2;
    double *larger = memory_array(room, sizeof *larger);
    if (!larger)
        return SWEEP_NO_MEMORY;
    if (v->room > 0)
        memcpy(larger, v->value, v->room * sizeof *larger);
    memory_free(v->value);
    *v = (struct ledger_values){larger, room};
    return SWEEP_OK;
}

int ledger_put(struct ledger *l, size_t cell, size_t replicate,
               enum trial_status status, double value, unsigned flags)
{
    unsigned char *trial = ledger_trial(l, cell, replicate);

    if (ledger_is_there(*trial) && (*trial & LEDGER_STATUS) != TRIAL_OUT_OF_MEMORY + 1)
        return SWEEP_OK;
    if (l->values) {
        if (reserve_values(l, &l->values[cell], replicate + 1) != SWEEP_OK)
            return SWEEP_NO_MEMORY;
        l->values[cell].value[replicate] = value;
    }
    *trial = (unsigned char)((*trial & LEDGER_OTHERS) | flags | ((unsigned)status + 1));
    return SWEEP_OK;
}

double ledger_value(const struct ledger *l, const struct grid *of, size_t cell,
                    const struct record *r)
{
    enum column c = l->grid->until.column;
    struct setting s;

    if (c < COLUMN_COUNT)
        return r->value[c];
    grid_cell(of, cell, &s);
    return results_value(
        &l->grid->results, c,
        &(struct trial_of){&s, (const char *const *)of->texts.text, r});
}

int ledger_add(struct ledger *l, size_t cell, uint64_t replicate,
               const struct record *r)
{
    double value = ledger_value(l, l->grid, cell, r);

    return ledger_put(l, cell, replicate, r->status, value, LEDGER_NEW);
}

void ledger_retry(struct ledger *l)
{
    for (size_t i = 0; i < l->grid->cell_count * l->grid->replicates; i++)
        if ((l->trial[i] & LEDGER_STATUS) > TRIAL_OK + 1)
            l->trial[i] |= LEDGER_AGAIN;
    open_cells(l);
}

bool ledger_has(const struct ledger *l, size_t cell, size_t replicate)
{
    return ledger_is_there(*ledger_trial(l, cell, replicate));
}

bool ledger_has_new(const struct ledger *l, size_t cell, size_t replicate)
{
    return *ledger_trial(l, cell, replicate) & LEDGER_NEW;
}

bool ledger_owns(const struct ledger *l, size_t cell)
{
    for (size_t k = 0; k < l->grid->replicates; k++)
        if (!(*ledger_trial(l, cell, k) & LEDGER_OTHERS))
            return true;
    return false;
}

static bool is_complete(const struct ledger *l, size_t cell)
{
    for (size_t k = 0; k < l->need[cell]; k++) {
        unsigned char trial = *ledger_trial(l, cell, k);
        if (!(trial & LEDGER_OTHERS) && !ledger_is_there(trial))
            return false;
    }
    return true;
}

/* The defined values of successful trials below `need`, to scratch. */
static size_t gather_cell(const struct ledger *l, size_t cell)
{
    size_t count = 0;
    for (size_t k = 0; l->values && k < l->need[cell]; k++)
        if ((*ledger_trial(l, cell, k) & LEDGER_STATUS) == TRIAL_OK + 1 &&
            !isnan(l->values[cell].value[k]))
            l->scratch[count++] = l->values[cell].value[k];
    return count;
}

void ledger_look(struct ledger *l)
{
    for (size_t cell = 0; cell < l->grid->cell_count; cell++) {
        while (l->state[cell] == UNTIL_OPEN && is_complete(l, cell)) {
            size_t need = l->need[cell], count = gather_cell(l, cell);
            l->state[cell] =
                (unsigned char)until_judge(l->grid, need, l->scratch, count);
            if (l->state[cell] == UNTIL_OPEN)
                l->need[cell] = (uint32_t)until_next(l->grid, need);
        }
        if (l->need[cell] > l->most)
            l->most = l->need[cell];
    }
    atomic_store(&l->next, 0);
}

void ledger_estimate(const struct ledger *l, size_t cell, double *mean,
                     double *halfwidth)
{
    size_t count = gather_cell(l, cell);
    until_estimate(&l->grid->until, l->scratch, count, mean, halfwidth);
}

struct ledger_tally ledger_tally(const struct ledger *l)
{
    struct ledger_tally t = {.limit =
                                 until_has_rule(l->grid) ? l->grid->replicates : 0};
    for (size_t cell = 0; cell < l->grid->cell_count; cell++) {
        size_t before = t.trials;
        for (size_t k = 0; k < l->need[cell]; k++) {
            unsigned char trial = *ledger_trial(l, cell, k);
            if (trial & LEDGER_OTHERS)
                continue;
            t.trials++;
            if (ledger_is_there(trial)) {
                t.done++;
                t.by_status[(trial & LEDGER_STATUS) - 1]++;
            }
        }
        t.cells += t.trials > before;
        t.by_state[l->state[cell]] += t.trials > before;
    }
    t.open = t.limit > 0 && t.by_state[UNTIL_OPEN] > 0;
    return t;
}

void ledger_tally_add(struct ledger_tally *sum, const struct ledger_tally *t)
{
    sum->limit = t->limit;
    sum->cells += t->cells;
    sum->trials += t->trials;
    sum->done += t->done;
    sum->open |= t->open;
    for (int i = 0; i < UNTIL_STATES; i++)
        sum->by_state[i] += t->by_state[i];
    for (int i = 0; i < TRIAL_STATUS_COUNT; i++)
        sum->by_status[i] += t->by_status[i];
}
