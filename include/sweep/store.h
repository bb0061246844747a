/* store.h - the SQLite record of trials (`sweep.db` in a results folder).
 *
 * Tables: meta(name, value); cells(id, key, cell, one column a parameter): `cell` is
 * the number in the grid as it is now, NULL for a cell the grid no longer has; trials(
 * cell_id, replicate, status, message, one column a result). The identity of a trial is
 * its cell's key (grid_cell_key) and its replicate. WITHOUT ROWID, keyed (cell_id,
 * replicate). One writer, which holds the folder; readable by anyone at any time.
 * Choices and words are text, NaN is NULL, infinities are kept, the sign of a zero is
 * not. A cell's `key` is 32 hexadecimal digits.
 */
#ifndef SWEEP_STORE_H
#define SWEEP_STORE_H

#include "sweep/columns.h"
#include "sweep/grid.h"
#include "sweep/status.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

/* Open or create DIR/sweep.db for writing, make its cells those of the grid, write
 * DIR/grid.yaml; all of it or nothing. Refused: a folder of another name or seed
 * (SWEEP_INPUT), one in which another run works (SWEEP_BUSY), a file that is not such a
 * database (SWEEP_IO; it is not touched). */
int store_open(struct store **out, const char *directory, const struct grid *g,
               struct diagnostics *log);

/* Open an existing folder for reading. */
int store_open_readonly(struct store **out, const char *directory,
                        struct diagnostics *log);

/* done[cell * replicates + replicate] = whether that trial is recorded. */
int store_done(struct store *s, const struct grid *g, bool *done,
               struct diagnostics *log);

/* Record one trial; a transaction begins with it, store_commit makes it permanent. Call
 * store_commit about once a second of work: that is what a crash can lose. */
int store_put(struct store *s, size_t cell, uint64_t replicate, const struct record *r,
              struct diagnostics *log);
int store_commit(struct store *s, struct diagnostics *log);

/* Every recorded trial of the grid's present cells and replicates, ordered by cell,
 * then replicate. A visit that returns nonzero ends it and is returned. SWEEP_INPUT
 * when the cells are not those of the grid. */
typedef int store_visit(void *context, size_t cell, uint64_t replicate,
                        const struct record *r);
int store_each(struct store *s, const struct grid *g, store_visit *visit, void *context,
               struct diagnostics *log);

/* The text of a meta entry in memory_string memory, or NULL. */
char *store_meta(struct store *s, const char *name);

/* Commits, closes, frees. NULL is allowed. */
int store_close(struct store *s, struct diagnostics *log);

#endif
