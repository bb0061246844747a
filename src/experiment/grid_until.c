/* The sections of a grid file about how many replicates a cell has: replicates, until.
 */
#include "grid_reader.h"
#include <string.h>

enum { REPLICATE_LIMIT = 1000000 };

static const char *const names[] = {
    "column", "relative_halfwidth", "halfwidth", "level", "min", "max",
};
enum { NAMES = sizeof names / sizeof names[0] };

static const double PRESET_LEVEL = 0.95;

/* A number of replicates; false after a complaint. */
static bool read_count(struct reader *r, const struct node *node, const char *key,
                       size_t least, size_t *count)
{
    uint64_t value = 0;

    if (!read_unsigned(r, node, key, &value))
        return false;
    *count = value;
    if (value >= least && value <= REPLICATE_LIMIT)
        return true;
    complain(r, node, "'%s' must be %zu to %d, got %s", key, least, REPLICATE_LIMIT,
             show(node->text).text);
    return false;
}

void read_replicates(struct reader *r, const struct node *node)
{
    read_count(r, node, "replicates", 1, &r->g->replicates);
}

static void read_until_column(struct reader *r, const struct node *node)
{
    enum column c = read_result(r, node);

    if (c != COLUMN_COUNT && column_table[c].type == COLUMN_WORD)
        complain(r, node, "'%s' is a word and has no mean", node->text);
    r->g->until.column = c;
}

static void read_halfwidth(struct reader *r, const struct node *key, bool relative)
{
    struct until_rule *rule = &r->g->until;

    rule->relative = relative;
    if (read_number(r, key->value, &rule->halfwidth) && !(rule->halfwidth > 0))
        complain(r, key->value, "'%s' must be above 0, got %s", key->text,
                 show(key->value->text).text);
}

static void read_level(struct reader *r, const struct node *node)
{
    double *level = &r->g->until.level;

    if (read_number(r, node, level) && !(*level > 0 && *level < 1))
        complain(r, node, "'level' must be between 0 and 1, got %s",
                 show(node->text).text);
}

static void check_keys(struct reader *r, const struct node *section)
{
    static const char *const required[] = {"column", "min", "max"};
    const struct node *relative = document_value(section, "relative_halfwidth");
    const struct node *absolute = document_value(section, "halfwidth");

    for (const struct node *key = section->first; key; key = key->next) {
        size_t i = 0;
        while (i < NAMES && strcmp(names[i], key->text) != 0)
            i++;
        if (i == NAMES)
            complain(r, key,
                     "'%s' is not a key of 'until': use column, relative_halfwidth or "
                     "halfwidth, level, min and max%s",
                     show(key->text).text, suggest_word(key->text, names, NAMES).text);
    }
    for (size_t i = 0; i < sizeof required / sizeof required[0]; i++)
        if (!document_value(section, required[i]))
            complain(r, section, "'%s' is missing in 'until'", required[i]);
    if (!relative && !absolute)
        complain(r, section,
                 "'relative_halfwidth' or 'halfwidth' is missing in 'until'");
    if (relative && absolute)
        complain(r, absolute,
                 "'relative_halfwidth' and 'halfwidth' are both given: keep one");
}

void read_until(struct reader *r, const struct node *section)
{
    struct grid *g = r->g;
    const struct node *most = NULL;
    bool counts = true;

    if (!is_kind(r, section, NODE_MAPPING,
                 "'until' must hold a rule: {column: exact_tau, "
                 "relative_halfwidth: 0.05, min: 20, max: 1000}"))
        return;
    check_keys(r, section);
    g->until.level = PRESET_LEVEL;
    for (const struct node *key = section->first; key; key = key->next) {
        if (strcmp(key->text, "column") == 0)
            read_until_column(r, key->value);
        else if (strcmp(key->text, "relative_halfwidth") == 0)
            read_halfwidth(r, key, true);
        else if (strcmp(key->text, "halfwidth") == 0)
            read_halfwidth(r, key, false);
        else if (strcmp(key->text, "level") == 0)
            read_level(r, key->value);
        else if (strcmp(key->text, "min") == 0)
            counts &= read_count(r, key->value, "min", 2, &g->until.least);
        else if (strcmp(key->text, "max") == 0)
            counts &= read_count(r, most = key->value, "max", 2, &g->replicates);
    }
    if (counts && most && g->replicates < g->until.least)
        complain(r, most, "'max' must be at least 'min', %zu, got %zu", g->until.least,
                 g->replicates);
}
