#include "sweep/plan.h"

#include "sweep/cost.h"
#include "sweep/memory.h"
#include "sweep/partition.h"
#include "sweep/trial.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Expected seconds of the parts of a unit. */
struct parts {
    double training; /* once */
    double cells;    /* all of them */
    double again;    /* models trained beside the first: */
    size_t retrainings;
};

enum {
    WORD = 64,
    MOST = 100000
}; /* forget sets of a kind, as parameters.c bounds them */

/* The forget sets that a model was trained without, from each start. */
struct sets {
    uint64_t seen[RETRAIN_STARTS][FORGET_KINDS][MOST / WORD + 1];
};

static bool is_new_set(struct sets *sets, const struct setting *s,
                       enum retrain_start start)
{
    size_t set = setting_forget_set(s);
    uint64_t *word = &sets->seen[start][(size_t)s->value[P_FORGET_WHICH]][set / WORD];
    uint64_t bit = (uint64_t)1 << set % WORD;
    bool is_new = !(*word & bit);
    *word |= bit;
    return is_new;
}

static void forget_sets(struct sets *sets, size_t samples)
{
    for (enum retrain_start start = 0; start < RETRAIN_STARTS; start++)
        for (size_t which = 0; which < FORGET_KINDS; which++)
            memset(sets->seen[start][which], 0,
                   (samples / WORD + 1) * sizeof ***sets->seen);
}

/* What a cell adds to the retrainings of its unit. */
static void add_retrainings(struct parts *p, struct sets *sets, const struct setting *s)
{
    double kept = s->value[P_SAMPLES] - s->value[P_FORGET];
    for (enum retrain_start start = 0; start < RETRAIN_STARTS; start++)
        if (trial_wants_retrained(s, start) && is_new_set(sets, s, start)) {
            p->again += cost_training(s, kept, s->value[P_TEST_SAMPLES]);
            p->retrainings++;
        }
}

/* A unit of these cells of one group: it trains one model for each forget set that some
 * cell compares with retraining, and start of that. */
static struct parts parts_of(const struct grid *g, const size_t *cell, size_t count)
{
    struct parts p = {0};
    struct sets sets;
    struct setting s;
    double tests = 0;
    bool ranks = false, fresh = false;

    grid_cell(g, cell[0], &s);
    forget_sets(&sets, (size_t)s.value[P_SAMPLES]);
    for (size_t i = 0; i < count; i++) {
        grid_cell(g, cell[i], &s);
        tests = fmax(tests, s.value[P_TEST_SAMPLES]);
        ranks |= s.value[P_RANKS] == 1;
        fresh |= trial_wants_retrained(&s, RETRAIN_FRESH);
        p.cells += cost_cell(&s);
        add_retrainings(&p, &sets, &s);
    }
    if (ranks)
        p.training += cost_ranks(&s);
    if (fresh)
        p.training += cost_start(&s, tests);
    p.training += cost_data(&s, tests) + cost_training(&s, s.value[P_SAMPLES], tests);
    return p;
}

double plan_cells_cost(const struct grid *g, const size_t *cell, size_t count)
{
    struct parts p = parts_of(g, cell, count);
    return p.training + p.again + p.cells;
}

static void assess(struct plan *p, const struct grid *g, size_t group)
{
    size_t count = p->start[group + 1] - p->start[group];
    struct parts parts = parts_of(g, p->cell + p->start[group], count);
    p->cost[group] = parts.training + parts.again + parts.cells;
    p->cell_cost[group] = parts.cells / (double)count;
    p->retrainings[group] = parts.retrainings;
    p->retraining_cost[group] =
        parts.retrainings > 0 ? parts.again / (double)parts.retrainings : 0;
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
    p->retraining_cost = memory_array(p->group_count, sizeof *p->retraining_cost);
    if (!p->cost || !p->cell_cost || !p->retrainings || !p->retraining_cost) {
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
    memory_free(p->retraining_cost);
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
    size_t all = p->start[group + 1] - p->start[group], again = p->retrainings[group];
    double spared = cells < again ? (double)(again - cells) : 0;
    return p->cost[group] - (double)(all - cells) * p->cell_cost[group] -
           spared * p->retraining_cost[group];
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
