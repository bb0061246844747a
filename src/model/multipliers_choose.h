/* multipliers_choose.h - which multipliers, where those of least residual are not unique;
 * the rule stands in multipliers.h. */
#ifndef MULTIPLIERS_CHOOSE_H
#define MULTIPLIERS_CHOOSE_H

#include "sweep/multipliers.h"

void multipliers_choose_layout(struct multipliers_workspace *w, size_t n, size_t m,
                               size_t r, struct arena *a);

/* From the minimum in w->state of `problem`, with margins in w->margin: moves the state to
 * the minimiser of the rule. Returns whether there was no choice. */
bool multipliers_choose(const struct program *problem, struct multipliers_workspace *w);

#endif
