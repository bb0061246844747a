/* store_private.h - what the files of `store` share. */
#ifndef SWEEP_STORE_PRIVATE_H
#define SWEEP_STORE_PRIVATE_H

#include "store_lock.h"
#include "store_rows.h"
#include "sweep/store.h"
#include <sqlite3.h>

/* Seconds since 1970, with milliseconds, in SQL. */
#define STORE_NOW "((julianday('now') - 2440587.5) * 86400.0)"

struct store {
    sqlite3 *db;
    char *directory, *path; /* path: the database in the directory */
    struct store_lock lock;
    sqlite3_stmt *put, *get;
    sqlite3_int64 *id; /* (cell_count) rows in `cells`; NULL in a reader */
    struct store_change change;
    struct store_columns have;
    bool partial[COLUMN_COUNT]; /* results that some trials were recorded without */
    size_t model;               /* MODEL_VERSION of its results */
    long long budget;           /* steps left to this query, */
    bool bounded;               /* which ends when there are none */
    bool matched;               /* the cells are known to be those of the grid */
    bool unchanged; /* see struct store_options; its pages are not checked */
    bool broken;    /* a write failed: nothing more is committed */
};

/* Open the database: regular files only, no journal that names another file, and SQLite
 * set to believe nothing in it. Every query is bounded by the size of the database,
 * until it is trusted: its pages are checked. */
int store_connect(struct store *s, int flags, const char *locking,
                  struct diagnostics *log);
int store_check_pages(struct store *s, struct diagnostics *log);
int store_check_to_write(struct store *s, struct diagnostics *log); /* and trust it */

/* Report what no run writes (SWEEP_IO). */
int store_damaged(struct store *s, const char *how, struct diagnostics *log);

/* Report the last error of the database and translate it. */
int store_fail(struct store *s, struct diagnostics *log);

int store_execute(struct store *s, const char *sql, struct diagnostics *log);

int store_prepare(struct store *s, const char *sql, sqlite3_stmt **q,
                  struct diagnostics *log);

/* The same for text from malloc, which it frees; NULL means no memory. */
int store_prepare_owned(struct store *s, char *sql, sqlite3_stmt **q,
                        struct diagnostics *log);

/* The one integer a query gives. */
int store_integer(struct store *s, const char *sql, sqlite3_int64 *value,
                  struct diagnostics *log);

/* Make the cells those of the grid: match by key, renumber, add. Where they are that
 * already nothing is written, which is what takes long. */
int store_sync_cells(struct store *s, const struct grid *g, struct diagnostics *log);

/* A reader believes cell numbers only when every key is the one the grid gives
 * (SWEEP_INPUT). */
int store_match_cells(struct store *s, const struct grid *g, struct diagnostics *log);

/* Begin a transaction unless one is open. */
int store_begin(struct store *s, struct diagnostics *log);

/* Is it a database of this program, in this layout, with no column that is unknown, and
 * which has it? An empty one is new. */
int store_identify(struct store *s, bool *is_new, struct diagnostics *log);

/* What store_identify looks for; what it found to be missing. In a transaction. */
int store_create_tables(struct store *s, struct diagnostics *log);
int store_add_columns(struct store *s, struct diagnostics *log);

/* Model and partial results of a database that is not new. */
int store_read_identity(struct store *s, struct diagnostics *log);

/* A meta entry that is a count, `preset` where there is none. Anything else than a
 * whole number up to 1e18 is damage (SWEEP_IO). */
int store_meta_count(struct store *s, const char *name, size_t preset, size_t *count,
                     struct diagnostics *log);

/* Keep the list of partial results. */
int store_write_partial(struct store *s, struct diagnostics *log);

/* Write name, seed and model of a new database; compare the platform with what is
 * there, or write it; note the replicates of the grid. */
int store_sign(struct store *s, const struct grid *g,
               const struct store_options *options, bool is_new,
               struct diagnostics *log);

/* One more platform the database holds results of: meta keeps them one a line. */
int store_sign_platform(struct store *s, const char *platform, bool allow_mixed,
                        struct diagnostics *log);

/* Note which data files the trials are computed from now, and in s->change which one
 * changed. Refuse (SWEEP_INPUT) one that is not as noted. */
int store_note_data(struct store *s, const struct grid *g, struct diagnostics *log);
int store_check_data(struct store *s, const struct grid *g, struct diagnostics *log);

/* "DIRECTORY/NAME" and "PATHENDING" in memory_array memory, or NULL. */
char *store_join(const char *directory, const char *name);
char *store_beside(const char *path, const char *ending);

/* Whether DIR/grid.yaml is as the user gave it; make it so. */
bool store_keeps_text(const struct store *s, const struct grid *g);
int store_keep_grid(const struct store *s, const struct grid *g,
                    struct diagnostics *log);

/* Note in meta what readers need of the data files. */
int store_describe_data(struct store *s, const struct grid *g, struct diagnostics *log);

/* Refuse a folder in which somebody else's files have names of ours (SWEEP_INPUT): one
 * is ours when there is a database. */
int store_check_folder(const char *directory, struct diagnostics *log);

/* Where results gather on their way aside. */
#define STORE_ASIDE "old.part"

/* Move what a run left in the folder to DIR/old-TIME: file by file into DIR/old.part,
 * which then gets that name at once. Not `fresh`: go on where that was broken off, so
 * that a database never stays behind without its log, nor its log without it. */
int store_set_aside(const char *directory, bool fresh, struct diagnostics *log);

/* Remove what a run left in the folder. */
void store_remove_results(const char *directory);

#endif
