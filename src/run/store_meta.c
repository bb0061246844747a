#include "store_private.h"
#include "store_rows.h"
#include "sweep/clock.h"
#include "sweep/memory.h"
#include "sweep/platform.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "swep": marks a database as ours. */
enum { APPLICATION_ID = 0x73776570 };

/* Raise the layout when the tables change by hand; a new parameter or result column
 * changes the number by itself. */
enum {
    LAYOUT = 2,
    SCHEMA_VERSION = (LAYOUT * 1000 + PARAMETER_COUNT) * 1000 + COLUMN_COUNT
};

int store_identify(struct store *s, bool *is_new, struct diagnostics *log)
{
    sqlite3_int64 tables = 0, id = 0, version = 0;
    int status = store_integer(s, "SELECT count(*) FROM sqlite_schema", &tables, log);
    if (status == SWEEP_OK)
        status = store_integer(s, "PRAGMA application_id", &id, log);
    if (status == SWEEP_OK)
        status = store_integer(s, "PRAGMA user_version", &version, log);
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
                        "this one has %d); choose another folder or --fresh",
                        s->path, (long long)version, SCHEMA_VERSION);
        return SWEEP_IO;
    }
    return SWEEP_OK;
}

int store_create_tables(struct store *s, struct diagnostics *log)
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

int store_set_meta(struct store *s, const char *name, const char *value,
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

/* What makes two folders results of one grid. */
struct identity {
    char name[128], seed[24], model[16];
};

static struct identity identity_of(const struct grid *g)
{
    struct identity identity;
    snprintf(identity.name, sizeof identity.name, "%s", g->name);
    snprintf(identity.seed, sizeof identity.seed, "%" PRIu64, g->seed);
    snprintf(identity.model, sizeof identity.model, "%d", MODEL_VERSION);
    return identity;
}

static bool same_meta(struct store *s, const char *name, const char *want, char **found)
{
    *found = store_meta(s, name);
    return *found && strcmp(*found, want) == 0;
}

int store_check_grid(struct store *s, const struct grid *g, struct diagnostics *log)
{
    struct identity want = identity_of(g);
    char *name, *seed, *model;
    bool same_name = same_meta(s, "name", want.name, &name);
    bool same_seed = same_meta(s, "seed", want.seed, &seed);
    bool same_model = same_meta(s, "model_version", want.model, &model);

    if (!same_name || !same_seed)
        diagnostics_add(log, NULL, 0, 0,
                        "'%s' holds the grid '%s' with seed %s, not '%s' with seed %s; "
                        "choose another folder, or --fresh to start over",
                        s->directory, name ? name : "?", seed ? seed : "?", g->name,
                        want.seed);
    else if (!same_model)
        diagnostics_add(log, NULL, 0, 0,
                        "'%s' holds results of model version %s, this sweep computes "
                        "version %s; choose another folder, or --fresh to start over",
                        s->directory, model ? model : "?", want.model);
    memory_free(name);
    memory_free(seed);
    memory_free(model);
    return same_name && same_seed && same_model ? SWEEP_OK : SWEEP_INPUT;
}

/* A line of the list? */
static bool has_line(const char *lines, const char *line)
{
    size_t length = strlen(line);
    for (const char *c = lines; c; c = strchr(c, '\n') ? strchr(c, '\n') + 1 : NULL)
        if (strncmp(c, line, length) == 0 && (c[length] == '\n' || c[length] == '\0'))
            return true;
    return false;
}

int store_sign_platform(struct store *s, const char *platform, bool allow_mixed,
                        struct diagnostics *log)
{
    char *lines = store_meta(s, "platform"), *longer = NULL;
    int status = SWEEP_OK;

    if (!lines)
        status = store_set_meta(s, "platform", platform, log);
    else if (has_line(lines, platform))
        status = SWEEP_OK;
    else if (!allow_mixed) {
        char way[128];
        int first = (int)strcspn(lines, "\n");
        diagnostics_add(log, NULL, 0, 0,
                        "'%s' holds results of another platform, which may differ in "
                        "the last bits: there '%.*s'%s, here '%s'; %s, or choose "
                        "another folder with -o, or --allow-mixed",
                        s->directory, first, lines, lines[first] ? " and others" : "",
                        platform,
                        platform_way_back(lines, platform, "run", way, sizeof way));
        status = SWEEP_INPUT;
    } else if (asprintf(&longer, "%s\n%s", lines, platform) < 0) {
        diagnostics_add(log, NULL, 0, 0, "out of memory");
        status = SWEEP_NO_MEMORY;
    } else {
        status = store_set_meta(s, "platform", longer, log);
        free(longer);
    }
    memory_free(lines);
    return status;
}

int store_sign(struct store *s, const struct grid *g,
               const struct store_options *options, bool is_new,
               struct diagnostics *log)
{
    struct identity own = identity_of(g);
    char created[24], replicates[24], rule[160] = "";
    const char *const fresh[][2] = {{"name", own.name},
                                    {"seed", own.seed},
                                    {"model_version", own.model},
                                    {"created", clock_utc(created, sizeof created)}};
    int status = is_new ? SWEEP_OK : store_check_grid(s, g, log);
    for (size_t i = 0; is_new && i < sizeof fresh / sizeof fresh[0]; i++)
        if (status == SWEEP_OK)
            status = store_set_meta(s, fresh[i][0], fresh[i][1], log);
    if (status != SWEEP_OK)
        return status;
    if (options->platform)
        status = store_sign_platform(s, options->platform, options->allow_mixed, log);
    char *before = store_meta(s, "replicates");
    s->change.replicates = before ? strtoul(before, NULL, 10) : 0;
    memory_free(before);
    before = store_meta(s, "until");
    if (g->until.least > 0)
        grid_replicates_text(g, rule, sizeof rule);
    s->change.rule = strcmp(before ? before : "", rule) != 0;
    memory_free(before);
    snprintf(replicates, sizeof replicates, "%zu", g->replicates);
    if (status == SWEEP_OK)
        status = store_set_meta(s, "replicates", replicates, log);
    if (status == SWEEP_OK)
        status = store_set_meta(s, "until", rule, log);
    if (status == SWEEP_OK)
        status = store_set_meta(s, "sweep_version", SWEEP_VERSION, log);
    return status;
}
