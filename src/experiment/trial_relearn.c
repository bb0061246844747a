/* Descent on all points from models that do not hold the forgotten ones. */
#include "trial_unit.h"
#include <math.h>

/* The trained model is where margins go to without getting there: so much of its own is
 * asked for. */
static const double RELEARNED = 0.9;

/* From theta times `scale`; NaN: not within the limit. */
static double relearn(struct unit *u, const struct weights *theta, double scale,
                      double target, double limit)
{
    struct trial_workspace *ws = u->ws;
    struct weights from = {.W = ws->relearn_from}, to = {.W = ws->relearned};
    struct train_options o = trial_train_options(u);
    struct train_result result;
    o.max_steps = (uint64_t)limit;
    o.tolerance = 0.0;
    o.stable_steps = 0;
    o.stop = STOP_STEPS;
    o.watched = ws->forget;
    o.watched_count = u->forget_count;
    o.target = target;
    weights_scale(ws->shape.net.n, u->points.r, theta, scale, &from);
    train_run(&ws->shape.net, &u->points, from.W, from.perp, &o, &ws->train, &to,
              &result);
    return result.back ? (double)result.steps : NAN;
}

void trial_relearn(struct unit *u, const struct setting *s, struct record *r)
{
    struct trial_workspace *ws = u->ws;
    double *value = r->value, limit = s->value[P_RELEARN_STEPS];
    double target = RELEARNED * value[C_FORGET_MARGIN_BEFORE] / value[C_TRAINED_NORM];
    if (limit == 0.0 || u->forget_count == 0)
        return;
    if (!isnan(u->retain_margin))
        value[C_RELEARN_UNLEARNED] =
            relearn(u, &ws->unlearned, 1.0 / u->retain_margin, target, limit);
    if (s->value[P_RETRAIN] == 0.0)
        return;
    struct trained *t = trial_reference(u, s);
    if (t->relearn_limit != limit)
        t->relearned = relearn(u, &t->theta, 1.0, target, limit);
    t->relearn_limit = limit;
    value[C_RELEARN_RETRAIN] = t->relearned;
}
