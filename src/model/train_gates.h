/* Private to train.c: gates that moved, and gates that only seem to have.
 *
 * Opposite pairs on a kink chatter: a step takes z_jl over zero, the next ones bring it
 * back. In the limit of small steps they stay on zero, and the coefficients that would
 * put all of a neuron's chattering pairs K there now are x = (G_KK)^-1 z_K. Without them
 * the pre-activation of a gate (j, i) is
 *
 *     z_ji - G_iK (G_KK)^-1 z_K,
 *
 * and a gate moves only when this has the sign of z_ji: pushed over zero by chatter
 * alone it would not come back, as an active same-class pair drives itself.
 */
#ifndef TRAIN_GATES_H
#define TRAIN_GATES_H

#include "step.h"
#include <stdbool.h>

struct train_gates {
    size_t *kinks;     /* (m) K */
    double *solution;  /* (m) x */
    double *residual;  /* (m) scratch of conjugate gradients */
    double *direction; /* (m) */
    double *image;     /* (m) */
};

void train_gates_layout(struct train_gates *g, size_t m, struct arena *a);

/* After step_run: watched states that changed by chatter alone go back to what they were.
 * G (m, m). Returns whether any changed by itself. Cost a few |K|^2 for every watched
 * pair whose pre-activation is not on the side of its state. */
bool train_gates_settle(struct train_gates *g, struct step_state *s, const double *G);

/* step_load of the present Z (n, m) when it is known but for rounding: the states stay. The
 * history is empty. */
void train_gates_load(struct step_state *s, const double *Z);

#endif
