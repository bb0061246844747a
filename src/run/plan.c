#include "sweep/plan.h"

#include "sweep/memory.h"
#include "sweep/partition.h"
#include <math.h>
#include <stdlib.h>

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
        key[cell] = grid_setting_key(g, &s, STAGE_TRAIN, rng_key_start());
    }
    int status = partition_build(&groups, key, g->cell_count);
    memory_free(key);
    if (status != SWEEP_OK)
        return status;
    p->group_count = groups.count;
    p->start = groups.start;
    p->cell = groups.member;
    return SWEEP_OK;
}

void plan_release(struct plan *p)
{
    memory_free(p->start);
    memory_free(p->cell);
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

size_t plan_unit_missing(const struct plan *p, const bool *done, size_t group,
                         uint64_t replicate, size_t *cells)
{
    size_t count = 0;
    for (size_t i = p->start[group]; i < p->start[group + 1]; i++)
        if (!done[p->cell[i] * p->replicates + replicate])
            cells[count++] = p->cell[i];
    return count;
}

struct plan_rest plan_missing(const struct plan *p, const struct grid *g,
                              const bool *done)
{
    struct plan_rest rest = {0};
    for (size_t k = 0; k < p->group_count; k++) {
        size_t units = 0;
        for (size_t r = 0; r < p->replicates; r++) {
            size_t missing = 0;
            for (size_t i = p->start[k]; i < p->start[k + 1]; i++)
                missing += !done[p->cell[i] * p->replicates + r];
            rest.trials += missing;
            units += missing > 0;
        }
        rest.units += units;
        if (units > 0)
            rest.cost += (double)units * plan_cost(p, g, k);
    }
    return rest;
}

/* A step of training on m points in r span coordinates is one product with the weights
 * and one with their gradient: 4 n m r operations. */
static double training_cost(const struct setting *s, double points)
{
    double rank = fmin(s->value[P_SAMPLES] + 1, s->value[P_DIMENSION]);
    return 4 * s->value[P_MAX_STEPS] * s->value[P_WIDTH] * points * rank;
}

double plan_cost(const struct plan *p, const struct grid *g, size_t group)
{
    struct setting s;
    grid_cell(g, p->cell[p->start[group]], &s);
    double m = s.value[P_SAMPLES], n = s.value[P_WIDTH], d = s.value[P_DIMENSION];
    double cost = training_cost(&s, m);
    if (s.value[P_SAMPLER] == SAMPLER_AMBIENT)
        cost += 2 * m * m * d + 2 * n * m * d; /* QR; the initial weights in the span */

    bool retrains = false;
    for (size_t i = p->start[group]; i < p->start[group + 1]; i++) {
        grid_cell(g, p->cell[i], &s);
        retrains |= s.value[P_RETRAIN] == 1 || s.value[P_METHOD] == METHOD_RETRAIN;
        /* The step, a forward pass, and multipliers from m vectors of n m numbers. */
        cost += 2 * n * m * m * (m + 2) + 2 * s.value[P_TEST_SAMPLES] * n * m;
    }
    if (retrains)
        cost += training_cost(&s, m - s.value[P_FORGET]);
    return cost > 0 ? cost
                    : 1; /* a NaN too: an unset dimension must not stop the ETA */
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

int plan_order(const struct plan *p, const struct grid *g, size_t *order, double *cost)
{
    struct costed *costed = memory_array(p->group_count, sizeof *costed);
    if (!costed)
        return SWEEP_NO_MEMORY;
    for (size_t k = 0; k < p->group_count; k++)
        costed[k] = (struct costed){plan_cost(p, g, k), k};
    qsort(costed, p->group_count, sizeof *costed, longest_first);
    for (size_t k = 0; k < p->group_count; k++) {
        order[k] = costed[k].group;
        cost[costed[k].group] = costed[k].cost;
    }
    memory_free(costed);
    return SWEEP_OK;
}

int plan_deal(const struct plan *p, const struct grid *g, size_t shard, size_t shards,
              bool *mine, size_t *count)
{
    size_t *order = memory_array(p->group_count, sizeof *order);
    double *cost = memory_array(p->group_count, sizeof *cost);
    int status = order && cost ? plan_order(p, g, order, cost) : SWEEP_NO_MEMORY;

    *count = 0;
    for (size_t k = 0; k < p->group_count && status == SWEEP_OK; k++)
        for (size_t r = 0; r < p->replicates; r++) {
            size_t unit = k * p->replicates + r, place = unit % shards;
            size_t owner = unit / shards % 2 == 0 ? place + 1 : shards - place;
            for (size_t i = p->start[order[k]]; i < p->start[order[k] + 1]; i++) {
                mine[p->cell[i] * p->replicates + r] = owner == shard;
                *count += owner == shard;
            }
        }
    memory_free(order);
    memory_free(cost);
    return status;
}
