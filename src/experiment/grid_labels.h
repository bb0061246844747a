/* grid_labels.h - values of `labels`: two classes of a data file as a text, and whether it
 * has them. */
#ifndef SWEEP_GRID_LABELS_H
#define SWEEP_GRID_LABELS_H

#include "sweep/labelled.h"
#include "sweep/parameters.h"
#include <stdbool.h>
#include <stddef.h>

/* Room for a text of two classes. */
enum { GRID_LABELS_SIZE = 80 };

/* "A vs B" or "A vs rest" (minus NAN), of two different classes. 0, or 1: it is not. */
int grid_labels_parse(const char *text, double *plus, double *minus);

/* The same as a text, always in one way. Returns buffer. */
char *grid_labels_text(double plus, double minus, char *buffer, size_t size);

/* "0, 1, 2": the classes of a file, "..." after a dozen. Returns buffer. */
char *grid_labels_list(const struct labelled *l, char *buffer, size_t size);

/* What is wrong with these classes of a file, in memory from malloc, or NULL, and what to
 * blame for it; `given`: they are those of the grid file. SWEEP_OK, SWEEP_NO_MEMORY. */
int grid_labels_check(const struct labelled *l, const char *name, bool given,
                      double plus, double minus, enum parameter *blame, char **wrong);

#endif
