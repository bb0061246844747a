#include "cli.h"

#include "sweep/folder.h"
#include "sweep/grid_yaml.h"
#include <string.h>
#include <sys/stat.h>

static const char *const header[] = {"column", "symbol", "type", "unit", "meaning"};
enum { HEADER = sizeof header / sizeof header[0] };

static const char *type_name(enum column_type type)
{
    switch (type) {
    case COLUMN_REAL:
        return "real";
    case COLUMN_INTEGER:
        return "integer";
    case COLUMN_AUDIT:
        return "audit";
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

/* Of the grid that was named. */
static struct grid named;

static void column_cell(size_t row, size_t column, char *buffer, size_t size)
{
    if (row == 0) {
        snprintf(buffer, size, "%s", header[column]);
        return;
    }
    enum column c = (enum column)(row - 1);
    if (c >= COLUMN_COUNT)
        c += COLUMN_OWN - COLUMN_COUNT;
    const struct column_info *info = results_info(&named.results, c);
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
    const char *path = args->operand_count > 0 ? args->operand[0] : NULL;
    struct diagnostics log = {0};
    struct stat about;
    int status = SWEEP_OK;

    if (path && stat(path, &about) == 0 && S_ISDIR(about.st_mode))
        status = folder_grid_of_results(&named, path, &log);
    else if (path)
        status = grid_read_file(&named, path, &log);
    if (status != SWEEP_OK)
        return give_up(self, status, &log);
    print_aligned(stdout, COLUMN_COUNT + named.results.count + 1, HEADER, column_cell);
    grid_release(&named);
    return EXIT_DONE;
}
