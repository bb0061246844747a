#include "pictures.h"

#include "draw.h"
#include "sweep/infile.h"
#include "sweep/memory.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Where gnuplot reads and writes: a folder of its own, which goes away again. */
struct workshop {
    char *folder, *script, *picture;
};

static int workshop_open(struct workshop *w, struct diagnostics *log)
{
    *w = (struct workshop){0};
    if (!draw_folder(&w->folder) && w->folder) {
        diagnostics_add(log, NULL, 0, 0, "cannot make a folder '%s': %s", w->folder,
                        strerror(errno));
        free(w->folder);
        w->folder = NULL;
        return SWEEP_IO;
    }
    if (w->folder && asprintf(&w->script, "%s/figure.gp", w->folder) < 0)
        w->script = NULL;
    if (w->script && asprintf(&w->picture, "%s/figure.svg", w->folder) < 0)
        w->picture = NULL;
    return w->picture ? SWEEP_OK : diagnostics_no_memory(log, NULL);
}

static void workshop_close(struct workshop *w)
{
    if (w->folder)
        draw_folder_remove(w->folder);
    free(w->folder);
    free(w->script);
    free(w->picture);
}

/* One panel is made so narrow that it can be read on a telephone too, if there is room
 * for what stands beside it. */
static double narrow_width(const struct figure *f, struct picture picture)
{
    const double narrow = 400; /* points */
    struct diagnostics refused = {0};
    picture.width = narrow;
    bool fits = f->facets == 1 && picture_check(f, &picture, &refused) == SWEEP_OK;
    diagnostics_release(&refused);
    return fits ? narrow : 0;
}

static int write_script(const struct figure *f, const char *path,
                        struct diagnostics *log)
{
    struct picture picture = {.name = "figure.svg",
                              .format = PICTURE_SVG,
                              .title = f->result[0].name,
                              .font_size = 10,
                              .legend = LEGEND_AUTO};
    picture.width = narrow_width(f, picture);
    return draw_script(path, f, &picture, log);
}

static int read_picture(char **svg, const char *path, struct diagnostics *log)
{
    const char *reason;
    size_t size;
    FILE *from = infile_open(path, INFILE_OWN, &reason);
    FILE *to = from ? open_memstream(svg, &size) : NULL;
    if (from && to && !infile_pour(from, to))
        reason = strerror(errno);
    int status = SWEEP_OK;
    if (reason) {
        diagnostics_add(log, NULL, 0, 0, "cannot read '%s': %s", path, reason);
        status = SWEEP_IO;
    } else if (!to || ferror(to)) {
        status = diagnostics_no_memory(log, NULL);
    }
    if (to && fclose(to) != 0 && status == SWEEP_OK)
        status = diagnostics_no_memory(log, NULL);
    if (from)
        fclose(from);
    if (status != SWEEP_OK) {
        free(*svg);
        *svg = NULL;
    }
    return status;
}

/* A figure of one of the results. */
static int draw_result(struct pictures *p, const struct figure *f, size_t result,
                       struct diagnostics *log)
{
    struct workshop w;
    struct figure one = *f;
    one.result[0] = f->result[result];
    one.result_count = 1;
    one.missing_count = one.unshown_count = 0; /* the page says so once */
    int status = workshop_open(&w, log);
    if (status == SWEEP_OK)
        status = write_script(&one, w.script, log);
    if (status == SWEEP_OK)
        status = draw_picture(w.script, w.picture, PICTURE_SVG, log);
    if (status == SWEEP_OK)
        status = read_picture(&p->item[p->count].svg, w.picture, log);
    p->count += status == SWEEP_OK;
    workshop_close(&w);
    return status;
}

/* What has no figure: in no trial defined, or more than there is room for. */
static int name_missing(struct pictures *p, const struct figure *f,
                        struct diagnostics *log)
{
    size_t size;
    if (f->missing_count + f->unshown_count == 0)
        return SWEEP_OK;
    FILE *stream = open_memstream(&p->missing, &size);
    if (!stream)
        return diagnostics_no_memory(log, NULL);
    figure_put_missing(stream, f, "", " ");
    return fclose(stream) == 0 ? SWEEP_OK : diagnostics_no_memory(log, NULL);
}

static int draw_all(struct pictures *p, struct store *s, const struct grid *g,
                    struct diagnostics *log)
{
    static const struct figure_request unasked = {.level = NAN};
    struct figure_cells cells = {.grid = g};
    struct figure f = {0};
    struct aggregate a = {0};
    int status = aggregate_cells(g, NULL, &cells.cell, &cells.count, log);
    if (status == SWEEP_OK)
        status = figure_choose(&f, &cells, &unasked, log);
    if (status == SWEEP_OK) {
        struct table_request request = figure_table(&f);
        status = aggregate_build(&a, s, g, &request, log);
    }
    if (status == SWEEP_OK)
        status = figure_fill(&f, &a, log);
    if (status == SWEEP_OK)
        status = name_missing(p, &f, log);
    for (size_t i = 0; i < f.result_count && status == SWEEP_OK; i++)
        status = draw_result(p, &f, i, log);
    figure_release(&f);
    aggregate_release(&a);
    memory_free(cells.cell);
    return status;
}

int pictures_make(struct pictures *p, struct store *s, const struct grid *g,
                  struct diagnostics *log)
{
    struct diagnostics said = {0};
    struct grid unnoted = *g; /* the page has the note, once */
    const char *why = "gnuplot is not installed: install it (Debian: apt-get install "
                      "gnuplot-nox) and make this page again";
    *p = (struct pictures){0};
    unnoted.note = NULL;
    int status = draw_available() ? draw_all(p, s, &unnoted, &said) : SWEEP_INPUT;
    if (said.count > 0)
        why = said.item[0].message;
    if (status == SWEEP_INPUT || status == SWEEP_IO) {
        free(p->missing);
        status = asprintf(&p->missing, "No figure: %s.", why) < 0 ? SWEEP_NO_MEMORY
                                                                  : SWEEP_OK;
        if (status != SWEEP_OK)
            p->missing = NULL;
    }
    diagnostics_release(&said);
    return status == SWEEP_NO_MEMORY ? diagnostics_no_memory(log, NULL) : status;
}

void pictures_release(struct pictures *p)
{
    for (size_t i = 0; i < p->count; i++)
        free(p->item[i].svg);
    free(p->missing);
}
