#include "store_rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *parameter_affinity(enum parameter_type type)
{
    switch (type) {
    case PARAMETER_INTEGER:
    case PARAMETER_BOOLEAN:
        return "INTEGER";
    case PARAMETER_REAL:
        return "REAL";
    case PARAMETER_CHOICE:
    case PARAMETER_TEXT:
        break;
    }
    return "TEXT";
}

static const char *column_affinity(enum column_type type)
{
    switch (type) {
    case COLUMN_INTEGER:
        return "INTEGER";
    case COLUMN_REAL:
        return "REAL";
    case COLUMN_WORD:
    case COLUMN_AUDIT:
        break;
    }
    return "TEXT";
}

struct store_columns store_all_columns(void)
{
    struct store_columns all = {.parameter_count = PARAMETER_COUNT,
                                .column_count = COLUMN_COUNT};
    for (enum parameter p = 0; p < PARAMETER_COUNT; p++)
        all.parameter[p] = p;
    for (enum column c = 0; c < COLUMN_COUNT; c++)
        all.column[c] = c;
    return all;
}

bool store_has_parameter(const struct store_columns *have, enum parameter p)
{
    int i = 0;
    while (i < have->parameter_count && have->parameter[i] != p)
        i++;
    return i < have->parameter_count;
}

bool store_has_column(const struct store_columns *have, enum column c)
{
    int i = 0;
    while (i < have->column_count && have->column[i] != c)
        i++;
    return i < have->column_count;
}

static void parameter_names(FILE *sql)
{
    for (int p = 0; p < PARAMETER_COUNT; p++)
        fprintf(sql, ", \"%s\"", parameter_table[p].name);
}

static void column_names(FILE *sql, const struct store_columns *of)
{
    for (int i = 0; i < of->column_count; i++)
        fprintf(sql, ", \"%s\"", column_table[of->column[i]].name);
}

static void placeholders(FILE *sql, int count)
{
    for (int i = 0; i < count; i++)
        fputs(i == 0 ? "?" : ", ?", sql);
}

static void write_meta(FILE *sql, const struct store_columns *have)
{
    (void)have;
    fputs("CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL)"
          " WITHOUT ROWID",
          sql);
}

static void write_cells(FILE *sql, const struct store_columns *have)
{
    fputs("CREATE TABLE cells(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE,"
          " cell INTEGER UNIQUE",
          sql);
    for (int i = 0; i < have->parameter_count; i++)
        fprintf(sql, ", \"%s\" %s", parameter_table[have->parameter[i]].name,
                parameter_affinity(parameter_table[have->parameter[i]].type));
    fputs(")", sql);
}

static void write_trials(FILE *sql, const struct store_columns *have)
{
    fputs("CREATE TABLE trials(cell_id INTEGER NOT NULL REFERENCES cells,"
          " replicate INTEGER NOT NULL, status TEXT NOT NULL, message TEXT NOT NULL",
          sql);
    for (int i = 0; i < have->column_count; i++)
        fprintf(sql, ", \"%s\" %s", column_table[have->column[i]].name,
                column_affinity(column_table[have->column[i]].type));
    fputs(", PRIMARY KEY(cell_id, replicate)) WITHOUT ROWID", sql);
}

/* The index holds all that counting needs, in a tenth of the pages. */
static void write_by_status(FILE *sql, const struct store_columns *have)
{
    (void)have;
    fputs("CREATE INDEX trials_by_status ON trials(status)", sql);
}

static void write_put_cell(FILE *sql, const struct store_columns *have)
{
    (void)have;
    fputs("INSERT INTO cells(key, cell", sql);
    parameter_names(sql);
    fputs(") VALUES(", sql);
    placeholders(sql, 2 + PARAMETER_COUNT);
    /* Two spellings of one cell (signal, signal_exponent) have one key: keep the new.
     */
    fputs(") ON CONFLICT(key) DO UPDATE SET cell = excluded.cell", sql);
    for (int p = 0; p < PARAMETER_COUNT; p++)
        fprintf(sql, ", \"%s\" = excluded.\"%s\"", parameter_table[p].name,
                parameter_table[p].name);
    fputs(" RETURNING id", sql);
}

static void write_read_cells(FILE *sql, const struct store_columns *have)
{
    (void)have;
    fputs("SELECT id, cell, key", sql);
    parameter_names(sql);
    fputs(" FROM cells ORDER BY id", sql);
}

/* In the same order. */
static void write_read_keys(FILE *sql, const struct store_columns *have)
{
    (void)have;
    fputs("SELECT id, cell, key FROM cells ORDER BY id", sql);
}

static void write_put_trial(FILE *sql, const struct store_columns *have)
{
    fputs("INSERT OR REPLACE INTO trials(cell_id, replicate, status, message", sql);
    column_names(sql, have);
    fputs(") VALUES(", sql);
    placeholders(sql, 4 + COLUMN_COUNT);
    fputs(")", sql);
}

static void write_each(FILE *sql, const struct store_columns *read)
{
    fputs("SELECT cell, replicate, status, message", sql);
    column_names(sql, read);
    fputs(" FROM cells JOIN trials ON cell_id = id"
          " WHERE cell < ? AND replicate < ? ORDER BY cell, replicate",
          sql);
}

static void write_get(FILE *sql, const struct store_columns *read)
{
    fputs("SELECT status, message", sql);
    column_names(sql, read);
    fputs(" FROM trials WHERE cell_id = ? AND replicate = ?", sql);
}

static char *text_of(void (*write)(FILE *sql, const struct store_columns *have),
                     const struct store_columns *have)
{
    struct store_columns all = store_all_columns();
    char *text = NULL;
    size_t size = 0;
    FILE *sql = open_memstream(&text, &size);
    if (!sql)
        return NULL;
    write(sql, have ? have : &all);
    int failed = ferror(sql);
    if (fclose(sql) != 0 || failed) {
        free(text);
        return NULL;
    }
    return text;
}

const char *const store_object_names[STORE_OBJECTS] = {
    [STORE_META] = "meta",
    [STORE_CELLS] = "cells",
    [STORE_TRIALS] = "trials",
    [STORE_BY_STATUS] = "trials_by_status",
};

char *store_sql_create(enum store_object object, const struct store_columns *have)
{
    static void (*const write[])(FILE * sql, const struct store_columns *have) = {
        [STORE_META] = write_meta,
        [STORE_CELLS] = write_cells,
        [STORE_TRIALS] = write_trials,
        [STORE_BY_STATUS] = write_by_status,
    };
    return text_of(write[object], have);
}

static char *add_to(const char *table, const char *name, const char *affinity)
{
    char *sql;
    int length =
        asprintf(&sql, "ALTER TABLE %s ADD COLUMN \"%s\" %s", table, name, affinity);
    return length < 0 ? NULL : sql;
}

char *store_sql_add_parameter(enum parameter p)
{
    return add_to("cells", parameter_table[p].name,
                  parameter_affinity(parameter_table[p].type));
}

char *store_sql_fill_parameter(enum parameter p)
{
    char *sql;
    int length = asprintf(&sql, "UPDATE cells SET \"%s\" = ?", parameter_table[p].name);
    return length < 0 ? NULL : sql;
}

char *store_sql_add_column(enum column c)
{
    return add_to("trials", column_table[c].name,
                  column_affinity(column_table[c].type));
}

char *store_sql_put_cell(void)
{
    return text_of(write_put_cell, NULL);
}

char *store_sql_cells(bool keys_alone)
{
    return text_of(keys_alone ? write_read_keys : write_read_cells, NULL);
}

char *store_sql_put_trial(void)
{
    return text_of(write_put_trial, NULL);
}

char *store_sql_get(const struct store_columns *read)
{
    return text_of(write_get, read);
}

char *store_sql_each(const struct store_columns *read)
{
    return text_of(write_each, read);
}

/* A whole number lands as an integer in an INTEGER column: SQLite's affinity does it.
 */
static int bind_number(sqlite3_stmt *q, int index, double value)
{
    return isnan(value) ? sqlite3_bind_null(q, index)
                        : sqlite3_bind_double(q, index, value);
}

static int bind_text(sqlite3_stmt *q, int index, double value, const char *text)
{
    return isnan(value) ? sqlite3_bind_null(q, index)
                        : sqlite3_bind_text(q, index, text, -1, SQLITE_STATIC);
}

static int bind_parameter(sqlite3_stmt *q, int index, enum parameter p, double value,
                          const char *text)
{
    const struct parameter_info *info = &parameter_table[p];
    if (info->type == PARAMETER_TEXT)
        return bind_text(q, index, value, text);
    if (info->type == PARAMETER_CHOICE)
        return bind_text(q, index, value,
                         isnan(value) ? "" : parameter_word(p, (size_t)value));
    return bind_number(q, index, value);
}

int store_bind_setting(sqlite3_stmt *q, int first, const struct grid *g,
                       const struct setting *s)
{
    int rc = SQLITE_OK;
    for (enum parameter p = 0; p < PARAMETER_COUNT && rc == SQLITE_OK; p++) {
        bool text = parameter_table[p].type == PARAMETER_TEXT;
        rc = bind_parameter(q, first + (int)p, p, s->value[p],
                            text ? grid_string(g, s->value[p]) : NULL);
    }
    return rc;
}

/* The only text that is a preset is string 0 of every grid (DATA_MIXTURE). */
int store_bind_preset(sqlite3_stmt *q, int index, enum parameter p)
{
    return bind_parameter(q, index, p, parameter_table[p].preset, "mixture");
}

int store_bind_record(sqlite3_stmt *q, int first, const struct record *r)
{
    int rc =
        sqlite3_bind_text(q, first, trial_status_words[r->status], -1, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_text(q, first + 1, r->message, -1, SQLITE_STATIC);
    for (int c = 0; c < COLUMN_COUNT && rc == SQLITE_OK; c++) {
        const char *const *words = column_table[c].words;
        double value = r->value[c];
        if (column_table[c].type == COLUMN_WORD)
            rc = bind_text(q, first + 2 + c, value,
                           isnan(value) ? "" : words[(size_t)value]);
        else
            rc = bind_number(q, first + 2 + c, value);
    }
    return rc;
}

/* Index of text among the words, or -1. */
static int word_index(const char *const *words, const char *text)
{
    for (int i = 0; text && words[i]; i++)
        if (strcmp(words[i], text) == 0)
            return i;
    return -1;
}

bool store_read_text(sqlite3_stmt *q, int column, char *buffer, size_t size)
{
    bool is_text = sqlite3_column_type(q, column) == SQLITE_TEXT;
    const char *text = (const char *)sqlite3_column_text(q, column);
    snprintf(buffer, size, "%s", is_text && text ? text : "");
    for (char *c = buffer; *c; c++)
        if ((unsigned char)*c < ' ' || *c == '\177')
            *c = '?';
    return is_text;
}

/* One result: SQLite keeps what does not fit the type of a column as it comes. */
static bool read_defined(sqlite3_stmt *q, int column, enum column c, double *value)
{
    int type = sqlite3_column_type(q, column);
    if (type == SQLITE_NULL)
        return true; /* undefined: record_clear has said so */
    if (column_table[c].type == COLUMN_WORD) {
        int index = type == SQLITE_TEXT
                        ? word_index(column_table[c].words,
                                     (const char *)sqlite3_column_text(q, column))
                        : -1;
        *value = index;
        return index >= 0;
    }
    *value = sqlite3_column_double(q, column);
    return type == SQLITE_INTEGER ||
           (type == SQLITE_FLOAT && column_table[c].type == COLUMN_REAL);
}

int store_read_status(sqlite3_stmt *q, int column)
{
    char word[32];
    return store_read_text(q, column, word, sizeof word)
               ? word_index(trial_status_words, word)
               : -1;
}

const char *store_read_record(sqlite3_stmt *q, int first,
                              const struct store_columns *read, struct record *r)
{
    int index = store_read_status(q, first);
    record_clear(r);
    if (index < 0)
        return "status";
    r->status = (enum trial_status)index;
    if (!store_read_text(q, first + 1, r->message, sizeof r->message))
        return "message";
    for (int i = 0; i < read->column_count; i++) {
        enum column c = read->column[i];
        if (!read_defined(q, first + 2 + i, c, &r->value[c]))
            return column_table[c].name;
    }
    return NULL;
}
