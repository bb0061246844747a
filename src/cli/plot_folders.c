#include "plot_folders.h"

#include "notice.h"
#include "sweep/folder.h"
#include "sweep/memory.h"
#include <stdlib.h>
#include <string.h>

struct plot_folder {
    char *directory;
    const char *name; /* in the legend */
    struct words y, against;
    struct grid grid;
    struct store *store;
    struct figure_cells cells;
    struct aggregate aggregate;
    struct figure figure;
};

/* The results asked for, which may be expressions of this folder's own. */
static int read_results(struct plot_folder *o, const struct plot_wish *w,
                        struct figure_request *request, struct diagnostics *log)
{
    if (words_init(&o->y, w->y) != SWEEP_OK ||
        words_init(&o->against, w->against) != SWEEP_OK)
        return diagnostics_no_memory(log, NULL);
    int status = words_results(&o->y, &o->grid.results, log);
    if (status == SWEEP_OK)
        status = words_results(&o->against, &o->grid.results, log);
    request->y = (struct figure_words){o->y.word, o->y.count};
    if (o->against.count > 0)
        request->against = o->against.word[0];
    if (o->against.count < 2 || status != SWEEP_OK)
        return status;
    diagnostics_add(log, NULL, 0, 0, "--against takes one result, got %zu",
                    o->against.count);
    return SWEEP_INPUT;
}

/* The names of what another folder's figure shows. */
struct choices {
    char *y[FIGURE_RESULTS], *by[PARAMETER_COUNT], *facet[PARAMETER_COUNT];
};

static struct figure_words name_list(const struct figure_list *list, char **word)
{
    word[0] = (char *)"none";
    for (size_t i = 0; i < list->count; i++)
        word[i] = (char *)parameter_table[list->parameter[i]].name;
    return (struct figure_words){word, list->count > 0 ? list->count : 1};
}

/* Ask for what the first figure shows. */
static void ask_for_same(struct figure_request *request, const struct figure *first,
                         struct choices *c)
{
    request->x = parameter_table[first->x.parameter].name;
    request->by = name_list(&first->by, c->by);
    request->facet = name_list(&first->facet, c->facet);
    if (request->y.count > 0)
        return;
    for (size_t i = 0; i < first->result_count; i++)
        c->y[i] = (char *)first->result[i].name;
    request->y = (struct figure_words){c->y, first->result_count};
}

/* Choose and read; of a folder behind the first one, what that shows. */
static int fill_folder(struct plot_folder *o, const struct plot_wish *w,
                       const struct figure *first, struct diagnostics *log)
{
    struct figure_request request = w->request;
    struct choices same;
    int status = folder_grid_of_results(&o->grid, o->directory, log);
    if (status == SWEEP_OK)
        status = read_results(o, w, &request, log);
    if (first && status == SWEEP_OK)
        ask_for_same(&request, first, &same);
    o->cells = (struct figure_cells){.grid = &o->grid, .where = w->where};
    if (status == SWEEP_OK)
        status =
            aggregate_cells(&o->grid, w->where, &o->cells.cell, &o->cells.count, log);
    if (status == SWEEP_OK)
        status = figure_choose(&o->figure, &o->cells, &request, log);
    if (status == SWEEP_OK)
        status = store_open_readonly(&o->store, o->directory, log);
    if (status != SWEEP_OK)
        return status;
    print_model_notice(stderr, o->directory, o->store);
    struct table_request table = figure_table(&o->figure);
    status = aggregate_build(&o->aggregate, o->store, &o->grid, &table, log);
    return status == SWEEP_OK ? figure_place(&o->figure, &o->aggregate, log) : status;
}

/* The last part of a path. */
static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

/* The last part of each path where these differ, else the paths. */
static void name_folders(struct plot_folders *p)
{
    bool differ = true;
    for (size_t i = 0; i < p->count; i++)
        for (size_t k = 0; k < i; k++)
            differ = differ && strcmp(last_part(p->folder[i].directory),
                                      last_part(p->folder[k].directory)) != 0;
    for (size_t i = 0; i < p->count; i++)
        p->folder[i].name =
            differ ? last_part(p->folder[i].directory) : p->folder[i].directory;
}

static int join_folders(struct plot_folders *p, struct diagnostics *log)
{
    struct figure_folder *folder = memory_array(p->count, sizeof *folder);
    if (!folder)
        return diagnostics_no_memory(log, NULL);
    name_folders(p);
    for (size_t i = 0; i < p->count; i++)
        folder[i] = (struct figure_folder){&p->folder[i].figure, p->folder[i].name};
    int status = figure_join(&p->joined, folder, p->count, log);
    memory_free(folder);
    p->figure = &p->joined;
    return status;
}

/* Their paths, without slashes at the end. */
static int find_folders(struct plot_folders *p, const char *directory,
                        const struct arguments *args, struct diagnostics *log)
{
    for (size_t i = 0; i < p->count; i++) {
        char **path = &p->folder[i].directory;
        int status = i > 0 ? folder_find(path, args->with[i - 1], log) : SWEEP_OK;
        if (i == 0 && !(*path = strdup(directory)))
            status = diagnostics_no_memory(log, NULL);
        if (status != SWEEP_OK)
            return status;
        for (size_t end = strlen(*path); end > 1 && (*path)[end - 1] == '/'; end--)
            (*path)[end - 1] = '\0';
    }
    return SWEEP_OK;
}

int plot_folders_init(struct plot_folders *p, const char *directory,
                      const struct arguments *args, const struct plot_wish *w,
                      struct diagnostics *log)
{
    size_t count = 1 + args->with_count;
    *p = (struct plot_folders){.folder = memory_array(count, sizeof *p->folder)};
    if (!p->folder)
        return diagnostics_no_memory(log, NULL);
    p->count = count;
    memset(p->folder, 0, count * sizeof *p->folder);
    p->figure = &p->folder[0].figure;
    int status = find_folders(p, directory, args, log);
    for (size_t i = 0; i < count && status == SWEEP_OK; i++)
        status = fill_folder(&p->folder[i], w, i > 0 ? p->figure : NULL, log);
    if (status == SWEEP_OK && count > 1)
        status = join_folders(p, log);
    return status == SWEEP_OK ? figure_scales(p->figure, log) : status;
}

void plot_folders_release(struct plot_folders *p, struct diagnostics *log)
{
    figure_release(&p->joined);
    for (size_t i = 0; i < p->count; i++) {
        struct plot_folder *o = &p->folder[i];
        figure_release(&o->figure);
        aggregate_release(&o->aggregate);
        store_close(o->store, log);
        memory_free(o->cells.cell);
        grid_release(&o->grid);
        words_release(&o->y);
        words_release(&o->against);
        free(o->directory);
    }
    memory_free(p->folder);
}
