#include "step.h"
#include "step_kernels.h"
#include "sweep/team.h"
#include <string.h>

/* n m^2 from which on a step takes long enough, some 40 microseconds, that helpers are worth
 * while. */
static const double SHARED = 2e6;

void step_shape(struct step_state *s, size_t n, size_t m)
{
    s->n = n;
    s->m = m;
    s->tiles = (m + STEP_TILE - 1) / STEP_TILE;
}

/* What is kept between chunks, if there is more than one. */
static size_t kept_size(const struct step_state *s)
{
    return s->tiles > STEP_CHUNK ? s->n * 2 * STEP_TILE : 0;
}

void step_layout_slim(struct step_state *s, size_t n, size_t m, struct arena *a)
{
    *s = (struct step_state){0};
    step_shape(s, n, m);
    size_t tiles = s->tiles;
    s->Z = arena_doubles(a, tiles * n, STEP_TILE);
    s->C = arena_doubles(a, tiles * n, STEP_TILE);
    s->beta = arena_doubles(a, tiles, STEP_TILE);
    s->sum = arena_doubles(a, tiles, STEP_TILE);
    s->states = arena_carve(a, n * (STEP_HISTORY + 1), tiles, 1);
    s->betas = arena_doubles(a, STEP_HISTORY * tiles, STEP_TILE);
    s->watch = arena_carve(a, n, tiles, 1);
}

void step_layout(struct step_state *s, size_t n, size_t m, struct arena *a)
{
    step_layout_slim(s, n, m, a);
    s->gram = arena_doubles(a, s->tiles * m, STEP_TILE);
    s->table = arena_doubles(a, STEP_TABLE, 1);
    s->kept = arena_doubles(a, kept_size(s), 1);
}

/* Scatter the columns of from (rows, m) into tiles. */
static void to_tiles(const struct step_state *s, const double *from, size_t rows,
                     double *tiles)
{
    memset(tiles, 0, s->tiles * rows * STEP_TILE * sizeof *tiles);
    for (size_t j = 0; j < rows; j++)
        for (size_t i = 0; i < s->m; i++)
            tiles[place_of(rows, j, i)] = from[j * s->m + i];
}

void step_load_gram(struct step_state *s, const double *gram)
{
    to_tiles(s, gram, s->m, s->gram);
}

void step_reset(struct step_state *s)
{
    memset(s->C, 0, s->tiles * s->n * STEP_TILE * sizeof *s->C);
    memset(s->beta, 0, s->tiles * STEP_TILE * sizeof *s->beta);
    if (s->table)
        memset(s->table, 0, STEP_TABLE * sizeof *s->table);
    s->recorded = 0;
    s->moved = 0;
    s->quiet = 0;
}

void step_load(struct step_state *s, const double *Z)
{
    to_tiles(s, Z, s->n, s->Z);
    step_look(s);
}

void step_look(struct step_state *s)
{
    unsigned char *states = states_at(s, s->recorded);
    for (size_t t = 0; t < s->tiles; t++) {
        double *sum = s->sum + t * STEP_TILE;
        memset(sum, 0, STEP_TILE * sizeof *sum);
        for (size_t j = 0; j < s->n; j++) {
            const double *z = s->Z + (t * s->n + j) * STEP_TILE;
            double sign = j < s->positive ? 1.0 : -1.0;
            unsigned char active = 0;
            for (unsigned k = 0; k < STEP_TILE; k++) {
                active |= (unsigned char)((z[k] > 0.0) << k);
                sum[k] += sign * (z[k] > 0.0 ? z[k] : s->leak * z[k]);
            }
            states[j * s->tiles + t] = active;
        }
    }
}

static void base_portable(const struct step_state *s, size_t t, double *base)
{
    sum_base(s, t, base);
}

static void table_portable(struct step_state *s, const struct step_part *p)
{
    build_table(s, p->t, p->begin * STEP_TILE, p->end * STEP_TILE, s->table, STEP_TILE);
}

/* sums (2, 8) += the rows of a chunk that one neuron's states choose. */
static void add_rows(const double *table, const unsigned char *active, size_t tiles,
                     double *sums)
{
    double even[STEP_TILE], odd[STEP_TILE];
    memcpy(even, sums, sizeof even);
    memcpy(odd, sums + STEP_TILE, sizeof odd);
    for (size_t t = 0; t < tiles; t++, table += 2 * STEP_SUBSETS * STEP_TILE) {
        const double *row0 = table + (active[t] & 15u) * STEP_TILE;
        const double *row1 = table + (STEP_SUBSETS + (active[t] >> 4)) * STEP_TILE;
        for (size_t k = 0; k < STEP_TILE; k++)
            even[k] += row0[k];
        for (size_t k = 0; k < STEP_TILE; k++)
            odd[k] += row1[k];
    }
    memcpy(sums, even, sizeof even);
    memcpy(sums + STEP_TILE, odd, sizeof odd);
}

static void tile_portable(struct step_state *s, const struct step_part *p)
{
    const unsigned char *states = states_at(s, s->recorded);
    unsigned char *next = states_at(s, s->recorded + 1);
    double sums[2 * STEP_TILE], *sum = s->sum + p->t * STEP_TILE;
    for (size_t j = p->first; j < p->last; j++) {
        double *z = s->Z + (p->t * s->n + j) * STEP_TILE;
        double *kept = s->kept + j * 2 * STEP_TILE;
        memcpy(sums, p->begin ? kept : p->base, sizeof sums);
        add_rows(s->table, states + j * s->tiles + p->begin, p->end - p->begin, sums);
        if (p->end < s->tiles) {
            memcpy(kept, sums, sizeof sums);
            continue;
        }
        unsigned char state = 0;
        for (unsigned k = 0; k < STEP_TILE; k++) {
            z[k] += p->sign * (sums[k] + sums[STEP_TILE + k]);
            state |= (unsigned char)((z[k] > 0.0) << k);
            sum[k] += p->sign * (z[k] > 0.0 ? z[k] : s->leak * z[k]);
        }
        next[j * s->tiles + p->t] = state;
    }
}

static void coefficients_portable(struct step_state *s, size_t t)
{
    for (size_t j = 0; j < s->n; j++) {
        double *c = s->C + (t * s->n + j) * STEP_TILE;
        double sign = j < s->positive ? 1.0 : -1.0;
        for (size_t step = 0; step < s->recorded; step++) {
            const double *beta = s->betas + (step * s->tiles + t) * STEP_TILE;
            unsigned active = states_at(s, step)[j * s->tiles + t];
            for (unsigned k = 0; k < STEP_TILE; k++)
                c[k] += sign * (active >> k & 1 ? beta[k] : s->leak * beta[k]);
        }
    }
}

static int always(void)
{
    return 1;
}

static void combine_portable(size_t count, size_t columns, const double *rows,
                             const double *factor, double *to)
{
    combine_rows(count, columns, rows, factor, to);
}

static void push_portable(const struct step_state *s, size_t t, const double *push,
                          const double *away, double *move, double *fall)
{
    push_tile(s, t, push, away, move, fall);
}

const struct step_kernels step_portable = {
    "portable",    always, base_portable,         table_portable,
    tile_portable, NULL,   coefficients_portable, combine_portable,
    push_portable};

/* Best first. */
static const struct step_kernels *const variants[] = {
#if defined(__x86_64__)
    &step_avx512,
    &step_avx2,
#endif
    &step_portable,
};

enum { VARIANTS = sizeof variants / sizeof *variants };

static const struct step_kernels *forced;

const struct step_kernels *step_chosen(void)
{
    size_t k = 0;
    while (!forced && !variants[k]->available())
        k++;
    return forced ? forced : variants[k];
}

const char *step_variant_name(size_t k)
{
    return k < VARIANTS ? variants[k]->name : NULL;
}

int step_use(const char *name)
{
    for (size_t k = 0; k < VARIANTS; k++)
        if (strcmp(variants[k]->name, name) == 0 && variants[k]->available()) {
            forced = variants[k];
            return 0;
        }
    return 1;
}

const char *step_variant(void)
{
    return step_chosen()->name;
}

void step_catch_up(struct step_state *s)
{
    for (size_t t = 0; t < s->tiles && s->recorded > 0; t++)
        step_chosen()->coefficients(s, t);
    memmove(s->states, states_at(s, s->recorded), s->n * s->tiles);
    s->recorded = 0;
}

/* C as it is now, row-major. */
void step_coefficients(struct step_state *s, double *C)
{
    step_catch_up(s);
    for (size_t j = 0; j < s->n; j++)
        for (size_t i = 0; i < s->m; i++)
            C[j * s->m + i] = s->C[place_of(s->n, j, i)];
}

/* Which states the step just taken changed. */
static void note_changes(struct step_state *s)
{
    const unsigned char *before = states_at(s, s->recorded);
    const unsigned char *after = states_at(s, s->recorded + 1), *watch = s->watch;
    unsigned char watched = 0, any = 0;
    for (size_t k = 0; k < s->n * s->tiles; k++) {
        unsigned char changed = before[k] ^ after[k];
        watched |= changed & watch[k];
        any |= changed;
    }
    s->moved |= watched;
    s->quiet = any ? 0 : s->quiet + 1;
}

static void move_pair(struct step_state *s, const struct step_kernels *v)
{
    double base[2 * STEP_TILE];
    v->base(s, 0, base);
    v->base(s, 1, base + STEP_TILE);
    memset(s->sum, 0, 2 * STEP_TILE * sizeof *s->sum);
    v->pair(s, base);
}

static void move_tile(struct step_state *s, const struct step_kernels *v, size_t t)
{
    size_t chunks = (s->tiles + STEP_CHUNK - 1) / STEP_CHUNK;
    struct step_part p = {.t = t};
    v->base(s, t, p.base);
    memset(s->sum + t * STEP_TILE, 0, STEP_TILE * sizeof *s->sum);
    for (size_t k = 0; k < chunks; k++) { /* of the same size, as far as may be */
        p.begin = s->tiles * k / chunks;
        p.end = s->tiles * (k + 1) / chunks;
        v->table(s, &p);
        p.first = 0, p.last = s->positive, p.sign = 1.0;
        v->tile(s, &p);
        p.first = s->positive, p.last = s->n, p.sign = -1.0;
        v->tile(s, &p);
    }
}

/* The same by a helper, with memory of its own. */
static void share_tile(void *state, size_t t, void *scratch)
{
    struct step_state mine = *(const struct step_state *)state;
    if (scratch) {
        mine.table = scratch;
        mine.kept = mine.table + STEP_TABLE;
    }
    move_tile(&mine, step_chosen(), t);
}

void step_run(struct step_state *s)
{
    const struct step_kernels *v = step_chosen();
    if (s->recorded == STEP_HISTORY)
        step_catch_up(s);
    memcpy(s->betas + s->recorded * s->tiles * STEP_TILE, s->beta,
           s->tiles * STEP_TILE * sizeof *s->beta);
    if (s->tiles == 2 && v->pair)
        move_pair(s, v);
    else if ((double)s->n * (double)s->m * (double)s->m < SHARED)
        for (size_t t = 0; t < s->tiles; t++)
            move_tile(s, v, t);
    else
        team_share(share_tile, s, s->tiles,
                   (STEP_TABLE + kept_size(s)) * sizeof *s->table);
    note_changes(s);
    s->recorded++;
}

void step_record(struct step_state *s)
{
    memcpy(s->betas, s->beta, s->tiles * STEP_TILE * sizeof *s->beta);
    memcpy(states_at(s, 1), s->states, s->n * s->tiles);
    s->recorded = 1;
    step_catch_up(s);
}

void step_arrive(struct step_state *s, const double *Z)
{
    step_load(s, Z);
    note_changes(s); /* the states before it are where step_record put them */
}
