#include "grid_values.h"
#include "grid_labels.h"
#include "sweep/grid_text.h"
#include "sweep/memory.h"
#include "sweep/parse.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RANGE_LIMIT = 1000000, GENERATED_LIMIT = 2 * RANGE_LIMIT };

static bool in_range(struct reader *r, enum parameter p, const struct node *node,
                     double value)
{
    char reason[128];

    if (parameter_in_range(p, value, reason, sizeof reason))
        return true;
    complain(r, node, "'%s' %s", parameter_table[p].name, reason);
    return false;
}

static bool read_choice(struct reader *r, enum parameter p, const struct node *node,
                        double *value)
{
    char list[128] = "";
    int choice;

    if (!read_text(r, node, "a word"))
        return false;
    choice = parameter_choice(p, node->text);
    *value = choice;
    if (choice >= 0)
        return true;
    for (size_t i = 0; parameter_word(p, i); i++) {
        size_t used = strlen(list);

        snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "",
                 parameter_word(p, i));
    }
    complain(r, node, "'%s' must be one of %s, got '%s'%s", parameter_table[p].name,
             list, show(node->text).text,
             suggest(node->text, &parameter_table[p].choices).text);
    return false;
}

static bool read_boolean(struct reader *r, enum parameter p, const struct node *node,
                         double *value)
{
    bool truth;

    if (!read_text(r, node, "true or false"))
        return false;
    if (!node->plain || parse_boolean(node->text, &truth) != PARSE_OK) {
        complain(r, node, "'%s' must be true or false, got '%s'",
                 parameter_table[p].name, show(node->text).text);
        return false;
    }
    *value = truth;
    return true;
}

static bool intern(struct reader *r, const struct node *node, const char *text,
                   double *value)
{
    struct grid_texts *texts = &r->g->texts;

    *value = grid_text_intern(texts, text);
    if (*value < 0 && texts->count == GRID_TEXT_LIMIT)
        complain(r, node, "more than %d different texts", GRID_TEXT_LIMIT);
    else if (*value < 0)
        r->status = SWEEP_NO_MEMORY;
    return *value >= 0;
}

/* {points: X.npy, labels: y.npy} as the text that stands for it; memory from malloc. */
static char *join_data(struct reader *r, const struct node *node)
{
    const struct node *points = document_value(node, "points");
    const struct node *labels = document_value(node, "labels");
    char *text = NULL;

    if (node->count != 2 || !points || !labels)
        complain(r, node,
                 "points and where their labels are, such as {points: X.npy, labels: "
                 "y.npy} or {points: table.csv, labels: species}");
    else if (read_text(r, points, "the name of a file") &&
             read_text(r, labels, "a column or the name of a file") &&
             asprintf(&text, "%s" GRID_DATA_LABELS "%s", points->text, labels->text) <
                 0)
        r->status = SWEEP_NO_MEMORY;
    return text;
}

static bool name_data(struct reader *r, const struct node *node, const char *text,
                      double *value)
{
    if (!intern(r, node, text, value))
        return false;
    if (grid_data_name(&r->g->data, *value, node->line, node->column) == SWEEP_OK)
        return true;
    r->status = SWEEP_NO_MEMORY;
    return false;
}

/* "mixture", or files to be read later. */
static bool read_data(struct reader *r, const struct node *node, double *value)
{
    if (node->kind == NODE_MAPPING) {
        char *text = join_data(r, node);
        bool named = text && name_data(r, node, text, value);
        free(text);
        return named;
    }
    return read_text(r, node, "mixture or the name of a file") &&
           name_data(r, node, node->text, value);
}

static bool read_test_data(struct reader *r, const struct node *node, double *value)
{
    if (!read_data(r, node, value))
        return false;
    if (*value != DATA_MIXTURE)
        return true;
    complain(r, node,
             "'test_data' must be a file: the mixture draws its own test points");
    return false;
}

static bool read_labels(struct reader *r, const struct node *node, double *value)
{
    char text[GRID_LABELS_SIZE];
    double plus, minus;

    if (!read_text(r, node, "two classes, 'A vs B' or 'A vs rest',"))
        return false;
    if (grid_labels_parse(node->text, &plus, &minus) != 0) {
        complain(r, node,
                 "'labels' must be two classes, such as '3 vs 8' or '3 vs rest', got "
                 "'%s'",
                 show(node->text).text);
        return false;
    }
    return intern(r, node, grid_labels_text(plus, minus, text, sizeof text), value);
}

static bool read_any_text(struct reader *r, const struct node *node, double *value)
{
    return read_text(r, node, "a text") && intern(r, node, node->text, value);
}

/* How the text of a PARAMETER_TEXT is read if not every text will do. */
static bool (*const text_readers[PARAMETER_COUNT])(struct reader *r,
                                                   const struct node *node,
                                                   double *value) = {
    [P_DATA] = read_data,
    [P_TEST_DATA] = read_test_data,
    [P_LABELS] = read_labels,
};

/* "0, 0.5, 1" is a text to YAML. */
static bool is_list_without_brackets(struct reader *r, enum parameter p,
                                     const struct node *node)
{
    bool is = node->kind == NODE_SCALAR && node->plain && strchr(node->text, ',') &&
              parameter_table[p].type != PARAMETER_TEXT;
    if (is)
        complain(r, node, "'%s' has several values: write a list, [%s]",
                 parameter_table[p].name, show(node->text).text);
    return is;
}

bool read_value(struct reader *r, enum parameter p, const struct node *node,
                double *value)
{
    if (is_list_without_brackets(r, p, node))
        return false;
    switch (parameter_table[p].type) {
    case PARAMETER_CHOICE:
        return read_choice(r, p, node, value);
    case PARAMETER_BOOLEAN:
        return read_boolean(r, p, node, value);
    case PARAMETER_TEXT:
        return (text_readers[p] ? text_readers[p] : read_any_text)(r, node, value);
    default:
        return read_number(r, node, value) && in_range(r, p, node, *value);
    }
}

static void read_list(struct reader *r, enum parameter p, const struct node *list)
{
    struct values *values = &r->axis[p];
    bool good = true;

    if (list->count == 0) {
        complain(r, list, "'%s' has an empty list: give at least one value",
                 parameter_table[p].name);
        return;
    }
    values->value = reader_array(r, list->count, sizeof *values->value);
    for (const struct node *item = list->first;
         item && values->value && !reader_full(r); item = item->next) {
        if (read_value(r, p, item, &values->value[values->count]))
            values->count++;
        else
            good = false;
    }
    if (!good) {
        memory_free(values->value);
        values->value = NULL;
    }
}

enum range_kind { LINSPACE, LOGSPACE, RANGE, RANGE_KIND_COUNT };

static const char *const range_names[] = {"linspace", "logspace", "range"};
static const char *const range_forms[] = {"[a, b, count]", "[a, b, count]",
                                          "[a, b, step]"};

/* The number of values of a range, or 0 after a complaint. */
static size_t count_range(struct reader *r, const struct node *node,
                          enum range_kind kind, const double *x)
{
    const char *name = range_names[kind];
    double count = kind == RANGE ? floor((x[1] - x[0]) / x[2] + 1e-9) + 1 : x[2];

    if (kind == RANGE && x[2] == 0)
        complain(r, node, "'range' must have a step other than 0");
    else if (kind == RANGE && count < 1)
        complain(r, node, "'range' steps away from its end: change the sign of %.15g",
                 x[2]);
    else if (kind == LOGSPACE && !(x[0] > 0 && x[1] > 0))
        complain(r, node, "'logspace' must have ends greater than 0");
    else if (!(count >= 1 && count <= RANGE_LIMIT))
        complain(r, node, "'%s' must have 1 to %d values, got %.15g", name, RANGE_LIMIT,
                 count);
    else if (count != floor(count))
        complain(r, node, "'%s' must have a whole count, got %.15g", name, count);
    else if (r->generated + count > GENERATED_LIMIT)
        complain(r, node, "the ranges have more than %d values in all",
                 GENERATED_LIMIT);
    else if (kind != RANGE && count == 1 && x[0] != x[1])
        complain(r, node, "'%s' cannot reach both ends with count 1", name);
    else if (kind != RANGE && count > 1 && x[0] == x[1])
        complain(r, node, "'%s' has equal ends: give count 1", name);
    else
        return (size_t)count;
    return 0;
}

double round_digits(double value)
{
    char digits[32];
    double result;

    snprintf(digits, sizeof digits, "%.15g", value);
    return parse_real(digits, &result) == PARSE_OK ? result + 0.0 : value;
}

double value_between(double low, double high, double t, bool logarithmic)
{
    if (logarithmic)
        return pow(10, log10(low) + (log10(high) - log10(low)) * t);
    return low + (high - low) * t;
}

static double range_value(enum range_kind kind, const double *x, size_t i, size_t count)
{
    double t = count > 1 ? (double)i / (double)(count - 1) : 0;
    double value;

    if (i == 0)
        return x[0];
    if (kind == RANGE) {
        value = x[0] + (double)i * x[2];
        return fabs(value - x[1]) <= 1e-9 * fabs(x[2]) ? x[1] : round_digits(value);
    }
    if (i == count - 1)
        return x[1];
    return round_digits(value_between(x[0], x[1], t, kind == LOGSPACE));
}

static void fill_range(struct reader *r, enum parameter p, const struct node *node,
                       enum range_kind kind, const double *x)
{
    struct values *values = &r->axis[p];
    bool whole = kind != RANGE && parameter_table[p].type == PARAMETER_INTEGER;
    size_t count = count_range(r, node, kind, x);

    if (count == 0)
        return;
    r->generated += count;
    values->value = reader_array(r, count, sizeof *values->value);
    for (size_t i = 0; i < count && values->value; i++) {
        double value = range_value(kind, x, i, count);

        value = whole ? round(value) : value;
        if (values->count > 0 && value == values->value[values->count - 1])
            continue;
        values->value[values->count++] = value;
        if (!in_range(r, p, node, value)) {
            memory_free(values->value);
            values->value = NULL;
        }
    }
}

static void read_range(struct reader *r, enum parameter p, const struct node *node)
{
    const struct node *key = node->first;
    const struct node *item = key ? key->value->first : NULL;
    enum range_kind kind = LINSPACE;
    double x[3];

    if (node->count != 1) {
        complain(r, node, "a range has one key: linspace, logspace or range");
        return;
    }
    while (kind < RANGE_KIND_COUNT && strcmp(range_names[kind], key->text) != 0)
        kind++;
    if (kind == RANGE_KIND_COUNT) {
        complain(r, key, "'%s' is not a range: use linspace, logspace or range%s",
                 show(key->text).text,
                 suggest_word(key->text, range_names, RANGE_KIND_COUNT).text);
    } else if (parameter_table[p].type != PARAMETER_INTEGER &&
               parameter_table[p].type != PARAMETER_REAL) {
        complain(r, key, "'%s' is not a number: give its values as a list",
                 parameter_table[p].name);
    } else if (key->value->kind != NODE_SEQUENCE || key->value->count != 3) {
        complain(r, key->value, "'%s' must be followed by %s", range_names[kind],
                 range_forms[kind]);
    } else {
        bool good = true;

        for (size_t i = 0; i < 3; i++, item = item->next)
            good = read_number(r, item, &x[i]) && good;
        if (good)
            fill_range(r, p, key->value, kind, x);
    }
}

bool value_is_mapping(enum parameter p)
{
    return p == P_DATA || p == P_TEST_DATA;
}

void read_axis(struct reader *r, enum parameter p, const struct node *node)
{
    r->axis[p].node = node;
    r->order[r->order_count++] = p;
    if (node->kind == NODE_SEQUENCE)
        read_list(r, p, node);
    else
        read_range(r, p, node);
}
