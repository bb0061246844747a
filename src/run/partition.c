#include "sweep/partition.h"

#include "sweep/memory.h"
#include "sweep/status.h"
#include <stdbool.h>
#include <string.h>

/* Open addressing: 1 + the first item of a key, or 0. */
struct table {
    size_t *slot;
    size_t mask; /* a power of two, minus 1 */
};

/* Where the key of an item is or would go. */
static size_t *find_key(const struct table *t, const struct rng_key *key, size_t item)
{
    size_t i = key[item].word[0] & t->mask;
    while (t->slot[i] && memcmp(&key[t->slot[i] - 1], &key[item], sizeof *key) != 0)
        i = (i + 1) & t->mask;
    return &t->slot[i];
}

/* The group of each item, in the order of their first items; sizes go to start. */
static void assign_groups(struct partition *g, const struct table *t,
                          const struct rng_key *key, size_t items, size_t *group)
{
    for (size_t i = 0; i < items; i++) {
        size_t *first = find_key(t, key, i);
        group[i] = *first ? group[*first - 1] : g->count++;
        if (!*first)
            *first = i + 1;
        g->start[group[i] + 1]++;
    }
}

int partition_build(struct partition *g, const struct rng_key *key, size_t items)
{
    struct table table = {.mask = 1};
    *g = (struct partition){0};
    while (table.mask < 2 * items)
        table.mask = 2 * table.mask + 1;
    table.slot = memory_array(table.mask + 1, sizeof *table.slot);
    size_t *group = memory_array(items, sizeof *group);
    g->member = memory_array(items, sizeof *g->member);
    /* At most one group an item; one more for the end. */
    g->start = memory_array(items + 1, sizeof *g->start);
    bool complete = table.slot && group && g->member && g->start;

    if (complete) {
        assign_groups(g, &table, key, items, group);
        for (size_t k = 0; k < g->count; k++)
            g->start[k + 1] += g->start[k];
        for (size_t i = 0; i < items; i++) /* leaves in start[k] the end of group k */
            g->member[g->start[group[i]]++] = i;
        memmove(g->start + 1, g->start, g->count * sizeof *g->start);
        g->start[0] = 0;
    } else {
        partition_release(g);
    }
    memory_free(table.slot);
    memory_free(group);
    return complete ? SWEEP_OK : SWEEP_NO_MEMORY;
}

int partition_cells(struct partition *p, const struct grid *g, const size_t *cell,
                    size_t cell_count, const enum parameter *parameter,
                    size_t parameter_count)
{
    struct rng_key *key = memory_array(cell_count, sizeof *key);
    *p = (struct partition){0};
    if (!key)
        return SWEEP_NO_MEMORY;
    for (size_t k = 0; k < cell_count; k++) {
        struct setting s;
        grid_cell(g, cell[k], &s);
        key[k] = rng_key_start();
        for (size_t i = 0; i < parameter_count; i++)
            key[k] = rng_key_real(key[k], s.value[parameter[i]]);
    }
    int status = partition_build(p, key, cell_count);
    memory_free(key);
    return status;
}

void partition_release(struct partition *g)
{
    memory_free(g->start);
    memory_free(g->member);
    *g = (struct partition){0};
}
