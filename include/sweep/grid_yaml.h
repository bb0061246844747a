/* grid_yaml.h - a YAML grid file to a grid, with positions.
 *
 * Reports all errors of the file in one go, sorted by position, each with line, column
 * and, for a word that is nearly right, a suggestion. Grammar:
 * sweeps/README.md, "The grid file".
 *
 * Values made by linspace, logspace and range are rounded to 15 significant digits, so
 * that 0.3 is the 0.3 of a list, and for an integer parameter of linspace and logspace
 * to the nearest integer; a value equal to the one before it is then dropped. Both ends
 * are exact.
 *
 * Data files are read too: their names are relative to the folder of the grid file. One
 * that is not there is looked for in its folder `data`, where results folders keep
 * them, so that DIR/grid.yaml is a grid file like any other.
 */
#ifndef SWEEP_GRID_YAML_H
#define SWEEP_GRID_YAML_H

#include "sweep/grid.h"
#include "sweep/status.h"
#include <stddef.h>

/* Largest grid file accepted, in bytes. */
enum { GRID_FILE_LIMIT = 1 << 20 };

/* The name of a grid: so many letters at most, of these. */
enum { GRID_NAME_LIMIT = 64 };
extern const char grid_name_letters[];

/* Read and number the cells. SWEEP_OK; SWEEP_INPUT (the file is wrong), SWEEP_IO (it
 * cannot be read), SWEEP_NO_MEMORY, all reported in `log`. On failure `g`
 * is empty. */
int grid_read_file(struct grid *g, const char *path, struct diagnostics *log);

/* The same of that file with that line at its end; what a `set` of its own sets besides
 * is in that line too. What is wrong with a value of `set` has no position, but its word:
 * "'width=7': ...". */
int grid_read_with(struct grid *g, const char *path, const struct grid_set *set,
                   struct diagnostics *log);

/* The same of a results folder's copy of a grid file, DIR/grid.yaml, whose data files
 * are those kept in DIR/data; of what is `known` no file is read. */
int grid_read_kept(struct grid *g, const char *path, const struct grid_known *known,
                   struct diagnostics *log);

/* The same from memory; `name` is used in messages. */
int grid_read_text(struct grid *g, const char *name, const char *text, size_t size,
                   struct diagnostics *log);

#endif
