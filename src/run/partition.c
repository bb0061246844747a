#include "sweep/partition.h"

#include "sweep/keys.h"
#include "sweep/memory.h"
#include "sweep/status.h"
#include <stdint.h>
#include <string.h>

/* The group of each item; sizes go to start. */
static int assign_groups(struct partition *g, const struct rng_key *key, size_t items,
                         size_t *group)
{
    struct key_set keys = {0};
    size_t i = 0;
    for (; i < items && (group[i] = keys_number(&keys, key[i])) != SIZE_MAX; i++)
        g->start[group[i] + 1]++;
    g->count = keys.count;
    keys_release(&keys);
    return i == items ? SWEEP_OK : SWEEP_NO_MEMORY;
}

int partition_build(struct partition *g, const struct rng_key *key, size_t items)
{
    size_t *group = memory_array(items, sizeof *group);
    *g = (struct partition){0};
    g->member = memory_array(items, sizeof *g->member);
    /* At most one group per item; one more for the end. */
    g->start = memory_array(items + 1, sizeof *g->start);
    int status = group && g->member && g->start ? assign_groups(g, key, items, group)
                                                : SWEEP_NO_MEMORY;

    if (status == SWEEP_OK) {
        for (size_t k = 0; k < g->count; k++)
            g->start[k + 1] += g->start[k];
        for (size_t i = 0; i < items; i++) /* leaves in start[k] the end of group k */
            g->member[g->start[group[i]]++] = i;
        memmove(g->start + 1, g->start, g->count * sizeof *g->start);
        g->start[0] = 0;
    } else {
        partition_release(g);
    }
    memory_free(group);
    return status;
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
