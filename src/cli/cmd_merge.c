#include "cli.h"

#include "failures.h"
#include "sweep/escape.h"
#include "sweep/folder.h"
#include "sweep/memory.h"
#include "sweep/table.h"
#include "tally.h"
#include <string.h>

/* All that one merge holds. */
struct merge {
    struct store_list *list; /* (folders) */
    size_t folders, databases;
    char *platform; /* of the first; NULL: none yet */
    bool allow_mixed;
    struct grid grid;
    struct store *out;
    size_t added;
    struct ledger_tally tally; /* of the whole */
    struct diagnostics log;
};

/* Every database of every folder, before anything is written: `look` sees each. */
static int each_database(struct merge *m,
                         int (*look)(struct merge *m, struct store *from))
{
    int status = SWEEP_OK;
    for (size_t f = 0; f < m->folders; f++)
        for (size_t i = 0; i < m->list[f].count && status == SWEEP_OK; i++) {
            struct store *from;
            status = store_open_database(&from, m->list[f].path[i], &m->log);
            if (status == SWEEP_OK)
                status = look(m, from);
            store_close(from, &m->log);
        }
    return status;
}

/* The grid of all is that of the first; so is the platform. */
static int check(struct merge *m, struct store *from)
{
    char *platform = NULL;
    int status = store_check_grid(from, &m->grid, &m->log);
    if (status == SWEEP_OK)
        status = store_meta(from, "platform", &platform, &m->log);
    if (!m->platform) {
        m->platform = platform;
        return status;
    }
    if (status == SWEEP_OK && !m->allow_mixed && platform &&
        strcmp(platform, m->platform) != 0) {
        diagnostics_add(&m->log, NULL, 0, 0,
                        "the folders hold results of several platforms, which may "
                        "differ in the last bits: '%s' and '%s'; --allow-mixed accepts "
                        "that",
                        m->platform, platform);
        status = SWEEP_INPUT;
    }
    memory_free(platform);
    return status;
}

static int take(struct merge *m, struct store *from)
{
    size_t added;
    int status = store_merge(m->out, from, &m->grid, m->allow_mixed, &added, &m->log);
    m->added += added;
    m->databases++;
    return status;
}

static int list_folders(struct merge *m, char *const *folder, size_t count)
{
    m->list = memory_array(count, sizeof *m->list);
    if (!m->list)
        return diagnostics_no_memory(&m->log, NULL);
    int status = SWEEP_OK;
    for (m->folders = 0; m->folders < count && status == SWEEP_OK; m->folders++)
        status = store_list(&m->list[m->folders], folder[m->folders], &m->log);
    return status;
}

/* What there is of the whole. */
static int count_trials(struct merge *m)
{
    struct ledger l;
    int status = ledger_open(&l, &m->grid, NULL, 0, 0, &m->log);
    if (status == SWEEP_OK)
        status = ledger_read(&l, m->out, &m->log);
    if (status == SWEEP_OK) {
        ledger_look(&l);
        m->tally = ledger_tally(&l);
    }
    ledger_release(&l);
    return status;
}

/* What `merge shard-*` without a folder for the whole would fill is the first shard. */
static int check_out(struct merge *m, const char *out)
{
    size_t shard, shards;
    if (!folder_is_shard(out, &shard, &shards))
        return SWEEP_OK;
    diagnostics_add(&m->log, NULL, 0, 0,
                    "'%s' is the folder of a shard; name the folder of the whole "
                    "first: sweep merge OUT %s ...",
                    out, out);
    return SWEEP_INPUT;
}

static int merge(struct merge *m, const char *out, char *const *folder, size_t count)
{
    int status = check_out(m, out);
    if (status == SWEEP_OK)
        status = list_folders(m, folder, count);
    if (status == SWEEP_OK)
        status = folder_grid(&m->grid, folder[0], &m->log);
    if (status == SWEEP_OK)
        status = each_database(m, check);
    if (status == SWEEP_OK)
        status = store_open(&m->out, out, &m->grid, NULL, &m->log);
    if (status == SWEEP_OK)
        status = each_database(m, take);
    if (status == SWEEP_OK)
        status = store_begin_session(m->out, m->grid.cell_count * m->grid.replicates,
                                     &m->log);
    if (status == SWEEP_OK)
        status = count_trials(m);
    if (status == SWEEP_OK)
        status = table_write_file(out, m->out, &m->grid, &m->log);
    return status;
}

static int report_merge(const struct merge *m, const char *out)
{
    const struct ledger_tally *t = &m->tally;
    size_t failed = count_failed(t->by_status), missing = t->trials - t->done;
    print_trials(stderr, t);
    fprintf(stderr, " from %zu databases, %zu new", m->databases, m->added);
    print_settled(stderr, t);
    if (missing > 0)
        fprintf(stderr, "; %s%zu missing: the table shows what is there",
                tally_bound(t), missing);
    fputc('\n', stderr);
    if (failed > 0) {
        print_failed(stderr, t->by_status, t->done);
        fputc('\n', stderr);
    }
    escape_print(stderr, "table: %s/table.tsv\n", out);
    return missing > 0 ? EXIT_STOPPED : failed > 0 ? EXIT_FAILED_TRIALS : EXIT_DONE;
}

int cmd_merge(const struct command *self, const struct arguments *args)
{
    struct merge m = {.allow_mixed = args->value[OPTION_ALLOW_MIXED] != NULL};
    const char *out = args->operand[0];
    int status = merge(&m, out, args->operand + 1, (size_t)args->operand_count - 1);
    if (status == SWEEP_OK)
        status = store_close(m.out, &m.log);
    else
        store_discard(m.out); /* the trials are where they were */
    int code =
        status == SWEEP_OK ? report_merge(&m, out) : give_up(self, status, &m.log);
    for (size_t f = 0; f < m.folders; f++)
        store_list_release(&m.list[f]);
    memory_free(m.list);
    memory_free(m.platform);
    grid_release(&m.grid);
    diagnostics_release(&m.log);
    return code;
}
