/* Stage unlearn of a cell: theta' of its method, of all points at once or request by request.
 *
 * A request is for some of the points to be forgotten, in the order of their turns. The
 * method is applied to the model that the requests before have left, at margin 1 on the
 * points it still holds where it separates them, with its multipliers there (multipliers.h),
 * and the result gets the scale of that model back. */
#include "sweep/cancel.h"
#include "sweep/status.h"
#include "trial_unit.h"
#include <math.h>
#include <string.h>

/* The rows of theta' are sums of theta's and of the steps: what cancelled is 0. */
static void settle_unlearned(struct unit *u, const struct weights *theta)
{
    struct trial_workspace *ws = u->ws;
    size_t n = ws->shape.net.n, r = u->points.r;
    for (size_t j = 0; j < n; j++) {
        double square = 0.0;
        for (size_t k = 0; k < r; k++) {
            double step = ws->unlearned.W[j * r + k] - theta->W[j * r + k];
            square += step * step;
        }
        ws->unlearned.terms[j] = weights_terms(theta, r, j) + sqrt(square);
    }
}

/* What the method of a cell is asked to do with the trained model and all of F. */
static struct unlearn_problem problem_of(struct unit *u, const struct setting *s)
{
    struct trial_workspace *ws = u->ws;
    const double *value = s->value;
    struct rng_key key = ws->shape.request.train_key;
    double d = ws->shape.request.mixture.dimension;
    double step = 4.0 * (double)(ws->shape.net.n * u->retain.m) * d;
    return (struct unlearn_problem){.net = &ws->shape.net,
                                    .points = &u->points,
                                    .dimension = d,
                                    .theta = &ws->trained.theta,
                                    .lambda = ws->trained.lambda,
                                    .v = ws->trained.v,
                                    .state = ws->state,
                                    .forget = ws->forget,
                                    .forget_count = u->forget_count,
                                    .retain = ws->retain,
                                    .retrained = &ws->retrained.theta,
                                    .retrained_flops = u->retrain_steps * step,
                                    .loss = (enum loss_kind)value[P_LOSS],
                                    .step_scale = value[P_STEP_SCALE],
                                    .retained_variance = value[P_RETAINED_VARIANCE],
                                    .descent_weight = value[P_DESCENT_WEIGHT],
                                    .steps = (size_t)value[P_UNLEARN_STEPS],
                                    .direction = rng_key_text(key, "random_direction")};
}

/* theta' of one problem, into the workspace; false after a failure. */
static bool apply(struct unit *u, const struct setting *s,
                  const struct unlearn_problem *q, struct record *r)
{
    struct trial_workspace *ws = u->ws;
    const struct unlearn_method *method =
        &unlearn_methods[(enum method)s->value[P_METHOD]];
    double flops;
    if (method->apply(q, &ws->unlearning, &ws->unlearned, &flops) != SWEEP_OK) {
        trial_fail(r, TRIAL_SOLVER_LIMIT, "%s: a solver ended without an answer",
                   method->name);
        return false;
    }
    r->value[C_STEP_FLOPS] += flops;
    if (!method->needs_retrained)
        settle_unlearned(u, q->theta);
    weights_drop_cancelled(ws->shape.net.n, u->points.r, &ws->unlearned);
    return true;
}

/* The request that point i is part of; `requests`: of none. */
static size_t request_of(const struct unit *u, size_t i, size_t requests)
{
    size_t turn = u->ws->place[i];
    return turn < u->forget_count ? turn * requests / u->forget_count : requests;
}

/* The points that are held when request k comes, and which of them it is for. */
static void gather(struct unit *u, size_t k, size_t requests, struct unlearn_problem *q)
{
    struct requested *held = &u->ws->requested;
    size_t r = u->points.r, m = 0, kept = 0;
    q->forget_count = 0;
    for (size_t i = 0; i < u->points.m; i++) {
        size_t request = request_of(u, i, requests);
        if (request < k)
            continue;
        memcpy(held->X + m * r, u->points.X + i * r, r * sizeof *held->X);
        held->y[m] = u->points.y[i];
        if (request == k)
            held->forget[q->forget_count++] = m++;
        else
            held->retain[kept++] = m++;
    }
    held->points = (struct points){m, r, held->X, held->y, NULL};
    q->points = &held->points;
    q->forget = held->forget;
    q->retain = held->retain;
}

/* The model as it is, at margin 1 where it separates its points, and its multipliers there;
 * returns what it was scaled by, NaN after a failure. */
static double measure(struct unit *u, struct unlearn_problem *q, struct record *r)
{
    struct trial_workspace *ws = u->ws;
    struct requested *held = &ws->requested;
    const struct network *net = &ws->shape.net;
    const struct points *p = &held->points;
    struct multipliers fitted = {.lambda = held->lambda, .v = held->v};
    network_preactivations(net->n, ws->unlearned.W, p, ws->Z);
    double margin = network_margins(net, ws->Z, p->y, p->m, ws->margin);
    double scale = margin > 0.0 ? 1.0 / margin : 1.0;
    if (isnan(margin)) {
        trial_fail(r, TRIAL_NON_FINITE, "unlearning: a margin is not finite");
        return NAN;
    }
    weights_scale(net->n, p->r, &ws->unlearned, scale, &held->theta);
    multipliers_solve(net, p, &held->theta, &ws->multipliers, &fitted);
    if (fitted.stop != PROGRAM_CONVERGED) {
        trial_fail(r, TRIAL_SOLVER_LIMIT,
                   "multipliers between requests: the solver ended above rounding");
        return NAN;
    }
    network_preactivations(net->n, held->theta.W, p, ws->Z);
    network_states(net->n, &held->theta, ws->Z, p, held->state);
    q->theta = &held->theta;
    q->lambda = held->lambda;
    q->v = held->v;
    q->state = held->state;
    return scale;
}

/* `all`: at once. */
static bool one_after_another(struct unit *u, const struct setting *s,
                              const struct unlearn_problem *all, size_t requests,
                              struct record *r)
{
    struct trial_workspace *ws = u->ws;
    for (size_t k = 0; k < requests && !cancel_asked(); k++) {
        struct unlearn_problem q = *all;
        double scale = 1.0;
        gather(u, k, requests, &q);
        if (k > 0) {
            q.direction = rng_key_word(all->direction, k);
            scale = measure(u, &q, r);
        }
        if (isnan(scale) || !apply(u, s, &q, r))
            return false;
        weights_scale(ws->shape.net.n, u->points.r, &ws->unlearned, 1.0 / scale,
                      &ws->unlearned);
    }
    return true;
}

bool trial_unlearn(struct unit *u, const struct setting *s, struct record *r)
{
    struct trial_workspace *ws = u->ws;
    struct unlearn_problem all = problem_of(u, s);
    size_t requests = (size_t)s->value[P_REQUESTS];
    if (requests > u->forget_count)
        requests = u->forget_count;
    r->value[C_STEP_FLOPS] = 0.0;
    if (requests <= 1)
        return apply(u, s, &all, r);
    struct weights once = {.W = ws->requested.once};
    if (!apply(u, s, &all, r))
        return false;
    weights_scale(ws->shape.net.n, u->points.r, &ws->unlearned, 1.0, &once);
    r->value[C_STEP_FLOPS] = 0.0;
    if (!one_after_another(u, s, &all, requests, r))
        return false;
    r->value[C_REQUESTS_TAU] =
        weights_cosine_distance(ws->shape.net.n, u->points.r, &ws->unlearned, &once);
    return true;
}
