/* expression.h - an SQL expression over named numbers (`where:` and `derive:`).
 *
 * Evaluated by SQLite in memory, so its operators, functions (pow, sqrt, ln, log10,
 * exp, min, max, abs, round, iif, ...) and precedence are SQLite's. Names are the
 * parameters; choices and texts are strings there (model = 'relu'). Numbers are reals,
 * integers too, so samples / 3 is no integer division. Only expressions are accepted:
 * no sub-select, no second statement, no comment. Deterministic functions only.
 */
#ifndef SWEEP_EXPRESSION_H
#define SWEEP_EXPRESSION_H

#include "sweep/parameters.h"
#include <stdbool.h>
#include <stddef.h>

struct expression;

/* Compile `text`. SWEEP_OK; SWEEP_INPUT with a message in buffer ("no such parameter:
 * foo"); SWEEP_NO_MEMORY. Free with expression_free. */
int expression_compile(struct expression **out, const char *text, char *buffer,
                       size_t size);

/* Whether the expression mentions p. */
bool expression_uses(const struct expression *e, enum parameter p);

/* Evaluate at a setting; strings[i] is text i of the grid. NULL results give NAN.
 * SWEEP_OK; SWEEP_INPUT when it is not a number or SQLite reports an error. */
int expression_evaluate(struct expression *e, const struct setting *s,
                        const char *const *strings, double *result, char *buffer,
                        size_t size);

void expression_free(struct expression *e);

#endif
