#include "grid_until.h"
#include "grid_keys.h"

enum { REPLICATE_LIMIT = 1000000 };

static const double PRESET_LEVEL = 0.95;

/* A number of replicates; `count` stays after a complaint. */
static void read_count(struct reader *r, const struct node *key, size_t least,
                       size_t *count)
{
    uint64_t value = 0;

    if (!read_unsigned(r, key->value, key->text, &value))
        return;
    if (value >= least && value <= REPLICATE_LIMIT)
        *count = value;
    else
        complain(r, key->value, "'%s' must be %zu to %d, got %s", key->text, least,
                 REPLICATE_LIMIT, show(key->value->text).text);
}

void read_replicates(struct reader *r, const struct node *key)
{
    read_count(r, key, 1, &r->g->replicates);
}

static void read_least(struct reader *r, const struct node *key)
{
    read_count(r, key, 2, &r->g->until.least);
}

static void read_most(struct reader *r, const struct node *key)
{
    read_count(r, key, 2, &r->g->replicates);
}

static void read_until_column(struct reader *r, const struct node *key)
{
    enum column c = read_result(r, key->value);

    enum column_type type =
        c == COLUMN_COUNT ? COLUMN_REAL : results_info(&r->g->results, c)->type;

    if (type == COLUMN_WORD || type == COLUMN_AUDIT)
        complain(r, key->value, "'%s' is %s and has no mean", key->value->text,
                 type == COLUMN_WORD ? "a word" : "of many trials");
    r->g->until.column = c;
}

static void read_halfwidth(struct reader *r, const struct node *key)
{
    double *halfwidth = &r->g->until.halfwidth;

    if (read_number(r, key->value, halfwidth) && !(*halfwidth > 0))
        complain(r, key->value, "'%s' must be above 0, got %s", key->text,
                 show(key->value->text).text);
}

static void read_relative_halfwidth(struct reader *r, const struct node *key)
{
    r->g->until.relative = true;
    read_halfwidth(r, key);
}

static void read_level(struct reader *r, const struct node *key)
{
    double *level = &r->g->until.level;

    if (read_number(r, key->value, level) && !(*level > 0 && *level < 1))
        complain(r, key->value, "'level' must be between 0 and 1, got %s",
                 show(key->value->text).text);
}

static const struct key until_rows[] = {
    {.name = "column", .read = read_until_column, .example = "column: exact_tau"},
    {.name = "relative_halfwidth",
     .read = read_relative_halfwidth,
     .example = "relative_halfwidth: 0.05",
     .instead = "halfwidth"},
    {.name = "halfwidth", .read = read_halfwidth},
    {.name = "level", .read = read_level},
    {.name = "min", .read = read_least, .example = "min: 20"},
    {.name = "max", .read = read_most, .example = "max: 1000"},
};
static const struct keys until_keys = {
    .section = "until",
    .form = "'until' must hold a rule: {column: exact_tau, relative_halfwidth: 0.05, "
            "min: 20, max: 1000}",
    .row = until_rows,
    .count = sizeof until_rows / sizeof until_rows[0],
};

void read_until(struct reader *r, const struct node *key)
{
    struct grid *g = r->g;

    g->replicates = 0;
    g->until.level = PRESET_LEVEL;
    if (!read_keys(r, key->value, &until_keys))
        return;
    if (g->replicates > 0 && g->replicates < g->until.least)
        complain(r, document_value(key->value, "max"),
                 "'max' must be at least 'min', %zu, got %zu", g->until.least,
                 g->replicates);
}
