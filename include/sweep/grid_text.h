/* grid_text.h - the texts of a grid, each held once, and numbers as a person writes
 * them. A part of grid.h. */
#ifndef SWEEP_GRID_TEXT_H
#define SWEEP_GRID_TEXT_H

#include "sweep/parameters.h"
#include <stddef.h>

/* Most different texts of one grid. */
enum { GRID_TEXT_LIMIT = 1000 };

/* Between the name of the points and where their labels are, in the text of a data file:
 * "X.npy, labels: y.npy". */
#define GRID_DATA_LABELS ", labels: "

/* The texts of PARAMETER_TEXT values, which are indices of them; the first is
 * "mixture". */
struct grid_texts {
    char **text; /* (GRID_TEXT_LIMIT), or NULL */
    size_t count;
};

/* The index of a text, put there if it is new; -1: there are too many (count says so),
 * or there is no memory. */
double grid_text_intern(struct grid_texts *t, const char *text);

/* The text of a value; "" when not set. */
const char *grid_text_of(const struct grid_texts *t, double value);

/* A real number as a person writes it: "%.17g" when shorter digits do not give back the
 * same bits. Returns buffer. */
char *grid_format_number(double value, char *buffer, size_t size);

/* Value of a parameter as a person writes it: "1000", "0.1", "relu", "true"; "NaN" when
 * not set. Returns buffer. */
char *grid_text_format(const struct grid_texts *t, enum parameter p, double value,
                       char *buffer, size_t size);

void grid_text_release(struct grid_texts *t);

#endif
