/* table_fixture.h - what the readers of tables report, and tables damaged byte by byte. */
#ifndef TABLE_FIXTURE_H
#define TABLE_FIXTURE_H

#include "sweep/data_reader.h"

#include "check.h"

#include <stdio.h>

/* Lines of the messages, "LINE:COLUMN: MESSAGE\n" each. */
static inline char *told(const struct diagnostics *log)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);

    for (size_t i = 0; i < log->count; i++)
        fprintf(stream, "%zu:%zu: %s\n", log->item[i].line, log->item[i].column,
                log->item[i].message);
    fclose(stream);
    return text;
}

/* Any byte of a table changed to any other, and every prefix: right and silent, or wrong
 * and reported. */
static inline void damage(const char *name, const char *bytes, size_t size,
                          size_t *count)
{
    char copy[512];

    for (size_t k = 0; k < 256 * size + size; k++) {
        struct diagnostics log = {0};
        struct labelled l;
        size_t length = k < 256 * size ? size : k - 256 * size;
        struct data_bytes file = {name, copy, length};

        memcpy(copy, bytes, size);
        if (k < 256 * size)
            copy[k / 256] = (char)k;
        int status = data_read_with(&l, &file, "1", NULL, &log);
        check_true((status == SWEEP_OK) == (log.count == 0) &&
                       (status == SWEEP_OK || status == SWEEP_INPUT),
                   "byte %zu changed to %zu: status %d, %zu told", k / 256, k % 256,
                   status, log.count);
        count[status == SWEEP_OK]++;
        labelled_release(&l);
        diagnostics_release(&log);
    }
}

#endif
