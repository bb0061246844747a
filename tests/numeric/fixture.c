#include "fixture.h"

#include "sweep/kkt.h"
#include "sweep/status.h"
#include <cblas.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fixture_main(void)
{
    gsl_set_error_handler_off();
    openblas_set_num_threads(1);
}

void fixture_need(bool held, const char *what)
{
    if (held)
        return;
    fprintf(stderr, "fixture: %s failed\n", what);
    exit(99);
}

bool fixture_pass(struct arena *a, int pass)
{
    if (pass == 1)
        fixture_need(arena_allocate(a) == SWEEP_OK, "allocation");
    fixture_need(!a->overflow, "layout");
    return pass < 2;
}

gsl_rng *fixture_rng(const char *name, uint64_t number)
{
    gsl_rng *rng = gsl_rng_alloc(rng_philox);

    fixture_need(rng != NULL, "gsl_rng_alloc");
    rng_start(rng, rng_key_word(rng_key_text(rng_key_start(), name), number));
    return rng;
}

size_t fixture_between(gsl_rng *rng, size_t low, size_t high)
{
    return low + (size_t)gsl_rng_uniform_int(rng, high - low + 1);
}

struct span_request recipe_request(const struct recipe *recipe)
{
    struct rng_key key = rng_key_word(rng_key_start(), recipe->seed);

    return (struct span_request){
        .mixture = {.m = recipe->m,
                    .dimension = recipe->d,
                    .signal = recipe->signal,
                    .noise = 1.0,
                    .correlation = recipe->correlation,
                    .label_noise = recipe->label_noise},
        .sampler = recipe->sampler,
        .n = recipe->n,
        .init_scale = 1.0,
        .tests = recipe->tests,
        .outside = true,
        .data_key = rng_key_text(key, "fixture data"),
        .train_key = rng_key_text(key, "fixture train"),
    };
}

void instance_draw(struct instance *in, const struct recipe *recipe)
{
    gsl_rng *rng = fixture_rng("span", 0);

    *in = (struct instance){
        .net = network_make(recipe->n == 1 ? MODEL_LINEAR : MODEL_LEAKY_RELU, recipe->n,
                            recipe->leak),
        .request = recipe_request(recipe),
    };
    FIXTURE_LAYOUT(&in->arena)
    {
        span_layout(&in->span, &in->drawing, &in->request, &in->arena);
    }
    fixture_need(span_draw(&in->span, &in->request, &in->drawing, rng) == SWEEP_OK,
                 "span_draw");
    in->points = (struct points){
        .m = in->span.m, .r = in->span.r, .X = in->span.X, .y = in->span.y};
    gsl_rng_free(rng);
}

void instance_draw_small(struct instance *in, size_t m, size_t n, double d,
                         uint64_t seed)
{
    struct recipe recipe = {
        .sampler = SAMPLER_BARTLETT, .m = m, .n = n, .d = d, .seed = seed};

    instance_draw(in, &recipe);
    for (size_t k = 0; k < n * in->points.r; k++)
        in->span.W0[k] *= 0.01;
}

void instance_release(struct instance *in)
{
    arena_release(&in->arena);
}

static void model_arrays(struct model *model, const struct instance *in)
{
    size_t n = in->net.n, m = in->points.m, r = in->points.r;

    *model = (struct model){0};
    FIXTURE_LAYOUT(&model->arena)
    {
        model->theta.W = arena_doubles(&model->arena, n, r);
        model->multipliers.lambda = arena_doubles(&model->arena, m, 1);
        model->multipliers.v = arena_doubles(&model->arena, n, m);
        model->margin = arena_doubles(&model->arena, m, 1);
        model->state = arena_carve(&model->arena, n, m, 1);
    }
}

/* Scale to margin 1 and solve for the multipliers, where the margin is positive. */
static void model_complete(struct model *model, const struct instance *in)
{
    size_t n = in->net.n, m = in->points.m, r = in->points.r;
    struct arena arena = {0};
    struct multipliers_workspace w = {0};
    double *Z = NULL;

    FIXTURE_LAYOUT(&arena)
    {
        Z = arena_doubles(&arena, n, m);
        multipliers_layout(&w, n, m, r, &arena);
    }
    network_preactivations(n, model->theta.W, &in->points, Z);
    model->result.margin = network_margins(&in->net, Z, in->points.y, m, model->margin);
    if (model->result.margin > 0.0) {
        weights_scale(n, r, &model->theta, 1.0 / model->result.margin, &model->theta);
        network_preactivations(n, model->theta.W, &in->points, Z);
        network_margins(&in->net, Z, in->points.y, m, model->margin);
        network_states(n, &model->theta, Z, &in->points, model->state);
        multipliers_solve(&in->net, &in->points, &model->theta, &w,
                          &model->multipliers);
    }
    arena_release(&arena);
}

void model_train(struct model *model, const struct instance *in, uint64_t steps)
{
    struct train_options options = {.loss = LOSS_LOGISTIC,
                                    .optimizer = OPTIMIZER_NORMALIZED_GD,
                                    .learning_rate = 1.0,
                                    .max_steps = steps};
    struct train_workspace w = {0};
    struct arena arena = {0};

    model_arrays(model, in);
    FIXTURE_LAYOUT(&arena)
    {
        train_layout(&w, in->net.n, in->points.m, in->points.r, &arena);
    }
    train_run(&in->net, &in->points, in->span.W0, in->span.perp_norm, &options, &w,
              &model->theta, &model->result);
    arena_release(&arena);
    model_complete(model, in);
}

void model_set(struct model *model, const struct instance *in, const double *W)
{
    model_arrays(model, in);
    memcpy(model->theta.W, W, in->net.n * in->points.r * sizeof *W);
    model_complete(model, in);
}

void model_exact(struct model *model, const struct instance *in)
{
    struct arena arena = {0};
    struct kkt_workspace w = {0};
    struct kkt_point point = {0};
    size_t n = in->net.n, m = in->points.m, r = in->points.r;

    FIXTURE_LAYOUT(&arena)
    {
        kkt_layout(&w, n, m, r, &arena);
        point.W = arena_doubles(&arena, n, r);
        point.lambda = arena_doubles(&arena, m, 1);
        point.v = arena_doubles(&arena, n, m);
    }
    model_train(model, in, 500);
    kkt_solve(&in->net, &in->points, model->theta.W, NULL, &w, &point);
    fixture_need(point.stop == KKT_EXACT, "exact point");
    model_release(model);
    model_set(model, in, point.W);
    arena_release(&arena);
}

void model_release(struct model *model)
{
    arena_release(&model->arena);
}

long double direct_dot(const double *a, const double *b, size_t count)
{
    long double sum = 0.0L;

    for (size_t i = 0; i < count; i++)
        sum += (long double)a[i] * b[i];
    return sum;
}

long double direct_output(const struct network *net, const double *W, const double *x,
                          size_t r)
{
    long double sum = 0.0L;

    for (size_t j = 0; j < net->n; j++) {
        long double z = direct_dot(W + j * r, x, r);
        long double u = j < net->n / 2 || net->n == 1 ? net->u : -net->u;

        sum += u * (z > 0.0L ? z : net->leak * z);
    }
    return sum;
}

double direct_margin(const struct network *net, const double *W, const struct points *p,
                     size_t i)
{
    return (double)(p->y[i] * direct_output(net, W, p->X + i * p->r, p->r));
}

double direct_residual(const struct network *net, const struct points *p,
                       const double *W, const double *v, double *rho)
{
    long double square = 0.0L;

    for (size_t j = 0; j < net->n; j++) {
        double u = j < net->n / 2 || net->n == 1 ? net->u : -net->u;

        for (size_t k = 0; k < p->r; k++) {
            long double sum = W[j * p->r + k];

            for (size_t i = 0; i < p->m; i++)
                sum -= (long double)v[j * p->m + i] * p->y[i] * u * p->X[i * p->r + k];
            rho[j * p->r + k] = (double)sum;
            square += sum * sum;
        }
    }
    return (double)sqrtl(square);
}

double direct_norm(const double *a, size_t count)
{
    return (double)sqrtl(direct_dot(a, a, count));
}

int direct_ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double direct_gap(double *a, double *b, size_t count)
{
    double gap = 0.0;
    size_t i = 0, k = 0;

    qsort(a, count, sizeof *a, direct_ascending);
    qsort(b, count, sizeof *b, direct_ascending);
    while (i < count && k < count) {
        double at = fmin(a[i], b[k]);

        while (i < count && a[i] <= at)
            i++;
        while (k < count && b[k] <= at)
            k++;
        gap = fmax(gap, fabs((double)i - (double)k) / (double)count);
    }
    return gap * sqrt((double)count / 2.0);
}

double direct_cosine_distance(const double *a, const double *b, size_t count)
{
    long double na = sqrtl(direct_dot(a, a, count)),
                nb = sqrtl(direct_dot(b, b, count));
    long double sum = 0.0L;

    for (size_t i = 0; i < count; i++) {
        long double gap = a[i] / na - b[i] / nb;

        sum += gap * gap;
    }
    return (double)(sum / 2.0L);
}

static long double long_dot(const long double *a, const long double *b, size_t count)
{
    long double sum = 0.0L;

    for (size_t i = 0; i < count; i++)
        sum += a[i] * b[i];
    return sum;
}

void direct_reject(const long double *Q, size_t rows, size_t columns, long double *x)
{
    for (size_t k = 0; k < rows; k++) {
        long double along = long_dot(Q + k * columns, x, columns);

        for (size_t c = 0; c < columns; c++)
            x[c] -= along * Q[k * columns + c];
    }
}

size_t direct_orthonormal(long double *A, size_t rows, size_t columns,
                          long double least)
{
    size_t count = 0;

    for (size_t k = 0; k < rows; k++) {
        long double *row = A + k * columns;
        long double before = sqrtl(long_dot(row, row, columns)), length;

        direct_reject(A, k, columns, row);
        direct_reject(A, k, columns, row);
        length = sqrtl(long_dot(row, row, columns));
        count += length > least * before;
        for (size_t c = 0; c < columns; c++)
            row[c] = length > least * before ? row[c] / length : 0.0L;
    }
    return count;
}

/* Make rows a and b orthogonal, the longer one first; false when they are both. */
static bool rotate(long double *a, long double *b, size_t columns)
{
    long double aa = long_dot(a, a, columns), bb = long_dot(b, b, columns),
                ab = long_dot(a, b, columns);
    long double half, c, s;

    if (fabsl(ab) <= 1e-17L * sqrtl(aa) * sqrtl(bb) && aa >= bb)
        return false;
    half = atan2l(2.0L * ab, aa - bb) / 2.0L;
    c = cosl(half);
    s = sinl(half);
    for (size_t k = 0; k < columns; k++) {
        long double x = a[k], y = b[k];

        a[k] = c * x + s * y;
        b[k] = c * y - s * x;
    }
    return true;
}

void direct_singular(long double *A, size_t rows, size_t columns, double *singular)
{
    bool moved = true;

    for (int sweep = 0; sweep < 30 && moved; sweep++) {
        moved = false;
        for (size_t a = 0; a < rows; a++)
            for (size_t b = a + 1; b < rows; b++)
                moved |= rotate(A + a * columns, A + b * columns, columns);
    }
    for (size_t k = 0; k < rows; k++)
        singular[k] =
            (double)sqrtl(long_dot(A + k * columns, A + k * columns, columns));
}
