#include "sweep/partition.h"

#include "sweep/memory.h"
#include "sweep/status.h"
#include <stdlib.h>

struct entry {
    struct rng_key key;
    size_t head; /* first item with this key */
    size_t item;
};

static int order(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

static int by_key(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    for (int k = 0; k < 2; k++)
        if (a->key.word[k] != b->key.word[k])
            return a->key.word[k] < b->key.word[k] ? -1 : 1;
    return order(a->item, b->item);
}

static int by_head(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    return a->head != b->head ? order(a->head, b->head) : order(a->item, b->item);
}

static int same_key(const struct entry *a, const struct entry *b)
{
    return a->key.word[0] == b->key.word[0] && a->key.word[1] == b->key.word[1];
}

int partition_build(struct partition *g, const struct rng_key *key, size_t items)
{
    struct entry *entry = memory_array(items, sizeof *entry);
    *g = (struct partition){0};
    g->member = memory_array(items, sizeof *g->member);
    /* At most one group an item; one more for the end. */
    g->start = memory_array(items + 1, sizeof *g->start);
    if (!entry || !g->member || !g->start) {
        memory_free(entry);
        partition_release(g);
        return SWEEP_NO_MEMORY;
    }

    for (size_t i = 0; i < items; i++)
        entry[i] = (struct entry){.key = key[i], .item = i};
    qsort(entry, items, sizeof *entry, by_key);
    for (size_t i = 0; i < items; i++)
        entry[i].head = i > 0 && same_key(&entry[i], &entry[i - 1]) ? entry[i - 1].head
                                                                    : entry[i].item;
    qsort(entry, items, sizeof *entry, by_head);
    for (size_t i = 0; i < items; i++) {
        g->member[i] = entry[i].item;
        if (entry[i].head == entry[i].item)
            g->start[g->count++] = i;
    }
    g->start[g->count] = items;
    memory_free(entry);
    return SWEEP_OK;
}

void partition_release(struct partition *g)
{
    memory_free(g->start);
    memory_free(g->member);
    *g = (struct partition){0};
}
