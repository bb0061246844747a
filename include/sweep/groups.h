/* groups.h - neurons that are treated alike share one row of a computation. */
#ifndef SWEEP_GROUPS_H
#define SWEEP_GROUPS_H

#include "sweep/memory.h"
#include "sweep/network.h"
#include <stddef.h>

struct groups {
    size_t count;  /* groups, in the order of their first neuron */
    size_t *of;    /* (n) group of a neuron */
    size_t *first; /* (count) first neuron of a group */
    double *size;  /* (count) neurons in it */
    double *sign;  /* (count) sign of their u_j */
    size_t *slot;  /* (a power of two, 2 n at least) scratch: a group + 1, or 0 */
};

void groups_layout(struct groups *g, size_t n, struct arena *a);

/* Group the neurons whose u_j has the same sign and whose `bytes` bytes at
 * key + j * bytes are equal. Cost n hashes and comparisons. */
void groups_find(struct groups *g, const struct network *net, const void *key,
                 size_t bytes);

/* network_preactivations and network_combine, once for all neurons with equal weights or
 * slopes where there are many, with the same bits.
 * `rows` (n, r) and `scratch` (n, m) are scratch. Cost 2 R m r for R different rows. */
void groups_preactivations(struct groups *g, const struct network *net, const double *W,
                           const struct points *p, double *rows, double *Z);
void groups_combine(struct groups *g, const struct network *net, const struct points *p,
                    const double *v, double *scratch, double *H);

/* Every neuron a group of its own. */
void groups_separate(struct groups *g, const struct network *net);

#endif
