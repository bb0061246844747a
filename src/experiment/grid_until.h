/* grid_until.h - the sections of a grid file about how many replicates a cell has. */
#ifndef SWEEP_GRID_UNTIL_H
#define SWEEP_GRID_UNTIL_H

#include "grid_reader.h"

void read_replicates(struct reader *r, const struct node *key);
void read_until(struct reader *r, const struct node *key);

#endif
