#include "sweep/inspect.h"
#include "sweep/clock.h"
#include "trial_unit.h"
#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What is reported as a step ends: those of these results that are defined. */
static const struct account {
    enum step step;
    const char *stage;
    size_t count;
    enum column column[8];
} accounts[] = {
    {STEP_DATA, "data", 2, {C_PSI, C_PHI}},
    {STEP_TRAIN,
     "train",
     8,
     {C_STOP_REASON, C_STEPS, C_TRAINED_MARGIN, C_POLISH_TAU, C_KINKS, C_TRAINED_EPS,
      C_TRAINED_DELTA, C_TRAINED_NORM}},
    {STEP_RETRAIN, "retrain", 3, {C_STOP_REASON, C_STEPS, C_TRAINED_MARGIN}},
    {STEP_UNLEARN,
     "unlearn",
     4,
     {C_LAMBDA_FORGET, C_FORGET_MARGIN_BEFORE, C_FORGET_MARGIN_AFTER,
      C_STATES_CHANGED}},
    {STEP_UNLEARN,
     "certify",
     7,
     {C_SCALED_EPS, C_SCALED_DELTA, C_RESTORED_EPS, C_RESTORED_DELTA, C_RESTORED_TAU,
      C_EXACT_TAU, C_FLIPS}},
    {STEP_UNLEARN,
     "evaluate",
     5,
     {C_RETRAIN_TAU, C_NONE_TAU, C_ACCURACY_TRAINED, C_ACCURACY_UNLEARNED,
      C_ACCURACY_RETRAINED}},
};
enum { ACCOUNTS = sizeof accounts / sizeof accounts[0] };

enum model {
    MODEL_INIT,
    MODEL_TRAINED,
    MODEL_POLISHED,
    MODEL_UNLEARNED,
    MODEL_RETRAINED,
    MODEL_SCALED, /* theta~ of the certificates, in the order of their steps */
    MODEL_RESTORED,
    MODEL_EXACT,
    MODEL_COUNT
};

static const struct {
    const char *weights, *perp;
} model_names[MODEL_COUNT] = {
    [MODEL_INIT] = {"W_init", "perp_init"},
    [MODEL_TRAINED] = {"W_trained", "perp_trained"},
    [MODEL_POLISHED] = {"W_polished", "perp_polished"},
    [MODEL_UNLEARNED] = {"W_unlearned", "perp_unlearned"},
    [MODEL_RETRAINED] = {"W_retrained", "perp_retrained"},
    [MODEL_SCALED] = {"W_scaled", "perp_scaled"},
    [MODEL_RESTORED] = {"W_restored", "perp_restored"},
    [MODEL_EXACT] = {"W_exact", "perp_exact"},
};

enum { CERTIFICATES = MODEL_COUNT - MODEL_SCALED };

static const struct {
    const char *lambda, *v;
} multiplier_names[CERTIFICATES] = {
    {"lambda_scaled", "v_scaled"},
    {"lambda_restored", "v_restored"},
    {"lambda_exact", "v_exact"},
};

/* A certificate's theta~ on the retained points, kept as the next one overwrites it. */
struct certified {
    struct weights theta;
    double *lambda; /* (m - k) */
    double *v;      /* (n, m - k) */
};

/* Arrays that the trial holds in another form; NULL: not wanted. */
struct copies {
    double *u;              /* (n) */
    double *test_outside;   /* (n, T) */
    double *X, *test_X;     /* (m, d), (T in whole blocks, d) */
    double *W[MODEL_COUNT]; /* (n, d) */
};

enum { MOST_ARRAYS = 13 + MODEL_COUNT + 2 * CERTIFICATES };

struct inspector {
    struct setting setting;
    struct trial_workspace *ws;
    struct record record;
    unsigned ended, passed; /* steps, as bits: over, and over without a failure */
    struct copies copies;
    struct arena kept;                        /* of the certificates */
    struct certified certified[CERTIFICATES]; /* laid out in it, if it is there */
    struct inspect_array array[MOST_ARRAYS];
    struct inspect_scalar scalar[MODEL_COUNT + 1];
    size_t array_count, scalar_count;
    inspect_reporter *reporter;
    void *context;
    double start; /* clock_monotonic */
};

static void append(char *text, size_t size, const char *format, ...)
{
    va_list arguments;
    size_t used = strlen(text);
    va_start(arguments, format);
    vsnprintf(text + used, size - used, format, arguments);
    va_end(arguments);
}

static void report_progress(const struct inspector *in, const struct account *a,
                            const struct record *r)
{
    char text[1024] = "";
    append(text, sizeof text, "%.2f s", clock_monotonic() - in->start);
    for (size_t k = 0; k < a->count; k++) {
        const struct column_info *info = &column_table[a->column[k]];
        double value = r->value[a->column[k]];
        if (isnan(value))
            continue;
        append(text, sizeof text, ", %s ", info->name);
        if (info->type == COLUMN_WORD)
            append(text, sizeof text, "%s", info->words[(size_t)value]);
        else
            append(text, sizeof text, "%.6g", value);
    }
    in->reporter(in->context, a->stage, text);
}

static void certified_layout(struct certified *c, size_t n, size_t m, size_t r,
                             struct arena *a)
{
    for (size_t k = 0; k < CERTIFICATES; k++) {
        c[k].theta = (struct weights){.W = arena_doubles(a, n, r)};
        c[k].lambda = arena_doubles(a, m, 1);
        c[k].v = arena_doubles(a, n, m);
    }
}

/* The theta~ that the certificate has left in its workspace. */
static void keep_certified(struct inspector *in, enum step step)
{
    const struct trial_workspace *ws = in->ws;
    const struct certificate_workspace *w = &ws->certificate;
    struct certified *c = &in->certified[step - STEP_SCALED];
    size_t n = ws->span.n;
    size_t kept = ws->span.m - (size_t)in->record.value[C_FORGOTTEN];
    if (!c->theta.W)
        return;
    memcpy(c->theta.W, w->W, n * ws->span.r * sizeof *w->W);
    memcpy(c->lambda, w->lambda, kept * sizeof *w->lambda);
    memcpy(c->v, w->v, n * kept * sizeof *w->v);
    c->theta.perp = w->perp;
}

static void inspect_step(void *context, enum step step, const struct record *r)
{
    struct inspector *in = context;
    in->record = *r;
    if (step >= STEP_SCALED && step <= STEP_EXACT)
        keep_certified(in, step);
    in->ended |= 1u << step;
    if (r->status == TRIAL_OK)
        in->passed |= 1u << step;
    for (size_t k = 0; k < ACCOUNTS; k++)
        if (accounts[k].step == step)
            report_progress(in, &accounts[k], r);
}

static int keep_record(void *context, size_t cell, const struct record *r)
{
    struct inspector *in = context;
    (void)cell;
    in->record = *r;
    return 0;
}

static bool is_ambient(const struct trial_workspace *ws)
{
    return ws->shape.request.sampler == SAMPLER_AMBIENT;
}

/* Coordinates of the arrays shown. */
static size_t shown_dimension(const struct trial_workspace *ws)
{
    return is_ambient(ws) ? (size_t)ws->shape.request.mixture.dimension : ws->span.r;
}

static void copies_layout(struct copies *c, const struct trial_workspace *ws,
                          enum inspect_depth depth, struct arena *a)
{
    size_t n = ws->span.n, d = shown_dimension(ws);
    bool lifted = d > ws->span.r, tests = depth == INSPECT_TESTS;
    *c = (struct copies){.u = arena_doubles(a, n, 1)};
    if (tests && !is_ambient(ws))
        c->test_outside = arena_doubles(a, n, ws->shape.request.tests);
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

static bool has_passed(const struct inspector *in, enum step step)
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
        return has_passed(in, STEP_TRAIN) && ws->shape.polish ? &ws->trained.theta
                                                              : NULL;
    case MODEL_UNLEARNED:
        return has_ended(in, STEP_UNLEARN) ? &ws->unlearned : NULL;
    case MODEL_RETRAINED:
        return has_passed(in, STEP_RETRAIN) ? &ws->retrained.theta : NULL;
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
        struct weights init;
        const struct weights *theta = weights_of(in, k, &init);
        double *lifted = in->copies.W[k];
        if (!theta)
            continue;
        if (lifted)
            span_lift(&ws->span, &ws->shape.request, &ws->span_work, theta->W,
                      theta->perp, lifted);
        add_array(in, model_names[k].weights, lifted ? lifted : theta->W, ws->span.n,
                  shown_dimension(ws));
        if (!is_ambient(ws))
            in->scalar[in->scalar_count++] =
                (struct inspect_scalar){model_names[k].perp, theta->perp};
    }
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

static void add_tests(struct inspector *in)
{
    const struct span *s = &in->ws->span;
    const struct copies *c = &in->copies;
    size_t tests = in->ws->shape.request.tests;
    add_array(in, "X_test", c->test_X ? c->test_X : s->test_X, tests,
              shown_dimension(in->ws));
    add_array(in, "y_test", s->test_y, tests, 0);
    for (size_t j = 0; j < s->n && c->test_outside; j++)
        memcpy(c->test_outside + j * tests, s->test_perp + j * s->tests,
               tests * sizeof *s->test_perp);
    if (c->test_outside)
        add_array(in, "test_outside", c->test_outside, s->n, tests);
}

static void add_arrays(struct inspector *in, enum inspect_depth depth)
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
        add_array(in, "common", is_ambient(ws) ? ws->span_work.common : s->common, d,
                  0);
    add_models(in);
    add_span(in);
    if (has_passed(in, STEP_TRAIN)) {
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

static int allocate(struct inspector *in, const struct grid *g,
                    enum inspect_depth depth, struct extras extras,
                    struct diagnostics *log)
{
    size_t tests = (size_t)in->setting.value[P_TEST_SAMPLES];
    struct unit_shape shape = unit_shape_of(g, &in->setting, tests, extras);
    struct trial_workspace measured;
    struct arena a = {0};
    trial_workspace_layout(&measured, &shape, &a);
    if (depth >= INSPECT_ARRAYS)
        copies_layout(&in->copies, &measured, depth, &a);
    int status = trial_workspace_sized(&in->ws, &a);
    if (status == SWEEP_OK && depth >= INSPECT_ARRAYS) {
        size_t n = shape.net.n, m = shape.request.mixture.m;
        size_t r = span_rank(&shape.request);
        certified_layout(in->certified, n, m, r, &in->kept);
        status = arena_allocate(&in->kept);
        if (status == SWEEP_OK)
            certified_layout(in->certified, n, m, r, &in->kept);
        assert(status != SWEEP_OK || !in->kept.overflow);
    }
    if (status != SWEEP_OK && a.overflow)
        diagnostics_add(log, NULL, 0, 0, "out of memory: the trial is too large");
    else if (status != SWEEP_OK)
        diagnostics_add(log, NULL, 0, 0, "out of memory: the trial needs %.3g GiB",
                        (double)a.used / 0x1p30);
    return status;
}

int inspect_trial(const struct grid *g, size_t cell, uint64_t replicate,
                  enum inspect_depth depth, inspect_visitor *visitor,
                  inspect_reporter *reporter, FILE *proof, void *context,
                  struct diagnostics *log)
{
    struct inspector in = {
        .reporter = reporter, .context = context, .start = clock_monotonic()};
    struct watch watch = {.extras = {.outside = depth >= INSPECT_ARRAYS,
                                     .tests = depth == INSPECT_TESTS,
                                     .prove = proof != NULL || depth == INSPECT_PROOFS},
                          .proof = proof,
                          .ended = inspect_step,
                          .context = &in};
    grid_cell(g, cell, &in.setting);
    int status = allocate(&in, g, depth, watch.extras, log);
    if (status != SWEEP_OK) {
        trial_workspace_free(in.ws);
        arena_release(&in.kept);
        return status;
    }
    trial_unit_watched(in.ws, g, &cell, 1, replicate, &watch, keep_record, &in);
    if (depth >= INSPECT_ARRAYS && has_passed(&in, STEP_DATA)) {
        copies_layout(&in.copies, in.ws, depth, &in.ws->arena);
        assert(!in.ws->arena.overflow);
        add_arrays(&in, depth);
    }
    struct inspection what = {.setting = &in.setting,
                              .record = &in.record,
                              .arrays = in.array,
                              .array_count = in.array_count,
                              .scalars = in.scalar,
                              .scalar_count = in.scalar_count,
                              .ambient = is_ambient(in.ws)};
    status = visitor(context, &what);
    trial_workspace_free(in.ws);
    arena_release(&in.kept);
    return status;
}
