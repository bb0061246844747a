#include "sweep/multipliers.h"
#include "multipliers_choose.h"
#include "sweep/cancel.h"
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <string.h>

void multipliers_layout(struct multipliers_workspace *w, size_t n, size_t m, size_t r,
                        struct arena *a)
{
    program_workspace_layout(&w->program, n, m, r, a);
    multipliers_layout_lent(w, n, m, r, a);
}

void multipliers_layout_lent(struct multipliers_workspace *w, size_t n, size_t m,
                             size_t r, struct arena *a)
{
    groups_layout(&w->groups, n, a);
    program_state_layout(&w->state, n, m, r, a);
    w->Z = arena_doubles(a, n, m);
    w->margin = arena_doubles(a, m, 1);
    w->kink = arena_carve(a, n, m, sizeof *w->kink);
    w->pair = arena_carve(a, n, m, sizeof *w->pair);
    w->target = arena_doubles(a, n, r);
    w->row_v = arena_doubles(a, n, m);
    multipliers_choose_layout(w, n, m, r, a);
}

/* The slope of a pair follows from its state; a linear activation has no kinks. */
static unsigned char pair_of(const struct network *net, signed char state)
{
    if (net->leak == 1.0 || state > 0)
        return PAIR_ONE;
    return state < 0 ? PAIR_LEAK : PAIR_BOX;
}

static struct program residual_program(const struct network *net,
                                       const struct points *p,
                                       const struct weights *theta,
                                       struct multipliers_workspace *w)
{
    groups_find(&w->groups, net, theta->W, p->r * sizeof *theta->W);
    for (size_t g = 0; g < w->groups.count; g++) {
        size_t j = w->groups.first[g];
        memcpy(w->target + g * p->r, theta->W + j * p->r, p->r * sizeof *theta->W);
        for (size_t i = 0; i < p->m; i++)
            w->pair[g * p->m + i] = pair_of(net, w->kink[j * p->m + i]);
    }
    return (struct program){.rows = w->groups.count,
                            .points = p,
                            .u = net->u,
                            .leak = net->leak,
                            .gain = 0.0,
                            .sign = w->groups.sign,
                            .count = w->groups.size,
                            .pair = w->pair,
                            .target = w->target};
}

static void put_answer(const struct network *net, const struct points *p,
                       const struct weights *theta, const struct program *problem,
                       struct multipliers_workspace *w, struct multipliers *out)
{
    memcpy(out->lambda, w->state.lambda, p->m * sizeof *out->lambda);
    if (out->v) {
        program_slopes(problem, &w->state, w->row_v);
        for (size_t j = 0; j < net->n; j++)
            memcpy(out->v + j * p->m, w->row_v + w->groups.of[j] * p->m,
                   p->m * sizeof *out->v);
    }
    out->eps = hypot(w->state.rest, theta->perp);
    out->delta = multipliers_slackness(out->lambda, w->margin, p->m);
    if (out->stop == PROGRAM_NON_FINITE)
        out->eps = out->delta = NAN;
}

static void solve_residual(const struct network *net, const struct points *p,
                           const struct weights *theta, bool known,
                           struct multipliers_workspace *w, struct multipliers *out)
{
    groups_preactivations(&w->groups, net, theta->W, p, w->target, w->Z);
    network_margins(net, w->Z, p->y, p->m, w->margin);
    network_states(net->n, theta, w->Z, p, w->kink);
    struct program problem = residual_program(net, p, theta, w);
    program_begin(&problem, w->program);
    if (known)
        program_warm(&problem, &w->state, out->lambda, out->v, w->groups.first);
    else
        program_cold(&problem, &w->state);
    out->unique = false;
    out->stop = program_solve(&problem, w->program, &w->state);
    if (out->stop == PROGRAM_CONVERGED)
        out->unique = multipliers_choose(&problem, w);
    if (cancel_asked())
        out->stop = PROGRAM_CANCELLED;
    put_answer(net, p, theta, &problem, w, out);
}

void multipliers_solve(const struct network *net, const struct points *p,
                       const struct weights *theta, struct multipliers_workspace *w,
                       struct multipliers *out)
{
    solve_residual(net, p, theta, false, w, out);
}

void multipliers_measure(const struct network *net, const struct points *p,
                         const struct weights *theta, struct multipliers_workspace *w,
                         struct multipliers *out)
{
    solve_residual(net, p, theta, true, w, out);
}

double multipliers_slackness(const double *lambda, const double *margin, size_t m)
{
    double delta = m ? -INFINITY : 0.0;
    for (size_t i = 0; i < m; i++)
        delta = fmax(delta, lambda[i] * (margin[i] - 1.0));
    return delta;
}
