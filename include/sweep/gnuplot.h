/* gnuplot.h - a figure as a gnuplot script that holds its own data.
 *
 * `gnuplot NAME.gp` from any folder draws the picture beside the script; `gnuplot -c
 * NAME.gp FILE` draws it into FILE. The script needs gnuplot 5.4 and nothing else, and
 * is meant to be read and changed. Colours are those of Okabe & Ito, with dashes and
 * point shapes of their own; maps use viridis, or blue - white - orange around 1 for a
 * ratio.
 */
#ifndef SWEEP_GNUPLOT_H
#define SWEEP_GNUPLOT_H

#include "sweep/figure.h"
#include <stdio.h>

enum picture_format { PICTURE_SVG, PICTURE_PNG, PICTURE_PDF, PICTURE_FORMATS };

/* The ending of a picture's file name: "svg", ... */
extern const char *const picture_endings[PICTURE_FORMATS];

struct picture {
    const char *name; /* of the file, without its folder */
    enum picture_format format;
    const char *title; /* NULL: the grid's name */
};

/* SWEEP_OK, SWEEP_NO_MEMORY. Errors of the stream are left to its owner (ferror). */
int gnuplot_write(FILE *stream, const struct figure *f, const struct picture *p);

/* Whether the file starts like a script that gnuplot_write wrote. */
bool gnuplot_wrote(FILE *stream);

#endif
