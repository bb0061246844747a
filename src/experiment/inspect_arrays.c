/* The arrays of a trial that are shown. */
#include "inspect_arrays.h"
#include <string.h>

static const struct {
    const char *weights, *perp;
} model_names[MODEL_COUNT] = {
    [MODEL_INIT] = {"W_init", "perp_init"},
    [MODEL_TRAINED] = {"W_trained", "perp_trained"},
    [MODEL_POLISHED] = {"W_polished", "perp_polished"},
    [MODEL_UNLEARNED] = {"W_unlearned", "perp_unlearned"},
    [MODEL_RETRAINED] = {"W_retrained", "perp_retrained"},
    [MODEL_FRESH] = {"W_retrained_fresh", "perp_retrained_fresh"},
    [MODEL_SCALED] = {"W_scaled", "perp_scaled"},
    [MODEL_RESTORED] = {"W_restored", "perp_restored"},
    [MODEL_EXACT] = {"W_exact", "perp_exact"},
};

static const struct {
    const char *lambda, *v;
} multiplier_names[CERTIFICATES] = {
    {"lambda_scaled", "v_scaled"},
    {"lambda_restored", "v_restored"},
    {"lambda_exact", "v_exact"},
};

bool inspect_is_ambient(const struct trial_workspace *ws)
{
    return ws->shape.request.sampler == SAMPLER_AMBIENT;
}

/* Coordinates of the arrays shown. */
static size_t shown_dimension(const struct trial_workspace *ws)
{
    return inspect_is_ambient(ws) ? (size_t)ws->shape.request.mixture.dimension
                                  : ws->span.r;
}

void inspect_copies_layout(struct copies *c, const struct trial_workspace *ws,
                           enum inspect_depth depth, struct arena *a)
{
    size_t n = ws->span.n, d = shown_dimension(ws);
    bool lifted = d > ws->span.r, tests = depth == INSPECT_TESTS;
    *c = (struct copies){.u = arena_doubles(a, n, 1)};
    for (enum retrain_start k = 0; k <= ws->shape.fresh; k++)
        if (tests && !inspect_is_ambient(ws))
            c->test_outside[k] = arena_doubles(a, n, ws->shape.request.tests);
    if (lifted)
        c->X = arena_doubles(a, ws->span.m, d);
    if (lifted && tests)
        c->test_X = arena_doubles(a, ws->span.tests, d);
    for (enum model k = 0; k < MODEL_COUNT && lifted; k++)
        c->W[k] = arena_doubles(a, n, d);
}

static void add_array(struct inspector *in, const char *name, const double *real,
                      size_t rows, size_t columns)
{
    in->array[in->array_count++] =
        (struct inspect_array){name, real, NULL, rows, columns};
}

static void add_index(struct inspector *in, const char *name, const size_t *index,
                      size_t rows)
{
    in->array[in->array_count++] = (struct inspect_array){name, NULL, index, rows, 0};
}

bool inspect_has_passed(const struct inspector *in, enum step step)
{
    return in->passed >> step & 1;
}

static bool has_ended(const struct inspector *in, enum step step)
{
    return in->ended >> step & 1;
}

/* The weights of a model, or NULL where there is none. */
static const struct weights *weights_of(const struct inspector *in, enum model model,
                                        struct weights *init)
{
    const struct trial_workspace *ws = in->ws;
    switch (model) {
    case MODEL_INIT:
        *init = (struct weights){.W = ws->span.W0, .perp = ws->span.perp_norm};
        return init;
    case MODEL_TRAINED:
        return has_ended(in, STEP_TRAIN) ? &ws->raw : NULL;
    case MODEL_POLISHED:
        return inspect_has_passed(in, STEP_TRAIN) && ws->shape.polish
                   ? &ws->trained.theta
                   : NULL;
    case MODEL_UNLEARNED:
        return has_ended(in, STEP_UNLEARN) ? &ws->unlearned : NULL;
    case MODEL_RETRAINED:
        return inspect_has_passed(in, STEP_RETRAIN) ? &ws->retrained.theta : NULL;
    case MODEL_FRESH:
        return inspect_has_passed(in, STEP_RETRAIN_FRESH) ? &ws->fresh.theta : NULL;
    default:
        return has_ended(in, STEP_SCALED + (model - MODEL_SCALED))
                   ? &in->certified[model - MODEL_SCALED].theta
                   : NULL;
    }
}

static void add_models(struct inspector *in)
{
    struct trial_workspace *ws = in->ws;
    for (enum model k = 0; k < MODEL_COUNT; k++) {
        bool fresh = k == MODEL_FRESH;
        struct weights init;
        const struct weights *theta = weights_of(in, k, &init);
        double *lifted = in->copies.W[k];
        if (!theta)
            continue;
        if (lifted)
            span_lift(fresh ? &ws->fresh_span : &ws->span, &ws->shape.request,
                      fresh ? &ws->fresh_work : &ws->span_work, theta->W, theta->perp,
                      lifted);
        add_array(in, model_names[k].weights, lifted ? lifted : theta->W, ws->span.n,
                  shown_dimension(ws));
        if (!inspect_is_ambient(ws))
            in->scalar[in->scalar_count++] =
                (struct inspect_scalar){model_names[k].perp, theta->perp};
    }
}

/* Lengths of W(0) outside the span, and the cosine of the two. */
static void add_start(struct inspector *in)
{
    const struct trial_workspace *ws = in->ws;
    if (!ws->shape.fresh || inspect_is_ambient(ws))
        return;
    in->scalar[in->scalar_count++] =
        (struct inspect_scalar){"perp_init_fresh", ws->fresh_span.perp_norm};
    in->scalar[in->scalar_count++] = (struct inspect_scalar){
        "start_cosine", span_start_cosine(&ws->span, &ws->span_work, &ws->fresh_span,
                                          &ws->fresh_work, &ws->shape.request)};
}

/* What proofs are about, where the arrays are in other coordinates: to their last bit. */
static void add_span(struct inspector *in)
{
    const struct trial_workspace *ws = in->ws;
    if (!in->copies.X)
        return;
    add_array(in, "X_span", ws->span.X, ws->span.m, ws->span.r);
    if (!has_ended(in, STEP_UNLEARN))
        return;
    add_array(in, "W_unlearned_span", ws->unlearned.W, ws->span.n, ws->span.r);
    in->scalar[in->scalar_count++] =
        (struct inspect_scalar){"perp_unlearned_span", ws->unlearned.perp};
}

/* Multipliers and slopes of the certificates, of the `kept` retained points. */
static void add_certified(struct inspector *in, size_t kept)
{
    for (size_t k = 0; k < CERTIFICATES; k++) {
        if (!has_ended(in, STEP_SCALED + k))
            continue;
        add_array(in, multiplier_names[k].lambda, in->certified[k].lambda, kept, 0);
        add_array(in, multiplier_names[k].v, in->certified[k].v, in->ws->span.n, kept);
    }
}

static void add_outside(struct inspector *in, enum retrain_start start, size_t tests)
{
    static const char *const names[RETRAIN_STARTS] = {"test_outside",
                                                      "test_outside_fresh"};
    const struct span *s = start == RETRAIN_FRESH ? &in->ws->fresh_span : &in->ws->span;
    double *to = in->copies.test_outside[start];
    for (size_t j = 0; j < s->n; j++)
        memcpy(to + j * tests, s->test_perp + j * s->tests,
               tests * sizeof *s->test_perp);
    add_array(in, names[start], to, s->n, tests);
}

static void add_tests(struct inspector *in)
{
    const struct span *s = &in->ws->span;
    const struct copies *c = &in->copies;
    size_t tests = in->ws->shape.request.tests;
    add_array(in, "X_test", c->test_X ? c->test_X : s->test_X, tests,
              shown_dimension(in->ws));
    add_array(in, "y_test", s->test_y, tests, 0);
    for (enum retrain_start k = 0; k < RETRAIN_STARTS; k++)
        if (c->test_outside[k])
            add_outside(in, k, tests);
}

void inspect_add_arrays(struct inspector *in, enum inspect_depth depth)
{
    struct trial_workspace *ws = in->ws;
    const struct span *s = &ws->span;
    const struct copies *c = &in->copies;
    size_t d = shown_dimension(ws);
    if (c->X)
        span_redraw(s, &ws->shape.request, &ws->span_work, ws->rng, c->X, c->test_X);
    for (size_t j = 0; j < s->n; j++)
        c->u[j] = network_sign(&ws->shape.net, j) * ws->shape.net.u;
    add_array(in, "X", c->X ? c->X : s->X, s->m, d);
    add_array(in, "y", s->y, s->m, 0);
    add_array(in, "u", c->u, s->n, 0);
    if (ws->shape.request.mixture.correlation > 0.0)
        add_array(in, "common",
                  inspect_is_ambient(ws) ? ws->span_work.common : s->common, d, 0);
    add_models(in);
    add_start(in);
    add_span(in);
    if (inspect_has_passed(in, STEP_TRAIN)) {
        size_t k = (size_t)in->record.value[C_FORGOTTEN];
        add_array(in, "lambda", ws->trained.lambda, s->m, 0);
        add_array(in, "v", ws->trained.v, s->n, s->m);
        add_index(in, "forget", ws->forget, k);
        add_index(in, "retain", ws->retain, s->m - k);
        add_certified(in, s->m - k);
    }
    if (depth == INSPECT_TESTS && ws->shape.request.tests > 0)
        add_tests(in);
}
