#include "sweep/libsvm.h"
#include "sweep/gunzip.h"
#include "sweep/memory.h"
#include "sweep/parse.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Errors told of one file, and the most bytes of a field that a message shows. */
enum { MOST_ERRORS = 20, SHOWN = 40 };

struct reader {
    struct libsvm *out;
    const char *name;
    struct diagnostics *log;
    int status;
    size_t errors;
    size_t line, field; /* from 1 */
    const char *start;  /* of the line */
    size_t entries;
    uint32_t largest;
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
static void complain(struct reader *r, const char *at, const char *what)
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
static bool read_number(struct reader *r, const char *field, const char *text,
                        const char **end, double *value)
{
    switch (parse_leading(text, end, value)) {
    case PARSE_OK:
        return true;
    case PARSE_OVERFLOW:
        complain(r, field, "a number is too large");
        return false;
    default:
        complain(r, field,
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

    for (; *c >= '0' && *c <= '9' && value <= LIBSVM_FEATURE_LIMIT; c++)
        value = 10 * value + (uint32_t)(*c - '0');
    if (value > LIBSVM_FEATURE_LIMIT) {
        complain(r, field, "the index is larger than 10000000");
        return false;
    }
    if (c == field || *c != ':') {
        complain(r, field, "must be index:value, the index a whole number");
        return false;
    }
    *end = c + 1;
    *index = value;
    return true;
}

/* One feature of the point; false after a complaint. */
static bool read_feature(struct reader *r, const char *field, const char *end)
{
    struct libsvm *out = r->out;
    bool first = r->entries == out->start[out->rows];
    const char *c;
    uint32_t index;
    double value;

    if (!read_index(r, field, &c, &index) || !read_number(r, field, c, &c, &value))
        return false;
    if (c != end) {
        complain(r, field, "the value must be a number");
        return false;
    }
    if (!first && index <= out->index[r->entries - 1]) {
        complain(r, field, "the indices of a point must increase");
        return false;
    }
    out->index[r->entries] = index;
    out->value[r->entries++] = value;
    r->from_zero |= index == 0;
    if (index > r->largest)
        r->largest = index;
    return true;
}

/* Scale the row to unit length, by its largest entry first: no square overflows. */
static bool scale_row(struct reader *r, size_t from)
{
    double *value = r->out->value;
    double largest = 0, sum = 0;

    for (size_t k = from; k < r->entries; k++)
        largest = fmax(largest, fabs(value[k]));
    if (largest == 0)
        return false;
    for (size_t k = from; k < r->entries; k++) {
        value[k] /= largest;
        sum += value[k] * value[k];
    }
    for (size_t k = from; k < r->entries; k++)
        value[k] /= sqrt(sum);
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
    struct libsvm *out = r->out;
    const char *label = c, *end = field_end(c), *number_end;
    size_t errors = r->errors;

    r->field = 1;
    if (read_number(r, c, c, &number_end, &out->label[out->rows]) && number_end != end)
        complain(r, c, "must be a number: the label of the point");
    for (c = skip_blanks(end); *c && *c != '\n' && *c != '#'; c = skip_blanks(end)) {
        r->field++;
        end = field_end(c);
        if (!read_feature(r, c, end))
            break; /* what follows may be wrong for that reason alone */
    }
    r->field = 1;
    if (r->errors == errors && !scale_row(r, out->start[out->rows]))
        complain(r, label,
                 "the point has no feature other than 0: it cannot be scaled to unit "
                 "length; remove the line");
    out->label[out->rows] += 0.0; /* -0 is 0 */
    out->start[++out->rows] = r->entries;
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

/* Room for every line and every colon. */
static int reserve(struct libsvm *out, const char *text, size_t length)
{
    size_t lines = 1, colons = 0;

    for (size_t i = 0; i < length; i++) {
        lines += text[i] == '\n';
        colons += text[i] == ':';
    }
    out->start = memory_array(lines + 1, sizeof *out->start);
    out->label = memory_array(lines, sizeof *out->label);
    out->classes = memory_array(lines, sizeof *out->classes);
    out->index = memory_array(colons, sizeof *out->index);
    out->value = memory_array(colons, sizeof *out->value);
    return out->start && out->label && out->classes && out->index && out->value
               ? SWEEP_OK
               : SWEEP_NO_MEMORY;
}

static int compare_numbers(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void find_classes(struct libsvm *out)
{
    memcpy(out->classes, out->label, out->rows * sizeof *out->label);
    qsort(out->classes, out->rows, sizeof *out->classes, compare_numbers);
    for (size_t i = 0; i < out->rows; i++)
        if (i == 0 || out->classes[i] != out->classes[out->class_count - 1])
            out->classes[out->class_count++] = out->classes[i];
}

static void find_digest(struct libsvm *out)
{
    struct rng_key key = rng_key_word(rng_key_start(), out->features);

    for (size_t i = 0; i < out->rows; i++) {
        key = rng_key_real(key, out->label[i]);
        key = rng_key_word(key, out->start[i + 1] - out->start[i]);
        for (size_t k = out->start[i]; k < out->start[i + 1]; k++)
            key = rng_key_real(rng_key_word(key, out->index[k]), out->value[k]);
    }
    out->digest = key;
}

/* Features of value 0 say nothing: take them out. Indices from 0. */
static void finish(struct reader *r)
{
    struct libsvm *out = r->out;
    size_t kept = 0;

    for (size_t i = 0; i < out->rows; i++) {
        size_t from = out->start[i];

        out->start[i] = kept;
        for (size_t k = from; k < out->start[i + 1]; k++) {
            if (out->value[k] == 0)
                continue;
            out->index[kept] = out->index[k] - !r->from_zero;
            out->value[kept++] = out->value[k];
        }
    }
    out->start[out->rows] = kept;
    out->features = r->largest + r->from_zero;
    find_classes(out);
    find_digest(out);
}

static int read_text(struct libsvm *out, const char *name, const char *text,
                     size_t length, struct diagnostics *log)
{
    struct reader r = {.out = out, .name = name, .log = log};

    if (reserve(out, text, length) != SWEEP_OK) {
        diagnostics_add(log, name, 0, 0, "out of memory");
        return SWEEP_NO_MEMORY;
    }
    read_lines(&r, text, length);
    if (r.errors > MOST_ERRORS)
        diagnostics_add(log, name, r.line, 0, "and more errors from here on");
    if (r.status == SWEEP_OK && out->rows == 0) {
        diagnostics_add(log, name, 0, 0, "there is no point in it");
        r.status = SWEEP_INPUT;
    }
    if (r.status == SWEEP_OK)
        finish(&r);
    return r.status;
}

/* Text that is zero-terminated and has no zero before that. */
static int as_text(const char *name, const void *bytes, size_t size, char **text,
                   size_t *length, struct diagnostics *log)
{
    const char *reason = "";
    int status = SWEEP_OK;

    if (gunzip_is(bytes, size)) {
        status = gunzip(bytes, size, LIBSVM_FILE_LIMIT, text, length, &reason);
        if (status == SWEEP_INPUT)
            diagnostics_add(log, name, 0, 0, "the gzip file %s", reason);
    } else if ((*text = memory_array(size + 1, 1))) {
        memcpy(*text, bytes, size);
        *length = size;
    } else {
        status = SWEEP_NO_MEMORY;
    }
    if (status == SWEEP_NO_MEMORY)
        diagnostics_add(log, name, 0, 0, "out of memory");
    if (status == SWEEP_OK && memchr(*text, '\0', *length)) {
        diagnostics_add(log, name, 0, 0,
                        "not a text: data are in LIBSVM format, plain or gzip");
        memory_free(*text);
        *text = NULL;
        status = SWEEP_INPUT;
    }
    return status;
}

int libsvm_read(struct libsvm *out, const char *name, const void *bytes, size_t size,
                struct diagnostics *log)
{
    char *text = NULL;
    size_t length = 0;

    *out = (struct libsvm){0};
    int status = as_text(name, bytes, size, &text, &length, log);
    if (status == SWEEP_OK)
        status = read_text(out, name, text, length, log);
    memory_free(text);
    if (status != SWEEP_OK)
        libsvm_release(out);
    return status;
}

void libsvm_row(const struct libsvm *l, size_t i, double *x)
{
    memset(x, 0, l->features * sizeof *x);
    for (size_t k = l->start[i]; k < l->start[i + 1]; k++)
        x[l->index[k]] = l->value[k];
}

double libsvm_product(const struct libsvm *l, size_t i, const double *g)
{
    double sum = 0;
    for (size_t k = l->start[i]; k < l->start[i + 1]; k++)
        sum += l->value[k] * g[l->index[k]];
    return sum;
}

void libsvm_release(struct libsvm *l)
{
    if (!l)
        return;
    memory_free(l->start);
    memory_free(l->index);
    memory_free(l->value);
    memory_free(l->label);
    memory_free(l->classes);
    *l = (struct libsvm){0};
}
