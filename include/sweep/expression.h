/* expression.h - an SQL expression over named numbers (`where:`, `derive:`, `results:`).
 *
 * Evaluated by SQLite in memory, so its operators, functions (pow, sqrt, ln, log10,
 * exp, min, max, abs, round, iif, ...) and precedence are SQLite's. Names are the
 * parameters, and others behind them where there are any (results.h); choices and texts
 * are strings there (model = 'relu'). Numbers are reals, integers too, so samples / 3 is
 * no integer division. What is undefined is SQL's NULL: what is computed from it is
 * undefined too, as a division by zero is, and neither true nor false. Only expressions
 * are accepted: no sub-select, no second statement, no comment. Deterministic functions
 * only.
 */
#ifndef SWEEP_EXPRESSION_H
#define SWEEP_EXPRESSION_H

#include "sweep/parameters.h"
#include <stdbool.h>
#include <stddef.h>

struct expression;

/* Compile `text` with these names, the first of which are all parameters
 * (all_parameters: no others). SWEEP_OK; SWEEP_INPUT with a message in buffer ("no such
 * parameter: foo"); SWEEP_NO_MEMORY. Free with expression_free. */
int expression_compile(struct expression **out, const char *text,
                       const struct names *names, char *buffer, size_t size);

/* Whether a name can stand in an expression: a letter, then letters, digits and _, and no
 * word of SQL. */
bool expression_can_name(const char *name);

/* Whether the expression mentions a name, by its number. */
bool expression_uses(const struct expression *e, size_t name);

/* Whether it may come out defined, or otherwise, because a part of it is undefined: by IS,
 * CASE, coalesce() and their like. Without them it is undefined unless the parts that are
 * defined decide it. */
bool expression_tests_undefined(const struct expression *e);

/* Give a name behind the parameters a value for what is evaluated from now on: a word,
 * unless that is NULL, or a number; NAN: undefined. They are undefined at first. */
void expression_set(struct expression *e, size_t name, double value, const char *word);

/* Evaluate at a setting; strings[i] is text i of the grid. NULL results give NAN.
 * SWEEP_OK; SWEEP_INPUT when it is not a number or SQLite reports an error. */
int expression_evaluate(struct expression *e, const struct setting *s,
                        const char *const *strings, double *result, char *buffer,
                        size_t size);

void expression_free(struct expression *e);

#endif
