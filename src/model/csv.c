#include "sweep/csv.h"
#include "sweep/memory.h"
#include "sweep/parse.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Errors reported of one file, and the most bytes of a field that a message shows. */
enum { MOST_ERRORS = 20, SHOWN = 40 };

/* Of a field; END_WRONG: reported, and nothing is left to read. */
enum ending { END_FIELD, END_LINE, END_TEXT, END_WRONG };

struct reader {
    struct tabular *out;
    const char *name;
    struct diagnostics *log;
    int status;
    size_t errors;
    const char *at, *end;
    size_t line;       /* from 1 */
    const char *start; /* of the line */
    char separator;
    size_t first_line;                 /* whose fields are counted */
    size_t opened_line, opened_column; /* where the field at hand starts */
    char field[CSV_FIELD_LIMIT + 1];   /* the one at hand, without blanks and quotes */
};

static const char *skip_mark(const char *text)
{
    return strncmp(text, "\xef\xbb\xbf", 3) == 0 ? text + 3 : text;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The first line that counts, or the end of the text. */
static const char *first_row(const char *text)
{
    const char *c = skip_mark(text);
    for (;;) {
        const char *line = c;
        while (is_blank(*c))
            c++;
        if (*c != '#' && *c != '\n')
            return line;
        c += strcspn(c, "\n");
        if (!*c++)
            return c - 1;
    }
}

/* Of the first line, outside quotes: whether it has this letter. */
static bool row_has(const char *row, char letter)
{
    bool quoted = false;
    for (; *row && (quoted || *row != '\n'); row++) {
        quoted ^= *row == '"';
        if (!quoted && *row == letter)
            return true;
    }
    return false;
}

static char separator_of(const char *row)
{
    static const char letters[] = "\t;,";
    for (const char *c = letters; *c; c++)
        if (row_has(row, *c))
            return *c;
    return 0;
}

char csv_separator(const char *text)
{
    const char *row = first_row(text);
    return row_has(row, ':') || row_has(row, '#') ? 0 : separator_of(row);
}

/* An error of the field at hand, which is in this column. */
static void refuse_field(struct reader *r, size_t column, const char *what)
{
    size_t length = strlen(r->field);
    char shown[SHOWN + 1] = "", called[SHOWN + 8] = "";
    const char *name = tabular_name(r->out, column);

    r->status = SWEEP_INPUT;
    if (++r->errors > MOST_ERRORS)
        return;
    for (size_t i = 0; i < length && i < SHOWN; i++)
        shown[i] = r->field[i] >= ' ' && r->field[i] < 0x7f ? r->field[i] : '?';
    if (name && *name)
        snprintf(called, sizeof called, " (%.*s)", SHOWN, name);
    for (char *c = called; *c; c++)
        *c = *c >= ' ' && *c < 0x7f ? *c : '?';
    diagnostics_add(r->log, r->name, r->opened_line, r->opened_column,
                    "field %zu%s, '%s%s': %s", column + 1, called, shown,
                    length > SHOWN ? "..." : "", what);
}

/* An error after which the rest makes no sense. */
static void give_up(struct reader *r, const char *what)
{
    r->status = SWEEP_INPUT;
    r->errors++;
    r->at = r->end;
    diagnostics_add(r->log, r->name, r->opened_line, r->opened_column, "%s", what);
}

/* One more letter of the field; false after a complaint. */
static bool keep(struct reader *r, size_t *length, char letter)
{
    if (*length == CSV_FIELD_LIMIT) {
        give_up(r, "a field has more than 4096 bytes: is a quote not closed?");
        return false;
    }
    r->field[(*length)++] = letter;
    return true;
}

/* Behind the opening quote. */
static bool read_quoted(struct reader *r, size_t *length)
{
    for (; r->at < r->end; r->at++) {
        if (*r->at == '"' && r->at[1] != '"') {
            r->at++;
            return true;
        }
        if (*r->at == '"')
            r->at++;
        if (*r->at == '\n') {
            r->line++;
            r->start = r->at + 1;
        }
        if (!keep(r, length, *r->at))
            return false;
    }
    give_up(r, "a quote is not closed");
    return false;
}

static bool ends_field(const struct reader *r)
{
    return r->at >= r->end || *r->at == r->separator || *r->at == '\n';
}

static void skip_blanks(struct reader *r)
{
    while (!ends_field(r) && is_blank(*r->at))
        r->at++;
}

/* The next field to r->field, without blanks around it. */
static enum ending read_field(struct reader *r, bool *quoted)
{
    size_t length = 0;

    skip_blanks(r);
    r->opened_line = r->line;
    r->opened_column = (size_t)(r->at - r->start) + 1;
    *quoted = r->at < r->end && *r->at == '"';
    if (*quoted) {
        r->at++;
        if (!read_quoted(r, &length))
            return END_WRONG;
        skip_blanks(r);
        if (!ends_field(r)) {
            give_up(r, "there is text behind a quoted field");
            return END_WRONG;
        }
    }
    for (; !ends_field(r); r->at++)
        if (!keep(r, &length, *r->at))
            return END_WRONG;
    while (!*quoted && length > 0 && is_blank(r->field[length - 1]))
        length--;
    r->field[length] = '\0';
    if (r->at >= r->end)
        return END_TEXT;
    bool line = *r->at++ == '\n';
    if (line) {
        r->line++;
        r->start = r->at;
    }
    return line ? END_LINE : END_FIELD;
}

/* What stands for a value that is missing. */
static bool is_missing(const char *field)
{
    static const char *const words[] = {"",     "na",   "n/a", "#n/a", "nan", "<na>",
                                        "null", "none", "?",   "-",    "."};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcasecmp(words[i], field) == 0)
            return true;
    return false;
}

static enum parse_result parse_number(const char *field, double *value)
{
    const char *end;
    enum parse_result result = parse_leading(field, &end, value);
    return result == PARSE_OK && *end ? PARSE_SYNTAX : result;
}

static bool has_decimal_comma(const char *field)
{
    const char *comma = strchr(field, ',');
    double value;
    char copy[32];
    if (!comma || strlen(field) >= sizeof copy)
        return false;
    strcpy(copy, field);
    copy[comma - field] = '.';
    return parse_number(copy, &value) == PARSE_OK;
}

/* The field at hand as a number to its place in the row at hand. */
static void store_field(struct reader *r, size_t column)
{
    double *value = &r->out->value[r->out->rows * r->out->columns + column];
    enum parse_result result = parse_number(r->field, value);

    if (is_missing(r->field))
        refuse_field(
            r, column,
            "a value is missing: fill it in, or remove the line or the column");
    else if (result == PARSE_OVERFLOW)
        refuse_field(r, column, "a number is too large");
    else if (result != PARSE_OK && has_decimal_comma(r->field))
        refuse_field(r, column, "a decimal comma: numbers have a point");
    else if (result != PARSE_OK)
        refuse_field(r, column,
                     "must be a number: give words numbers, classes too, or remove the "
                     "column");
}

static bool is_infinite(const char *field)
{
    field += *field == '+' || *field == '-';
    return strcasecmp(field, "inf") == 0 || strcasecmp(field, "infinity") == 0;
}

/* Counts the columns of the first line. It holds their names, which is returned, if one
 * of its fields is neither a number, however large, nor missing. One that counts 0, 1, 2
 * may be either, and is refused. */
static bool count_columns(struct reader *r)
{
    const char *at = r->at;
    size_t line = r->line;
    bool header = false, counting = true, quoted;
    double value;
    enum ending ending;

    r->first_line = line;
    do {
        ending = read_field(r, &quoted);
        enum parse_result result = parse_number(r->field, &value);
        header |= ending != END_WRONG && !is_missing(r->field) &&
                  result == PARSE_SYNTAX && !is_infinite(r->field);
        counting &= result == PARSE_OK && value == (double)r->out->columns;
        r->out->columns++;
    } while (ending == END_FIELD);
    if (ending == END_WRONG)
        return false;
    if (counting && r->out->columns > 2) {
        give_up(r,
                "the first line counts 0, 1, 2, ...: columns without names? Name them, "
                "or remove the line");
        return false;
    }
    r->at = r->start = at;
    r->line = line;
    return header;
}

/* No name is longer than its field. */
static int read_header(struct reader *r)
{
    size_t used = 0;
    bool quoted;
    enum ending ending;

    r->out->names = memory_array((size_t)(r->end - r->at) + 1, 1);
    if (!r->out->names)
        return SWEEP_NO_MEMORY;
    do {
        ending = read_field(r, &quoted);
        strcpy(r->out->names + used, r->field);
        used += strlen(r->field) + 1;
    } while (ending == END_FIELD);
    return SWEEP_OK;
}

static void read_row(struct reader *r)
{
    struct tabular *out = r->out;
    size_t line = r->line, column = 0, errors = r->errors;
    bool quoted;
    enum ending ending;

    do {
        ending = read_field(r, &quoted);
        if (ending == END_WRONG ||
            (column == 0 && ending != END_FIELD && !quoted && !*r->field))
            return; /* an empty line */
        if (column < out->columns)
            store_field(r, column);
        column++;
    } while (ending == END_FIELD);
    if (column != out->columns && r->errors++ < MOST_ERRORS)
        diagnostics_add(r->log, r->name, line, 0, "%zu field%s where line %zu has %zu",
                        column, column == 1 ? "" : "s", r->first_line, out->columns);
    if (column != out->columns)
        r->status = SWEEP_INPUT;
    if (r->errors == errors)
        out->line[out->rows++] = line;
}

static void read_rows(struct reader *r)
{
    while (r->at < r->end && r->errors <= MOST_ERRORS) {
        if (*r->at != '#') {
            read_row(r);
            continue;
        }
        const char *next = memchr(r->at, '\n', (size_t)(r->end - r->at));
        r->at = r->start = next ? next + 1 : r->end;
        r->line++;
    }
}

/* Room for as many values as there are separators and line ends. */
static int reserve(struct reader *r)
{
    size_t lines = 1, fields = 1;

    for (const char *c = r->at; c < r->end; c++) {
        lines += *c == '\n';
        fields += *c == r->separator || *c == '\n';
    }
    r->out->value = memory_array(fields, sizeof *r->out->value);
    r->out->line = memory_array(lines, sizeof *r->out->line);
    return r->out->value && r->out->line ? SWEEP_OK : SWEEP_NO_MEMORY;
}

int csv_read(struct tabular *out, const char *name, const char *text, size_t length,
             struct diagnostics *log)
{
    const char *row = first_row(text);
    struct reader r = {.out = out,
                       .name = name,
                       .log = log,
                       .at = row,
                       .start = row,
                       .end = text + length,
                       .line = 1,
                       .separator = separator_of(row)};

    for (const char *c = text; c < row; c++)
        r.line += *c == '\n';
    if (reserve(&r) != SWEEP_OK)
        return SWEEP_NO_MEMORY;
    if (r.at < r.end && count_columns(&r) && read_header(&r) != SWEEP_OK)
        return SWEEP_NO_MEMORY;
    read_rows(&r);
    if (r.errors > MOST_ERRORS)
        diagnostics_add(log, name, r.line, 0, "and more errors from here on");
    return r.status;
}
