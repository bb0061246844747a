#include "store_private.h"
#include <stdio.h>

static int count_status(struct store *s, struct store_counts *counts,
                        struct diagnostics *log)
{
    sqlite3_stmt *q;
    int rc = SQLITE_DONE;
    int status =
        store_prepare(s,
                      "SELECT status, count(*) FROM trials INDEXED BY trials_by_status"
                      " WHERE replicate >= 0 AND replicate < ? AND cell_id IN"
                      " (SELECT id FROM cells WHERE cell >= 0) GROUP BY status",
                      &q, log);
    if (status != SWEEP_OK)
        return status;
    sqlite3_bind_int64(q, 1, (sqlite3_int64)counts->replicates);
    while (status == SWEEP_OK && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        int i = store_read_status(q, 0);
        if (i < 0) {
            status = store_damaged(s, "a status is none of a trial", log);
            break;
        }
        counts->by_status[i] += (size_t)sqlite3_column_int64(q, 1);
        counts->done += (size_t)sqlite3_column_int64(q, 1);
    }
    if (status == SWEEP_OK && rc != SQLITE_DONE)
        status = store_fail(s, log);
    sqlite3_finalize(q);
    if (status == SWEEP_OK &&
        (double)counts->done > (double)counts->cells * (double)counts->replicates)
        status = store_damaged(s, "a trial is there twice", log);
    return status;
}

int store_count(struct store *s, struct store_counts *counts, struct diagnostics *log)
{
    sqlite3_int64 cells = 0;
    *counts = (struct store_counts){0};
    int status = store_execute(s, "BEGIN", log); /* one view of it all */
    if (status == SWEEP_OK)
        status = store_integer(s, "SELECT count(cell) FROM cells", &cells, log);
    counts->cells = (size_t)cells;
    if (status == SWEEP_OK)
        status = store_meta_amount(s, "session_first", &counts->first, log);
    if (status == SWEEP_OK)
        status = store_meta_amount(s, "session_last", &counts->last, log);
    if (status == SWEEP_OK)
        status = store_meta_count(s, "replicates", 0, &counts->replicates, log);
    if (status == SWEEP_OK)
        status =
            store_meta_count(s, "session_total", counts->cells * counts->replicates,
                             &counts->total, log);
    if (status == SWEEP_OK)
        status = store_meta_count(s, "session_done", 0, &counts->done_at_first, log);
    if (status == SWEEP_OK)
        status = count_status(s, counts, log);
    if (!sqlite3_get_autocommit(s->db))
        sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL);
    return status;
}

int store_begin_session(struct store *s, size_t total, struct diagnostics *log)
{
    struct store_counts counts;
    char text[24];
    int status = s->unchanged ? store_check_to_write(s, log) : SWEEP_OK;
    if (status == SWEEP_OK)
        status = store_count(s, &counts, log);
    if (status == SWEEP_OK)
        status = store_begin(s, log);
    snprintf(text, sizeof text, "%zu", total);
    if (status == SWEEP_OK)
        status = store_set_meta(s, "session_total", text, log);
    snprintf(text, sizeof text, "%zu", counts.done);
    if (status == SWEEP_OK)
        status = store_set_meta(s, "session_done", text, log);
    if (status == SWEEP_OK)
        status = store_execute(s,
                               "INSERT OR REPLACE INTO meta VALUES"
                               "('session_first', " STORE_NOW "),"
                               "('session_last', " STORE_NOW ")",
                               log);
    return status == SWEEP_OK ? store_commit(s, log) : status;
}
