#include "figure_parts.h"

#include "sweep/keys.h"
#include "sweep/partition.h"
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Fewer values are a choice between them and no axis to draw a curve along. */
enum { FEWEST_VALUES = 3 };

int figure_combinations(const struct figure_cells *cells,
                        const struct figure_list *list, size_t *count)
{
    struct partition groups;
    int status = partition_cells(&groups, cells->grid, cells->cell, cells->count,
                                 list->parameter, list->count);
    *count = groups.count;
    partition_release(&groups);
    return status;
}

static void list_append(struct figure_list *list, enum parameter p)
{
    list->parameter[list->count++] = p;
}

static bool list_contains(const struct figure_list *list, enum parameter p)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->parameter[i] == p)
            return true;
    return false;
}

/* What a figure is chosen from. */
struct choice {
    struct figure *f;
    const struct figure_cells *cells;
    struct diagnostics *log;
    struct figure_list axes;        /* the first parameter of each axis with a choice */
    size_t values[PARAMETER_COUNT]; /* how many each parameter takes */
    bool taken[PARAMETER_COUNT];    /* named by the user so far */
    bool loose;                     /* one value is enough for them */
    struct figure_list used;        /* x, by and facet so far */
};

/* The values that each parameter takes: mostly that of the cell before. */
static int find_values(const struct figure_cells *cells, struct key_set *found)
{
    struct setting before, s;
    for (size_t k = 0; k < cells->count; k++, before = s) {
        grid_cell(cells->grid, cells->cell[k], &s);
        for (enum parameter p = 0; p < PARAMETER_COUNT; p++) {
            struct rng_key key = rng_key_start();
            if (k > 0 && parameter_same(s.value[p], before.value[p]))
                continue;
            if (keys_number(&found[p], rng_key_real(key, s.value[p])) == SIZE_MAX)
                return SWEEP_NO_MEMORY;
        }
    }
    return SWEEP_OK;
}

static int count_axis_values(struct choice *c)
{
    const struct grid *g = c->cells->grid;
    struct key_set found[PARAMETER_COUNT] = {0};
    int status = find_values(c->cells, found);
    for (enum parameter p = 0; p < PARAMETER_COUNT; p++) {
        c->values[p] = found[p].count;
        keys_release(&found[p]);
    }
    for (size_t i = 0; i < g->axis_count; i++)
        if (c->values[g->axes[i].parameter[0]] > 1)
            list_append(&c->axes, g->axes[i].parameter[0]);
    /* One cell is one point along the first axis. */
    if (c->axes.count == 0 && g->axis_count > 0)
        list_append(&c->axes, g->axes[0].parameter[0]);
    return status;
}

static int not_an_axis(struct choice *c, enum parameter p)
{
    char names[512] = "";
    for (size_t i = 0; i < c->axes.count; i++) {
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", i > 0 ? ", " : "",
                 parameter_table[c->axes.parameter[i]].name);
    }
    diagnostics_add(c->log, NULL, 0, 0,
                    "'%s' is no axis, it has one value in these cells: use %s",
                    parameter_table[p].name, names);
    return SWEEP_INPUT;
}

/* A parameter the user named, which must vary and not be in use. */
static int take_axis(struct choice *c, const char *word, enum parameter *p)
{
    *p = (enum parameter)names_take(&all_parameters, word, c->taken, c->log);
    if (*p == PARAMETER_COUNT)
        return SWEEP_INPUT;
    if (c->values[*p] < 2 && !list_contains(&c->axes, *p) && !c->loose)
        return not_an_axis(c, *p);
    list_append(&c->used, *p);
    return SWEEP_OK;
}

static int take_axes(struct choice *c, const struct figure_words *words,
                     struct figure_list *out)
{
    int status = SWEEP_OK;
    if (words->count == 1 && strcmp(words->word[0], "none") == 0)
        return SWEEP_OK;
    for (size_t i = 0; i < words->count; i++) {
        enum parameter p;
        if (take_axis(c, words->word[i], &p) == SWEEP_OK)
            list_append(out, p);
        else
            status = SWEEP_INPUT;
    }
    return status;
}

static enum parameter preset_x(const struct choice *c)
{
    enum parameter best = PARAMETER_COUNT;
    size_t most = 0;
    if (list_contains(&c->axes, P_STEP_SCALE) &&
        !list_contains(&c->used, P_STEP_SCALE) &&
        c->values[P_STEP_SCALE] >= FEWEST_VALUES)
        return P_STEP_SCALE;
    for (size_t i = 0; i < c->axes.count; i++) {
        enum parameter p = c->axes.parameter[i];
        bool curve = !parameter_has_words(p) && c->values[p] >= FEWEST_VALUES;
        size_t rank = c->values[p] + (curve ? GRID_CELL_LIMIT : 0);
        if (!list_contains(&c->used, p) && rank > most) {
            best = p;
            most = rank;
        }
    }
    return best;
}

static int choose_x(struct choice *c, const struct figure_request *request)
{
    enum parameter *x = &c->f->x.parameter;
    if (request->x)
        return SWEEP_OK; /* taken */
    *x = preset_x(c);
    if (*x == PARAMETER_COUNT) {
        diagnostics_add(c->log, NULL, 0, 0,
                        "no axis is left for x: every one is in --by or --facet");
        return SWEEP_INPUT;
    }
    list_append(&c->used, *x);
    return SWEEP_OK;
}

/* The axes which say whether x has an effect, if it has one in some cells only: the
 * methods without a step are not the step 0 of those with one. */
static uint64_t effect_axes(const struct choice *c)
{
    uint64_t x = PARAMETER_BIT(c->f->x.parameter);
    size_t idle = 0;
    for (size_t k = 0; k < c->cells->count; k++) {
        struct setting s;
        grid_cell(c->cells->grid, c->cells->cell[k], &s);
        idle += (setting_idle(&s) & x) != 0;
    }
    return idle > 0 && idle < c->cells->count ? parameter_sources(c->f->x.parameter)
                                              : 0;
}

/* The axes that still distinguish cells: each, given those before it. */
static int find_leftover(const struct choice *c, struct figure_list *left)
{
    struct figure_list known = c->used;
    size_t before, after;
    uint64_t effect = effect_axes(c);
    int status = figure_combinations(c->cells, &known, &before);
    left->count = 0;
    for (size_t i = 0; i < c->axes.count && status == SWEEP_OK; i++) {
        enum parameter p = c->axes.parameter[i];
        if (list_contains(&known, p))
            continue;
        list_append(&known, p);
        status = figure_combinations(c->cells, &known, &after);
        if (status == SWEEP_OK && (after > before || effect & PARAMETER_BIT(p)))
            list_append(left, p);
        before = after;
    }
    return status;
}

/* Which of the axes left makes lines, or the vertical axis of a map. */
static enum parameter preset_by(const struct choice *c, const struct figure_list *left)
{
    for (size_t i = 0; i < left->count; i++) {
        enum parameter p = left->parameter[i];
        if (c->f->map ? !parameter_has_words(p) : c->values[p] <= FIGURE_LINES)
            return p;
    }
    return left->count > 0 ? left->parameter[0] : PARAMETER_COUNT;
}

static int choose_by(struct choice *c, const struct figure_request *request)
{
    struct figure *f = c->f;
    struct figure_list left;
    if (request->by.count > 0)
        return SWEEP_OK; /* taken */
    int status = find_leftover(c, &left);
    if (status != SWEEP_OK)
        return status;
    enum parameter p = preset_by(c, &left);
    if (p == PARAMETER_COUNT)
        return SWEEP_OK;
    list_append(&f->by, p);
    list_append(&c->used, p);
    f->map = f->map || c->values[p] > FIGURE_LINES;
    return SWEEP_OK;
}

static int choose_facets(struct choice *c, const struct figure_request *request)
{
    struct figure_list left;
    int status = find_leftover(c, &left);
    if (status != SWEEP_OK)
        return status;
    if (request->facet.count > 0)
        c->f->pooled = left;
    else
        c->f->facet = left;
    return SWEEP_OK;
}

static int check_size(struct choice *c)
{
    struct figure *f = c->f;
    size_t lines;
    if (f->map && f->by.count != 1) {
        diagnostics_add(c->log, NULL, 0, 0,
                        "a map needs two axes: one for --x and one for --by");
        return SWEEP_INPUT;
    }
    int status = figure_combinations(c->cells, &f->by, &lines);
    if (status != SWEEP_OK || f->map || lines <= FIGURE_LINES)
        return status;
    diagnostics_add(c->log, NULL, 0, 0,
                    "%zu lines in a panel are more than the %d that can be told apart: "
                    "draw a map with --map, keep some cells with --where, or pool them "
                    "with --by none --facet none",
                    lines, FIGURE_LINES);
    return SWEEP_INPUT;
}

static int choose_axes(struct choice *c, const struct figure_request *request)
{
    struct figure *f = c->f;
    int status = count_axis_values(c);
    if (status != SWEEP_OK)
        return status;
    if (c->axes.count == 0 && !(request->loose && request->x)) {
        diagnostics_add(c->log, NULL, 0, 0,
                        "the grid has no axis to plot along: give a parameter a list "
                        "of values");
        return SWEEP_INPUT;
    }
    int x = request->x ? take_axis(c, request->x, &f->x.parameter) : SWEEP_OK;
    int by = take_axes(c, &request->by, &f->by);
    int facet = take_axes(c, &request->facet, &f->facet);
    if (x != SWEEP_OK || by != SWEEP_OK || facet != SWEEP_OK)
        return SWEEP_INPUT;
    status = choose_x(c, request);
    if (status == SWEEP_OK)
        status = choose_by(c, request);
    if (status == SWEEP_OK)
        status = choose_facets(c, request);
    return status == SWEEP_OK ? check_size(c) : status;
}

/* What only lines over numbers have. */
static int check_lines(const struct figure *f, const struct figure_request *request,
                       struct diagnostics *log)
{
    const char *x = parameter_table[f->x.parameter].name;
    const char *asked = request->fit ? "--fit" : request->bars ? "--bars" : "--with";
    if (f->map && (request->fit || request->bars || request->loose))
        diagnostics_add(log, NULL, 0, 0, "a map has no lines: leave out %s", asked);
    else if (request->fit && parameter_has_words(f->x.parameter))
        diagnostics_add(log, NULL, 0, 0,
                        "no power law along '%s', which has words for values", x);
    else
        return SWEEP_OK;
    return SWEEP_INPUT;
}

int figure_choose(struct figure *f, const struct figure_cells *cells,
                  const struct figure_request *request, struct diagnostics *log)
{
    struct choice c = {.f = f, .cells = cells, .log = log, .loose = request->loose};
    *f = (struct figure){.cells = cells,
                         .map = request->map,
                         .log_x = request->log_x,
                         .log_y = request->log_y,
                         .error_bars = request->bars,
                         .fitted = request->fit};
    int status = choose_axes(&c, request);
    if (status == SWEEP_OK)
        status = check_lines(f, request, log);
    if (status != SWEEP_OK)
        return status;
    status = figure_results(f, request, log);
    if (status != SWEEP_OK && status != SWEEP_INPUT)
        return status;
    int later = figure_statistics(f, request, log);
    return status == SWEEP_OK ? later : status;
}
