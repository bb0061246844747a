/* Storage of the factorisations of all rows, which they share by what they may need. */
#include "program_private.h"
#include <string.h>

enum {
    POOL = 1 << 27, /* numbers, where more could be needed: 1 GiB */
    FEW = 64,       /* points, whose factorisations all have room for a basis */
    WORTH = 32      /* points, with up to which a basis costs little */
};

/* Free pairs of a row that there is room for, where all rows have as many and k could
 * be. In exact points of pure noise half of the opposite pairs are, a quarter of all. */
static size_t free_share(size_t k)
{
    size_t share = k - 11 * k / 16;
    return k <= FEW ? k : share < FEW ? FEW : share;
}

/* Numbers for the factorisations of all rows. Where they are many, those of regular points
 * fit, which need no basis; there is room for the bases of some rows in any case. */
static size_t pool_room(size_t rows, size_t k, size_t r)
{
    size_t share = free_share(k), room = rows * share * (r + share);
    size_t least = rows * share * share;
    return room <= POOL ? room : least > POOL ? least : POOL;
}

void program_pool_layout(struct program_workspace *w, size_t rows, size_t k, size_t r,
                         struct arena *a)
{
    w->pool_size = pool_room(rows, k, r);
    w->pool = arena_doubles(a, w->pool_size, 1);
    w->pool_indices = rows * free_share(k);
    w->pool_free = arena_carve(a, w->pool_indices, 1, sizeof *w->pool_free);
}

/* Whether the points are so far from dependent that factorisations of any of them need no
 * basis, and so many that it is worth it. */
static bool points_regular(const struct points *p, struct program_workspace *w)
{
    size_t m = p->m;
    if (!w->gram || m <= WORTH || m > p->r)
        return false;
    memcpy(w->model, w->gram, m * m * sizeof *w->model);
    return boxls_triangle(w->model, m, m);
}

/* Columns that a row with so many box pairs has room for, at so many 1024ths of what it
 * may need. */
static size_t row_columns(size_t boxes, size_t r, size_t share)
{
    size_t k = boxes < r ? boxes : r;
    return k * share / 1024;
}

/* Whether all rows have room at that share, for columns of R and of Q, which are `basis`
 * numbers. */
static bool share_fits(const struct program *p, const struct program_workspace *w,
                       size_t basis, size_t share)
{
    size_t used = 0, indices = 0;
    for (size_t j = 0; j < p->rows; j++) {
        size_t k = row_columns(w->boxes[j], p->points->r, share);
        used += k * (basis + k);
        indices += k;
    }
    return used <= w->pool_size && indices <= w->pool_indices;
}

/* Each row gets the same share of the columns that it may need, the largest that fits. */
void program_pool_divide(const struct program *p, struct program_workspace *w)
{
    size_t r = p->points->r, used = 0, indices = 0;
    size_t basis = points_regular(p->points, w) ? 0 : r;
    size_t share = share_fits(p, w, basis, 1024) ? 1024 : 0;
    for (size_t step = 512; step > 0 && share < 1024; step /= 2)
        share += share_fits(p, w, basis, share + step) ? step : 0;
    for (size_t j = 0; j < p->rows; j++) {
        size_t k = row_columns(w->boxes[j], r, share);
        w->own[j] = true;
        w->factor[j] = (struct boxls){.r = r, .capacity = k};
        w->factor[j].Q = basis > 0 ? w->pool + used : NULL;
        w->factor[j].R = w->pool + used + k * basis;
        w->factor[j].free = w->pool_free + indices;
        used += k * (basis + k);
        indices += k;
    }
}
