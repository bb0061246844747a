/* store_rows.h - between the tables of parameters and columns and rows of SQLite. */
#ifndef SWEEP_STORE_ROWS_H
#define SWEEP_STORE_ROWS_H

#include "sweep/columns.h"
#include "sweep/grid.h"
#include <sqlite3.h>
#include <stdbool.h>

/* The columns that the tables `cells` and `trials` of one database have, in its order.
 * A new database has all of them, in that of parameter_table and column_table; an older
 * one lacks those that were added since. */
struct store_columns {
    enum parameter parameter[PARAMETER_COUNT];
    enum column column[COLUMN_COUNT];
    int parameter_count, column_count;
};
struct store_columns store_all_columns(void);
bool store_has_column(const struct store_columns *have, enum column c);
bool store_has_parameter(const struct store_columns *have, enum parameter p);

/* The CREATE statements that such a database is made of, one each, in the words in
 * which SQLite keeps them, also after ALTER TABLE ADD COLUMN. */
enum store_object {
    STORE_META,
    STORE_CELLS,
    STORE_TRIALS,
    STORE_BY_STATUS,
    STORE_OBJECTS
};
extern const char *const store_object_names[STORE_OBJECTS];

/* SQL made from the tables. Free with free; NULL: no memory. */
char *store_sql_create(enum store_object object, const struct store_columns *have);
char *store_sql_add_parameter(enum parameter p);
char *store_sql_fill_parameter(enum parameter p); /* (value) in every cell */
char *store_sql_add_column(enum column c);
char *store_sql_put_cell(void);         /* key, cell, parameters -> id */
char *store_sql_cells(bool keys_alone); /* -> id, cell, key, parameters unless alone */
char *store_sql_put_trial(void); /* cell_id, replicate, status, message, results */

/* Queries for the results in `read`: (cell_id, replicate) -> status, message, results;
 * (cells, replicates) -> cell, replicate, status, message, results. */
char *store_sql_get(const struct store_columns *read);
char *store_sql_each(const struct store_columns *read);

/* Bind from index `first` on. Return SQLITE_OK or the first error. */
int store_bind_setting(sqlite3_stmt *q, int first, const struct grid *g,
                       const struct setting *s);
int store_bind_record(sqlite3_stmt *q, int first, const struct record *r);

/* Bind the preset of a parameter. */
int store_bind_preset(sqlite3_stmt *q, int index, enum parameter p);

/* Read status, message and the results in `read` from column `first` on; the others are
 * undefined. Returns NULL, or the name of the column whose value cannot be one of a
 * trial. */
const char *store_read_record(sqlite3_stmt *q, int first,
                              const struct store_columns *read, struct record *r);

/* The enum trial_status whose word is in that column, or -1. */
int store_read_status(sqlite3_stmt *q, int column);

/* The text in that column, control characters read as '?', cut to the size; "" when it
 * is no text. Returns whether it is. */
bool store_read_text(sqlite3_stmt *q, int column, char *buffer, size_t size);

#endif
