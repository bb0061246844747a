/* grid_set.h - parameters set from outside, put into the text of a grid file. A part of
 * grid_yaml. */
#ifndef SWEEP_GRID_SET_H
#define SWEEP_GRID_SET_H

#include "sweep/grid.h"
#include <stddef.h>

/* The text with `line`, "set: {width: 6}", at its end. Where the file has a `set` of its
 * own, that goes, and what it sets besides is taken over into the line. *out from
 * malloc. SWEEP_OK, SWEEP_NO_MEMORY. */
int grid_set_join(char **out, size_t *out_size, const char *text, size_t size,
                  const char *line);

/* Diagnostics at places of the line that `joined` ends with: those of a value of `set`
 * are of its word instead, those of a value taken over are where `text` has it. */
void grid_set_blame(struct diagnostics *log, const struct grid_set *set,
                    const char *joined, size_t joined_size, const char *text,
                    size_t size);

#endif
