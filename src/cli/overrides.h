/* overrides.h - parameters set on the command line: sweep run GRID width=200 ... */
#ifndef SWEEP_OVERRIDES_H
#define SWEEP_OVERRIDES_H

#include "cli.h"
#include "sweep/grid.h"

/* Read the grid file that is the first operand, with the parameters that the others set
 * ("width=200", "samples=10,20") as its `set`: what is kept is the grid as run. As
 * grid_read_with; SWEEP_INPUT also when an operand sets nothing. */
int overrides_read_grid(struct grid *g, const struct arguments *args,
                        struct diagnostics *log);

#endif
