/* grid_table.h - the sections of a grid file about its results. */
#ifndef SWEEP_GRID_TABLE_H
#define SWEEP_GRID_TABLE_H

#include "grid_reader.h"

void read_results(struct reader *r, const struct node *key);
void read_success(struct reader *r, const struct node *key);
void read_table(struct reader *r, const struct node *key);

#endif
