/* store_private.h - what the files of `store` share. */
#ifndef SWEEP_STORE_PRIVATE_H
#define SWEEP_STORE_PRIVATE_H

#include "store_lock.h"
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
    bool matched; /* the cells are known to be those of the grid */
    bool broken;  /* a write failed: nothing more is committed */
};

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

/* Make the cells those of the grid: match by key, renumber, add. */
int store_sync_cells(struct store *s, const struct grid *g, struct diagnostics *log);

/* Begin a transaction unless one is open. */
int store_begin(struct store *s, struct diagnostics *log);

/* Is it a database of this program and version? An empty one is new. */
int store_identify(struct store *s, bool *is_new, struct diagnostics *log);

/* Schema and numbers that store_identify looks for. */
int store_create_tables(struct store *s, struct diagnostics *log);

/* Name, seed, model and platform: compare with what is there, or write them. */
int store_sign(struct store *s, const struct grid *g,
               const struct store_options *options, bool is_new,
               struct diagnostics *log);

/* One more platform the database holds results of: meta keeps them one a line. */
int store_sign_platform(struct store *s, const char *platform, bool allow_mixed,
                        struct diagnostics *log);

/* "DIRECTORY/NAME" in memory_array memory, or NULL. */
char *store_join(const char *directory, const char *name);

/* DIR/grid.yaml as the user gave it. */
int store_keep_grid(const struct store *s, const struct grid *g,
                    struct diagnostics *log);

/* Move what a run left in the folder to DIR/old-TIME. */
int store_set_aside(const char *directory, struct diagnostics *log);

#endif
