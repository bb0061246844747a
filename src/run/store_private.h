/* store_private.h - what the files of `store` share. */
#ifndef SWEEP_STORE_PRIVATE_H
#define SWEEP_STORE_PRIVATE_H

#include "sweep/store.h"
#include <sqlite3.h>

struct store {
    sqlite3 *db;
    char *directory, *path; /* path: DIR/sweep.db */
    int lock;               /* descriptor that holds the folder; -1: none */
    sqlite3_stmt *put;
    sqlite3_int64 *id; /* (cell_count) rows in `cells`; NULL in a reader */
    bool matched;      /* the cells are known to be those of the grid */
    bool broken;       /* a write failed: nothing more is committed */
};

/* Report the last error of the database and translate it. */
int store_fail(struct store *s, struct diagnostics *log);

int store_execute(struct store *s, const char *sql, struct diagnostics *log);

int store_prepare(struct store *s, const char *sql, sqlite3_stmt **q,
                  struct diagnostics *log);

/* The same for text from malloc, which it frees; NULL means no memory. */
int store_prepare_owned(struct store *s, char *sql, sqlite3_stmt **q,
                        struct diagnostics *log);

/* Make the cells those of the grid: match by key, renumber, add. */
int store_sync_cells(struct store *s, const struct grid *g, struct diagnostics *log);

/* Begin a transaction unless one is open. */
int store_begin(struct store *s, struct diagnostics *log);

#endif
