/* plot_wish.h - what the user asked of `plot`. */
#ifndef SWEEP_PLOT_WISH_H
#define SWEEP_PLOT_WISH_H

#include "plot_looks.h"
#include "sweep/figure.h"
#include "words.h"

struct plot_wish {
    struct figure_request request; /* y and against: of a folder, by its words */
    const char *y, *against;       /* as typed; NULL: not given */
    struct words by, facet, band, statistics;
    const char *where;
    struct plot_looks looks;
    char *path, *script; /* files to write */
    char *drawing;       /* beside a .tex; else NULL */
};

/* SWEEP_OK; SWEEP_INPUT or SWEEP_NO_MEMORY after messages. Release it in any case. */
int plot_wish_init(struct plot_wish *w, const struct arguments *args,
                   struct diagnostics *log);
void plot_wish_release(struct plot_wish *w);

#endif
