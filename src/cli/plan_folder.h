/* plan_folder.h - what a results folder holds of a grid it may not know yet. */
#ifndef SWEEP_PLAN_FOLDER_H
#define SWEEP_PLAN_FOLDER_H

#include "sweep/grid.h"
#include "sweep/status.h"
#include "sweep/until.h"
#include <stdbool.h>

/* done[cell * replicates + replicate] is set, and `u` told, for every trial in the
 * folder whose cell means the same in `g`. The folder is read by its own grid. Nothing
 * where there are no results: *exists tells. */
int plan_folder_read(const char *folder, const struct grid *g, bool *done,
                     struct until *u, bool *exists, struct diagnostics *log);

#endif
