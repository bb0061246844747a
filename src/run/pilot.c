#include "sweep/pilot.h"

#include "sweep/clock.h"
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
static size_t group_at(const struct plan *p, const size_t *order, const double *cost,
                       double target)
{
    size_t k = 0;
    double sum = cost[order[0]];
    while (sum < target && k + 1 < p->group_count)
        sum += cost[order[++k]];
    return order[k];
}

/* The most expensive group that fits, or the cheapest. */
static size_t group_within(const struct plan *p, const size_t *order,
                           const double *cost, double seconds)
{
    size_t k = 0;
    while (cost[order[k]] > seconds && k + 1 < p->group_count)
        k++;
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

static void measure(struct pilot *pilot, struct trial_workspace *ws,
                    const struct grid *g, const struct plan *p, size_t group,
                    double expected)
{
    double start = clock_thread_cpu();
    trial_unit(ws, g, p->cell + p->start[group], p->start[group + 1] - p->start[group],
               pilot->units % p->replicates, NULL, drop, NULL);
    double seconds = clock_thread_cpu() - start, ratio = seconds / expected;
    pilot->low = pilot->units == 0 ? ratio : fmin(pilot->low, ratio);
    pilot->high = fmax(pilot->high, ratio);
    pilot->ratio += ratio;
    pilot->seconds += seconds;
    pilot->units++;
}

int pilot_run(struct pilot *pilot, const struct grid *g, const struct plan *p,
              const size_t *order, const double *cost, double seconds)
{
    struct trial_workspace *ws;
    double total = 0;

    *pilot = (struct pilot){0};
    int status = trial_workspace_alloc(&ws, g, NULL);
    if (status != SWEEP_OK)
        return status;
    for (size_t k = 0; k < p->group_count; k++)
        total += cost[order[k]];
    for (size_t i = 0; i < PILOT_MOST; i++) {
        double scale = i > 0 ? pilot->ratio / (double)i : 1;
        size_t group = group_at(p, order, cost, share(i) * total);
        if (pilot->seconds + scale * cost[group] > seconds) {
            if (i > 0)
                break;
            group = group_within(p, order, cost, seconds);
        }
        measure(pilot, ws, g, p, group, cost[group]);
    }
    pilot->ratio /= (double)pilot->units;
    trial_workspace_free(ws);
    return SWEEP_OK;
}
