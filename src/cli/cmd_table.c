#include "cli.h"
#include "notice.h"

#include "sweep/folder.h"
#include "sweep/memory.h"
#include "sweep/outfile.h"
#include "sweep/parse.h"
#include "sweep/table.h"
#include "sweep/terminal.h"
#include "words.h"
#include <stdlib.h>
#include <string.h>

/* What to show: the options where given, the grid file's wishes elsewhere. */
struct wish {
    struct words rows, columns, statistics;
    enum parameter *row;
    enum column *column;
    size_t column_count; /* the words that are no success rates */
    struct words sort;
    const struct table_format *format;
    struct table_style style;
    const char *where, *path; /* NULL: to standard output */
};

static void table_wish_release(struct wish *w)
{
    words_release(&w->rows);
    words_release(&w->columns);
    words_release(&w->statistics);
    words_release(&w->sort);
    memory_free(w->row);
    memory_free(w->column);
}

static int read_words(struct wish *w, const struct arguments *args)
{
    if (words_init(&w->rows, args->value[OPTION_ROWS]) != SWEEP_OK ||
        words_init(&w->columns, args->value[OPTION_COLUMNS]) != SWEEP_OK ||
        words_init(&w->statistics, args->value[OPTION_STATISTICS]) != SWEEP_OK ||
        words_init(&w->sort, args->value[OPTION_SORT]) != SWEEP_OK)
        return SWEEP_NO_MEMORY;
    w->row = memory_array(w->rows.count, sizeof *w->row);
    w->column = memory_array(w->columns.count, sizeof *w->column);
    return w->row && w->column ? SWEEP_OK : SWEEP_NO_MEMORY;
}

enum { ALL_RATES = (1 << SUCCESS_KINDS) - 1 };

/* Whether it is the name of a success rate. */
static bool take_rate(struct wish *w, const struct grid *g, const char *word,
                      bool known, struct diagnostics *log)
{
    for (enum success_kind kind = 0; kind < SUCCESS_KINDS; kind++)
        if (strcmp(word, success_names[kind]) == 0) {
            w->style.rates |= 1u << kind;
            if (known)
                success_check(g, kind, log);
            return true;
        }
    return false;
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
    status = results_names(&g->results, success_names, SUCCESS_KINDS, &names);
    names_once(w->columns.word, w->columns.count, log);
    for (size_t i = 0; i < w->columns.count && status == SWEEP_OK; i++) {
        const char *word = w->columns.word[i];
        enum column c = results_find(&g->results, word);
        if (c != COLUMN_COUNT)
            w->column[w->column_count++] = c;
        else if (!take_rate(w, g, word, known, log) &&
                 (known || !words_expression(word)))
            names_unknown(&names, word, log);
    }
    if (w->columns.count == 0)
        w->style.rates = ALL_RATES;
    w->style.no_results = w->columns.count > 0 && w->column_count == 0;
    memory_free((void *)names.first);
    return status;
}

/* What was asked for; else what the ending of the file says; else what suits where it
 * goes. */
static size_t choose_format(const struct arguments *args, struct diagnostics *log)
{
    const char *format = args->value[OPTION_FORMAT], *path = args->value[OPTION_TABLE];
    if (format)
        return names_take(&all_formats, format, NULL, log);
    if (path)
        return table_format_of(path);
    return terminal_is(stdout) || args->value[OPTION_PIVOT] ? table_format_text() : 0;
}

static void read_style(struct wish *w, const struct arguments *args,
                       struct diagnostics *log)
{
    enum { MOST_DIGITS = 17 };
    const char *digits = args->value[OPTION_DIGITS], *pivot = args->value[OPTION_PIVOT];
    uint64_t number = 0;
    w->style.pivot = PARAMETER_COUNT;
    if (pivot)
        w->style.pivot = (enum parameter)names_take(&all_parameters, pivot, NULL, log);
    if (!w->path && terminal_is(stdout))
        w->style.width = terminal_width(stdout) - 1;
    if (digits && (parse_unsigned(digits, &number) != PARSE_OK || number < 1 ||
                   number > MOST_DIGITS))
        diagnostics_add(log, NULL, 0, 0, "--digits must be 1 to %d, got %s",
                        MOST_DIGITS, digits);
    w->style.digits = (int)number;
}

/* A line for each trial has no statistics. */
static void check_trials(const struct wish *w, const struct arguments *args,
                         struct diagnostics *log)
{
    static const enum option others[] = {OPTION_ROWS, OPTION_STATISTICS, OPTION_PIVOT,
                                         OPTION_SORT, OPTION_DIGITS};
    if (w->format->write)
        return;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (args->value[others[i]])
            diagnostics_add(log, NULL, 0, 0,
                            "--%s is not for trials-csv, which has a line for each "
                            "trial with all digits",
                            option_table[others[i]].name);
    if (w->columns.count > 0 && w->style.rates)
        diagnostics_add(log, NULL, 0, 0,
                        "success rates are of many trials: trials-csv has none");
}

/* All that is wrong with the words is reported. */
static int table_wish_init(struct wish *w, const struct arguments *args, struct grid *g,
                           bool known, struct diagnostics *log)
{
    bool has_row[PARAMETER_COUNT] = {false};

    *w = (struct wish){.where = args->value[OPTION_WHERE],
                       .path = args->value[OPTION_TABLE]};
    if (read_words(w, args) != SWEEP_OK)
        return diagnostics_no_memory(log, NULL);
    for (size_t i = 0; i < w->rows.count; i++)
        w->row[i] =
            (enum parameter)names_take(&all_parameters, w->rows.word[i], has_row, log);
    if (resolve_table_columns(w, g, known, log) == SWEEP_NO_MEMORY)
        return diagnostics_no_memory(log, NULL);
    names_once(w->statistics.word, w->statistics.count, log);
    size_t format = choose_format(args, log);
    w->format = &table_formats[format < all_formats.count ? format : 0];
    read_style(w, args, log);
    check_trials(w, args, log);
    return log->count + log->lost > 0 ? SWEEP_INPUT : SWEEP_OK;
}

static struct table_request merge_request(const struct grid *g, const struct wish *w)
{
    struct table_request request = g->table;
    if (w->rows.count > 0) {
        request.rows = w->row;
        request.row_count = w->rows.count;
    }
    if (w->column_count > 0) {
        request.columns = w->column;
        request.column_count = w->column_count;
    }
    request.where = w->where;
    if (w->statistics.count > 0) {
        request.statistics = w->statistics.word;
        request.statistic_count = w->statistics.count;
    }
    return request;
}

/* A pivot is a coordinate, of a format that has one. */
static int check_pivot(const struct wish *w, const struct aggregate *a,
                       struct diagnostics *log)
{
    enum parameter pivot = w->style.pivot;
    bool found = pivot == PARAMETER_COUNT;
    for (size_t k = 0; k < a->parameter_count; k++)
        found |= a->parameters[k] == pivot;
    if (found && (pivot == PARAMETER_COUNT || w->format->pivots))
        return SWEEP_OK;
    if (found)
        diagnostics_add(log, NULL, 0, 0,
                        "--pivot is for tables that people read: add --format text, "
                        "latex or html");
    else
        diagnostics_add(log, NULL, 0, 0,
                        "cannot pivot '%s': it does not make rows of this table",
                        parameter_table[pivot].name);
    return SWEEP_INPUT;
}

static int write_rows(FILE *stream, struct store *store, const struct grid *g,
                      const struct wish *w, struct diagnostics *log)
{
    struct table_request request = merge_request(g, w);
    struct aggregate a = {0};
    int status = aggregate_build(&a, store, g, &request, log);
    if (status == SWEEP_OK)
        status = check_pivot(w, &a, log);
    if (status == SWEEP_OK && w->sort.count > 0)
        status = table_sort(&a, g, w->sort.word, w->sort.count, log);
    if (status == SWEEP_OK)
        status = w->format->write(stream, &a, g, &w->style);
    aggregate_release(&a);
    return status;
}

/* All results, unless some were asked for: the grid's wishes are of a table. */
static int write_trials(FILE *stream, struct store *store, const struct grid *g,
                        const struct wish *w, struct diagnostics *log)
{
    const struct table_request request = {
        .columns = w->column, .column_count = w->column_count, .where = w->where};
    return w->format->write_trials(stream, store, g, &request, log);
}

static int write_table(FILE *stream, struct store *store, const struct grid *g,
                       const struct wish *w, struct diagnostics *log)
{
    return w->format->write ? write_rows(stream, store, g, w, log)
                            : write_trials(stream, store, g, w, log);
}

static int write_file(struct store *store, const struct grid *g, const struct wish *w,
                      struct diagnostics *log)
{
    struct outfile out = {0};
    int status = store_check_output(w->path, log);
    if (status == SWEEP_OK)
        status = outfile_open(&out, w->path, log);
    if (status == SWEEP_OK)
        status = write_table(out.stream, store, g, w, log);
    if (status == SWEEP_OK)
        status = outfile_commit(&out, log);
    outfile_discard(&out);
    return status;
}

static int print_table(const char *directory, const struct grid *g,
                       const struct wish *w, struct diagnostics *log)
{
    struct store *store = NULL;

    int status = store_open_readonly(&store, directory, log);
    if (status == SWEEP_OK)
        print_model_notice(stderr, directory, store);
    if (status == SWEEP_OK)
        status = w->path ? write_file(store, g, w, log)
                         : write_table(stdout, store, g, w, log);
    store_close(store, log);
    return status;
}

int cmd_table(const struct command *self, const struct arguments *args)
{
    const char *directory = args->operand[0];
    struct wish w;
    struct grid g = {0};
    struct diagnostics log = {0}, folder = {0};
    int read = folder_grid_of_results(&g, directory, &folder);
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
