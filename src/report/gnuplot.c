#include "sweep/gnuplot.h"

#include "gnuplot_parts.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* More bands than these are drawn fainter. */
enum { MANY_BANDS = 4 };

/* Okabe & Ito without yellow, which is too faint for a line. With another dash each
 * time around, colour, dash and shape of FIGURE_LINES lines differ. */
enum { COLOURS = 7 };
static const char *const colours[COLOURS] = {"#0072B2", "#D55E00", "#009E73", "#000000",
                                             "#CC79A7", "#E69F00", "#56B4E9"};
static const char *const dashes[COLOURS] = {
    "1", "(12, 4)", "(4, 3)", "(12, 3, 2, 3)", "(2, 3)", "(16, 3)", "(8, 3, 8, 6)"};
static const int shapes[FIGURE_LINES] = {7, 5, 9,  13, 11, 15, 6,
                                         4, 8, 12, 10, 14, 2,  1};

/* In the first line of every script. */
#define DRAWN ", drawn by sweep "

bool gnuplot_wrote(FILE *stream)
{
    char line[512];
    return fgets(line, sizeof line, stream) && strncmp(line, "# ", 2) == 0 &&
           strstr(line, DRAWN);
}

bool gnuplot_draws_tex(FILE *stream)
{
    static const char wanted[] = "set terminal cairolatex ";
    char *line = NULL;
    size_t room = 0;
    bool found = false;
    while (!found && getline(&line, &room, stream) >= 0)
        found = strncmp(line, wanted, sizeof wanted - 1) == 0;
    free(line);
    return found;
}

/* The picture's folder becomes the current one: what FILE.tex says of the PDF beside it
 * is then its name without a folder, as LaTeX finds it beside the text; but gnuplot would
 * run what stands behind | there, and knows ~. */
static void put_folder(FILE *stream)
{
    fputs("\nif (here[1:1] ne '/') { here = GPVAL_PWD . '/' . here }\n"
          "if (picture[1:1] ne '/') { picture = GPVAL_PWD . '/' . picture }\n"
          "folder = picture\n"
          "while (folder[strlen(folder):*] ne '/') {\n"
          "    folder = folder[1:strlen(folder) - 1]\n"
          "}\n"
          "picture = picture[strlen(folder) + 1:*]\n"
          "if (strstrt('|<~', picture[1:1]) > 0) { picture = './' . picture }\n"
          "cd folder\n",
          stream);
}

static void put_head(FILE *stream, const struct figure *f, const struct picture *p,
                     const struct layout *l)
{
    fprintf(stream,
            "# %s by %s" DRAWN "%s. To draw it again, from any folder:\n"
            "#     gnuplot THIS_FILE\n"
            "# or into another file: gnuplot -c THIS_FILE PICTURE\n\n"
            "reset\n"
            "here = ARG0 # the folder of this file\n"
            "while (strlen(here) > 0 && here[strlen(here):*] ne '/') {\n"
            "    here = here[1:strlen(here) - 1]\n"
            "}\n"
            "if (here[1:1] ne '/') { here = './' . here } # a name may start with |\n"
            "picture = ARGC > 0 ? ARG1 : here . ",
            f->result[0].name, parameter_table[f->x.parameter].name, SWEEP_VERSION);
    escape_gnuplot(stream, p->name);
    if (p->format == PICTURE_TEX)
        put_folder(stream);
    fprintf(stream, "\nset encoding utf8\nwidth = %.0f.; height = %.0f.\n", l->width,
            l->height);
    script_terminal(stream, l, p);
}

/* Read the user's own settings. */
static void put_style(FILE *stream, const struct picture *p)
{
    if (!p->style)
        return;
    fputs(p->style_beside ? "load here . " : "load ", stream);
    escape_gnuplot(stream, p->style);
    putc('\n', stream);
}

/* What the style file may ask for. */
static void put_panel_number(FILE *stream, const struct picture *p, size_t panel,
                             const char *result)
{
    if (!p->style)
        return;
    fprintf(stream, "panel = %zu; result = ", panel);
    escape_gnuplot(stream, result);
    putc('\n', stream);
}

static void put_map_style(FILE *stream)
{
    fputs("set border 15 lw 1.2\n"
          "set style fill solid noborder\n"
          "set object 1 rectangle from graph 0, graph 0 to graph 1, graph 1 behind \\\n"
          "    fillcolor rgb '#C8C8C8' fillstyle solid 1 noborder\n"
          "viridis = \"defined (0 '#440154', 1 '#3B528B', 2 '#21918C', 3 '#5EC962', "
          "4 '#FDE725')\"\n"
          "diverging = \"defined (-1 '#0072B2', 0 '#FFFFFF', 1 '#D55E00')\"\n\n",
          stream);
}

static void put_line_style(FILE *stream, const struct figure *f)
{
    char text[TEXT_SIZE];
    fputs("set border 3 lw 1.2\n"
          "set grid ytics lc rgb '#DDDDDD' lw 1 lt 1\n",
          stream);
    fprintf(stream, "set style fill transparent solid %g noborder\n",
            f->lines > MANY_BANDS ? 0.1 : 0.2);
    for (size_t k = 0; k < f->lines; k++)
        fprintf(stream, "set linetype %zu lc rgb '%s' lw 2 pt %d dt %s\n", k + 1,
                colours[k % COLOURS], shapes[k], dashes[(k + k / COLOURS) % COLOURS]);
    bool key = figure_has_key(f), powers = key && script_powers_in_key(f);
    if (key)
        fprintf(stream, "array label[%zu]\n", f->lines);
    for (size_t k = 0; key && k < f->lines; k++) {
        fprintf(stream, "label[%zu] = ", k + 1);
        script_text(stream, f, text_line(f, k, text, sizeof text), powers);
        putc('\n', stream);
    }
    putc('\n', stream);
}

/* What `font small` and `font large` ask for, before every line for LaTeX. For free();
 * NULL: nothing. */
static char *mark_lines(const char *text, const char *how)
{
    char mark = strstr(how, "small")   ? TEXT_SMALL
                : strstr(how, "large") ? TEXT_LARGE
                                       : 0;
    char *marked = mark ? malloc(2 * strlen(text) + 2) : NULL;
    size_t used = 0;
    if (!marked)
        return NULL;
    marked[used++] = mark;
    for (; *text; text++) {
        marked[used++] = *text;
        if (*text == '\n')
            marked[used++] = mark;
    }
    marked[used] = '\0';
    return marked;
}

/* A text at a place on the picture, in pixels from its upper left corner. The labels of
 * axes and the titles of panels are such texts too: where gnuplot would put them
 * depends on the format. */
static void put_label(FILE *stream, const struct figure *f, const char *x,
                      const char *y, const char *how, const char *text)
{
    bool power = text_has_power(text);
    char *marked = f->latex ? mark_lines(text, how) : NULL;
    fputs("set label ", stream);
    script_text(stream, f, marked ? marked : text, power);
    free(marked);
    fprintf(stream, " \\\n    at screen (%s) / width, screen 1 - (%s) / height %s%s\n",
            x, y, power ? "enhanced" : "noenhanced", how);
}

static void put_fixed(FILE *stream, const struct figure *f, double x, double y,
                      const char *how, const char *text)
{
    if (!*text)
        return;
    char across[32], down[32];
    snprintf(across, sizeof across, "%.1f", x);
    snprintf(down, sizeof down, "%.1f", y);
    put_label(stream, f, across, down, how, text);
}

/* Title, meaning, x label and caption, from top to bottom. */
static void put_texts(FILE *stream, const struct figure *f, const struct layout *l)
{
    fputs("# Texts of the whole figure\n", stream);
    put_fixed(stream, f, l->left, 20, " font large", l->title);
    if (f->result_count == 1)
        put_fixed(stream, f, l->left, l->below_title, " font small", l->meaning[0]);
    put_fixed(stream, f, (l->left + l->right) / 2, l->foot + 8, " center", l->x_label);
    put_fixed(stream, f, 14, l->caption_top, " font small", l->caption);
    fputs("set key off\n\n", stream);
}

static void put_title(FILE *stream, const struct figure *f, const struct layout *l,
                      size_t facet, size_t result)
{
    char text[TEXT_SIZE], down[32];
    size_t lines = 1, above = (size_t)SMALL_LINE * l->fit_lines;
    if (f->fit) {
        text_fits(f, facet, result, text, sizeof text);
        text_wrap(text, (size_t)(l->panel_width / l->small_letter));
        snprintf(down, sizeof down, "y - %zu", above - 2);
        put_label(stream, f, "x + panel_width / 2", down, " center font small", text);
    }
    if (l->own_axis) {
        for (const char *c = l->meaning[result]; *c; c++)
            lines += *c == '\n';
        snprintf(down, sizeof down, "y - %zu", 14 * lines + above);
        if (*l->meaning[result])
            put_label(stream, f, "x + panel_width / 2", down, " center font small",
                      l->meaning[result]);
    } else if (f->facet.count > 0) {
        lines = layout_title(l, f, facet, text, sizeof text);
        snprintf(down, sizeof down, "y - %zu", 20 * lines - 5 + above);
        put_label(stream, f, "x + panel_width / 2", down, " center", text);
    }
}

/* The vertical axis; tics have labels in the first of several panels that share it. */
static void put_vertical(FILE *stream, const struct figure *f, const struct picture *p,
                         const struct layout *l, bool first, size_t result)
{
    char name[TEXT_SIZE], across[32];
    if (f->map) {
        fputs("set ytics autofreq nomirror out\n", stream);
        script_axis(stream, f, &f->vertical, "y", l->panel_height);
    } else {
        script_scale(stream, f, &f->result[result], "y", first, l->panel_height);
    }
    if (!first) {
        fputs(f->map ? "unset ytics\n" : "", stream);
        return;
    }
    layout_y_label(l, f, p, result, name, sizeof name);
    snprintf(across, sizeof across, "x - %.0f", l->left - 22);
    put_label(stream, f, across, "y + panel_height / 2", " rotate center", name);
}

/* A colour box right of the last of the panels that share it. */
static void put_colours(FILE *stream, const struct figure *f, const struct layout *l,
                        bool last, size_t result)
{
    char name[256];
    const struct figure_result *r = &f->result[result];
    script_scale(stream, f, r, "cb", true, l->panel_height);
    fprintf(stream, "set palette @%s\n", r->is_ratio ? "diverging" : "viridis");
    if (!last) {
        fputs("unset colorbox\n", stream);
        return;
    }
    fputs("set colorbox user origin (x + panel_width + 8) / width, "
          "1 - (y + panel_height) / height \\\n"
          "    size 14 / width, panel_height / height\n",
          stream);
    text_name(name, sizeof name, r->name, r->symbol, r->unit);
    put_label(stream, f, "x + panel_width + 92", "y + panel_height / 2",
              " rotate center", name);
}

static void put_panel(FILE *stream, const struct figure *f, const struct picture *p,
                      const struct layout *l, size_t facet, size_t result)
{
    size_t panel = layout_panel(l, f, facet, result);
    size_t row = panel / l->columns, column = panel % l->columns;
    bool last_of_row =
        l->own_axis || column == l->columns - 1 || facet + 1 == f->facets;

    fprintf(stream, "# %s\nx = %.1f; y = %.1f\n@place\n", f->result[result].name,
            l->left + (double)column * l->across, l->top + (double)row * l->down);
    put_title(stream, f, l, facet, result);
    put_vertical(stream, f, p, l, column == 0 || l->own_axis, result);
    put_panel_number(stream, p, panel + 1, f->result[result].name);
    if (f->map)
        put_colours(stream, f, l, last_of_row, result);
    put_style(stream, p);
    if (f->map) {
        script_map(stream, f, facet, result);
    } else {
        script_lines(stream, f, facet, result);
    }
    fputs("unset label\n\n", stream);
}

static void put_settings(FILE *stream, const struct figure *f, const struct picture *p,
                         const struct layout *l)
{
    fputs("\ngrey = 0x777777\nset tics nomirror out\nset pointsize 0.75\n"
          "# What is below the floor of a log scale stands on it.\n"
          "shown(value, floor) = value < floor ? floor : value\n",
          stream);
    if (f->map) {
        put_map_style(stream);
        script_contours(stream, f);
    } else {
        put_line_style(stream, f);
    }
    if (p->style)
        fputs("# Your own settings, read here (panel = 0) and before each panel\n",
              stream);
    put_panel_number(stream, p, 0, "");
    put_style(stream, p);
    fprintf(stream,
            "set output picture\n"
            "set multiplot\n"
            "# A panel has its upper left corner x, y pixels from that of the figure.\n"
            "panel_width = %.0f.; panel_height = %.0f.\n"
            "place = \"set lmargin at screen x / width; "
            "set rmargin at screen (x + panel_width) / width; \" . \\\n"
            "    \"set tmargin at screen 1 - y / height; "
            "set bmargin at screen 1 - (y + panel_height) / height\"\n",
            l->panel_width, l->panel_height);
    script_axis(stream, f, &f->x, "x", l->panel_width);
    fputs(l->slanted ? "set xtics rotate by 30 right offset 0, 0\n\n" : "\n", stream);
}

/* Make room for a legend inside a panel. */
static void stretch_axis(struct figure *f, const struct layout *l)
{
    struct figure_scale *s = &f->result[l->key_result].scale;
    if (s->log)
        s->high = s->low * pow(s->high / s->low, l->stretch);
    else
        s->high = s->low + (s->high - s->low) * l->stretch;
}

int gnuplot_write(FILE *stream, const struct figure *figure, const struct picture *p)
{
    struct layout l;
    struct figure own = *figure, *f = &own;
    f->latex = p->format == PICTURE_TEX;
    f->sized = p->width > 0;
    int status = layout_init(&l, f, p);
    if (status != SWEEP_OK)
        return status;
    if (l.legend == LEGEND_INSIDE)
        stretch_axis(f, &l);
    put_head(stream, f, p, &l);
    script_data(stream, f);
    put_settings(stream, f, p, &l);
    put_texts(stream, f, &l);
    for (size_t result = 0; result < f->result_count; result++)
        for (size_t facet = 0; facet < f->facets; facet++)
            put_panel(stream, f, p, &l, facet, result);
    if (l.legend != LEGEND_NONE) {
        script_legend(stream, f, &l);
        put_panel_number(stream, p, f->result_count * f->facets + 1, "legend");
        put_style(stream, p);
        if (p->style)
            fputs("unset border; unset tics; unset grid\n", stream);
        script_key(stream, f);
    }
    fputs("unset multiplot\nunset output\n", stream);
    free(l.caption);
    return SWEEP_OK;
}

int picture_check(const struct figure *f, const struct picture *p,
                  struct diagnostics *log)
{
    struct layout l;
    double inch = picture_unit(p) / 72;
    if (layout_init(&l, f, p) != SWEEP_OK)
        return diagnostics_no_memory(log, NULL);
    double wide = LEAST_WIDTH - l.panel_width;
    double high = (double)l.rows * (LEAST_HEIGHT - l.panel_height);
    free(l.caption);
    if (wide > 0)
        diagnostics_add(
            log, NULL, 0, 0,
            "no room for a panel beside its labels: the figure must be %.1f "
            "inches wide, or its letters smaller",
            ceil(10 * inch * (l.width + wide)) / 10);
    else if (high > 0)
        diagnostics_add(
            log, NULL, 0, 0,
            "no room for the panels: the figure must be %.1f inches high, or "
            "its letters smaller; --no-title and --no-caption give room",
            ceil(10 * inch * (l.height + high)) / 10);
    else if (key_too_large(&l, f))
        diagnostics_add(log, NULL, 0, 0,
                        "no room for the legend inside a panel: use --legend below");
    else
        return SWEEP_OK;
    return SWEEP_INPUT;
}
