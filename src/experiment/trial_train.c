/* Stages data and train of a unit. */
#include "sweep/status.h"
#include "trial_unit.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The first failure of a trial is its reason. */
void trial_fail(struct record *r, enum trial_status status, const char *format, ...)
{
    va_list arguments;
    if (r->status != TRIAL_OK)
        return;
    r->status = status;
    va_start(arguments, format);
    vsnprintf(r->message, sizeof r->message, format, arguments);
    va_end(arguments);
}

static double parameter(const struct unit *u, enum parameter p)
{
    return u->setting->value[p];
}

void trial_draw(struct unit *u)
{
    struct trial_workspace *ws = u->ws;
    struct span *s = &ws->span;
    double *value = u->record.value;
    if (span_draw(s, &ws->shape.request, &ws->span_work, ws->rng) != SWEEP_OK) {
        trial_fail(&u->record, TRIAL_NON_FINITE, "data: not finite");
        return;
    }
    u->points = (struct points){s->m, s->r, s->X, s->y};
    dataset_near_orthogonality(s->gram, s->m, &value[C_PSI], &value[C_PHI]);
    value[C_MISLABELLED] = 0.0;
    for (size_t i = 0; i < s->m; i++)
        value[C_MISLABELLED] += s->y[i] != s->y_true[i];
}

struct train_options trial_train_options(const struct unit *u)
{
    return (struct train_options){
        .loss = (enum loss_kind)parameter(u, P_LOSS),
        .optimizer = (enum optimizer)parameter(u, P_OPTIMIZER),
        .learning_rate = parameter(u, P_LEARNING_RATE),
        .max_steps = (uint64_t)parameter(u, P_MAX_STEPS),
        .tolerance = parameter(u, P_TOLERANCE),
        .stable_steps = (uint64_t)parameter(u, P_STABLE_STEPS)};
}

/* Train on `p`; `what` names the model in messages. Fills theta and, in r, how it went.
 */
static void train(struct unit *u, const struct points *p, const char *what,
                  struct record *r, struct weights *theta, struct train_result *result)
{
    struct trial_workspace *ws = u->ws;
    struct train_options o = trial_train_options(u);
    train_run(&ws->shape.net, p, ws->span.W0, ws->span.perp_norm, &o, u->cancel,
              &ws->train, theta, result);
    r->value[C_STOP_REASON] = result->stop;
    r->value[C_STEPS] = (double)result->steps;
    r->value[C_TRAINED_MARGIN] = result->margin;
    if (result->stop == TRAIN_NON_FINITE)
        trial_fail(r, TRIAL_NON_FINITE, "%s: a margin became non-finite at step %llu",
                   what, (unsigned long long)result->steps);
    else if (result->stop != TRAIN_CANCELLED && !(result->margin > 0.0))
        trial_fail(
            r, TRIAL_NOT_SEPARATED,
            "%s: smallest margin %g after %llu steps, so the points are not separated",
            what, result->margin, (unsigned long long)result->steps);
}

/* out becomes the exact KKT point of the gates of `start`, which may be out's own. */
static size_t polish(struct unit *u, const struct points *p, const char *what,
                     const struct weights *start, struct record *r, struct trained *out)
{
    struct trial_workspace *ws = u->ws;
    struct kkt_point point = {.W = out->theta.W, .lambda = out->lambda, .v = out->v};
    kkt_solve(&ws->shape.net, p, start->W, NULL, &ws->kkt, &point);
    out->theta.perp = 0.0;
    if (point.stop == KKT_NON_FINITE)
        trial_fail(r, TRIAL_NON_FINITE, "%s: the exact KKT point is not finite", what);
    else if (point.stop != KKT_EXACT)
        trial_fail(r, TRIAL_SOLVER_LIMIT, "%s: no exact KKT point, margins off by %.3g",
                   what, point.margin_defect);
    return point.flips;
}

static void settle_trained(struct unit *u, const struct train_result *result)
{
    struct trial_workspace *ws = u->ws;
    struct trained *t = &ws->trained;
    double *value = u->record.value;
    size_t n = ws->shape.net.n, m = u->points.m, r = u->points.r;
    t->accuracy = NAN;
    if (ws->shape.polish) {
        value[C_POLISH_FLIPS] =
            (double)polish(u, &u->points, "training", &ws->raw, &u->record, t);
        value[C_POLISH_TAU] = weights_cosine_distance(n, r, &ws->raw, &t->theta);
    } else {
        weights_scale(n, r, &ws->raw, 1.0 / result->margin, &t->theta);
    }
    struct multipliers measured = {.lambda = ws->kept_lambda, .v = ws->kept_v};
    multipliers_solve(&ws->shape.net, &u->points, &t->theta, &ws->multipliers,
                      &measured);
    if (measured.stop != PROGRAM_CONVERGED)
        trial_fail(&u->record, TRIAL_SOLVER_LIMIT,
                   "multipliers of the trained model: no "
                   "minimum within the bound on iterations");
    /* The exact point brings its own multipliers; a trained model's are measured. */
    if (!ws->shape.polish) {
        memcpy(t->lambda, measured.lambda, m * sizeof *t->lambda);
        memcpy(t->v, measured.v, n * m * sizeof *t->v);
    }
    network_preactivations(n, t->theta.W, &u->points, ws->Z);
    network_states(n, &t->theta, ws->Z, &u->points, ws->state);
    size_t kinks = 0;
    for (size_t k = 0; k < n * m; k++)
        kinks += ws->state[k] == 0;
    value[C_KINKS] = ws->shape.net.leak < 1.0 ? (double)kinks / (double)(n * m) : 0.0;
    value[C_TRAINED_EPS] = measured.eps;
    value[C_TRAINED_DELTA] = measured.delta;
    value[C_TRAINED_NORM] = weights_norm(n, r, &t->theta);
}

bool trial_train(struct unit *u)
{
    struct train_result result;
    train(u, &u->points, "training", &u->record, &u->ws->raw, &result);
    if (result.stop == TRAIN_CANCELLED)
        return false;
    if (u->record.status == TRIAL_OK)
        settle_trained(u, &result);
    if (u->record.status == TRIAL_OK && u->ws->shape.ranks)
        trial_ranks(u);
    return true;
}

bool trial_retrain(struct unit *u, struct record *r)
{
    struct trial_workspace *ws = u->ws;
    struct weights *theta = &ws->retrained.theta;
    struct train_result result;
    train(u, &u->retain, "retraining", r, theta, &result);
    if (result.stop == TRAIN_CANCELLED)
        return false;
    u->retrain_steps = (double)result.steps;
    ws->retrained.accuracy = NAN;
    if (r->status == TRIAL_OK && ws->shape.polish)
        polish(u, &u->retain, "retraining", theta, r, &ws->retrained);
    else if (r->status == TRIAL_OK)
        weights_scale(ws->shape.net.n, u->retain.r, theta, 1.0 / result.margin, theta);
    return true;
}
