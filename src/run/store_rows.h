/* store_rows.h - between the tables of parameters and columns and rows of SQLite. */
#ifndef SWEEP_STORE_ROWS_H
#define SWEEP_STORE_ROWS_H

#include "sweep/columns.h"
#include "sweep/grid.h"
#include <sqlite3.h>

/* SQL made from parameter_table and column_table. Free with free; NULL: no memory. */
char *store_sql_schema(void);
char *store_sql_put_cell(void);  /* key, cell, parameters -> id */
char *store_sql_put_trial(void); /* cell_id, replicate, status, message, results */
char *store_sql_get(void);       /* (cell_id, replicate) -> status, message, results */
char *store_sql_each(void); /* (cells, replicates) -> cell, replicate, status, ... */

/* Bind from index `first` on. Return SQLITE_OK or the first error. */
int store_bind_setting(sqlite3_stmt *q, int first, const struct grid *g,
                       const struct setting *s);
int store_bind_record(sqlite3_stmt *q, int first, const struct record *r);

/* Read status, message and results from column `first` on. Returns NULL, or the word
 * that is none of the column's ("" when the status is not text). */
const char *store_read_record(sqlite3_stmt *q, int first, struct record *r);

#endif
