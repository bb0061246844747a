#include "sweep/data_reader.h"
#include "sweep/csv.h"
#include "sweep/gunzip.h"
#include "sweep/libsvm.h"
#include "sweep/memory.h"
#include "sweep/npy_reader.h"
#include <string.h>

const struct data_reader data_readers[] = {
    {.name = "LIBSVM", .ending = ".svm", .read = libsvm_read},
    {.name = "CSV", .ending = ".csv", .table = csv_read},
    {.name = "CSV", .ending = ".tsv", .table = csv_read},
    {.name = "NumPy", .ending = ".npy", .table = npy_read, .binary = true},
    {.name = NULL},
};

/* Whether the first `length` letters of `name` end so. */
static bool ends_with(const char *name, size_t length, const char *ending)
{
    size_t own = strlen(ending);
    return length >= own && memcmp(name + length - own, ending, own) == 0;
}

/* By the name; the last row: no ending is known. */
static const struct data_reader *reader_named(const char *name)
{
    const struct data_reader *reader = data_readers;
    size_t length = strlen(name);

    if (ends_with(name, length, ".gz"))
        length -= strlen(".gz");
    while (reader->name && !ends_with(name, length, reader->ending))
        reader++;
    return reader;
}

static const struct data_reader *reader_of(const char *name, const char *text)
{
    const struct data_reader *reader = reader_named(name);

    if (reader->name)
        return reader;
    return csv_separator(text) ? reader_named(".csv") : data_readers;
}

bool data_names_table(const char *name)
{
    return reader_named(name)->table;
}

/* The packer that made these bytes and is not unpacked here, or NULL. */
static const char *packer_of(const char *bytes, size_t size)
{
    static const struct {
        const char *magic, *name;
    } packers[] = {{"BZh", "bzip2"}, {"\3757zXZ", "xz"}, {"PK\3", "zip"}};
    for (size_t i = 0; i < sizeof packers / sizeof packers[0]; i++) {
        size_t length = strlen(packers[i].magic);
        if (size >= length && memcmp(bytes, packers[i].magic, length) == 0)
            return packers[i].name;
    }
    return NULL;
}

/* A few kilobytes of zeros unpack to a gigabyte, and data never do: text of numbers
 * packs to a twentieth or so. */
static size_t most_unpacked(size_t packed)
{
    enum { ALWAYS = 64 << 20, TIMES = 100 };
    size_t most = ALWAYS + TIMES * packed;
    return most < DATA_FILE_LIMIT ? most : DATA_FILE_LIMIT;
}

/* The text that the bytes are or hold, zero-terminated. SWEEP_INPUT is reported. */
static int unpack(const char *name, const void *bytes, size_t size, char **text,
                  size_t *length, struct diagnostics *log)
{
    const char *packer = packer_of(bytes, size), *reason = "";
    int status = SWEEP_INPUT;

    if (packer) {
        diagnostics_add(log, name, 0, 0,
                        "a %s file: unpack it first, or pack it with gzip", packer);
    } else if (gunzip_is(bytes, size)) {
        size_t most = most_unpacked(size);
        status = gunzip(bytes, size, most, text, length, &reason);
        if (status == SWEEP_INPUT && reason == gunzip_more)
            diagnostics_add(log, name, 0, 0,
                            "the gzip file %s: one of its size may unpack to %zu MiB; "
                            "unpack it if it holds data",
                            reason, most >> 20);
        else if (status == SWEEP_INPUT)
            diagnostics_add(log, name, 0, 0, "the gzip file %s", reason);
    } else {
        *text = memory_array(size + 1, 1);
        if (!*text)
            return SWEEP_NO_MEMORY;
        memcpy(*text, bytes, size);
        *length = size;
        status = SWEEP_OK;
    }
    return status;
}

/* A file as it is to be read: its reader and its text. */
struct input {
    const char *name;
    const struct data_reader *reader;
    char *text;
    size_t length;
};

/* The caller frees the text, whatever comes back. */
static int open_input(struct input *in, const struct data_bytes *file,
                      struct diagnostics *log)
{
    *in = (struct input){.name = file->name};
    int status =
        unpack(file->name, file->bytes, file->size, &in->text, &in->length, log);
    if (status != SWEEP_OK)
        return status;
    in->reader = reader_of(file->name, in->text);
    if (in->reader->binary || !memchr(in->text, '\0', in->length))
        return SWEEP_OK;
    diagnostics_add(log, file->name, 0, 0,
                    "not a text: data are in %s format, plain or gzip",
                    in->reader->name);
    return SWEEP_INPUT;
}

static int read_table(struct labelled *out, const struct input *in, const char *column,
                      struct diagnostics *log)
{
    struct tabular t = {0};
    int status = in->reader->table(&t, in->name, in->text, in->length, log);

    if (status == SWEEP_OK)
        status = tabular_points(out, &t, in->name, column, log);
    out->text_bytes += tabular_bytes(&t);
    tabular_release(&t);
    return status;
}

/* Labels of their own. */
static int read_tables(struct labelled *out, const struct input *in,
                       const struct data_bytes *file, struct diagnostics *log)
{
    struct tabular points = {0}, labels = {0};
    struct input other;
    int status = open_input(&other, file, log);

    if (status == SWEEP_OK)
        status =
            other.reader->table(&labels, other.name, other.text, other.length, log);
    if (status == SWEEP_OK)
        status = in->reader->table(&points, in->name, in->text, in->length, log);
    if (status == SWEEP_OK)
        status = tabular_points_with(out, &points, in->name, &labels, other.name, log);
    out->text_bytes += other.length + tabular_bytes(&points) + tabular_bytes(&labels);
    memory_free(other.text);
    tabular_release(&labels);
    tabular_release(&points);
    return status;
}

static int read_format(struct labelled *out, const struct input *in, const char *column,
                       const struct data_bytes *labels, struct diagnostics *log)
{
    const struct data_reader *reader = in->reader;

    out->format = reader->name;
    out->text_bytes = in->length;
    if (reader->table)
        return labels ? read_tables(out, in, labels, log)
                      : read_table(out, in, column, log);
    if (column || labels) {
        diagnostics_add(log, in->name, 0, 0,
                        "the labels of a file in %s format are in it: name the file "
                        "alone",
                        reader->name);
        return SWEEP_INPUT;
    }
    int status = reader->read(out, in->name, in->text, in->length, log);
    if (status == SWEEP_OK && out->rows == 0) {
        diagnostics_add(log, in->name, 0, 0, "there is no point in it");
        status = SWEEP_INPUT;
    }
    return status;
}

int data_read_with(struct labelled *out, const struct data_bytes *points,
                   const char *column, const struct data_bytes *labels,
                   struct diagnostics *log)
{
    struct input in;

    *out = (struct labelled){0};
    int status = open_input(&in, points, log);
    if (status == SWEEP_OK)
        status = read_format(out, &in, column, labels, log);
    if (status == SWEEP_NO_MEMORY)
        diagnostics_add(log, points->name, 0, 0, "%s", status_name(status));
    memory_free(in.text);
    if (status != SWEEP_OK)
        labelled_release(out);
    return status;
}

int data_read(struct labelled *out, const char *name, const void *bytes, size_t size,
              struct diagnostics *log)
{
    return data_read_with(out, &(struct data_bytes){name, bytes, size}, NULL, NULL,
                          log);
}
