/* The models of a cell beside each other: on test points, and in weights. */
#include "trial_unit.h"
#include <math.h>

/* A tau of two models whose angle is rounding. */
static const double SAME_DIRECTION = 1e-24;

/* One of them. */
struct side {
    const struct weights *theta;
    const struct span *start;
    const double *output; /* on test points, where there is no closed form */
    double scale;         /* to margin 1 on R; NAN: it does not separate R */
};

static bool closed_form(const struct unit *u)
{
    return metrics_closed_form(&u->ws->shape.request);
}

static double accuracy(const struct unit *u, const struct side *a, size_t tests)
{
    const struct trial_workspace *ws = u->ws;
    if (closed_form(u))
        return metrics_linear_accuracy(a->start, &ws->shape.request.mixture, a->theta);
    return metrics_accuracy(ws->span.test_y, a->output, tests);
}

/* A model whose outputs stay, as other cells ask for them too. */
static struct side side_of(struct unit *u, struct trained *t, double scale,
                           size_t tests)
{
    struct trial_workspace *ws = u->ws;
    if (!closed_form(u) && t->tests < tests) {
        metrics_outputs(&ws->shape.net, t->start, tests, &t->theta, &ws->metrics,
                        t->output);
        t->tests = tests;
    }
    return (struct side){&t->theta, t->start, t->output, scale};
}

static struct side unlearned_side(struct unit *u, size_t tests)
{
    struct trial_workspace *ws = u->ws;
    if (!closed_form(u))
        metrics_outputs(&ws->shape.net, &ws->span, tests, &ws->unlearned, &ws->metrics,
                        ws->unlearned_output);
    return (struct side){&ws->unlearned, &ws->span, ws->unlearned_output,
                         1.0 / u->retain_margin};
}

/* Where the comparison of a model with the retrained one goes. */
struct pair_columns {
    enum column tau, agreement, distance;
};
static const struct pair_columns retrain_columns = {C_RETRAIN_TAU, C_RETRAIN_AGREEMENT,
                                                    C_RETRAIN_OUTPUT_DISTANCE},
                                 none_columns = {C_NONE_TAU, C_NONE_AGREEMENT,
                                                 C_NONE_OUTPUT_DISTANCE},
                                 floor_columns = {C_FLOOR_TAU, C_FLOOR_AGREEMENT,
                                                  C_FLOOR_OUTPUT_DISTANCE};

static void put_pair(const struct unit *u, const struct side *a, const struct side *b,
                     size_t tests, const struct pair_columns *to, double *value)
{
    const struct trial_workspace *ws = u->ws;
    const struct mixture *mixture = &ws->shape.request.mixture;
    double cosine = a->start == b->start ? 1.0 : u->start_cosine;
    value[to->tau] = weights_start_distance(ws->shape.net.n, u->points.r, a->theta,
                                            b->theta, cosine);
    if (closed_form(u)) {
        struct metrics_linear one = {a->start, a->theta}, two = {b->start, b->theta};
        value[to->agreement] = metrics_linear_agreement(&one, &two, mixture, cosine);
        value[to->distance] =
            metrics_linear_distance(&one, a->scale, &two, b->scale, mixture, cosine);
        return;
    }
    value[to->agreement] = metrics_agreement(a->output, b->output, tests);
    value[to->distance] =
        metrics_output_distance(a->output, a->scale, b->output, b->scale, tests);
}

struct trained *trial_reference(struct unit *u, const struct setting *s)
{
    return s->value[P_RETRAIN_START] == RETRAIN_FRESH ? &u->ws->fresh
                                                      : &u->ws->retrained;
}

void trial_compare(struct unit *u, const struct setting *s, struct record *r)
{
    struct trial_workspace *ws = u->ws;
    size_t tests = (size_t)s->value[P_TEST_SAMPLES];
    double *value = r->value;
    double least = metrics_smallest(ws->before, ws->retain, u->retain.m);
    struct side trained = side_of(u, &ws->trained, 1.0 / least, tests);
    struct side unlearned = unlearned_side(u, tests);
    value[C_ACCURACY_TRAINED] = accuracy(u, &trained, tests);
    value[C_ACCURACY_UNLEARNED] = accuracy(u, &unlearned, tests);
    if (s->value[P_RETRAIN] == 0.0)
        return;
    struct side retrained = side_of(u, trial_reference(u, s), 1.0, tests);
    value[C_ACCURACY_RETRAINED] = accuracy(u, &retrained, tests);
    put_pair(u, &unlearned, &retrained, tests, &retrain_columns, value);
    put_pair(u, &trained, &retrained, tests, &none_columns, value);
    if (value[C_NONE_TAU] > SAME_DIRECTION)
        value[C_RETRAIN_RATIO] = value[C_RETRAIN_TAU] / value[C_NONE_TAU];
    if (s->value[P_RETRAIN_START] == RETRAIN_FRESH) {
        struct side same = side_of(u, &ws->retrained, 1.0, tests);
        put_pair(u, &same, &retrained, tests, &floor_columns, value);
    }
}
