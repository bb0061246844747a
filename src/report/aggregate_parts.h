/* aggregate_parts.h - the parts of `aggregate`. */
#ifndef SWEEP_AGGREGATE_PARTS_H
#define SWEEP_AGGREGATE_PARTS_H

#include "sweep/aggregate.h"

/* The cells of a table and the rows they make. */
struct selection {
    size_t count;
    size_t *cell;            /* (count) ascending */
    struct partition groups; /* of positions in `cell` */
};

/* By which certificates a trial meets the rule: bit `kind`; `most` as grid->success. */
unsigned char aggregate_success(const struct record *r, const double *most);

/* The axes that a row pools: a->pooled. SWEEP_OK, SWEEP_NO_MEMORY. */
int aggregate_find_pooled(struct aggregate *a, const struct grid *g,
                          const struct selection *selected);

#endif
