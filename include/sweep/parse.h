/* parse.h - strict text to number; the only strtod of the program.
 *
 * The whole text must be one number: no blanks, no locale, no hexadecimal, no nan or
 * inf, no leading zeros (`010`), no digit separators (`1_000`), no leading '+'.
 * Grammar of a real: -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
 * Underflow to a subnormal or to zero is accepted, overflow is not.
 */
#ifndef SWEEP_PARSE_H
#define SWEEP_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum parse_result {
    PARSE_OK = 0,
    PARSE_SYNTAX,   /* not a number of the wanted kind */
    PARSE_OVERFLOW, /* a number, but too large to represent */
    PARSE_INTEGRAL  /* a number, but not a whole one */
};

enum parse_result parse_real(const char *text, double *value);

/* A whole number in 0 .. 2^64 - 1, by the same grammar: also 1e6, 1.5e1 and -0. Exact,
 * however it is written. Negative: PARSE_INTEGRAL. */
enum parse_result parse_unsigned(const char *text, uint64_t *value);

/* The number that text starts with, by the looser grammar of data files; *end is what
 * follows it: [+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?
 * A text that starts like a hexadecimal number (0x1) is none. */
enum parse_result parse_leading(const char *text, const char **end, double *value);

/* Exactly `true` or `false`. */
enum parse_result parse_boolean(const char *text, bool *value);

/* Why: "is not a number", "is too large", "is not a whole number of 0 or more". */
const char *parse_explain(enum parse_result result);

/* The candidate nearest to word, the first of equals, if at most a third of its letters
 * (at least 1) are to be inserted, deleted, replaced or swapped with a neighbour; or
 * NULL. `name(i, context)` gives candidate i of count. Words of over 63 letters match
 * none. */
const char *parse_suggest(const char *word, size_t count,
                          const char *(*name)(size_t i, const void *context),
                          const void *context);

#endif
