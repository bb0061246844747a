#include "cli.h"

#include "folder.h"
#include "sweep/memory.h"
#include "sweep/table.h"
#include "words.h"
#include <stdlib.h>
#include <string.h>

static const char *const formats[] = {
    [TABLE_TSV] = "tsv",
    [TABLE_LONG] = "long",
    [TABLE_CSV] = "csv",
    [TABLE_JSON] = "json",
    [TABLE_MARKDOWN] = "md",
};
enum { FORMATS = sizeof formats / sizeof formats[0] };

static const char *parameter_name(size_t i, const void *context)
{
    (void)context;
    return parameter_table[i].name;
}

static const char *column_name(size_t i, const void *context)
{
    (void)context;
    return column_table[i].name;
}

static const char *format_name(size_t i, const void *context)
{
    (void)context;
    return formats[i];
}

/* What to show: the options where given, the grid file's wishes elsewhere. */
struct wish {
    struct words rows, columns, statistics;
    enum parameter *row;
    enum column *column;
    enum table_format format;
    const char *where;
};

static void wish_release(struct wish *w)
{
    words_release(&w->rows);
    words_release(&w->columns);
    words_release(&w->statistics);
    memory_free(w->row);
    memory_free(w->column);
}

/* Index of a word among `count` names, or `count` after a message. */
static size_t lookup(const struct command *self, const char *what, const char *word,
                     size_t count, const char *(*name)(size_t i, const void *context))
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(word, name(i, NULL)) == 0)
            return i;
    tell_unknown(self, what, word, count, name);
    return count;
}

/* A word that stands twice among those of an option makes two columns of one name. */
static int check_once(const struct command *self, enum option option,
                      const struct words *w)
{
    int status = SWEEP_OK;
    for (size_t i = 0; i < w->count; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(w->word[i], w->word[k]) == 0) {
                tell(self, "--%s: '%s' is listed twice", option_table[option].name,
                     w->word[i]);
                status = SWEEP_INPUT;
                break;
            }
    return status;
}

static int wish_init(struct wish *w, const struct command *self,
                     const struct arguments *args)
{
    const char *format = args->value[OPTION_FORMAT];
    int status = SWEEP_OK;

    *w = (struct wish){.format = TABLE_TSV, .where = args->value[OPTION_WHERE]};
    if (words_init(&w->rows, args->value[OPTION_ROWS]) != SWEEP_OK ||
        words_init(&w->columns, args->value[OPTION_COLUMNS]) != SWEEP_OK ||
        words_init(&w->statistics, args->value[OPTION_STATISTICS]) != SWEEP_OK ||
        !(w->row = memory_array(w->rows.count, sizeof *w->row)) ||
        !(w->column = memory_array(w->columns.count, sizeof *w->column))) {
        tell(self, "out of memory");
        return SWEEP_NO_MEMORY;
    }
    if (check_once(self, OPTION_ROWS, &w->rows) != SWEEP_OK ||
        check_once(self, OPTION_COLUMNS, &w->columns) != SWEEP_OK ||
        check_once(self, OPTION_STATISTICS, &w->statistics) != SWEEP_OK)
        return SWEEP_INPUT;
    for (size_t i = 0; i < w->rows.count; i++) {
        w->row[i] = (enum parameter)lookup(self, "parameter", w->rows.word[i],
                                           PARAMETER_COUNT, parameter_name);
        status = w->row[i] == PARAMETER_COUNT ? SWEEP_INPUT : status;
    }
    for (size_t i = 0; i < w->columns.count; i++) {
        w->column[i] = (enum column)lookup(self, "column", w->columns.word[i],
                                           COLUMN_COUNT, column_name);
        status = w->column[i] == COLUMN_COUNT ? SWEEP_INPUT : status;
    }
    if (format)
        w->format =
            (enum table_format)lookup(self, "format", format, FORMATS, format_name);
    return w->format == (enum table_format)FORMATS ? SWEEP_INPUT : status;
}

static struct table_request merge(const struct grid *g, const struct wish *w)
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

static int print_table(const char *directory, const struct wish *w,
                       struct diagnostics *log)
{
    struct grid g = {0};
    struct store *store = NULL;
    struct aggregate a = {0};

    int status = folder_grid(&g, directory, log);
    if (status == SWEEP_OK)
        status = folder_open(&store, directory, log);
    if (status == SWEEP_OK) {
        struct table_request request = merge(&g, w);
        status = aggregate_build(&a, store, &g, &request, log);
    }
    if (status == SWEEP_OK)
        status = table_write(stdout, &a, &g, w->format);
    aggregate_release(&a);
    store_close(store, log);
    grid_release(&g);
    return status;
}

int cmd_table(const struct command *self, const struct arguments *args)
{
    struct wish w;
    struct diagnostics log = {0};
    int code = EXIT_DONE;

    int status = wish_init(&w, self, args);
    if (status != SWEEP_OK)
        code = status == SWEEP_INPUT ? EXIT_USAGE : EXIT_BROKEN;
    else if ((status = print_table(args->operand[0], &w, &log)) != SWEEP_OK)
        code = give_up(self, status, &log);
    wish_release(&w);
    return code;
}
