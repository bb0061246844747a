/* gnuplot_parts.h - the parts of `gnuplot`.
 *
 * Lengths are in pixels of an SVG without a size of its own: the 14th part of the height
 * of its letters. A PNG has two by two of its own for each, a PDF 100 to the inch. With a
 * size or a font, everything grows with the letters.
 */
#ifndef SWEEP_GNUPLOT_PARTS_H
#define SWEEP_GNUPLOT_PARTS_H

#include "sweep/escape.h"
#include "sweep/gnuplot.h"

enum { TEXT_SIZE = 512 };

/* Around the exponent of a power in a text. */
#define POWER_OPEN  "\x0e"
#define POWER_CLOSE "\x0f"

/* Before a line that LaTeX sets in other letters. */
#define TEXT_SMALL '\x11'
#define TEXT_LARGE '\x12'

/* Write a text as a gnuplot string. A text with a power in it must be drawn `enhanced`;
 * others may be. LaTeX's specials are taken care of where the figure is for it. */
void script_text(FILE *stream, const struct figure *f, const char *text, bool enhanced);
bool text_has_power(const char *text);

/* Copy with the Greek letters that symbols and meanings spell out; returns buffer. */
char *text_greek(char *buffer, size_t size, const char *text);

/* Put line ends in place of blanks so that no line has more than `width` letters, where
 * that can be done without breaking "a = b". Returns the number of lines. */
size_t text_wrap(char *text, size_t width);

/* "step_scale s", "samples m [points]"; returns buffer. */
char *text_name(char *buffer, size_t size, const char *name, const char *symbol,
                const char *unit);

/* A value of a parameter, for a tic or a comment; long numbers have four digits. */
char *text_value(const struct figure *f, enum parameter p, double value, char *buffer,
                 size_t size);

/* "samples = 10, method = ascent"; without names when `bare`. */
char *text_combination(const struct figure *f, const struct figure_list *list,
                       size_t cell, bool bare, char *buffer, size_t size);

/* The same of a line or a facet, with powers of ten; of a line without names and with
 * its folder. */
char *text_line(const struct figure *f, size_t line, char *buffer, size_t size);
char *text_facet(const struct figure *f, size_t facet, char *buffer, size_t size);

/* Write 10^6 for its powers; returns text. */
char *text_plain(char *text);

/* The exponents of a panel's fits. */
char *text_fits(const struct figure *f, size_t facet, size_t result, char *buffer,
                size_t size);

/* From these on powers of ten are written as such. */
#define LARGE_NUMBER 1e4
#define SMALL_NUMBER 1e-3

/* A number as a tic of a log axis: a power of ten as one, others to two digits where
 * they are large or small. */
char *text_power(double value, char *buffer, size_t size);

/* Lengths that the parts share: width of a letter at 14 and at 11 pixels, of the edge
 * around everything, heights of a line, and of one of the legend. */
#define LETTER       7.6
#define SMALL_LETTER 6 /* of Helvetica; LaTeX's are wider */
#define EDGE         14
#define LINE         18
#define SMALL_LINE   16
#define KEY_LINE     22

/* Where everything stands. */
struct layout {
    size_t columns, rows; /* of panels */
    bool own_axis;        /* results share a row: every panel has its own y axis */
    double width, height; /* of the picture */
    double panel_width, panel_height;
    double left, top;    /* upper left corner of the first panel */
    double right;        /* edge of the last column */
    double across, down; /* from one panel to the next */
    enum legend legend;  /* never LEGEND_AUTO */
    double key_width;
    size_t key_columns;    /* entries beside each other; 0: below each other */
    double key, key_above; /* left end of one at the right; top of that or one below */
    double key_foot;       /* bottom of one at the right */
    size_t key_facet, key_result; /* the panel that one inside stands in, */
    bool key_left, key_top;       /* and its corner; */
    double stretch;               /* how much longer its axis is made for it */
    double foot;                  /* top of the x label */
    double caption_top;
    double small_letter;     /* width of one in small texts */
    bool slanted;            /* words along x */
    double box;              /* room right of a map */
    size_t y_lines;          /* of the longest y label */
    size_t y_letters;        /* that a line of it has room for; 0: all */
    size_t fit_lines;        /* above a panel */
    char *caption;           /* wrapped */
    char title[TEXT_SIZE];   /* wrapped */
    double below_title;      /* of the figure: where the next line of text stands */
    char x_label[TEXT_SIZE]; /* wrapped */
    char meaning[FIGURE_RESULTS][TEXT_SIZE];
};

/* SWEEP_NO_MEMORY. Free `caption` with free(). */
int layout_init(struct layout *l, const struct figure *f, const struct picture *p);

/* Least width and height of a panel. */
#define LEAST_WIDTH  60
#define LEAST_HEIGHT 40

/* Points to one pixel of the layout. */
double picture_unit(const struct picture *p);

/* "set terminal ..." */
void script_terminal(FILE *stream, const struct layout *l, const struct picture *p);

/* The label of the vertical axis, wrapped. Returns its lines. */
size_t layout_y_label(const struct layout *l, const struct figure *f,
                      const struct picture *p, size_t result, char *buffer,
                      size_t size);

/* Choose where the legend stands and how wide it is, from the panels' columns. */
void key_choose(struct layout *l, const struct figure *f, const struct picture *p);

/* Put as many entries beside each other as there is room for. */
void key_fill_columns(struct layout *l, const struct figure *f, double width);

/* Lines of the legend, with its title. */
size_t key_lines(const struct layout *l, const struct figure *f);

/* Find room for one inside a panel. */
void key_place_inside(struct layout *l, const struct figure *f);

/* Whether there is none even so. */
bool key_too_large(const struct layout *l, const struct figure *f);

void script_legend(FILE *stream, const struct figure *f, const struct layout *l);

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

/* "set xrange [...]", with as many digits as it takes. */
void script_range(FILE *stream, const char *which, const struct figure_scale *s);

/* Letters of the labels of a linear scale whose numbers differ in late digits only;
 * 0: %g is enough. */
size_t script_narrow(const struct figure_scale *s);

/* Digits that tell the values of an axis apart. */
int script_digits(const struct figure_scale *s);

/* Range, log scale and tics of axis `which`, "x" or "y", `length` pixels long. */
void script_axis(FILE *stream, const struct figure *f, const struct figure_axis *axis,
                 const char *which, double length);

/* Range, log scale and tics, with labels or without, of a result along axis `which`:
 * "y" or "cb". */
void script_scale(FILE *stream, const struct figure *f, const struct figure_result *r,
                  const char *which, bool labels, double length);

/* The plot command of a panel with lines. */
void script_lines(FILE *stream, const struct figure *f, size_t facet, size_t result);

/* The plot command that draws nothing but the legend. */
void script_key(FILE *stream, const struct figure *f);

/* Whether the labels of the legend are `enhanced`. */
bool script_powers_in_key(const struct figure *f);

/* Contours of all panels, to come before them; the plot command of one. */
void script_contours(FILE *stream, const struct figure *f);
void script_map(FILE *stream, const struct figure *f, size_t facet, size_t result);

#endif
