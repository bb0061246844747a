#include "ledger_private.h"

#include <math.h>
#include <string.h>

/* One past the last replicate of a cell that is within reach. */
static size_t cell_end(const struct ledger *l, size_t cell, enum ledger_reach reach)
{
    bool all =
        reach == LEDGER_DEALT || (reach == LEDGER_MOST && l->state[cell] == UNTIL_OPEN);
    return all ? l->grid->replicates : l->need[cell];
}

static bool is_within(unsigned char trial, enum ledger_reach reach)
{
    if (trial & LEDGER_OTHERS)
        return false;
    return reach == LEDGER_WANTED || reach == LEDGER_DEALT || !ledger_is_there(trial);
}

/* Cells of each unit of a group, to l->units. */
static void count_cells(const struct ledger *l, size_t group, enum ledger_reach reach)
{
    const struct plan *p = l->plan;
    memset(l->units, 0, l->grid->replicates * sizeof *l->units);
    for (size_t i = p->start[group]; i < p->start[group + 1]; i++) {
        const unsigned char *trial = ledger_trial(l, p->cell[i], 0);
        for (size_t r = 0, end = cell_end(l, p->cell[i], reach); r < end; r++)
            l->units[r] += is_within(trial[r], reach);
    }
}

struct ledger_rest ledger_rest(const struct ledger *l, enum ledger_reach reach,
                               size_t *units_of)
{
    struct ledger_rest rest = {0};
    for (size_t k = 0; k < l->plan->group_count; k++) {
        size_t before = rest.units;
        count_cells(l, k, reach);
        for (size_t r = 0; r < l->grid->replicates; r++) {
            if (l->units[r] == 0)
                continue;
            double cost = plan_unit_cost(l->plan, k, l->units[r]);
            rest.trials += l->units[r];
            rest.cost += cost;
            rest.longest = fmax(rest.longest, cost);
            rest.units++;
        }
        if (units_of)
            units_of[k] = rest.units - before;
    }
    return rest;
}

double ledger_work_done(const struct ledger *l)
{
    return ledger_rest(l, LEDGER_WANTED, NULL).cost -
           ledger_rest(l, LEDGER_DUE, NULL).cost;
}

/* The cells of a unit that are due. */
static size_t list_cells(const struct ledger *l, size_t group, size_t replicate,
                         size_t *cell)
{
    const struct plan *p = l->plan;
    size_t count = 0;
    for (size_t i = p->start[group]; i < p->start[group + 1]; i++)
        if (replicate < l->need[p->cell[i]] &&
            is_within(*ledger_trial(l, p->cell[i], replicate), LEDGER_DUE))
            cell[count++] = p->cell[i];
    return count;
}

bool ledger_next(struct ledger *l, struct ledger_unit *unit)
{
    for (;;) {
        size_t i = atomic_fetch_add(&l->next, 1);
        if (i / l->most >= l->plan->group_count)
            return false;
        size_t group = l->order[i / l->most];
        unit->replicate = i % l->most;
        unit->count = list_cells(l, group, unit->replicate, unit->cell);
        if (unit->count > 0) {
            unit->cost = plan_unit_cost(l->plan, group, unit->count);
            return true;
        }
    }
}
