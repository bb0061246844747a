/* Stages data and train of a unit. */
#include "sweep/cancel.h"
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

void trial_preactivations(struct unit *u, const double *W, const struct points *p)
{
    struct trial_workspace *ws = u->ws;
    groups_preactivations(&ws->certificate.groups, &ws->shape.net, W, p,
                          ws->certificate.H, ws->Z);
}

static double parameter(const struct unit *u, enum parameter p)
{
    return u->setting->value[p];
}

/* W(0) once more. Exact KKT points keep nothing of either outside the span. */
static void draw_fresh(struct unit *u)
{
    struct trial_workspace *ws = u->ws;
    const struct span_request *q = &ws->shape.request;
    struct rng_key key = rng_key_text(q->train_key, "retrain_start");
    span_start_draw(&ws->fresh_span, &ws->fresh_work, q, key, ws->rng);
    u->start_cosine = q->outside
                          ? span_start_cosine(&ws->span, &ws->span_work,
                                              &ws->fresh_span, &ws->fresh_work, q)
                          : 0.0;
}

void trial_draw(struct unit *u)
{
    struct trial_workspace *ws = u->ws;
    struct span *s = &ws->span;
    double *value = u->record.value;
    if (span_draw(s, &ws->shape.request, &ws->span_work, ws->rng) != SWEEP_OK) {
        trial_fail(&u->record, TRIAL_NON_FINITE,
                   "data: a training point is not finite, or of length 0 and cannot be "
                   "scaled to 1");
        return;
    }
    u->points =
        (struct points){s->m, s->r, s->X, s->y, s->all_products ? s->gram : NULL};
    u->start_cosine = 1.0;
    if (ws->shape.fresh)
        draw_fresh(u);
    span_near_orthogonality(s, &value[C_PSI], &value[C_PHI]);
    value[C_MISLABELLED] = 0.0;
    for (size_t i = 0; i < s->m; i++)
        value[C_MISLABELLED] += s->y[i] != s->y_true[i];
    double scale = parameter(u, P_INIT_SCALE);
    if (s->n == 1)
        value[C_LOG_EVIDENCE] = evidence_linear(
            &u->points, scale * scale / ws->shape.request.mixture.dimension,
            &ws->evidence);
}

struct train_options trial_train_options(const struct unit *u)
{
    return (struct train_options){
        .loss = (enum loss_kind)parameter(u, P_LOSS),
        .optimizer = (enum optimizer)parameter(u, P_OPTIMIZER),
        .learning_rate = parameter(u, P_LEARNING_RATE),
        .max_steps = (uint64_t)u->steps,
        .tolerance = parameter(u, P_TOLERANCE),
        .stable_steps = (uint64_t)parameter(u, P_STABLE_STEPS),
        .stop = (enum stop_rule)parameter(u, P_STOP)};
}

/* Points on which every neuron is inactive: no step moves them. */
static size_t dead_points(struct unit *u, const struct points *p, const double *W)
{
    struct trial_workspace *ws = u->ws;
    size_t n = ws->shape.net.n, dead = 0;
    network_preactivations(n, W, p, ws->Z);
    for (size_t i = 0; i < p->m && ws->shape.net.leak == 0.0; i++) {
        bool active = false;
        for (size_t j = 0; j < n; j++)
            active |= ws->Z[j * p->m + i] > 0.0;
        dead += !active;
    }
    return dead;
}

static void fail_unseparated(struct unit *u, const struct points *p, const char *what,
                             const struct weights *theta,
                             const struct train_result *result, struct record *r)
{
    size_t dead = dead_points(u, p, theta->W);
    if (dead > 0)
        trial_fail(r, TRIAL_DEAD_POINT,
                   "%s: no neuron is active on %zu of %zu points, so no step can "
                   "separate them; leaky_relu, a larger init_scale or width can",
                   what, dead, p->m);
    else
        trial_fail(r, TRIAL_NOT_SEPARATED,
                   "%s: smallest margin %g after %llu steps, so the points are not "
                   "separated",
                   what, result->margin, (unsigned long long)result->steps);
}

/* Loss and error of the model whose margins are in the workspace. */
static void measure_fit(const struct unit *u, size_t m, struct record *r)
{
    const struct loss *loss = &loss_table[(enum loss_kind)parameter(u, P_LOSS)];
    double sum = 0.0;
    size_t wrong = 0;
    for (size_t i = 0; i < m; i++) {
        sum += loss->value(u->ws->margin[i]);
        wrong += !(u->ws->margin[i] > 0.0);
    }
    r->value[C_TRAINED_LOSS] = sum / (double)m;
    r->value[C_TRAINED_ERROR] = (double)wrong / (double)m;
}

/* Train on `p` from a start; `what` names the model in messages. Fills theta and, in r, how
 * it went. */
static void train(struct unit *u, const struct points *p, const struct span *start,
                  const char *what, struct record *r, struct weights *theta,
                  struct train_result *result)
{
    struct trial_workspace *ws = u->ws;
    struct train_options o = trial_train_options(u);
    enum retrain_start kept = start == &ws->span ? RETRAIN_SAME : RETRAIN_FRESH;
    train_on(&ws->shape.net, p, start->W0, start->perp_norm, &o, &ws->train,
             &ws->history[kept], theta, result);
    /* Training sums margins up over its steps; here they are those of the weights. */
    network_preactivations(ws->shape.net.n, theta->W, p, ws->Z);
    if (isfinite(result->margin)) {
        result->margin = network_margins(&ws->shape.net, ws->Z, p->y, p->m, ws->margin);
        measure_fit(u, p->m, r);
    }
    result->margin += 0.0; /* -0 is 0 */
    r->value[C_LOSS_SUM] = result->loss_sum;
    r->value[C_STOP_REASON] = result->stop;
    r->value[C_STEPS] = (double)result->steps;
    r->value[C_TRAINED_MARGIN] = result->margin;
    if (result->stop == TRAIN_NON_FINITE)
        trial_fail(r, TRIAL_NON_FINITE, "%s: a margin became non-finite at step %llu",
                   what, (unsigned long long)result->steps);
    else if (result->stop != TRAIN_CANCELLED && !(result->margin > 0.0) &&
             !ws->shape.polish)
        fail_unseparated(u, p, what, theta, result, r);
}

/* out becomes the exact KKT point of the gates of `start`, which may be out's own, whose
 * pre-activations are in the workspace. What training has not separated yet may have one
 * too. */
static size_t polish(struct unit *u, const struct points *p, const char *what,
                     const struct weights *start, const struct train_result *result,
                     struct record *r, struct trained *out)
{
    struct trial_workspace *ws = u->ws;
    struct kkt_point point = {.W = out->theta.W, .lambda = out->lambda, .v = out->v};
    if (!(result->margin > 0.0) && dead_points(u, p, start->W) > 0) {
        fail_unseparated(u, p, what, start, result, r);
        return 0;
    }
    kkt_follow(&ws->shape.net, p, ws->Z, &ws->kkt, &point);
    out->theta.perp = 0.0;
    memcpy(out->theta.terms, point.terms, ws->shape.net.n * sizeof *point.terms);
    if (point.stop == KKT_NON_FINITE)
        trial_fail(r, TRIAL_NON_FINITE, "%s: the exact KKT point is not finite", what);
    else if (point.stop != KKT_EXACT && !(result->margin > 0.0))
        fail_unseparated(u, p, what, start, result, r);
    else if (point.stop == KKT_INFEASIBLE)
        trial_fail(r, TRIAL_UNRESOLVED,
                   "%s: the points are separated, but by a margin over |theta| |x| too "
                   "small for double precision",
                   what);
    else if (point.stop != KKT_EXACT)
        trial_fail(r, TRIAL_SOLVER_LIMIT,
                   "%s: no exact KKT point, margins off by %.3g of their terms", what,
                   fmax(point.defects.margin, point.defects.slackness));
    return point.flips;
}

bool trial_is_dead(const struct unit *u, size_t j)
{
    size_t m = u->points.m;
    double leak = u->ws->shape.net.leak;
    const signed char *state = u->ws->state + j * m;
    bool active = false, off_kink = false;
    for (size_t i = 0; i < m; i++) {
        active |= state[i] > 0;
        off_kink |= state[i] != 0;
    }
    return !active && (leak == 0.0 || !off_kink);
}

/* Kinks among the pairs of living neurons, and the share of dead ones. */
static void count_kinks(struct unit *u)
{
    struct trial_workspace *ws = u->ws;
    const struct network *net = &ws->shape.net;
    size_t m = u->points.m, dead = 0, kinks = 0;
    for (size_t j = 0; j < net->n && net->leak < 1.0; j++) {
        const signed char *state = ws->state + j * m;
        if (trial_is_dead(u, j)) {
            dead++;
            continue;
        }
        for (size_t i = 0; i < m; i++)
            kinks += state[i] == 0;
    }
    u->record.value[C_DEAD_NEURONS] = (double)dead / (double)net->n;
    u->record.value[C_KINKS] =
        dead < net->n ? (double)kinks / (double)((net->n - dead) * m) : NAN;
}

static void measure_trained(struct unit *u)
{
    struct trial_workspace *ws = u->ws;
    struct trained *t = &ws->trained;
    double *value = u->record.value;
    size_t n = ws->shape.net.n;
    struct multipliers measured = {.lambda = t->lambda, .v = t->v};
    if (ws->shape.polish)
        multipliers_measure(&ws->shape.net, &u->points, &t->theta, &ws->multipliers,
                            &measured);
    else
        multipliers_solve(&ws->shape.net, &u->points, &t->theta, &ws->multipliers,
                          &measured);
    if (measured.stop != PROGRAM_CONVERGED)
        trial_fail(&u->record, TRIAL_SOLVER_LIMIT,
                   "multipliers of the trained model: the solver ended above rounding");
    trial_preactivations(u, t->theta.W, &u->points);
    network_states(n, &t->theta, ws->Z, &u->points, ws->state);
    count_kinks(u);
    double norm = weights_norm(n, u->points.r, &t->theta);
    value[C_TRAINED_EPS] = measured.eps;
    value[C_TRAINED_DELTA] = measured.delta;
    value[C_TRAINED_NORM] = norm;
    value[C_TRAINED_RELATIVE_EPS] = measured.eps / norm;
    value[C_TRAINED_RELATIVE_DELTA] = measured.delta / (norm * norm);
    value[C_UNIQUE] = measured.unique;
}

static void settle_trained(struct unit *u, const struct train_result *result)
{
    struct trial_workspace *ws = u->ws;
    struct trained *t = &ws->trained;
    double *value = u->record.value;
    size_t n = ws->shape.net.n, r = u->points.r;
    t->tests = 0;
    if (ws->shape.polish) {
        size_t flips =
            polish(u, &u->points, "training", &ws->raw, result, &u->record, t);
        if (u->record.status != TRIAL_OK || cancel_asked())
            return; /* there is no exact point: theta may be that of another trial */
        value[C_POLISH_FLIPS] = (double)flips;
        value[C_POLISH_TAU] = weights_cosine_distance(n, r, &ws->raw, &t->theta);
    } else {
        weights_scale(n, r, &ws->raw, 1.0 / result->margin, &t->theta);
    }
    measure_trained(u);
}

void trial_train(struct unit *u)
{
    struct train_result result;
    train(u, &u->points, &u->ws->span, "training", &u->record, &u->ws->raw, &result);
    if (result.stop == TRAIN_CANCELLED)
        return;
    if (u->record.status == TRIAL_OK)
        settle_trained(u, &result);
    if (u->record.status == TRIAL_OK && u->ws->shape.ranks)
        trial_ranks(u);
}

void trial_retrain(struct unit *u, enum retrain_start start, struct record *r)
{
    struct trial_workspace *ws = u->ws;
    bool fresh = start == RETRAIN_FRESH;
    struct trained *t = fresh ? &ws->fresh : &ws->retrained;
    const char *what = fresh ? "retraining from a fresh start" : "retraining";
    struct train_result result;
    train(u, &u->retain, t->start, what, r, &t->theta, &result);
    if (result.stop == TRAIN_CANCELLED)
        return;
    if (!fresh)
        u->retrain_steps = (double)result.steps;
    t->tests = 0;
    t->relearn_limit = 0;
    if (r->status == TRIAL_OK && ws->shape.polish)
        polish(u, &u->retain, what, &t->theta, &result, r, t);
    else if (r->status == TRIAL_OK) {
        struct weights raw = {.W = t->theta.W, .perp = t->theta.perp};
        weights_scale(ws->shape.net.n, u->retain.r, &raw, 1.0 / result.margin,
                      &t->theta);
    }
}
