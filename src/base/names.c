#include "sweep/names.h"

#include "sweep/parse.h"
#include <stdio.h>
#include <string.h>

/* Bytes of a list of names in a message. */
enum { MOST_LISTED = 512 };

const char *names_at(const struct names *n, size_t i)
{
    const void *row = (const char *)n->first + i * n->stride;
    return *(const char *const *)row;
}

size_t names_find(const struct names *n, const char *word)
{
    size_t i = 0;
    while (i < n->count && strcmp(names_at(n, i), word) != 0)
        i++;
    return i;
}

enum { NAMES_MEANT = 3 };
struct names_meant {
    const char *name[NAMES_MEANT]; /* NULL behind the last */
};

static const char *candidate(size_t i, const void *names)
{
    return names_at(names, i);
}

static bool has_symbol(const char *const *row, const char *word)
{
    return *word && row[1] && strcmp(row[1], word) == 0;
}

static const char *next_part(const char *part)
{
    part = strchr(part, '_');
    return part ? part + 1 : NULL;
}

static bool has_initials(const char *const *row, const char *word)
{
    const char *part = row[0];
    for (; part && *word == *part; word++)
        part = next_part(part);
    return !part && *word == '\0' && strchr(row[0], '_');
}

/* More than a few names have a part that begins with two letters. */
static bool has_part(const char *const *row, const char *word)
{
    enum { LEAST = 3 };
    size_t length = strlen(word);
    const char *part = row[0];
    while (part && strncmp(part, word, length) != 0)
        part = next_part(part);
    return part && length >= LEAST;
}

static void collect(const struct names *n, const char *word,
                    bool (*fits)(const char *const *row, const char *word),
                    struct names_meant *meant)
{
    size_t found = 0;
    for (size_t i = 0; i < n->count && found < NAMES_MEANT; i++) {
        const void *row = (const char *)n->first + i * n->stride;
        if (fits(row, word))
            meant->name[found++] = names_at(n, i);
    }
}

static struct names_meant find_meant(const struct names *n, const char *word)
{
    struct names_meant meant = {{NULL}};
    if (n->symbols)
        collect(n, word, has_symbol, &meant);
    if (!meant.name[0])
        meant.name[0] = parse_suggest(word, n->count, candidate, n);
    if (!meant.name[0])
        collect(n, word, has_initials, &meant);
    if (!meant.name[0])
        collect(n, word, has_part, &meant);
    return meant;
}

const char *names_near(const struct names *n, const char *word)
{
    return find_meant(n, word).name[0];
}

char *names_suggestion(const struct names *n, const char *word, char *buffer,
                       size_t size)
{
    struct names_meant meant = find_meant(n, word);
    size_t used = 0;
    buffer[0] = '\0';
    for (size_t i = 0; i < NAMES_MEANT && meant.name[i] && used < size; i++) {
        bool last = i + 1 == NAMES_MEANT || !meant.name[i + 1];
        used += (size_t)snprintf(buffer + used, size - used, "%s'%s'%s",
                                 i == 0 ? " (did you mean "
                                 : last ? " or "
                                        : ", ",
                                 meant.name[i], last ? "?)" : "");
    }
    return buffer;
}

char *names_list(const struct names *n, char *buffer, size_t size)
{
    size_t used = 0;
    buffer[0] = '\0';
    for (size_t i = 0; i < n->count && used < size; i++) {
        const char *before = i == 0                          ? ""
                             : i + 1 < n->count || n->others ? ", "
                                                             : " or ";
        used += (size_t)snprintf(buffer + used, size - used, "%s%s", before,
                                 names_at(n, i));
    }
    if (n->others && used < size)
        snprintf(buffer + used, size - used, ", %s", n->others);
    return buffer;
}

int names_unknown(const struct names *n, const char *word, struct diagnostics *log)
{
    char list[MOST_LISTED];
    names_suggestion(n, word, list, sizeof list);
    if (*list)
        diagnostics_add(log, NULL, 0, 0, "unknown %s '%s'%s", n->what, word, list);
    else if (n->see)
        diagnostics_add(log, NULL, 0, 0, "unknown %s '%s'; see '%s'", n->what, word,
                        n->see);
    else
        diagnostics_add(log, NULL, 0, 0, "unknown %s '%s': use %s", n->what, word,
                        names_list(n, list, sizeof list));
    return SWEEP_INPUT;
}

static int report_twice(const char *word, struct diagnostics *log)
{
    diagnostics_add(log, NULL, 0, 0, "'%s' is asked for twice", word);
    return SWEEP_INPUT;
}

size_t names_take(const struct names *n, const char *word, bool *taken,
                  struct diagnostics *log)
{
    size_t i = names_find(n, word);
    if (i == n->count) {
        names_unknown(n, word, log);
        return i;
    }
    if (taken && taken[i]) {
        report_twice(word, log);
        return n->count;
    }
    if (taken)
        taken[i] = true;
    return i;
}

int names_once(char *const *word, size_t count, struct diagnostics *log)
{
    int status = SWEEP_OK;
    for (size_t i = 0; i < count; i++) {
        size_t k = 0;
        while (strcmp(word[k], word[i]) != 0)
            k++;
        if (k < i)
            status = report_twice(word[i], log);
    }
    return status;
}
