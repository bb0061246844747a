/* Which data files the trials of a folder were computed from, so that one that changed is
 * called that: meta "data NAME" holds the digest of its points and since when. */
#include "store_private.h"
#include "sweep/clock.h"
#include "sweep/memory.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGEST_DIGITS = 16 };

/* As far as the copy has it: without folders, unless the labels are elsewhere. */
static const char *name_of(const struct grid *g, const struct grid_file *f)
{
    const char *text = grid_string(g, f->data);
    return strstr(text, GRID_DATA_LABELS) ? text : grid_file_name(text);
}

/* "DIGEST TIME" that stands in the database, or NULL; with how the file is now. */
static int read_before(struct store *s, const struct grid *g, const struct grid_file *f,
                       char **key, char **before, char digest[DIGEST_DIGITS + 1],
                       struct diagnostics *log)
{
    *before = NULL;
    snprintf(digest, DIGEST_DIGITS + 1, "%016" PRIx64, f->points.raw_digest.word[0]);
    if (asprintf(key, "data %s", name_of(g, f)) < 0) {
        *key = NULL;
        return diagnostics_no_memory(log, NULL);
    }
    return store_meta(s, *key, before, log);
}

static bool is_other(const char *before, const char *digest)
{
    return before && strncmp(before, digest, DIGEST_DIGITS) != 0;
}

/* How the file changed, in words. */
static void describe(char *text, size_t size, const char *name, const char *digest,
                     const char *before)
{
    const char *since = strlen(before) > DIGEST_DIGITS ? before + DIGEST_DIGITS : " ?";
    snprintf(
        text, size,
        "the data file '%.80s' changed: its points have the digest %s, and had %.*s "
        "since%.24s",
        name, digest, DIGEST_DIGITS, before, since);
}

int store_note_data(struct store *s, const struct grid *g, struct diagnostics *log)
{
    int status = SWEEP_OK;
    for (size_t i = 0; i < g->data.file_count && status == SWEEP_OK; i++) {
        const struct grid_file *f = &g->data.files[i];
        char *key, *before, digest[DIGEST_DIGITS + 1], now[24], value[64];
        status = read_before(s, g, f, &key, &before, digest, log);
        if (status == SWEEP_OK && is_other(before, digest))
            describe(s->change.data, sizeof s->change.data, name_of(g, f), digest,
                     before);
        snprintf(value, sizeof value, "%s %s", digest, clock_utc(now, sizeof now));
        if (status == SWEEP_OK && (!before || is_other(before, digest)))
            status = store_set_meta(s, key, value, log);
        memory_free(before);
        free(key);
    }
    return status;
}

int store_check_data(struct store *s, const struct grid *g, struct diagnostics *log)
{
    int status = SWEEP_OK;
    for (size_t i = 0; i < g->data.file_count && status == SWEEP_OK; i++) {
        const struct grid_file *f = &g->data.files[i];
        char *key, *before, digest[DIGEST_DIGITS + 1], text[256];
        status = read_before(s, g, f, &key, &before, digest, log);
        if (status == SWEEP_OK && is_other(before, digest)) {
            describe(text, sizeof text, name_of(g, f), digest, before);
            diagnostics_add(log, f->part[0].path, 0, 0,
                            "%s; put those back, or run the grid again", text);
            status = SWEEP_INPUT;
        }
        memory_free(before);
        free(key);
    }
    return status;
}
