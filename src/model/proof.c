#include "sweep/proof.h"
#include <math.h>
#include <string.h>

/* Slopes nearer than this to g or 1 are on it, and multipliers below this share of the
 * largest are none: what rounding leaves. Nothing is assumed about it: a wrong choice is
 * not proved. */
static const double ROUNDING = 1e-13;

void proof_layout(struct proof_workspace *w, size_t n, size_t m, size_t r,
                  struct arena *a)
{
    groups_layout(&w->groups, n, a);
    w->first = arena_carve(a, m, 1, sizeof *w->first);
    w->same = arena_carve(a, m, 1, sizeof *w->same);
    w->X = arena_doubles(a, m, r);
    w->y = arena_doubles(a, m, 1);
    w->lambda = arena_doubles(a, m, 1);
    w->v = arena_doubles(a, n, m);
    w->slope = arena_carve(a, n, m, sizeof *w->slope);
    w->Z = arena_doubles(a, n, m);
    w->state = arena_carve(a, n, m, sizeof *w->state);
    w->pattern.slope = arena_carve(a, n, m, sizeof *w->pattern.slope);
    w->pattern.share = arena_doubles(a, n, m);
    w->pattern.support = arena_carve(a, m, 1, sizeof *w->pattern.support);
}

/* Whether h_a and h_b are the same function of the weights. */
static bool equal(const struct network *net, const struct points *p, size_t a, size_t b)
{
    double sign = p->y[a] * p->y[b];
    if (sign < 0.0 && net->leak < 1.0)
        return false;
    for (size_t k = 0; k < p->r; k++)
        if (p->X[a * p->r + k] != sign * p->X[b * p->r + k])
            return false;
    return true;
}

/* The points that differ, with the sums of multipliers and slopes of those they stand
 * for. */
static size_t merge(const struct network *net, const struct points *p,
                    const struct proof_claim *point, struct proof_workspace *w)
{
    size_t count = 0, m = p->m;
    for (size_t i = 0; i < m; i++) {
        size_t k = 0;
        while (k < count && !equal(net, p, w->first[k], i))
            k++;
        w->same[i] = k;
        if (k < count) {
            w->lambda[k] += point->lambda[i];
            continue;
        }
        w->first[k] = i;
        w->lambda[k] = point->lambda[i];
        w->y[k] = p->y[i];
        memcpy(w->X + k * p->r, p->X + i * p->r, p->r * sizeof *w->X);
        count++;
    }
    memset(w->v, 0, net->n * count * sizeof *w->v);
    for (size_t j = 0; j < net->n; j++)
        for (size_t i = 0; i < m; i++)
            w->v[j * count + w->same[i]] += point->v[j * m + i];
    return count;
}

static enum slope slope_of(double share, double leak)
{
    if (share >= 1.0 - ROUNDING)
        return SLOPE_ONE;
    return share <= leak + ROUNDING ? SLOPE_LEAK : SLOPE_KINK;
}

/* Of each neuron, with the shares in w->v. */
static void find_slopes(const struct network *net, size_t count,
                        struct proof_workspace *w)
{
    double most = 0.0;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, w->lambda[i]);
    for (size_t i = 0; i < count; i++) {
        bool support = w->lambda[i] > ROUNDING * most;
        w->pattern.support[i] = support;
        for (size_t k = i; k < net->n * count; k += count) {
            w->v[k] = support ? w->v[k] / w->lambda[i] : net->leak;
            w->slope[k] = (unsigned char)slope_of(w->v[k], net->leak);
        }
    }
}

void proof_pattern_of(const struct network *net, const struct points *p,
                      const struct proof_claim *point, struct proof_workspace *w)
{
    struct proof_pattern *pattern = &w->pattern;
    size_t count = merge(net, p, point, w);
    find_slopes(net, count, w);
    groups_find(&w->groups, net, w->slope, count);
    pattern->points = (struct points){count, p->r, w->X, w->y, NULL};
    pattern->first = w->first;
    pattern->groups = &w->groups;
    for (size_t g = 0; g < w->groups.count; g++) {
        size_t from = w->groups.first[g] * count;
        memcpy(pattern->slope + g * count, w->slope + from, count);
        memcpy(pattern->share + g * count, w->v + from, count * sizeof *w->v);
    }
}
