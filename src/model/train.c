#include "sweep/train.h"
#include "step.h"
#include "sweep/loss.h"
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <string.h>

void train_layout(struct train_workspace *w, size_t n, size_t m, size_t r,
                  struct arena *a)
{
    struct step_state measured;
    w->step = arena_carve(a, 1, 1, sizeof *w->step);
    step_layout(w->step ? w->step : &measured, n, m, a);
    w->G = arena_doubles(a, m, m);
    w->Z0 = arena_doubles(a, n, m);
    w->Z = arena_doubles(a, n, m);
    w->C = arena_doubles(a, n, m);
    w->direction = arena_doubles(a, n, r);
    w->margin = arena_doubles(a, m, 1);
    w->weight = arena_doubles(a, m, 1);
}

/* to = from + A K, A (n, m), K (m, columns). */
static void add_product(size_t n, size_t m, size_t columns, const double *A,
                        const double *K, const double *from, double *to)
{
    memcpy(to, from, n * columns * sizeof *to);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)n, (int)columns, (int)m,
                1.0, A, (int)m, K, (int)columns, 1.0, to, (int)columns);
}

static void start(const struct network *net, const struct points *p, const double *W0,
                  struct train_workspace *w)
{
    struct step_state *s = w->step;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)p->m, (int)p->m,
                (int)p->r, 1.0, p->X, (int)p->r, p->X, (int)p->r, 0.0, w->G, (int)p->m);
    network_preactivations(net->n, W0, p, w->Z0);
    step_shape(s, net->n, p->m);
    s->positive = net->n == 1 ? 1 : net->n / 2;
    s->leak = net->leak;
    step_reset(s);
    memset(s->watch, 0, s->n * s->tiles);
    for (size_t j = 0; j < s->n; j++) /* same-class pairs: y_i u_j > 0 */
        for (size_t i = 0; i < p->m; i++)
            if (network_sign(net, j) * p->y[i] > 0.0)
                s->watch[j * s->tiles + i / STEP_TILE] |=
                    (unsigned char)(1u << i % STEP_TILE);
    step_load_gram(s, w->G);
    step_load(s, w->Z0);
}

/* Margins and weights of the present state. False when they are not finite. */
static bool measure(const struct network *net, const struct points *p,
                    const struct train_options *o, struct train_workspace *w,
                    double *smallest)
{
    double sum = 0.0;
    *smallest = INFINITY;
    for (size_t i = 0; i < p->m; i++) {
        w->margin[i] = p->y[i] * net->u * w->step->sum[i];
        if (!(w->margin[i] >= *smallest))
            *smallest = w->margin[i];
    }
    loss_weights(o->loss, o->optimizer, w->margin, p->m, w->weight);
    for (size_t i = 0; i < p->m; i++)
        sum += w->weight[i] + 0.0 * w->margin[i];
    return isfinite(sum);
}

/* theta = W(0) + C X. */
static void form_weights(const struct network *net, const struct points *p,
                         const double *W0, struct train_workspace *w,
                         struct weights *theta)
{
    step_coefficients(w->step, w->C);
    add_product(net->n, p->m, p->r, w->C, p->X, W0, theta->W);
}

/* Z afresh from C. */
static void synchronise(const struct network *net, const struct points *p,
                        struct train_workspace *w)
{
    step_coefficients(w->step, w->C);
    add_product(net->n, p->m, p->m, w->C, w->G, w->Z0, w->Z);
    step_load(w->step, w->Z);
}

/* |theta/|theta| - D/|D||, D = sum_i weight_i h_i. */
static double alignment(const struct network *net, const struct points *p,
                        struct train_workspace *w, const struct weights *theta)
{
    struct weights direction = {.W = w->direction, .perp = 0.0};
    size_t m = p->m;
    network_preactivations(net->n, theta->W, p, w->Z);
    for (size_t j = 0; j < net->n; j++) {
        double u = network_sign(net, j) * net->u;
        for (size_t i = 0; i < m; i++)
            w->C[j * m + i] =
                (w->Z[j * m + i] > 0.0 ? u : net->leak * u) * p->y[i] * w->weight[i];
    }
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)net->n, (int)p->r,
                (int)m, 1.0, w->C, (int)m, p->X, (int)p->r, 0.0, w->direction,
                (int)p->r);
    return sqrt(2.0 * weights_cosine_distance(net->n, p->r, theta, &direction));
}

/* TEST. Whether to stop, and why; `stable` counts the steps since a gate moved. */
static bool test(const struct network *net, const struct points *p, const double *W0,
                 const struct train_options *o, const volatile bool *cancel,
                 struct train_workspace *w, struct weights *theta, bool finite,
                 uint64_t *stable, struct train_result *result)
{
    bool moved = w->step->moved || result->steps == 0;
    *stable = moved ? 0 : *stable + TRAIN_CHECK_STEPS;
    w->step->moved = 0;
    bool last = result->steps == o->max_steps;
    bool settled = o->stable_steps > 0 && *stable >= o->stable_steps &&
                   result->margin > 0.0;
    bool cancelled = cancel && *cancel;
    bool looked_at = o->tolerance > 0.0 || !finite || last || settled || cancelled;
    if (looked_at || result->steps % TRAIN_REFRESH_STEPS == 0) {
        synchronise(net, p, w);
        finite = measure(net, p, o, w, &result->margin) && finite;
    }
    if (looked_at) {
        form_weights(net, p, W0, w, theta);
        result->alignment = finite ? alignment(net, p, w, theta) : NAN;
    }
    if (!finite)
        result->stop = TRAIN_NON_FINITE;
    else if (o->tolerance > 0.0 && result->alignment <= o->tolerance)
        result->stop = TRAIN_TOLERANCE;
    else if (settled)
        result->stop = TRAIN_GATES_STABLE;
    else if (cancelled)
        result->stop = TRAIN_CANCELLED;
    return last || result->stop != TRAIN_STEP_LIMIT;
}

void train_run(const struct network *net, const struct points *p, const double *W0,
               double perp_norm, const struct train_options *o,
               const volatile bool *cancel, struct train_workspace *w,
               struct weights *theta, struct train_result *result)
{
    uint64_t stable = 0;
    *result = (struct train_result){.stop = TRAIN_STEP_LIMIT, .alignment = NAN};
    theta->perp = perp_norm;
    start(net, p, W0, w);
    for (;;) {
        bool finite = measure(net, p, o, w, &result->margin);
        if ((!finite || result->steps == o->max_steps ||
             result->steps % TRAIN_CHECK_STEPS == 0) &&
            test(net, p, W0, o, cancel, w, theta, finite, &stable, result))
            return;
        for (size_t i = 0; i < p->m; i++)
            w->step->beta[i] = o->learning_rate * net->u * p->y[i] * w->weight[i];
        step_run(w->step);
        result->steps++;
    }
}
