/* csv.h - a text of separated values (CSV) to a table of numbers.
 *
 * A line is a row. Its fields stand between commas, semicolons or tabs: whichever the
 * first line has, a tab before a semicolon before a comma. Blanks around a field do not
 * count. A field in double quotes may hold separators, line ends and, doubled, quotes.
 * Lines end with LF or CRLF; empty lines, lines that start with '#' and a byte-order mark do
 * not count.
 *
 * The first line holds the names of the columns if any of its fields is no number.
 * All others are finite numbers, and there are as many in each line as in the first.
 * Nothing stands for a missing value: an empty field, NA, NaN, null, ?, - and the like
 * are errors that say so.
 */
#ifndef SWEEP_CSV_H
#define SWEEP_CSV_H

#include "sweep/status.h"
#include "sweep/tabular.h"
#include <stddef.h>

/* The longest field, in bytes. */
enum { CSV_FIELD_LIMIT = 4096 };

/* What separates the values of such a text, or 0: it is none. One in LIBSVM format has a
 * colon in its first line, or a comment. */
char csv_separator(const char *text);

/* `text` (length) is zero-terminated and has no zero before that. SWEEP_OK; SWEEP_INPUT:
 * every error is reported, at most 20 and whether there are more, with line and column;
 * SWEEP_NO_MEMORY. The table is released by the caller, whatever comes back. */
int csv_read(struct tabular *out, const char *name, const char *text, size_t length,
             struct diagnostics *log);

#endif
