/* table_places.h - where the rows of an aggregate stand when values of a parameter are
 * columns.
 *
 * A line holds the rows that agree in the keys. A row on which a key has no effect (the
 * step of `method: none`) belongs to every value of that key: it stands in each line
 * with the same other keys, and has a line of its own only where there is no such line.
 */
#ifndef SWEEP_TABLE_PLACES_H
#define SWEEP_TABLE_PLACES_H

#include "table_parts.h"

struct places {
    size_t lines, values;
    size_t *lead;  /* (lines) a row that has its keys */
    size_t *first; /* (values) a row that has it; values are in the order of the grid */
    size_t *row;   /* (lines, values) a row and 1; 0: none */
};

/* Pivot PARAMETER_COUNT: one value, a line for each row, in their order. SWEEP_OK,
 * SWEEP_NO_MEMORY; release in any case. */
int places_build(struct places *p, const struct aggregate *a, const struct grid *g,
                 const enum parameter *key, size_t keys, enum parameter pivot);

void places_release(struct places *p);

#endif
