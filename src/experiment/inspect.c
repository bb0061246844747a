#include "inspect_arrays.h"
#include "sweep/clock.h"
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
    {STEP_RETRAIN_FRESH, "fresh", 3, {C_STOP_REASON, C_STEPS, C_TRAINED_MARGIN}},
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
     6,
     {C_RETRAIN_TAU, C_NONE_TAU, C_FLOOR_TAU, C_ACCURACY_TRAINED, C_ACCURACY_UNLEARNED,
      C_ACCURACY_RETRAINED}},
};
enum { ACCOUNTS = sizeof accounts / sizeof accounts[0] };

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
        inspect_copies_layout(&in->copies, &measured, depth, &a);
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
    if (depth >= INSPECT_ARRAYS && inspect_has_passed(&in, STEP_DATA)) {
        inspect_copies_layout(&in.copies, in.ws, depth, &in.ws->arena);
        assert(!in.ws->arena.overflow);
        inspect_add_arrays(&in, depth);
    }
    struct inspection what = {.setting = &in.setting,
                              .record = &in.record,
                              .arrays = in.array,
                              .array_count = in.array_count,
                              .scalars = in.scalar,
                              .scalar_count = in.scalar_count,
                              .ambient = inspect_is_ambient(in.ws)};
    status = visitor(context, &what);
    trial_workspace_free(in.ws);
    arena_release(&in.kept);
    return status;
}
