/* Stages unlearn and evaluate of a unit. */
#include "sweep/cancel.h"
#include "trial_unit.h"
#include <math.h>
#include <string.h>

/* The turns of all points to be forgotten. */
static void find_places(struct unit *u, const struct setting *s)
{
    struct trial_workspace *ws = u->ws;
    enum forget_which which = (enum forget_which)s->value[P_FORGET_WHICH];
    rng_start(ws->rng, rng_key_text(ws->shape.request.data_key, "forget"));
    if (which < FORGET_LARGEST)
        dataset_places(ws->rng, which, ws->span.y_true, ws->span.y, u->points.m,
                       ws->place);
    else
        dataset_places_of(which, ws->trained.lambda, (size_t)s->value[P_FORGET_INDEX],
                          u->points.m, ws->place);
}

void trial_split(struct unit *u, const struct setting *s)
{
    struct trial_workspace *ws = u->ws;
    size_t m = u->points.m, r = u->points.r, n = ws->shape.net.n;
    find_places(u, s);
    u->forget_count =
        dataset_split(ws->place, m, (size_t)s->value[P_FORGET], ws->forget, ws->retain);
    u->record.value[C_FORGOTTEN] = (double)u->forget_count;
    size_t kept = m - u->forget_count;
    for (size_t i = 0; i < kept; i++) {
        size_t from = ws->retain[i];
        memcpy(ws->retain_X + i * r, u->points.X + from * r, r * sizeof *ws->retain_X);
        ws->retain_y[i] = u->points.y[from];
        ws->kept_lambda[i] = ws->trained.lambda[from];
    }
    for (size_t j = 0; j < n; j++)
        for (size_t i = 0; i < kept; i++) {
            ws->kept_state[j * kept + i] = ws->state[j * m + ws->retain[i]];
            ws->kept_v[j * kept + i] = ws->trained.v[j * m + ws->retain[i]];
        }
    kkt_forget(&ws->kkt);
    u->retain = (struct points){kept, r, ws->retain_X, ws->retain_y, NULL};
    if (ws->retain_gram)
        network_gram(&u->retain, ws->retain_gram);
    u->retain.gram = ws->retain_gram;
}

/* Margins (m) of theta on all points; returns the smallest over the forget set. */
static double margins(struct unit *u, const struct weights *theta, double *margin)
{
    struct trial_workspace *ws = u->ws;
    trial_preactivations(u, theta->W, &u->points);
    network_margins(&ws->shape.net, ws->Z, u->points.y, u->points.m, margin);
    return metrics_smallest(margin, ws->forget, u->forget_count);
}

/* Mean and largest of the forget set's margins, of a model times `scale`. */
static void spread(const struct unit *u, const double *margin, double scale,
                   double *mean, double *largest)
{
    if (u->forget_count == 0)
        return;
    *mean = 0.0;
    *largest = -INFINITY;
    for (size_t k = 0; k < u->forget_count; k++) {
        double q = scale * margin[u->ws->forget[k]];
        *mean += q / (double)u->forget_count;
        *largest = fmax(*largest, q);
    }
}

/* Share of kinks among the pairs of living neurons and forgotten points. */
static double forgotten_kinks(const struct unit *u)
{
    const struct trial_workspace *ws = u->ws;
    size_t m = u->points.m, living = 0, kinks = 0;
    if (u->forget_count == 0)
        return NAN;
    if (ws->shape.net.leak == 1.0)
        return 0.0;
    for (size_t j = 0; j < ws->shape.net.n; j++) {
        if (trial_is_dead(u, j))
            continue;
        living++;
        for (size_t k = 0; k < u->forget_count; k++)
            kinks += ws->state[j * m + ws->forget[k]] == 0;
    }
    return living > 0 ? (double)kinks / (double)(living * u->forget_count) : NAN;
}

static double changed_states(struct unit *u)
{
    struct trial_workspace *ws = u->ws;
    size_t n = ws->shape.net.n, count = n * u->retain.m;
    if (ws->shape.net.leak == 1.0)
        return 0.0;
    trial_preactivations(u, ws->unlearned.W, &u->retain);
    network_states(n, &ws->unlearned, ws->Z, &u->retain, ws->after_state);
    return metrics_flips(ws->kept_state, ws->after_state, count);
}

/* Where a certificate's numbers go. */
struct certificate_columns {
    const char *name;
    enum column eps, delta, tau, norm, relative_eps, relative_delta;
};

static const struct certificate_columns scaled_columns = {
    .name = "scaled",
    .eps = C_SCALED_EPS,
    .delta = C_SCALED_DELTA,
    .tau = COLUMN_COUNT,
    .norm = C_NORM,
    .relative_eps = C_SCALED_RELATIVE_EPS,
    .relative_delta = C_SCALED_RELATIVE_DELTA,
};
static const struct certificate_columns restored_columns = {
    .name = "restored",
    .eps = C_RESTORED_EPS,
    .delta = C_RESTORED_DELTA,
    .tau = C_RESTORED_TAU,
    .norm = C_RESTORED_NORM,
    .relative_eps = C_RESTORED_RELATIVE_EPS,
    .relative_delta = C_RESTORED_RELATIVE_DELTA,
};
static const struct certificate_columns exact_columns = {
    .name = "exact",
    .eps = C_EXACT_EPS,
    .delta = C_EXACT_DELTA,
    .tau = C_EXACT_TAU,
    .norm = C_EXACT_NORM,
    .relative_eps = C_EXACT_RELATIVE_EPS,
    .relative_delta = C_EXACT_RELATIVE_DELTA,
};

/* Its numbers, or its failure. */
static void put_certificate(struct record *r, const struct certificate_columns *to,
                            const struct certificate *c)
{
    double *value = r->value;
    value[to->eps] = c->eps;
    value[to->delta] = c->delta;
    if (to->tau != COLUMN_COUNT)
        value[to->tau] = c->tau;
    value[to->norm] = c->norm;
    value[to->relative_eps] = c->eps / c->norm;
    value[to->relative_delta] = c->delta / (c->norm * c->norm);
    if (c->stop == CERTIFICATE_UNRESOLVED)
        trial_fail(r, TRIAL_UNRESOLVED,
                   "%s certificate: the margin of the retained points is too small for "
                   "double precision",
                   to->name);
    else if (c->stop == CERTIFICATE_UNSOLVED)
        trial_fail(r, TRIAL_SOLVER_LIMIT,
                   "%s certificate: the solver ended above rounding", to->name);
}

static void certify(struct unit *u, struct record *r)
{
    struct trial_workspace *ws = u->ws;
    const struct network *net = &ws->shape.net;
    struct certificate_workspace *w = &ws->certificate;
    struct kept kept = {ws->kept_state, ws->kept_v, ws->kept_lambda};
    struct certificate c;
    certificate_scaled(net, &u->retain, &ws->unlearned, &kept, w, &c);
    if (isnan(c.margin))
        trial_fail(r, TRIAL_NON_FINITE, "unlearning: a margin is not finite");
    r->value[C_SEPARATED] = c.stop != CERTIFICATE_NONE;
    u->retain_margin = c.stop != CERTIFICATE_NONE ? c.margin : NAN;
    put_certificate(r, &scaled_columns, &c);
    trial_prove(u, STEP_SCALED, &c, r);
    trial_certified(u, STEP_SCALED, &c, r);
    certificate_restored(net, &u->retain, &ws->unlearned, &kept, w, &c);
    put_certificate(r, &restored_columns, &c);
    trial_prove(u, STEP_RESTORED, &c, r);
    trial_certified(u, STEP_RESTORED, &c, r);
    struct kkt_guess guess = {ws->kept_lambda, ws->kept_v};
    certificate_exact(net, &u->retain, &ws->unlearned, &guess, w, &c);
    put_certificate(r, &exact_columns, &c);
    r->value[C_FLIPS] = c.flips;
    trial_prove(u, STEP_EXACT, &c, r);
    trial_certified(u, STEP_EXACT, &c, r);
}

static void tell_ranks(const struct unit *u, struct record *r)
{
    for (enum ranked model = 0; model < RANKED_MODELS; model++) {
        r->value[C_STABLE_RANK_INIT + model] = u->rank[model].stable;
        r->value[C_RANK_INIT + model] = u->rank[model].numerical;
    }
}

void trial_evaluate(struct unit *u, const struct setting *s, struct record *r)
{
    struct trial_workspace *ws = u->ws;
    double *value = r->value;
    value[C_LAMBDA_FORGET] = 0.0;
    for (size_t k = 0; k < u->forget_count; k++)
        value[C_LAMBDA_FORGET] += ws->trained.lambda[ws->forget[k]];
    value[C_FORGET_KINKS] = forgotten_kinks(u);
    if (s->value[P_RANKS] != 0.0)
        tell_ranks(u, r);
    value[C_FORGET_MARGIN_BEFORE] = margins(u, &ws->trained.theta, ws->before);
    u->prove = s->value[P_PROVE] != 0.0 || (u->watch && u->watch->extras.prove);
    trial_prove_trained(u, r);
    if (!trial_unlearn(u, s, r) || cancel_asked())
        return;
    certify(u, r);
    value[C_STATES_CHANGED] = changed_states(u);
    value[C_FORGET_MARGIN_AFTER] = margins(u, &ws->unlearned, ws->margin);
    value[C_FORGET_MARGIN_UNLEARNED] = value[C_FORGET_MARGIN_AFTER] / u->retain_margin;
    if (isfinite(u->retain_margin))
        spread(u, ws->margin, 1.0 / u->retain_margin,
               &value[C_FORGET_MARGIN_UNLEARNED_MEAN],
               &value[C_FORGET_MARGIN_UNLEARNED_MAX]);
    value[C_RETAIN_MARGIN_CHANGE] =
        metrics_largest_change(ws->before, ws->margin, ws->retain, u->retain.m);
    if (s->value[P_RETRAIN] != 0.0) {
        struct trained *reference = trial_reference(u, s);
        value[C_FORGET_MARGIN_RETRAIN] = margins(u, &reference->theta, ws->margin);
        spread(u, ws->margin, 1.0, &value[C_FORGET_MARGIN_RETRAIN_MEAN],
               &value[C_FORGET_MARGIN_RETRAIN_MAX]);
    }
    trial_compare(u, s, r);
    trial_relearn(u, s, r);
}
