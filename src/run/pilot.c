#include "sweep/pilot.h"

#include "sweep/clock.h"
#include "sweep/memory.h"
#include "sweep/trial.h"
#include <math.h>

static int drop(void *context, size_t cell, const struct record *r)
{
    (void)context;
    (void)cell;
    (void)r;
    return SWEEP_OK;
}

/* The group in which the expected work reaches `target`, the most expensive first. */
static size_t group_at(const struct plan *p, const size_t *order, size_t count,
                       double target)
{
    size_t k = 0;
    double sum = p->cost[order[0]];
    while (sum < target && k + 1 < count)
        sum += p->cost[order[++k]];
    return order[k];
}

/* 1/2, 1/4, 3/4, 1/8, 5/8, 3/8, 7/8, ...: the bits of i + 1 behind the point, reversed.
 */
static double share(size_t i)
{
    double value = 0, bit = 0.5;
    for (size_t rest = i + 1; rest > 0; rest >>= 1, bit /= 2)
        value += rest & 1 ? bit : 0;
    return value;
}

/* One unit: all cells of a group, or so many that they take about `seconds`. */
struct sample {
    size_t group, count;
    size_t *cell; /* (largest group) */
    double cost;
};

/* So many cells of a group, evenly spread. */
static void choose_cells(struct sample *s, const struct grid *g, const struct plan *p,
                         size_t group, size_t count)
{
    size_t all = p->start[group + 1] - p->start[group];
    s->group = group;
    s->count = count;
    for (size_t i = 0; i < count; i++)
        s->cell[i] = p->cell[p->start[group] + i * all / count];
    s->cost = plan_cells_cost(g, s->cell, count);
}

static void choose_unit(struct sample *s, const struct grid *g, const struct plan *p,
                        size_t group, double seconds)
{
    size_t most = p->start[group + 1] - p->start[group], least = 1;
    while (least < most) {
        size_t middle = least + (most - least + 1) / 2;
        if (plan_unit_cost(p, group, middle) <= seconds)
            least = middle;
        else
            most = middle - 1;
    }
    choose_cells(s, g, p, group, least);
}

static void measure_unit(struct pilot *pilot, struct trial_workspace *ws,
                         const struct grid *g, const struct plan *p,
                         const struct sample *s)
{
    double start = clock_thread_cpu();
    trial_unit(ws, g, s->cell, s->count, pilot->units % p->replicates, drop, NULL);
    double seconds = clock_thread_cpu() - start, ratio = seconds / s->cost;
    pilot->low = pilot->units == 0 ? ratio : fmin(pilot->low, ratio);
    pilot->high = fmax(pilot->high, ratio);
    pilot->ratio += ratio;
    pilot->seconds += seconds;
    pilot->units++;
}

static void run_units(struct pilot *pilot, struct trial_workspace *ws,
                      const struct grid *g, const struct plan *p, const size_t *order,
                      size_t count, size_t most, double seconds, struct sample *s)
{
    enum { PARTS = 4 }; /* so many units at least, where cells can be left out */
    double total = 0;
    for (size_t k = 0; k < count; k++)
        total += p->cost[order[k]];
    for (size_t i = 0; i < most && i < PILOT_MOST; i++) {
        double scale = i > 0 ? pilot->ratio / (double)i : 1;
        choose_unit(s, g, p, group_at(p, order, count, share(i) * total),
                    seconds / PARTS);
        if (i > 0 && pilot->seconds + scale * s->cost > seconds)
            break;
        for (size_t k = 0; s->cost > seconds && k < count; k++)
            choose_unit(s, g, p, order[k],
                        seconds / PARTS); /* the most expensive that fits */
        measure_unit(pilot, ws, g, p, s);
    }
    pilot->ratio /= (double)pilot->units;
}

double pilot_least(const struct plan *p, const size_t *order, size_t count)
{
    return plan_unit_cost(p, order[count - 1], 1);
}

int pilot_run(struct pilot *pilot, const struct grid *g, const struct plan *p,
              const size_t *order, size_t count, size_t most, double seconds)
{
    struct trial_workspace *ws = NULL;
    struct sample s = {.cell = memory_array(plan_largest_group(p), sizeof *s.cell)};

    *pilot = (struct pilot){0};
    int status = s.cell ? trial_workspace_alloc(&ws, g, NULL) : SWEEP_NO_MEMORY;
    if (status == SWEEP_OK) {
        run_units(pilot, ws, g, p, order, count, most, seconds, &s);
        trial_workspace_free(ws);
    }
    memory_free(s.cell);
    return status;
}
