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
        break;
    }
    return "TEXT";
}

static void parameter_names(FILE *sql)
{
    for (int p = 0; p < PARAMETER_COUNT; p++)
        fprintf(sql, ", \"%s\"", parameter_table[p].name);
}

static void column_names(FILE *sql)
{
    for (int c = 0; c < COLUMN_COUNT; c++)
        fprintf(sql, ", \"%s\"", column_table[c].name);
}

static void placeholders(FILE *sql, int count)
{
    for (int i = 0; i < count; i++)
        fputs(i == 0 ? "?" : ", ?", sql);
}

static void write_schema(FILE *sql)
{
    fputs("CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL)"
          " WITHOUT ROWID;\n"
          "CREATE TABLE cells(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE,"
          " cell INTEGER UNIQUE",
          sql);
    for (int p = 0; p < PARAMETER_COUNT; p++)
        fprintf(sql, ", \"%s\" %s", parameter_table[p].name,
                parameter_affinity(parameter_table[p].type));
    fputs(");\n"
          "CREATE TABLE trials(cell_id INTEGER NOT NULL REFERENCES cells,"
          " replicate INTEGER NOT NULL, status TEXT NOT NULL, message TEXT NOT NULL",
          sql);
    for (int c = 0; c < COLUMN_COUNT; c++)
        fprintf(sql, ", \"%s\" %s", column_table[c].name,
                column_affinity(column_table[c].type));
    /* The index holds all that counting needs, in a tenth of the pages. */
    fputs(", PRIMARY KEY(cell_id, replicate)) WITHOUT ROWID;\n"
          "CREATE INDEX trials_by_status ON trials(status);\n",
          sql);
}

static void write_put_cell(FILE *sql)
{
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

static void write_put_trial(FILE *sql)
{
    fputs("INSERT OR REPLACE INTO trials(cell_id, replicate, status, message", sql);
    column_names(sql);
    fputs(") VALUES(", sql);
    placeholders(sql, 4 + COLUMN_COUNT);
    fputs(")", sql);
}

static void write_each(FILE *sql)
{
    fputs("SELECT cell, replicate, status, message", sql);
    column_names(sql);
    fputs(" FROM cells JOIN trials ON cell_id = id"
          " WHERE cell < ? AND replicate < ? ORDER BY cell, replicate",
          sql);
}

static void write_get(FILE *sql)
{
    fputs("SELECT status, message", sql);
    column_names(sql);
    fputs(" FROM trials WHERE cell_id = ? AND replicate = ?", sql);
}

static char *text_of(void (*write)(FILE *sql))
{
    char *text = NULL;
    size_t size = 0;
    FILE *sql = open_memstream(&text, &size);
    if (!sql)
        return NULL;
    write(sql);
    int failed = ferror(sql);
    if (fclose(sql) != 0 || failed) {
        free(text);
        return NULL;
    }
    return text;
}

char *store_sql_schema(void)
{
    return text_of(write_schema);
}

char *store_sql_put_cell(void)
{
    return text_of(write_put_cell);
}

char *store_sql_put_trial(void)
{
    return text_of(write_put_trial);
}

char *store_sql_get(void)
{
    return text_of(write_get);
}

char *store_sql_each(void)
{
    return text_of(write_each);
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

int store_bind_setting(sqlite3_stmt *q, int first, const struct grid *g,
                       const struct setting *s)
{
    int rc = SQLITE_OK;
    for (int p = 0; p < PARAMETER_COUNT && rc == SQLITE_OK; p++) {
        const struct parameter_info *info = &parameter_table[p];
        double value = s->value[p];
        if (info->type == PARAMETER_TEXT)
            rc = bind_text(q, first + p, value, grid_string(g, value));
        else if (info->type == PARAMETER_CHOICE)
            rc = bind_text(q, first + p, value,
                           isnan(value) ? "" : parameter_word(p, (size_t)value));
        else
            rc = bind_number(q, first + p, value);
    }
    return rc;
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

static const char *text_at(sqlite3_stmt *q, int column)
{
    const char *text = (const char *)sqlite3_column_text(q, column);
    return text ? text : "";
}

const char *store_read_record(sqlite3_stmt *q, int first, struct record *r)
{
    const char *word = text_at(q, first);
    int index = word_index(trial_status_words, word);
    record_clear(r);
    if (index < 0)
        return word;
    r->status = (enum trial_status)index;
    snprintf(r->message, sizeof r->message, "%s", text_at(q, first + 1));
    for (int c = 0; c < COLUMN_COUNT; c++) {
        int column = first + 2 + c;
        if (sqlite3_column_type(q, column) == SQLITE_NULL)
            continue;
        if (column_table[c].type != COLUMN_WORD) {
            r->value[c] = sqlite3_column_double(q, column);
            continue;
        }
        word = text_at(q, column);
        index = word_index(column_table[c].words, word);
        if (index < 0)
            return word;
        r->value[c] = index;
    }
    return NULL;
}
