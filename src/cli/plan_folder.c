#include "plan_folder.h"

#include "folder.h"
#include "sweep/memory.h"
#include "sweep/partition.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Trials on their way from the folder's grid to this one. */
struct carrier {
    const struct grid *grid;
    size_t *now; /* (old cells) its number now; SIZE_MAX: there is none */
    bool *done;
    struct until *until;
    struct diagnostics *log;
};

static int out_of_memory(struct diagnostics *log)
{
    diagnostics_add(log, NULL, 0, 0, "out of memory");
    return SWEEP_NO_MEMORY;
}

/* now[old cell] is its number in the grid. */
static int match_cells(const struct carrier *c, const struct grid *old)
{
    const struct grid *g = c->grid;
    size_t both = g->cell_count + old->cell_count;
    struct rng_key *key = memory_array(both, sizeof *key);
    struct partition same = {0};
    for (size_t i = 0; key && i < both; i++)
        key[i] = i < g->cell_count ? grid_cell_key(g, i)
                                   : grid_cell_key(old, i - g->cell_count);
    int status = key ? partition_build(&same, key, both) : SWEEP_NO_MEMORY;
    memory_free(key);
    for (size_t k = 0; k < same.count; k++) {
        size_t first = same.member[same.start[k]];
        size_t last = same.member[same.start[k + 1] - 1];
        if (last >= g->cell_count)
            c->now[last - g->cell_count] = first < g->cell_count ? first : SIZE_MAX;
    }
    partition_release(&same);
    return status == SWEEP_OK ? SWEEP_OK : out_of_memory(c->log);
}

static int carry(void *context, size_t cell, uint64_t replicate, const struct record *r)
{
    struct carrier *c = context;
    size_t now = c->now[cell];
    if (now == SIZE_MAX || replicate >= c->grid->replicates)
        return SWEEP_OK;
    c->done[now * c->grid->replicates + replicate] = true;
    return until_add(c->until, now, replicate, r) == SWEEP_OK ? SWEEP_OK
                                                              : out_of_memory(c->log);
}

static int carry_all(struct carrier *c, const char *folder)
{
    struct grid old = {0};
    struct store *store = NULL;
    int status = folder_grid(&old, folder, c->log);
    if (status == SWEEP_OK)
        status = store_open_readonly(&store, folder, c->log);
    if (status == SWEEP_OK)
        status = store_check_grid(store, c->grid, c->log);
    if (status == SWEEP_OK) {
        c->now = memory_array(old.cell_count, sizeof *c->now);
        status = c->now ? match_cells(c, &old) : out_of_memory(c->log);
    }
    if (status == SWEEP_OK)
        status = store_each(store, &old, carry, c, c->log);
    if (status == SWEEP_OK)
        status = store_each_elsewhere(store, &old, carry, c, c->log);
    store_close(store, c->log);
    memory_free(c->now);
    grid_release(&old);
    return status;
}

/* A folder without sweep.db is a new one. */
static bool has_results(const char *folder)
{
    char *path;
    if (asprintf(&path, "%s/sweep.db", folder) < 0)
        return false;
    bool exists = access(path, F_OK) == 0;
    free(path);
    return exists;
}

int plan_folder_read(const char *folder, const struct grid *g, bool *done,
                     struct until *u, bool *exists, struct diagnostics *log)
{
    struct carrier c = {.grid = g, .done = done, .until = u, .log = log};
    *exists = has_results(folder);
    return *exists ? carry_all(&c, folder) : SWEEP_OK;
}
