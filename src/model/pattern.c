#include "pattern.h"
#include "step_kernels.h"
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <string.h>

void pattern_layout(struct pattern *q, size_t n, size_t m, struct arena *a)
{
    size_t tiles = (m + STEP_TILE - 1) / STEP_TILE, row = tiles * STEP_TILE;
    q->active = false;
    groups_layout(&q->classes, n, a);
    q->states = arena_carve(a, n, tiles, 1);
    q->M = arena_doubles(a, m, row);
    q->slack = arena_doubles(a, n, row);
    q->next = arena_doubles(a, n, row);
    q->B = arena_doubles(a, row, 1);
    q->chunk = arena_doubles(a, row, 1);
    q->push = arena_doubles(a, row, 1);
    q->sum = arena_doubles(a, row, 1);
    q->start = arena_doubles(a, row, 1);
}

static bool class_active(const struct pattern *q, const struct step_state *s, size_t k,
                         size_t i)
{
    return active_at(s, q->states, q->classes.first[k], i);
}

static double class_slope(const struct pattern *q, const struct step_state *s, size_t k,
                          size_t i)
{
    return class_active(q, s, k, i) ? 1.0 : s->leak;
}

/* M = G times the number of neurons that are active on both points, inactive ones
 * counting g. */
static void form_products(struct pattern *q, const struct step_state *s)
{
    size_t m = s->m, row = row_of(s);
    double *slope = q->push;
    memset(q->M, 0, m * row * sizeof *q->M);
    memset(slope, 0, row * sizeof *slope);
    for (size_t k = 0; k < q->classes.count; k++) {
        for (size_t i = 0; i < m; i++)
            slope[i] = class_slope(q, s, k, i);
        for (size_t l = 0; l < m; l++) {
            double factor = q->classes.size[k] * slope[l];
            for (size_t i = 0; i < row && factor > 0.0; i++)
                q->M[l * row + i] += factor * slope[i];
        }
    }
    for (size_t l = 0; l < m; l++)
        for (size_t i = 0; i < row; i++)
            q->M[l * row + i] *= s->gram[place_of(m, l, i)];
}

/* From here on: distances and sums as they are, B = 0. */
static void start_pattern(struct pattern *q, const struct step_state *s)
{
    size_t row = row_of(s), bytes = row * sizeof(double);
    for (size_t k = 0; k < q->classes.count * row; k++)
        q->slack[k] = INFINITY;
    for (size_t t = 0; t < s->tiles; t++)
        for (size_t j = 0; j < s->n; j++) {
            const double *z = s->Z + (t * s->n + j) * STEP_TILE;
            double *slack = q->slack + q->classes.of[j] * row + t * STEP_TILE;
            for (size_t i = 0; i < STEP_TILE; i++) {
                double distance = fabs(z[i]);
                slack[i] = distance < slack[i] ? distance : slack[i];
            }
        }
    memset(q->B, 0, bytes);
    memset(q->chunk, 0, bytes);
    memcpy(q->sum, s->sum, bytes);
    memcpy(q->start, s->sum, bytes);
}

void pattern_enter(struct pattern *q, const struct network *net, struct step_state *s)
{
    step_catch_up(s);
    const unsigned char *present = states_at(s, 0);
    size_t bytes = s->n * s->tiles;
    if (!q->active || memcmp(q->states, present, bytes) != 0) {
        memcpy(q->states, present, bytes);
        groups_find(&q->classes, net, q->states, s->tiles);
        form_products(q, s);
    }
    q->active = true;
    start_pattern(q, s);
}

void pattern_step(struct pattern *q, struct step_state *s)
{
    for (size_t l = 0; l < s->m; l++)
        q->chunk[l] += s->beta[l];
    step_chosen()->combine(s->m, row_of(s), q->M, s->beta, s->sum);
}

/* Whether class k has kept its states, by a bound; its slack after the chunk. */
static bool class_holds(struct pattern *q, const struct step_state *s, size_t k)
{
    bool holds = true;
    double *push = q->push;
    for (size_t l = 0; l < s->m; l++)
        push[l] = class_slope(q, s, k, l) * q->chunk[l] * q->classes.sign[k];
    for (size_t t = 0; t < s->tiles; t++) {
        double away[STEP_TILE], move[STEP_TILE], fall[STEP_TILE];
        const double *slack = q->slack + k * row_of(s) + t * STEP_TILE;
        double *next = q->next + k * row_of(s) + t * STEP_TILE;
        for (size_t i = 0; i < STEP_TILE; i++)
            away[i] = class_active(q, s, k, t * STEP_TILE + i) ? 1.0 : -1.0;
        step_chosen()->push(s, t, push, away, move, fall);
        for (size_t i = 0; i < STEP_TILE && t * STEP_TILE + i < s->m; i++) {
            double nearest = slack[i] + fall[i];
            /* A pre-activation of 0 is not active. */
            holds = holds && (nearest > 0.0 || (nearest == 0.0 && away[i] < 0.0));
            next[i] = slack[i] + move[i];
        }
    }
    return holds;
}

bool pattern_holds(struct pattern *q, struct step_state *s)
{
    size_t row = row_of(s), bytes = row * sizeof(double);
    bool holds = true;
    for (size_t k = 0; k < q->classes.count && holds; k++)
        holds = class_holds(q, s, k);
    if (holds) {
        double *slack = q->slack;
        q->slack = q->next;
        q->next = slack;
        for (size_t l = 0; l < row; l++)
            q->B[l] += q->chunk[l];
        memcpy(q->sum, s->sum, bytes);
    } else {
        memcpy(s->sum, q->sum, bytes);
    }
    memset(q->chunk, 0, bytes);
    return holds;
}

/* What the neurons of class k moved by since the start. */
static void move_class(struct pattern *q, struct step_state *s, size_t k)
{
    size_t m = s->m;
    double *push = q->push;
    for (size_t l = 0; l < m; l++)
        push[l] = class_slope(q, s, k, l) * q->B[l] * q->classes.sign[k];
    memset(q->sum, 0, row_of(s) * sizeof *q->sum);
    for (size_t t = 0; t < s->tiles; t++)
        step_chosen()->combine(m, STEP_TILE, s->gram + t * m * STEP_TILE, push,
                               q->sum + t * STEP_TILE);
    for (size_t j = q->classes.first[k]; j < s->n; j++) {
        if (q->classes.of[j] != k)
            continue;
        for (size_t i = 0; i < m; i++) {
            size_t at = place_of(s->n, j, i);
            s->Z[at] += q->sum[i];
            s->C[at] += push[i];
        }
    }
}

void pattern_leave(struct pattern *q, struct step_state *s)
{
    for (size_t k = 0; k < q->classes.count; k++)
        move_class(q, s, k);
    step_look(s);
    q->active = false;
}

double pattern_square(struct pattern *q, const struct step_state *s, const double *b)
{
    memset(q->push, 0, row_of(s) * sizeof *q->push);
    step_chosen()->combine(s->m, row_of(s), q->M, b, q->push);
    return cblas_ddot((int)s->m, q->push, 1, b, 1);
}

double pattern_growth(struct pattern *q, const struct step_state *s)
{
    return 2.0 * cblas_ddot((int)s->m, q->B, 1, q->start, 1) +
           pattern_square(q, s, q->B);
}
