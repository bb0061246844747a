#include "sweep/data_reader.h"
#include "sweep/gunzip.h"
#include "sweep/libsvm.h"
#include "sweep/memory.h"
#include <string.h>

const struct data_reader data_readers[] = {
    {.name = "LIBSVM", .ending = ".svm", .read = libsvm_read},
    {.name = NULL},
};

/* Whether the first `length` letters of `name` end so. */
static bool ends_with(const char *name, size_t length, const char *ending)
{
    size_t own = strlen(ending);
    return length >= own && memcmp(name + length - own, ending, own) == 0;
}

static const struct data_reader *reader_of(const char *name)
{
    const struct data_reader *reader = data_readers;
    size_t length = strlen(name);

    if (ends_with(name, length, ".gz"))
        length -= strlen(".gz");
    while (reader->name && !ends_with(name, length, reader->ending))
        reader++;
    return reader->name ? reader : data_readers;
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

static int read_format(struct labelled *out, const char *name, const char *text,
                       size_t length, struct diagnostics *log)
{
    const struct data_reader *reader = reader_of(name);

    if (memchr(text, '\0', length)) {
        diagnostics_add(log, name, 0, 0,
                        "not a text: data are in %s format, plain or gzip",
                        reader->name);
        return SWEEP_INPUT;
    }
    out->format = reader->name;
    int status = reader->read(out, name, text, length, log);
    if (status == SWEEP_OK && out->rows == 0) {
        diagnostics_add(log, name, 0, 0, "there is no point in it");
        status = SWEEP_INPUT;
    }
    return status;
}

int data_read(struct labelled *out, const char *name, const void *bytes, size_t size,
              struct diagnostics *log)
{
    char *text = NULL;
    size_t length = 0;

    *out = (struct labelled){0};
    int status = unpack(name, bytes, size, &text, &length, log);
    if (status == SWEEP_OK)
        status = read_format(out, name, text, length, log);
    if (status == SWEEP_NO_MEMORY)
        diagnostics_add(log, name, 0, 0, "%s", status_name(status));
    memory_free(text);
    if (status != SWEEP_OK)
        labelled_release(out);
    return status;
}
