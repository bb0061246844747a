#include "gnuplot_parts.h"

#include "sweep/text.h"
#include <math.h>
#include <string.h>

/* Widths of a letter and heights of a line, at 14, 11 and 16 pixels. */
static const double LETTER = 7.6, SMALL_LETTER = 6, LARGE_LETTER = 9, LINE = 18,
                    SMALL_LINE = 16, KEY_LINE = 22, TITLE_LINE = 20;

static const double EDGE = 14;        /* around everything */
static const double TICS = 62;        /* tic labels left of a panel */
static const double Y_LABEL = 26;     /* and the label left of them */
static const double X_TICS = 32;      /* below a panel */
static const double COLOUR_BOX = 100; /* right of a map, with its tics and label */
static const double GAP = 18;         /* between panels that share an axis */
static const double SLOPE = 0.5;      /* sine of the angle of slanted words */

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

/* Width of the legend: labels after a sample, below the names of the parameters. */
static double key_width(const struct figure *f)
{
    const size_t sample = 8;
    char text[TEXT_SIZE];
    size_t longest = 0;
    for (size_t i = 0; i < f->by.count; i++) {
        const struct parameter_info *by = &parameter_table[f->by.parameter[i]];
        text_name(text, sizeof text, by->name, by->symbol, "");
        longest = longer(longest, text_letters(text));
    }
    for (size_t k = 0; k < f->lines; k++)
        longest = longer(
            longest, sample + text_letters(text_combination(f, &f->by, f->line_cell[k],
                                                            true, text, sizeof text)));
    return LETTER * (double)longest;
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
    text_combination(f, &f->facet, f->facet_cell[facet], false, buffer, size);
    return text_wrap(buffer, (size_t)(l->panel_width / LETTER));
}

/* Meanings above their panels, or that of the one result above all; returns the height
 * of a panel's title. */
static double place_titles(struct layout *l, const struct figure *f, const char *title)
{
    snprintf(l->title, sizeof l->title, "%s", title);
    size_t lines =
        text_wrap(l->title, (size_t)((l->width - l->left - EDGE) / LARGE_LETTER));
    l->below_title = 20 + (double)lines * TITLE_LINE;
    lines = 0;
    double room =
        l->own_axis ? l->panel_width : l->panel_width * (double)l->columns + TICS;
    for (size_t i = 0; i < f->result_count; i++) {
        text_greek(l->meaning[i], TEXT_SIZE, f->result[i].meaning);
        lines = longer(lines, text_wrap(l->meaning[i], (size_t)(room / SMALL_LETTER)));
    }
    l->top = l->below_title - 8;
    if (f->result_count == 1)
        l->top += (double)lines * SMALL_LINE + 4;
    if (l->own_axis)
        return (double)lines * SMALL_LINE + 14;
    lines = 0;
    for (size_t facet = 0; facet < f->facets && f->facet.count > 0; facet++) {
        char text[TEXT_SIZE];
        lines = longer(lines, layout_title(l, f, facet, text, sizeof text));
    }
    return (double)lines * TITLE_LINE + 10;
}

static void name_x(struct layout *l, const struct figure *f)
{
    const struct parameter_info *x = &parameter_table[f->x.parameter];
    char name[128], meaning[TEXT_SIZE - 130];
    text_name(name, sizeof name, x->name, x->symbol, x->unit);
    text_greek(meaning, sizeof meaning, x->meaning);
    snprintf(l->x_label, sizeof l->x_label, "%s: %s", name, meaning);
}

/* Below the panels: x label and caption. */
static int place_foot(struct layout *l, const struct figure *f)
{
    bool beside_key = l->key_foot > l->foot;
    double x_room = (l->right - l->left + (beside_key ? 0 : TICS)) / LETTER;
    size_t x_lines = text_wrap(l->x_label, (size_t)x_room);
    l->caption_top = fmax(l->foot + (double)x_lines * LINE + 14, l->key_foot + 8);
    l->caption = text_caption(f);
    if (!l->caption)
        return SWEEP_NO_MEMORY;
    size_t lines =
        text_wrap(l->caption, (size_t)((l->width - 2 * EDGE) / SMALL_LETTER));
    l->height = l->caption_top + (double)lines * SMALL_LINE + EDGE / 2;
    return SWEEP_OK;
}

/* Across the picture: panels, and what stands right of them. */
static void place_columns(struct layout *l, const struct figure *f)
{
    if (f->map && f->vertical.words)
        l->left = fmax(l->left,
                       EDGE + Y_LABEL + 20 + LETTER * longest_value(f, &f->vertical));
    l->across = l->panel_width + GAP;
    if (l->own_axis)
        l->across = l->panel_width + l->left + (f->map ? COLOUR_BOX : 0);
    l->right = l->left + (double)(l->columns - 1) * l->across + l->panel_width;
    l->key = l->right + GAP;
    l->width = l->right + EDGE + (f->map ? COLOUR_BOX : 0);
    if (!f->map && f->by.count > 0)
        l->width = l->key + key_width(f) + EDGE;
}

int layout_init(struct layout *l, const struct figure *f, const char *title)
{
    *l = (struct layout){.left = EDGE + Y_LABEL + TICS};
    place_panels(l, f);
    place_columns(l, f);
    double above = place_titles(l, f, title), below = X_TICS;
    name_x(l, f);
    double words = LETTER * longest_value(f, &f->x);
    l->slanted = f->x.words && words * (double)f->x.count > 0.95 * l->panel_width;
    if (l->slanted)
        below += SLOPE * words;
    l->down = l->panel_height + above + below;
    l->top += above;
    l->foot = l->top + (double)(l->rows - 1) * l->down + l->panel_height + below;
    if (!f->map && f->by.count > 0)
        l->key_foot = l->top + (double)(f->lines + f->by.count) * KEY_LINE;
    return place_foot(l, f);
}
