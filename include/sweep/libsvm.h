/* libsvm.h - points and labels from a text in LIBSVM (SVMlight) format.
 *
 * A line is a point: its label, then its features that are not 0 as index:value, the
 * indices increasing; '#' starts a comment, empty lines do not count:
 *
 *     -1 3:0.5 17:1e-2   # comment
 *
 * Labels are numbers, one for each class. Indices start at 1, or at 0 if any is 0.
 * Values are finite. Every point is scaled to unit length, so it must not be 0.
 */
#ifndef SWEEP_LIBSVM_H
#define SWEEP_LIBSVM_H

#include "sweep/rng.h"
#include "sweep/status.h"
#include <stddef.h>
#include <stdint.h>

/* Most bytes of text (unpacked), and the largest index. */
enum { LIBSVM_FILE_LIMIT = 1 << 30, LIBSVM_FEATURE_LIMIT = 10000000 };

/* Rows as compressed sparse rows: the entries of row i are start[i] .. start[i + 1]
 * - 1. */
struct libsvm {
    size_t rows;
    size_t features; /* coordinates of a point: as the largest index says */
    size_t *start;   /* (rows + 1) */
    uint32_t *index; /* (entries) from 0, increasing within a row */
    double *value;   /* (entries) of rows of unit length */
    double *label;   /* (rows) */
    double *classes; /* (class_count) the different labels, ascending */
    size_t class_count;
    struct rng_key digest; /* of all of the above: equal points, equal digest */
};

/* Read the bytes of a file, plain or gzip. SWEEP_OK; SWEEP_INPUT: every error, at most
 * 20 and whether there are more, with line and column, and the number and text of the
 * field; SWEEP_NO_MEMORY.
 * `name` is the file's in messages. On failure `out` is empty. Cost: linear. */
int libsvm_read(struct libsvm *out, const char *name, const void *bytes, size_t size,
                struct diagnostics *log);

/* x (features) = row i, zeros and all. */
void libsvm_row(const struct libsvm *l, size_t i, double *x);

/* <row i, g>, g (features). */
double libsvm_product(const struct libsvm *l, size_t i, const double *g);

/* NULL and zero-initialised are allowed. */
void libsvm_release(struct libsvm *l);

#endif
