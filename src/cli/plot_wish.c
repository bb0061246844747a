#include "plot_wish.h"

#include "sweep/parse.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void plot_wish_release(struct plot_wish *w)
{
    words_release(&w->by);
    words_release(&w->facet);
    words_release(&w->band);
    words_release(&w->statistics);
    free(w->path);
    free(w->script);
    free(w->drawing);
    plot_looks_release(&w->looks);
}

/* The format that the ending of a file says; PICTURE_FORMATS: none. */
static enum picture_format format_of(const char *path)
{
    const char *folder = strrchr(path, '/'), *name = folder ? folder + 1 : path;
    const char *ending = strrchr(name, '.');
    enum picture_format p = 0;
    while (p < PICTURE_FORMATS && !(ending && ending > name &&
                                    strcasecmp(ending + 1, picture_endings[p]) == 0))
        p++;
    return p;
}

/* The option --format; SVG where it is not given. */
static int read_format(enum picture_format *format, const char *word,
                       struct diagnostics *log)
{
    *format = PICTURE_SVG;
    if (word)
        *format = (enum picture_format)names_take(&all_pictures, word, NULL, log);
    return *format == PICTURE_FORMATS ? SWEEP_INPUT : SWEEP_OK;
}

static int bad_ending(const char *path, const char *format, struct diagnostics *log)
{
    if (format)
        diagnostics_add(log, NULL, 0, 0, "--format %s does not go with '%s'", format,
                        path);
    else
        diagnostics_add(log, NULL, 0, 0,
                        "cannot draw '%s': the name must end in .svg, .png, .pdf or "
                        ".tex",
                        path);
    return SWEEP_INPUT;
}

/* DIR/plot.svg, or what -o and --format say; NULL: no memory. */
static char *name_picture(const char *directory, const char *file, const char *word,
                          enum picture_format format)
{
    char *path;
    const char *ending = picture_endings[format];
    int length = !file ? asprintf(&path, "%s/plot.%s", directory, ending)
                 : word && format_of(file) == PICTURE_FORMATS
                     ? asprintf(&path, "%s.%s", file, ending)
                     : asprintf(&path, "%s", file);
    return length < 0 ? NULL : path;
}

/* PATH with another ending; NULL: no memory. */
static char *beside(const char *path, const char *ending)
{
    char *name;
    int length = (int)(strrchr(path, '.') - path);
    return asprintf(&name, "%.*s.%s", length, path, ending) < 0 ? NULL : name;
}

/* The picture, and what is written beside it. */
static int name_files(struct plot_wish *w, const struct arguments *args,
                      struct diagnostics *log)
{
    const char *file = args->value[OPTION_FIGURE], *word = args->value[OPTION_PICTURE];
    enum picture_format format;
    int status = read_format(&format, word, log);
    if (status != SWEEP_OK)
        return status;
    w->path = name_picture(args->operand[0], file, word, format);
    if (!w->path)
        return diagnostics_no_memory(log, NULL);
    w->looks.picture.format = format_of(w->path);
    if (w->looks.picture.format == PICTURE_FORMATS ||
        (word && w->looks.picture.format != format))
        return bad_ending(w->path, word, log);
    const char *folder = strrchr(w->path, '/');
    w->looks.picture.name = folder ? folder + 1 : w->path;
    w->script = beside(w->path, "gp");
    if (w->looks.picture.format == PICTURE_TEX)
        w->drawing = beside(w->path, "pdf");
    bool all = w->script && (w->drawing || w->looks.picture.format != PICTURE_TEX);
    return all ? SWEEP_OK : diagnostics_no_memory(log, NULL);
}

static int read_level(struct plot_wish *w, const char *text, struct diagnostics *log)
{
    w->request.level = NAN;
    enum parse_result result = text ? parse_real(text, &w->request.level) : PARSE_OK;
    if (result == PARSE_OK)
        return SWEEP_OK;
    diagnostics_add(log, NULL, 0, 0, "--level '%s' %s", text, parse_explain(result));
    return SWEEP_INPUT;
}

/* --columns is --y; --statistics is --statistic and --band. */
static int join_table_options(struct plot_wish *w, const char *const *value,
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

/* The axes of --log, and --fit, which has one word so far. */
static int read_scales(struct plot_wish *w, const char *const *value,
                       struct diagnostics *log)
{
    static const char *const axes[] = {"none", "x", "y", "xy"}, *const laws[] = {
                                                                    "power"};
    static const struct names all_axes = {.what = "axes of --log", NAMES_OF(axes)},
                              all_laws = {.what = "law to fit", NAMES_OF(laws)};
    int status = SWEEP_OK;
    w->request.fit = value[OPTION_FIT] != NULL;
    if (value[OPTION_FIT] &&
        names_take(&all_laws, value[OPTION_FIT], NULL, log) == all_laws.count)
        status = SWEEP_INPUT;
    if (!value[OPTION_LOG])
        return status;
    size_t i = names_take(&all_axes, value[OPTION_LOG], NULL, log);
    w->request.log_x = i & 1 ? LOG_YES : LOG_NO;
    w->request.log_y = i & 2 ? LOG_YES : LOG_NO;
    return i == all_axes.count ? SWEEP_INPUT : status;
}

int plot_wish_init(struct plot_wish *w, const struct arguments *args,
                   struct diagnostics *log)
{
    const char *const *value = args->value;
    *w = (struct plot_wish){.where = value[OPTION_WHERE],
                            .y = value[OPTION_Y] ? value[OPTION_Y]
                                                 : value[OPTION_COLUMNS],
                            .against = value[OPTION_AGAINST],
                            .request.x = value[OPTION_X],
                            .request.statistic = value[OPTION_STATISTIC],
                            .request.map = value[OPTION_MAP],
                            .request.bars = value[OPTION_BARS],
                            .request.loose = args->with_count > 0};
    if (words_init(&w->statistics, value[OPTION_STATISTICS]) != SWEEP_OK ||
        words_init(&w->by, value[OPTION_BY]) != SWEEP_OK ||
        words_init(&w->facet, value[OPTION_FACET]) != SWEEP_OK ||
        words_init(&w->band, value[OPTION_BAND]) != SWEEP_OK)
        return diagnostics_no_memory(log, NULL);
    w->request.by = (struct figure_words){w->by.word, w->by.count};
    w->request.facet = (struct figure_words){w->facet.word, w->facet.count};
    w->request.band = (struct figure_words){w->band.word, w->band.count};
    const int done[] = {join_table_options(w, value, log),
                        read_level(w, value[OPTION_LEVEL], log),
                        read_scales(w, value, log), name_files(w, args, log),
                        plot_looks_read(&w->looks, args, log)};
    for (size_t i = 0; i < sizeof done / sizeof *done; i++)
        if (done[i] != SWEEP_OK)
            return done[i];
    if (!value[OPTION_STYLE])
        return SWEEP_OK;
    return plot_looks_style(&w->looks, value[OPTION_STYLE], w->script, log);
}
