#include "drift.h"
#include "step_kernels.h"
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of all pairs: with more to follow, full steps cost less. */
enum { FOLLOWED_SHARE = 16 };

/* How far the first chunk may bend, of what a step could move a pre-activation by. */
static const double FIRST_BEND = 1e-3;

static const double CAUTION = 2.0, MOST_CAUTION = 64.0;

void drift_layout(struct drift *q, size_t n, size_t m, struct arena *a)
{
    size_t tiles = (m + STEP_TILE - 1) / STEP_TILE, row = tiles * STEP_TILE;
    q->limit = n * m / FOLLOWED_SHARE + 1;
    q->slope = arena_doubles(a, n, row);
    q->M = arena_doubles(a, m, row);
    q->change = arena_doubles(a, n, row);
    q->bend = arena_doubles(a, row, 1);
    q->wobble = arena_doubles(a, n, 1);
    q->B = arena_doubles(a, DRIFT_LONGEST + 1, row);
    q->sum = arena_doubles(a, row, 1);
    q->push = arena_doubles(a, row, 1);
    q->active = arena_carve(a, m, 1, sizeof *q->active);
    q->states = arena_carve(a, n, tiles, 1);
    q->pair = arena_carve(a, q->limit, 1, sizeof *q->pair);
    q->log = arena_carve(a, q->limit, 1, sizeof *q->log);
}

void drift_reset(struct drift *q, const double *G, double *E)
{
    q->G = G;
    q->E = E;
    q->formed = false;
    q->foreseen = false;
}

static double sign_of(const struct step_state *s, size_t j)
{
    return j < s->positive ? 1.0 : -1.0;
}

void drift_before(struct drift *q, const struct step_state *s)
{
    for (size_t j = 0; j < s->n; j++)
        for (size_t i = 0; i < row_of(s); i++)
            q->change[j * row_of(s) + i] = -s->Z[place_of(s->n, j, i)];
}

/* to += |G_l| w, what a move of w along point l moves pre-activations by at most. */
static void add_bound(const struct drift *q, size_t m, size_t l, double w,
                      double *restrict to)
{
    const double *G = q->G + l * m;
    for (size_t i = 0; i < m; i++)
        to[i] += fabs(G[i]) * w;
}

static void bounds(const struct drift *q, size_t m, const double *w, double *to)
{
    memset(to, 0, m * sizeof *to);
    for (size_t l = 0; l < m; l++)
        add_bound(q, m, l, w[l], to);
}

void drift_after(struct drift *q, const struct step_state *s)
{
    for (size_t j = 0; j < s->n; j++)
        for (size_t i = 0; i < row_of(s); i++)
            q->change[j * row_of(s) + i] += s->Z[place_of(s->n, j, i)];
    q->steps = 1;
    for (size_t l = 0; l < s->m; l++)
        q->push[l] = FIRST_BEND * fabs(s->beta[l]);
    bounds(q, s->m, q->push, q->bend);
    memset(q->wobble, 0, s->n * sizeof *q->wobble);
    q->caution = CAUTION;
    q->foreseen = true;
}

/* Slopes and M = G times S^T S of the present states. */
static void form_products(struct drift *q, const struct step_state *s)
{
    size_t m = s->m, row = row_of(s);
    const unsigned char *states = states_at(s, 0);
    memset(q->slope, 0, s->n * row * sizeof *q->slope);
    memset(q->active, 0, m * sizeof *q->active);
    for (size_t j = 0; j < s->n; j++)
        for (size_t i = 0; i < m; i++) {
            q->slope[j * row + i] = active_at(s, states, j, i) ? 1.0 : s->leak;
            q->active[i] += (size_t)active_at(s, states, j, i);
        }
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)m, (int)row, (int)s->n,
                1.0, q->slope, (int)row, q->slope, (int)row, 0.0, q->M, (int)row);
    for (size_t l = 0; l < m; l++)
        for (size_t i = 0; i < m; i++)
            q->M[l * row + i] *= q->G[l * m + i];
    q->formed = true;
}

/* Which pre-activations of neuron j on tile t are not on one side of 0 now and when they
 * have moved by `factor` times the last change, or not by more than `reach` and wobble: a
 * bit each. */
static unsigned in_doubt(const struct drift *q, const struct step_state *s, size_t j,
                         size_t t, double factor, const double *reach)
{
    const double *z = s->Z + (t * s->n + j) * STEP_TILE;
    const double *change = q->change + (j * s->tiles + t) * STEP_TILE;
    size_t points = s->m - t * STEP_TILE;
    unsigned found = 0;
    for (unsigned k = 0; k < STEP_TILE; k++) {
        double end = z[k] + factor * change[k];
        double far = reach[t * STEP_TILE + k] + q->wobble[j];
        int above = (z[k] > far) & (end > far), below = (z[k] < -far) & (end < -far);
        found |= (unsigned)!(above | below) << k;
    }
    return points < STEP_TILE ? found & ((1u << points) - 1u) : found;
}

/* The pairs that may reach 0 within `steps`; false: too many. */
static bool choose_pairs(struct drift *q, const struct step_state *s, double steps)
{
    double *reach = q->push, factor = steps / (double)q->steps;
    for (size_t i = 0; i < s->m; i++)
        reach[i] = q->caution * q->bend[i] * steps * steps;
    q->pairs = 0;
    for (size_t j = 0; j < s->n; j++)
        for (size_t t = 0; t < s->tiles; t++) {
            unsigned found = in_doubt(q, s, j, t, factor, reach);
            for (size_t i = t * STEP_TILE; found > 0; i++, found >>= 1) {
                if (!(found & 1))
                    continue;
                if (q->pairs == q->limit)
                    return false;
                q->pair[q->pairs++] = (struct drift_pair){(uint32_t)j, (uint32_t)i,
                                                          s->Z[place_of(s->n, j, i)]};
            }
        }
    return true;
}

bool drift_start(struct drift *q, struct step_state *s, size_t steps)
{
    size_t row = row_of(s);
    step_catch_up(s);
    if (!choose_pairs(q, s, (double)steps))
        return false;
    if (!q->formed || memcmp(q->states, states_at(s, 0), s->n * s->tiles) != 0)
        form_products(q, s);
    memcpy(q->states, states_at(s, 0), s->n * s->tiles);
    memcpy(q->sum, s->sum, row * sizeof *q->sum);
    memset(q->B, 0, row * sizeof *q->B);
    q->steps = 0;
    q->changes = 0;
    return true;
}

/* No neuron is active on point i any more: its sum is 0, not what rounding leaves. */
static void leave_point(struct drift *q, struct step_state *s, size_t i)
{
    size_t row = row_of(s);
    s->sum[i] = 0.0;
    memset(q->M + i * row, 0, row * sizeof *q->M);
    for (size_t l = 0; l < s->m; l++)
        q->M[l * row + i] = 0.0;
}

/* The state of a pair changes: its slope, M, the sum and the log. */
static void change_state(struct drift *q, struct step_state *s,
                         const struct drift_pair *p)
{
    size_t m = s->m, row = row_of(s), i = p->point, j = p->neuron;
    double *slope = q->slope + j * row, after = p->z > 0.0 ? 1.0 : s->leak;
    double by = after - slope[i], square = after * after - slope[i] * slope[i];
    const double *G = q->G + i * m;
    for (size_t l = 0; l < m; l++) {
        double part = l == i ? square * G[i] : by * slope[l] * G[l];
        q->M[i * row + l] += part;
        if (l != i)
            q->M[l * row + i] += part;
    }
    slope[i] = after;
    s->sum[i] += sign_of(s, j) * by * p->z;
    q->active[i] = p->z > 0.0 ? q->active[i] + 1 : q->active[i] - 1;
    if (q->active[i] == 0 && s->leak == 0.0)
        leave_point(q, s, i);
    size_t at = j * s->tiles + i / STEP_TILE;
    unsigned char bit = (unsigned char)(1u << i % STEP_TILE);
    states_at(s, 0)[at] ^= bit;
    q->log[q->changes++] =
        (struct drift_change){p->neuron, p->point, (uint32_t)q->steps, 0.0};
}

bool drift_step(struct drift *q, struct step_state *s)
{
    size_t m = s->m, row = row_of(s);
    if (q->changes + q->pairs > q->limit)
        return false;
    const double *before = q->B + q->steps * row;
    double *after = q->B + ++q->steps * row;
    const unsigned char *states = states_at(s, 0);
    for (size_t l = 0; l < row; l++)
        after[l] = before[l] + s->beta[l];
    step_chosen()->combine(m, row, q->M, s->beta, s->sum);
    for (size_t k = 0; k < q->pairs;) {
        size_t j = q->pair[k].neuron, first = k;
        for (size_t l = 0; l < m; l++)
            q->push[l] = q->slope[j * row + l] * s->beta[l];
        for (; k < q->pairs && q->pair[k].neuron == j; k++)
            q->pair[k].z += sign_of(s, j) * cblas_ddot((int)m, q->push, 1,
                                                       q->G + q->pair[k].point * m, 1);
        for (size_t p = first; p < k; p++) {
            if (active_at(s, states, j, q->pair[p].point) != (q->pair[p].z > 0.0))
                change_state(q, s, &q->pair[p]);
        }
    }
    return true;
}

static int compare_changes(const void *left, const void *right)
{
    const struct drift_change *a = left, *b = right;
    if (a->neuron != b->neuron)
        return a->neuron < b->neuron ? -1 : 1;
    if (a->point != b->point)
        return a->point < b->point ? -1 : 1;
    return a->step < b->step ? -1 : a->step > b->step;
}

/* E(K) of the pair whose `count` changes begin at c, and max_k |F(k)| into c->bend. */
static double walk_changes(const struct drift *q, const struct step_state *s,
                           struct drift_change *c, size_t count)
{
    size_t row = row_of(s), K = q->steps;
    double end = 0.0;
    for (int pass = 0; pass < 2; pass++) {
        bool active = active_at(s, q->states, c->neuron, c->point);
        const double *B = q->B + c->point;
        double E = 0.0;
        for (size_t k = 0, next = 0; k < K; k++) {
            while (next < count && c[next].step == k) {
                active = !active;
                next++;
            }
            E += (active ? 1.0 : s->leak) * (B[(k + 1) * row] - B[k * row]);
            double bend = fabs(E - (double)(k + 1) / (double)K * end);
            if (pass == 1 && !(bend <= c->bend))
                c->bend = bend;
        }
        end = E;
    }
    return end;
}

/* E(K) of all pairs, and what it moves Z by. */
static void sum_chunk(struct drift *q, const struct step_state *s)
{
    size_t m = s->m, row = row_of(s);
    const double *B = q->B + q->steps * row;
    for (size_t j = 0; j < s->n; j++)
        for (size_t l = 0; l < m; l++)
            q->E[j * m + l] = q->slope[j * row + l] * B[l];
    qsort(q->log, q->changes, sizeof *q->log, compare_changes);
    for (size_t c = 0, end; c < q->changes; c = end) {
        size_t j = q->log[c].neuron, l = q->log[c].point;
        for (end = c;
             end < q->changes && q->log[end].neuron == j && q->log[end].point == l;)
            end++;
        q->E[j * m + l] = walk_changes(q, s, q->log + c, end - c);
    }
    for (size_t j = s->positive; j < s->n; j++)
        for (size_t l = 0; l < m; l++)
            q->E[j * m + l] = -q->E[j * m + l];
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)s->n, (int)m, (int)m,
                1.0, q->E, (int)m, q->G, (int)m, 0.0, q->change, (int)row);
}

/* max_k |B_l(k) - k/K B_l(K)| of every point, and what it bends Z by. */
static void find_bends(struct drift *q, const struct step_state *s)
{
    size_t row = row_of(s), K = q->steps;
    const double *end = q->B + K * row;
    memset(q->push, 0, row * sizeof *q->push);
    for (size_t k = 1; k < K; k++)
        for (size_t l = 0; l < s->m; l++) {
            double bend = fabs(q->B[k * row + l] - (double)k / (double)K * end[l]);
            q->push[l] = bend > q->push[l] ? bend : q->push[l];
        }
    bounds(q, s->m, q->push, q->bend);
}

/* What changes of states bend the pre-activations of each neuron by, at most. */
static void find_wobbles(struct drift *q, const struct step_state *s)
{
    memset(q->wobble, 0, s->n * sizeof *q->wobble);
    for (size_t c = 0; c < q->changes;) {
        size_t j = q->log[c].neuron;
        memset(q->push, 0, s->m * sizeof *q->push);
        for (; c < q->changes && q->log[c].neuron == j; c++)
            add_bound(q, s->m, q->log[c].point, q->log[c].bend, q->push);
        for (size_t i = 0; i < s->m; i++)
            if (!(q->push[i] <= q->wobble[j]))
                q->wobble[j] = q->push[i];
    }
}

/* Whether all pairs that were not followed kept their side: those that are in doubt are
 * no more than the followed ones among them. */
static bool sides_kept(const struct drift *q, const struct step_state *s)
{
    size_t doubts = 0;
    for (size_t j = 0; j < s->n; j++)
        for (size_t t = 0; t < s->tiles; t++)
            doubts += (size_t)__builtin_popcount(in_doubt(q, s, j, t, 1.0, q->bend));
    for (size_t k = 0; k < q->pairs; k++) {
        size_t i = q->pair[k].point;
        unsigned found = in_doubt(q, s, q->pair[k].neuron, i / STEP_TILE, 1.0, q->bend);
        doubts -= found >> i % STEP_TILE & 1;
    }
    return doubts == 0;
}

static void take_back(struct drift *q, struct step_state *s)
{
    memcpy(states_at(s, 0), q->states, s->n * s->tiles);
    memcpy(s->sum, q->sum, row_of(s) * sizeof *q->sum);
    q->formed = q->formed && q->changes == 0;
    q->caution = fmin(2.0 * q->caution, MOST_CAUTION);
}

static void move_all(struct drift *q, struct step_state *s)
{
    for (size_t j = 0; j < s->n; j++)
        for (size_t i = 0; i < s->m; i++) {
            size_t at = place_of(s->n, j, i);
            s->Z[at] += q->change[j * row_of(s) + i];
            s->C[at] += q->E[j * s->m + i];
        }
    for (size_t k = 0; k < q->pairs; k++)
        s->Z[place_of(s->n, q->pair[k].neuron, q->pair[k].point)] = q->pair[k].z;
}

/* What the changes of the chunk mean to those who count quiet steps and watched states. */
static void note_changes(struct drift *q, struct step_state *s)
{
    size_t last = 0;
    for (size_t c = 0; c < q->changes; c++) {
        size_t j = q->log[c].neuron, i = q->log[c].point;
        q->change[j * row_of(s) + i] = NAN;
        s->moved |= s->watch[j * s->tiles + i / STEP_TILE] >> i % STEP_TILE & 1;
        last = q->log[c].step > last ? q->log[c].step : last;
    }
    s->quiet = last > 0 ? q->steps - last : s->quiet + q->steps;
}

bool drift_holds(struct drift *q, struct step_state *s)
{
    if (q->steps == 0) {
        q->foreseen = false;
        return true;
    }
    sum_chunk(q, s);
    find_bends(q, s);
    find_wobbles(q, s);
    bool holds = sides_kept(q, s);
    if (holds) {
        move_all(q, s);
        note_changes(q, s);
        memcpy(q->states, states_at(s, 0), s->n * s->tiles);
    } else {
        take_back(q, s);
    }
    for (size_t i = 0; i < s->m; i++)
        q->bend[i] /= (double)(q->steps * q->steps);
    return holds;
}
