#include "sweep/npy.h"

#include "sweep/outfile.h"

#include <endian.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(size_t) == 8, "indices are written as they are, 64 bits each");

/* The data begin at byte 128: a multiple of 64, as the format asks, that two dimensions
 * of 20 digits stay below. */
enum { PREFIX_SIZE = 10, DICTIONARY_SIZE = 128 - PREFIX_SIZE };

/* Magic, version 1.0, size of the rest (16 bits, little endian), then a Python
 * dictionary padded with blanks and ended by a line feed. */
static void write_header(FILE *stream, const char *type, const size_t *shape,
                         size_t dimensions)
{
    static const char prefix[PREFIX_SIZE] = {
        '\x93', 'N', 'U', 'M', 'P', 'Y', 1, 0, DICTIONARY_SIZE, 0};
    char text[DICTIONARY_SIZE], second[32] = "";

    if (dimensions == 2)
        snprintf(second, sizeof second, " %zu", shape[1]);
    snprintf(text, sizeof text,
             "{'descr': '%s', 'fortran_order': False, 'shape': (%zu,%s), }", type,
             shape[0], second);
    fwrite(prefix, 1, sizeof prefix, stream);
    fprintf(stream, "%-*s\n", DICTIONARY_SIZE - 1, text);
}

/* Elements of 64 bits, whatever they mean. */
static int write_array(const char *directory, const char *name, const char *type,
                       const void *data, const size_t *shape, size_t dimensions,
                       struct diagnostics *log)
{
    size_t count = dimensions == 2 ? shape[0] * shape[1] : shape[0];
    struct outfile out;
    char *path;

    if (asprintf(&path, "%s/%s.npy", directory, name) < 0) {
        diagnostics_no_memory(log, NULL);
        return SWEEP_NO_MEMORY;
    }
    int status = outfile_open(&out, path, log);
    free(path);
    if (status != SWEEP_OK)
        return status;
    write_header(out.stream, type, shape, dimensions);
    for (size_t i = 0; i < count; i++) {
        uint64_t word;
        memcpy(&word, (const char *)data + i * sizeof word, sizeof word);
        word = htole64(word);
        fwrite(&word, sizeof word, 1, out.stream);
    }
    return outfile_commit(&out, log);
}

int npy_write_real(const char *directory, const char *name, const double *data,
                   const size_t *shape, size_t dimensions, struct diagnostics *log)
{
    return write_array(directory, name, "<f8", data, shape, dimensions, log);
}

int npy_write_index(const char *directory, const char *name, const size_t *data,
                    size_t count, struct diagnostics *log)
{
    return write_array(directory, name, "<i8", data, &count, 1, log);
}
