#include "overrides.h"

#include "sweep/document.h"
#include "sweep/escape.h"
#include "sweep/grid_yaml.h"
#include <stdlib.h>
#include <string.h>

/* A text in single quotes, without the blanks around it. */
static void put_text(FILE *stream, const char *text, size_t length)
{
    for (; length > 0 && *text == ' '; text++)
        length--;
    while (length > 0 && text[length - 1] == ' ')
        length--;
    escape_yaml(stream, text, length);
}

/* As it is where it has brackets or quotes; else a list in brackets, texts in quotes. */
static void put_value(FILE *stream, enum parameter p, const char *value)
{
    bool bare = strchr("[{'\"", *value), list = !bare && strchr(value, ',');
    bool text = !bare && parameter_table[p].type == PARAMETER_TEXT;
    fputs(list ? "[" : "", stream);
    if (!text)
        fputs(value, stream);
    for (size_t length; text; value += length + 1) {
        length = strcspn(value, ",");
        put_text(stream, value, length);
        if (!value[length])
            break;
        fputs(", ", stream);
    }
    fputs(list ? "]" : "", stream);
}

static int refuse(const char *word, struct diagnostics *log)
{
    diagnostics_add(log, NULL, 0, 0,
                    "'%s' sets nothing: behind the grid file write NAME=VALUE, such as "
                    "width=200 or samples=10,20",
                    word);
    return SWEEP_INPUT;
}

/* Whether a line "set: {value: VALUE}" is that and nothing else. */
static bool is_one_value(const char *line)
{
    struct diagnostics unread = {0};
    struct node *root = NULL;
    int status = document_read(&root, "", line, strlen(line), &unread);
    bool one = status == SWEEP_OK && root && root->kind == NODE_MAPPING &&
               root->count == 1 && strcmp(root->first->text, "set") == 0 &&
               root->first->value->kind == NODE_MAPPING &&
               root->first->value->count == 1;
    document_free(root);
    diagnostics_release(&unread);
    return one;
}

/* Whether it reads as one value between the braces of `set`. */
static int check_value(enum parameter p, const char *word, const char *value,
                       struct diagnostics *log)
{
    char *line = NULL;
    size_t size;
    FILE *stream = open_memstream(&line, &size);
    if (!stream)
        return diagnostics_no_memory(log, NULL);
    fputs("set: {value: ", stream);
    put_value(stream, p, value);
    fputs("}\n", stream);
    bool one = fclose(stream) == 0 && is_one_value(line);
    free(line);
    if (one)
        return SWEEP_OK;
    diagnostics_add(log, NULL, 0, 0,
                    "'%s': this is no value of '%s'; a value is written as in a grid "
                    "file: 200, [10, 20], {linspace: [0, 1, 11]}",
                    word, parameter_table[p].name);
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
    return check_value(p, word, value + 1, log);
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
    const struct grid_set from = {set, (const char *const *)args->operand + 1};
    if (status == SWEEP_OK)
        status = grid_read_with(g, args->operand[0], &from, log);
    free(set);
    return status;
}
