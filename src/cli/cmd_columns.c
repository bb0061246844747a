#include "cli.h"

#include "sweep/columns.h"
#include <string.h>

static const char *const header[] = {"column", "symbol", "type", "unit", "meaning"};
enum { HEADER = sizeof header / sizeof header[0] };

static const char *type_name(enum column_type type)
{
    switch (type) {
    case COLUMN_REAL:
        return "real";
    case COLUMN_INTEGER:
        return "integer";
    case COLUMN_WORD:
        break;
    }
    return "word";
}

/* "converged | step_limit | ..." */
static size_t join_words(const char *const *words, char *buffer, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; words[i] && used < size; i++)
        used += (size_t)snprintf(buffer + used, size - used, "%s%s", i ? " | " : "",
                                 words[i]);
    return used;
}

static void column_cell(size_t row, size_t column, char *buffer, size_t size)
{
    if (row == 0) {
        snprintf(buffer, size, "%s", header[column]);
        return;
    }
    const struct column_info *info = &column_table[row - 1];
    const char *text[HEADER] = {info->name, info->symbol, type_name(info->type),
                                info->unit, info->meaning};
    snprintf(buffer, size, "%s", *text[column] ? text[column] : "-");
    if (column == HEADER - 1 && info->words) {
        size_t used = strlen(buffer);
        used += (size_t)snprintf(buffer + used, size - used, ": ");
        join_words(info->words, buffer + used, size - used);
    }
}

int cmd_columns(const struct command *self, const struct arguments *args)
{
    (void)self;
    (void)args;
    print_aligned(stdout, COLUMN_COUNT + 1, HEADER, column_cell);
    return EXIT_DONE;
}
