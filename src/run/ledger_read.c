#include "ledger_private.h"

#include "sweep/memory.h"
#include "sweep/partition.h"

/* Trials on their way from a database to the ledger. */
struct reading {
    struct ledger *ledger;
    const struct grid *of; /* of the database */
    const size_t
        *now; /* number of a cell of the database; SIZE_MAX: none; NULL: same */
    struct diagnostics *log;
};

static int take_trial(void *context, size_t cell, uint64_t replicate,
                      enum trial_status status, double value,
                      const struct record *record)
{
    const struct reading *r = context;
    struct ledger *l = r->ledger;
    size_t now = r->now ? r->now[cell] : cell;

    if (now == SIZE_MAX || replicate >= l->grid->replicates)
        return SWEEP_OK;
    if (record)
        value = ledger_value(l, r->of, cell, record);
    return ledger_put(l, now, replicate, status, value, 0) == SWEEP_OK
               ? SWEEP_OK
               : diagnostics_no_memory(r->log, "the trials");
}

/* What decides, if anything does. */
static enum column rule_column(const struct ledger *l)
{
    return until_has_rule(l->grid) ? l->grid->until.column : COLUMN_COUNT;
}

/* `of` is the grid of the database. */
static int scan_database(struct reading *r, struct store *s, const struct grid *of)
{
    r->of = of;
    return store_scan(s, of, rule_column(r->ledger), take_trial, r, r->log);
}

static int scan_folder(struct reading *r, struct store *s, const struct grid *of)
{
    int status = scan_database(r, s, of);
    return status == SWEEP_OK ? store_scan_elsewhere(s, of, rule_column(r->ledger),
                                                     take_trial, r, r->log)
                              : status;
}

int ledger_read(struct ledger *l, struct store *s, struct diagnostics *log)
{
    return scan_folder(&(struct reading){.ledger = l, .log = log}, s, l->grid);
}

/* now[old cell] is its number in the grid. */
static int match_older(const struct grid *g, const struct grid *old, size_t *now)
{
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
            now[last - g->cell_count] = first < g->cell_count ? first : SIZE_MAX;
    }
    partition_release(&same);
    return status;
}

int ledger_read_older(struct ledger *l, struct store *s, const struct grid *older,
                      struct diagnostics *log)
{
    size_t *now = memory_array(older->cell_count, sizeof *now);
    struct reading r = {.ledger = l, .now = now, .log = log};
    int status = store_check_grid(s, l->grid, log);
    if (status == SWEEP_OK && (!now || match_older(l->grid, older, now) != SWEEP_OK))
        status = diagnostics_no_memory(log, "the trials");
    if (status == SWEEP_OK)
        status = scan_folder(&r, s, older);
    memory_free(now);
    return status;
}

int ledger_open_needs(struct ledger *l, struct store *s, const struct grid *g,
                      struct diagnostics *log)
{
    struct reading r = {.ledger = l, .log = log};
    int status = ledger_open(l, g, NULL, 0, 0, log);
    if (status == SWEEP_OK && until_has_rule(g))
        status = scan_database(&r, s, g);
    if (status == SWEEP_OK)
        ledger_look(l);
    return status;
}
