#include "sweep/results.h"
#include "sweep/memory.h"
#include "sweep/status.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct own_result {
    struct column_info info; /* its name first, as struct names wants it */
    char *name, *text;
    char *meaning; /* of an audit */
    struct expression *value;
    const struct audit_info *audit; /* of value and other; NULL: a value of its own */
    struct expression *other;
};

/* An own result is the name behind all parameters and columns, in an expression. */
enum { FIRST_OWN = PARAMETER_COUNT + COLUMN_COUNT };

enum { NAME_LIMIT = 64 };

/* What else tables and figures have a column for. */
static const char *const reserved[] = {
    "trials",         "failed",           "undefined",    "success",
    "scaled_success", "restored_success", "exact_success"};

/* All columns and own results, behind the first `parameters` and before `more`. */
static int list_names(const struct results *r, size_t parameters,
                      const char *const *more, size_t count, struct names *out)
{
    size_t total = parameters + COLUMN_COUNT + r->count + count, i = 0;
    struct {
        const char *name, *symbol;
    } *row = memory_array(total, sizeof *row);

    *out = (struct names){.what = parameters ? "parameter or column" : "column",
                          .see = "sweep columns",
                          .first = row,
                          .stride = sizeof *row,
                          .count = total,
                          .symbols = true};
    if (!row)
        return SWEEP_NO_MEMORY;
    for (size_t p = 0; p < parameters; p++, i++) {
        row[i].name = parameter_table[p].name;
        row[i].symbol = parameter_table[p].symbol;
    }
    for (size_t c = 0; c < COLUMN_COUNT; c++, i++) {
        row[i].name = column_table[c].name;
        row[i].symbol = column_table[c].symbol;
    }
    for (size_t k = 0; k < r->count; k++)
        row[i++].name = r->own[k].info.name;
    for (size_t k = 0; k < count; k++)
        row[i++].name = more[k];
    return SWEEP_OK;
}

int results_names(const struct results *r, const char *const *more, size_t count,
                  struct names *out)
{
    return list_names(r, 0, more, count, out);
}

enum column results_find(const struct results *r, const char *word)
{
    for (size_t k = 0; k < r->count; k++)
        if (strcmp(r->own[k].info.name, word) == 0)
            return (enum column)(COLUMN_OWN + k);
    return column_find(word);
}

const struct column_info *results_info(const struct results *r, enum column c)
{
    return c < COLUMN_COUNT ? &column_table[c] : &r->own[c - COLUMN_OWN].info;
}

const struct audit_info *results_audit(const struct results *r, enum column c)
{
    return c < COLUMN_OWN ? NULL : r->own[c - COLUMN_OWN].audit;
}

/* What an expression may not mention, because it has no value or no lasting one. */
static int check_mentioned(const struct results *r, const struct expression *e,
                           char *reason, size_t size)
{
    for (enum column c = 0; c < COLUMN_COUNT; c++)
        if (!column_table[c].in_table && expression_uses(e, PARAMETER_COUNT + c)) {
            snprintf(reason, size,
                     "'%s' differs between equal runs: it is in the database only",
                     column_table[c].name);
            return SWEEP_INPUT;
        }
    for (size_t k = 0; k < r->count; k++)
        if (r->own[k].audit && expression_uses(e, FIRST_OWN + k)) {
            snprintf(reason, size, "'%s' is of many trials: it has no value in one",
                     r->own[k].name);
            return SWEEP_INPUT;
        }
    return SWEEP_OK;
}

int results_compile(const struct results *r, const char *text, struct expression **out,
                    char *reason, size_t size)
{
    struct names names;
    int status = list_names(r, PARAMETER_COUNT, NULL, 0, &names);

    *out = NULL;
    if (status == SWEEP_OK)
        status = expression_compile(out, text, &names, reason, size);
    memory_free((void *)names.first);
    if (status == SWEEP_OK)
        status = check_mentioned(r, *out, reason, size);
    if (status != SWEEP_OK) {
        expression_free(*out);
        *out = NULL;
    }
    return status;
}

bool results_mentioned(const struct results *r, const struct expression *e)
{
    size_t i = PARAMETER_COUNT;

    while (i < FIRST_OWN + r->count && !expression_uses(e, i))
        i++;
    return i < FIRST_OWN + r->count;
}

static void set_column(struct expression *e, enum column c, double value)
{
    const char *const *words = column_table[c].words;

    expression_set(e, PARAMETER_COUNT + c, value,
                   words && !isnan(value) ? words[(size_t)value] : NULL);
}

static int evaluate(struct expression *e, const struct trial_of *t, double *value,
                    char *reason, size_t size)
{
    for (enum column c = 0; c < COLUMN_COUNT; c++)
        set_column(e, c, t->record ? t->record->value[c] : (double)NAN);
    return expression_evaluate(e, t->setting, t->texts, value, reason, size);
}

double results_evaluate(const struct results *r, struct expression *e,
                        const struct trial_of *t, const double *own)
{
    char reason[256];
    double value;

    for (size_t k = 0; k < r->count; k++)
        if (expression_uses(e, FIRST_OWN + k))
            expression_set(e, FIRST_OWN + k, t->record ? own[k] : (double)NAN, NULL);
    return evaluate(e, t, &value, reason, sizeof reason) == SWEEP_OK ? value
                                                                     : (double)NAN;
}

void results_compute(const struct results *r, size_t count, const struct trial_of *t,
                     double *own)
{
    for (size_t k = 0; k < count; k++) {
        const struct results before = {.own = r->own, .count = k};

        own[k] = r->own[k].audit ? (double)NAN
                                 : results_evaluate(&before, r->own[k].value, t, own);
    }
}

void results_pair(const struct results *r, enum column c, const struct trial_of *t,
                  const double *own, double pair[2])
{
    const struct own_result *audit = &r->own[c - COLUMN_OWN];
    const struct results before = {.own = r->own, .count = c - COLUMN_OWN};

    pair[0] = results_evaluate(&before, audit->value, t, own);
    pair[1] = results_evaluate(&before, audit->other, t, own);
}

double results_value(const struct results *r, enum column c, const struct trial_of *t)
{
    double own[RESULTS_LIMIT];

    if (c < COLUMN_COUNT)
        return t->record->value[c];
    results_compute(r, c - COLUMN_OWN + 1, t, own);
    return own[c - COLUMN_OWN];
}

/* Whether the name is one, and free; else why not. Letters count without their case, as
 * they do in expressions. */
static int check_name(const struct results *r, const char *name, char *reason,
                      size_t size)
{
    if (strlen(name) > NAME_LIMIT || !expression_can_name(name)) {
        snprintf(reason, size,
                 "it must have a name of letters, digits and _ (at most %d) that is no "
                 "word of SQL",
                 NAME_LIMIT);
        return SWEEP_INPUT;
    }
    for (size_t k = 0; k < sizeof reserved / sizeof *reserved; k++)
        if (strcasecmp(reserved[k], name) == 0) {
            snprintf(reason, size, "'%s' is another part of tables", reserved[k]);
            return SWEEP_INPUT;
        }
    struct names names;
    int status = list_names(r, PARAMETER_COUNT, NULL, 0, &names);
    for (size_t i = 0; status == SWEEP_OK && i < names.count; i++)
        if (strcasecmp(names_at(&names, i), name) == 0) {
            snprintf(reason, size, "'%s' is a %s already", names_at(&names, i),
                     i < PARAMETER_COUNT ? "parameter"
                     : i < FIRST_OWN     ? "column"
                                         : "result");
            status = SWEEP_INPUT;
        }
    memory_free((void *)names.first);
    return status;
}

/* A text shows when it is evaluated: try it where everything is 1. */
static int try_value(const struct results *r, struct expression *e, char *reason,
                     size_t size)
{
    static const char *const texts[] = {"mixture"};
    struct setting s = setting_default();
    struct record record;
    const struct trial_of t = {.setting = &s, .texts = texts, .record = &record};
    double value;

    for (enum column c = 0; c < COLUMN_COUNT; c++)
        record.value[c] = 1.0;
    for (size_t k = 0; k < r->count; k++)
        expression_set(e, FIRST_OWN + k, 1.0, NULL);
    setting_canonical(&s);
    return evaluate(e, &t, &value, reason, size);
}

/* The first `character` of a text outside quotes, or its end. */
static char *find_outside(char *text, char character)
{
    bool quoted = false;

    while (*text && (*text != character || quoted))
        quoted ^= *text++ == '\'';
    return text;
}

/* Cut "ks(a ~ b)", whose ~ stands at `middle`, into its parts. */
static int cut_audit(char *text, char *middle, struct own_result *own, char *first[2],
                     char *reason, size_t size)
{
    size_t length = strcspn(text, "( \t"), end = strlen(text);
    char *open = text + length + strspn(text + length, " \t"), names[256];
    size_t which = all_audits.count;

    while (end > 0 && isspace((unsigned char)text[end - 1]))
        end--;
    if (*open == '(' && text[end - 1] == ')') {
        text[length] = text[end - 1] = '\0';
        which = names_find(&all_audits, text);
    }
    if (which == all_audits.count || *find_outside(middle + 1, '~')) {
        snprintf(reason, size,
                 "a pair has one ~ and a statistic, such as ks(a ~ b): %s",
                 names_list(&all_audits, names, sizeof names));
        return SWEEP_INPUT;
    }
    own->audit = audit_at(which);
    *middle = '\0';
    first[0] = open + 1;
    first[1] = middle + 1;
    return SWEEP_OK;
}

/* Compile what is a value in a trial. */
static int compile_value(const struct results *r, const char *text,
                         struct expression **out, char *reason, size_t size)
{
    int status = results_compile(r, text, out, reason, size);

    return status == SWEEP_OK ? try_value(r, *out, reason, size) : status;
}

static int compile_result(const struct results *r, struct own_result *own, char *reason,
                          size_t size)
{
    char *copy = memory_string(own->text), *part[2];
    char *text = copy ? copy + strspn(copy, " \t") : NULL;
    char *middle = copy ? find_outside(text, '~') : NULL;
    int status = copy ? SWEEP_OK : SWEEP_NO_MEMORY;

    if (copy && !*middle)
        status = compile_value(r, text, &own->value, reason, size);
    else if (copy) {
        status = cut_audit(text, middle, own, part, reason, size);
        if (status == SWEEP_OK)
            status = compile_value(r, part[0], &own->value, reason, size);
        if (status == SWEEP_OK)
            status = compile_value(r, part[1], &own->other, reason, size);
    }
    memory_free(copy);
    return status;
}

/* "ks(a ~ b): largest advantage of a threshold" */
static char *explain_audit(const struct own_result *own)
{
    size_t size = strlen(own->text) + strlen(own->audit->meaning) + 3;
    char *meaning = memory_array(size, 1);

    if (meaning)
        snprintf(meaning, size, "%s: %s", own->text, own->audit->meaning);
    return meaning;
}

static int fill_result(const struct results *r, struct own_result *own,
                       const char *name, char *reason, size_t size)
{
    if (!own->text || !own->name)
        return SWEEP_NO_MEMORY;
    int status = name ? check_name(r, name, reason, size) : SWEEP_OK;
    if (status == SWEEP_OK)
        status = compile_result(r, own, reason, size);
    if (own->audit && !(own->meaning = explain_audit(own)))
        return SWEEP_NO_MEMORY;
    own->info = (struct column_info){.name = own->name,
                                     .symbol = "",
                                     .type = own->audit ? COLUMN_AUDIT : COLUMN_REAL,
                                     .unit = "",
                                     .in_table = 1,
                                     .meaning = own->audit ? own->meaning : own->text};
    return status;
}

static void own_release(struct own_result *own)
{
    memory_free(own->name);
    memory_free(own->text);
    memory_free(own->meaning);
    expression_free(own->value);
    expression_free(own->other);
}

/* A copy in one line: it stands in tables and scripts. */
static char *copy_line(const char *text)
{
    char *copy = memory_string(text);

    for (char *c = copy; c && *c; c++)
        if (iscntrl((unsigned char)*c))
            *c = ' ';
    return copy;
}

int results_add(struct results *r, const char *name, const char *text, char *reason,
                size_t size)
{
    struct own_result own = {.name = copy_line(name ? name : text),
                             .text = copy_line(text)};
    int status = SWEEP_INPUT;

    if (r->count == RESULTS_LIMIT)
        snprintf(reason, size,
                 "there are %d results of one's own already, the most "
                 "there may be",
                 RESULTS_LIMIT);
    else
        status = fill_result(r, &own, name, reason, size);
    if (status == SWEEP_OK && !r->own)
        r->own = memory_array(RESULTS_LIMIT, sizeof *r->own);
    if (status == SWEEP_OK && r->own) {
        r->own[r->count++] = own;
        return SWEEP_OK;
    }
    own_release(&own);
    return status == SWEEP_OK ? SWEEP_NO_MEMORY : status;
}

void results_release(struct results *r)
{
    for (size_t k = 0; k < r->count; k++)
        own_release(&r->own[k]);
    memory_free(r->own);
    *r = (struct results){0};
}
