#include "sweep/groups.h"
#include <stdint.h>
#include <string.h>

/* A table of neurons, at most half full. */
static size_t slots_for(size_t n)
{
    size_t slots = 2;
    while (slots < 2 * n)
        slots *= 2;
    return slots;
}

void groups_layout(struct groups *g, size_t n, struct arena *a)
{
    g->count = 0;
    g->of = arena_carve(a, n, 1, sizeof *g->of);
    g->first = arena_carve(a, n, 1, sizeof *g->first);
    g->size = arena_doubles(a, n, 1);
    g->sign = arena_doubles(a, n, 1);
    g->slot = arena_carve(a, slots_for(n), 1, sizeof *g->slot);
}

/* Eight bytes at a time; what it is only decides the cost. */
static uint64_t hash_bytes(const char *key, size_t bytes)
{
    uint64_t hash = bytes, word;
    for (; bytes >= sizeof word; key += sizeof word, bytes -= sizeof word) {
        memcpy(&word, key, sizeof word);
        hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 32;
    }
    word = 0;
    memcpy(&word, key, bytes);
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 32;
}

static size_t add_group(struct groups *g, size_t first, double sign)
{
    g->first[g->count] = first;
    g->size[g->count] = 0.0;
    g->sign[g->count] = sign;
    return g->count++;
}

void groups_find(struct groups *g, const struct network *net, const void *key,
                 size_t bytes)
{
    const char *keys = key;
    size_t mask = slots_for(net->n) - 1;
    memset(g->slot, 0, (mask + 1) * sizeof *g->slot);
    g->count = 0;
    for (size_t j = 0; j < net->n; j++) {
        double sign = network_sign(net, j);
        size_t k = hash_bytes(keys + j * bytes, bytes) & mask;
        for (; g->slot[k] > 0; k = (k + 1) & mask) {
            size_t other = g->slot[k] - 1;
            if (g->sign[other] == sign &&
                memcmp(keys + g->first[other] * bytes, keys + j * bytes, bytes) == 0)
                break;
        }
        if (g->slot[k] == 0)
            g->slot[k] = add_group(g, j, sign) + 1;
        g->of[j] = g->slot[k] - 1;
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
