#include "sweep/npy_reader.h"
#include "sweep/memory.h"
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* What numbers are made of. */
enum kind { KIND_REAL, KIND_SIGNED, KIND_UNSIGNED };

struct header {
    enum kind kind;
    size_t width; /* bytes of a number */
    bool big;     /* the first byte counts most */
    bool fortran; /* columns one after the other */
    size_t shape[2], dimensions;
    const unsigned char *data;
    size_t size; /* bytes from there on */
};

static int refuse(const char *name, struct diagnostics *log, const char *message)
{
    diagnostics_add(log, name, 0, 0, "%s", message);
    return SWEEP_INPUT;
}

/* The text of the header, which is no string: magic, version, its length in 2 or 4
 * bytes, itself. */
static bool find_dictionary(const char *bytes, size_t size, const char **text,
                            size_t *length)
{
    const unsigned char *b = (const unsigned char *)bytes;

    if (size < 12 || memcmp(b, "\x93NUMPY", 6) != 0 || b[6] < 1 || b[6] > 3)
        return false;
    size_t prefix = b[6] == 1 ? 10 : 12;
    *length = b[8] | (size_t)b[9] << 8;
    if (b[6] > 1)
        *length |= (size_t)b[10] << 16 | (size_t)b[11] << 24;
    *text = bytes + prefix;
    return *length <= size - prefix;
}

/* Reads the header as far as it is what NumPy writes. */
struct scanner {
    const char *at, *end;
};

static void skip_blanks(struct scanner *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\n'))
        s->at++;
}

static bool take(struct scanner *s, const char *word)
{
    size_t length = strlen(word);

    skip_blanks(s);
    if ((size_t)(s->end - s->at) < length || memcmp(s->at, word, length) != 0)
        return false;
    s->at += length;
    return true;
}

static bool take_size(struct scanner *s, size_t *value)
{
    const char *from;

    skip_blanks(s);
    from = s->at;
    *value = 0;
    for (; s->at < s->end && *s->at >= '0' && *s->at <= '9'; s->at++)
        if (__builtin_mul_overflow(*value, (size_t)10, value) ||
            __builtin_add_overflow(*value, (size_t)(*s->at - '0'), value))
            return false;
    return s->at > from;
}

/* '<f8', '>i4', '|u1', ... */
static bool take_type(struct scanner *s, struct header *h)
{
    static const struct {
        const char *name;
        enum kind kind;
        size_t width;
    } types[] = {
        {"f4", KIND_REAL, 4},     {"f8", KIND_REAL, 8},     {"i1", KIND_SIGNED, 1},
        {"i2", KIND_SIGNED, 2},   {"i4", KIND_SIGNED, 4},   {"i8", KIND_SIGNED, 8},
        {"u1", KIND_UNSIGNED, 1}, {"u2", KIND_UNSIGNED, 2}, {"u4", KIND_UNSIGNED, 4},
        {"u8", KIND_UNSIGNED, 8}, {"b1", KIND_UNSIGNED, 1},
    };

    if (!take(s, "'"))
        return false;
    h->big = take(s, ">");
    if (!h->big && !take(s, "<") && !take(s, "|"))
        return false;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (!take(s, types[i].name))
            continue;
        h->kind = types[i].kind;
        h->width = types[i].width;
        return take(s, "'");
    }
    return false;
}

/* (), (3,), (3, 4), and more dimensions, which are counted. */
static bool take_shape(struct scanner *s, struct header *h)
{
    size_t length;

    if (!take(s, "("))
        return false;
    while (!take(s, ")")) {
        if (!take_size(s, &length))
            return false;
        if (h->dimensions < 2)
            h->shape[h->dimensions] = length;
        h->dimensions++;
        if (!take(s, ","))
            return take(s, ")");
    }
    return true;
}

/* One key and its value. */
static bool take_entry(struct scanner *s, struct header *h, bool *typed, bool *ordered)
{
    if (take(s, "'descr':"))
        return *typed = take_type(s, h);
    if (take(s, "'shape':")) {
        h->dimensions = 0;
        return take_shape(s, h);
    }
    if (!take(s, "'fortran_order':"))
        return false;
    h->fortran = take(s, "True");
    return *ordered = h->fortran || take(s, "False");
}

/* The three keys, in any order. `typed` false: the numbers are of another kind. */
static bool read_dictionary(struct scanner s, struct header *h, bool *typed)
{
    bool ordered = false, good = take(&s, "{");

    *typed = true;
    while (good && !take(&s, "}")) {
        good = take_entry(&s, h, typed, &ordered);
        if (good && !take(&s, ",")) {
            good = take(&s, "}");
            break;
        }
    }
    skip_blanks(&s);
    return good && h->width > 0 && ordered && s.at == s.end;
}

static int read_header(struct header *h, const char *name, const char *bytes,
                       size_t size, struct diagnostics *log)
{
    struct scanner s;
    size_t length;
    bool typed;

    if (!find_dictionary(bytes, size, &s.at, &length))
        return refuse(name, log, "not a NumPy file, or one that ends early");
    s.end = s.at + length;
    h->data = (const unsigned char *)s.end;
    h->size = size - (size_t)(s.end - bytes);
    if (read_dictionary(s, h, &typed))
        return SWEEP_OK;
    return refuse(name, log,
                  typed ? "the header of the NumPy file is damaged"
                        : "a NumPy file of something else than numbers: save it as "
                          "float64, X.astype(float)");
}

/* Shape and size of the array; every product is checked. */
static int check_size(struct header *h, const char *name, struct diagnostics *log)
{
    size_t count, bytes;

    if (h->dimensions == 1)
        h->shape[1] = 1;
    if (h->dimensions < 1 || h->dimensions > 2) {
        diagnostics_add(log, name, 0, 0,
                        "an array of %zu dimensions: points are (points, features), "
                        "X.reshape(len(X), -1), and labels (points,)",
                        h->dimensions);
        return SWEEP_INPUT;
    }
    if (__builtin_mul_overflow(h->shape[0], h->shape[1], &count) ||
        __builtin_mul_overflow(count, h->width, &bytes) || bytes != h->size) {
        diagnostics_add(log, name, 0, 0,
                        "the NumPy file is damaged: %zu x %zu numbers of %zu bytes are "
                        "not the %zu bytes it holds",
                        h->shape[0], h->shape[1], h->width, h->size);
        return SWEEP_INPUT;
    }
    return SWEEP_OK;
}

/* Number i of those in the file. */
static double number_at(const struct header *h, size_t i)
{
    const unsigned char *byte = h->data + i * h->width;
    uint64_t word = 0;
    double real;
    float single;
    uint32_t half;

    for (size_t k = 0; k < h->width; k++)
        word = word << 8 | byte[h->big ? k : h->width - 1 - k];
    if (h->kind == KIND_UNSIGNED)
        return (double)word;
    if (h->kind == KIND_SIGNED) {
        uint64_t sign = (uint64_t)1 << (8 * h->width - 1);
        return word & sign ? -(double)((sign << 1) - word) : (double)word;
    }
    if (h->width == 8) {
        memcpy(&real, &word, sizeof real);
        return real;
    }
    half = (uint32_t)word;
    memcpy(&single, &half, sizeof single);
    return (double)single;
}

static int read_values(struct tabular *out, const struct header *h, const char *name,
                       struct diagnostics *log)
{
    bool empty = h->shape[0] == 0 || h->shape[1] == 0;
    size_t rows = empty ? 0 : h->shape[0], columns = empty ? 0 : h->shape[1];

    out->value = memory_array(rows * columns, sizeof *out->value);
    if (!out->value)
        return SWEEP_NO_MEMORY;
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < columns; k++) {
            double value = number_at(h, h->fortran ? k * rows + i : i * columns + k);
            out->value[i * columns + k] = value;
            if (isfinite(value))
                continue;
            diagnostics_add(log, name, 0, 0,
                            "[%zu, %zu] is %s: fill it in, or remove the row or the "
                            "column",
                            i, k, isnan(value) ? "missing (nan)" : "infinite");
            return SWEEP_INPUT;
        }
    out->rows = rows;
    out->columns = columns;
    out->unlabelled = true;
    return SWEEP_OK;
}

int npy_read(struct tabular *out, const char *name, const char *bytes, size_t size,
             struct diagnostics *log)
{
    struct header h = {0};
    int status = read_header(&h, name, bytes, size, log);

    if (status == SWEEP_OK)
        status = check_size(&h, name, log);
    return status == SWEEP_OK ? read_values(out, &h, name, log) : status;
}
