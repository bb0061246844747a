#include "trial_workspace.h"
#include "grid_points.h"
#include "sweep/status.h"
#include <math.h>
#include <string.h>

struct unit_shape unit_shape_of(const struct grid *g, const struct setting *s,
                                size_t tests, struct extras extras)
{
    const double *value = s->value;
    enum model_kind kind = (enum model_kind)value[P_MODEL];
    struct unit_shape shape = {
        .polish = value[P_POLISH] != 0.0,
        .ranks = extras.ranks || value[P_RANKS] != 0.0,
        .prove = extras.prove || value[P_PROVE] != 0.0,
        .fresh = extras.fresh || value[P_RETRAIN_START] == RETRAIN_FRESH,
        .relearn = extras.relearn || value[P_RELEARN_STEPS] > 0,
        .requests = extras.requests || value[P_REQUESTS] > 1,
        .checkpoints = extras.checkpoints > 1 ? extras.checkpoints : 1};
    shape.net = network_make(kind, (size_t)value[P_WIDTH], value[P_LEAK]);
    shape.request = (struct span_request){
        .mixture = {.m = (size_t)value[P_SAMPLES],
                    .dimension = value[P_DIMENSION] + (value[P_BIAS] != 0.0),
                    .signal = value[P_SIGNAL],
                    .noise = value[P_NOISE],
                    .correlation = value[P_CORRELATION],
                    .label_noise = value[P_LABEL_NOISE]},
        .file = grid_data_twoclass(&g->data, s),
        .test_file = grid_data_tests(&g->data, s),
        .transform = grid_points_transform(s),
        .sampler = (enum sampler)value[P_SAMPLER],
        .n = shape.net.n,
        .init_scale = value[P_INIT_SCALE],
        .tests = tests};
    if (metrics_closed_form(&shape.request) && !extras.tests)
        shape.request.tests = 0;
    /* An exact KKT point keeps nothing of W(0) outside the span. */
    shape.request.outside = extras.outside || shape.ranks ||
                            (!shape.polish && (shape.fresh || shape.request.tests > 0));
    return shape;
}

static void trained_layout(struct trained *t, const struct span *start, struct arena *a)
{
    size_t n = start->n, m = start->m, r = start->r;
    t->start = start;
    t->output = arena_doubles(a, start->tests, 1);
    t->theta.W = arena_doubles(a, n, r);
    t->theta.terms = arena_doubles(a, n, 1);
    t->lambda = arena_doubles(a, m, 1);
    t->v = arena_doubles(a, n, m);
}

static void requested_layout(struct requested *q, size_t n, size_t m, size_t r,
                             struct arena *a)
{
    q->X = arena_doubles(a, m, r);
    q->y = arena_doubles(a, m, 1);
    q->forget = arena_carve(a, m, 1, sizeof *q->forget);
    q->retain = arena_carve(a, m, 1, sizeof *q->retain);
    q->theta.W = arena_doubles(a, n, r);
    q->theta.terms = arena_doubles(a, n, 1);
    q->lambda = arena_doubles(a, m, 1);
    q->v = arena_doubles(a, n, m);
    q->state = arena_carve(a, n, m, sizeof *q->state);
    q->once = arena_doubles(a, n, r);
}

static void checkpoints_layout(struct trial_workspace *ws, size_t n, size_t m, size_t r,
                               struct arena *a)
{
    struct checkpoint measured, *c;
    size_t count = ws->shape.checkpoints;
    ws->checkpoints = arena_carve(a, count, 1, sizeof *ws->checkpoints);
    for (size_t k = 0; k < count && !a->overflow; k++) {
        c = ws->checkpoints ? &ws->checkpoints[k] : &measured;
        trained_layout(&c->trained, &ws->span, a);
        c->state = arena_carve(a, n, m, sizeof *c->state);
    }
    memset(ws->history, 0, sizeof ws->history);
    for (size_t start = 0; count > 1 && start < (ws->shape.fresh ? 2 : 1); start++)
        train_layout_history(&ws->history[start], &ws->train, n, r, a);
}

void trial_workspace_layout(struct trial_workspace *ws, const struct unit_shape *shape,
                            struct arena *a)
{
    size_t n = shape->net.n, m = shape->request.mixture.m;
    size_t r = span_rank(&shape->request);
    ws->shape = *shape;
    span_layout(&ws->span, &ws->span_work, &shape->request, a);
    train_layout(&ws->train, n, m, r, a);
    kkt_layout(&ws->kkt, n, m, r, a);
    ws->multipliers.program = ws->kkt.program; /* never both at work */
    multipliers_layout_lent(&ws->multipliers, n, m, r, a);
    certificate_layout(&ws->certificate, n, m, r, a);
    metrics_layout(&ws->metrics, n, r, a);
    unlearn_layout(&ws->unlearning, n, m, r, a);
    if (shape->ranks)
        rank_layout(&ws->ranks, n, a);
    if (shape->prove)
        proof_layout(&ws->proof, n, m, r, a);
    ws->certificate.multipliers = &ws->multipliers;
    ws->certificate.kkt = &ws->kkt;
    ws->certificate.remember = true;
    ws->unlearning.multipliers = &ws->multipliers;
    ws->unlearning.rng = ws->rng;
    if (n == 1)
        evidence_layout(&ws->evidence, m, r, a);
    checkpoints_layout(ws, n, m, r, a);
    trained_layout(&ws->retrained, &ws->span, a);
    if (shape->fresh) {
        span_start_layout(&ws->fresh_span, &ws->fresh_work, &ws->span, &ws->span_work,
                          &shape->request, a);
        trained_layout(&ws->fresh, &ws->fresh_span, a);
    }
    ws->raw.W = arena_doubles(a, n, r);
    ws->raw.terms = NULL;
    ws->unlearned.W = arena_doubles(a, n, r);
    ws->unlearned.terms = arena_doubles(a, n, 1);
    ws->unlearned_output = arena_doubles(a, ws->span.tests, 1);
    if (shape->requests)
        requested_layout(&ws->requested, n, m, r, a);
    if (shape->relearn) {
        ws->relearn_from = arena_doubles(a, n, r);
        ws->relearned = arena_doubles(a, n, r);
    }
    ws->margin = arena_doubles(a, m, 1);
    ws->before = arena_doubles(a, m, 1);
    ws->Z = arena_doubles(a, n, m);
    ws->visited = arena_carve(a, FORGET_KINDS, m + 1, sizeof *ws->visited);
    ws->place = arena_carve(a, m, 1, sizeof *ws->place);
    ws->forget = arena_carve(a, m, 1, sizeof *ws->forget);
    ws->retain = arena_carve(a, m, 1, sizeof *ws->retain);
    ws->retain_X = arena_doubles(a, m, r);
    ws->retain_y = arena_doubles(a, m, 1);
    ws->retain_gram = ws->span.all_products ? arena_doubles(a, m, m) : NULL;
    ws->kept_state = arena_carve(a, n, m, sizeof *ws->kept_state);
    ws->after_state = arena_carve(a, n, m, sizeof *ws->after_state);
    ws->kept_v = arena_doubles(a, n, m);
    ws->kept_lambda = arena_doubles(a, m, 1);
}

/* Dimensions that count for memory: the bartlett sampler never looks at more. */
static double dimensions(const struct span_request *q)
{
    double most = (double)(q->mixture.m + q->n + 2);
    return q->sampler == SAMPLER_BARTLETT ? fmin(q->mixture.dimension, most)
                                          : q->mixture.dimension;
}

static bool same_shape(const struct span_request *p, const struct span_request *q)
{
    return p->mixture.m == q->mixture.m && p->n == q->n && p->tests == q->tests &&
           dimensions(p) == dimensions(q) && p->sampler == q->sampler &&
           p->outside == q->outside && p->file == q->file &&
           p->test_file == q->test_file &&
           transform_needs_raw(&p->transform) == transform_needs_raw(&q->transform) &&
           (p->transform.bias != 0.0) == (q->transform.bias != 0.0) &&
           (p->mixture.correlation > 0.0) == (q->mixture.correlation > 0.0);
}

/* Shapes measured last: the cells of a large grid have few. */
enum { RECENT = 64 };
struct recent {
    struct span_request shape[RECENT]; /* no shape has 0 points */
    size_t next;
};

/* Whether the shape is among them; from now on it is. */
static bool seen_lately(struct recent *recent, const struct span_request *q)
{
    for (size_t i = 0; i < RECENT; i++)
        if (same_shape(&recent->shape[i], q))
            return true;
    recent->shape[recent->next++ % RECENT] = *q;
    return false;
}

static bool any_proofs(const struct grid *g)
{
    struct setting s;
    bool any = false;
    for (size_t cell = 0; g->given[P_PROVE] && cell < g->cell_count && !any; cell++) {
        grid_cell(g, cell, &s);
        any = s.value[P_PROVE] != 0.0;
    }
    return any;
}

/* What OpenBLAS may touch of the buffer that it holds for a thread: packed blocks of its
 * two factors, up to 512 deep, one as wide as the product. */
static double blas_buffer(const struct span_request *q)
{
    enum { BLOCK = 2u << 20, DEEP = 512 * sizeof(double), MOST = 32u << 20 };
    double side = fmax(dimensions(q), (double)(q->mixture.m + q->n));
    return fmin(MOST, BLOCK + DEEP * side);
}

static double bytes_beside(const struct unit_shape *shape)
{
    const struct span_request *q = &shape->request;
    double proofs =
        shape->prove ? proof_bytes(shape->net.n, q->mixture.m, span_rank(q)) : 0.0;
    return blas_buffer(q) + proofs;
}

/* Whether two values of a parameter are two trainings, whatever the others are. */
static bool tells_trainings(enum parameter p)
{
    return p != P_MAX_STEPS && parameter_table[p].stage <= STAGE_TRAIN &&
           parameter_sources(p) == PARAMETER_BIT(p);
}

/* Order of two positions of an axis by the trainings they belong to. */
static int by_training(const void *first, const void *second, void *axis)
{
    const struct axis *x = axis;
    const double *a = x->values + *(const size_t *)first * x->width;
    const double *b = x->values + *(const size_t *)second * x->width;
    for (size_t k = 0; k < x->width; k++)
        if (tells_trainings(x->parameter[k]) && !parameter_same(a[k], b[k]))
            return isnan(a[k]) || a[k] < b[k] ? -1 : 1;
    return 0;
}

/* Most positions of an axis that may belong to one training. */
static size_t of_one_training(struct axis *x)
{
    size_t *order = memory_array(x->count, sizeof *order), most = 0;
    if (!order)
        return x->count;
    for (size_t i = 0; i < x->count; i++)
        order[i] = i;
    qsort_r(order, x->count, sizeof *order, by_training, x);
    for (size_t i = 0, start = 0; i < x->count; i++) {
        if (by_training(&order[start], &order[i], x) != 0)
            start = i;
        most = i + 1 - start > most ? i + 1 - start : most;
    }
    memory_free(order);
    return most;
}

/* Checkpoints of a training: at most the values of the parameter. */
static size_t most_checkpoints(const struct grid *g)
{
    size_t most = 1;
    for (size_t a = 0; a < g->axis_count; a++)
        for (size_t k = 0; k < g->axes[a].width; k++)
            if (g->axes[a].parameter[k] == P_MAX_STEPS)
                return of_one_training(&g->axes[a]);
    for (size_t i = 0; i < g->derived_count; i++)
        for (size_t a = 0; a < g->axis_count; a++)
            if (g->derived[i].parameter == P_MAX_STEPS && g->derived[i].stride[a] > 0)
                most *= of_one_training(&g->axes[a]);
    return most;
}

/* The largest of all units; a unit lays the same memory out anew for its own shape.
 * `beside`: what others take for the unit. */
static struct arena measure_units(const struct grid *g, double *beside)
{
    struct arena largest = {0};
    struct recent recent = {0};
    /* A unit has ranks if any of its cells has, and proofs: make room in all. */
    struct extras extras = {.ranks = g->given[P_RANKS],
                            .prove = any_proofs(g),
                            .fresh = g->given[P_RETRAIN_START],
                            .relearn = g->given[P_RELEARN_STEPS],
                            .requests = g->given[P_REQUESTS],
                            .checkpoints = most_checkpoints(g)};
    *beside = 0.0;
    for (size_t cell = 0; cell < g->cell_count && !largest.overflow; cell++) {
        struct setting s;
        struct arena a = {0};
        struct trial_workspace scratch;
        grid_cell(g, cell, &s);
        struct unit_shape shape =
            unit_shape_of(g, &s, (size_t)s.value[P_TEST_SAMPLES], extras);
        if (seen_lately(&recent, &shape.request))
            continue;
        trial_workspace_layout(&scratch, &shape, &a);
        if (a.overflow || a.used > largest.used)
            largest = a;
        *beside = fmax(*beside, bytes_beside(&shape));
    }
    return largest;
}

static size_t bytes_of(const struct arena *workspace, double beside)
{
    bool fits = !workspace->overflow && (double)workspace->used + beside < 0x1p63;
    return fits ? workspace->used + (size_t)beside : SIZE_MAX;
}

size_t trial_workspace_bytes(const struct grid *g)
{
    double beside;
    struct arena measured = measure_units(g, &beside);
    return bytes_of(&measured, beside);
}

int trial_workspace_sized(struct trial_workspace **out, const struct arena *measured)
{
    *out = NULL;
    struct trial_workspace *ws = memory_array(1, sizeof *ws);
    if (!ws)
        return SWEEP_NO_MEMORY;
    ws->arena = *measured;
    ws->rng = gsl_rng_alloc(rng_philox);
    if (!ws->rng || arena_allocate(&ws->arena) != SWEEP_OK) {
        trial_workspace_free(ws);
        return SWEEP_NO_MEMORY;
    }
    *out = ws;
    return SWEEP_OK;
}

int trial_workspace_alloc(struct trial_workspace **out, const struct grid *g,
                          size_t *bytes)
{
    double beside;
    struct arena measured = measure_units(g, &beside);
    if (bytes)
        *bytes = bytes_of(&measured, beside);
    return trial_workspace_sized(out, &measured);
}

void trial_workspace_free(struct trial_workspace *ws)
{
    if (!ws)
        return;
    if (ws->rng)
        gsl_rng_free(ws->rng);
    arena_release(&ws->arena);
    memory_free(ws);
}
