/* pictures.h - the figures that `sweep plot` would draw unasked, in memory. */
#ifndef SWEEP_PICTURES_H
#define SWEEP_PICTURES_H

#include "sweep/figure.h"
#include "sweep/page.h"
#include "sweep/store.h"

/* One for each result, so that each can be read on a small screen too. */
struct pictures {
    struct page_picture item[FIGURE_RESULTS];
    size_t count;
    char *missing; /* why there is none, or not all; NULL */
};

/* What keeps gnuplot from drawing, or a grid from having a figure, is no failure but
 * what `missing` says. SWEEP_OK, SWEEP_IO, SWEEP_NO_MEMORY; release in any case. */
int pictures_make(struct pictures *p, struct store *s, const struct grid *g,
                  struct diagnostics *log);

void pictures_release(struct pictures *p);

#endif
