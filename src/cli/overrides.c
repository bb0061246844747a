#include "overrides.h"

#include "sweep/grid_yaml.h"
#include <stdlib.h>
#include <string.h>

/* A text in single quotes, a list in brackets, anything else as it is. */
static void put_value(FILE *stream, enum parameter p, const char *value)
{
    bool list = strchr(value, ',') && !strchr("[{'\"", *value);
    bool text =
        parameter_table[p].type == PARAMETER_TEXT && !list && !strchr("[{'\"", *value);
    fputs(list ? "[" : text ? "'" : "", stream);
    for (; *value; value++)
        fprintf(stream, text && *value == '\'' ? "''" : "%c", *value);
    fputs(list ? "]" : text ? "'" : "", stream);
}

static int refuse(const char *word, struct diagnostics *log)
{
    diagnostics_add(log, NULL, 0, 0,
                    "'%s' sets nothing: behind the grid file write NAME=VALUE, such as "
                    "width=200 or samples=10,20",
                    word);
    return SWEEP_INPUT;
}

/* "width=200" as "width: 200" */
static int put_one(FILE *stream, const char *word, bool *taken, struct diagnostics *log)
{
    const char *value = strchr(word, '=');
    char name[64];
    if (!value || value == word || !value[1] || strchr(value, '\n'))
        return refuse(word, log);
    snprintf(name, sizeof name, "%.*s", (int)(value - word), word);
    enum parameter p = (enum parameter)names_take(&all_parameters, name, taken, log);
    if (p == PARAMETER_COUNT)
        return SWEEP_INPUT;
    fprintf(stream, "%s: ", parameter_table[p].name);
    put_value(stream, p, value + 1);
    return SWEEP_OK;
}

static int put_all(FILE *stream, const struct arguments *args, struct diagnostics *log)
{
    bool taken[PARAMETER_COUNT] = {false};
    int status = SWEEP_OK;
    fputs("set: {", stream);
    for (int i = 1; i < args->operand_count; i++) {
        fputs(i > 1 ? ", " : "", stream);
        if (put_one(stream, args->operand[i], taken, log) != SWEEP_OK)
            status = SWEEP_INPUT;
    }
    fputs("}\n", stream);
    return status;
}

int overrides_read_grid(struct grid *g, const struct arguments *args,
                        struct diagnostics *log)
{
    char *set = NULL;
    size_t size;
    *g = (struct grid){0};
    if (args->operand_count == 1)
        return grid_read_file(g, args->operand[0], log);
    FILE *stream = open_memstream(&set, &size);
    if (!stream)
        return diagnostics_no_memory(log, NULL);
    int status = put_all(stream, args, log);
    if (fclose(stream) != 0)
        status = diagnostics_no_memory(log, NULL);
    if (status == SWEEP_OK)
        status = grid_read_with(g, args->operand[0], set, log);
    free(set);
    return status;
}
