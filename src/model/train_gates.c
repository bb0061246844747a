#include "train_gates.h"
#include "step_kernels.h"
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <string.h>

/* A pair is on its kink when its pre-activation is within this many of its own steps. */
static const double CHATTER = 1.5;

/* Conjugate gradients end at this share of the pre-activations, or where rounding or
 * dependent points leave no way on. */
static const double SMALL = 1e-2;
enum { MOST_PASSES = 20 };

void train_gates_layout(struct train_gates *g, size_t m, struct arena *a)
{
    g->kinks = arena_carve(a, m, 1, sizeof *g->kinks);
    g->solution = arena_doubles(a, m, 1);
    g->residual = arena_doubles(a, m, 1);
    g->direction = arena_doubles(a, m, 1);
    g->image = arena_doubles(a, m, 1);
}

static double preactivation(const struct step_state *s, size_t j, size_t i)
{
    return s->Z[(i / STEP_TILE * s->n + j) * STEP_TILE + i % STEP_TILE];
}

static bool watched(const struct step_state *s, size_t j, size_t i)
{
    return s->watch[j * s->tiles + i / STEP_TILE] >> i % STEP_TILE & 1;
}

/* K of neuron j; returns |K|. */
static size_t find_kinks(struct train_gates *g, const struct step_state *s, size_t j,
                         const double *G)
{
    size_t count = 0;
    for (size_t l = 0; l < s->m; l++) {
        double own = fabs(s->beta[l]) * G[l * s->m + l];
        if (!watched(s, j, l) && fabs(preactivation(s, j, l)) < CHATTER * own)
            g->kinks[count++] = l;
    }
    return count;
}

static double dot(size_t n, const double *a, const double *b)
{
    return cblas_ddot((int)n, a, 1, b, 1);
}

/* image = G_KK direction. */
static void multiply(struct train_gates *g, size_t count, const double *G, size_t m)
{
    for (size_t k = 0; k < count; k++) {
        const double *row = G + g->kinks[k] * m;
        double sum = 0.0;
        for (size_t l = 0; l < count; l++)
            sum += row[g->kinks[l]] * g->direction[l];
        g->image[k] = sum;
    }
}

/* x of neuron j (Hestenes & Stiefel 1952). */
static void solve(struct train_gates *g, const struct step_state *s, size_t j,
                  size_t count, const double *G)
{
    for (size_t k = 0; k < count; k++) {
        g->solution[k] = 0.0;
        g->residual[k] = g->direction[k] = preactivation(s, j, g->kinks[k]);
    }
    double square = dot(count, g->residual, g->residual);
    const double enough = SMALL * SMALL * square;
    for (int pass = 0; pass < MOST_PASSES && square > enough; pass++) {
        multiply(g, count, G, s->m);
        double curvature = dot(count, g->direction, g->image);
        if (!(curvature > 0.0))
            return;
        double before = square, step = square / curvature;
        cblas_daxpy((int)count, step, g->direction, 1, g->solution, 1);
        cblas_daxpy((int)count, -step, g->image, 1, g->residual, 1);
        square = dot(count, g->residual, g->residual);
        cblas_dscal((int)count, square / before, g->direction, 1);
        cblas_daxpy((int)count, 1.0, g->residual, 1, g->direction, 1);
    }
}

/* Gate (j, i) without the chatter of neuron j. */
static bool active_at_rest(struct train_gates *g, const struct step_state *s, size_t j,
                           size_t i, size_t count, const double *G)
{
    double z = preactivation(s, j, i);
    for (size_t k = 0; k < count; k++)
        z -= G[i * s->m + g->kinks[k]] * g->solution[k];
    return z > 0.0;
}

bool train_gates_settle(struct train_gates *g, struct step_state *s, const double *G)
{
    const unsigned char *before = states_at(s, s->recorded - 1);
    unsigned char *now = states_at(s, s->recorded);
    bool moved = false;
    for (size_t j = 0; j < s->n; j++) {
        bool solved = false;
        size_t count = 0;
        for (size_t t = 0; t < s->tiles; t++) {
            size_t at = j * s->tiles + t;
            unsigned changed = (before[at] ^ now[at]) & s->watch[at];
            for (unsigned k = 0; k < STEP_TILE && changed; k++) {
                if (!(changed >> k & 1))
                    continue;
                if (!solved) {
                    count = find_kinks(g, s, j, G);
                    solve(g, s, j, count, G);
                    solved = true;
                }
                bool active = now[at] >> k & 1;
                if (active_at_rest(g, s, j, t * STEP_TILE + k, count, G) == active)
                    moved = true;
                else
                    now[at] ^= (unsigned char)(1u << k);
            }
        }
    }
    return moved;
}

void train_gates_load(struct step_state *s, const double *Z)
{
    size_t bytes = s->n * s->tiles;
    unsigned char *kept = states_at(s, 1); /* room of the history */
    memcpy(kept, states_at(s, 0), bytes);
    step_load(s, Z);
    memcpy(states_at(s, 0), kept, bytes);
}
