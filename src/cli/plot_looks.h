/* plot_looks.h - how a picture looks: size, letters, labels, legend, a style of one's own. */
#ifndef SWEEP_PLOT_LOOKS_H
#define SWEEP_PLOT_LOOKS_H

#include "cli.h"
#include "sweep/gnuplot.h"

struct plot_looks {
    struct picture picture;
    char font[64]; /* what the picture points to */
    char *style;
};

/* All but the style; the picture's format is set. SWEEP_OK; SWEEP_INPUT after messages. */
int plot_looks_read(struct plot_looks *l, const struct arguments *args,
                    struct diagnostics *log);

/* The user's own style file, as `script` is to name it: by the file alone where both are
 * in one folder, else by the whole path. It is only ever read, and only when it is asked
 * for by name: it is a program, and the folder of results may be a stranger's. SWEEP_OK;
 * SWEEP_INPUT when it cannot be read or is sweep's own; SWEEP_NO_MEMORY. */
int plot_looks_style(struct plot_looks *l, const char *file, const char *script,
                     struct diagnostics *log);

void plot_looks_release(struct plot_looks *l);

#endif
