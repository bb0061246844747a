/* Stages unlearn and evaluate of a unit. */
#include "sweep/unlearn.h"
#include "trial_unit.h"
#include <math.h>
#include <string.h>

void trial_split(struct unit *u, size_t k)
{
    struct trial_workspace *ws = u->ws;
    size_t m = u->points.m, r = u->points.r, n = ws->shape.net.n, kept = m - k;
    dataset_split(m, k, ws->forget, ws->retain);
    for (size_t i = 0; i < kept; i++) {
        size_t from = ws->retain[i];
        memcpy(ws->retain_X + i * r, u->points.X + from * r, r * sizeof *ws->retain_X);
        ws->retain_y[i] = u->points.y[from];
        ws->kept_lambda[i] = ws->trained.lambda[from];
        for (size_t j = 0; j < n; j++) {
            ws->kept_state[j * kept + i] = ws->state[j * m + from];
            ws->kept_v[j * kept + i] = ws->trained.v[j * m + from];
        }
    }
    u->retain = (struct points){kept, r, ws->retain_X, ws->retain_y};
    u->forget_count = k;
}

static double accuracy(struct unit *u, const struct weights *theta, size_t tests)
{
    struct trial_workspace *ws = u->ws;
    if (ws->shape.net.n == 1)
        return metrics_linear_accuracy(&ws->span, &ws->shape.request.mixture, theta);
    return metrics_accuracy(&ws->shape.net, &ws->span, tests, theta, &ws->metrics);
}

/* The same, computed once for a model and a number of test points. */
static double accuracy_of(struct unit *u, struct trained *t, size_t tests)
{
    if (isnan(t->accuracy) || t->tests != tests)
        t->accuracy = accuracy(u, &t->theta, tests);
    t->tests = tests;
    return t->accuracy;
}

/* Smallest margin of theta over the forget set. */
static double forget_margin(struct unit *u, const struct weights *theta)
{
    struct trial_workspace *ws = u->ws;
    network_preactivations(ws->shape.net.n, theta->W, &u->points, ws->Z);
    network_margins(&ws->shape.net, ws->Z, u->points.y, u->points.m, ws->margin);
    return metrics_smallest(ws->margin, ws->forget, u->forget_count);
}

static double changed_states(struct unit *u)
{
    struct trial_workspace *ws = u->ws;
    size_t n = ws->shape.net.n, count = n * u->retain.m;
    if (ws->shape.net.leak == 1.0)
        return 0.0;
    network_preactivations(n, ws->unlearned.W, &u->retain, ws->Z);
    network_states(n, ws->unlearned.W, ws->Z, &u->retain, ws->after_state);
    return metrics_flips(ws->kept_state, ws->after_state, count);
}

static void certify(struct unit *u, struct record *r)
{
    struct trial_workspace *ws = u->ws;
    const struct network *net = &ws->shape.net;
    struct kept kept = {ws->kept_state, ws->kept_v, ws->kept_lambda};
    struct certificate scaled, restored, exact;
    double *value = r->value;
    certificate_scaled(net, &u->retain, &ws->unlearned, &ws->certificate, &scaled);
    certificate_restored(net, &u->retain, &ws->unlearned, &kept, &ws->certificate,
                         &restored);
    certificate_exact(net, &u->retain, &ws->unlearned, ws->kept_lambda,
                      &ws->certificate, &exact);
    value[C_SEPARATED] = scaled.margin > 0.0;
    value[C_SCALED_EPS] = scaled.eps;
    value[C_SCALED_DELTA] = scaled.delta;
    value[C_NORM] = scaled.norm;
    value[C_RESTORED_EPS] = restored.eps;
    value[C_RESTORED_DELTA] = restored.delta;
    value[C_RESTORED_TAU] = restored.tau;
    value[C_EXACT_EPS] = exact.eps;
    value[C_EXACT_DELTA] = exact.delta;
    value[C_EXACT_TAU] = exact.tau;
    value[C_FLIPS] = exact.solved ? (double)exact.flips : NAN;
    if (isnan(scaled.margin))
        trial_fail(r, TRIAL_NON_FINITE, "unlearning: a margin is not finite");
    else if (!scaled.solved || !restored.solved || !exact.solved)
        trial_fail(r, TRIAL_SOLVER_LIMIT,
                   "%s certificate: the solver ended without an answer",
                   !scaled.solved     ? "scaled"
                   : !restored.solved ? "restored"
                                      : "exact");
}

void trial_evaluate(struct unit *u, const struct setting *s, struct record *r)
{
    struct trial_workspace *ws = u->ws;
    const struct unlearn_method *method =
        &unlearn_methods[(enum method)s->value[P_METHOD]];
    size_t n = ws->shape.net.n, coordinates = u->points.r;
    size_t tests = (size_t)s->value[P_TEST_SAMPLES];
    struct unlearn_problem q = {.net = &ws->shape.net,
                                .points = &u->points,
                                .theta = &ws->trained.theta,
                                .v = ws->trained.v,
                                .forget = ws->forget,
                                .forget_count = u->forget_count,
                                .retrained = &ws->retrained.theta,
                                .step_scale = s->value[P_STEP_SCALE]};
    double *value = r->value;
    value[C_LAMBDA_FORGET] = 0.0;
    for (size_t k = 0; k < u->forget_count; k++)
        value[C_LAMBDA_FORGET] += ws->trained.lambda[ws->forget[k]];
    value[C_FORGET_MARGIN_BEFORE] = forget_margin(u, &ws->trained.theta);
    method->apply(&q, &ws->unlearned);
    certify(u, r);
    value[C_STATES_CHANGED] = changed_states(u);
    value[C_FORGET_MARGIN_AFTER] = forget_margin(u, &ws->unlearned);
    value[C_ACCURACY_TRAINED] = accuracy_of(u, &ws->trained, tests);
    value[C_ACCURACY_UNLEARNED] = accuracy(u, &ws->unlearned, tests);
    if (s->value[P_RETRAIN] == 0.0)
        return;
    value[C_ACCURACY_RETRAINED] = accuracy_of(u, &ws->retrained, tests);
    value[C_FORGET_MARGIN_RETRAIN] = forget_margin(u, &ws->retrained.theta);
    value[C_RETRAIN_TAU] =
        weights_cosine_distance(n, coordinates, &ws->unlearned, &ws->retrained.theta);
    value[C_NONE_TAU] = weights_cosine_distance(n, coordinates, &ws->trained.theta,
                                                &ws->retrained.theta);
}
