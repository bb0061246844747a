#include "store_private.h"
#include "sweep/memory.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Milliseconds to wait for another program that reads or writes the database. */
enum { BUSY_TIMEOUT = 10000 };

/* Bytes a value, a row or a statement may have: the longest is the schema of trials. */
enum { LENGTH_LIMIT = 1000000 };

/* Steps of SQLite between two looks at the budget of a query, and what that is: no
 * query takes more for a byte of the database, unless pages are woven into circles. */
enum { STRIDE = 100000, STEPS = 10000000, STEPS_OF_BYTE = 100 };

/* SQLite says where in several lines: the last one is enough. */
static int report_damage(const struct store *s, const char *how,
                         struct diagnostics *log)
{
    const char *line = strrchr(how, '\n');
    diagnostics_add(log, NULL, 0, 0,
                    "'%s' is damaged (%s); move it away, choose another folder, or "
                    "--fresh to start over",
                    s->path, line ? line + 1 : how);
    return SWEEP_IO;
}

int store_damaged(struct store *s, const char *how, struct diagnostics *log)
{
    s->broken = true;
    return report_damage(s, how, log);
}

/* The disk, not what is on it. */
static int report_disk(const struct store *s, int reason, struct diagnostics *log)
{
    diagnostics_add(log, NULL, 0, 0,
                    "cannot read or write '%s': the disk reports an error (%s); check "
                    "the disk and run again",
                    s->path, strerror(reason ? reason : EIO));
    return SWEEP_IO;
}

int store_fail(struct store *s, struct diagnostics *log)
{
    int rc = s->db ? sqlite3_errcode(s->db) & 0xff : SQLITE_NOMEM; /* the primary */
    const char *path = s->path ? s->path : "sweep.db";
    int reason = s->db ? sqlite3_system_errno(s->db) : 0;

    s->broken = true;
    switch (rc) {
    case SQLITE_NOMEM:
        diagnostics_add(log, NULL, 0, 0, "out of memory while using '%s'", path);
        return SWEEP_NO_MEMORY;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        diagnostics_add(log, NULL, 0, 0,
                        "'%s' is locked by another program; close it and run again",
                        path);
        return SWEEP_BUSY;
    case SQLITE_NOTADB:
        diagnostics_add(log, NULL, 0, 0,
                        "'%s' is not a database; move it away or choose another folder",
                        path);
        return SWEEP_IO;
    case SQLITE_IOERR:
        return report_disk(s, reason, log);
    case SQLITE_CORRUPT:
    case SQLITE_TOOBIG:
        return report_damage(s, sqlite3_errmsg(s->db), log);
    case SQLITE_INTERRUPT:
        return report_damage(s, "to read it takes longer than its size explains", log);
    }
    diagnostics_add(log, NULL, 0, 0, "cannot use '%s': %s%s%s", path,
                    sqlite3_errmsg(s->db), reason ? ": " : "",
                    reason ? strerror(reason) : "");
    return SWEEP_IO;
}

static long long size_of(const char *path, const char *ending)
{
    struct stat status;
    char *name = store_beside(path, ending);
    long long size = name && stat(name, &status) == 0 ? status.st_size : 0;
    memory_free(name);
    return size;
}

static void renew_budget(struct store *s)
{
    s->budget =
        STEPS + STEPS_OF_BYTE * (size_of(s->path, "") + size_of(s->path, "-wal"));
}

static int spend(void *context)
{
    struct store *s = context;
    s->budget -= STRIDE;
    return s->budget < 0;
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
    if (s->bounded)
        renew_budget(s);
    if (sqlite3_prepare_v2(s->db, sql, -1, q, NULL) != SQLITE_OK)
        return store_fail(s, log);
    return SWEEP_OK;
}

int store_prepare_owned(struct store *s, char *sql, sqlite3_stmt **q,
                        struct diagnostics *log)
{
    if (!sql)
        return diagnostics_no_memory(log, NULL);
    int status = store_prepare(s, sql, q, log);
    free(sql);
    return status;
}

int store_integer(struct store *s, const char *sql, sqlite3_int64 *value,
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

char *store_beside(const char *path, const char *ending)
{
    char *name = memory_array(strlen(path) + strlen(ending) + 1, 1);
    if (name)
        sprintf(name, "%s%s", path, ending);
    return name;
}

/* A link leads out of the folder, and a pipe never ends. `alone`: a file that is written
 * may not be one of another folder, too. */
static int check_regular(const char *path, bool alone, struct diagnostics *log)
{
    struct stat status;
    if (lstat(path, &status) != 0) {
        if (errno == ENOENT)
            return SWEEP_OK;
        diagnostics_add(log, NULL, 0, 0, "cannot open '%s': %s", path, strerror(errno));
        return SWEEP_IO;
    }
    if (S_ISREG(status.st_mode) && !(alone && status.st_nlink > 1))
        return SWEEP_OK;
    diagnostics_add(log, NULL, 0, 0,
                    "'%s' is %s; move it away or choose another folder", path,
                    S_ISLNK(status.st_mode)   ? "a symbolic link"
                    : S_ISREG(status.st_mode) ? "a hard link to a file elsewhere"
                                              : "no regular file");
    return SWEEP_IO;
}

/* Does a rollback journal end in the name of a super-journal, its length, a checksum
 * and these bytes? SQLite would delete the file of that name; sweep writes none. */
static bool names_super_journal(const char *path)
{
    static const unsigned char magic[] = {0xd9, 0xd5, 0x05, 0xf9,
                                          0x20, 0xa1, 0x63, 0xd7};
    unsigned char tail[16];
    struct stat status;
    int descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0)
        return false;
    bool named = fstat(descriptor, &status) == 0 && status.st_size > 16 &&
                 pread(descriptor, tail, 16, status.st_size - 16) == 16 &&
                 memcmp(tail + 8, magic, sizeof magic) == 0 &&
                 memcmp(tail, "\0\0\0\0", 4) != 0;
    close(descriptor);
    return named;
}

/* The database and what SQLite opens beside it, of which readers write to some. */
static int check_files(const struct store *s, bool writes, struct diagnostics *log)
{
    static const char *const endings[] = {"", "-wal", "-shm", "-journal"};
    int status = SWEEP_OK;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        char *path = store_beside(s->path, endings[i]);
        if (!path)
            return diagnostics_no_memory(log, NULL);
        if (status == SWEEP_OK)
            status = check_regular(path, writes || i > 0, log);
        if (status == SWEEP_OK && i == 3 && names_super_journal(path)) {
            diagnostics_add(log, NULL, 0, 0,
                            "'%s' names another file for SQLite to delete, which no "
                            "run of sweep does; move it away or choose another folder",
                            path);
            status = SWEEP_IO;
        }
        memory_free(path);
    }
    return status;
}

/* What is in a file from somebody else is data and nothing more. */
static void harden(struct store *s)
{
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    /* A name in quotes that is no column is an error, not a text. */
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_limit(s->db, SQLITE_LIMIT_LENGTH, LENGTH_LIMIT);
}

/* The folder may be reached by links, the file in it may not be one. */
static char *real_path(const struct store *s)
{
    char *folder = realpath(s->directory, NULL);
    char *path = folder ? store_join(folder, strrchr(s->path, '/') + 1) : NULL;
    free(folder);
    return path;
}

int store_connect(struct store *s, int flags, const char *locking,
                  struct diagnostics *log)
{
    int status = check_files(s, flags & SQLITE_OPEN_READWRITE, log);
    if (status != SWEEP_OK)
        return status;
    char *path = real_path(s);
    if (!path) {
        diagnostics_add(log, NULL, 0, 0, "cannot open '%s': %s", s->path,
                        strerror(errno));
        return errno == ENOMEM ? SWEEP_NO_MEMORY : SWEEP_IO;
    }
    /* One thread at a time: the runner sees to it. */
    flags |= SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW;
    int rc = sqlite3_open_v2(path, &s->db, flags, locking);
    memory_free(path);
    if (rc != SQLITE_OK)
        return store_fail(s, log);
    sqlite3_extended_result_codes(s->db, 1);
    sqlite3_busy_timeout(s->db, BUSY_TIMEOUT);
    harden(s);
    s->bounded = true;
    sqlite3_progress_handler(s->db, STRIDE, spend, s);
    renew_budget(s);
    return SWEEP_OK;
}

/* quick_check puts the code of a page that could not be read into its words. */
static int report_pages(struct store *s, const char *said, struct diagnostics *log)
{
    static const char mark[] = "error code=";
    const char *code = strstr(said, mark);
    if (code && (strtol(code + sizeof mark - 1, NULL, 10) & 0xff) == SQLITE_IOERR)
        return report_disk(s, sqlite3_system_errno(s->db), log);
    return report_damage(s, said, log);
}

int store_check_pages(struct store *s, struct diagnostics *log)
{
    sqlite3_stmt *q;
    int status = store_prepare(s, "PRAGMA quick_check(1)", &q, log);
    if (status != SWEEP_OK)
        return status;
    const char *said =
        sqlite3_step(q) == SQLITE_ROW ? (const char *)sqlite3_column_text(q, 0) : NULL;
    if (!said)
        status = store_fail(s, log);
    else if (strcmp(said, "ok") != 0)
        status = report_pages(s, said, log);
    sqlite3_finalize(q);
    return status;
}

int store_check_to_write(struct store *s, struct diagnostics *log)
{
    int status = store_check_pages(s, log);
    if (status != SWEEP_OK)
        return status;
    s->unchanged = s->bounded = false;
    sqlite3_progress_handler(s->db, 0, NULL, NULL);
    return SWEEP_OK;
}
