#include "report.h"

#include "notice.h"
#include "pictures.h"
#include "sweep/escape.h"
#include "sweep/folder.h"
#include "sweep/infile.h"
#include "sweep/memory.h"
#include "sweep/outfile.h"
#include "tally.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* All that a page is made of. */
struct material {
    const char *directory;
    struct state state;
    struct reading reading;
    struct store *store;
    struct page_trials *trials;
    struct aggregate table;
    struct pictures pictures;
    char *line, *notices, *log, *log_path;
};

/* What is printed to the stream, in memory. */
static int keep_text(char **text, const struct material *m,
                     void (*print)(FILE *stream, const struct material *m),
                     struct diagnostics *log)
{
    size_t size;
    FILE *stream = open_memstream(text, &size);
    if (!stream)
        return diagnostics_no_memory(log, NULL);
    print(stream, m);
    bool failed = ferror(stream);
    return fclose(stream) != 0 || failed ? diagnostics_no_memory(log, NULL) : SWEEP_OK;
}

static void print_line(FILE *stream, const struct material *m)
{
    state_print(stream, m->directory, &m->state);
}

static void print_notices(FILE *stream, const struct material *m)
{
    print_model_notice(stream, m->directory, m->store);
    print_notice(stream, &m->reading.grid);
    print_imprecise(stream, &m->reading.ledger);
}

/* The last lines of run.log, whatever it is. */
static void print_log(FILE *stream, const struct material *m)
{
    enum { MOST = 4000 };
    const char *reason;
    char text[MOST + 1];
    FILE *file = infile_open(m->log_path, INFILE_OWN, &reason);
    if (!file)
        return;
    bool cut = fseek(file, -(long)MOST, SEEK_END) == 0;
    if (!cut)
        rewind(file);
    text[fread(text, 1, MOST, file)] = '\0';
    fclose(file);
    const char *first = cut ? strchr(text, '\n') : NULL;
    fputs(first ? first + 1 : text, stream);
}

/* A folder of shards only says what to do. */
static int check_place(const char *directory, struct diagnostics *log)
{
    struct grid g;
    if (folder_has_results(directory) || !folder_has_shards(directory))
        return SWEEP_OK;
    int status = folder_grid_of_results(&g, directory, log);
    grid_release(&g);
    return status;
}

static int gather(struct material *m, struct diagnostics *log)
{
    const struct grid *g = &m->reading.grid;
    int status = check_place(m->directory, log);
    if (status == SWEEP_OK)
        status = state_look(m->directory, &m->reading, &m->state, log);
    if (status == SWEEP_OK)
        status = store_open_readonly(&m->store, m->directory, log);
    m->trials = memory_array(1, sizeof *m->trials);
    if (status == SWEEP_OK && !m->trials)
        status = diagnostics_no_memory(log, NULL);
    if (status == SWEEP_OK)
        status = page_trials_read(m->trials, m->store, g, log);
    if (status == SWEEP_OK)
        status = aggregate_build(&m->table, m->store, g, &g->table, log);
    if (status == SWEEP_OK)
        status = pictures_make(&m->pictures, m->store, g, log);
    if (status == SWEEP_OK)
        status = keep_text(&m->line, m, print_line, log);
    if (status == SWEEP_OK)
        status = keep_text(&m->notices, m, print_notices, log);
    if (status == SWEEP_OK && asprintf(&m->log_path, "%s/run.log", m->directory) < 0) {
        m->log_path = NULL;
        status = diagnostics_no_memory(log, NULL);
    }
    if (status == SWEEP_OK)
        status = keep_text(&m->log, m, print_log, log);
    return status;
}

static int write_page(const struct material *m, const char *path, enum page_watch watch,
                      struct diagnostics *log)
{
    const struct page page = {.directory = m->directory,
                              .grid = &m->reading.grid,
                              .ledger = &m->reading.ledger,
                              .trials = m->trials,
                              .table = &m->table,
                              .store = m->store,
                              .running = state_is_open(&m->state),
                              .done = state_is_done(&m->state),
                              .watch = watch,
                              .now = (double)time(NULL),
                              .first = m->state.first,
                              .last = m->state.last,
                              .state = m->line,
                              .notices = m->notices,
                              .log = m->log,
                              .picture = m->pictures.item,
                              .picture_count = m->pictures.count,
                              .no_picture = m->pictures.missing};
    struct outfile out;
    int status = path ? outfile_open(&out, path, log)
                      : outfile_open_in(&out, m->directory, "report.html", log);
    if (status == SWEEP_OK)
        status = page_write(out.stream, &page, log);
    if (status == SWEEP_OK)
        status = outfile_commit(&out, log);
    outfile_discard(&out);
    return status;
}

int report_write(const char *directory, const char *path, enum page_watch watch,
                 struct state *state, struct diagnostics *log)
{
    struct material m = {.directory = directory};
    int status = path ? store_check_output(path, log) : SWEEP_OK;
    if (status == SWEEP_OK)
        status = gather(&m, log);
    if (status == SWEEP_OK)
        status = write_page(&m, path, watch, log);
    *state = m.state;
    pictures_release(&m.pictures);
    aggregate_release(&m.table);
    if (m.trials)
        page_trials_release(m.trials);
    memory_free(m.trials);
    store_close(m.store, log);
    reading_close(&m.reading);
    free(m.line);
    free(m.notices);
    free(m.log);
    free(m.log_path);
    return status;
}

int report_make(const struct command *command, const char *directory, bool quiet,
                int code)
{
    struct diagnostics log = {0};
    struct state state;
    int status = report_write(directory, NULL, PAGE_ONCE, &state, &log);
    if (status != SWEEP_OK)
        return give_up(command, status, &log);
    if (!quiet)
        escape_print(stderr, "report: %s/report.html\n", directory);
    return code;
}
