#include "gnuplot_parts.h"

#include "sweep/text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Width of a letter of the title, height of a line of it, at 16 pixels. */
static const double LARGE_LETTER = 9, TITLE_LINE = 20;

static const double TICS = 62;        /* tic labels left of a panel */
static const double Y_LABEL = 26;     /* and the label left of them */
static const double X_TICS = 32;      /* below a panel */
static const double COLOUR_BOX = 100; /* right of a map, with its tics and label */
static const double GAP = 18;         /* between panels that share an axis */
static const double SLOPE = 0.5;      /* sine of the angle of slanted words */

/* In a picture of a given width: panels are at least so wide, or stand below each other;
 * where no height is given, they are so high, as a share of their width and at least and
 * at most. */
static const double NARROW = 170, SHAPE = 0.68, LOW = 110, HIGH = 340;

/* Lay-outs until the lines of labels and the heights of panels agree. */
enum { PASSES = 4 };

static size_t longer(size_t a, size_t b)
{
    return a > b ? a : b;
}

static double longest_value(const struct figure *f, const struct figure_axis *axis)
{
    char text[256];
    size_t longest = 0;
    for (size_t k = 0; k < axis->count; k++)
        longest =
            longer(longest, text_letters(text_value(f, axis->parameter, axis->value[k],
                                                    text, sizeof text)));
    return (double)longest;
}

static size_t columns_for(size_t panels)
{
    static const size_t columns[] = {1, 1, 2, 3, 2, 3, 3, 4, 4, 3};
    return panels < sizeof columns / sizeof *columns ? columns[panels]
           : panels > 16                             ? 5
                                                     : 4;
}

size_t layout_panel(const struct layout *l, const struct figure *f, size_t facet,
                    size_t result)
{
    size_t rows_of_result = (f->facets + l->columns - 1) / l->columns;
    return l->own_axis ? result : result * rows_of_result * l->columns + facet;
}

/* Columns and rows, and the size of a panel. */
static void place_panels(struct layout *l, const struct figure *f)
{
    static const double widths[] = {560, 380, 290, 230, 210};
    static const double heights[] = {250, 220, 180};
    l->own_axis = f->facets == 1 && f->result_count > 1;
    l->columns = columns_for(l->own_axis ? f->result_count : f->facets);
    l->rows = layout_panel(l, f, f->facets - 1, f->result_count - 1) / l->columns + 1;
    l->panel_width = widths[l->columns - 1];
    l->panel_height = heights[l->rows < 3 ? l->rows - 1 : 2];
    if (l->columns == 1 && l->rows == 1)
        l->panel_height = 340;
}

size_t layout_title(const struct layout *l, const struct figure *f, size_t facet,
                    char *buffer, size_t size)
{
    text_facet(f, facet, buffer, size);
    return text_wrap(buffer, (size_t)(l->panel_width / LETTER));
}

/* The lines of the exponents above a panel. */
static size_t count_fit_lines(const struct layout *l, const struct figure *f)
{
    size_t lines = 0;
    for (size_t k = 0; f->fit && k < f->facets * f->result_count; k++) {
        char text[TEXT_SIZE];
        text_fits(f, k % f->facets, k / f->facets, text, sizeof text);
        lines =
            longer(lines, text_wrap(text, (size_t)(l->panel_width / l->small_letter)));
    }
    return lines;
}

/* The title of the figure and the meaning of its one result, from the top on; what the
 * results mean, wrapped. Returns the lines of the longest meaning. */
static size_t place_head(struct layout *l, const struct figure *f,
                         const struct picture *p)
{
    size_t lines = 0;
    const char *title = p->title ? p->title : f->cells->grid->name;
    double room =
        l->own_axis ? l->panel_width : l->panel_width * (double)l->columns + TICS;
    l->top = EDGE / 2;
    if (p->no_title)
        return 0;
    snprintf(l->title, sizeof l->title, "%s", title);
    lines = text_wrap(l->title, (size_t)((l->width - l->left - EDGE) / LARGE_LETTER));
    l->below_title = 20 + (double)lines * TITLE_LINE;
    lines = 0;
    for (size_t i = 0; i < f->result_count; i++) {
        text_greek(l->meaning[i], TEXT_SIZE, f->result[i].meaning);
        lines =
            longer(lines, text_wrap(l->meaning[i], (size_t)(room / l->small_letter)));
    }
    l->top = l->below_title - 8;
    if (f->result_count == 1)
        l->top += (double)lines * SMALL_LINE + 4;
    return lines;
}

/* Meanings above their panels, or that of the one result above all; returns the height
 * of what stands above a panel. */
static double place_titles(struct layout *l, const struct figure *f,
                           const struct picture *p)
{
    size_t lines = place_head(l, f, p);
    l->fit_lines = count_fit_lines(l, f);
    double fits = (double)l->fit_lines * SMALL_LINE;
    if (l->own_axis)
        return (double)lines * SMALL_LINE + 14 + fits;
    lines = 0;
    for (size_t facet = 0; facet < f->facets && f->facet.count > 0; facet++) {
        char text[TEXT_SIZE];
        lines = longer(lines, layout_title(l, f, facet, text, sizeof text));
    }
    return (double)lines * TITLE_LINE + 10 + fits;
}

size_t layout_y_label(const struct layout *l, const struct figure *f,
                      const struct picture *p, size_t result, char *buffer, size_t size)
{
    if (p->y_label) {
        snprintf(buffer, size, "%s", p->y_label);
    } else if (f->map) {
        const struct parameter_info *y = &parameter_table[f->vertical.parameter];
        text_name(buffer, size, y->name, y->symbol, y->unit);
    } else {
        const struct figure_result *r = &f->result[result];
        text_name(buffer, size, r->name, r->symbol, r->unit);
    }
    return l->y_letters > 0 ? text_wrap(buffer, l->y_letters) : 1;
}

static void name_x(struct layout *l, const struct figure *f, const struct picture *p)
{
    if (p->x_label) {
        snprintf(l->x_label, sizeof l->x_label, "%s", p->x_label);
        return;
    }
    const struct parameter_info *x = &parameter_table[f->x.parameter];
    char name[128], meaning[TEXT_SIZE - 130];
    text_name(name, sizeof name, x->name, x->symbol, x->unit);
    text_greek(meaning, sizeof meaning, x->meaning);
    snprintf(l->x_label, sizeof l->x_label, p->no_title ? "%s" : "%s: %s", name,
             meaning);
}

/* Below the panels: x label, legend and caption. */
static int place_foot(struct layout *l, const struct figure *f, const struct picture *p)
{
    bool beside_key = l->key_foot > l->foot;
    double x_room = (l->right - l->left + (beside_key ? 0 : TICS)) / LETTER;
    size_t x_lines = text_wrap(l->x_label, (size_t)x_room);
    l->caption_top = fmax(l->foot + (double)x_lines * LINE + 14, l->key_foot + 8);
    if (l->legend == LEGEND_BELOW) {
        l->key_above = l->caption_top - 6;
        key_fill_columns(l, f, l->width - 2 * EDGE);
        l->caption_top += (double)key_lines(l, f) * KEY_LINE;
    }
    free(l->caption);
    l->caption = p->no_caption ? strdup("") : gnuplot_caption(f);
    if (!l->caption)
        return SWEEP_NO_MEMORY;
    size_t lines =
        text_wrap(l->caption, (size_t)((l->width - 2 * EDGE) / l->small_letter));
    l->height = l->caption_top + (double)lines * SMALL_LINE + EDGE / 2;
    if (p->no_caption)
        l->height = l->caption_top - 2;
    return SWEEP_OK;
}

/* Letters of the widest labels left of a panel, where their numbers differ in late
 * digits only. */
static size_t longest_tic(const struct figure *f)
{
    size_t longest = 0;
    for (size_t i = 0; i < f->result_count && !f->map; i++)
        longest = longer(longest, script_narrow(&f->result[i].scale));
    return f->map && !f->vertical.words ? script_narrow(&f->vertical.scale) : longest;
}

/* From the left end of one panel to that of the next, and what stands right of the last
 * one. */
static double step_across(const struct layout *l)
{
    return l->own_axis ? l->left + l->box : GAP;
}

static double right_of_panels(const struct layout *l, const struct figure *f)
{
    double half_tic = LETTER * (double)script_narrow(&f->x.scale) / 2;
    if (l->legend == LEGEND_RIGHT)
        return GAP + l->key_width + EDGE;
    return fmax(EDGE, f->x.words ? 0 : half_tic) + l->box;
}

/* As many columns as there is room for in a given width. */
static void fit_columns(struct layout *l, const struct figure *f, double width)
{
    for (size_t columns = l->columns; columns > 0; columns--) {
        double across = step_across(l), n = (double)columns;
        l->columns = columns;
        l->panel_width =
            (width - l->left - right_of_panels(l, f) - (n - 1) * across) / n;
        if (l->panel_width >= NARROW)
            break;
    }
    l->rows = layout_panel(l, f, f->facets - 1, f->result_count - 1) / l->columns + 1;
    l->panel_height = fmin(fmax(SHAPE * l->panel_width, LOW), HIGH);
}

/* Across the picture: panels, and what stands right of them. */
static void place_columns(struct layout *l, const struct figure *f,
                          const struct picture *p)
{
    l->left = EDGE + Y_LABEL + TICS;
    if (f->map && f->vertical.words)
        l->left = fmax(l->left,
                       EDGE + Y_LABEL + 20 + LETTER * longest_value(f, &f->vertical));
    l->left = fmax(l->left, EDGE + Y_LABEL + 20 + LETTER * (double)longest_tic(f));
    l->left += (double)(l->y_lines - 1) * LINE;
    l->box = f->map ? COLOUR_BOX : 0;
    if (p->width > 0)
        fit_columns(l, f, p->width / picture_unit(p));
    l->across = l->panel_width + step_across(l);
    l->right = l->left + (double)(l->columns - 1) * l->across + l->panel_width;
    l->key = l->right + GAP;
    l->width = l->right + right_of_panels(l, f);
}

/* Everything, for panels whose height differs by `taller` from what suits them. */
static int lay_out(struct layout *l, const struct figure *f, const struct picture *p,
                   double taller)
{
    place_panels(l, f);
    key_choose(l, f, p);
    place_columns(l, f, p);
    l->panel_height += taller;
    double above = place_titles(l, f, p), below = X_TICS;
    name_x(l, f, p);
    double words = LETTER * longest_value(f, &f->x);
    l->slanted = f->x.words && words * (double)f->x.count > 0.95 * l->panel_width;
    if (l->slanted)
        below += SLOPE * words;
    l->down = l->panel_height + above + below;
    l->top += above;
    l->foot = l->top + (double)(l->rows - 1) * l->down + l->panel_height + below;
    l->key_above = l->top;
    l->key_foot = 0;
    if (l->legend == LEGEND_RIGHT)
        l->key_foot = l->top + (double)key_lines(l, f) * KEY_LINE;
    return place_foot(l, f, p);
}

/* Wrap the labels of the vertical axes to the height of the panels. */
static void wrap_y_labels(struct layout *l, const struct figure *f,
                          const struct picture *p)
{
    l->y_letters = (size_t)fmax(l->panel_height / LETTER, 8);
    l->y_lines = 1;
    for (size_t i = 0; i < f->result_count; i++) {
        char text[TEXT_SIZE];
        l->y_lines = longer(l->y_lines, layout_y_label(l, f, p, i, text, sizeof text));
    }
}

int layout_init(struct layout *l, const struct figure *f, const struct picture *p)
{
    double taller = 0, height = p->height / picture_unit(p);
    *l = (struct layout){.y_lines = 1, .stretch = 1};
    l->small_letter = SMALL_LETTER * (p->format == PICTURE_TEX ? 1.15 : 1);
    int status = lay_out(l, f, p, taller);
    for (int pass = 1; pass < PASSES && p->width > 0 && status == SWEEP_OK; pass++) {
        if (p->height > 0)
            taller += (height - l->height) / (double)l->rows;
        wrap_y_labels(l, f, p);
        status = lay_out(l, f, p, taller);
    }
    if (p->height > 0)
        l->height = height;
    if (status == SWEEP_OK && l->legend == LEGEND_INSIDE)
        key_place_inside(l, f);
    return status;
}
