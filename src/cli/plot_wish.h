/* plot_wish.h - what the user asked of `plot`. */
#ifndef SWEEP_PLOT_WISH_H
#define SWEEP_PLOT_WISH_H

#include "cli.h"
#include "sweep/gnuplot.h"
#include "words.h"

struct plot_wish {
    struct figure_request request; /* y and against: of a folder, by its words */
    const char *y, *against;       /* as typed; NULL: not given */
    struct words by, facet, band, statistics;
    const char *where;
    struct picture picture;
    char *path, *script; /* files to write */
    char *drawing;       /* beside a .tex; else NULL */
    char *style;         /* as the script says it */
    char font[64];
};

/* SWEEP_OK; SWEEP_INPUT or SWEEP_NO_MEMORY after messages. Release it in any case. */
int plot_wish_init(struct plot_wish *w, const struct arguments *args,
                   struct diagnostics *log);
void plot_wish_release(struct plot_wish *w);

/* The part of it that says how the picture looks: plot_looks.c. */
int plot_looks(struct plot_wish *w, const struct arguments *args,
               struct diagnostics *log);

/* The user's own style file, as the script is to name it. */
int plot_style(struct plot_wish *w, const char *file, struct diagnostics *log);

#endif
