#include "grid_set.h"

#include "sweep/document.h"
#include "sweep/escape.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A scalar as it was, or in quotes where it would be read otherwise between braces. */
static void put_scalar(FILE *stream, const struct node *n)
{
    bool bare = n->plain && *n->text && !strpbrk(n->text, ",:#[]{}\"'&*!|>%@`");
    if (bare)
        fputs(n->text, stream);
    else
        escape_yaml(stream, n->text, strlen(n->text));
}

static void put_node(FILE *stream, const struct node *n)
{
    bool mapping = n->kind == NODE_MAPPING;
    if (n->kind == NODE_SCALAR) {
        put_scalar(stream, n);
        return;
    }
    putc(mapping ? '{' : '[', stream);
    for (const struct node *item = n->first; item; item = item->next) {
        put_node(stream, item);
        fputs(mapping ? ": " : "", stream);
        if (mapping)
            put_node(stream, item->value);
        fputs(item->next ? ", " : "", stream);
    }
    putc(mapping ? '}' : ']', stream);
}

/* What `old` sets and `more` does not, then what `more` sets. */
static void put_set(FILE *stream, const struct node *old, const struct node *more)
{
    const char *before = "";
    fputs("set: {", stream);
    for (const struct node *set = old; set; set = set == old ? more : NULL)
        for (const struct node *key = set->first; key; key = key->next) {
            if (set == old && document_value(more, key->text))
                continue;
            fputs(before, stream);
            put_node(stream, key);
            fputs(": ", stream);
            put_node(stream, key->value);
            before = ", ";
        }
    fputs("}\n", stream);
}

/* The lines of `set`: from its own to that of the next key of the file. */
static void find_lines(const struct node *root, const struct node *set, size_t *first,
                       size_t *end)
{
    *first = set->line;
    *end = (size_t)-1;
    for (const struct node *key = root->first; key; key = key->next)
        if (key->line > *first && key->line < *end)
            *end = key->line;
}

/* All lines; of these the empty ones and comments, and nothing else: the others keep
 * their numbers. */
static void put_lines(FILE *stream, const char *text, size_t size, size_t first,
                      size_t end)
{
    const char *at = text, *stop = text + size;
    size_t left_out = 0;
    for (size_t line = 1; at < stop; line++) {
        const char *newline = memchr(at, '\n', (size_t)(stop - at));
        const char *next = newline ? newline + 1 : stop;
        const char *mark = at;
        while (mark < next && strchr(" \t\r\n", *mark))
            mark++;
        bool idle = mark == next || *mark == '#';
        if (line < first || line >= end || idle) {
            for (; left_out > 0; left_out--)
                putc('\n', stream);
            fwrite(at, 1, (size_t)(next - at), stream);
        } else {
            left_out++;
        }
        at = next;
    }
    if (size > 0 && text[size - 1] != '\n')
        putc('\n', stream);
}

/* The key `set` of a document; NULL: none that has a line of its own and parameters. */
static const struct node *own_set(const struct node *root)
{
    const struct node *set = root && root->kind == NODE_MAPPING ? root->first : NULL;
    while (set && strcmp(set->text, "set") != 0)
        set = set->next;
    return set && set->column == 1 && set->value->kind == NODE_MAPPING ? set : NULL;
}

/* Read `set` of a text; *root is to be freed. NULL: there is none. */
static const struct node *read_set(struct node **root, const char *text, size_t size)
{
    struct diagnostics unread = {0}; /* whoever reads the whole reports it */
    document_read(root, "", text, size, &unread);
    diagnostics_release(&unread);
    return own_set(*root);
}

int grid_set_join(char **out, size_t *out_size, const char *text, size_t size,
                  const char *line)
{
    struct node *file = NULL, *more = NULL;
    size_t first = (size_t)-1, end = first;
    FILE *stream = open_memstream(out, out_size);
    if (!stream)
        return SWEEP_NO_MEMORY;
    const struct node *old = read_set(&file, text, size);
    const struct node *new = read_set(&more, line, strlen(line));
    if (old && new)
        find_lines(file, old, &first, &end);
    put_lines(stream, text, size, first, end);
    if (old && new)
        put_set(stream, old->value, new->value);
    else
        fputs(line, stream);
    document_free(file);
    document_free(more);
    bool failed = ferror(stream);
    return fclose(stream) != 0 || failed ? SWEEP_NO_MEMORY : SWEEP_OK;
}

/* The key of a mapping in one line that a column of it belongs to; NULL: none. */
static const struct node *key_at(const struct node *mapping, size_t column)
{
    const struct node *found = NULL;
    for (const struct node *key = mapping->first; key; key = key->next)
        if (key->column <= column)
            found = key;
    return found;
}

/* The word of a key; NULL: it was not set from outside. */
static const char *word_of(const struct grid_set *set, const struct node *more,
                           const char *name)
{
    const char *const *word = set->words;
    const struct node *key = more->first;
    for (; key && strcmp(key->text, name) != 0; key = key->next)
        word++;
    return key ? *word : NULL;
}

static void put_word(struct diagnostic *d, const char *word)
{
    char *message;
    if (asprintf(&message, "'%s': %s", word, d->message) < 0)
        return;
    free(d->message);
    free(d->file);
    *d = (struct diagnostic){.message = message};
}

void grid_set_blame(struct diagnostics *log, const struct grid_set *set,
                    const char *joined, size_t joined_size, const char *text,
                    size_t size)
{
    struct node *whole = NULL, *file = NULL, *more = NULL;
    const struct node *all = read_set(&whole, joined, joined_size);
    const struct node *old = read_set(&file, text, size);
    const struct node *new = read_set(&more, set->line, strlen(set->line));
    for (size_t i = 0; all && new &&i < log->count; i++) {
        struct diagnostic *d = &log->item[i];
        const struct node *key =
            d->line == all->line ? key_at(all->value, d->column) : NULL;
        const char *word = key ? word_of(set, new->value, key->text) : NULL;
        const struct node *from =
            key && old ? document_value(old->value, key->text) : NULL;
        if (word) {
            put_word(d, word);
        } else if (from) {
            d->line = from->line;
            d->column = from->column;
        }
    }
    document_free(whole);
    document_free(file);
    document_free(more);
}
