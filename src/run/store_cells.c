#include "store_private.h"
#include "sweep/escape.h"
#include "sweep/memory.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct key_text {
    char hex[33];
};

/* Of the model version that the results are of. */
static struct key_text key_text(const struct store *s, const struct grid *g,
                                size_t cell)
{
    struct key_text text;
    struct rng_key key = grid_cell_key_of(g, cell, s->model);
    for (size_t i = 0; i < 32; i++)
        text.hex[i] = "0123456789abcdef"[key.word[i / 16] >> (60 - i % 16 * 4) & 15];
    text.hex[32] = '\0';
    return text;
}

static int put_cell(struct store *s, sqlite3_stmt *q, const struct grid *g, size_t cell,
                    struct diagnostics *log)
{
    struct setting setting;
    struct key_text key = key_text(s, g, cell);

    grid_cell(g, cell, &setting);
    if (sqlite3_bind_text(q, 1, key.hex, -1, SQLITE_STATIC) != SQLITE_OK ||
        sqlite3_bind_int64(q, 2, (sqlite3_int64)cell) != SQLITE_OK ||
        store_bind_setting(q, 3, g, &setting) != SQLITE_OK ||
        sqlite3_step(q) != SQLITE_ROW)
        return store_fail(s, log);
    s->id[cell] = sqlite3_column_int64(q, 0);
    return sqlite3_reset(q) == SQLITE_OK ? SWEEP_OK : store_fail(s, log);
}

/* Whether the column holds what store_bind_setting binds. */
static bool same_parameter(sqlite3_stmt *q, int column, const struct grid *g,
                           enum parameter p, double value)
{
    int type = sqlite3_column_type(q, column);
    bool choice = parameter_table[p].type == PARAMETER_CHOICE;
    if (isnan(value) || type == SQLITE_NULL)
        return isnan(value) && type == SQLITE_NULL;
    if (!choice && parameter_table[p].type != PARAMETER_TEXT)
        return (type == SQLITE_INTEGER || type == SQLITE_FLOAT) &&
               sqlite3_column_double(q, column) == value;
    const char *word =
        choice ? parameter_word(p, (size_t)value) : grid_string(g, value);
    const char *text = (const char *)sqlite3_column_text(q, column);
    return type == SQLITE_TEXT && text && strcmp(text, word) == 0;
}

static bool same_setting(sqlite3_stmt *q, int first, const struct grid *g,
                         const struct setting *s)
{
    enum parameter p = 0;
    while (p < PARAMETER_COUNT && same_parameter(q, first + (int)p, g, p, s->value[p]))
        p++;
    return p == PARAMETER_COUNT;
}

/* The key holds what this version made the columns of: where nobody changed a row it says
 * all. */
static bool keys_say_all(const struct store *s)
{
    return s->unchanged && !s->change.text;
}

/* Is the row of store_sql_cells, all of it, what put_cell would make of that cell? */
static bool is_cell(struct store *s, sqlite3_stmt *q, const struct grid *g,
                    sqlite3_int64 cell)
{
    const char *key = (const char *)sqlite3_column_text(q, 2);
    struct setting setting;
    if (cell < 0 || (size_t)cell >= g->cell_count || !key ||
        strcmp(key, key_text(s, g, (size_t)cell).hex) != 0)
        return false;
    s->id[cell] = sqlite3_column_int64(q, 0);
    if (keys_say_all(s))
        return true;
    grid_cell(g, (size_t)cell, &setting);
    return same_setting(q, 3, g, &setting);
}

/* Whether the cells are those of the grid already. */
static int find_cells(struct store *s, const struct grid *g, bool *all,
                      struct diagnostics *log)
{
    sqlite3_stmt *q = NULL;
    size_t found = 0;
    int rc = SQLITE_DONE;
    int status = store_prepare_owned(s, store_sql_cells(keys_say_all(s)), &q, log);
    *all = true;
    while (status == SWEEP_OK && *all && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        if (sqlite3_column_type(q, 1) == SQLITE_NULL)
            continue;
        *all = is_cell(s, q, g, sqlite3_column_int64(q, 1));
        found++;
    }
    *all = *all && found == g->cell_count;
    if (status == SWEEP_OK && rc != SQLITE_ROW && rc != SQLITE_DONE)
        status = store_fail(s, log);
    sqlite3_finalize(q);
    return status;
}

/* Make them so. Cells there were before carry -1 - cell until the grid claims them. */
static int write_cells(struct store *s, const struct grid *g, struct diagnostics *log)
{
    sqlite3_stmt *q = NULL;
    sqlite3_int64 before = 0, removed = 0;
    int status = s->unchanged ? store_check_to_write(s, log) : SWEEP_OK;
    if (status == SWEEP_OK)
        status = store_integer(s, "SELECT count(cell) FROM cells", &before, log);
    if (status == SWEEP_OK)
        status = store_execute(s, "UPDATE cells SET cell = -1 - cell", log);
    if (status == SWEEP_OK)
        status = store_prepare_owned(s, store_sql_put_cell(), &q, log);
    for (size_t cell = 0; cell < g->cell_count && status == SWEEP_OK; cell++)
        status = put_cell(s, q, g, cell, log);
    sqlite3_finalize(q);
    if (status == SWEEP_OK)
        status = store_integer(s, "SELECT count(*) FROM cells WHERE cell < 0", &removed,
                               log);
    if (status == SWEEP_OK)
        status = store_execute(s, "UPDATE cells SET cell = NULL WHERE cell < 0", log);
    s->change.removed = (size_t)removed;
    s->change.unchanged = (size_t)(before - removed);
    s->change.added = g->cell_count - s->change.unchanged;
    return status;
}

int store_sync_cells(struct store *s, const struct grid *g, struct diagnostics *log)
{
    bool all;
    s->id = memory_array(g->cell_count, sizeof *s->id);
    if (!s->id)
        return diagnostics_no_memory(log, "the cells");
    int status = find_cells(s, g, &all, log);
    s->change.unchanged = g->cell_count;
    if (status == SWEEP_OK && !all)
        status = write_cells(s, g, log);
    s->matched = true;
    return status;
}

static int foreign_cells(struct store *s, const struct grid *g, struct diagnostics *log)
{
    int status = store_check_data(s, g, log);
    if (status != SWEEP_OK)
        return status;
    char *grid = escape_shell_word(g->file), *folder = escape_shell_word(s->directory);
    if (s->model == MODEL_VERSION && grid && folder)
        diagnostics_add(log, NULL, 0, 0,
                        "'%s' does not belong to '%s' as this version of sweep reads "
                        "it; bring it up to date: sweep run %s -o %s",
                        s->path, g->file, grid, folder);
    else
        diagnostics_add(log, NULL, 0, 0,
                        "'%s' does not belong to '%s' as this version of sweep reads "
                        "it; use the version that made it",
                        s->path, g->file);
    free(grid);
    free(folder);
    return SWEEP_INPUT;
}

/* A reader believes cell numbers only when every key is the one the grid gives. */
int store_match_cells(struct store *s, const struct grid *g, struct diagnostics *log)
{
    sqlite3_stmt *q;
    size_t cell = 0;
    int rc;

    if (s->matched)
        return SWEEP_OK;
    int status = store_check_pages(s, log);
    if (status == SWEEP_OK)
        status = store_prepare(
            s, "SELECT cell, key FROM cells WHERE cell IS NOT NULL ORDER BY cell", &q,
            log);
    if (status != SWEEP_OK)
        return status;
    for (s->matched = true; (rc = sqlite3_step(q)) == SQLITE_ROW && s->matched;
         cell++) {
        const char *key = (const char *)sqlite3_column_text(q, 1);
        s->matched = cell < g->cell_count && key &&
                     sqlite3_column_int64(q, 0) == (sqlite3_int64)cell &&
                     strcmp(key, key_text(s, g, cell).hex) == 0;
    }
    s->matched = s->matched && cell == g->cell_count;
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        status = store_fail(s, log);
    sqlite3_finalize(q);
    return status == SWEEP_OK && !s->matched ? foreign_cells(s, g, log) : status;
}
