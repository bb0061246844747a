#include "store_private.h"
#include "sweep/clock.h"
#include "sweep/memory.h"
#include "sweep/parse.h"
#include "sweep/platform.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int store_meta(struct store *s, const char *name, char **value, struct diagnostics *log)
{
    sqlite3_stmt *q;
    *value = NULL;
    int status = store_prepare(s, "SELECT value FROM meta WHERE name = ?", &q, log);
    if (status != SWEEP_OK)
        return status;
    sqlite3_bind_text(q, 1, name, -1, SQLITE_STATIC);
    int rc = sqlite3_step(q);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        status = store_fail(s, log);
    else if (rc == SQLITE_ROW && sqlite3_column_text(q, 0) &&
             !(*value = memory_string((const char *)sqlite3_column_text(q, 0))))
        status = diagnostics_no_memory(log, NULL);
    sqlite3_finalize(q);
    for (char *c = *value; c && *c; c++)
        if (((unsigned char)*c < ' ' && *c != '\n') || *c == '\177')
            *c = '?';
    return status;
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

static int damaged_number(struct store *s, const char *name, const char *text,
                          struct diagnostics *log)
{
    char how[160];
    snprintf(how, sizeof how, "its number '%s' is '%.40s'", name, text);
    return store_damaged(s, how, log);
}

int store_meta_count(struct store *s, const char *name, size_t preset, size_t *count,
                     struct diagnostics *log)
{
    enum { MOST = 1000000000 };
    char *text;
    uint64_t value = preset;
    int status = store_meta(s, name, &text, log);
    if (text &&
        (parse_unsigned(text, &value) != PARSE_OK || value > (uint64_t)MOST * MOST))
        status = damaged_number(s, name, text, log);
    *count = (size_t)value;
    memory_free(text);
    return status;
}

int store_meta_amount(struct store *s, const char *name, double *amount,
                      struct diagnostics *log)
{
    char *text;
    int status = store_meta(s, name, &text, log);
    *amount = NAN;
    if (text &&
        (parse_real(text, amount) != PARSE_OK || !(*amount >= 0 && isfinite(*amount))))
        status = damaged_number(s, name, text, log);
    memory_free(text);
    return status;
}

/* Names of results, one a line. */
static int read_partial(struct store *s, struct diagnostics *log)
{
    char *lines;
    int status = store_meta(s, "partial", &lines, log);
    char *rest = lines;
    while (rest && *rest) {
        enum column c = column_find(strsep(&rest, "\n"));
        if (c < COLUMN_COUNT)
            s->partial[c] = true;
    }
    memory_free(lines);
    return status;
}

int store_read_identity(struct store *s, struct diagnostics *log)
{
    int status = read_partial(s, log);
    return status == SWEEP_OK ? store_meta_count(s, "model_version", 0, &s->model, log)
                              : status;
}

int store_write_partial(struct store *s, struct diagnostics *log)
{
    char lines[COLUMN_COUNT * 64] = "";
    size_t length = 0;
    for (enum column c = 0; c < COLUMN_COUNT; c++)
        if (s->partial[c])
            length += (size_t)snprintf(lines + length, sizeof lines - length, "%s%s",
                                       length > 0 ? "\n" : "", column_table[c].name);
    return length > 0 ? store_set_meta(s, "partial", lines, log) : SWEEP_OK;
}

size_t store_model(const struct store *s)
{
    return s->model;
}

/* What makes two folders results of one grid. */
struct identity {
    char name[128], seed[24];
};

static struct identity identity_of(const struct grid *g)
{
    struct identity identity;
    snprintf(identity.name, sizeof identity.name, "%s", g->name);
    snprintf(identity.seed, sizeof identity.seed, "%" PRIu64, g->seed);
    return identity;
}

static bool same(const char *found, const char *want)
{
    return found && strcmp(found, want) == 0;
}

int store_check_grid(struct store *s, const struct grid *g, struct diagnostics *log)
{
    struct identity want = identity_of(g);
    char *name, *seed = NULL;
    int status = store_meta(s, "name", &name, log);
    if (status == SWEEP_OK)
        status = store_meta(s, "seed", &seed, log);
    bool same_grid = same(name, want.name) && same(seed, want.seed);
    bool same_model = s->model == MODEL_VERSION, read = status == SWEEP_OK;

    if (read && !same_grid)
        diagnostics_add(log, NULL, 0, 0,
                        "'%s' holds the grid '%s' with seed %s, not '%s' with seed %s; "
                        "choose another folder, or --fresh to start over",
                        s->directory, name ? name : "?", seed ? seed : "?", g->name,
                        want.seed);
    else if (read && !same_model)
        diagnostics_add(log, NULL, 0, 0,
                        "'%s' holds results of model version %zu, this sweep computes "
                        "version %d; choose another folder, or --fresh to start over",
                        s->directory, s->model, MODEL_VERSION);
    memory_free(name);
    memory_free(seed);
    return read && !(same_grid && same_model) ? SWEEP_INPUT : status;
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
    char *lines, *longer = NULL;
    int status = store_meta(s, "platform", &lines, log);

    if (status != SWEEP_OK)
        return status;
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
        status = diagnostics_no_memory(log, NULL);
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
    char created[24], replicates[24], model[24], rule[160] = "";
    const char *const fresh[][2] = {{"name", own.name},
                                    {"seed", own.seed},
                                    {"model_version", model},
                                    {"created", clock_utc(created, sizeof created)}};
    int status = SWEEP_OK;
    snprintf(model, sizeof model, "%d", MODEL_VERSION);
    s->model = MODEL_VERSION;
    for (size_t i = 0; is_new && i < sizeof fresh / sizeof fresh[0]; i++)
        if (status == SWEEP_OK)
            status = store_set_meta(s, fresh[i][0], fresh[i][1], log);
    if (status != SWEEP_OK)
        return status;
    if (options->platform)
        status = store_sign_platform(s, options->platform, options->allow_mixed, log);
    if (status == SWEEP_OK)
        status = store_meta_count(s, "replicates", 0, &s->change.replicates, log);
    char *before = NULL;
    if (status == SWEEP_OK)
        status = store_meta(s, "until", &before, log);
    if (g->until.least > 0)
        grid_replicates_text(g, rule, sizeof rule);
    s->change.rule = strcmp(before ? before : "", rule) != 0;
    memory_free(before);
    before = NULL;
    if (status == SWEEP_OK)
        status = store_meta(s, "sweep_version", &before, log);
    s->change.text = !same(before, SWEEP_VERSION) || !store_keeps_text(s, g);
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

/* The meta entry of a value of P_DATA, from malloc, or NULL. */
static char *data_entry(const char *name)
{
    char *entry;
    return asprintf(&entry, "points %s", name) < 0 ? NULL : entry;
}

int store_describe_data(struct store *s, const struct grid *g, struct diagnostics *log)
{
    int status = SWEEP_OK;
    for (size_t i = 0; i < g->data.file_count && status == SWEEP_OK; i++) {
        char *entry = data_entry(grid_string(g, g->data.files[i].data));
        char *text = grid_data_text(&g->data.files[i]);
        status = entry && text ? store_set_meta(s, entry, text, log)
                               : diagnostics_no_memory(log, NULL);
        free(entry);
        free(text);
    }
    return status;
}

char *store_data_text(struct store *s, const char *name)
{
    struct diagnostics ignored = {0};
    char *entry = data_entry(name), *text = NULL;
    if (entry)
        store_meta(s, entry, &text, &ignored);
    free(entry);
    diagnostics_release(&ignored);
    return text;
}
