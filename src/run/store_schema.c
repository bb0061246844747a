#include "store_private.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "swep": marks a database as ours. */
enum { APPLICATION_ID = 0x73776570 };

/* Raise the layout when the tables change in another way than by a column. */
enum { LAYOUT = 2 };

/* Versions before 0.2.0 counted the columns too: 2031063. */
static long long layout_number(sqlite3_int64 version)
{
    return version < 1000000 ? version : version / 1000000;
}

/* Longer names are cut in messages. */
enum { NAME_SIZE = 64 };

static int check_numbers(struct store *s, struct diagnostics *log)
{
    sqlite3_int64 id = 0, version = 0;
    int status = store_integer(s, "PRAGMA application_id", &id, log);
    if (status == SWEEP_OK)
        status = store_integer(s, "PRAGMA user_version", &version, log);
    if (status != SWEEP_OK)
        return status;
    if (id != APPLICATION_ID) {
        diagnostics_add(log, NULL, 0, 0,
                        "'%s' is a database of another program; choose another folder",
                        s->path);
        return SWEEP_IO;
    }
    if (layout_number(version) != LAYOUT) {
        diagnostics_add(log, NULL, 0, 0,
                        "'%s' was written by another version of sweep (layout %lld, "
                        "this one has %d); use that version, or choose another folder",
                        s->path, layout_number(version), LAYOUT);
        return SWEEP_IO;
    }
    return SWEEP_OK;
}

static int strange(struct store *s, const char *type, const char *name,
                   struct diagnostics *log)
{
    diagnostics_add(log, NULL, 0, 0,
                    "'%s' holds the %s '%s' in a form that sweep does not make; remove "
                    "it if it is yours, or choose another folder",
                    s->path, type, name);
    return SWEEP_IO;
}

/* One row of the schema: type, name, its CREATE statement. SQLite makes an index for a
 * key by itself, without a statement. */
static int check_object(struct store *s, sqlite3_stmt *q, bool *found,
                        struct diagnostics *log)
{
    char type[NAME_SIZE], name[NAME_SIZE];
    store_read_text(q, 0, type, sizeof type);
    store_read_text(q, 1, name, sizeof name);
    if (sqlite3_column_type(q, 2) == SQLITE_NULL && strcmp(type, "index") == 0 &&
        strncmp(name, "sqlite_autoindex_", 17) == 0)
        return SWEEP_OK;
    for (enum store_object k = 0; k < STORE_OBJECTS; k++) {
        const char *kind = k == STORE_BY_STATUS ? "index" : "table";
        if (strcmp(name, store_object_names[k]) != 0 || strcmp(type, kind) != 0)
            continue;
        char *want = store_sql_create(k, &s->have);
        const char *sql = (const char *)sqlite3_column_text(q, 2);
        bool same = want && sql && strcmp(sql, want) == 0;
        bool no_memory = !want;
        free(want);
        if (no_memory)
            return diagnostics_no_memory(log, NULL);
        found[k] = same;
        return same ? SWEEP_OK : strange(s, type, name, log);
    }
    return strange(s, type, name, log);
}

/* The tables are, word by word, what this program makes of the columns that are there:
 * no view, trigger, other key or default can lead a query astray. */
static int check_objects(struct store *s, struct diagnostics *log)
{
    bool found[STORE_OBJECTS] = {false};
    sqlite3_stmt *q;
    int rc = SQLITE_DONE;
    int status = store_prepare(s, "SELECT type, name, sql FROM sqlite_schema", &q, log);
    if (status != SWEEP_OK)
        return status;
    while (status == SWEEP_OK && (rc = sqlite3_step(q)) == SQLITE_ROW)
        status = check_object(s, q, found, log);
    if (status == SWEEP_OK && rc != SQLITE_DONE)
        status = store_fail(s, log);
    sqlite3_finalize(q);
    for (enum store_object k = 0; k < STORE_OBJECTS && status == SWEEP_OK; k++)
        if (!found[k]) {
            diagnostics_add(log, NULL, 0, 0,
                            "'%s' has no '%s'; move it away or choose another folder",
                            s->path, store_object_names[k]);
            status = SWEEP_IO;
        }
    return status;
}

static int unknown_column(struct store *s, const char *what, const char *name,
                          struct diagnostics *log)
{
    diagnostics_add(log, NULL, 0, 0,
                    "'%s' has the %s '%s', which sweep " SWEEP_VERSION " does not "
                    "know; use the version that made it, or choose another folder",
                    s->path, what, name);
    return SWEEP_IO;
}

/* Which parameter or result has that name? */
static int take_name(struct store *s, enum store_object table, const char *name,
                     struct diagnostics *log)
{
    struct store_columns *have = &s->have;
    if (table == STORE_CELLS) {
        enum parameter p = parameter_find(name);
        if (p == PARAMETER_COUNT)
            return unknown_column(s, "parameter", name, log);
        if (!store_has_parameter(have, p))
            have->parameter[have->parameter_count++] = p;
        return SWEEP_OK;
    }
    enum column c = column_find(name);
    if (c == COLUMN_COUNT)
        return unknown_column(s, "result", name, log);
    if (!store_has_column(have, c))
        have->column[have->column_count++] = c;
    return SWEEP_OK;
}

/* The columns of a table behind the `fixed` first ones, which are no parameters and no
 * results. */
static int read_layout(struct store *s, enum store_object table, int fixed,
                       struct diagnostics *log)
{
    static const char *const sql[] = {
        [STORE_CELLS] = "SELECT name FROM pragma_table_xinfo('cells')",
        [STORE_TRIALS] = "SELECT name FROM pragma_table_xinfo('trials')"};
    sqlite3_stmt *q;
    char name[NAME_SIZE];
    int rc = SQLITE_DONE;
    int status = store_prepare(s, sql[table], &q, log);
    if (status != SWEEP_OK)
        return status;
    for (int i = 0; status == SWEEP_OK && (rc = sqlite3_step(q)) == SQLITE_ROW; i++) {
        store_read_text(q, 0, name, sizeof name);
        if (i >= fixed)
            status = take_name(s, table, name, log);
    }
    if (status == SWEEP_OK && rc != SQLITE_DONE)
        status = store_fail(s, log);
    sqlite3_finalize(q);
    return status;
}

int store_identify(struct store *s, bool *is_new, struct diagnostics *log)
{
    sqlite3_int64 objects = 0;
    int status = store_integer(s, "SELECT count(*) FROM sqlite_schema", &objects, log);
    *is_new = objects == 0;
    if (status != SWEEP_OK || *is_new)
        return status;
    s->have = (struct store_columns){.parameter_count = 0};
    status = check_numbers(s, log);
    if (status == SWEEP_OK)
        status = read_layout(s, STORE_CELLS, 3, log); /* id, key, cell */
    if (status == SWEEP_OK)
        status = read_layout(s, STORE_TRIALS, 4, log); /* cell_id, ..., message */
    if (status == SWEEP_OK)
        status = check_objects(s, log);
    return status == SWEEP_OK ? store_read_identity(s, log) : status;
}

static int execute_owned(struct store *s, char *sql, struct diagnostics *log)
{
    if (!sql)
        return diagnostics_no_memory(log, NULL);
    int status = store_execute(s, sql, log);
    free(sql);
    return status;
}

static int write_numbers(struct store *s, struct diagnostics *log)
{
    char pragmas[100];
    snprintf(pragmas, sizeof pragmas,
             "PRAGMA application_id = %d; PRAGMA user_version = %d", APPLICATION_ID,
             LAYOUT);
    return store_execute(s, pragmas, log);
}

int store_create_tables(struct store *s, struct diagnostics *log)
{
    int status = SWEEP_OK;
    s->have = store_all_columns();
    for (enum store_object k = 0; k < STORE_OBJECTS && status == SWEEP_OK; k++)
        status = execute_owned(s, store_sql_create(k, &s->have), log);
    return status == SWEEP_OK ? write_numbers(s, log) : status;
}

/* What a cell of an older version did not say is what it meant. */
static int add_parameter(struct store *s, enum parameter p, struct diagnostics *log)
{
    sqlite3_stmt *q = NULL;
    int status = execute_owned(s, store_sql_add_parameter(p), log);
    if (status == SWEEP_OK)
        status = store_prepare_owned(s, store_sql_fill_parameter(p), &q, log);
    if (status == SWEEP_OK &&
        (store_bind_preset(q, 1, p) != SQLITE_OK || sqlite3_step(q) != SQLITE_DONE))
        status = store_fail(s, log);
    sqlite3_finalize(q);
    if (status == SWEEP_OK)
        s->have.parameter[s->have.parameter_count++] = p;
    return status;
}

static int add_column(struct store *s, enum column c, struct diagnostics *log)
{
    int status = execute_owned(s, store_sql_add_column(c), log);
    if (status == SWEEP_OK)
        s->have.column[s->have.column_count++] = c;
    return status;
}

int store_add_columns(struct store *s, struct diagnostics *log)
{
    sqlite3_int64 trials = 0;
    int status = store_integer(s, "SELECT EXISTS(SELECT 1 FROM trials)", &trials, log);
    for (enum parameter p = 0; p < PARAMETER_COUNT && status == SWEEP_OK; p++)
        if (!store_has_parameter(&s->have, p))
            status = add_parameter(s, p, log);
    for (enum column c = 0; c < COLUMN_COUNT && status == SWEEP_OK; c++)
        if (!store_has_column(&s->have, c)) {
            s->partial[c] |= trials > 0;
            status = add_column(s, c, log);
        }
    if (status == SWEEP_OK)
        status = store_write_partial(s, log);
    return status == SWEEP_OK ? write_numbers(s, log) : status;
}
