#include "sweep/kkt.h"
#include "vector.h"
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <string.h>

enum { ROUND_LIMIT = 1000 };

/* The margins of an exact point are 1 up to this. */
static const double MARGIN_TOLERANCE = 1e-12;

void kkt_layout(struct kkt_workspace *w, size_t n, size_t m, size_t r, struct arena *a)
{
    groups_layout(&w->groups, n, a);
    program_workspace_layout(&w->program, n, m, r, a);
    program_state_layout(&w->state, n, m, r, a);
    w->gate = arena_carve(a, n, m, sizeof *w->gate);
    w->pair = arena_carve(a, n, m, sizeof *w->pair);
    w->row_W = arena_doubles(a, n, r);
    w->row_Z = arena_doubles(a, n, m);
    w->row_v = arena_doubles(a, n, m);
    w->length = arena_doubles(a, m, 1);
    w->margin = arena_doubles(a, m, 1);
}

static void start_gates(const struct network *net, const struct points *p,
                        const double *start, struct kkt_workspace *w)
{
    network_preactivations(net->n, start, p, w->row_Z);
    for (size_t j = 0; j < net->n; j++)
        for (size_t i = 0; i < p->m; i++) {
            size_t k = j * p->m + i;
            if (net->leak == 1.0)
                w->gate[k] = PAIR_ONE;
            else if (network_sign(net, j) * p->y[i] < 0.0)
                w->gate[k] = PAIR_BOX;
            else
                w->gate[k] = w->row_Z[k] > 0.0 ? PAIR_ONE : PAIR_LEAK;
        }
}

static struct program build(const struct network *net, const struct points *p,
                            struct kkt_workspace *w)
{
    groups_find(&w->groups, net, w->gate, p->m);
    for (size_t g = 0; g < w->groups.count; g++)
        memcpy(w->pair + g * p->m, w->gate + w->groups.first[g] * p->m, p->m);
    return (struct program){.rows = w->groups.count,
                            .points = p,
                            .u = net->u,
                            .leak = net->leak,
                            .gain = 1.0,
                            .sign = w->groups.sign,
                            .count = w->groups.size,
                            .pair = w->pair};
}

/* w = sum_i C_i x_i of each row, exactly zero where that is all cancellation, and its
 * pre-activations. */
static void form_weights(const struct points *p, struct kkt_workspace *w)
{
    size_t R = w->groups.count, m = p->m, r = p->r;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)R, (int)r, (int)m, 1.0,
                w->state.coefficient, (int)m, p->X, (int)r, 0.0, w->row_W, (int)r);
    for (size_t g = 0; g < R; g++) {
        double terms = 0.0, *row = w->row_W + g * r;
        for (size_t i = 0; i < m; i++)
            terms += fabs(w->state.coefficient[g * m + i]) *
                     w->length[i];
        if (vector_length(r, row) <= CANCELLED * terms)
            memset(row, 0, r * sizeof *row);
    }
    network_preactivations(R, w->row_W, p, w->row_Z);
}

/* Flip the gates that the pre-activations contradict; returns how many neurons' pairs.
 */
static size_t flip_gates(const struct network *net, const struct points *p,
                         struct kkt_workspace *w)
{
    double flips = 0.0;
    for (size_t g = 0; g < w->groups.count && net->leak < 1.0; g++) {
        double size = KINK_TOLERANCE * vector_length(p->r, w->row_W + g * p->r);
        for (size_t i = 0; i < p->m; i++) {
            size_t k = g * p->m + i;
            double z = w->row_Z[k];
            double zero = size * w->length[i];
            bool up = w->pair[k] == PAIR_LEAK && z > zero;
            bool down = w->pair[k] == PAIR_ONE && z < -zero;
            if (!up && !down)
                continue;
            w->pair[k] = up ? PAIR_ONE : PAIR_LEAK;
            flips += w->groups.size[g];
        }
    }
    return (size_t)flips;
}

static double margin_defect(const struct points *p, const struct network *net,
                            struct kkt_workspace *w)
{
    double defect = 0.0;
    memset(w->margin, 0, p->m * sizeof *w->margin);
    for (size_t g = 0; g < w->groups.count; g++)
        for (size_t i = 0; i < p->m; i++) {
            double z = w->row_Z[g * p->m + i], phi = z > 0.0 ? z : net->leak * z;
            w->margin[i] +=
                p->y[i] * w->groups.sign[g] * net->u * w->groups.size[g] * phi;
        }
    for (size_t i = 0; i < p->m; i++) {
        double over = w->margin[i] - 1.0;
        double off = w->state.lambda[i] > 0.0 ? fabs(over) : -over;
        if (off > defect || isnan(off)) /* NaN stays */
            defect = off;
    }
    return defect;
}

static void spread(const struct network *net, const struct points *p,
                   const struct program *problem, struct kkt_workspace *w,
                   struct kkt_point *out)
{
    program_slopes(problem, &w->state, w->row_v);
    memcpy(out->lambda, w->state.lambda, p->m * sizeof *out->lambda);
    for (size_t j = 0; j < net->n; j++) {
        size_t g = w->groups.of[j];
        memcpy(out->W + j * p->r, w->row_W + g * p->r, p->r * sizeof *out->W);
        memcpy(out->v + j * p->m, w->row_v + g * p->m, p->m * sizeof *out->v);
    }
    out->margin_defect = margin_defect(p, net, w);
}

static enum kkt_stop verdict(enum program_stop stop, double defect)
{
    switch (stop) {
    case PROGRAM_UNBOUNDED:
        return KKT_INFEASIBLE;
    case PROGRAM_NON_FINITE:
        return KKT_NON_FINITE;
    default:
        return defect <= MARGIN_TOLERANCE ? KKT_EXACT : KKT_INEXACT;
    }
}

void kkt_solve(const struct network *net, const struct points *p, const double *start,
               const double *warm, struct kkt_workspace *w, struct kkt_point *out)
{
    for (size_t i = 0; i < p->m; i++)
        w->length[i] = vector_length(p->r, p->X + i * p->r);
    start_gates(net, p, start, w);
    struct program problem = build(net, p, w);
    program_cold(&problem, &w->state);
    if (warm)
        memcpy(w->state.lambda, warm, p->m * sizeof *warm);
    out->flips = out->rounds = out->iterations = 0;
    program_begin(&problem, w->program);
    enum program_stop stop;
    size_t flipped;
    do {
        stop = program_solve(&problem, w->program, &w->state);
        out->rounds++;
        out->iterations += w->state.iterations;
        form_weights(p, w);
        flipped = stop == PROGRAM_UNBOUNDED || stop == PROGRAM_NON_FINITE
                      ? 0
                      : flip_gates(net, p, w);
        out->flips += flipped;
    } while (flipped > 0 && out->rounds < ROUND_LIMIT);
    spread(net, p, &problem, w, out);
    out->stop = flipped > 0 ? KKT_LIMIT : verdict(stop, out->margin_defect);
}
