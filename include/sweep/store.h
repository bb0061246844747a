/* store.h - the SQLite record of trials (`sweep.db` in a results folder).
 *
 * Tables: meta(name, value); cells(id, key, cell, one column a parameter): `cell` is
 * the number in the grid as it is now, NULL for a cell the grid no longer has; trials(
 * cell_id, replicate, status, message, one column a result). The identity of a trial is
 * its cell's key (grid_cell_key) and its replicate. WITHOUT ROWID, keyed (cell_id,
 * replicate). One writer, which holds the folder; readable by anyone at any time.
 * Choices and words are text, NaN is NULL, infinities are kept, the sign of a zero is
 * not. A cell's `key` is 32 hexadecimal digits.
 *
 * Columns are known by name. A database made before a parameter or a result was added
 * lacks its column: the parameter reads as its preset, the result as undefined; a
 * writer adds the column, and meta `partial` names the results that trials from before
 * do not have, one a line. A column of an unknown name is an error, and so is any other
 * difference between the tables and what this program makes: a database may come from
 * anybody. Nothing in it is believed but what can be a trial of the grid; anything else
 * is reported as damage (SWEEP_IO). sweep.db and the files SQLite keeps beside it are
 * regular files.
 *
 * The holder of a folder is named in DIR/sweep.lock. One that died is taken over; a
 * living one is respected (SWEEP_BUSY). Whether a holder on another machine lives cannot
 * be known: a plain run is refused, an attempt of a shard goes on in a database of its
 * own, sweep-HOST-PROCESS.db in the same folder. Resume and merge take the union of all
 * databases of a folder: one identity with the same bits is one trial. So two attempts
 * of a shard at once cost time and nothing else. Where the file system has no locks,
 * SQLite uses dot-files.
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

/* Zero-initialised: the defaults. */
struct store_options {
    const char *platform; /* what the results come from (platform.h); NULL: unsaid */
    bool allow_mixed;     /* results of several platforms in one folder */
    bool fresh;           /* what is there moves to DIR/old-TIME first; killed on the
                             way, the next writer goes on with it */
    bool shard;           /* an attempt of a shard: see above */
    bool unchanged;       /* nobody wrote to the database since a run closed it whole:
                             until a session begins its pages are not checked, and its
                             cells are compared by their keys alone */
};

/* Open or create DIR/sweep.db for writing, make its cells those of the grid, write
 * DIR/grid.yaml; all of it or nothing. options NULL: the defaults. Refused: a folder of
 * another name, seed or platform (SWEEP_INPUT), one in which another run works
 * (SWEEP_BUSY), a file that is damaged or no such database (SWEEP_IO; it is not
 * touched). */
int store_open(struct store **out, const char *directory, const struct grid *g,
               const struct store_options *options, struct diagnostics *log);

/* What store_open did to the cells. */
struct store_change {
    size_t added, removed, unchanged;
    size_t replicates; /* there were before; 0: the folder is new */
    bool rule;         /* `until` is another, or new, or gone */
    bool text;         /* grid.yaml has other bytes, or another sweep wrote here */
    char data[256];    /* which data file changed, since when and how; "": none */
};
struct store_change store_change(const struct store *s);

/* Open an existing folder, or one database of it, for reading. */
int store_open_readonly(struct store **out, const char *directory,
                        struct diagnostics *log);
int store_open_database(struct store **out, const char *path, struct diagnostics *log);

/* The databases of a folder: sweep.db and those of attempts, by name. Fails when there
 * is none (SWEEP_IO). */
struct store_list {
    char **path;
    size_t count;
};
int store_list(struct store_list *l, const char *directory, struct diagnostics *log);
void store_list_release(struct store_list *l);

/* Record one trial; a transaction begins with it, store_commit makes it permanent. Call
 * store_commit about once a second of work: that is what a crash can lose. It fails
 * when the database is no longer where it was. */
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

/* The same, but of the results only those for which wanted[c] are read; the others are
 * undefined, whatever is there. Several times faster where they are few. NULL: all. */
int store_each_of(struct store *s, const struct grid *g, const bool *wanted,
                  store_visit *visit, void *context, struct diagnostics *log);

/* The same in any order, and of a trial only its status and its value of one column,
 * which is not a word; COLUMN_COUNT: no value (NAN), which is much faster. For an own
 * result (results.h) the value is NAN and the whole record is there to compute it from,
 * else that is NULL. */
typedef int store_glance(void *context, size_t cell, uint64_t replicate,
                         enum trial_status status, double value,
                         const struct record *record);
int store_scan(struct store *s, const struct grid *g, enum column column,
               store_glance *visit, void *context, struct diagnostics *log);

/* The same of all other databases of the folder, one after the other. */
int store_scan_elsewhere(struct store *s, const struct grid *g, enum column column,
                         store_glance *visit, void *context, struct diagnostics *log);

/* The model version (grid.h) whose results it holds. Another than MODEL_VERSION may be
 * read; nothing is added to it. */
size_t store_model(const struct store *s);

/* Refuse a database of another name, seed or model (SWEEP_INPUT). */
int store_check_grid(struct store *s, const struct grid *g, struct diagnostics *log);

/* Every trial of `from` into `to`, which was opened with the same grid; `added` counts
 * those that were new. The same trial with other bits is refused (SWEEP_INPUT) and
 * nothing of `to` changes, unless results may be mixed: then the first stays. A trial
 * that was out of memory gives way to one that was not. Commits. */
int store_merge(struct store *to, struct store *from, const struct grid *g,
                bool allow_mixed, size_t *added, struct diagnostics *log);

/* How far the results of one trial may be apart: by a share of their value, or of the
 * scale of their rounding error (columns.h). What is no real number has to be the same.
 * All 0: every bit, but the sign of a zero. */
struct store_tolerance {
    double value, rounding;
};

/* A result in which two records of one trial differ, times and places aside, or
 * COLUMN_COUNT. The status counts as a difference in C_STOP_REASON. Where several
 * differ it is the first count of events (SCALE_EVENTS), which explains others, else
 * the first. */
enum column store_difference(const struct record *a, const struct record *b,
                             struct store_tolerance t);

/* Make undefined in `other` what a trial of `s`, `own`, was never asked for: undefined
 * results that its database lacks, or had no column for when some were recorded. */
void store_level(const struct store *s, const struct record *own, struct record *other);

/* *value is the text of a meta entry in memory_string memory, control characters but
 * line ends read as '?'; NULL where there is none, and where it cannot be read
 * (SWEEP_IO, SWEEP_NO_MEMORY). */
int store_meta(struct store *s, const char *name, char **value,
               struct diagnostics *log);

/* One that is a finite number from 0 on; NAN where there is none. Any other text is
 * damage (SWEEP_IO). */
int store_meta_amount(struct store *s, const char *name, double *amount,
                      struct diagnostics *log);
int store_set_meta(struct store *s, const char *name, const char *value,
                   struct diagnostics *log);

/* What the last writer of the database noted of what a value of P_DATA names so
 * (grid_data_text), in memory_array memory; NULL: nothing, or it cannot be read. */
char *store_data_text(struct store *s, const char *name);

/* How far a database is, without its grid; fast. */
struct store_counts {
    size_t cells, replicates;
    size_t by_status[TRIAL_STATUS_COUNT];
    size_t total;       /* trials this database is to hold; with `until`: at most */
    size_t done;        /* of these */
    double first, last; /* the last session: its start and last commit, Unix seconds */
    size_t done_at_first;
};
int store_count(struct store *s, struct store_counts *counts, struct diagnostics *log);

/* Begin a session of work: its start, and how many trials the database is to hold. */
int store_begin_session(struct store *s, size_t total, struct diagnostics *log);

/* Who holds the folder. Nobody where there is no sweep.lock; one that cannot be read is
 * an error (SWEEP_IO). */
struct store_holder {
    enum { STORE_FREE, STORE_ALIVE, STORE_DEAD, STORE_UNKNOWN } state;
    char host[65];
    long process;
    char since[24];
    bool elsewhere; /* in another container of this machine */
    double silent;  /* seconds since its last sign of life */
};
int store_holder(const char *directory, struct store_holder *holder,
                 struct diagnostics *log);

/* "process 12 on HOST since 2026-...", and where it cannot be seen its last sign of
 * life; returns buffer. */
char *store_holder_text(const struct store_holder *holder, char *buffer, size_t size);

/* Commits, closes, frees. NULL is allowed. */
int store_close(struct store *s, struct diagnostics *log);

/* Closes and frees without a commit; what store_open made of a folder without results
 * goes away again. NULL is allowed. */
void store_discard(struct store *s);

/* Refuse a file to write (SWEEP_INPUT) that a run keeps in a folder of results: its
 * database, its grid file and data, its log, its lock. table.tsv and report.html can be
 * made again. */
int store_check_output(const char *path, struct diagnostics *log);

#endif
