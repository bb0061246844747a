#include "sweep/store.h"

#include "store_private.h"
#include "sweep/memory.h"
#include "sweep/outfile.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct store *store_alloc(const char *directory, struct diagnostics *log)
{
    struct store *s = memory_array(1, sizeof *s);
    if (s) {
        s->lock.descriptor = -1;
        s->directory = memory_string(directory);
    }
    if (s && s->directory)
        return s;
    diagnostics_no_memory(log, NULL);
    store_close(s, log);
    return NULL;
}

/* Become the writer of the folder and choose the database: see store.h. */
static int hold_folder(struct store *s, const struct store_options *options,
                       bool locks_work, struct diagnostics *log)
{
    struct store_holder holder;
    char name[128] = "sweep.db", host[65];
    int status = store_lock_take(&s->lock, s->directory, locks_work, &holder, log);

    if (status == SWEEP_OK && holder.state == STORE_UNKNOWN) {
        if (!options->shard || options->fresh) {
            char who[256];
            diagnostics_add(log, NULL, 0, 0,
                            "'%s' is held by %s; if that is no longer running, remove "
                            "'%s/sweep.lock' and run again",
                            s->directory, store_holder_text(&holder, who, sizeof who),
                            s->directory);
            return SWEEP_BUSY;
        }
        store_host(host, sizeof host);
        snprintf(name, sizeof name, "sweep-%s-%ld.db", host, (long)getpid());
    }
    if (status == SWEEP_OK && holder.state == STORE_FREE)
        status = store_set_aside(s->directory, options->fresh, log);
    s->path = store_join(s->directory, name);
    return status == SWEEP_OK && !s->path ? diagnostics_no_memory(log, NULL) : status;
}

/* What a writer without locks left when it died: SQLite's dot-file is a folder. */
static int remove_dot_file(const char *path)
{
    char *dot = store_beside(path, ".lock");
    if (!dot)
        return SWEEP_NO_MEMORY;
    rmdir(dot);
    memory_free(dot);
    return SWEEP_OK;
}

/* A run that wrote its log has committed its tables before: if they are gone, the file
 * was cut off. */
static int check_empty(struct store *s, struct diagnostics *log)
{
    char *run_log = store_join(s->directory, "run.log");
    bool lost = strcmp(s->path + strlen(s->directory), "/sweep.db") == 0 && run_log &&
                access(run_log, F_OK) == 0;
    memory_free(run_log);
    return lost ? store_damaged(s, "it is empty", log) : SWEEP_OK;
}

/* One transaction: all of it or nothing. */
static int fill_database(struct store *s, const struct grid *g,
                         const struct store_options *options, bool is_new,
                         struct diagnostics *log)
{
    /* Readers then never wait for the writer. Where it is impossible (no shared memory
     * on the file system) the journal stays as it is. */
    sqlite3_exec(s->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
    /* FULL: a commit outlives a power cut, also in a write-ahead log. */
    int status = store_execute(s, "PRAGMA synchronous = FULL", log);
    if (status == SWEEP_OK)
        status = store_begin(s, log);
    if (status == SWEEP_OK)
        status = is_new ? store_create_tables(s, log) : store_add_columns(s, log);
    if (status == SWEEP_OK)
        status = store_sign(s, g, options, is_new, log);
    if (status == SWEEP_OK)
        status = store_sync_cells(s, g, log);
    if (status == SWEEP_OK)
        status = store_note_data(s, g, log);
    if (status == SWEEP_OK)
        status = store_keep_grid(s, g, log);
    if (status == SWEEP_OK)
        status = store_describe_data(s, g, log);
    return status == SWEEP_OK ? store_commit(s, log) : status;
}

/* Whether all that store_open writes is a few numbers. */
static bool is_current(const struct store *s, const struct grid *g)
{
    return s->have.parameter_count == PARAMETER_COUNT &&
           s->have.column_count == COLUMN_COUNT && store_keeps_text(s, g);
}

static int open_writer(struct store *s, const struct grid *g,
                       const struct store_options *options, struct diagnostics *log)
{
    bool is_new = false, locks_work = store_locks_work(s->directory);
    int status = hold_folder(s, options, locks_work, log);
    if (status == SWEEP_OK && !locks_work)
        status = remove_dot_file(s->path);
    if (status == SWEEP_OK)
        status = store_connect(s, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                               locks_work ? NULL : "unix-dotfile", log);
    if (status == SWEEP_OK)
        status = store_identify(s, &is_new, log);
    if (status == SWEEP_OK && is_new)
        status = check_empty(s, log);
    s->unchanged = status == SWEEP_OK && options->unchanged && is_current(s, g);
    if (status == SWEEP_OK && !s->unchanged)
        status = store_check_to_write(s, log);
    if (status == SWEEP_OK && !is_new)
        status = store_check_grid(s, g, log);
    if (status == SWEEP_OK)
        status = fill_database(s, g, options, is_new, log);
    if (status == SWEEP_OK)
        status = store_prepare_owned(s, store_sql_put_trial(), &s->put, log);
    return status;
}

int store_open(struct store **out, const char *directory, const struct grid *g,
               const struct store_options *options, struct diagnostics *log)
{
    static const struct store_options defaults;
    *out = NULL;
    int status = outfile_folder(directory, log);
    if (status == SWEEP_OK)
        status = store_check_folder(directory, log);
    if (status != SWEEP_OK)
        return status;
    struct store *s = store_alloc(directory, log);
    if (!s)
        return SWEEP_NO_MEMORY;
    status = open_writer(s, g, options ? options : &defaults, log);
    if (status == SWEEP_OK) {
        *out = s;
        return SWEEP_OK;
    }
    s->broken = true;
    store_close(s, log);
    return status;
}

/* Without locks a reader waits for the writer's dot-file; that of a dead writer stands
 * for ever, and is passed by. */
static int reader_locking(const char **locking, const char *directory,
                          struct diagnostics *log)
{
    struct store_holder holder;
    *locking = NULL;
    if (store_locks_work(directory))
        return SWEEP_OK;
    int status = store_holder(directory, &holder, log);
    *locking = holder.state == STORE_FREE || holder.state == STORE_DEAD
                   ? "unix-none"
                   : "unix-dotfile";
    return status;
}

/* Takes `path`, in memory_array memory; NULL: no memory. */
static int open_reader(struct store **out, char *path, struct diagnostics *log)
{
    bool is_new = false;
    *out = NULL;
    if (!path)
        return diagnostics_no_memory(log, NULL);
    char *slash = strrchr(path, '/');
    *slash = '\0';
    struct store *s = store_alloc(path, log);
    *slash = '/';
    if (!s) {
        memory_free(path);
        return SWEEP_NO_MEMORY;
    }
    s->path = path;
    const char *locking;
    int status = reader_locking(&locking, s->directory, log);
    if (status == SWEEP_OK)
        status = store_connect(s, SQLITE_OPEN_READONLY, locking, log);
    if (status == SWEEP_OK)
        status = store_identify(s, &is_new, log);
    if (status == SWEEP_OK && is_new) {
        diagnostics_add(log, NULL, 0, 0, "'%s' is empty; run the grid first", s->path);
        status = SWEEP_IO;
    }
    if (status == SWEEP_OK)
        *out = s;
    else
        store_close(s, log);
    return status;
}

int store_open_readonly(struct store **out, const char *directory,
                        struct diagnostics *log)
{
    return open_reader(out, store_join(directory, "sweep.db"), log);
}

int store_open_database(struct store **out, const char *path, struct diagnostics *log)
{
    return open_reader(out, memory_string(path), log);
}

struct store_change store_change(const struct store *s)
{
    return s->change;
}

int store_close(struct store *s, struct diagnostics *log)
{
    int status = SWEEP_OK;
    if (!s)
        return SWEEP_OK;
    if (s->db && !s->broken)
        status = store_commit(s, log);
    sqlite3_finalize(s->put);
    sqlite3_finalize(s->get);
    /* Back to a single file that can be read from a read-only place, unless somebody
     * reads it right now. */
    if (s->db && s->id && !s->broken)
        sqlite3_exec(s->db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    sqlite3_close(s->db);
    store_lock_release(&s->lock);
    memory_free(s->id);
    memory_free(s->directory);
    memory_free(s->path);
    memory_free(s);
    return status;
}

void store_discard(struct store *s)
{
    struct diagnostics ignored = {0};
    bool is_new = s && s->change.replicates == 0;
    char *directory = is_new ? memory_string(s->directory) : NULL;
    if (!s)
        return;
    s->broken = true;
    if (is_new)
        store_remove_results(s->directory); /* while it is held */
    store_close(s, &ignored);
    if (directory)
        rmdir(directory); /* unless something else is in it */
    memory_free(directory);
    diagnostics_release(&ignored);
}
