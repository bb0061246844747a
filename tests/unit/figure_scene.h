/* figure_scene.h - figures of grids from text, with trials that follow a law. */
#ifndef FIGURE_SCENE_H
#define FIGURE_SCENE_H

#include "fixture.h"

#include "sweep/aggregate.h"
#include "sweep/figure.h"
#include "sweep/memory.h"

/* A figure and all it stands on. */
struct scene {
    struct grid g;
    struct store *s;
    char path[32];
    struct diagnostics log;
    struct figure_cells cells;
    struct figure f;
    struct aggregate a;
};

/* Instead of a norm: the trial failed, or is not there. */
static const double FAILED = 1e300, ABSENT = 1e301;

/* The results of a trial; NAN: undefined. `s` is its setting. */
typedef double (*law)(const struct setting *s, uint64_t replicate, enum column c);

static const struct figure_request nothing_asked = {.level = NAN};

static inline int choose(struct scene *t, const char *grid, const char *where,
                         const struct figure_request *request)
{
    *t = (struct scene){.cells.where = where};
    fixture_grid(&t->g, grid);
    t->cells.grid = &t->g;
    assert_int_equal(
        aggregate_cells(&t->g, where, &t->cells.cell, &t->cells.count, &t->log),
        SWEEP_OK);
    return figure_choose(&t->f, &t->cells, request, &t->log);
}

/* Choose, put trials that follow the law into a store, fill. A norm may say
 * that there is none. */
static inline int draw(struct scene *t, const char *grid, const char *where,
                       const struct figure_request *request, law value)
{
    assert_int_equal(choose(t, grid, where, request), SWEEP_OK);
    t->s = fixture_store(fixture_folder(t->path), &t->g);
    for (size_t cell = 0; cell < t->g.cell_count; cell++)
        for (uint64_t k = 0; k < t->g.replicates; k++) {
            struct record r;
            struct setting s;
            grid_cell(&t->g, cell, &s);
            record_clear(&r);
            for (enum column c = 0; c < COLUMN_COUNT; c++)
                if (column_table[c].type != COLUMN_WORD)
                    r.value[c] = value(&s, k, c);
            if (r.value[C_NORM] == ABSENT)
                continue;
            if (r.value[C_NORM] == FAILED)
                r.status = TRIAL_NOT_SEPARATED;
            assert_int_equal(store_put(t->s, cell, k, &r, &t->log), SWEEP_OK);
        }
    assert_int_equal(store_commit(t->s, &t->log), SWEEP_OK);
    struct table_request table = figure_table(&t->f);
    assert_int_equal(aggregate_build(&t->a, t->s, &t->g, &table, &t->log), SWEEP_OK);
    return figure_fill(&t->f, &t->a, &t->log);
}

static inline void strike(struct scene *t)
{
    figure_release(&t->f);
    aggregate_release(&t->a);
    if (t->s) {
        store_close(t->s, &t->log);
        fixture_remove(t->path);
    }
    memory_free(t->cells.cell);
    diagnostics_release(&t->log);
    grid_release(&t->g);
}

/* "x | by | facet | pooled", with " map" for one. */
static inline const char *axes(const struct figure *f)
{
    static char text[512];
    const struct figure_list *lists[] = {&f->by, &f->facet, &f->pooled};
    strcpy(text, parameter_table[f->x.parameter].name);
    for (int k = 0; k < 3; k++) {
        strcat(text, " |");
        for (size_t i = 0; i < lists[k]->count; i++) {
            strcat(text, " ");
            strcat(text, parameter_table[lists[k]->parameter[i]].name);
        }
    }
    return strcat(text, f->map ? " map" : "");
}

#endif
