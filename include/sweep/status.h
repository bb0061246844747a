/* status.h - what a function returns, and the one record of a diagnostic.
 *
 * Every function that can fail returns `int`: 0 (SWEEP_OK) or one of the codes below.
 * What a person should read goes into a `struct diagnostics`: problem first, lower
 * case, no full stop, with file, line and column where there is one.
 */
#ifndef SWEEP_STATUS_H
#define SWEEP_STATUS_H

#include <stddef.h>

enum sweep_status {
    SWEEP_OK = 0,
    SWEEP_NO_MEMORY, /* an allocation failed or its size overflowed */
    SWEEP_IO,        /* a file, folder or database could not be read or written */
    SWEEP_INPUT,     /* what the user gave is wrong: grid file, option, data file */
    SWEEP_BUSY,      /* somebody else holds the results folder */
    SWEEP_STOPPED,   /* asked to stop, with work left */
    SWEEP_NUMERIC    /* a numerical method could not deliver */
};

/* A short name of a code, for messages about messages; never NULL. */
const char *status_name(int status);

struct diagnostic {
    char *message; /* problem first, no full stop */
    char *file;    /* NULL: no position */
    size_t line;   /* 1-based; 0: none */
    size_t column; /* 1-based; 0: none */
};

/* A list in the order reported. Zero-initialised is empty. When memory runs out the
 * diagnostic is counted in `lost` instead of being stored. */
struct diagnostics {
    struct diagnostic *item;
    size_t count;
    size_t capacity;
    size_t lost;
};

/* Append one; file may be NULL. printf-style. */
void diagnostics_add(struct diagnostics *list, const char *file, size_t line,
                     size_t column, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* "out of memory", or "out of memory for the table"; NULL: for whatever it is.
 * SWEEP_NO_MEMORY. */
int diagnostics_no_memory(struct diagnostics *list, const char *purpose);

/* Sort by line, then column; stable, and those without a position stay first. */
void diagnostics_sort(struct diagnostics *list);

/* Of more than two neighbours at one position whose messages differ in numbers only the
 * first stays, with "(and 10 more like it)" behind it. */
void diagnostics_fold(struct diagnostics *list);

/* "FILE:LINE:COLUMN: error: MESSAGE", or "error: MESSAGE" without a position, written
 * to buffer (size > 0, always terminated). Returns buffer. */
char *diagnostic_text(const struct diagnostic *d, char *buffer, size_t size);

/* Frees what the list holds and leaves it empty. NULL is allowed. */
void diagnostics_release(struct diagnostics *list);

#endif
