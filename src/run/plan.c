#include "sweep/plan.h"

#include "sweep/cost.h"
#include "sweep/memory.h"
#include "sweep/partition.h"
#include "sweep/trial.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Expected seconds of one unit of a group, and the models it trains beside its first:
 * one for each forget set that some cell compares with retraining. */
static void assess(struct plan *p, const struct grid *g, size_t group)
{
    enum { WORD = 64, MOST = 100000 }; /* forget counts, as parameters.c bounds them */
    uint64_t seen[FORGET_KINDS][MOST / WORD + 1];
    struct setting s;
    double cost = 0, cells = 0, tests = 0;
    bool ranks = false;

    grid_cell(g, p->cell[p->start[group]], &s);
    for (size_t which = 0; which < FORGET_KINDS; which++)
        memset(seen[which], 0, ((size_t)s.value[P_SAMPLES] / WORD + 1) * sizeof **seen);
    for (size_t i = p->start[group]; i < p->start[group + 1]; i++) {
        grid_cell(g, p->cell[i], &s);
        size_t forget = (size_t)s.value[P_FORGET];
        uint64_t *word = &seen[(size_t)s.value[P_FORGET_WHICH]][forget / WORD];
        uint64_t bit = (uint64_t)1 << forget % WORD;
        tests = fmax(tests, s.value[P_TEST_SAMPLES]);
        cells += cost_cell(&s);
        ranks |= s.value[P_RANKS] == 1;
        if (!trial_wants_retrained(&s) || *word & bit)
            continue;
        *word |= bit;
        cost += cost_training(&s, s.value[P_SAMPLES] - s.value[P_FORGET],
                              s.value[P_TEST_SAMPLES]);
        p->retrainings[group]++;
    }
    if (ranks)
        cost += cost_ranks(&s);
    cost += cost_data(&s, tests) + cost_training(&s, s.value[P_SAMPLES], tests);
    p->cost[group] = cost + cells;
    p->cell_cost[group] = cells / (double)(p->start[group + 1] - p->start[group]);
}

int plan_build(struct plan *p, const struct grid *g)
{
    struct rng_key *key = memory_array(g->cell_count, sizeof *key);
    struct partition groups;

    *p = (struct plan){.replicates = g->replicates};
    if (!key)
        return SWEEP_NO_MEMORY;
    for (size_t cell = 0; cell < g->cell_count; cell++) {
        struct setting s;
        grid_cell(g, cell, &s);
        key[cell] = grid_local_key(g, &s, STAGE_TRAIN);
    }
    int status = partition_build(&groups, key, g->cell_count);
    memory_free(key);
    if (status != SWEEP_OK)
        return status;
    p->group_count = groups.count;
    p->start = groups.start;
    p->cell = groups.member;
    p->cost = memory_array(p->group_count, sizeof *p->cost);
    p->cell_cost = memory_array(p->group_count, sizeof *p->cell_cost);
    p->retrainings = memory_array(p->group_count, sizeof *p->retrainings);
    if (!p->cost || !p->cell_cost || !p->retrainings) {
        plan_release(p);
        return SWEEP_NO_MEMORY;
    }
    for (size_t k = 0; k < p->group_count; k++)
        assess(p, g, k);
    return SWEEP_OK;
}

void plan_release(struct plan *p)
{
    memory_free(p->start);
    memory_free(p->cell);
    memory_free(p->cost);
    memory_free(p->cell_cost);
    memory_free(p->retrainings);
    *p = (struct plan){0};
}

size_t plan_largest_group(const struct plan *p)
{
    size_t largest = 0;
    for (size_t k = 0; k < p->group_count; k++)
        if (p->start[k + 1] - p->start[k] > largest)
            largest = p->start[k + 1] - p->start[k];
    return largest;
}

double plan_unit_cost(const struct plan *p, size_t group, size_t cells)
{
    size_t all = p->start[group + 1] - p->start[group];
    return p->cost[group] - (double)(all - cells) * p->cell_cost[group];
}

struct costed {
    double cost;
    size_t group;
};

static int longest_first(const void *left, const void *right)
{
    const struct costed *a = left, *b = right;
    if (a->cost != b->cost)
        return a->cost > b->cost ? -1 : 1;
    return (a->group > b->group) - (a->group < b->group);
}

int plan_order(const struct plan *p, size_t *order)
{
    struct costed *costed = memory_array(p->group_count, sizeof *costed);
    if (!costed)
        return SWEEP_NO_MEMORY;
    for (size_t k = 0; k < p->group_count; k++)
        costed[k] = (struct costed){p->cost[k], k};
    qsort(costed, p->group_count, sizeof *costed, longest_first);
    for (size_t k = 0; k < p->group_count; k++)
        order[k] = costed[k].group;
    memory_free(costed);
    return SWEEP_OK;
}
