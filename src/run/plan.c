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

/* Counting the parts of a unit. */
struct count {
    struct parts parts;
    double tests; /* the most that a cell wants */
    bool ranks, fresh;
    struct sets trained; /* without which models were trained */
    struct sets here;    /* at this checkpoint */
};

/* What a cell adds to the retrainings of its unit: a model trained without its forget set
 * from a start, that goes on from checkpoint to checkpoint unless each chooses its own set.
 * The last one comes first. */
static void count_retrainings(struct count *c, const struct setting *s)
{
    double kept = s->value[P_SAMPLES] - s->value[P_FORGET];
    double tests = s->value[P_TEST_SAMPLES];
    for (enum retrain_start start = 0; start < RETRAIN_STARTS; start++) {
        if (!trial_wants_retrained(s, start) || !is_new_set(&c->here, s, start))
            continue;
        if (is_new_set(&c->trained, s, start) || trial_set_by_model(s)) {
            c->parts.again += cost_training(s, kept, tests);
            c->parts.retrainings++;
        } else {
            c->parts.cells += cost_model(s, kept, tests);
        }
    }
}

/* The first cell with the checkpoint of the one before `end`. */
static size_t checkpoint_start(const struct grid *g, const size_t *cell, size_t end)
{
    struct setting s;
    if (!g->given[P_MAX_STEPS])
        return 0;
    grid_cell(g, cell[--end], &s);
    double steps = s.value[P_MAX_STEPS];
    for (; end > 0; end--) {
        grid_cell(g, cell[end - 1], &s);
        if (s.value[P_MAX_STEPS] != steps)
            break;
    }
    return end;
}

/* A unit of these cells of one group. What a checkpoint before the last one adds is counted
 * among the cells. */
static struct parts parts_of(const struct grid *g, const size_t *cell, size_t count)
{
    struct count c;
    struct setting s, last;
    grid_cell(g, cell[count - 1], &last);
    double samples = last.value[P_SAMPLES];
    c.parts = (struct parts){0};
    c.tests = 0;
    c.ranks = c.fresh = false;
    for (size_t i = 0; g->given[P_RANKS] && i < count && !c.ranks; i++) {
        grid_cell(g, cell[i], &s);
        c.ranks = s.value[P_RANKS] == 1;
    }
    forget_sets(&c.trained, (size_t)samples);
    for (size_t end = count, start; end > 0; end = start) {
        start = checkpoint_start(g, cell, end);
        forget_sets(&c.here, (size_t)samples);
        for (size_t i = start; i < end; i++) {
            grid_cell(g, cell[i], &s);
            c.tests = fmax(c.tests, s.value[P_TEST_SAMPLES]);
            c.fresh |= trial_wants_retrained(&s, RETRAIN_FRESH);
            c.parts.cells += cost_cell(&s);
            count_retrainings(&c, &s);
        }
        if (end < count)
            c.parts.cells += cost_model(&s, samples, s.value[P_TEST_SAMPLES]) +
                             (c.ranks ? cost_ranks(&s) : 0);
    }
    if (c.ranks)
        c.parts.training += cost_ranks(&last);
    if (c.fresh)
        c.parts.training += cost_start(&last, c.tests);
    c.parts.training +=
        cost_data(&last, c.tests) + cost_training(&last, samples, c.tests);
    return c.parts;
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

struct keyed {
    double key;
    size_t item;
};

static int by_key(const void *left, const void *right)
{
    const struct keyed *a = left, *b = right;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return (a->item > b->item) - (a->item < b->item);
}

/* The cells of each group by the steps of their checkpoints, then by number. */
static int sort_cells(struct plan *p, const struct grid *g)
{
    if (!g->given[P_MAX_STEPS])
        return SWEEP_OK;
    struct keyed *cells = memory_array(plan_largest_group(p), sizeof *cells);
    if (!cells)
        return SWEEP_NO_MEMORY;
    for (size_t k = 0; k < p->group_count; k++) {
        size_t *cell = p->cell + p->start[k], count = p->start[k + 1] - p->start[k];
        for (size_t i = 0; i < count; i++) {
            struct setting s;
            grid_cell(g, cell[i], &s);
            cells[i] = (struct keyed){s.value[P_MAX_STEPS], cell[i]};
        }
        qsort(cells, count, sizeof *cells, by_key);
        for (size_t i = 0; i < count; i++)
            cell[i] = cells[i].item;
    }
    memory_free(cells);
    return SWEEP_OK;
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
        s = setting_training(&s);
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
    if (!p->cost || !p->cell_cost || !p->retrainings || !p->retraining_cost ||
        sort_cells(p, g) != SWEEP_OK) {
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

int plan_order(const struct plan *p, size_t *order)
{
    struct keyed *costed = memory_array(p->group_count, sizeof *costed);
    if (!costed)
        return SWEEP_NO_MEMORY;
    for (size_t k = 0; k < p->group_count; k++)
        costed[k] = (struct keyed){-p->cost[k], k};
    qsort(costed, p->group_count, sizeof *costed, by_key);
    for (size_t k = 0; k < p->group_count; k++)
        order[k] = costed[k].item;
    memory_free(costed);
    return SWEEP_OK;
}
