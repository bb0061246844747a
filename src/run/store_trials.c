#include "store_private.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

int store_begin(struct store *s, struct diagnostics *log)
{
    if (!sqlite3_get_autocommit(s->db))
        return SWEEP_OK;
    return store_execute(s, "BEGIN IMMEDIATE", log);
}

/* Files that were deleted or replaced under a running program still take what is
 * written to them, and give it to nobody. */
static int check_place(struct store *s, struct diagnostics *log)
{
    int moved = 0;
    sqlite3_file_control(s->db, NULL, SQLITE_FCNTL_HAS_MOVED, &moved);
    if (!moved)
        return SWEEP_OK;
    s->broken = true;
    diagnostics_add(log, NULL, 0, 0,
                    "'%s' was moved or deleted while it was written; what was done "
                    "since the last commit is lost",
                    s->path);
    return SWEEP_IO;
}

int store_commit(struct store *s, struct diagnostics *log)
{
    if (sqlite3_get_autocommit(s->db))
        return SWEEP_OK;
    int status = check_place(s, log);
    if (status == SWEEP_OK)
        status = store_execute(s,
                               "UPDATE meta SET value = " STORE_NOW
                               " WHERE name = 'session_last'; COMMIT",
                               log);
    return status;
}

/* A row that is no trial of the grid, or the one before again. */
static int stray(struct store *s, sqlite3_int64 cell, sqlite3_int64 replicate,
                 const char *what, struct diagnostics *log)
{
    char how[128];
    snprintf(how, sizeof how, "cell %lld, replicate %lld: %s", (long long)cell,
             (long long)replicate, what);
    return store_damaged(s, how, log);
}

/* The two numbers that a row of a query begins with. */
static int read_place(struct store *s, sqlite3_stmt *q, const struct grid *g,
                      size_t *cell, uint64_t *replicate, struct diagnostics *log)
{
    sqlite3_int64 row = sqlite3_column_int64(q, 0), k = sqlite3_column_int64(q, 1);
    bool whole = sqlite3_column_type(q, 0) == SQLITE_INTEGER &&
                 sqlite3_column_type(q, 1) == SQLITE_INTEGER;
    *cell = (size_t)row;
    *replicate = (uint64_t)k;
    return whole && row >= 0 && k >= 0 && *cell < g->cell_count &&
                   *replicate < g->replicates
               ? SWEEP_OK
               : stray(s, row, k, "no trial of the grid", log);
}

/* The grid as it is now: (cells, replicates) are the two parameters of a query. */
static int bind_bounds(struct store *s, sqlite3_stmt *q, const struct grid *g,
                       struct diagnostics *log)
{
    if (sqlite3_bind_int64(q, 1, (sqlite3_int64)g->cell_count) != SQLITE_OK ||
        sqlite3_bind_int64(q, 2, (sqlite3_int64)g->replicates) != SQLITE_OK)
        return store_fail(s, log);
    return SWEEP_OK;
}

int store_put(struct store *s, size_t cell, uint64_t replicate, const struct record *r,
              struct diagnostics *log)
{
    int status = store_begin(s, log);
    if (status != SWEEP_OK)
        return status;
    if (sqlite3_bind_int64(s->put, 1, s->id[cell]) != SQLITE_OK ||
        sqlite3_bind_int64(s->put, 2, (sqlite3_int64)replicate) != SQLITE_OK ||
        store_bind_record(s->put, 3, r) != SQLITE_OK ||
        sqlite3_step(s->put) != SQLITE_DONE)
        status = store_fail(s, log);
    sqlite3_reset(s->put);
    return status;
}

/* Rows come in order, so that none comes twice. */
struct walk {
    const struct grid *grid;
    struct store_columns read;
    store_visit *visit;
    void *context;
    size_t next; /* the least place that may come */
};

static int visit_row(struct store *s, sqlite3_stmt *q, void *context,
                     struct diagnostics *log)
{
    struct walk *w = context;
    struct record record;
    size_t cell;
    uint64_t replicate;
    int status = read_place(s, q, w->grid, &cell, &replicate, log);
    if (status != SWEEP_OK)
        return status;
    sqlite3_int64 row = (sqlite3_int64)cell, k = (sqlite3_int64)replicate;
    size_t place = cell * w->grid->replicates + replicate;
    if (place < w->next)
        return stray(s, row, k, "a trial is there twice", log);
    w->next = place + 1;
    const char *wrong = store_read_record(q, 2, &w->read, &record);
    if (wrong) {
        char what[80];
        snprintf(what, sizeof what, "no trial has such a '%s'", wrong);
        return stray(s, row, k, what, log);
    }
    return w->visit(w->context, cell, replicate, &record);
}

/* Hand the trials that `sql` selects, bounded by those of the grid, to `take`, row by row.
 * `sql` is freed. */
static int each_row(struct store *s, const struct grid *g, char *sql,
                    int (*take)(struct store *s, sqlite3_stmt *q, void *context,
                                struct diagnostics *log),
                    void *context, struct diagnostics *log)
{
    sqlite3_stmt *q = NULL;
    int status = store_prepare_owned(s, sql, &q, log);
    if (status == SWEEP_OK)
        status = bind_bounds(s, q, g, log);
    while (status == SWEEP_OK) {
        int rc = sqlite3_step(q);
        if (rc == SQLITE_DONE)
            break;
        status = rc == SQLITE_ROW ? take(s, q, context, log) : store_fail(s, log);
    }
    sqlite3_finalize(q);
    return status;
}

int store_each_of(struct store *s, const struct grid *g, const bool *wanted,
                  store_visit *visit, void *context, struct diagnostics *log)
{
    struct walk w = {.grid = g, .visit = visit, .context = context};
    int status = store_match_cells(s, g, log);
    for (int i = 0; i < s->have.column_count; i++)
        if (!wanted || wanted[s->have.column[i]])
            w.read.column[w.read.column_count++] = s->have.column[i];
    return status == SWEEP_OK
               ? each_row(s, g, store_sql_each(&w.read), visit_row, &w, log)
               : status;
}

int store_each(struct store *s, const struct grid *g, store_visit *visit, void *context,
               struct diagnostics *log)
{
    return store_each_of(s, g, NULL, visit, context, log);
}

/* The status alone is in its index. */
static char *scan_sql(const struct store *s, enum column column)
{
    char *sql;
    bool status_only = column == COLUMN_COUNT;
    const char *from = status_only ? "trials INDEXED BY trials_by_status" : "trials";
    bool there = !status_only && store_has_column(&s->have, column);
    if (asprintf(&sql,
                 "SELECT cell, replicate, status, %s%s%s FROM %s"
                 " CROSS JOIN cells ON id = cell_id WHERE cell < ? AND replicate < ?",
                 there ? "trials.\"" : "NULL", there ? column_table[column].name : "",
                 there ? "\"" : "", from) < 0)
        return NULL;
    return sql;
}

struct glance {
    const struct grid *grid;
    store_glance *visit;
    void *context;
};

static int scan_row(struct store *s, sqlite3_stmt *q, void *context,
                    struct diagnostics *log)
{
    const struct glance *w = context;
    size_t cell;
    uint64_t replicate;
    int found = read_place(s, q, w->grid, &cell, &replicate, log);
    if (found != SWEEP_OK)
        return found;
    int status = store_read_status(q, 2), type = sqlite3_column_type(q, 3);
    bool defined = type != SQLITE_NULL;
    double value = defined ? sqlite3_column_double(q, 3) : (double)NAN;
    if (status < 0 || (defined && type != SQLITE_INTEGER && type != SQLITE_FLOAT))
        return stray(s, (sqlite3_int64)cell, (sqlite3_int64)replicate,
                     status < 0 ? "no trial has such a 'status'"
                                : "a result is not a number",
                     log);
    return w->visit(w->context, cell, replicate, (enum trial_status)status, value,
                    NULL);
}

static int scan_record(void *context, size_t cell, uint64_t replicate,
                       const struct record *r)
{
    const struct glance *w = context;
    return w->visit(w->context, cell, replicate, r->status, (double)NAN, r);
}

int store_scan(struct store *s, const struct grid *g, enum column column,
               store_glance *visit, void *context, struct diagnostics *log)
{
    struct glance w = {.grid = g, .visit = visit, .context = context};
    if (column > COLUMN_COUNT)
        return store_each(s, g, scan_record, &w, log);
    int status = store_match_cells(s, g, log);
    return status == SWEEP_OK ? each_row(s, g, scan_sql(s, column), scan_row, &w, log)
                              : status;
}

/* A database of an attempt that never got its tables, or was of an older grid or
 * another model, holds nothing of use: it is passed by. */
int store_scan_elsewhere(struct store *s, const struct grid *g, enum column column,
                         store_glance *visit, void *context, struct diagnostics *log)
{
    struct store_list list;
    int status = store_list(&list, s->directory, log);
    for (size_t i = 0; i < list.count && status == SWEEP_OK; i++) {
        struct diagnostics ignored = {0};
        struct store *other = NULL;
        if (strcmp(list.path[i], s->path) == 0)
            continue;
        status = store_open_database(&other, list.path[i], &ignored);
        if (status == SWEEP_OK && other->model != s->model)
            status = SWEEP_INPUT;
        if (status == SWEEP_OK)
            status = store_scan(other, g, column, visit, context, &ignored);
        store_close(other, &ignored);
        diagnostics_release(&ignored);
        if (status == SWEEP_IO || status == SWEEP_INPUT || status == SWEEP_BUSY)
            status = SWEEP_OK;
        else if (status != SWEEP_OK)
            diagnostics_no_memory(log, NULL);
    }
    store_list_release(&list);
    return status;
}
