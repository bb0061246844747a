#include "cli.h"
#include "notice.h"

#include "draw.h"
#include "sweep/escape.h"
#include "sweep/folder.h"
#include "sweep/gnuplot.h"
#include "sweep/infile.h"
#include "sweep/memory.h"
#include "sweep/outfile.h"
#include "sweep/parse.h"
#include "words.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The files to write and what the user asked for. */
struct wish {
    struct figure_request request;
    struct words y, against, by, facet, band, statistics;
    const char *where;
    struct picture picture;
    char *path, *script;
};

static void plot_wish_release(struct wish *w)
{
    words_release(&w->y);
    words_release(&w->against);
    words_release(&w->by);
    words_release(&w->facet);
    words_release(&w->band);
    words_release(&w->statistics);
    free(w->path);
    free(w->script);
}

/* DIR/plot.svg, or what the option says; the script beside it. */
static int name_files(struct wish *w, const char *directory, const char *option,
                      struct diagnostics *log)
{
    int named = option ? asprintf(&w->path, "%s", option)
                       : asprintf(&w->path, "%s/plot.svg", directory);
    if (named < 0) {
        w->path = NULL;
        return diagnostics_no_memory(log, NULL);
    }
    const char *folder = strrchr(w->path, '/');
    w->picture.name = folder ? folder + 1 : w->path;
    const char *ending = strrchr(w->picture.name, '.');
    for (enum picture_format p = 0; p < PICTURE_FORMATS; p++)
        if (ending && ending > w->picture.name &&
            strcasecmp(ending + 1, picture_endings[p]) == 0) {
            w->picture.format = p;
            if (asprintf(&w->script, "%.*s.gp", (int)(ending - w->path), w->path) >= 0)
                return SWEEP_OK;
            w->script = NULL;
            return diagnostics_no_memory(log, NULL);
        }
    diagnostics_add(log, NULL, 0, 0,
                    "cannot draw '%s': the name must end in .svg, .png or .pdf",
                    w->path);
    return SWEEP_INPUT;
}

static int read_plot_level(struct wish *w, const char *text, struct diagnostics *log)
{
    w->request.level = NAN;
    enum parse_result result = text ? parse_real(text, &w->request.level) : PARSE_OK;
    if (result == PARSE_OK)
        return SWEEP_OK;
    diagnostics_add(log, NULL, 0, 0, "--level '%s' %s", text, parse_explain(result));
    return SWEEP_INPUT;
}

/* --columns is --y; --statistics is --statistic and --band. */
static int join_table_options(struct wish *w, const char *const *value,
                              struct diagnostics *log)
{
    const struct words *s = &w->statistics;
    bool twice = value[OPTION_Y] && value[OPTION_COLUMNS];
    bool again = s->count > 0 && (value[OPTION_STATISTIC] || value[OPTION_BAND]);
    if (twice)
        diagnostics_add(log, NULL, 0, 0, "--columns and --y mean the same: use one");
    if (again)
        diagnostics_add(log, NULL, 0, 0,
                        "--statistics is --statistic and --band in one: use either");
    if (s->count > 0) {
        w->request.statistic = s->word[0];
        w->request.band = (struct figure_words){s->word + 1, s->count - 1};
    }
    return twice || again ? SWEEP_INPUT : SWEEP_OK;
}

static int plot_wish_init(struct wish *w, const struct arguments *args,
                          struct diagnostics *log)
{
    const char *const *value = args->value;
    *w = (struct wish){.where = value[OPTION_WHERE],
                       .picture.title = value[OPTION_TITLE],
                       .request.x = value[OPTION_X],
                       .request.statistic = value[OPTION_STATISTIC],
                       .request.map = value[OPTION_MAP]};
    const char *y = value[OPTION_Y] ? value[OPTION_Y] : value[OPTION_COLUMNS];
    if (words_init(&w->y, y) != SWEEP_OK ||
        words_init(&w->statistics, value[OPTION_STATISTICS]) != SWEEP_OK ||
        words_init(&w->against, value[OPTION_AGAINST]) != SWEEP_OK ||
        words_init(&w->by, value[OPTION_BY]) != SWEEP_OK ||
        words_init(&w->facet, value[OPTION_FACET]) != SWEEP_OK ||
        words_init(&w->band, value[OPTION_BAND]) != SWEEP_OK)
        return diagnostics_no_memory(log, NULL);
    w->request.y = (struct figure_words){w->y.word, w->y.count};
    w->request.by = (struct figure_words){w->by.word, w->by.count};
    w->request.facet = (struct figure_words){w->facet.word, w->facet.count};
    w->request.band = (struct figure_words){w->band.word, w->band.count};
    int joined = join_table_options(w, value, log);
    int level = read_plot_level(w, value[OPTION_LEVEL], log);
    int status = joined == SWEEP_OK ? level : joined;
    int named = name_files(w, args->operand[0], value[OPTION_FIGURE], log);
    return status == SWEEP_OK ? named : status;
}

/* Nobody asked for the script by its name: a file that is not such a script stays. */
static int check_script(const struct wish *w, struct diagnostics *log)
{
    const char *reason;
    FILE *there = infile_open(w->script, INFILE_OWN, &reason);
    if (!there)
        return SWEEP_OK; /* outfile says what is wrong with it, if anything is */
    bool ours = gnuplot_wrote(there);
    fclose(there);
    if (ours)
        return SWEEP_OK;
    diagnostics_add(log, NULL, 0, 0,
                    "the script of this figure would replace '%s', which is not one "
                    "of sweep's; move it away, or choose another name with -o",
                    w->script);
    return SWEEP_INPUT;
}

static int write_script(const struct wish *w, const struct figure *f,
                        struct diagnostics *log)
{
    struct outfile out;
    int status = outfile_open(&out, w->script, log);
    if (status == SWEEP_OK)
        status = gnuplot_write(out.stream, f, &w->picture);
    if (status == SWEEP_OK)
        status = outfile_commit(&out, log);
    outfile_discard(&out);
    return status;
}

/* Choose, read, write the script. */
static int make_script(const char *directory, const struct grid *g,
                       const struct wish *w, struct diagnostics *log)
{
    struct store *store = NULL;
    struct aggregate a = {0};
    struct figure f = {0};
    struct figure_cells cells = {.grid = g, .where = w->where};

    int status = aggregate_cells(g, w->where, &cells.cell, &cells.count, log);
    if (status == SWEEP_OK)
        status = figure_choose(&f, &cells, &w->request, log);
    if (status == SWEEP_OK)
        status = store_open_readonly(&store, directory, log);
    if (status == SWEEP_OK)
        print_model_notice(stderr, directory, store);
    if (status == SWEEP_OK) {
        struct table_request request = figure_table(&f);
        status = aggregate_build(&a, store, g, &request, log);
    }
    if (status == SWEEP_OK)
        status = figure_fill(&f, &a, log);
    if (status == SWEEP_OK)
        status = write_script(w, &f, log);
    figure_release(&f);
    aggregate_release(&a);
    store_close(store, log);
    memory_free(cells.cell);
    return status;
}

static int make_plot(const char *directory, struct wish *w, struct diagnostics *log)
{
    struct grid g = {0};
    int status = check_script(w, log);
    if (status == SWEEP_OK)
        status = folder_grid(&g, directory, log);
    if (status == SWEEP_OK)
        status = words_results(&w->y, &g.results, log);
    if (status == SWEEP_OK)
        status = words_results(&w->against, &g.results, log);
    if (w->against.count > 0)
        w->request.against = w->against.word[0];
    if (w->against.count > 1 && status == SWEEP_OK) {
        diagnostics_add(log, NULL, 0, 0, "--against takes one result, got %zu",
                        w->against.count);
        status = SWEEP_INPUT;
    }
    if (status == SWEEP_OK)
        status = make_script(directory, &g, w, log);
    if (status == SWEEP_OK)
        status = draw_picture(w->script, w->path, w->picture.format, log);
    grid_release(&g);
    return status;
}

int cmd_plot(const struct command *self, const struct arguments *args)
{
    struct wish w;
    struct diagnostics log = {0};
    int code = EXIT_DONE;

    int status = plot_wish_init(&w, args, &log);
    if (status == SWEEP_OK)
        status = make_plot(args->operand[0], &w, &log);
    if (status != SWEEP_OK)
        code = give_up(self, status, &log);
    else {
        escape_print(stderr, "figure: %s\n", w.path);
        escape_print(stderr, "script: %s\n", w.script);
    }
    plot_wish_release(&w);
    return code;
}
