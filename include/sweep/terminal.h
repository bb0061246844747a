/* terminal.h - whether a stream leads to a terminal, and how wide that is.
 */
#ifndef SWEEP_TERMINAL_H
#define SWEEP_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* One that can move its cursor: TERM is set and not dumb. */
bool terminal_is(FILE *stream);

/* Letters of a line; of what does not say so, COLUMNS of the environment, else 80. At
 * least 20. */
size_t terminal_width(FILE *stream);

#endif
