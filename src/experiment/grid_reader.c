#include "grid_reader.h"
#include "sweep/memory.h"
#include "sweep/parse.h"
#include "sweep/text.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Most bytes of the user's text in a message. */
enum { SHOWN_LIMIT = 60 };

struct shown show(const char *text)
{
    struct shown shown = {""};
    size_t length = strlen(text);
    size_t end = length <= SHOWN_LIMIT ? length : SHOWN_LIMIT;

    while (end < length && !text_starts_letter(text[end]))
        end--;
    for (size_t i = 0; i < end; i++)
        shown.text[i] = (unsigned char)text[i] < ' ' || text[i] == 0x7f ? '?' : text[i];
    if (end < length)
        strcpy(shown.text + end, "...");
    return shown;
}

struct shown suggest(const char *word, const struct names *names)
{
    struct shown shown;

    names_suggestion(names, word, shown.text, sizeof shown.text);
    return shown;
}

struct shown suggest_word(const char *word, const char *const *words, size_t count)
{
    const struct names names = {
        .first = words, .stride = sizeof *words, .count = count};

    return suggest(word, &names);
}

void complain(struct reader *r, const struct node *at, const char *format, ...)
{
    char message[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    diagnostics_add(r->log, r->g->file, at->line, at->column, "%s", message);
    if (r->status == SWEEP_OK)
        r->status = SWEEP_INPUT;
}

bool reader_full(const struct reader *r)
{
    return r->log->count + r->log->lost >= DOCUMENT_ERROR_LIMIT;
}

void *reader_array(struct reader *r, size_t count, size_t size)
{
    void *array = memory_array(count, size);

    if (!array)
        r->status = SWEEP_NO_MEMORY;
    return array;
}

bool is_kind(struct reader *r, const struct node *node, enum node_kind kind,
             const char *complaint)
{
    if (node->kind != kind)
        complain(r, node, "%s", complaint);
    return node->kind == kind;
}

const char *read_text(struct reader *r, const struct node *node, const char *what)
{
    if (node->kind != NODE_SCALAR)
        complain(r, node, "%s must stand here, not a %s", what,
                 node->kind == NODE_SEQUENCE ? "list" : "mapping");
    else if (node->text[0] == '\0')
        complain(r, node, "a value is missing: %s must stand here", what);
    else
        return node->text;
    return NULL;
}

char *read_copy(struct reader *r, const struct node *node, const char *what)
{
    const char *text = read_text(r, node, what);
    char *copy = text ? memory_string(text) : NULL;

    if (text && !copy)
        r->status = SWEEP_NO_MEMORY;
    return copy;
}

/* The index of the name that a node holds, or names->count after a message. */
static size_t read_name_of(struct reader *r, const struct node *node,
                           const struct names *names)
{
    char what[32];
    snprintf(what, sizeof what, "a %s", names->what);
    const char *word = read_text(r, node, what);
    size_t i = word ? names_find(names, word) : names->count;

    if (word && i == names->count)
        complain(r, node, "'%s' is not %s%s", show(word).text, what,
                 suggest(word, names).text);
    return i;
}

enum parameter read_parameter(struct reader *r, const struct node *node)
{
    return (enum parameter)read_name_of(r, node, &all_parameters);
}

bool read_number(struct reader *r, const struct node *node, double *value)
{
    if (!read_text(r, node, "a number"))
        return false;
    if (!node->plain) {
        complain(r, node, "'%s' is a text: write a number without quotes",
                 show(node->text).text);
        return false;
    }
    switch (parse_real(node->text, value)) {
    case PARSE_OK:
        *value += 0.0; /* -0 is 0 */
        return true;
    case PARSE_OVERFLOW:
        complain(r, node, "'%s' is too large for a number", show(node->text).text);
        return false;
    default:
        complain(r, node, "'%s' is not a number", show(node->text).text);
        return false;
    }
}

bool read_unsigned(struct reader *r, const struct node *node, const char *key,
                   uint64_t *value)
{
    if (!read_text(r, node, "a number"))
        return false;
    if (!node->plain || parse_unsigned(node->text, value) != PARSE_OK) {
        complain(r, node,
                 "'%s' must be a whole number without sign or quotes, got '%s'", key,
                 show(node->text).text);
        return false;
    }
    return true;
}

bool grid_give(struct reader *r, enum parameter p, const struct node *key)
{
    struct grid *g = r->g;

    if (g->given[p]) {
        complain(r, key, "'%s' is given in line %zu already", key->text, g->line[p]);
        return false;
    }
    g->given[p] = true;
    g->line[p] = key->line;
    g->column[p] = key->column;
    return true;
}

enum column read_result(struct reader *r, const struct node *item)
{
    struct names names;
    enum column c = COLUMN_COUNT;

    if (results_names(&r->g->results, NULL, 0, &names) != SWEEP_OK)
        r->status = SWEEP_NO_MEMORY;
    else if (read_name_of(r, item, &names) < names.count)
        c = results_find(&r->g->results, item->text);
    memory_free((void *)names.first);
    if (c == COLUMN_COUNT || results_info(&r->g->results, c)->in_table)
        return c;
    complain(r, item, "'%s' differs between equal runs: it is in the database only",
             column_table[c].name);
    return COLUMN_COUNT;
}
