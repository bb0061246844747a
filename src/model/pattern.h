/* Private to train.c: descent while no activation state changes.
 *
 * Let s_ji be the slope of pair (j, i), 1 where z_ji > 0 and g elsewhere, and B_i the
 * sum of beta_i over the steps since the states were last looked at. While no state
 * changes, a step is linear in beta:
 *
 *     sum_i += sum_l M_il beta_l,    M_il = G_il sum_j s_ji s_jl,
 *     z_ji = z_ji(start) + sign_j p_ji,    p_ji = sum_l s_jl B_l G_li,
 *
 * so the margins of all points cost m^2 multiply-adds, whatever the number of neurons
 * is, and p is one row per class of neurons with equal states.
 *
 * Whether a state did change is decided for a whole chunk of steps. A beta_i never
 * changes its sign, so B_l moves one way, and within the chunk no p_ji can have fallen
 * by more than the sum of its falling terms,
 *
 *     sum_l max(0, -s_jl dB_l G_li),    dB the chunk's sum of beta
 *
 * (nor have risen by more than the sum of its rising ones). If by this bound every
 * pre-activation has kept its side, no state changed at any step of the chunk. If not,
 * the chunk is taken back: a change of state is for step.h, which sees every one.
 */
#ifndef PATTERN_H
#define PATTERN_H

#include "step.h"
#include "sweep/groups.h"
#include <stdbool.h>

struct pattern {
    bool active;
    struct groups classes; /* neurons of one sign with equal states */
    unsigned char *states; /* (n, tiles) of every neuron */
    double *M;             /* (m, 8 tiles) */
    double *slack;         /* (classes, 8 tiles) how far the nearest pre-activation of a
                              class is from the other side, where the chunk starts */
    double *next;          /* (classes, 8 tiles) and where it ends */
    double *B;             /* (8 tiles) from the start up to the chunk */
    double *chunk;         /* (8 tiles) dB */
    double *push;          /* (8 tiles) scratch */
    double *sum;           /* (8 tiles) s->sum where the chunk starts */
    double *start;         /* (8 tiles) s->sum at the start */
};

void pattern_layout(struct pattern *q, size_t n, size_t m, struct arena *a);

/* From the present states of s on; those of an active q, if they are the same, are not
 * looked at again. Cost n m, and K m^2 for K classes. */
void pattern_enter(struct pattern *q, const struct network *net, struct step_state *s);

/* One step with s->beta, none of which may ever change its sign: s->sum moves, Z and C
 * stay behind. Cost m^2. */
void pattern_step(struct pattern *q, struct step_state *s);

/* Whether no state has changed since this was last asked, or since the start. If one
 * may have, s->sum is what it was then. Cost K m^2. */
bool pattern_holds(struct pattern *q, struct step_state *s);

/* Z, C, states and sums of s are brought up to date, and q is left. Not after steps
 * that pattern_holds has not confirmed. Cost n m + K m^2. */
void pattern_leave(struct pattern *q, struct step_state *s);

/* |theta|^2 less what it was at the start, and |D|^2 of D = sum_l b_l sum_j sign_j s_jl
 * x_l on neuron j, b (8 tiles). Cost m^2. */
double pattern_growth(struct pattern *q, const struct step_state *s);
double pattern_square(struct pattern *q, const struct step_state *s, const double *b);

#endif
