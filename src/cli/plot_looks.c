#include "plot_looks.h"

#include "sweep/infile.h"
#include "sweep/parse.h"
#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>

/* Widths of a column and a page that most two-column papers have room for. */
static const struct {
    const char *name;
    double centimetres;
} widths[] = {{"column", 8}, {"page", 16.5}};

static const struct {
    const char *name;
    double points;
} units[] = {{"in", 72}, {"cm", 72 / 2.54}, {"mm", 72 / 25.4}, {"pt", 72 / 72.27}};

/* Of a side in inches, of letters in points. */
static const double LEAST_SIDE = 0.5, MOST_SIDE = 100, LEAST_LETTER = 3,
                    MOST_LETTER = 72;

/* "2.4in" to points; NAN: it is none. */
static double read_length(const char *text)
{
    const char *end;
    double number;
    if (parse_leading(text, &end, &number) != PARSE_OK)
        return -1;
    end += strspn(end, " ");
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(end, units[i].name) == 0)
            return number * units[i].points;
    return -1;
}

static bool is_side(double points)
{
    return points >= 72 * LEAST_SIDE && points <= 72 * MOST_SIDE;
}

static int read_width(struct picture *p, const char *word, struct diagnostics *log)
{
    p->width = read_length(word);
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
        if (strcmp(word, widths[i].name) == 0)
            p->width = 72 / 2.54 * widths[i].centimetres;
    if (is_side(p->width))
        return SWEEP_OK;
    diagnostics_add(log, NULL, 0, 0,
                    "--width '%s' is no width: use column, page, or 0.5in to 100in (or "
                    "cm, mm, pt)",
                    word);
    return SWEEP_INPUT;
}

/* "3.3x2.4in", "3.3in x 2.4in" */
static int read_size(struct picture *p, const char *word, struct diagnostics *log)
{
    char first[64] = "";
    const char *cross = strchr(word, 'x');
    size_t length = cross ? (size_t)(cross - word) : 0;
    if (cross && length < sizeof first - 8) {
        const char *unit = cross + 1 + strspn(cross + 1, "0123456789.eE+- ");
        double number;
        const char *end;
        memcpy(first, word, length);
        while (length > 0 && first[length - 1] == ' ')
            first[--length] = '\0';
        if (parse_leading(first, &end, &number) == PARSE_OK && !*end)
            snprintf(first + length, sizeof first - length, "%.7s", unit);
        p->width = read_length(first);
        p->height = read_length(cross + 1 + strspn(cross + 1, " "));
    }
    if (is_side(p->width) && is_side(p->height))
        return SWEEP_OK;
    diagnostics_add(log, NULL, 0, 0,
                    "--size '%s' is no width and height: write 3.3x2.4in (or cm, mm, "
                    "pt), 0.5 to 100 inches each",
                    word);
    return SWEEP_INPUT;
}

/* NAME, NAME,SIZE or ,SIZE; the name goes into `name`. */
static int read_font(struct plot_looks *l, const char *word, struct diagnostics *log)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789 ._-";
    struct picture *p = &l->picture;
    size_t length = strspn(word, letters);
    const char *size = word[length] == ',' ? word + length + 1 : NULL;
    if (length >= sizeof l->font || (word[length] && !size) ||
        (size && (parse_real(size, &p->font_size) != PARSE_OK ||
                  !(p->font_size >= LEAST_LETTER && p->font_size <= MOST_LETTER)))) {
        diagnostics_add(log, NULL, 0, 0,
                        "--font '%s' is no font: write Times, Times,9 or ,9 (3 to 72 "
                        "points)",
                        word);
        return SWEEP_INPUT;
    }
    memcpy(l->font, word, length);
    p->font = length > 0 ? l->font : NULL;
    if (p->font && p->format == PICTURE_TEX) {
        diagnostics_add(log, NULL, 0, 0,
                        "--font '%s': the document says the font of a .tex figure; "
                        "--font ,9 sets the size",
                        l->font);
        return SWEEP_INPUT;
    }
    return SWEEP_OK;
}

int plot_looks_read(struct plot_looks *l, const struct arguments *args,
                    struct diagnostics *log)
{
    const char *const *value = args->value;
    struct picture *p = &l->picture;
    bool twice = value[OPTION_SIZE] && value[OPTION_WIDTH];
    int status = twice ? SWEEP_INPUT : SWEEP_OK;
    if (twice)
        diagnostics_add(log, NULL, 0, 0,
                        "--size says the width, too: leave out --width");
    else if (value[OPTION_SIZE])
        status = read_size(p, value[OPTION_SIZE], log);
    else if (value[OPTION_WIDTH])
        status = read_width(p, value[OPTION_WIDTH], log);
    if (value[OPTION_FONT] && read_font(l, value[OPTION_FONT], log) != SWEEP_OK)
        status = SWEEP_INPUT;
    p->legend = LEGEND_AUTO;
    if (value[OPTION_LEGEND])
        p->legend =
            (enum legend)names_take(&all_legends, value[OPTION_LEGEND], NULL, log);
    if (value[OPTION_LEGEND] && p->legend == LEGENDS)
        status = SWEEP_INPUT;
    if (value[OPTION_TITLE] && value[OPTION_NO_TITLE]) {
        diagnostics_add(log, NULL, 0, 0, "--title and --no-title: use one");
        status = SWEEP_INPUT;
    }
    p->title = value[OPTION_TITLE];
    p->no_title = value[OPTION_NO_TITLE];
    p->no_caption = value[OPTION_NO_CAPTION];
    p->x_label = value[OPTION_XLABEL];
    p->y_label = value[OPTION_YLABEL];
    return status;
}

void plot_looks_release(struct plot_looks *l)
{
    free(l->style);
}

/* The real path of the folder of a file, for free(); NULL with errno. */
static char *real_folder(const char *path)
{
    char *copy = strdup(path);
    char *real = copy ? realpath(dirname(copy), NULL) : NULL;
    int reason = errno;
    free(copy);
    errno = reason;
    return real;
}

/* A style file in the script's folder is found there wherever that is moved to. */
static int name_style(struct plot_looks *l, const char *file, const char *script,
                      struct diagnostics *log)
{
    char *folder = real_folder(script), *path = realpath(file, NULL);
    size_t length = folder ? strlen(folder) : 0;
    char *slash = path ? strrchr(path, '/') : NULL;
    if (folder && slash && (size_t)(slash - path) == length &&
        strncmp(folder, path, length) == 0) {
        l->picture.style_beside = true;
        l->style = strdup(slash + 1);
    } else if (path) {
        l->style = strdup(path);
    }
    free(folder);
    free(path);
    l->picture.style = l->style;
    return l->style ? SWEEP_OK : diagnostics_no_memory(log, NULL);
}

int plot_looks_style(struct plot_looks *l, const char *file, const char *script,
                     struct diagnostics *log)
{
    const char *reason;
    FILE *there = infile_open(file, INFILE_NAMED, &reason);
    if (!there) {
        diagnostics_add(log, NULL, 0, 0, "cannot open '%s': %s", file, reason);
        return SWEEP_INPUT;
    }
    bool ours = gnuplot_wrote(there);
    fclose(there);
    if (!ours)
        return name_style(l, file, script, log);
    diagnostics_add(log, NULL, 0, 0,
                    "'%s' is the script of a figure, which the next 'sweep plot' "
                    "replaces: keep what you set in a file of your own",
                    file);
    return SWEEP_INPUT;
}
