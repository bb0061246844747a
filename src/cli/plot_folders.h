/* plot_folders.h - one figure of one or several results folders. */
#ifndef SWEEP_PLOT_FOLDERS_H
#define SWEEP_PLOT_FOLDERS_H

#include "plot_wish.h"
#include "sweep/aggregate.h"
#include "sweep/store.h"

struct plot_folder;

struct plot_folders {
    size_t count;
    struct plot_folder *folder; /* (count) */
    struct figure *figure;      /* of all of them */
    struct figure joined;       /* where there are several */
};

/* Choose, read, place. SWEEP_OK, or an error after messages; release in any case. */
int plot_folders_init(struct plot_folders *p, const char *directory,
                      const struct arguments *args, const struct plot_wish *w,
                      struct diagnostics *log);
void plot_folders_release(struct plot_folders *p, struct diagnostics *log);

#endif
