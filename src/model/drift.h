/* Private to train.c: descent where few activation states change.
 *
 * Where states change at every other step, but only those of few pairs, neither the full
 * step of step.h is worth its cost nor do the states of pattern.h last. Here a chunk of K
 * steps follows the margins by the products M of pattern.h, which a change of one state
 * moves in one row and one column, and of the pre-activations only those of pairs that may
 * reach 0. Whether the others kept their side is decided where the chunk ends: with the
 * running sums B(k) of beta and E_jl(k) = sum of s_jl beta_l up to step k,
 *
 *     z_ji(k) = z_ji(0) + k/K (z_ji(K) - z_ji(0)) + sign_j sum_l G_il F_jl(k),
 *     F_jl(k) = E_jl(k) - k/K E_jl(K),
 *
 * and F_jl(k) is s_jl (B_l(k) - k/K B_l(K)) where s_jl did not change, which is small where
 * beta changes slowly. So z_ji kept its side if at both ends it is on the same one, and
 * farther from 0 than sum_l |G_il| max_k |F_jl(k)|, all slopes s taken as 1. If this is so
 * for all pairs that were not followed, every change of a state was seen at its step. If
 * not, the chunk is taken back.
 */
#ifndef DRIFT_H
#define DRIFT_H

#include "step.h"
#include <stdbool.h>
#include <stdint.h>

enum { DRIFT_LONGEST = 32, DRIFT_SHORTEST = 8, DRIFT_POINTS = 32 };

/* A pair that is followed, and a state that changed. */
struct drift_pair {
    uint32_t neuron, point;
    double z;
};
struct drift_change {
    uint32_t neuron, point, step;
    double bend; /* of the first one of a pair: max_k |F(k)|; of others 0 */
};

struct drift {
    const double *G; /* (m, m) */
    bool formed;     /* slope and M are those of the states */
    bool foreseen;   /* change, bend and wobble are those of the last steps */
    size_t limit;    /* most pairs to follow, most changes to note */
    size_t steps;    /* of the chunk so far, or of the last one */
    double caution;  /* factor on what is foreseen */
    double *slope;   /* (n, row) s_ji; row = 8 tiles, 0 beyond m */
    double *M;       /* (m, row) */
    double *change;  /* (n, row) of Z by the last `steps`; NaN: the state changed */
    double *bend;    /* (row) sum_l |G_il| max_k |F_l(k)| for a chunk of one step */
    double *wobble;  /* (n) what changes of states added to it in a chunk, at most */
    double *B;       /* (DRIFT_LONGEST + 1, row) */
    double *sum;     /* (row) s->sum where the chunk starts */
    double *push;    /* (row) scratch */
    double *E;       /* (n, m) of the chunk */
    size_t *active;  /* (m) neurons that are active on a point */
    unsigned char *states; /* (n, tiles) where the chunk starts */
    struct drift_pair *pair;
    size_t pairs;
    struct drift_change *log;
    size_t changes;
};

void drift_layout(struct drift *q, size_t n, size_t m, struct arena *a);

/* Nothing is known of the states. E (n, m) may serve others between chunks. */
void drift_reset(struct drift *q, const double *G, double *E);

/* Before and after a full step, which tells how fast everything moves. Cost n m, m^2. */
void drift_before(struct drift *q, const struct step_state *s);
void drift_after(struct drift *q, const struct step_state *s);

/* A chunk of at most `steps` from the present states of s on. False: too many pairs would
 * have to be followed. Cost n m, and n m^2 where the states are not those of last time. */
bool drift_start(struct drift *q, struct step_state *s, size_t steps);

/* One step with s->beta: s->sum and the states move, Z and C stay behind. False: not taken,
 * too many states have changed. Cost m^2, m for each pair that is followed and 2 m for each
 * change of a state. */
bool drift_step(struct drift *q, struct step_state *s);

/* Whether every change of a state was seen: Z and C of s are brought up to date. If one may
 * not have been, s is what it was where the chunk started. Cost n m^2. */
bool drift_holds(struct drift *q, struct step_state *s);

#endif
