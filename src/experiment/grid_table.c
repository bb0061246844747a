/* The sections of a grid file about its results: success and table. */
#include "grid_reader.h"
#include "sweep/memory.h"
#include "sweep/statistic.h"
#include <string.h>

/* The keys of a section. */
struct keys {
    const char *section, *use;
    const char *const *words;
    size_t count;
};

static const char *const threshold_words[THRESHOLD_COUNT] = {
    [THRESHOLD_EPS] = "eps",
    [THRESHOLD_DELTA] = "delta",
    [THRESHOLD_TAU] = "tau",
    [THRESHOLD_RELATIVE_EPS] = "relative_eps",
    [THRESHOLD_RELATIVE_DELTA] = "relative_delta",
};
static const struct keys success_keys = {
    "success", "eps, delta, tau, relative_eps or relative_delta", threshold_words,
    THRESHOLD_COUNT};

static const char *const table_words[] = {"rows", "columns", "statistics"};
static const struct keys table_keys = {"table", "rows, columns or statistics",
                                       table_words, 3};

/* The index of a key, or their number after a complaint. */
static size_t read_key(struct reader *r, const struct node *key,
                       const struct keys *keys)
{
    size_t i = 0;

    while (i < keys->count && strcmp(keys->words[i], key->text) != 0)
        i++;
    if (i == keys->count)
        complain(r, key, "'%s' is not a key of '%s': use %s%s", show(key->text).text,
                 keys->section, keys->use,
                 suggest_word(key->text, keys->words, keys->count).text);
    return i;
}

void read_success(struct reader *r, const struct node *node)
{
    double *success = r->g->success;

    if (!is_kind(r, node, NODE_MAPPING,
                 "'success' must hold thresholds: {eps: 0.5, tau: 1e-2}"))
        return;
    for (const struct node *key = node->first; key; key = key->next) {
        size_t i = read_key(r, key, &success_keys);

        if (i < THRESHOLD_COUNT && read_number(r, key->value, &success[i]) &&
            !(success[i] >= 0))
            complain(r, key->value, "'%s' must be at least 0, got %s", key->text,
                     show(key->value->text).text);
    }
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

static const char *column_name(size_t i, const void *context)
{
    (void)context;
    return column_table[i].name;
}

enum column read_result(struct reader *r, const struct node *item)
{
    const char *word = read_text(r, item, "a column");
    enum column c = word ? column_find(word) : COLUMN_COUNT;

    if (word && c == COLUMN_COUNT)
        complain(r, item, "'%s' is not a column%s", show(word).text,
                 suggest(word, COLUMN_COUNT, column_name, NULL).text);
    if (c == COLUMN_COUNT || column_table[c].in_table)
        return c;
    complain(r, item, "'%s' differs between equal runs: it is in the database only",
             word);
    return COLUMN_COUNT;
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
    char *word = read_copy(r, item, "a statistic");

    if (word && statistic_parse(word, &statistic) == 0) {
        table->statistics[table->statistic_count++] = word;
        return;
    }
    if (word)
        complain(r, item, "'%s' is not a statistic%s: use " STATISTIC_NAMES,
                 show(word).text,
                 suggest(word, statistic_name_count(), statistic_name, NULL).text);
    memory_free(word);
}

static void read_list(struct reader *r, const struct node *list, const char *name,
                      void (*read)(struct reader *r, const struct node *item))
{
    if (list->kind != NODE_SEQUENCE || list->count == 0 ||
        list->count > DOCUMENT_KEY_LIMIT) {
        complain(r, list, "'%s' must be a list of 1 to %d names", name,
                 DOCUMENT_KEY_LIMIT);
        return;
    }
    for (const struct node *item = list->first; item; item = item->next) {
        if (item->kind != NODE_SCALAR || is_new(r, list, item))
            read(r, item);
    }
}

void read_table(struct reader *r, const struct node *node)
{
    struct table_request *table = &r->g->table;

    if (!is_kind(r, node, NODE_MAPPING,
                 "'table' must hold lists: {rows: [...], columns: [...]}"))
        return;
    table->rows = reader_array(r, DOCUMENT_KEY_LIMIT, sizeof *table->rows);
    table->columns = reader_array(r, DOCUMENT_KEY_LIMIT, sizeof *table->columns);
    table->statistics = reader_array(r, DOCUMENT_KEY_LIMIT, sizeof *table->statistics);
    if (!table->rows || !table->columns || !table->statistics)
        return;
    for (const struct node *key = node->first; key; key = key->next) {
        switch (read_key(r, key, &table_keys)) {
        case 0:
            read_list(r, key->value, key->text, read_row);
            break;
        case 1:
            read_list(r, key->value, key->text, read_column);
            break;
        case 2:
            read_list(r, key->value, key->text, read_statistic);
            break;
        default:
            break;
        }
    }
}
