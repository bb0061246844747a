/* data_reader.h - the bytes of a data file to labelled points, by one reader for each
 * format.
 *
 * The first row of `data_readers` whose ending the file's name has, with or without
 * ".gz" behind it, reads the file; the first row of all reads whatever has none. A new
 * format is a row and its function.
 */
#ifndef SWEEP_DATA_READER_H
#define SWEEP_DATA_READER_H

#include "sweep/labelled.h"
#include "sweep/status.h"
#include <stddef.h>

/* Most bytes of a file, packed or not. */
enum { DATA_FILE_LIMIT = 1 << 30 };

struct data_reader {
    const char *name;   /* as messages call the format */
    const char *ending; /* of a file's name, such as ".svm" */
    /* `text` (length) is zero-terminated and has no zero before that; `name` is the
     * file's in messages. SWEEP_OK; SWEEP_INPUT, with every error in `log`, line and
     * column where there is one; SWEEP_NO_MEMORY. Begins with `out` empty, and need not
     * release it after a failure. */
    int (*read)(struct labelled *out, const char *name, const char *text, size_t length,
                struct diagnostics *log);
};

/* The last row has no name. */
extern const struct data_reader data_readers[];

/* Read the bytes of a file, plain or gzip. SWEEP_OK; SWEEP_INPUT, SWEEP_NO_MEMORY:
 * reported, and `out` is empty. */
int data_read(struct labelled *out, const char *name, const void *bytes, size_t size,
              struct diagnostics *log);

#endif
