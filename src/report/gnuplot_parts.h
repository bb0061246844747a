/* gnuplot_parts.h - the parts of `gnuplot`.
 *
 * Lengths are in pixels of the SVG; a PNG has two by two of its own for each, a PDF 100
 * to the inch.
 */
#ifndef SWEEP_GNUPLOT_PARTS_H
#define SWEEP_GNUPLOT_PARTS_H

#include "sweep/escape.h"
#include "sweep/gnuplot.h"

enum { TEXT_SIZE = 512 };

/* Copy with the Greek letters that symbols and meanings spell out; returns buffer. */
char *text_greek(char *buffer, size_t size, const char *text);

/* Put line ends in place of blanks so that no line has more than `width` letters, where
 * that can be done without breaking "a = b". Returns the number of lines. */
size_t text_wrap(char *text, size_t width);

/* "step_scale s", "samples m [points]"; returns buffer. */
char *text_name(char *buffer, size_t size, const char *name, const char *symbol,
                const char *unit);

/* A value of a parameter, for a tic or a label; long numbers have four digits. */
char *text_value(const struct figure *f, enum parameter p, double value, char *buffer,
                 size_t size);

/* "samples = 10, method = ascent"; without names when `bare`. */
char *text_combination(const struct figure *f, const struct figure_list *list,
                       size_t cell, bool bare, char *buffer, size_t size);

/* A number as a tic of a log axis: a power of ten as one, others to two digits where
 * they are large or small. */
char *text_power(double value, char *buffer, size_t size);

/* What the lines, bands or colours are and what is not shown: a line each for the
 * meanings of several results, and a paragraph. Free with free(). NULL: no memory. */
char *text_caption(const struct figure *f);

/* Where everything stands. */
struct layout {
    size_t columns, rows; /* of panels */
    bool own_axis;        /* results share a row: every panel has its own y axis */
    double width, height; /* of the picture */
    double panel_width, panel_height;
    double left, top;    /* upper left corner of the first panel */
    double right;        /* edge of the last column */
    double across, down; /* from one panel to the next */
    double key;          /* left end of the legend */
    double foot;         /* top of the x label */
    double key_foot;     /* bottom of the legend */
    double caption_top;
    bool slanted;            /* words along x */
    char *caption;           /* wrapped */
    char title[TEXT_SIZE];   /* wrapped */
    double below_title;      /* of the figure: where the next line of text stands */
    char x_label[TEXT_SIZE]; /* wrapped */
    char meaning[FIGURE_RESULTS][TEXT_SIZE];
};

/* SWEEP_NO_MEMORY. Free `caption` with free(). */
int layout_init(struct layout *l, const struct figure *f, const char *title);

/* The title of the panels of a facet, wrapped to their width. Returns its lines. */
size_t layout_title(const struct layout *l, const struct figure *f, size_t facet,
                    char *buffer, size_t size);

/* Number of a panel, counted by rows. */
size_t layout_panel(const struct layout *l, const struct figure *f, size_t facet,
                    size_t result);

/* A column of the data as an expression; on a log axis what is below the floor stands on
 * it. */
void script_shown(FILE *stream, const char *name, const char *part,
                  const struct figure_scale *s);

/* "$data << EOD" and a block for each facet and line (map: each facet). */
void script_data(FILE *stream, const struct figure *f);

/* Range, log scale and tics of axis `which`, "x" or "y", `length` pixels long. */
void script_axis(FILE *stream, const struct figure *f, const struct figure_axis *axis,
                 const char *which, double length);

/* Range, log scale and tics, with labels or without, of a result along axis `which`:
 * "y" or "cb". */
void script_scale(FILE *stream, const struct figure_result *r, const char *which,
                  bool labels);

/* The plot command of a panel with lines. */
void script_lines(FILE *stream, const struct figure *f, size_t facet, size_t result);

/* The plot command that draws nothing but the legend. */
void script_key(FILE *stream, const struct figure *f);

/* Contours of all panels, to come before them; the plot command of one. */
void script_contours(FILE *stream, const struct figure *f);
void script_map(FILE *stream, const struct figure *f, size_t facet, size_t result);

#endif
