/* The inner loops of step.c for x86-64 CPUs with AVX2: the same additions in the same
 * order as the portable ones, four columns to a register, and no fused multiply-add. */
#include "step_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <stdbool.h>

#define AVX2 __attribute__((target("avx2")))

AVX2 static void table_avx2(struct step_state *s, size_t t)
{
    build_table(s, t, s->table, STEP_TILE);
}

/* Whether only the first four columns of a tile are points. */
static bool half_tile(const struct step_state *s, size_t t)
{
    return s->m - t * STEP_TILE <= STEP_TILE / 2;
}

/* Move four columns of one neuron; adds sign phi to sum and returns their new states.
 */
AVX2 static inline __attribute__((always_inline)) int
update(double *z, __m256d move, __m256d sign, __m256d leak, __m256d *sum)
{
    __m256d value = _mm256_add_pd(_mm256_load_pd(z), _mm256_xor_pd(move, sign));
    _mm256_store_pd(z, value);
    /* phi(z) = max(g z, z) as g <= 1; of NaN and z, max returns its second operand. */
    __m256d phi = _mm256_max_pd(_mm256_mul_pd(leak, value), value);
    *sum = _mm256_add_pd(*sum, _mm256_xor_pd(phi, sign));
    return _mm256_movemask_pd(_mm256_cmp_pd(value, _mm256_setzero_pd(), _CMP_GT_OQ));
}

/* The same additions in the same order, four columns to a register. */
AVX2 static void tile_avx2(struct step_state *s, size_t t, size_t first, size_t last,
                           double side, const double *base, double *sum)
{
    const __m256d zero = _mm256_setzero_pd(), leak = _mm256_set1_pd(s->leak);
    const __m256d sign = _mm256_and_pd(_mm256_set1_pd(side), _mm256_set1_pd(-0.0));
    const __m256d base0 = _mm256_loadu_pd(base), base1 = _mm256_loadu_pd(base + 4);
    /* Bytes may alias anything: read the pointers once. */
    const double *const subsets = s->table;
    const size_t tiles = s->tiles;
    const unsigned char *active = states_at(s, s->recorded) + first * tiles;
    unsigned char *next = states_at(s, s->recorded + 1) + first * tiles + t;
    double *z = s->Z + (t * s->n + first) * STEP_TILE;
    __m256d sum0 = _mm256_loadu_pd(sum), sum1 = _mm256_loadu_pd(sum + 4);
    for (size_t j = first; j < last; j++) {
        const double *table = subsets;
        __m256d even0 = base0, even1 = base1, odd0 = zero, odd1 = zero;
        for (size_t b = 0; b < tiles; b++, table += 2 * STEP_SUBSETS * STEP_TILE) {
            unsigned byte = active[b];
            const double *even = table + (byte & 15u) * STEP_TILE;
            const double *odd = table + (STEP_SUBSETS + (byte >> 4)) * STEP_TILE;
            even0 = _mm256_add_pd(even0, _mm256_load_pd(even));
            odd0 = _mm256_add_pd(odd0, _mm256_load_pd(odd));
            even1 = _mm256_add_pd(even1, _mm256_load_pd(even + 4));
            odd1 = _mm256_add_pd(odd1, _mm256_load_pd(odd + 4));
        }
        int state = update(z, _mm256_add_pd(even0, odd0), sign, leak, &sum0);
        state |= update(z + 4, _mm256_add_pd(even1, odd1), sign, leak, &sum1) << 4;
        *next = (unsigned char)state;
        z += STEP_TILE;
        active += tiles;
        next += tiles;
    }
    _mm256_storeu_pd(sum, sum0);
    _mm256_storeu_pd(sum + 4, sum1);
}

/* Row of subsets of four points, two tiles wide. */
enum { PAIR_ROW = 2 * STEP_TILE };

/* Neurons first .. last-1, all of one sign, with the first 4 * `quarters` columns and
 * `blocks` blocks in use: constants where this is called. */
AVX2 static inline __attribute__((always_inline)) void
pair_avx2_as(struct step_state *s, size_t first, size_t last, double side, int quarters,
             int blocks, const double *base)
{
    const __m256d leak = _mm256_set1_pd(s->leak);
    const __m256d sign = _mm256_and_pd(_mm256_set1_pd(side), _mm256_set1_pd(-0.0));
    const double *const table = s->table;
    const unsigned char *active = states_at(s, s->recorded) + 2 * first;
    unsigned char *next = states_at(s, s->recorded + 1) + 2 * first;
    double *z0 = s->Z + first * STEP_TILE, *z1 = s->Z + (s->n + first) * STEP_TILE;
    __m256d bases[4], sums[4];
    for (int q = 0; q < quarters; q++) {
        bases[q] = _mm256_loadu_pd(base + 4 * q);
        sums[q] = _mm256_loadu_pd(s->sum + 4 * q);
    }
    for (size_t j = first; j < last; j++) {
        unsigned states = active[0] | (unsigned)active[1] << 8, after = 0;
        const double *row[4];
        for (int b = 0; b < blocks; b++)
            row[b] = table + (b * STEP_SUBSETS + (states >> 4 * b & 15u)) * PAIR_ROW;
        for (int q = 0; q < quarters; q++) {
            __m256d even = _mm256_add_pd(bases[q], _mm256_load_pd(row[0] + 4 * q));
            __m256d odd = _mm256_load_pd(row[1] + 4 * q);
            even = _mm256_add_pd(even, _mm256_load_pd(row[2] + 4 * q));
            if (blocks > 3)
                odd = _mm256_add_pd(odd, _mm256_load_pd(row[3] + 4 * q));
            after |= (unsigned)update(q < 2 ? z0 + 4 * q : z1 + 4 * (q - 2),
                                      _mm256_add_pd(even, odd), sign, leak, &sums[q])
                     << 4 * q;
        }
        next[0] = (unsigned char)after;
        next[1] = (unsigned char)(after >> 8);
        z0 += STEP_TILE;
        z1 += STEP_TILE;
        active += 2;
        next += 2;
    }
    for (int q = 0; q < quarters; q++)
        _mm256_storeu_pd(s->sum + 4 * q, sums[q]);
}

AVX2 static void pair_avx2(struct step_state *s, const double *base)
{
    build_table(s, 0, s->table, PAIR_ROW);
    build_table(s, 1, s->table + STEP_TILE, PAIR_ROW);
    if (s->m <= 12) {
        pair_avx2_as(s, 0, s->positive, 1.0, 3, 3, base);
        pair_avx2_as(s, s->positive, s->n, -1.0, 3, 3, base);
    } else {
        pair_avx2_as(s, 0, s->positive, 1.0, 4, 4, base);
        pair_avx2_as(s, s->positive, s->n, -1.0, 4, 4, base);
    }
}

/* All bits of a lane set where the nibble's bit is. */
static const long long lane_masks[STEP_SUBSETS][4] __attribute__((aligned(32))) = {
    {0, 0, 0, 0},   {-1, 0, 0, 0},   {0, -1, 0, 0},   {-1, -1, 0, 0},
    {0, 0, -1, 0},  {-1, 0, -1, 0},  {0, -1, -1, 0},  {-1, -1, -1, 0},
    {0, 0, 0, -1},  {-1, 0, 0, -1},  {0, -1, 0, -1},  {-1, -1, 0, -1},
    {0, 0, -1, -1}, {-1, 0, -1, -1}, {0, -1, -1, -1}, {-1, -1, -1, -1},
};

/* `rows` neurons of one sign side by side, from j on: their sums are independent, so
 * the additions of one hide the latency of the others. */
AVX2 static inline __attribute__((always_inline)) void
coefficients_avx2_rows(struct step_state *s, size_t t, size_t j, size_t rows, int half)
{
    const __m256d leak = _mm256_set1_pd(s->leak);
    const __m256d sign = _mm256_set1_pd(j < s->positive ? 0.0 : -0.0);
    const unsigned char *state = s->states + j * s->tiles + t;
    const double *beta = s->betas + t * STEP_TILE;
    double *c = s->C + (t * s->n + j) * STEP_TILE;
    __m256d low[4], high[4];
    for (size_t k = 0; k < rows; k++) {
        low[k] = _mm256_load_pd(c + k * STEP_TILE);
        high[k] = _mm256_load_pd(c + k * STEP_TILE + 4);
    }
    for (size_t step = 0; step < s->recorded; step++) {
        __m256d on0 = _mm256_xor_pd(_mm256_load_pd(beta), sign);
        __m256d on1 = _mm256_xor_pd(_mm256_load_pd(beta + 4), sign);
        __m256d off0 = _mm256_mul_pd(leak, on0), off1 = _mm256_mul_pd(leak, on1);
        for (size_t k = 0; k < rows; k++) {
            unsigned byte = state[k * s->tiles];
            __m256d mask0 = _mm256_load_pd((const double *)lane_masks[byte & 15u]);
            low[k] = _mm256_add_pd(low[k], _mm256_blendv_pd(off0, on0, mask0));
            if (half)
                continue;
            __m256d mask1 = _mm256_load_pd((const double *)lane_masks[byte >> 4]);
            high[k] = _mm256_add_pd(high[k], _mm256_blendv_pd(off1, on1, mask1));
        }
        state += s->n * s->tiles;
        beta += s->tiles * STEP_TILE;
    }
    for (size_t k = 0; k < rows; k++) {
        _mm256_store_pd(c + k * STEP_TILE, low[k]);
        _mm256_store_pd(c + k * STEP_TILE + 4, high[k]);
    }
}

AVX2 static void coefficients_avx2(struct step_state *s, size_t t)
{
    const bool half = half_tile(s, t);
    for (size_t j = 0; j < s->n;) {
        size_t end = j < s->positive ? s->positive : s->n;
        for (; j + 4 <= end && half; j += 4)
            coefficients_avx2_rows(s, t, j, 4, 1);
        for (; j + 4 <= end; j += 4)
            coefficients_avx2_rows(s, t, j, 4, 0);
        for (; j < end; j++)
            coefficients_avx2_rows(s, t, j, 1, 0);
    }
}

AVX2 static void combine_avx2(size_t count, size_t columns, const double *rows,
                              const double *factor, double *to)
{
    combine_rows(count, columns, rows, factor, to);
}

AVX2 static void push_avx2(const struct step_state *s, size_t t, const double *push,
                           const double *away, double *move, double *fall)
{
    push_tile(s, t, push, away, move, fall);
}

static int has_avx2(void)
{
    return __builtin_cpu_supports("avx2");
}

const struct step_kernels step_avx2 = {"avx2",       has_avx2,  table_avx2,
                                       tile_avx2,    pair_avx2, coefficients_avx2,
                                       combine_avx2, push_avx2};
#else
typedef int step_avx2_is_for_x86_64; /* an empty file is not C */
#endif
