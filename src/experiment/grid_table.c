#include "grid_table.h"
#include "grid_keys.h"
#include "sweep/memory.h"
#include "sweep/parse.h"
#include "sweep/statistic.h"
#include <string.h>

static void read_threshold(struct reader *r, const struct node *key);
static void read_proved(struct reader *r, const struct node *key);
static void read_condition(struct reader *r, const struct node *key);
static void read_audits(struct reader *r, const struct node *key);

static const struct key success_rows[] = {
    [THRESHOLD_EPS] = {.name = "eps", .read = read_threshold},
    [THRESHOLD_DELTA] = {.name = "delta", .read = read_threshold},
    [THRESHOLD_TAU] = {.name = "tau", .read = read_threshold},
    [THRESHOLD_RELATIVE_EPS] = {.name = "relative_eps", .read = read_threshold},
    [THRESHOLD_RELATIVE_DELTA] = {.name = "relative_delta", .read = read_threshold},
    [THRESHOLD_PROVED] = {.name = "proved", .read = read_proved},
    [THRESHOLD_COUNT] = {.name = "condition", .read = read_condition},
    {.name = "audits", .read = read_audits},
};
static const struct keys success_keys = {
    .section = "success",
    .form = "'success' must hold thresholds: {eps: 0.5, tau: 1e-2}",
    .row = success_rows,
    .count = sizeof success_rows / sizeof success_rows[0],
};

static void read_threshold(struct reader *r, const struct node *key)
{
    double *threshold = &r->g->success[keys_find(&success_keys, key->text)];

    if (read_number(r, key->value, threshold) && !(*threshold >= 0))
        complain(r, key->value, "'%s' must be at least 0, got %s", key->text,
                 show(key->value->text).text);
}

/* Whether bounds have to be proved: true, or as if it was not there. */
static void read_proved(struct reader *r, const struct node *key)
{
    const struct node *node = key->value;
    bool proved;

    if (!is_kind(r, node, NODE_SCALAR, "'proved' must be true or false"))
        return;
    if (!node->plain || parse_boolean(node->text, &proved) != PARSE_OK)
        complain(r, node, "'proved' must be true or false");
    else if (proved)
        r->g->success[THRESHOLD_PROVED] = 1.0;
}

static void read_condition(struct reader *r, const struct node *key)
{
    struct grid *g = r->g;
    const char *text = read_text(r, key->value, "an expression");
    char reason[256] = "";
    int status = SWEEP_OK;

    if (text)
        status =
            results_compile(&g->results, text, &g->condition, reason, sizeof reason);
    if (status == SWEEP_INPUT)
        complain(r, key->value, "'%s': %s", key->text, reason);
    else if (status != SWEEP_OK)
        r->status = status;
}

/* Add a result of the grid's own; `name` NULL: it is called as its text is. */
static void add_result(struct reader *r, const struct node *at, const char *name,
                       const char *text)
{
    char reason[256] = "";
    int status = results_add(&r->g->results, name, text, reason, sizeof reason);

    if (status == SWEEP_INPUT)
        complain(r, at, "'%s': %s", show(name ? name : text).text, reason);
    else if (status != SWEEP_OK)
        r->status = status;
}

/* The audit a key names or writes out, or NULL after a complaint. */
static const struct audit_info *find_audit(struct reader *r, const struct node *key,
                                           enum column *c)
{
    const struct results *results = &r->g->results;
    size_t before = results->count;

    *c = results_find(results, key->text);
    if (*c == COLUMN_COUNT) {
        add_result(r, key, NULL, key->text);
        if (results->count == before)
            return NULL;
        *c = (enum column)(COLUMN_OWN + before);
    }
    const struct audit_info *audit = results_audit(results, *c);
    if (!audit)
        complain(r, key, "'%s' is not an audit: write one, such as ks(a ~ b)",
                 show(key->text).text);
    return audit;
}

static void read_limit(struct reader *r, const struct node *key)
{
    struct audit_limit limit;
    const struct audit_info *audit = find_audit(r, key, &limit.audit);

    if (!read_number(r, key->value, &limit.most) || !audit)
        return;
    if (limit.most >= audit->blind && (limit.most <= 1 || !audit->is_share))
        r->g->limits[r->g->limit_count++] = limit;
    else
        complain(r, key->value, "the limit of '%s' must be %s%g%s, got %s",
                 show(key->text).text, audit->is_share ? "" : "at least ", audit->blind,
                 audit->is_share ? " to 1" : "", show(key->value->text).text);
}

static void read_audits(struct reader *r, const struct node *section)
{
    const struct node *audits = section->value;

    if (!is_kind(r, audits, NODE_MAPPING,
                 "'audits' must hold limits: {\"ks(a ~ b)\": 0.2}"))
        return;
    r->g->limits = reader_array(r, audits->count, sizeof *r->g->limits);
    for (const struct node *key = audits->first; r->g->limits && key && !reader_full(r);
         key = key->next)
        read_limit(r, key);
}

void read_success(struct reader *r, const struct node *key)
{
    read_keys(r, key->value, &success_keys);
}

static void read_own_result(struct reader *r, const struct node *key)
{
    const char *text = read_text(r, key->value, "an expression");

    if (text)
        add_result(r, key->value, key->text, text);
}

void read_results(struct reader *r, const struct node *section)
{
    if (!is_kind(r, section->value, NODE_MAPPING,
                 "'results' must hold expressions: 'name: expression'"))
        return;
    for (const struct node *key = section->value->first; key && !reader_full(r);
         key = key->next)
        read_own_result(r, key);
}

/* Whether an item of a list is new there; if not, a complaint. */
static bool is_new(struct reader *r, const struct node *list, const struct node *item)
{
    for (const struct node *other = list->first; other != item; other = other->next) {
        if (strcmp(other->text, item->text) == 0) {
            complain(r, item, "'%s' is listed twice", show(item->text).text);
            return false;
        }
    }
    return true;
}

static void read_row(struct reader *r, const struct node *item)
{
    struct table_request *table = &r->g->table;
    enum parameter p = read_parameter(r, item);

    if (p != PARAMETER_COUNT)
        table->rows[table->row_count++] = p;
}

static void read_column(struct reader *r, const struct node *item)
{
    struct table_request *table = &r->g->table;
    enum column c = read_result(r, item);

    if (c != COLUMN_COUNT)
        table->columns[table->column_count++] = c;
}

static void read_statistic(struct reader *r, const struct node *item)
{
    struct table_request *table = &r->g->table;
    struct statistic statistic;
    char names[256];
    char *word = read_copy(r, item, "a statistic");

    if (word && statistic_parse(word, &statistic) == 0) {
        table->statistics[table->statistic_count++] = word;
        return;
    }
    if (word)
        complain(r, item, "'%s' is not a statistic%s: use %s", show(word).text,
                 suggest(word, &all_statistics).text,
                 names_list(&all_statistics, names, sizeof names));
    memory_free(word);
}

static void read_names(struct reader *r, const struct node *key,
                       void (*read)(struct reader *r, const struct node *item))
{
    const struct node *list = key->value;

    if (list->kind != NODE_SEQUENCE || list->count == 0 ||
        list->count > DOCUMENT_KEY_LIMIT) {
        complain(r, list, "'%s' must be a list of 1 to %d names", key->text,
                 DOCUMENT_KEY_LIMIT);
        return;
    }
    for (const struct node *item = list->first; item; item = item->next) {
        if (item->kind != NODE_SCALAR || is_new(r, list, item))
            read(r, item);
    }
}

static void read_rows(struct reader *r, const struct node *key)
{
    read_names(r, key, read_row);
}

static void read_result_columns(struct reader *r, const struct node *key)
{
    read_names(r, key, read_column);
}

static void read_statistics(struct reader *r, const struct node *key)
{
    read_names(r, key, read_statistic);
}

static const struct key table_rows[] = {
    {.name = "rows", .read = read_rows},
    {.name = "columns", .read = read_result_columns},
    {.name = "statistics", .read = read_statistics},
};
static const struct keys table_keys = {
    .section = "table",
    .form = "'table' must hold lists: {rows: [...], columns: [...]}",
    .row = table_rows,
    .count = sizeof table_rows / sizeof table_rows[0],
};

void read_table(struct reader *r, const struct node *key)
{
    struct table_request *table = &r->g->table;

    table->rows = reader_array(r, DOCUMENT_KEY_LIMIT, sizeof *table->rows);
    table->columns = reader_array(r, DOCUMENT_KEY_LIMIT, sizeof *table->columns);
    table->statistics = reader_array(r, DOCUMENT_KEY_LIMIT, sizeof *table->statistics);
    if (table->rows && table->columns && table->statistics)
        read_keys(r, key->value, &table_keys);
}
