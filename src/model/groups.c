#include "sweep/groups.h"
#include <gsl/gsl_cblas.h>
#include <stdint.h>
#include <string.h>

/* Products of fewer points, or rows, are not worth looking for equal rows. */
enum { MANY_POINTS = 64, FEW_ROWS = 8 };

/* Rows that OpenBLAS computes together: with that many the bits are those of all rows. */
enum { AT_ONCE = 4 };

/* Bytes up to which all of a key decides its place in the table, at least. */
enum { LONG_KEY = 2048 };

/* A table of neurons, at most half full. */
static size_t slots_for(size_t n)
{
    size_t slots = 2;
    while (slots < 2 * n)
        slots *= 2;
    return slots;
}

void groups_layout(struct groups *g, size_t n, struct arena *a)
{
    g->count = 0;
    g->of = arena_carve(a, n, 1, sizeof *g->of);
    g->first = arena_carve(a, n, 1, sizeof *g->first);
    g->size = arena_doubles(a, n, 1);
    g->sign = arena_doubles(a, n, 1);
    g->slot = arena_carve(a, slots_for(n), 1, sizeof *g->slot);
}

/* Of a long key one word in a few; what it is only decides the cost. */
static uint64_t hash_bytes(const char *key, size_t bytes)
{
    uint64_t hash = bytes, word;
    size_t stride = (1 + bytes / LONG_KEY) * sizeof word;
    for (; bytes >= stride; key += stride, bytes -= stride) {
        memcpy(&word, key, sizeof word);
        hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 32;
    }
    word = 0;
    memcpy(&word, key, bytes < sizeof word ? bytes : sizeof word);
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 32;
}

static size_t add_group(struct groups *g, size_t first, double sign)
{
    g->first[g->count] = first;
    g->size[g->count] = 0.0;
    g->sign[g->count] = sign;
    return g->count++;
}

void groups_find(struct groups *g, const struct network *net, const void *key,
                 size_t bytes)
{
    const char *keys = key;
    size_t mask = slots_for(net->n) - 1;
    memset(g->slot, 0, (mask + 1) * sizeof *g->slot);
    g->count = 0;
    for (size_t j = 0; j < net->n; j++) {
        double sign = network_sign(net, j);
        size_t k = hash_bytes(keys + j * bytes, bytes) & mask;
        for (; g->slot[k] > 0; k = (k + 1) & mask) {
            size_t other = g->slot[k] - 1;
            if (g->sign[other] == sign &&
                memcmp(keys + g->first[other] * bytes, keys + j * bytes, bytes) == 0)
                break;
        }
        if (g->slot[k] == 0)
            g->slot[k] = add_group(g, j, sign) + 1;
        g->of[j] = g->slot[k] - 1;
        g->size[g->of[j]] += 1.0;
    }
}

void groups_separate(struct groups *g, const struct network *net)
{
    g->count = net->n;
    for (size_t j = 0; j < net->n; j++) {
        g->of[j] = g->first[j] = j;
        g->size[j] = 1.0;
        g->sign[j] = network_sign(net, j);
    }
}

/* Whether enough neurons have equal rows of `columns` numbers in A (n, columns); then
 * their groups are found. */
static bool many_equal(struct groups *g, const struct network *net, size_t m,
                       const double *A, size_t columns)
{
    if (m < MANY_POINTS || net->n < FEW_ROWS)
        return false;
    groups_find(g, net, A, columns * sizeof *A);
    return 2 * g->count <= net->n;
}

/* One row of each group, and the last again up to a multiple of AT_ONCE; returns how many
 * rows. */
static size_t gather_rows(const struct groups *g, const double *A, size_t columns,
                          double *rows)
{
    size_t k = 0;
    for (; k < g->count || k % AT_ONCE > 0; k++) {
        size_t from = g->first[k < g->count ? k : g->count - 1];
        memcpy(rows + k * columns, A + from * columns, columns * sizeof *rows);
    }
    return k;
}

/* Rows of groups become rows of neurons, in place: no group's number is larger than that
 * of its first neuron. */
static void spread_rows(const struct groups *g, size_t n, size_t columns, double *A)
{
    for (size_t j = n; j-- > 0;)
        if (g->of[j] < j)
            memcpy(A + j * columns, A + g->of[j] * columns, columns * sizeof *A);
}

void groups_preactivations(struct groups *g, const struct network *net, const double *W,
                           const struct points *p, double *rows, double *Z)
{
    if (!many_equal(g, net, p->m, W, p->r)) {
        network_preactivations(net->n, W, p, Z);
        return;
    }
    network_preactivations(gather_rows(g, W, p->r, rows), rows, p, Z);
    spread_rows(g, net->n, p->m, Z);
}

void groups_combine(struct groups *g, const struct network *net, const struct points *p,
                    const double *v, double *scratch, double *H)
{
    size_t m = p->m, r = p->r;
    if (!many_equal(g, net, m, v, m)) {
        network_combine(net, p, v, scratch, H);
        return;
    }
    size_t rows = gather_rows(g, v, m, scratch);
    for (size_t k = 0; k < rows; k++) {
        size_t first = g->first[k < g->count ? k : g->count - 1];
        for (size_t i = 0; i < m; i++)
            scratch[k * m + i] *= network_factor(net, p, first, i);
    }
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)rows, (int)r, (int)m,
                1.0, scratch, (int)m, p->X, (int)r, 0.0, H, (int)r);
    spread_rows(g, net->n, r, H);
}
