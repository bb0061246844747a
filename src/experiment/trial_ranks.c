/* Ranks of the weights along training. */
#include "trial_unit.h"
#include <math.h>

static void measure_ranks(struct unit *u, enum ranked model,
                          const struct weights *theta)
{
    struct trial_workspace *ws = u->ws;
    u->rank[model] =
        rank_measure(&ws->span, &ws->shape.request, &ws->span_work, theta, &ws->ranks);
}

/* Models that the trial has no use for take the place of the retrained one, which comes
 * later. */
void trial_ranks(struct unit *u)
{
    struct trial_workspace *ws = u->ws;
    struct trained *scratch = &ws->retrained;
    struct weights init = {.W = ws->span.W0, .perp = ws->span.perp_norm};
    struct train_options one = trial_train_options(u);
    struct train_result result;
    measure_ranks(u, RANKED_INIT, &init);
    if (one.max_steps > 1)
        one.max_steps = 1;
    train_run(&ws->shape.net, &u->points, ws->span.W0, ws->span.perp_norm, &one,
              &ws->train, &scratch->theta, &result);
    measure_ranks(u, RANKED_STEP, &scratch->theta);
    measure_ranks(u, RANKED_TRAINED, &ws->raw);
    if (ws->shape.polish) {
        measure_ranks(u, RANKED_EXACT, &ws->trained.theta);
        return;
    }
    struct kkt_point point = {
        .W = scratch->theta.W, .lambda = scratch->lambda, .v = scratch->v};
    trial_preactivations(u, ws->raw.W, &u->points);
    kkt_follow(&ws->shape.net, &u->points, ws->Z, &ws->kkt, &point);
    scratch->theta.perp = 0.0;
    if (point.stop == KKT_EXACT)
        measure_ranks(u, RANKED_EXACT, &scratch->theta);
    else
        u->rank[RANKED_EXACT] = (struct rank){NAN, NAN};
}
