/* Private to step*.c: the inner loops of a step, in variants for a kind of CPU
 * that give the same bits. */
#ifndef STEP_KERNELS_H
#define STEP_KERNELS_H

#include "step.h"

/* A part of a step: neurons first .. last-1, all of one sign, on tile t, and the points of
 * tiles begin .. end-1, a chunk. base (2, 8): what the sums of every neuron begin with,
 * those over odd blocks with 0. */
struct step_part {
    size_t t, begin, end, first, last;
    double sign, base[2 * STEP_TILE];
};

/* Numbers of a table. */
enum {
    STEP_SUMS = STEP_SUBSETS * STEP_TILE, /* of a block */
    STEP_LAST_ROW = STEP_SUMS - STEP_TILE,
    STEP_PAIR_ROW = 2 * STEP_TILE /* of a row that is two tiles wide */
};

struct step_kernels {
    const char *name;
    int (*available)(void);
    /* base (8) of tile t: g sum_i beta_i G_i. */
    void (*base)(const struct step_state *s, size_t t, double *base);
    /* The subset sums of a chunk on a tile. */
    void (*table)(struct step_state *s, const struct step_part *p);
    /* A chunk's table is added to the sums of neurons. They begin with base and end in
     * Z: then s->sum += sign phi(z), and the new states are there. */
    void (*tile)(struct step_state *s, const struct step_part *p);
    /* Both tiles of a problem that has two, at once: the states of a neuron are read
     * and written once. base (16), s->sum from 0. NULL: tile by tile. */
    void (*pair)(struct step_state *s, const double *base);
    /* Tile t of all neurons: C follows the recorded steps. */
    void (*coefficients)(struct step_state *s, size_t t);
    /* to (columns, a multiple of 8) += sum_l factor_l rows_l, rows (count, columns). */
    void (*combine)(size_t count, size_t columns, const double *rows,
                    const double *factor, double *to);
    /* On tile t: move = sum_l push_l G_l away, and fall the sum of what is negative of
     * it. away, move and fall (8). */
    void (*push)(const struct step_state *s, size_t t, const double *push,
                 const double *away, double *move, double *fall);
};

extern const struct step_kernels step_portable;
#if defined(__x86_64__)
extern const struct step_kernels step_avx512, step_avx2;
#endif

const struct step_kernels *step_chosen(void);

/* The activation states before recorded step k, or the present ones (k = recorded). */
static inline unsigned char *states_at(const struct step_state *s, size_t k)
{
    return s->states + k * s->n * s->tiles;
}

/* Numbers of a row that is as wide as the tiles are. */
static inline size_t row_of(const struct step_state *s)
{
    return s->tiles * STEP_TILE;
}

/* Where point i of row j is in tiles of `rows` rows. */
static inline size_t place_of(size_t rows, size_t j, size_t i)
{
    return (i / STEP_TILE * rows + j) * STEP_TILE + i % STEP_TILE;
}

/* Whether neuron j is active on point i by `states` (n, tiles). */
static inline int active_at(const struct step_state *s, const unsigned char *states,
                            size_t j, size_t i)
{
    return states[j * s->tiles + i / STEP_TILE] >> i % STEP_TILE & 1;
}

static inline __attribute__((always_inline)) void
sum_base(const struct step_state *s, size_t t, double *restrict base)
{
    const double *gram = s->gram + t * s->m * STEP_TILE;
    double sums[STEP_TILE] = {0};
    for (size_t i = 0; i < s->m && s->leak > 0.0; i++)
        for (size_t k = 0; k < STEP_TILE; k++)
            sums[k] += s->leak * s->beta[i] * gram[i * STEP_TILE + k];
    for (size_t k = 0; k < STEP_TILE; k++)
        base[k] = sums[k];
}

/* table[b][subset] = sum over the subset's points of (1 - g) beta_i G_i, on tile t, of
 * the blocks of points first .. last-1; rows of a table are `stride` doubles apart. Those
 * of the empty subset stay zero, and those with points beyond m are not read. */
static inline __attribute__((always_inline)) void build_table(struct step_state *s,
                                                              size_t t, size_t first,
                                                              size_t last, double *to,
                                                              size_t stride)
{
    const double *gram = s->gram + t * s->m * STEP_TILE;
    for (size_t i = first; i < last && i < s->m; i++) {
        unsigned bit = 1u << i % STEP_BLOCK;
        double *table = to + (i - first) / STEP_BLOCK * STEP_SUBSETS * stride;
        double beta = (1.0 - s->leak) * s->beta[i], move[STEP_TILE];
        for (size_t k = 0; k < STEP_TILE; k++)
            move[k] = beta * gram[i * STEP_TILE + k];
        /* Subsets whose largest point is i: i with every subset of those before it. */
        for (unsigned rest = 0; rest < bit; rest++)
            for (size_t k = 0; k < STEP_TILE; k++)
                table[(bit + rest) * stride + k] = table[rest * stride + k] + move[k];
    }
}

static inline __attribute__((always_inline)) void
combine_rows(size_t count, size_t columns, const double *rows, const double *factor,
             double *restrict to)
{
    size_t l = 0;
    for (; l + 4 <= count; l += 4) {
        const double *a = rows + l * columns, *b = a + columns, *c = b + columns;
        const double *d = c + columns;
        for (size_t i = 0; i < columns; i++)
            to[i] = to[i] + factor[l] * a[i] + factor[l + 1] * b[i] +
                    factor[l + 2] * c[i] + factor[l + 3] * d[i];
    }
    for (; l < count; l++)
        for (size_t i = 0; i < columns; i++)
            to[i] += factor[l] * rows[l * columns + i];
}

static inline __attribute__((always_inline)) void
push_tile(const struct step_state *s, size_t t, const double *push, const double *away,
          double *restrict move, double *restrict fall)
{
    const double *gram = s->gram + t * s->m * STEP_TILE;
    double moves[STEP_TILE] = {0}, falls[STEP_TILE] = {0};
    for (size_t l = 0; l < s->m; l++)
        for (size_t i = 0; i < STEP_TILE; i++) {
            double part = push[l] * gram[l * STEP_TILE + i] * away[i];
            moves[i] += part;
            falls[i] += part > 0.0 ? 0.0 : part; /* NaN stays */
        }
    for (size_t i = 0; i < STEP_TILE; i++) {
        move[i] = moves[i];
        fall[i] = falls[i];
    }
}

#endif
