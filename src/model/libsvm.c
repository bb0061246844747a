#include "sweep/libsvm.h"
#include "sweep/csv.h"
#include "sweep/parse.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Errors reported of one file, and the most bytes of a field that a message shows. */
enum { MOST_ERRORS = 20, SHOWN = 40 };

struct reader {
    struct labelled *out;
    const char *name;
    struct diagnostics *log;
    int status;
    size_t errors;
    size_t line, field; /* from 1 */
    const char *start;  /* of the line */
    size_t entries;
    bool from_zero; /* an index is 0 */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

/* Where a field that starts at `c` ends. */
static const char *field_end(const char *c)
{
    while (*c && !is_blank(*c) && *c != '\n' && *c != '#')
        c++;
    return c;
}

/* An error of the field at `at`: what it is, then its text. */
static void refuse_field(struct reader *r, const char *at, const char *what)
{
    size_t length = (size_t)(field_end(at) - at);
    char shown[SHOWN + 1] = "";

    r->status = SWEEP_INPUT;
    if (++r->errors > MOST_ERRORS)
        return;
    for (size_t i = 0; i < length && i < SHOWN; i++)
        shown[i] = at[i] > ' ' && at[i] < 0x7f ? at[i] : '?';
    diagnostics_add(r->log, r->name, r->line, (size_t)(at - r->start) + 1,
                    "field %zu, '%s%s': %s", r->field, shown,
                    length > SHOWN ? "..." : "", what);
}

/* A number that ends where the field or, with a colon, its first part does. */
static bool parse_entry(struct reader *r, const char *field, const char *text,
                        const char **end, double *value)
{
    switch (parse_leading(text, end, value)) {
    case PARSE_OK:
        return true;
    case PARSE_OVERFLOW:
        refuse_field(r, field, "a number is too large");
        return false;
    default:
        refuse_field(r, field,
                     text == field ? "must be a number: the label of the point"
                                   : "the value must be a number");
        return false;
    }
}

/* The whole number before the colon; false after a complaint. */
static bool read_index(struct reader *r, const char *field, const char **end,
                       uint32_t *index)
{
    const char *c = field;
    uint32_t value = 0;

    for (; *c >= '0' && *c <= '9' && value <= LABELLED_INDEX_LIMIT; c++)
        value = 10 * value + (uint32_t)(*c - '0');
    if (value > LABELLED_INDEX_LIMIT) {
        refuse_field(r, field,
                     "the index is larger than 10000000, the most that is read");
        return false;
    }
    if (strncmp(field, "qid:", 4) == 0) {
        refuse_field(r, field,
                     "groups of points (qid) mean nothing here: take the field out");
        return false;
    }
    if (c == field || *c != ':') {
        refuse_field(r, field, "must be index:value, the index a whole number");
        return false;
    }
    *end = c + 1;
    *index = value;
    return true;
}

/* One feature of the point; false after a complaint. */
static bool read_feature(struct reader *r, const char *field, const char *end)
{
    struct labelled *out = r->out;
    bool first = r->entries == out->start[out->rows];
    const char *c;
    uint32_t index;
    double value;

    if (!read_index(r, field, &c, &index) || !parse_entry(r, field, c, &c, &value))
        return false;
    if (c != end) {
        refuse_field(r, field, "the value must be a number");
        return false;
    }
    if (!first && index <= out->index[r->entries - 1]) {
        refuse_field(r, field, "the indices of a point must increase");
        return false;
    }
    out->index[r->entries] = index;
    out->value[r->entries++] = value;
    r->from_zero |= index == 0;
    return true;
}

static const char *skip_blanks(const char *c)
{
    while (is_blank(*c))
        c++;
    return c;
}

/* The line at r->start, which is not empty. */
static void read_point(struct reader *r, const char *c)
{
    struct labelled *out = r->out;
    const char *first = c, *end = field_end(c), *number_end;
    size_t errors = r->errors;
    double label = 0;

    r->field = 1;
    if (parse_entry(r, c, c, &number_end, &label) && number_end != end)
        refuse_field(r, c, "must be a number: the label of the point");
    for (c = skip_blanks(end); *c && *c != '\n' && *c != '#'; c = skip_blanks(end)) {
        r->field++;
        end = field_end(c);
        if (!read_feature(r, c, end))
            break; /* what follows may be wrong for that reason alone */
    }
    r->field = 1;
    if (!labelled_add(out, label, r->entries - out->start[out->rows]) &&
        r->errors == errors)
        refuse_field(
            r, first,
            "the point has no feature other than 0: it cannot be scaled to unit "
            "length; remove the line");
}

static void read_lines(struct reader *r, const char *text, size_t length)
{
    const char *c = text;

    while (c < text + length && r->errors <= MOST_ERRORS) {
        const char *end = memchr(c, '\n', (size_t)(text + length - c));

        r->line++;
        r->start = c;
        c = skip_blanks(c);
        if (*c && *c != '\n' && *c != '#')
            read_point(r, c);
        if (!end)
            break;
        c = end + 1;
    }
}

static int refuse_table(struct reader *r, char separator)
{
    diagnostics_add(r->log, r->name, 1, 0,
                    "a table with %s between its values, not LIBSVM: give the file the "
                    "ending .csv",
                    separator == ';' ? "semicolons" : "commas");
    return SWEEP_INPUT;
}

/* Room for every line and every colon. */
static int reserve_entries(struct labelled *out, const char *text, size_t length)
{
    size_t lines = 1, colons = 0;

    for (size_t i = 0; i < length; i++) {
        lines += text[i] == '\n';
        colons += text[i] == ':';
    }
    return labelled_reserve(out, lines, colons);
}

int libsvm_read(struct labelled *out, const char *name, const char *text, size_t length,
                struct diagnostics *log)
{
    struct reader r = {.out = out, .name = name, .log = log};

    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) { /* byte-order mark */
        text += 3;
        length -= 3;
    }
    char separator = csv_separator(text);
    if (separator && separator != '\t') /* which LIBSVM has too */
        return refuse_table(&r, separator);
    if (reserve_entries(out, text, length) != SWEEP_OK)
        return SWEEP_NO_MEMORY;
    read_lines(&r, text, length);
    if (r.errors > MOST_ERRORS)
        diagnostics_add(log, name, r.line, 0, "and more errors from here on");
    if (r.status == SWEEP_OK)
        labelled_finish(out, r.from_zero ? 0 : 1);
    return r.status;
}
