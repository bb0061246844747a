/* fixture.h - grids from text, scratch folders and random records for tests of `run`
 * and `report`. */
#ifndef FIXTURE_H
#define FIXTURE_H

#include "sweep/grid_yaml.h"
#include "sweep/rng.h"
#include "sweep/store.h"

#include "check.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A grid of `body`, below the lines every grid file needs. */
static inline void fixture_grid(struct grid *g, const char *body)
{
    struct diagnostics log = {0};
    char text[2048];
    snprintf(text, sizeof text, "name: test\nseed: 7\nreplicates: 3\n%s", body);
    int status = grid_read_text(g, "test.yaml", text, strlen(text), &log);
    if (status != SWEEP_OK || log.count > 0)
        fail_msg("bad grid: %s", log.count > 0 ? log.item[0].message : "?");
    diagnostics_release(&log);
}

/* A new empty folder; fixture_remove deletes it with the files in it. */
static inline char *fixture_folder(char path[32])
{
    strcpy(path, "/tmp/sweep-test-XXXXXX");
    assert_non_null(mkdtemp(path));
    return path;
}

static inline void fixture_remove(const char *path)
{
    struct dirent *entry;
    DIR *folder = opendir(path);
    while (folder && (entry = readdir(folder))) {
        char file[512];
        snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
        unlink(file);
    }
    closedir(folder);
    rmdir(path);
}

/* The record of a trial, a pure function of its setting and replicate: about one in
 * eight failed, and one value in eight undefined. */
static inline void fixture_record(const struct grid *g, size_t cell, uint64_t replicate,
                                  struct record *r)
{
    gsl_rng *rng = gsl_rng_alloc(rng_philox);
    struct setting s;
    grid_cell(g, cell, &s);
    struct rng_key key = rng_key_word(rng_key_start(), g->seed);
    key = grid_setting_key(g, &s, STAGE_EVALUATE, key);
    rng_start(rng, rng_key_word(key, replicate));
    record_clear(r);
    if (gsl_rng_uniform_int(rng, 8) == 0) {
        r->status =
            (enum trial_status)(1 + gsl_rng_uniform_int(rng, TRIAL_STATUS_COUNT - 1));
        snprintf(r->message, sizeof r->message, "it's \"%lu\"",
                 (unsigned long)replicate);
    }
    for (int c = 0; c < COLUMN_COUNT; c++) {
        double u = gsl_rng_uniform(rng);
        if (gsl_rng_uniform_int(rng, 8) == 0)
            continue;
        if (column_table[c].type == COLUMN_WORD)
            r->value[c] = u < 0.5 ? 0 : 1;
        else
            r->value[c] = column_table[c].type == COLUMN_INTEGER
                              ? (double)(int)(u * 1e6)
                              : u * 1e-7 - 3e-8;
    }
    gsl_rng_free(rng);
}

/* A writing store on `path`. */
static inline struct store *fixture_store(const char *path, const struct grid *g)
{
    struct diagnostics log = {0};
    struct store *s;
    if (store_open(&s, path, g, NULL, &log) != SWEEP_OK)
        fail_msg("no store: %s", log.item[0].message);
    return s;
}

/* Every trial of the grid into the store. */
static inline void fixture_fill(struct store *s, const struct grid *g)
{
    struct diagnostics log = {0};
    for (size_t cell = 0; cell < g->cell_count; cell++)
        for (uint64_t k = 0; k < g->replicates; k++) {
            struct record r;
            fixture_record(g, cell, k, &r);
            assert_int_equal(store_put(s, cell, k, &r, &log), SWEEP_OK);
        }
    assert_int_equal(store_commit(s, &log), SWEEP_OK);
}

/* done[cell * replicates + replicate] of every trial that store_scan visits. */
struct fixture_mark {
    const struct grid *grid;
    bool *done;
};

static inline int fixture_mark(void *context, size_t cell, uint64_t replicate,
                               enum trial_status status, double value,
                               const struct record *record)
{
    struct fixture_mark *m = context;
    (void)record;
    m->done[cell * m->grid->replicates + replicate] = true;
    check_true(status < TRIAL_STATUS_COUNT && isnan(value), "a status and no value");
    return SWEEP_OK;
}

static inline void fixture_done(struct store *s, const struct grid *g, bool *done)
{
    struct diagnostics log = {0};
    struct fixture_mark mark = {g, done};
    assert_int_equal(store_scan(s, g, COLUMN_COUNT, fixture_mark, &mark, &log),
                     SWEEP_OK);
}

#endif
