/* gnuplot.h - a figure as a gnuplot script that holds its own data.
 *
 * `gnuplot NAME.gp` from any folder draws the picture beside the script; `gnuplot -c
 * NAME.gp FILE` draws it into FILE. The script needs gnuplot 5.4 and nothing else but
 * the user's style file, if there is one, and is meant to be read and changed. Colours
 * are those of Okabe & Ito, with dashes and point shapes of their own; maps use viridis,
 * or blue - white - orange around 1 for a ratio.
 *
 * Lengths of a picture are points, 72 to the inch. Without a size the picture is as large
 * as its panels and texts ask; with a width alone its panels keep a height that suits
 * them.
 */
#ifndef SWEEP_GNUPLOT_H
#define SWEEP_GNUPLOT_H

#include "sweep/figure.h"
#include "sweep/names.h"
#include <stdio.h>

/* PICTURE_TEX: a file for \input, with a PDF of the same name beside it, whose texts
 * LaTeX sets. */
enum picture_format {
    PICTURE_SVG,
    PICTURE_PNG,
    PICTURE_PDF,
    PICTURE_TEX,
    PICTURE_FORMATS
};

/* The ending of a picture's file name: "svg", ... */
extern const char *const picture_endings[PICTURE_FORMATS];
extern const struct names all_pictures;

/* Where the legend stands. AUTO: right, or below where it would take more than a fifth
 * of a width that was asked for. INSIDE: in the corner of a panel that has no data, or
 * else above the data, for which the axis is made longer. */
enum legend {
    LEGEND_RIGHT,
    LEGEND_BELOW,
    LEGEND_INSIDE,
    LEGEND_NONE,
    LEGEND_AUTO,
    LEGENDS = LEGEND_AUTO
};
extern const struct names all_legends;

struct picture {
    const char *name; /* of the file, without its folder */
    enum picture_format format;
    const char *title; /* NULL: the grid's name */
    bool no_title;     /* nor what the results and x mean */
    bool no_caption;
    double width, height; /* in points; 0: what is needed */
    const char *font;     /* NULL: Helvetica; in LaTeX that of the document */
    double font_size;     /* in points; 0: 8 in a picture with a width, else 10 */
    const char *x_label, *y_label; /* NULL: the names */
    enum legend legend;
    const char *style; /* a file of gnuplot commands to read last; NULL: none */
    bool style_beside; /* it is in the script's folder, `style` is its name there */
};

/* Whether the picture can be drawn: SWEEP_OK; SWEEP_INPUT when its size has no room for
 * the panels; SWEEP_NO_MEMORY. */
int picture_check(const struct figure *f, const struct picture *p,
                  struct diagnostics *log);

/* SWEEP_OK, SWEEP_NO_MEMORY. Errors of the stream are left to its owner (ferror). */
int gnuplot_write(FILE *stream, const struct figure *f, const struct picture *p);

/* What the lines, bands or colours are and what is not shown: a line each for the
 * meanings of several results, and a paragraph. Free with free(). NULL: no memory. */
char *gnuplot_caption(const struct figure *f);

/* "norm ~ dimension^(-0.50 +- 0.02), factor 3, 5 points, samples = 10", a line for each
 * fit. */
void gnuplot_put_fits(FILE *stream, const struct figure *f);

/* Whether the file starts like a script that gnuplot_write wrote. */
bool gnuplot_wrote(FILE *stream);

/* Whether such a script, read on, draws a PICTURE_TEX, so that the PDF beside it is its
 * own. */
bool gnuplot_draws_tex(FILE *stream);

#endif
