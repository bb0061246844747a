/* The inner loops of step.c for x86-64 CPUs with AVX2: the same additions in the same
 * order as the portable ones, four columns to a register, and no fused multiply-add. */
#include "step_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <stdbool.h>

#define AVX2 __attribute__((target("avx2")))

AVX2 static void base_avx2(const struct step_state *s, size_t t, double *base)
{
    sum_base(s, t, base);
}

/* Whether only the first four columns of a tile are points. */
static bool half_tile(const struct step_state *s, size_t t)
{
    return s->m - t * STEP_TILE <= STEP_TILE / 2;
}

/* The subset sums of a block of four points on four columns, as in build_table. */
AVX2 static inline __attribute__((always_inline)) void
table_avx2_block(const double *gram, const double *beta, double scale, double *to,
                 size_t stride)
{
    __m256d sums[STEP_SUBSETS] = {_mm256_setzero_pd()};
    for (unsigned i = 0; i < STEP_BLOCK; i++) {
        __m256d factor = _mm256_set1_pd(scale * beta[i]);
        __m256d move = _mm256_mul_pd(factor, _mm256_load_pd(gram + i * STEP_TILE));
        for (unsigned rest = 0; rest < 1u << i; rest++)
            sums[(1u << i) + rest] = _mm256_add_pd(sums[rest], move);
    }
    for (unsigned k = 1; k < STEP_SUBSETS; k++)
        _mm256_store_pd(to + k * stride, sums[k]);
}

/* build_table, block by block where there are four points. */
AVX2 static inline __attribute__((always_inline)) void
table_avx2_as(struct step_state *s, size_t t, size_t begin, size_t end, double *to,
              size_t stride)
{
    const double *gram = s->gram + t * s->m * STEP_TILE;
    const double scale = 1.0 - s->leak;
    size_t last = end * STEP_TILE, i = begin * STEP_TILE;
    for (; i + STEP_BLOCK <= last && i + STEP_BLOCK <= s->m; i += STEP_BLOCK) {
        const double *rows = gram + i * STEP_TILE;
        table_avx2_block(rows, s->beta + i, scale, to, stride);
        if (!half_tile(s, t))
            table_avx2_block(rows + 4, s->beta + i, scale, to + 4, stride);
        to += STEP_SUBSETS * stride;
    }
    build_table(s, t, i, last, to, stride);
}

AVX2 static void table_avx2(struct step_state *s, const struct step_part *p)
{
    table_avx2_as(s, p->t, p->begin, p->end, s->table, STEP_TILE);
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

enum { ROWS = 3 }; /* neurons side by side */

/* Where a part of a step is. Bytes may alias anything: all is read once. */
struct cursor {
    const double *table, *base;
    const unsigned char *active; /* states of the next neuron, from the chunk on */
    unsigned char *next;
    double *z, *kept;
    size_t tiles, chunk; /* of all points, of the chunk */
    bool begins, ends;
    __m256d leak, sign, sum[2];
};

/* Of `rows` neurons, over even and odd blocks, in two halves of four columns. */
struct sums {
    __m256d even[ROWS][2], odd[ROWS][2];
};

/* Of the functions inlined below, `rows` and `halves` are constants where they are
 * called: several neurons side by side hide the latency of each other's additions. */
AVX2 static inline __attribute__((always_inline)) void
begin_rows(const struct cursor *c, size_t rows, size_t halves, struct sums *s)
{
    for (size_t k = 0; k < rows; k++)
        for (size_t h = 0; h < halves; h++) {
            const double *from =
                (c->begins ? c->base : c->kept + k * 2 * STEP_TILE) + 4 * h;
            s->even[k][h] = _mm256_loadu_pd(from);
            s->odd[k][h] = _mm256_loadu_pd(from + STEP_TILE);
        }
}

AVX2 static inline __attribute__((always_inline)) void
add_rows(const struct cursor *c, size_t rows, size_t halves, struct sums *s)
{
    const unsigned char *active = c->active, *end = active + c->chunk;
    const double *left = c->table, *right = left + 4;
    /* Two addresses for an index each are less work than a sum that is used twice. */
    __asm__("" : "+r"(right));
    for (; active < end; active++, left += 2 * STEP_SUMS, right += 2 * STEP_SUMS)
        for (size_t k = 0; k < rows; k++) {
            size_t byte = active[k * c->tiles];
            size_t even = byte * STEP_TILE & STEP_LAST_ROW;
            size_t odd =
                STEP_SUMS + (byte / (STEP_SUBSETS / STEP_TILE) & STEP_LAST_ROW);
            s->even[k][0] = _mm256_add_pd(s->even[k][0], _mm256_load_pd(left + even));
            s->odd[k][0] = _mm256_add_pd(s->odd[k][0], _mm256_load_pd(left + odd));
            if (halves < 2)
                continue;
            s->even[k][1] = _mm256_add_pd(s->even[k][1], _mm256_load_pd(right + even));
            s->odd[k][1] = _mm256_add_pd(s->odd[k][1], _mm256_load_pd(right + odd));
        }
}

AVX2 static inline __attribute__((always_inline)) void
keep_rows(const struct cursor *c, size_t rows, size_t halves, const struct sums *s)
{
    for (size_t k = 0; k < rows; k++)
        for (size_t h = 0; h < halves; h++) {
            double *kept = c->kept + k * 2 * STEP_TILE + 4 * h;
            _mm256_store_pd(kept, s->even[k][h]);
            _mm256_store_pd(kept + STEP_TILE, s->odd[k][h]);
        }
}

AVX2 static inline __attribute__((always_inline)) void
move_rows(struct cursor *c, size_t rows, size_t halves, const struct sums *s)
{
    for (size_t k = 0; k < rows; k++) {
        int state = 0;
        for (size_t h = 0; h < halves; h++) {
            double *z = c->z + k * STEP_TILE + 4 * h;
            __m256d move = _mm256_add_pd(s->even[k][h], s->odd[k][h]);
            state |= update(z, move, c->sign, c->leak, &c->sum[h]) << 4 * h;
        }
        c->next[k * c->tiles] = (unsigned char)state;
    }
}

AVX2 static inline __attribute__((always_inline)) void
tile_avx2_rows(struct cursor *c, size_t rows, size_t halves)
{
    struct sums s;
    begin_rows(c, rows, halves, &s);
    add_rows(c, rows, halves, &s);
    if (c->ends)
        move_rows(c, rows, halves, &s);
    else
        keep_rows(c, rows, halves, &s);
    c->active += rows * c->tiles;
    c->next += rows * c->tiles;
    c->z += rows * STEP_TILE;
    c->kept += rows * 2 * STEP_TILE;
}

AVX2 static inline __attribute__((always_inline)) void
tile_avx2_as(struct step_state *s, const struct step_part *p, size_t halves)
{
    const size_t tiles = s->tiles, at = p->first * tiles;
    double *sum = s->sum + p->t * STEP_TILE;
    struct cursor c = {.table = s->table,
                       .base = p->base,
                       .active = states_at(s, s->recorded) + at + p->begin,
                       .next = states_at(s, s->recorded + 1) + at + p->t,
                       .z = s->Z + (p->t * s->n + p->first) * STEP_TILE,
                       .kept = s->kept + p->first * 2 * STEP_TILE,
                       .tiles = tiles,
                       .chunk = p->end - p->begin,
                       .begins = p->begin == 0,
                       .ends = p->end == tiles,
                       .leak = _mm256_set1_pd(s->leak),
                       .sign =
                           _mm256_and_pd(_mm256_set1_pd(p->sign), _mm256_set1_pd(-0.0)),
                       .sum = {_mm256_load_pd(sum), _mm256_load_pd(sum + 4)}};
    size_t count = p->last - p->first;
    for (; count >= ROWS; count -= ROWS)
        tile_avx2_rows(&c, ROWS, halves);
    for (; count > 0; count--)
        tile_avx2_rows(&c, 1, halves);
    _mm256_store_pd(sum, c.sum[0]);
    _mm256_store_pd(sum + 4, c.sum[1]);
}

AVX2 static void tile_avx2(struct step_state *s, const struct step_part *p)
{
    if (half_tile(s, p->t))
        tile_avx2_as(s, p, 1);
    else
        tile_avx2_as(s, p, 2);
}

/* Neurons first .. last-1, all of one sign, with the first 4 * `quarters` columns and
 * `blocks` blocks in use: constants where this is called. */
AVX2 static inline __attribute__((always_inline)) void
pair_avx2_as(struct step_state *s, size_t first, size_t last, double side,
             unsigned quarters, unsigned blocks, const double *base)
{
    const __m256d leak = _mm256_set1_pd(s->leak);
    const __m256d sign = _mm256_and_pd(_mm256_set1_pd(side), _mm256_set1_pd(-0.0));
    const double *const table = s->table;
    const unsigned char *active = states_at(s, s->recorded) + 2 * first;
    unsigned char *next = states_at(s, s->recorded + 1) + 2 * first;
    double *z0 = s->Z + first * STEP_TILE, *z1 = s->Z + (s->n + first) * STEP_TILE;
    __m256d bases[4], sums[4];
    for (unsigned q = 0; q < quarters; q++) {
        bases[q] = _mm256_loadu_pd(base + 4 * q);
        sums[q] = _mm256_loadu_pd(s->sum + 4 * q);
    }
    for (size_t j = first; j < last; j++) {
        unsigned states = active[0] | (unsigned)active[1] << 8, after = 0;
        const double *row[4];
        for (unsigned b = 0; b < blocks; b++)
            row[b] =
                table + (b * STEP_SUBSETS + (states >> 4 * b & 15u)) * STEP_PAIR_ROW;
        for (unsigned q = 0; q < quarters; q++) {
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
    for (unsigned q = 0; q < quarters; q++)
        _mm256_storeu_pd(s->sum + 4 * q, sums[q]);
}

AVX2 static void pair_avx2(struct step_state *s, const double *base)
{
    table_avx2_as(s, 0, 0, 2, s->table, STEP_PAIR_ROW);
    table_avx2_as(s, 1, 0, 2, s->table + STEP_TILE, STEP_PAIR_ROW);
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

const struct step_kernels step_avx2 = {
    "avx2",    has_avx2,          base_avx2,    table_avx2, tile_avx2,
    pair_avx2, coefficients_avx2, combine_avx2, push_avx2};
#else
typedef int step_avx2_is_for_x86_64; /* an empty file is not C */
#endif
