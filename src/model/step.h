/* Private to train.c: one descent step on all pre-activations.
 *
 * Neuron j's row moves by sum_i beta_i s_ji x_i times the sign of u_j, beta_i = eta |u|
 * y_i c_i, s_ji = 1 where z_ji > 0 and g elsewhere. So with the Gram matrix G
 *
 *     Z_j += sign_j ( g sum_i beta_i G_i + sum_{i active on j} (1 - g) beta_i G_i ),
 *
 * and the second sum is over a subset of the points. Subset sums are shared: for every
 * four points the 16 possible sums of their rows are tabulated once a step, and a
 * neuron adds one table row for every four points instead of four scaled rows ("method
 * of the four Russians"). A step costs n m^2 / 4 additions instead of n m^2
 * multiply-adds, and as many doubles of table rows to load. That is what bounds it: with
 * two loads of four doubles a cycle n m^2 / 32 cycles, and a step takes less than twice
 * that where m is large.
 *
 * The coefficients C (W = W(0) + C X) change by beta_i s_ji at every step. They are not
 * touched by a step: it leaves its states and its beta in a history, and C catches up
 * once every STEP_HISTORY steps, so that a step streams Z alone.
 *
 * Columns are handled in tiles of eight points: a tile of Z is n x 8, and the activation
 * states of a neuron on it are one byte. The points that move a tile come in chunks of
 * STEP_CHUNK tiles, whose table (2 kB a tile) stays in the first-level cache; from one
 * chunk to the next a neuron's sums are kept in memory. All sums run over neurons or
 * blocks in a fixed order, column by column, without fused multiply-adds, and chunks
 * interrupt them only: every variant gives the same bits. A neuron's move on a column is
 *
 *     (((g sum_i beta_i G_i + T_0) + T_2) + ...) + (((0 + T_1) + T_3) + ...)
 *
 * with T_b the sum of what is active in block b, from its first point to its last.
 */
#ifndef STEP_H
#define STEP_H

#include "sweep/memory.h"
#include <stddef.h>

enum {
    STEP_TILE = 8,
    STEP_BLOCK = 4,
    STEP_SUBSETS = 1 << STEP_BLOCK,
    STEP_CHUNK = 13, /* tiles */
    STEP_TABLE = STEP_CHUNK * (STEP_TILE / STEP_BLOCK) * STEP_SUBSETS * STEP_TILE,
    STEP_HISTORY = 32
};

struct step_state {
    size_t n, m, tiles;
    size_t positive;       /* neurons 0 .. positive-1 have sign +1, the others -1 */
    double leak;           /* g */
    double *Z;             /* (tiles, n, 8) */
    double *C;             /* (tiles, n, 8) coefficients, behind by `recorded` steps */
    double *gram;          /* (tiles, m, 8) */
    double *beta;          /* (8 tiles) input of the next step; 0 beyond m */
    double *sum;           /* (8 tiles) output: sum_j sign_j phi(z_ji) */
    size_t recorded;       /* steps in the history */
    unsigned char *states; /* (history + 1, n, tiles) activation states before each
                             recorded step, then the present ones; bit k: point 8 t + k */
    double *betas;         /* (history, 8 tiles) */
    unsigned char *watch;  /* (n, tiles) pairs whose change of state is noted */
    unsigned char moved;   /* set when a watched state changed */
    size_t quiet;          /* steps since the last one that changed any state */
    double *table;         /* (blocks of a chunk, 16, 8) subset sums on one tile */
    double *kept;          /* (n, 2, 8) sums over even and odd blocks, between chunks */
};

void step_layout(struct step_state *s, size_t n, size_t m, struct arena *a);

/* The same without gram and table, of m points each: for step_record and step_arrive
 * instead of step_run. */
void step_layout_slim(struct step_state *s, size_t n, size_t m, struct arena *a);

/* From now on n neurons and m points, at most those of the layout: retraining has fewer
 * points than training. */
void step_shape(struct step_state *s, size_t n, size_t m);

/* C = 0, nothing recorded. */
void step_reset(struct step_state *s);

/* Present pre-activations Z (n, m): tiles, states and sums. C stays. */
void step_load(struct step_state *s, const double *Z);

/* States and sums of the present Z. */
void step_look(struct step_state *s);

/* The Gram matrix (m, m). */
void step_load_gram(struct step_state *s, const double *gram);

/* C is brought up to the present, and the history is empty. */
void step_catch_up(struct step_state *s);

/* C as (n, m), up to date. */
void step_coefficients(struct step_state *s, double *C);

/* One step with s->beta: updates Z, states, sum and moved. */
void step_run(struct step_state *s);

/* The same where W = W(0) + C X and Z = W X^T are formed anew: C moves by one step with
 * s->beta, and the Z (n, m) that follows is loaded, its changes of states noted. */
void step_record(struct step_state *s);
void step_arrive(struct step_state *s, const double *Z);

/* In tests and benchmarks: the variants by number (NULL: no more), and which one runs.
 * step_use returns 0, or 1 when this CPU does not have it. */
const char *step_variant_name(size_t k);
int step_use(const char *name);
const char *step_variant(void);

#endif
