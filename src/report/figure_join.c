/* Several folders in one figure: their lines beside each other. */
#include "figure_parts.h"

#include "sweep/memory.h"
#include <math.h>
#include <string.h>

/* Words of data files have other numbers in another grid. */
static bool same_value(enum parameter p, const struct grid *g, double value,
                       const struct grid *other, double there)
{
    if (parameter_table[p].type == PARAMETER_TEXT)
        return strcmp(grid_string(g, value), grid_string(other, there)) == 0;
    return value == there || (isnan(value) && isnan(there));
}

/* Whether some parameters have the same values in two cells, each of its grid. */
static bool same_values(const struct figure_list *list, const struct grid *g,
                        size_t cell, const struct grid *other, size_t there)
{
    struct setting s, t;
    bool same = true;
    grid_cell(g, cell, &s);
    grid_cell(other, there, &t);
    for (size_t i = 0; i < list->count && same; i++) {
        enum parameter p = list->parameter[i];
        same = same_value(p, g, s.value[p], other, t.value[p]);
    }
    return same;
}

/* Where a facet or line of the joined figure comes from in each folder. */
struct places {
    size_t count;
    size_t *cell, *folder; /* (count): whose cell has its values */
    size_t *of;            /* (folders, count): its number there, or FIGURE_EMPTY */
};

static void places_release(struct places *p)
{
    memory_free(p->cell);
    memory_free(p->folder);
    memory_free(p->of);
}

/* The combinations of all folders, in the order in which they come. */
static int find_places(struct places *p, const struct figure_folder *folder,
                       size_t count, bool facets)
{
    size_t room = 0;
    for (size_t i = 0; i < count; i++)
        room += facets ? folder[i].of->facets : folder[i].of->lines;
    *p = (struct places){.cell = memory_array(room, sizeof *p->cell),
                         .folder = memory_array(room, sizeof *p->folder),
                         .of = memory_array(room * count, sizeof *p->of)};
    if (!p->cell || !p->folder || !p->of)
        return SWEEP_NO_MEMORY;
    for (size_t k = 0; k < room * count; k++)
        p->of[k] = FIGURE_EMPTY;
    for (size_t i = 0; i < count; i++) {
        const struct figure *f = folder[i].of;
        const struct figure_list *list = facets ? &f->facet : &f->by;
        for (size_t k = 0; k < (facets ? f->facets : f->lines); k++) {
            size_t at = 0, cell = facets ? f->facet_cell[k] : f->line_cell[k];
            while (at < p->count &&
                   !same_values(list, f->cells->grid, cell,
                                folder[p->folder[at]].of->cells->grid, p->cell[at]))
                at++;
            if (at == p->count) {
                p->cell[at] = cell;
                p->folder[at] = i;
                p->count++;
            }
            p->of[at * count + i] = k;
        }
    }
    return SWEEP_OK;
}

/* The values of x of all folders. */
static int join_axis(struct figure *f, const struct figure_folder *folder, size_t count)
{
    size_t room = 0;
    for (size_t i = 0; i < count; i++)
        room += folder[i].of->x.count;
    f->x.count = 0;
    f->x.value = memory_array(room, sizeof *f->x.value);
    if (!f->x.value)
        return SWEEP_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < folder[i].of->x.count; k++) {
            double value = folder[i].of->x.value[k];
            if (!f->x.words || figure_find(&f->x, value) == f->x.count)
                f->x.value[f->x.count++] = value;
        }
    if (!f->x.words)
        figure_sort_axis(&f->x);
    return SWEEP_OK;
}

/* The rows of all folders, one after the other; what they point to stays theirs. */
static int join_rows(struct figure *f, const struct figure_folder *folder, size_t count)
{
    size_t rows = 0;
    for (size_t i = 0; i < count; i++)
        rows += folder[i].of->data->row_count;
    f->joined = memory_array(1, sizeof *f->joined);
    if (!f->joined)
        return SWEEP_NO_MEMORY;
    *f->joined = *folder[0].of->data;
    f->joined->row = memory_array(rows, sizeof *f->joined->row);
    f->joined->row_count = 0;
    if (!f->joined->row)
        return SWEEP_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < folder[i].of->data->row_count; k++)
            f->joined->row[f->joined->row_count++] = folder[i].of->data->row[k];
    f->data = f->joined;
    return SWEEP_OK;
}

/* The lines of a combination: one for each folder that has it. */
static int join_lines(struct figure *f, const struct places *lines,
                      struct diagnostics *log)
{
    size_t room = lines->count * f->folder_count;
    f->lines = 0;
    f->line_cell = memory_array(room, sizeof *f->line_cell);
    f->line_folder = memory_array(room, sizeof *f->line_folder);
    if (!f->line_cell || !f->line_folder)
        return SWEEP_NO_MEMORY;
    for (size_t k = 0; k < room; k++) {
        const struct figure *from = f->folder[k % f->folder_count].of;
        if (lines->of[k] == FIGURE_EMPTY)
            continue;
        f->line_cell[f->lines] = from->line_cell[lines->of[k]];
        f->line_folder[f->lines++] = k % f->folder_count;
    }
    if (f->lines <= FIGURE_LINES)
        return SWEEP_OK;
    diagnostics_add(log, NULL, 0, 0,
                    "%zu lines in a panel are more than the %d that can be told apart: "
                    "keep some cells with --where, or pool them with --by none",
                    f->lines, FIGURE_LINES);
    return SWEEP_INPUT;
}

static int join_facets(struct figure *f, struct places *facets, struct diagnostics *log)
{
    f->facets = facets->count;
    f->facet_cell = facets->cell;
    f->facet_folder = facets->folder;
    facets->cell = facets->folder = NULL;
    if (f->facets * f->result_count <= FIGURE_PANELS)
        return SWEEP_OK;
    diagnostics_add(log, NULL, 0, 0,
                    "%zu facets of %zu results make more panels than the %d a figure "
                    "has: ask for fewer columns with --y, or pool with --facet none",
                    f->facets, f->result_count, FIGURE_PANELS);
    return SWEEP_INPUT;
}

/* Copy line `to` of a facet from line `line` of a facet of a folder. */
static void copy_line(struct figure *f, size_t to, const struct figure *from,
                      size_t line, size_t first_row)
{
    f->constant[to] = from->constant[line];
    for (size_t x = 0; x < from->x.count; x++) {
        size_t row = from->row[line * from->x.count + x];
        size_t at = f->constant[to] ? 0 : figure_find(&f->x, from->x.value[x]);
        if (row != FIGURE_EMPTY)
            f->row[to * f->x.count + at] = first_row + row;
    }
}

/* The number of line `k` of the joined figure in its folder. */
static size_t line_there(const struct figure *f, size_t k)
{
    const struct figure *from = f->folder[f->line_folder[k]].of;
    size_t line = 0;
    while (from->line_cell[line] != f->line_cell[k])
        line++;
    return line;
}

static int join_places(struct figure *f, const struct places *facets)
{
    size_t places = f->facets * f->lines;
    f->row = memory_array(places * f->x.count, sizeof *f->row);
    f->constant = memory_array(places, sizeof *f->constant);
    if (!f->row || !f->constant)
        return SWEEP_NO_MEMORY;
    for (size_t k = 0; k < places * f->x.count; k++)
        f->row[k] = FIGURE_EMPTY;
    for (size_t k = 0; k < f->lines; k++) {
        size_t folder = f->line_folder[k], line = line_there(f, k), first_row = 0;
        const struct figure *from = f->folder[folder].of;
        for (size_t i = 0; i < folder; i++)
            first_row += f->folder[i].of->data->row_count;
        for (size_t facet = 0; facet < f->facets; facet++) {
            size_t there = facets->of[facet * f->folder_count + folder];
            if (there != FIGURE_EMPTY)
                copy_line(f, facet * f->lines + k, from, there * from->lines + line,
                          first_row);
        }
    }
    return SWEEP_OK;
}

static int refuse_text_axis(enum parameter p, struct diagnostics *log)
{
    diagnostics_add(
        log, NULL, 0, 0,
        "'%s' cannot be along x of several folders, whose files differ: use "
        "--by %s",
        parameter_table[p].name, parameter_table[p].name);
    return SWEEP_INPUT;
}

int figure_join(struct figure *f, const struct figure_folder *folder, size_t count,
                struct diagnostics *log)
{
    struct places lines = {0}, facets = {0};
    const struct figure *first = folder[0].of;
    /* What the first one owns stays its own. */
    *f = *first;
    f->x.value = NULL;
    f->line_cell = f->facet_cell = f->row = NULL;
    f->constant = NULL;
    f->folder_count = count;
    f->folder = memory_array(count, sizeof *f->folder);
    if (parameter_table[f->x.parameter].type == PARAMETER_TEXT)
        return refuse_text_axis(f->x.parameter, log);
    int status = f->folder ? join_axis(f, folder, count) : SWEEP_NO_MEMORY;
    for (size_t i = 0; i < count && status == SWEEP_OK; i++)
        f->folder[i] = folder[i];
    if (status == SWEEP_OK)
        status = join_rows(f, folder, count);
    if (status == SWEEP_OK)
        status = find_places(&lines, folder, count, false);
    if (status == SWEEP_OK)
        status = find_places(&facets, folder, count, true);
    if (status == SWEEP_OK)
        status = join_lines(f, &lines, log);
    if (status == SWEEP_OK)
        status = join_facets(f, &facets, log);
    if (status == SWEEP_OK)
        status = join_places(f, &facets);
    places_release(&lines);
    places_release(&facets);
    return status;
}

bool figure_has_key(const struct figure *f)
{
    return !f->map && (f->by.count > 0 || f->folder_count > 0);
}

void figure_release(struct figure *f)
{
    memory_free(f->x.value);
    memory_free(f->vertical.value);
    memory_free(f->line_cell);
    memory_free(f->facet_cell);
    memory_free(f->row);
    memory_free(f->constant);
    memory_free(f->folder);
    memory_free(f->line_folder);
    memory_free(f->facet_folder);
    if (f->joined)
        memory_free(f->joined->row);
    memory_free(f->joined);
    memory_free(f->fit);
    *f = (struct figure){0};
}
