#include "sweep/gnuplot.h"

#include "gnuplot_parts.h"
#include <stdlib.h>
#include <string.h>

const char *const picture_endings[PICTURE_FORMATS] = {
    [PICTURE_SVG] = "svg",
    [PICTURE_PNG] = "png",
    [PICTURE_PDF] = "pdf",
};

static const char *const terminals[PICTURE_FORMATS] = {
    [PICTURE_SVG] =
        "set terminal svg size width, height font 'Helvetica,14' background "
        "rgb 'white'\nset xtics offset 0, 0.5\nsmall = ',11'; large = ',16'\n",
    [PICTURE_PNG] = "set terminal pngcairo size 2 * width, 2 * height font "
                    "'Helvetica,10.5' fontscale 2 \\\n    linewidth 2 pointscale "
                    "2\nset xtics offset 0, 0.3\n"
                    "small = ',8.25'; large = ',12'\n",
    [PICTURE_PDF] = "set terminal pdfcairo size width / 100., height / 100. font "
                    "'Helvetica,10' fontscale 0.75\nset xtics offset 0, 0.3\nsmall = "
                    "',7.9'; large = ',11.5'\n",
};

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
    fprintf(stream, "\nset encoding utf8\nwidth = %.0f.; height = %.0f.\n%s\n",
            l->width, l->height, terminals[p->format]);
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
    if (f->by.count > 0)
        fprintf(stream, "array label[%zu]\n", f->lines);
    for (size_t k = 0; f->by.count > 0 && k < f->lines; k++) {
        fprintf(stream, "label[%zu] = ", k + 1);
        escape_gnuplot(stream, text_combination(f, &f->by, f->line_cell[k], true, text,
                                                sizeof text));
        putc('\n', stream);
    }
    putc('\n', stream);
}

/* A text at a place on the picture, in pixels from its upper left corner. The labels of
 * axes and the titles of panels are such texts too: where gnuplot would put them
 * depends on the format. */
static void put_label(FILE *stream, const char *x, const char *y, const char *how,
                      const char *text)
{
    fputs("set label ", stream);
    escape_gnuplot(stream, text);
    fprintf(stream,
            " \\\n    at screen (%s) / width, screen 1 - (%s) / height noenhanced%s\n",
            x, y, how);
}

static void put_fixed(FILE *stream, double x, double y, const char *how,
                      const char *text)
{
    char across[32], down[32];
    snprintf(across, sizeof across, "%.1f", x);
    snprintf(down, sizeof down, "%.1f", y);
    put_label(stream, across, down, how, text);
}

/* The legend, a panel of its own: it would break into columns in a lower one. */
static void put_key(FILE *stream, const struct figure *f, const struct layout *l)
{
    fprintf(stream,
            "# Legend\n"
            "set lmargin at screen %.1f / width; set rmargin at screen 1\n"
            "set tmargin at screen 1 - %.1f / height; set bmargin at screen 0\n"
            "unset border; unset tics; unset grid; unset logscale\n"
            "set key at screen %.1f / width, screen 1 - %.1f / height left top Left "
            "reverse \\\n    noenhanced samplen 3 title \"",
            l->key, l->top, l->key, l->top);
    for (size_t i = 0; i < f->by.count; i++) {
        char name[128];
        const struct parameter_info *by = &parameter_table[f->by.parameter[i]];
        fprintf(stream, "%s%s", i > 0 ? "\\n" : "",
                text_name(name, sizeof name, by->name, by->symbol, ""));
    }
    fputs("\" left noenhanced\n", stream);
    script_key(stream, f);
}

/* Title, meaning, x label and caption, from top to bottom. */
static void put_texts(FILE *stream, const struct figure *f, const struct layout *l)
{
    fputs("# Texts of the whole figure\n", stream);
    put_fixed(stream, l->left, 20, " font large", l->title);
    if (f->result_count == 1)
        put_fixed(stream, l->left, l->below_title, " font small", l->meaning[0]);
    put_fixed(stream, (l->left + l->right) / 2, l->foot + 8, " center", l->x_label);
    put_fixed(stream, 14, l->caption_top, " font small", l->caption);
    fputs("set key off\n\n", stream);
}

static void put_title(FILE *stream, const struct figure *f, const struct layout *l,
                      size_t facet, size_t result)
{
    char text[TEXT_SIZE], down[32];
    size_t lines = 1;
    if (l->own_axis) {
        for (const char *c = l->meaning[result]; *c; c++)
            lines += *c == '\n';
        snprintf(down, sizeof down, "y - %zu", 14 * lines);
        put_label(stream, "x + panel_width / 2", down, " center font small",
                  l->meaning[result]);
    } else if (f->facet.count > 0) {
        lines = layout_title(l, f, facet, text, sizeof text);
        snprintf(down, sizeof down, "y - %zu", 20 * lines - 5);
        put_label(stream, "x + panel_width / 2", down, " center", text);
    }
}

/* The vertical axis; tics have labels in the first of several panels that share it. */
static void put_vertical(FILE *stream, const struct figure *f, const struct layout *l,
                         bool first, size_t result)
{
    char name[256], across[32];
    const struct figure_result *r = &f->result[result];
    if (f->map) {
        const struct parameter_info *y = &parameter_table[f->vertical.parameter];
        text_name(name, sizeof name, y->name, y->symbol, y->unit);
        fputs("set ytics autofreq nomirror out\n", stream);
        script_axis(stream, f, &f->vertical, "y", l->panel_height);
    } else {
        text_name(name, sizeof name, r->name, r->symbol, r->unit);
        script_scale(stream, r, "y", first);
    }
    if (!first) {
        fputs(f->map ? "unset ytics\n" : "", stream);
        return;
    }
    snprintf(across, sizeof across, "x - %.0f", l->left - 22);
    put_label(stream, across, "y + panel_height / 2", " rotate center", name);
}

/* A colour box right of the last of the panels that share it. */
static void put_colours(FILE *stream, const struct figure *f, bool last, size_t result)
{
    char name[256];
    const struct figure_result *r = &f->result[result];
    script_scale(stream, r, "cb", true);
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
    put_label(stream, "x + panel_width + 92", "y + panel_height / 2", " rotate center",
              name);
}

static void put_panel(FILE *stream, const struct figure *f, const struct layout *l,
                      size_t facet, size_t result)
{
    size_t panel = layout_panel(l, f, facet, result);
    size_t row = panel / l->columns, column = panel % l->columns;
    bool last_of_row =
        l->own_axis || column == l->columns - 1 || facet + 1 == f->facets;

    fprintf(stream, "# %s\nx = %.1f; y = %.1f\n@place\n", f->result[result].name,
            l->left + (double)column * l->across, l->top + (double)row * l->down);
    put_title(stream, f, l, facet, result);
    put_vertical(stream, f, l, column == 0 || l->own_axis, result);
    if (f->map) {
        put_colours(stream, f, last_of_row, result);
        script_map(stream, f, facet, result);
    } else {
        script_lines(stream, f, facet, result);
    }
    fputs("unset label\n\n", stream);
}

int gnuplot_write(FILE *stream, const struct figure *f, const struct picture *p)
{
    struct layout l;
    int status = layout_init(&l, f, p->title ? p->title : f->cells->grid->name);
    if (status != SWEEP_OK)
        return status;
    put_head(stream, f, p, &l);
    script_data(stream, f);
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
    fprintf(stream,
            "set output picture\n"
            "set multiplot\n"
            "# A panel has its upper left corner x, y pixels from that of the figure.\n"
            "panel_width = %.0f.; panel_height = %.0f.\n"
            "place = \"set lmargin at screen x / width; "
            "set rmargin at screen (x + panel_width) / width; \" . \\\n"
            "    \"set tmargin at screen 1 - y / height; "
            "set bmargin at screen 1 - (y + panel_height) / height\"\n",
            l.panel_width, l.panel_height);
    script_axis(stream, f, &f->x, "x", l.panel_width);
    fputs(l.slanted ? "set xtics rotate by 30 right offset 0, 0\n\n" : "\n", stream);
    put_texts(stream, f, &l);
    for (size_t result = 0; result < f->result_count; result++)
        for (size_t facet = 0; facet < f->facets; facet++)
            put_panel(stream, f, &l, facet, result);
    if (!f->map && f->by.count > 0)
        put_key(stream, f, &l);
    fputs("unset multiplot\nunset output\n", stream);
    free(l.caption);
    return SWEEP_OK;
}
