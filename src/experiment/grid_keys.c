#include "grid_keys.h"
#include <stdio.h>
#include <string.h>

size_t keys_find(const struct keys *keys, const char *name)
{
    size_t i = 0;

    while (i < keys->count && strcmp(keys->row[i].name, name) != 0)
        i++;
    return i;
}

/* "rows, columns or statistics". */
static char *list_names(const struct keys *keys, char *buffer, size_t size)
{
    size_t used = 0;

    buffer[0] = '\0';
    for (size_t i = 0; i < keys->count && used < size; i++)
        used += (size_t)snprintf(buffer + used, size - used, "%s%s",
                                 i == 0                 ? ""
                                 : i + 1 == keys->count ? " or "
                                                        : ", ",
                                 keys->row[i].name);
    return buffer;
}

static void refuse_key(struct reader *r, const struct node *key,
                       const struct keys *keys)
{
    struct names known = {.first = keys->row,
                          .stride = sizeof *keys->row,
                          .count = keys->count,
                          .symbols = true};
    struct shown nearest = suggest(key->text, &known);
    const char *parameter = names_near(&all_parameters, key->text);
    char names[256];

    if (keys->section)
        complain(r, key, "'%s' is not a key of '%s': use %s%s", show(key->text).text,
                 keys->section, list_names(keys, names, sizeof names), nearest.text);
    else if (parameter_find(key->text) != PARAMETER_COUNT)
        complain(r, key, "'%s' is a parameter: it belongs under 'grid'", key->text);
    else if (!*nearest.text && parameter)
        complain(r, key,
                 "'%s' is not a key of a grid file (did you mean '%s', under 'grid'?)",
                 show(key->text).text, parameter);
    else
        complain(r, key, "'%s' is not a key of a grid file%s", show(key->text).text,
                 nearest.text);
}

static void refuse_missing(struct reader *r, const struct node *section,
                           const struct keys *keys, const struct key *row)
{
    complain(r, section, "'%s'%s%s%s is missing%s%s%s: add it, such as '%s'", row->name,
             row->instead ? " or '" : "", row->instead ? row->instead : "",
             row->instead ? "'" : "", keys->section ? " in '" : "",
             keys->section ? keys->section : "", keys->section ? "'" : "",
             row->example);
}

static const struct node *find_given(const struct node *section, const char *name)
{
    const struct node *key = section->first;

    while (key && strcmp(key->text, name) != 0)
        key = key->next;
    return key;
}

static void read_key(struct reader *r, const struct node *section,
                     const struct keys *keys, const struct key *row)
{
    const struct node *key = find_given(section, row->name);
    const struct node *other = row->instead ? find_given(section, row->instead) : NULL;

    if (!key && !other && row->example)
        refuse_missing(r, section, keys, row);
    if (key && other)
        complain(r, other->value, "'%s' and '%s' are both given: keep one", row->name,
                 row->instead);
    if (key && row->read)
        row->read(r, key);
}

bool read_keys(struct reader *r, const struct node *section, const struct keys *keys)
{
    if (!is_kind(r, section, NODE_MAPPING, keys->form))
        return false;
    for (const struct node *key = section->first; key; key = key->next)
        if (keys_find(keys, key->text) == keys->count)
            refuse_key(r, key, keys);
    for (size_t i = 0; i < keys->count; i++)
        read_key(r, section, keys, &keys->row[i]);
    return true;
}
