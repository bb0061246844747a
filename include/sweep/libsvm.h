/* libsvm.h - points and labels from a text in LIBSVM (SVMlight) format.
 *
 * A line is a point: its label, then its features that are not 0 as index:value, the
 * indices increasing; '#' starts a comment, empty lines do not count:
 *
 *     -1 3:0.5 17:1e-2   # comment
 *
 * Indices start at 1, or at 0 if any is 0. Values are finite. A point must not be 0. A
 * byte-order mark at the start does not count. A table with commas or semicolons (CSV) is
 * one error, which says so.
 */
#ifndef SWEEP_LIBSVM_H
#define SWEEP_LIBSVM_H

#include "sweep/labelled.h"
#include "sweep/status.h"
#include <stddef.h>

/* A reader of data_reader.h. Every error is reported, at most 20 and whether there are
 * more, with line and column, and the number and text of the field. */
int libsvm_read(struct labelled *out, const char *name, const char *text, size_t length,
                struct diagnostics *log);

#endif
