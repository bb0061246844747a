/* grid_number.h - shared by the two halves of grid_number_cells: grid_number.c goes
 * over the cells, grid_derive.c evaluates the expressions before that. */
#ifndef SWEEP_GRID_NUMBER_H
#define SWEEP_GRID_NUMBER_H

#include "sweep/grid.h"

/* A value for every combination of positions on some of the axes. */
struct tabulated {
    size_t stride[PARAMETER_COUNT]; /* as in struct derived */
    double *value;
};

/* The keys of the cells another cell may be equal to; open addressing. */
struct key_set {
    struct rng_key *slot; /* (capacity); both words 0: free */
    size_t capacity;      /* a power of two, or 0 */
    size_t count;
};

struct numbering {
    struct grid *g;
    struct diagnostics *log;
    int status;
    size_t errors;
    uint64_t varying;      /* parameters on an axis or derived */
    uint64_t effective;    /* parameters with an effect in some cell */
    struct tabulated keep; /* `where`; no value: all */
    struct key_set seen;
};

/* Report a distinct error once. */
void numbering_report(struct numbering *n, size_t line, size_t column,
                      const char *message);

/* Advance the positions on the axes in the set `moving` (one bit an axis), the last one
 * fastest. False: through, and back at the start. */
bool numbering_advance(const struct grid *g, uint64_t moving, size_t *position);

/* The parameters of an axis. */
uint64_t axis_parameters(const struct axis *axis);

/* grid_data.c: what the data file of a setting says of it; nothing for the mixture. */
void grid_data_complete(const struct grid *g, struct setting *s);

/* Rules between a setting and its data file, as setting_check. */
int grid_data_check(const struct grid *g, const struct setting *s,
                    enum parameter *blame, char *buffer, size_t size);

/* Free g->files and g->classes. */
void grid_data_release(struct grid *g);

/* Evaluate `derive`, then `where`. */
void numbering_derive(struct numbering *n);
void numbering_where(struct numbering *n);

#endif
