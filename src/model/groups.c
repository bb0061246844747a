#include "sweep/groups.h"
#include <stdlib.h>
#include <string.h>

void groups_layout(struct groups *g, size_t n, struct arena *a)
{
    g->count = 0;
    g->of = arena_carve(a, n, 1, sizeof *g->of);
    g->first = arena_carve(a, n, 1, sizeof *g->first);
    g->size = arena_doubles(a, n, 1);
    g->sign = arena_doubles(a, n, 1);
    g->order = arena_carve(a, n, 1, sizeof *g->order);
}

struct keys {
    const struct network *net;
    const char *key;
    size_t bytes;
};

static int compare_keys(const struct keys *k, size_t a, size_t b)
{
    double sign = network_sign(k->net, a) - network_sign(k->net, b);
    if (sign != 0.0)
        return sign > 0.0 ? 1 : -1;
    return memcmp(k->key + a * k->bytes, k->key + b * k->bytes, k->bytes);
}

static int compare(const void *left, const void *right, void *context)
{
    size_t a = *(const size_t *)left, b = *(const size_t *)right;
    int order = compare_keys(context, a, b);
    return order ? order : (a > b) - (a < b);
}

void groups_find(struct groups *g, const struct network *net, const void *key,
                 size_t bytes)
{
    struct keys k = {net, key, bytes};
    for (size_t j = 0; j < net->n; j++)
        g->order[j] = j;
    qsort_r(g->order, net->n, sizeof *g->order, compare, &k);
    /* Equal neurons are neighbours now, the first of them leading. */
    for (size_t i = 0, leader = 0; i < net->n; i++) {
        if (i == 0 || compare_keys(&k, g->order[i - 1], g->order[i]) != 0)
            leader = g->order[i];
        g->of[g->order[i]] = leader;
    }
    g->count = 0;
    for (size_t j = 0; j < net->n; j++) {
        if (g->of[j] == j) {
            g->first[g->count] = j;
            g->size[g->count] = 0.0;
            g->sign[g->count] = network_sign(net, j);
            g->of[j] = g->count++;
        } else {
            g->of[j] = g->of[g->of[j]];
        }
        g->size[g->of[j]] += 1.0;
    }
}

void groups_separate(struct groups *g, const struct network *net)
{
    g->count = net->n;
    for (size_t j = 0; j < net->n; j++) {
        g->of[j] = g->first[j] = j;
        g->size[j] = 1.0;
        g->sign[j] = network_sign(net, j);
    }
}
