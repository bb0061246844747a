#include "cli.h"
#include "notice.h"

#include "sweep/folder.h"
#include "sweep/memory.h"
#include "sweep/table.h"
#include "words.h"
#include <stdlib.h>
#include <string.h>

/* What to show: the options where given, the grid file's wishes elsewhere. */
struct wish {
    struct words rows, columns, statistics;
    enum parameter *row;
    enum column *column;
    const struct table_format *format;
    const char *where;
};

static void table_wish_release(struct wish *w)
{
    words_release(&w->rows);
    words_release(&w->columns);
    words_release(&w->statistics);
    memory_free(w->row);
    memory_free(w->column);
}

static int read_words(struct wish *w, const struct arguments *args)
{
    if (words_init(&w->rows, args->value[OPTION_ROWS]) != SWEEP_OK ||
        words_init(&w->columns, args->value[OPTION_COLUMNS]) != SWEEP_OK ||
        words_init(&w->statistics, args->value[OPTION_STATISTICS]) != SWEEP_OK)
        return SWEEP_NO_MEMORY;
    w->row = memory_array(w->rows.count, sizeof *w->row);
    w->column = memory_array(w->columns.count, sizeof *w->column);
    return w->row && w->column ? SWEEP_OK : SWEEP_NO_MEMORY;
}

/* What the words for columns stand for in a grid, which gets the expressions among them.
 * A grid that could not be read has no results of its own to use in one. */
static int resolve_table_columns(struct wish *w, struct grid *g, bool known,
                                 struct diagnostics *log)
{
    struct names names;
    int status = known ? words_results(&w->columns, &g->results, log) : SWEEP_OK;

    if (status != SWEEP_OK)
        return status;
    status = results_names(&g->results, NULL, 0, &names);
    names_once(w->columns.word, w->columns.count, log);
    for (size_t i = 0; i < w->columns.count && status == SWEEP_OK; i++) {
        const char *word = w->columns.word[i];
        w->column[i] = results_find(&g->results, word);
        if (w->column[i] == COLUMN_COUNT && (known || !words_expression(word)))
            names_unknown(&names, word, log);
    }
    memory_free((void *)names.first);
    return status;
}

/* All that is wrong with the words is reported. */
static int table_wish_init(struct wish *w, const struct arguments *args, struct grid *g,
                           bool known, struct diagnostics *log)
{
    const char *format = args->value[OPTION_FORMAT];
    bool has_row[PARAMETER_COUNT] = {false};
    size_t k = 0; /* a table's first format is its default */

    *w = (struct wish){.where = args->value[OPTION_WHERE]};
    if (read_words(w, args) != SWEEP_OK)
        return diagnostics_no_memory(log, NULL);
    for (size_t i = 0; i < w->rows.count; i++)
        w->row[i] =
            (enum parameter)names_take(&all_parameters, w->rows.word[i], has_row, log);
    if (resolve_table_columns(w, g, known, log) == SWEEP_NO_MEMORY)
        return diagnostics_no_memory(log, NULL);
    names_once(w->statistics.word, w->statistics.count, log);
    if (format)
        k = names_take(&all_formats, format, NULL, log);
    w->format = &table_formats[k];
    return log->count + log->lost > 0 ? SWEEP_INPUT : SWEEP_OK;
}

static struct table_request merge_request(const struct grid *g, const struct wish *w)
{
    struct table_request request = g->table;
    if (w->rows.count > 0) {
        request.rows = w->row;
        request.row_count = w->rows.count;
    }
    if (w->columns.count > 0) {
        request.columns = w->column;
        request.column_count = w->columns.count;
    }
    request.where = w->where;
    if (w->statistics.count > 0) {
        request.statistics = w->statistics.word;
        request.statistic_count = w->statistics.count;
    }
    return request;
}

static int print_table(const char *directory, const struct grid *g,
                       const struct wish *w, struct diagnostics *log)
{
    struct store *store = NULL;
    struct aggregate a = {0};

    int status = store_open_readonly(&store, directory, log);
    if (status == SWEEP_OK)
        print_model_notice(stderr, directory, store);
    if (status == SWEEP_OK) {
        struct table_request request = merge_request(g, w);
        status = aggregate_build(&a, store, g, &request, log);
    }
    if (status == SWEEP_OK)
        status = w->format->write(stdout, &a, g);
    aggregate_release(&a);
    store_close(store, log);
    return status;
}

int cmd_table(const struct command *self, const struct arguments *args)
{
    const char *directory = args->operand[0];
    struct wish w;
    struct grid g = {0};
    struct diagnostics log = {0}, folder = {0};
    int read = folder_grid(&g, directory, &folder);
    int status = table_wish_init(&w, args, &g, read == SWEEP_OK, &log);
    bool unread = status == SWEEP_OK && read != SWEEP_OK;
    if (status == SWEEP_OK && !unread)
        status = print_table(directory, &g, &w, &log);
    table_wish_release(&w);
    grid_release(&g);
    int code = unread               ? give_up(self, read, &folder)
               : status != SWEEP_OK ? give_up(self, status, &log)
                                    : EXIT_DONE;
    diagnostics_release(&folder);
    return code;
}
