#include "sweep/expression.h"
#include "sweep/memory.h"
#include "sweep/status.h"
#include <ctype.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct expression {
    sqlite3 *memory;
    sqlite3_stmt *statement;   /* name i is its argument i + 1 */
    const struct names *names; /* while compiling */
    bool *mentions;            /* (count) */
    size_t count;              /* of names */
    bool tests_undefined;      /* see expression_tests_undefined */
    int selects;               /* seen while compiling */
};

/* Bounds what an expression can cost: text and values in bytes, depth of the tree. */
enum { LENGTH_LIMIT = 100000, DEPTH_LIMIT = 100, PATTERN_LIMIT = 100 };

/* The functions allowed: each gives the same result for the same arguments. */
/* clang-format off */
static const char *const functions[] = {
    "abs", "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "ceil",
    "ceiling", "coalesce", "cos", "cosh", "degrees", "exp", "floor", "glob",
    "ifnull", "iif", "length", "like", "ln", "log", "log10", "log2", "lower", "max",
    "min", "mod", "nullif", "pi", "pow", "power", "radians", "round", "sign", "sin",
    "sinh", "sqrt", "tan", "tanh", "trunc", "upper"
};
/* clang-format on */

/* Words with which a part that is undefined may decide. */
static const char *const undefined_words[] = {
    "case", "coalesce", "ifnull", "iif", "is", "isnull", "notnull", "null", "nullif"};

static const struct names all_undefined_words = {NAMES_OF(undefined_words)};

static const struct names all_functions = {.what = "function", NAMES_OF(functions)};

/* Two selects are our own (see prepare_statement); a third is one of the user's. */
static int authorize(void *context, int action, const char *a, const char *function,
                     const char *b, const char *c)
{
    struct expression *e = context;

    (void)a, (void)b, (void)c;
    if (action == SQLITE_SELECT)
        return ++e->selects <= 2 ? SQLITE_OK : SQLITE_DENY;
    for (size_t i = 0; action == SQLITE_FUNCTION && i < all_functions.count; i++) {
        if (sqlite3_stricmp(functions[i], function) == 0)
            return SQLITE_OK;
    }
    return SQLITE_DENY;
}

static bool name_character(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static size_t word_length(const char *word)
{
    size_t length = 0;

    while (name_character(word[length]))
        length++;
    return length;
}

/* The name that stands at `word`, `length` characters, or the number of names. */
static size_t find_word(const struct names *names, const char *word, size_t length)
{
    size_t i = 0;

    while (i < names->count && (strlen(names_at(names, i)) != length ||
                                strncasecmp(names_at(names, i), word, length) != 0))
        i++;
    return i;
}

/* Note the names mentioned outside '...', and make sure that (text) is one pair of
 * parentheses whatever else it contains: no way out of them, no comment, no second
 * statement, no argument. Returns what is wrong, or NULL. */
static const char *scan(struct expression *e, const char *text)
{
    int depth = 0;

    if (text[strspn(text, " \t\r\n")] == '\0')
        return "the expression is empty";
    if (strlen(text) > LENGTH_LIMIT / 2)
        return "the expression is too long";
    for (const char *c = text; *c; c++) {
        if (name_character(*c)) {
            size_t length = word_length(c), name = find_word(e->names, c, length);

            if (name < e->names->count)
                e->mentions[name] = true;
            if (find_word(&all_undefined_words, c, length) < all_undefined_words.count)
                e->tests_undefined = true;
            c += length - 1;
        } else if (*c == '\'') {
            c = strchr(c + 1, '\'');
            if (!c)
                return "a quote ' is not closed";
        } else if (*c == '"') {
            return "words take single quotes: model = 'relu'";
        } else if ((*c == '-' && c[1] == '-') || (*c == '/' && c[1] == '*')) {
            return "it holds a comment: '--' or '/*'";
        } else if (strchr(";?:@$#`[]{}\\", *c)) {
            return "it holds one of ; ? : @ $ # ` [ ] { } \\, which no expression has";
        } else if (*c == '(') {
            depth++;
        } else if (*c == ')' && --depth < 0) {
            return "a ')' has no '('";
        }
    }
    return depth > 0 ? "a '(' has no ')'" : NULL;
}

static bool is_choice(const char *word)
{
    for (enum parameter p = 0; p < PARAMETER_COUNT; p++) {
        if (parameter_choice(p, word) >= 0)
            return true;
    }
    return false;
}

/* No such name, with what may have been meant. */
static void explain_name(const struct names *names, const char *word, char *buffer,
                         size_t size)
{
    const char *near = names_near(names, word);

    if (names != &all_functions && is_choice(word))
        snprintf(buffer, size, "no such %s: %s (words take quotes: '%s')", names->what,
                 word, word);
    else if (near)
        snprintf(buffer, size, "no such %s: %s (did you mean '%s'?)", names->what, word,
                 near);
    else
        snprintf(buffer, size, "no such %s: %.64s", names->what, word);
}

/* SQLite's message in our words. */
static void explain(const struct expression *e, char *buffer, size_t size)
{
    static const char column[] = "no such column: ";
    static const char missing[] = "no such function: ";
    static const char aggregate[] = "misuse of aggregate: ";
    static const char denied[] = "not authorized to use function: ";
    const char *message = sqlite3_errmsg(e->memory);

    if (strncmp(message, column, strlen(column)) == 0)
        explain_name(e->names, message + strlen(column), buffer, size);
    else if (strncmp(message, missing, strlen(missing)) == 0 ||
             strncmp(message, denied, strlen(denied)) == 0)
        explain_name(&all_functions, strchr(message, ':') + 2, buffer, size);
    else if (strncmp(message, aggregate, strlen(aggregate)) == 0)
        snprintf(buffer, size, "%.40s needs two arguments or more",
                 message + strlen(aggregate));
    else if (strcmp(message, "near \")\": syntax error") == 0)
        snprintf(buffer, size, "syntax error near a ')' or the end");
    else if (e->selects > 2)
        snprintf(buffer, size, "a sub-select is not allowed");
    else
        snprintf(buffer, size, "%.120s", message);
    for (char *c = buffer; *c; c++) {
        if (iscntrl((unsigned char)*c))
            *c = '?';
    }
}

/* The text with a name in quotes where SQL has another use for it ("unique"). */
static void append_text(sqlite3_str *sql, const struct names *names, const char *text)
{
    for (size_t length; *text; text += length) {
        const char *quote = *text == '\'' ? strchr(text + 1, '\'') : NULL;
        bool is_word = name_character(*text);

        length = quote ? (size_t)(quote - text) + 1 : is_word ? word_length(text) : 1;
        if (is_word && sqlite3_keyword_check(text, (int)length) &&
            find_word(names, text, length) < names->count)
            sqlite3_str_appendf(sql, "\"%.*s\"", (int)length, text);
        else
            sqlite3_str_append(sql, text, (int)length);
    }
}

static int prepare_statement(struct expression *e, const char *text, char *buffer,
                             size_t size)
{
    sqlite3_str *sql = sqlite3_str_new(e->memory);
    char *query;
    int rc;

    /* With one argument min and max are over rows, of which there is but one. A
     * condition may not hold such functions, and this one has no other meaning. */
    sqlite3_str_appendall(sql, "SELECT (");
    append_text(sql, e->names, text);
    sqlite3_str_appendall(sql, ") FROM (SELECT 0");
    for (size_t i = 0; i < e->names->count; i++)
        if (e->mentions[i])
            sqlite3_str_appendf(sql, ",?%d AS \"%w\"", (int)i + 1,
                                names_at(e->names, i));
    sqlite3_str_appendall(sql, ") WHERE CASE WHEN (");
    append_text(sql, e->names, text);
    sqlite3_str_appendall(sql, ") THEN 1 ELSE 1 END");
    query = sqlite3_str_finish(sql);
    if (!query)
        return SWEEP_NO_MEMORY;
    sqlite3_set_authorizer(e->memory, authorize, e);
    rc = sqlite3_prepare_v2(e->memory, query, -1, &e->statement, NULL);
    sqlite3_set_authorizer(e->memory, NULL, NULL);
    sqlite3_free(query);
    if (rc == SQLITE_NOMEM)
        return SWEEP_NO_MEMORY;
    if (rc != SQLITE_OK) {
        explain(e, buffer, size);
        return SWEEP_INPUT;
    }
    return SWEEP_OK;
}

static int compile(struct expression *e, const char *text, char *buffer, size_t size)
{
    const char *wrong;

    e->count = e->names->count;
    e->mentions = memory_array(e->count, sizeof *e->mentions);
    if (!e->mentions)
        return SWEEP_NO_MEMORY;
    wrong = scan(e, text);
    if (wrong) {
        snprintf(buffer, size, "%s", wrong);
        return SWEEP_INPUT;
    }
    if (sqlite3_open(":memory:", &e->memory) != SQLITE_OK)
        return SWEEP_NO_MEMORY;
    sqlite3_limit(e->memory, SQLITE_LIMIT_LENGTH, LENGTH_LIMIT);
    sqlite3_limit(e->memory, SQLITE_LIMIT_EXPR_DEPTH, DEPTH_LIMIT);
    sqlite3_limit(e->memory, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, PATTERN_LIMIT);
    return prepare_statement(e, text, buffer, size);
}

int expression_compile(struct expression **out, const char *text,
                       const struct names *names, char *buffer, size_t size)
{
    struct expression *e = memory_array(1, sizeof *e);
    int status = SWEEP_NO_MEMORY;

    if (e) {
        e->names = names;
        status = compile(e, text, buffer, size);
        e->names = NULL;
    }
    *out = e;
    if (status != SWEEP_OK) {
        expression_free(e);
        *out = NULL;
    }
    return status;
}

bool expression_can_name(const char *name)
{
    size_t length = word_length(name);

    return isalpha((unsigned char)name[0]) && name[length] == '\0' &&
           !sqlite3_keyword_check(name, (int)length);
}

bool expression_uses(const struct expression *e, size_t name)
{
    return name < e->count && e->mentions[name];
}

bool expression_tests_undefined(const struct expression *e)
{
    return e->tests_undefined;
}

void expression_set(struct expression *e, size_t name, double value, const char *word)
{
    int argument = (int)name + 1;

    if (!expression_uses(e, name))
        return;
    if (isnan(value))
        sqlite3_bind_null(e->statement, argument);
    else if (word)
        sqlite3_bind_text(e->statement, argument, word, -1, SQLITE_STATIC);
    else
        sqlite3_bind_double(e->statement, argument, value);
}

static void bind(struct expression *e, const struct setting *s,
                 const char *const *strings, enum parameter p)
{
    enum parameter_type type = parameter_table[p].type;
    double value = s->value[p];
    const char *word = NULL;

    if (type == PARAMETER_CHOICE && !isnan(value))
        word = parameter_word(p, (size_t)value);
    else if (type == PARAMETER_TEXT && !isnan(value))
        word = strings[(size_t)value];
    expression_set(e, p, value, word);
}

int expression_evaluate(struct expression *e, const struct setting *s,
                        const char *const *strings, double *result, char *buffer,
                        size_t size)
{
    int status = SWEEP_OK;
    int rc;

    for (enum parameter p = 0; p < PARAMETER_COUNT; p++) {
        if (expression_uses(e, p))
            bind(e, s, strings, p);
    }
    rc = sqlite3_step(e->statement);
    if (rc == SQLITE_NOMEM) {
        status = SWEEP_NO_MEMORY;
    } else if (rc != SQLITE_ROW) {
        explain(e, buffer, size);
        status = SWEEP_INPUT;
    } else if (sqlite3_column_type(e->statement, 0) == SQLITE_NULL) {
        *result = NAN;
    } else if (sqlite3_column_type(e->statement, 0) == SQLITE_TEXT ||
               sqlite3_column_type(e->statement, 0) == SQLITE_BLOB) {
        snprintf(buffer, size, "it gives a text, not a number");
        status = SWEEP_INPUT;
    } else {
        *result = sqlite3_column_double(e->statement, 0);
    }
    sqlite3_reset(e->statement);
    return status;
}

void expression_free(struct expression *e)
{
    if (!e)
        return;
    sqlite3_finalize(e->statement);
    sqlite3_close(e->memory);
    memory_free(e->mentions);
    memory_free(e);
}
