#include "sweep/store.h"

#include "store_private.h"
#include "store_rows.h"
#include "sweep/clock.h"
#include "sweep/memory.h"
#include "sweep/outfile.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* "swep": marks a database as ours. */
enum { APPLICATION_ID = 0x73776570 };

/* Raise the layout when the tables change by hand; a new parameter or result column
 * changes the number by itself. */
enum {
    LAYOUT = 1,
    SCHEMA_VERSION = (LAYOUT * 1000 + PARAMETER_COUNT) * 1000 + COLUMN_COUNT
};

/* Milliseconds to wait for another program that reads or writes the database. */
enum { BUSY_TIMEOUT = 10000 };

int store_fail(struct store *s, struct diagnostics *log)
{
    int rc = s->db ? sqlite3_errcode(s->db) : SQLITE_NOMEM;
    const char *path = s->path ? s->path : "sweep.db";

    s->broken = true;
    if (rc == SQLITE_NOMEM) {
        diagnostics_add(log, NULL, 0, 0, "out of memory while using '%s'", path);
        return SWEEP_NO_MEMORY;
    }
    if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED) {
        diagnostics_add(log, NULL, 0, 0,
                        "'%s' is locked by another program; close it and run again",
                        path);
        return SWEEP_BUSY;
    }
    if (rc == SQLITE_NOTADB) {
        diagnostics_add(log, NULL, 0, 0,
                        "'%s' is not a database; move it away or choose another folder",
                        path);
        return SWEEP_IO;
    }
    int reason = sqlite3_system_errno(s->db);
    diagnostics_add(log, NULL, 0, 0, "cannot use '%s': %s%s%s", path,
                    sqlite3_errmsg(s->db), reason ? ": " : "",
                    reason ? strerror(reason) : "");
    return SWEEP_IO;
}

int store_execute(struct store *s, const char *sql, struct diagnostics *log)
{
    if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return store_fail(s, log);
    return SWEEP_OK;
}

int store_prepare(struct store *s, const char *sql, sqlite3_stmt **q,
                  struct diagnostics *log)
{
    if (sqlite3_prepare_v2(s->db, sql, -1, q, NULL) != SQLITE_OK)
        return store_fail(s, log);
    return SWEEP_OK;
}

int store_prepare_owned(struct store *s, char *sql, sqlite3_stmt **q,
                        struct diagnostics *log)
{
    if (!sql) {
        diagnostics_add(log, NULL, 0, 0, "out of memory");
        return SWEEP_NO_MEMORY;
    }
    int status = store_prepare(s, sql, q, log);
    free(sql);
    return status;
}

/* The one integer a query gives. */
static int query_integer(struct store *s, const char *sql, sqlite3_int64 *value,
                         struct diagnostics *log)
{
    sqlite3_stmt *q;
    int status = store_prepare(s, sql, &q, log);
    if (status != SWEEP_OK)
        return status;
    if (sqlite3_step(q) == SQLITE_ROW)
        *value = sqlite3_column_int64(q, 0);
    else
        status = store_fail(s, log);
    sqlite3_finalize(q);
    return status;
}

/* Is it a database of this program and version? An empty file is a new one. */
static int check_identity(struct store *s, bool *is_new, struct diagnostics *log)
{
    sqlite3_int64 tables = 0, id = 0, version = 0;
    int status = query_integer(s, "SELECT count(*) FROM sqlite_schema", &tables, log);
    if (status == SWEEP_OK)
        status = query_integer(s, "PRAGMA application_id", &id, log);
    if (status == SWEEP_OK)
        status = query_integer(s, "PRAGMA user_version", &version, log);
    if (status != SWEEP_OK)
        return status;
    *is_new = tables == 0;
    if (tables > 0 && id != APPLICATION_ID) {
        diagnostics_add(log, NULL, 0, 0,
                        "'%s' is a database of another program; choose another folder",
                        s->path);
        return SWEEP_IO;
    }
    if (tables > 0 && version != SCHEMA_VERSION) {
        diagnostics_add(log, NULL, 0, 0,
                        "'%s' was written by another version of sweep (schema %lld, "
                        "this one has %d); choose another folder",
                        s->path, (long long)version, SCHEMA_VERSION);
        return SWEEP_IO;
    }
    return SWEEP_OK;
}

static int create_tables(struct store *s, struct diagnostics *log)
{
    char pragmas[100];
    char *schema = store_sql_schema();
    if (!schema) {
        diagnostics_add(log, NULL, 0, 0, "out of memory");
        return SWEEP_NO_MEMORY;
    }
    int status = store_execute(s, schema, log);
    free(schema);
    snprintf(pragmas, sizeof pragmas,
             "PRAGMA application_id = %d; PRAGMA user_version = %d", APPLICATION_ID,
             SCHEMA_VERSION);
    return status == SWEEP_OK ? store_execute(s, pragmas, log) : status;
}

char *store_meta(struct store *s, const char *name)
{
    sqlite3_stmt *q;
    char *value = NULL;
    if (sqlite3_prepare_v2(s->db, "SELECT value FROM meta WHERE name = ?", -1, &q,
                           NULL) != SQLITE_OK)
        return NULL;
    sqlite3_bind_text(q, 1, name, -1, SQLITE_STATIC);
    if (sqlite3_step(q) == SQLITE_ROW && sqlite3_column_text(q, 0))
        value = memory_string((const char *)sqlite3_column_text(q, 0));
    sqlite3_finalize(q);
    return value;
}

static int put_meta(struct store *s, const char *name, const char *value,
                    struct diagnostics *log)
{
    sqlite3_stmt *q;
    int status = store_prepare(s, "INSERT OR REPLACE INTO meta VALUES(?, ?)", &q, log);
    if (status != SWEEP_OK)
        return status;
    sqlite3_bind_text(q, 1, name, -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 2, value, -1, SQLITE_STATIC);
    if (sqlite3_step(q) != SQLITE_DONE)
        status = store_fail(s, log);
    sqlite3_finalize(q);
    return status;
}

/* Refuse to mix grids: a folder belongs to one name and one seed. */
static int check_meta(struct store *s, const struct grid *g, const char *seed,
                      struct diagnostics *log)
{
    char *old_name = store_meta(s, "name"), *old_seed = store_meta(s, "seed");
    bool same = old_name && old_seed && strcmp(old_name, g->name) == 0 &&
                strcmp(old_seed, seed) == 0;
    if (!same)
        diagnostics_add(log, NULL, 0, 0,
                        "'%s' holds the grid '%s' with seed %s, not '%s' with seed %s; "
                        "choose another folder",
                        s->directory, old_name ? old_name : "?",
                        old_seed ? old_seed : "?", g->name, seed);
    memory_free(old_name);
    memory_free(old_seed);
    return same ? SWEEP_OK : SWEEP_INPUT;
}

static int write_meta(struct store *s, const struct grid *g, bool is_new,
                      struct diagnostics *log)
{
    char seed[24], created[24], version[16];
    snprintf(seed, sizeof seed, "%" PRIu64, g->seed);
    snprintf(version, sizeof version, "%d", MODEL_VERSION);
    clock_utc(created, sizeof created);

    int status = SWEEP_OK;
    if (!is_new)
        status = check_meta(s, g, seed, log);
    else if ((status = put_meta(s, "name", g->name, log)) == SWEEP_OK &&
             (status = put_meta(s, "seed", seed, log)) == SWEEP_OK)
        status = put_meta(s, "created", created, log);
    if (status == SWEEP_OK)
        status = put_meta(s, "sweep_version", SWEEP_VERSION, log);
    if (status == SWEEP_OK)
        status = put_meta(s, "model_version", version, log);
    return status;
}

/* mkdir -p */
static int make_folder(const char *directory, struct diagnostics *log)
{
    char *path = memory_string(directory);
    if (!path) {
        diagnostics_add(log, NULL, 0, 0, "out of memory");
        return SWEEP_NO_MEMORY;
    }
    int error = 0; /* the first that is not "it exists" */
    for (char *end = path; *end;) {
        end += strspn(end, "/");
        end += strcspn(end, "/");
        char kept = *end;
        *end = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST && error == 0)
            error = errno;
        *end = kept;
    }
    memory_free(path);
    struct stat info;
    if (stat(directory, &info) == 0 && S_ISDIR(info.st_mode))
        return SWEEP_OK;
    diagnostics_add(log, NULL, 0, 0, "cannot create the folder '%s': %s", directory,
                    strerror(error ? error : ENOTDIR));
    return SWEEP_IO;
}

/* One run at a time. The lock ends with the process, however it ends. Where the file
 * system has no such locks, SQLite's own still keep the database whole. */
static int lock_folder(struct store *s, struct diagnostics *log)
{
    s->lock = open(s->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (s->lock < 0 || flock(s->lock, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        return SWEEP_OK;
    diagnostics_add(log, NULL, 0, 0,
                    "another run is working in '%s'; wait for it or choose another "
                    "folder",
                    s->directory);
    return SWEEP_BUSY;
}

static int write_grid_file(const struct store *s, const struct grid *g,
                           struct diagnostics *log)
{
    struct outfile out = {0};
    char *path;
    if (asprintf(&path, "%s/grid.yaml", s->directory) < 0)
        return SWEEP_NO_MEMORY;
    int status = outfile_open(&out, path, log);
    free(path);
    if (status != SWEEP_OK)
        return status;
    fwrite(g->text, 1, g->text_size, out.stream);
    return outfile_commit(&out, log);
}

static struct store *store_alloc(const char *directory, struct diagnostics *log)
{
    struct store *s = memory_array(1, sizeof *s);
    if (s) {
        s->lock = -1;
        s->directory = memory_string(directory);
        s->path = memory_array(strlen(directory) + sizeof "/sweep.db", 1);
    }
    if (!s || !s->directory || !s->path) {
        diagnostics_add(log, NULL, 0, 0, "out of memory");
        store_close(s, log);
        return NULL;
    }
    sprintf(s->path, "%s/sweep.db", directory);
    return s;
}

static int open_database(struct store *s, int flags, bool *is_new,
                         struct diagnostics *log)
{
    if (sqlite3_open_v2(s->path, &s->db, flags, NULL) != SQLITE_OK)
        return store_fail(s, log);
    sqlite3_busy_timeout(s->db, BUSY_TIMEOUT);
    return check_identity(s, is_new, log);
}

/* One transaction: all of it or nothing. */
static int fill_database(struct store *s, const struct grid *g, bool is_new,
                         struct diagnostics *log)
{
    /* Readers then never wait for the writer. Where it is impossible (no shared memory
     * on the file system) the journal stays as it is. */
    sqlite3_exec(s->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
    /* FULL: a commit outlives a power cut, also in a write-ahead log. */
    int status = store_execute(s, "PRAGMA synchronous = FULL", log);
    if (status == SWEEP_OK)
        status = store_begin(s, log);
    if (status == SWEEP_OK && is_new)
        status = create_tables(s, log);
    if (status == SWEEP_OK)
        status = write_meta(s, g, is_new, log);
    if (status == SWEEP_OK)
        status = store_sync_cells(s, g, log);
    if (status == SWEEP_OK)
        status = write_grid_file(s, g, log);
    return status == SWEEP_OK ? store_commit(s, log) : status;
}

int store_open(struct store **out, const char *directory, const struct grid *g,
               struct diagnostics *log)
{
    bool is_new = false;
    *out = NULL;
    int status = make_folder(directory, log);
    if (status != SWEEP_OK)
        return status;
    struct store *s = store_alloc(directory, log);
    if (!s)
        return SWEEP_NO_MEMORY;
    status = lock_folder(s, log);
    if (status == SWEEP_OK)
        status =
            open_database(s, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &is_new, log);
    if (status == SWEEP_OK)
        status = fill_database(s, g, is_new, log);
    if (status == SWEEP_OK)
        status = store_prepare_owned(s, store_sql_put_trial(), &s->put, log);
    if (status != SWEEP_OK) {
        s->broken = true;
        store_close(s, log);
        return status;
    }
    *out = s;
    return SWEEP_OK;
}

int store_open_readonly(struct store **out, const char *directory,
                        struct diagnostics *log)
{
    bool is_new = false;
    *out = NULL;
    struct store *s = store_alloc(directory, log);
    if (!s)
        return SWEEP_NO_MEMORY;
    int status = open_database(s, SQLITE_OPEN_READONLY, &is_new, log);
    if (status == SWEEP_OK && is_new) {
        diagnostics_add(log, NULL, 0, 0, "'%s' is empty; run the grid first", s->path);
        status = SWEEP_IO;
    }
    if (status != SWEEP_OK) {
        store_close(s, log);
        return status;
    }
    *out = s;
    return SWEEP_OK;
}

int store_close(struct store *s, struct diagnostics *log)
{
    int status = SWEEP_OK;
    if (!s)
        return SWEEP_OK;
    if (s->db && !s->broken)
        status = store_commit(s, log);
    sqlite3_finalize(s->put);
    /* Back to a single file that can be read from a read-only place, unless somebody
     * reads it right now. */
    if (s->db && s->id && !s->broken)
        sqlite3_exec(s->db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    sqlite3_close(s->db);
    if (s->lock >= 0)
        close(s->lock);
    memory_free(s->id);
    memory_free(s->directory);
    memory_free(s->path);
    memory_free(s);
    return status;
}
