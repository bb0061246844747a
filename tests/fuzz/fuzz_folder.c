/* libFuzzer on a whole results folder, as status, table and plot read it. An input is
 * sweep.lock, grid.yaml and table.tsv, each ended by a zero byte, and sweep.db. Not part
 * of the default build; seeds.py writes inputs to start from. In bash, where extglob
 * leaves out what needs FLINT:
 *
 *     shopt -s extglob
 *     clang -g -O1 -fsanitize=fuzzer,address,undefined -fopenmp -D_GNU_SOURCE \
 *         '-DSWEEP_FLAGS=" -O1"' '-DSWEEP_VERSION="0"' -Iinclude \
 *         $(pkg-config --cflags openblas lapacke) tests/fuzz/fuzz_folder.c \
 *         src/{base,model,experiment,run,report}/!(proof_ball|proof_exact|proof_near).c \
 *         -lyaml -lsqlite3 -lz -lgsl -lopenblas -llapacke -lm -o fuzz_folder
 *     /usr/bin/python3 tests/fuzz/seeds.py tests/folders corpus
 *     TMPDIR=/dev/shm ./fuzz_folder -max_len=40000 corpus
 */
#include "need.h"
#include "sweep/folder.h"
#include "sweep/gnuplot.h"
#include "sweep/ledger.h"
#include "sweep/memory.h"
#include "sweep/table.h"
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* fuzz_grid is for large grids; here each input is to be fast. */
enum { MOST_CELLS = 200, MOST_REPLICATES = 200 };

static char folder[256];

/* Right and silent, or wrong and with messages. */
static int check(int status, struct diagnostics *log)
{
    need((status == SWEEP_OK) == (log->count + log->lost == 0));
    check_messages(log);
    diagnostics_release(log);
    return status;
}

static void remove_folder(void)
{
    static const char *const names[] = {
        "sweep.lock",   "grid.yaml",    "table.tsv",       "sweep.db",
        "sweep.db-wal", "sweep.db-shm", "sweep.db-journal"};
    char path[300];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

static void make_folder(void)
{
    const char *above = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/sweep-fuzz-XXXXXX", above ? above : "/tmp");
    need(mkdtemp(folder) != NULL);
    atexit(remove_folder);
}

static void write_file(const char *name, const uint8_t *bytes, size_t size)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *stream = fopen(path, "w");
    need(stream && fwrite(bytes, 1, size, stream) == size);
    need(fclose(stream) == 0);
}

static void write_folder(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"sweep.lock", "grid.yaml", "table.tsv"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const uint8_t *end = size ? memchr(data, 0, size) : NULL;
        size_t length = end ? (size_t)(end - data) : size;
        write_file(names[i], data, length);
        data += length + (end != NULL);
        size -= length + (end != NULL);
    }
    write_file("sweep.db", data, size);
}

static int check_trial(void *context, size_t cell, uint64_t replicate,
                       const struct record *r)
{
    const struct grid *g = context;
    need(cell < g->cell_count && replicate < g->replicates);
    need(r->status < TRIAL_STATUS_COUNT);
    return 0;
}

/* What status does. */
static void count(struct store *s, const struct grid *g)
{
    struct diagnostics log = {0};
    struct store_counts counts;
    struct plan plan = {0};
    struct ledger ledger = {0};
    struct ledger_session session;
    int status = store_count(s, &counts, &log);

    check(status, &log);
    need(plan_build(&plan, g) == SWEEP_OK);
    need(ledger_open(&ledger, g, &plan, 0, 0, &log) == SWEEP_OK);
    if (check(ledger_read(&ledger, s, &log), &log) == SWEEP_OK) {
        ledger_look(&ledger);
        struct ledger_tally tally = ledger_tally(&ledger);
        need(tally.done <= tally.trials);
    }
    check(ledger_session(&ledger, s, &session, &log), &log);
    ledger_release(&ledger);
    plan_release(&plan);
}

static void write_tables(struct store *s, const struct grid *g, FILE *out)
{
    struct diagnostics log = {0};
    struct aggregate a = {0};
    if (check(aggregate_build(&a, s, g, &g->table, &log), &log) == SWEEP_OK)
        for (size_t i = 0; i < all_formats.count; i++) {
            const struct table_format *format = &table_formats[i];
            if (format->write)
                need(format->write(out, &a, g, NULL) == SWEEP_OK);
            else
                check(format->write_trials(out, s, g, &g->table, &log), &log);
        }
    aggregate_release(&a);
}

static void write_figure(struct store *s, const struct grid *g, FILE *out)
{
    const struct figure_request request = {.level = NAN};
    const struct picture picture = {.name = "fuzz.svg"};
    struct diagnostics log = {0};
    struct figure_cells cells = {.grid = g};
    struct figure f = {0};
    struct aggregate a = {0};
    int status = aggregate_cells(g, NULL, &cells.cell, &cells.count, &log);

    if (status == SWEEP_OK)
        status = figure_choose(&f, &cells, &request, &log);
    if (status == SWEEP_OK) {
        struct table_request table = figure_table(&f);
        status = aggregate_build(&a, s, g, &table, &log);
    }
    if (status == SWEEP_OK)
        status = figure_fill(&f, &a, &log);
    if (check(status, &log) == SWEEP_OK)
        need(gnuplot_write(out, &f, &picture) == SWEEP_OK);
    figure_release(&f);
    aggregate_release(&a);
    memory_free(cells.cell);
}

static void read_store(struct store *s, const struct grid *g, FILE *out)
{
    struct diagnostics log = {0};
    char *platform;
    check(store_check_grid(s, g, &log), &log);
    check(store_each(s, g, check_trial, (void *)g, &log), &log);
    count(s, g);
    write_tables(s, g, out);
    write_figure(s, g, out);
    check(table_write_file(folder, s, g, &log), &log);
    check(store_meta(s, "platform", &platform, &log), &log);
    memory_free(platform);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FILE *out;
    struct diagnostics log = {0};
    struct store_holder holder;
    struct grid g = {0};
    struct store *s = NULL;
    char who[256];

    if (!out) {
        make_folder();
        need((out = fopen("/dev/null", "w")) != NULL);
    }
    write_folder(data, size);
    check(store_holder(folder, &holder, &log), &log);
    if (holder.state != STORE_FREE)
        store_holder_text(&holder, who, sizeof who);
    int status = check(folder_grid(&g, folder, &log), &log);
    check(store_open_readonly(&s, folder, &log), &log);
    if (status == SWEEP_OK && s && g.cell_count <= MOST_CELLS &&
        g.replicates <= MOST_REPLICATES)
        read_store(s, &g, out);
    check(store_close(s, &log), &log);
    grid_release(&g);
    return 0;
}
