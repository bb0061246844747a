#include "cli.h"

#include "failures.h"
#include "folder.h"
#include "settled.h"
#include "sweep/escape.h"
#include "sweep/memory.h"
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
    size_t total, done; /* trials of the whole; with `until` as far as is known */
    size_t by_status[TRIAL_STATUS_COUNT];
    struct until until;
    struct until_tally tally;
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
    int status = store_check_grid(from, &m->grid, &m->log);
    char *platform = store_meta(from, "platform");
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
    if (!m->list) {
        diagnostics_add(&m->log, NULL, 0, 0, "out of memory");
        return SWEEP_NO_MEMORY;
    }
    int status = SWEEP_OK;
    for (m->folders = 0; m->folders < count && status == SWEEP_OK; m->folders++)
        status = store_list(&m->list[m->folders], folder[m->folders], &m->log);
    return status;
}

/* What there is of the whole. */
static int count_trials(struct merge *m)
{
    struct store_counts counts = {0};
    if (m->grid.until.least == 0) {
        int status = store_count(m->out, &counts, &m->log);
        m->total = counts.total;
        m->done = counts.done;
        memcpy(m->by_status, counts.by_status, sizeof m->by_status);
        return status;
    }
    int status = until_load(&m->until, m->out, &m->grid, &m->log);
    if (status != SWEEP_OK)
        return status;
    m->tally = until_tally(&m->until, NULL);
    m->total = m->tally.trials;
    m->done = m->tally.done;
    memcpy(m->by_status, m->tally.by_status, sizeof m->by_status);
    return SWEEP_OK;
}

static int merge(struct merge *m, const char *out, char *const *folder, size_t count)
{
    int status = list_folders(m, folder, count);
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
        status = folder_write_table(out, m->out, &m->grid, &m->log);
    return status;
}

static int report(const struct merge *m, const char *out)
{
    size_t failed = count_failed(m->by_status), missing = m->total - m->done;
    bool rule = m->grid.until.least > 0;
    const char *bound = rule && missing > 0 ? "at least " : "";
    fprintf(stderr, "%zu of %s%zu trials from %zu databases, %zu new", m->done, bound,
            m->total, m->databases, m->added);
    if (rule)
        print_settled(stderr, &m->tally, m->grid.replicates);
    if (missing > 0)
        fprintf(stderr, "; %s%zu missing: the table shows what is there", bound,
                missing);
    fputc('\n', stderr);
    if (failed > 0) {
        print_failed(stderr, m->by_status, m->done);
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
    int closed = store_close(m.out, &m.log);
    status = status != SWEEP_OK ? status : closed;
    int code = status == SWEEP_OK ? report(&m, out) : give_up(self, status, &m.log);
    for (size_t f = 0; f < m.folders; f++)
        store_list_release(&m.list[f]);
    memory_free(m.list);
    memory_free(m.platform);
    until_release(&m.until);
    grid_release(&m.grid);
    diagnostics_release(&m.log);
    return code;
}
