/* grid_known.h - what results need of a data file, as a line of text. */
#ifndef SWEEP_GRID_KNOWN_H
#define SWEEP_GRID_KNOWN_H

#include "sweep/labelled.h"

/* Digest, features, classes and their sizes; empty for very many classes. From malloc;
 * NULL: no memory. */
char *grid_known_text(const struct labelled *l);

/* The same back, with the labels class by class and no points. Takes `text` apart.
 * SWEEP_OK; SWEEP_INPUT: no such text; SWEEP_NO_MEMORY. Release l in any case. */
int grid_known_read(struct labelled *l, char *text);

#endif
