/* data_reader.h - the bytes of a data file to labelled points, by one reader for each
 * format.
 *
 * The first row of `data_readers` whose ending the file's name has, with or without
 * ".gz" behind it, reads the file. What has none of these endings is read as CSV where
 * it looks so, else by the first row of all. A new format is a row and its function.
 */
#ifndef SWEEP_DATA_READER_H
#define SWEEP_DATA_READER_H

#include "sweep/labelled.h"
#include "sweep/status.h"
#include "sweep/tabular.h"
#include <stdbool.h>
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
    /* Instead, of a format in which any column, or another file, can hold the labels:
     * the same to a table, which the caller releases. */
    int (*table)(struct tabular *out, const char *name, const char *text, size_t length,
                 struct diagnostics *log);
    bool binary; /* zeros are allowed */
};

/* The last row has no name. */
extern const struct data_reader data_readers[];

struct data_bytes {
    const char *name; /* of the file, in messages too */
    const void *bytes;
    size_t size;
};

/* Whether a name has the ending of a format with tables: what says where labels are is
 * then a file, else a column. */
bool data_names_table(const char *name);

/* Read the bytes of a file, plain or gzip. SWEEP_OK; SWEEP_INPUT, SWEEP_NO_MEMORY:
 * reported, and `out` is empty. */
int data_read(struct labelled *out, const char *name, const void *bytes, size_t size,
              struct diagnostics *log);

/* The same with labels from the column that `column` names, or from the file `labels`
 * (data_names_table); both NULL: as data_read. */
int data_read_with(struct labelled *out, const struct data_bytes *points,
                   const char *column, const struct data_bytes *labels,
                   struct diagnostics *log);

#endif
