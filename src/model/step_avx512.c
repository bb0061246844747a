/* The inner loops of step.c for x86-64 CPUs with AVX-512: the same additions in the same
 * order as the portable ones, a tile to a register, and no fused multiply-add. */
#include "step_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <stdbool.h>

#define AVX512        __attribute__((target("avx512f,avx512dq")))
#define AVX512_INLINE AVX512 static inline __attribute__((always_inline))

AVX512 static void base_avx512(const struct step_state *s, size_t t, double *base)
{
    sum_base(s, t, base);
}

/* build_table, block by block where there are four points. */
AVX512_INLINE void table_avx512_as(struct step_state *s, size_t t, size_t begin,
                                   size_t end, double *to, size_t stride)
{
    const double *gram = s->gram + t * s->m * STEP_TILE;
    const double scale = 1.0 - s->leak;
    size_t last = end * STEP_TILE, i = begin * STEP_TILE;
    for (; i + STEP_BLOCK <= last && i + STEP_BLOCK <= s->m; i += STEP_BLOCK) {
        __m512d sums[STEP_SUBSETS] = {_mm512_setzero_pd()};
        for (unsigned k = 0; k < STEP_BLOCK; k++) {
            __m512d factor = _mm512_set1_pd(scale * s->beta[i + k]);
            __m512d row = _mm512_load_pd(gram + (i + k) * STEP_TILE);
            __m512d move = _mm512_mul_pd(factor, row);
            for (unsigned rest = 0; rest < 1u << k; rest++)
                sums[(1u << k) + rest] = _mm512_add_pd(sums[rest], move);
        }
        for (unsigned k = 1; k < STEP_SUBSETS; k++)
            _mm512_store_pd(to + k * stride, sums[k]);
        to += STEP_SUBSETS * stride;
    }
    build_table(s, t, i, last, to, stride);
}

AVX512 static void table_avx512(struct step_state *s, const struct step_part *p)
{
    table_avx512_as(s, p->t, p->begin, p->end, s->table, STEP_TILE);
}

/* What all neurons of one sign share. */
struct side {
    __m512d leak, sign;
};

AVX512_INLINE struct side side_of(const struct step_state *s, double sign)
{
    __m512d minus = _mm512_set1_pd(-0.0);
    return (struct side){_mm512_set1_pd(s->leak),
                         _mm512_and_pd(_mm512_set1_pd(sign), minus)};
}

/* Move a tile of one neuron; adds sign phi to sum and returns its new states. */
AVX512_INLINE unsigned char update(double *z, __m512d move, struct side c, __m512d *sum)
{
    __m512d value = _mm512_add_pd(_mm512_load_pd(z), _mm512_xor_pd(move, c.sign));
    _mm512_store_pd(z, value);
    /* phi(z) = max(g z, z) as g <= 1; of NaN and z, max returns its second operand. */
    __m512d phi = _mm512_max_pd(_mm512_mul_pd(c.leak, value), value);
    *sum = _mm512_add_pd(*sum, _mm512_xor_pd(phi, c.sign));
    return _mm512_cmp_pd_mask(value, _mm512_setzero_pd(), _CMP_GT_OQ);
}

enum { ROWS = 4 }; /* neurons side by side */

/* Neurons j .. j+rows-1 of a part; `rows` is a constant where this is called: several
 * side by side hide the latency of each other's additions. */
AVX512_INLINE void tile_avx512_rows(struct step_state *s, const struct step_part *p,
                                    size_t j, size_t rows, struct side c, __m512d *sum)
{
    const size_t tiles = s->tiles;
    const unsigned char *active = states_at(s, s->recorded) + j * tiles;
    const double *table = s->table;
    double *kept = s->kept + j * 2 * STEP_TILE;
    __m512d even[ROWS], odd[ROWS];
    for (size_t k = 0; k < rows; k++) {
        const double *from = p->begin == 0 ? p->base : kept + k * 2 * STEP_TILE;
        even[k] = _mm512_loadu_pd(from);
        odd[k] = _mm512_loadu_pd(from + STEP_TILE);
    }
    for (size_t t = p->begin; t < p->end; t++, table += 2 * STEP_SUMS)
        for (size_t k = 0; k < rows; k++) {
            size_t byte = active[k * tiles + t];
            size_t row = byte * STEP_TILE & STEP_LAST_ROW;
            size_t next = byte / (STEP_SUBSETS / STEP_TILE) & STEP_LAST_ROW;
            even[k] = _mm512_add_pd(even[k], _mm512_load_pd(table + row));
            odd[k] = _mm512_add_pd(odd[k], _mm512_load_pd(table + STEP_SUMS + next));
        }
    if (p->end < tiles) {
        for (size_t k = 0; k < rows; k++, kept += 2 * STEP_TILE) {
            _mm512_store_pd(kept, even[k]);
            _mm512_store_pd(kept + STEP_TILE, odd[k]);
        }
        return;
    }
    unsigned char *next = states_at(s, s->recorded + 1) + j * tiles + p->t;
    double *z = s->Z + (p->t * s->n + j) * STEP_TILE;
    for (size_t k = 0; k < rows; k++, z += STEP_TILE, next += tiles)
        *next = update(z, _mm512_add_pd(even[k], odd[k]), c, sum);
}

AVX512 static void tile_avx512(struct step_state *s, const struct step_part *p)
{
    const struct side c = side_of(s, p->sign);
    double *sums = s->sum + p->t * STEP_TILE;
    __m512d sum = _mm512_load_pd(sums);
    size_t j = p->first;
    for (; j + ROWS <= p->last; j += ROWS)
        tile_avx512_rows(s, p, j, ROWS, c, &sum);
    for (; j < p->last; j++)
        tile_avx512_rows(s, p, j, 1, c, &sum);
    _mm512_store_pd(sums, sum);
}

/* Neurons first .. last-1, all of one sign; `blocks`, those in use, is a constant where
 * this is called. */
AVX512_INLINE void pair_avx512_as(struct step_state *s, size_t first, size_t last,
                                  double sign, unsigned blocks, const double *base)
{
    const struct side c = side_of(s, sign);
    const __m512d bases[2] = {_mm512_loadu_pd(base), _mm512_loadu_pd(base + STEP_TILE)};
    const unsigned char *active = states_at(s, s->recorded) + 2 * first;
    unsigned char *next = states_at(s, s->recorded + 1) + 2 * first;
    __m512d sums[2] = {_mm512_load_pd(s->sum), _mm512_load_pd(s->sum + STEP_TILE)};
    for (size_t j = first; j < last; j++, active += 2, next += 2) {
        unsigned states = active[0] | (unsigned)active[1] << 8;
        const double *row[4];
        for (unsigned b = 0; b < blocks; b++)
            row[b] =
                s->table + (b * STEP_SUBSETS + (states >> 4 * b & 15u)) * STEP_PAIR_ROW;
        for (unsigned t = 0; t < 2; t++) {
            const unsigned at = t * STEP_TILE;
            __m512d even = _mm512_add_pd(bases[t], _mm512_load_pd(row[0] + at));
            __m512d odd = _mm512_load_pd(row[1] + at);
            even = _mm512_add_pd(even, _mm512_load_pd(row[2] + at));
            if (blocks > 3)
                odd = _mm512_add_pd(odd, _mm512_load_pd(row[3] + at));
            next[t] = update(s->Z + (t * s->n + j) * STEP_TILE,
                             _mm512_add_pd(even, odd), c, &sums[t]);
        }
    }
    _mm512_store_pd(s->sum, sums[0]);
    _mm512_store_pd(s->sum + STEP_TILE, sums[1]);
}

AVX512 static void pair_avx512(struct step_state *s, const double *base)
{
    table_avx512_as(s, 0, 0, 2, s->table, STEP_PAIR_ROW);
    table_avx512_as(s, 1, 0, 2, s->table + STEP_TILE, STEP_PAIR_ROW);
    if (s->m <= 12) {
        pair_avx512_as(s, 0, s->positive, 1.0, 3, base);
        pair_avx512_as(s, s->positive, s->n, -1.0, 3, base);
    } else {
        pair_avx512_as(s, 0, s->positive, 1.0, 4, base);
        pair_avx512_as(s, s->positive, s->n, -1.0, 4, base);
    }
}

/* `rows` neurons of one sign side by side, from j on. */
AVX512_INLINE void coefficients_avx512_rows(struct step_state *s, size_t t, size_t j,
                                            size_t rows)
{
    const struct side side = side_of(s, j < s->positive ? 1.0 : -1.0);
    const unsigned char *state = s->states + j * s->tiles + t;
    const double *beta = s->betas + t * STEP_TILE;
    double *c = s->C + (t * s->n + j) * STEP_TILE;
    __m512d sums[ROWS];
    for (size_t k = 0; k < rows; k++)
        sums[k] = _mm512_load_pd(c + k * STEP_TILE);
    for (size_t step = 0; step < s->recorded; step++) {
        __m512d on = _mm512_xor_pd(_mm512_load_pd(beta), side.sign);
        __m512d off = _mm512_mul_pd(side.leak, on);
        for (size_t k = 0; k < rows; k++) {
            __mmask8 active = state[k * s->tiles];
            sums[k] = _mm512_add_pd(sums[k], _mm512_mask_blend_pd(active, off, on));
        }
        state += s->n * s->tiles;
        beta += s->tiles * STEP_TILE;
    }
    for (size_t k = 0; k < rows; k++)
        _mm512_store_pd(c + k * STEP_TILE, sums[k]);
}

AVX512 static void coefficients_avx512(struct step_state *s, size_t t)
{
    for (size_t j = 0; j < s->n;) {
        size_t end = j < s->positive ? s->positive : s->n;
        for (; j + ROWS <= end; j += ROWS)
            coefficients_avx512_rows(s, t, j, ROWS);
        for (; j < end; j++)
            coefficients_avx512_rows(s, t, j, 1);
    }
}

AVX512 static void combine_avx512(size_t count, size_t columns, const double *rows,
                                  const double *factor, double *to)
{
    combine_rows(count, columns, rows, factor, to);
}

AVX512 static void push_avx512(const struct step_state *s, size_t t, const double *push,
                               const double *away, double *move, double *fall)
{
    push_tile(s, t, push, away, move, fall);
}

static int has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq");
}

const struct step_kernels step_avx512 = {
    "avx512",    has_avx512,          base_avx512,    table_avx512, tile_avx512,
    pair_avx512, coefficients_avx512, combine_avx512, push_avx512};
#else
typedef int step_avx512_is_for_x86_64; /* an empty file is not C */
#endif
