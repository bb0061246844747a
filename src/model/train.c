#include "sweep/train.h"
#include "sweep/loss.h"
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <string.h>

void train_layout(struct train_workspace *w, size_t n, size_t m, size_t r,
                  struct arena *a)
{
    w->G = arena_doubles(a, m, m);
    w->Z0 = arena_doubles(a, n, m);
    w->Z = arena_doubles(a, n, m);
    w->C = arena_doubles(a, n, m);
    w->B = arena_doubles(a, n, m);
    w->direction = arena_doubles(a, n, r);
    w->margin = arena_doubles(a, m, 1);
    w->weight = arena_doubles(a, m, 1);
}

/* to = from + A K, A (n, m), K (m, columns). */
static void add_product(size_t n, size_t m, size_t columns, const double *A,
                        const double *K, const double *from, double *to)
{
    if (from != to)
        memcpy(to, from, n * columns * sizeof *to);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)n, (int)columns, (int)m,
                1.0, A, (int)m, K, (int)columns, 1.0, to, (int)columns);
}

/* B_ji = scale u_j phi'(z_ji) y_i weight_i. */
static void increments(const struct network *net, const struct points *p, double scale,
                       struct train_workspace *w)
{
    size_t m = p->m;
    for (size_t j = 0; j < net->n; j++) {
        double u = scale * network_sign(net, j) * net->u, leak = net->leak * u;
        for (size_t i = 0; i < m; i++)
            w->B[j * m + i] =
                (w->Z[j * m + i] > 0.0 ? u : leak) * p->y[i] * w->weight[i];
    }
}

/* Margins and weights at Z; false when they are not finite. */
static bool measure(const struct network *net, const struct points *p,
                    const struct train_options *o, struct train_workspace *w,
                    double *smallest)
{
    *smallest = network_margins(net, w->Z, p->y, p->m, w->margin);
    loss_weights(o->loss, o->optimizer, w->margin, p->m, w->weight);
    double sum = 0.0;
    for (size_t i = 0; i < p->m; i++)
        sum += w->weight[i] + 0.0 * w->margin[i];
    return isfinite(sum);
}

/* W(0) + C X, and Z afresh from it. */
static void synchronise(const struct network *net, const struct points *p,
                        const double *W0, struct train_workspace *w,
                        struct weights *theta)
{
    add_product(net->n, p->m, p->r, w->C, p->X, W0, theta->W);
    add_product(net->n, p->m, p->m, w->C, w->G, w->Z0, w->Z);
}

/* |theta/|theta| - D/|D||, D = sum_i weight_i h_i. */
static double alignment(const struct network *net, const struct points *p,
                        struct train_workspace *w, const struct weights *theta)
{
    struct weights direction = {w->direction, 0.0};
    increments(net, p, 1.0, w);
    memset(w->direction, 0, net->n * p->r * sizeof *w->direction);
    add_product(net->n, p->m, p->r, w->B, p->X, w->direction, w->direction);
    return sqrt(2.0 * weights_cosine_distance(net->n, p->r, theta, &direction));
}

static void start(const struct network *net, const struct points *p, const double *W0,
                  struct train_workspace *w)
{
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)p->m, (int)p->m,
                (int)p->r, 1.0, p->X, (int)p->r, p->X, (int)p->r, 0.0, w->G, (int)p->m);
    network_preactivations(net->n, W0, p, w->Z0);
    memcpy(w->Z, w->Z0, net->n * p->m * sizeof *w->Z);
    memset(w->C, 0, net->n * p->m * sizeof *w->C);
}

void train_run(const struct network *net, const struct points *p, const double *W0,
               double perp_norm, const struct train_options *o,
               const volatile bool *cancel, struct train_workspace *w,
               struct weights *theta, struct train_result *result)
{
    size_t size = net->n * p->m;
    *result = (struct train_result){.stop = TRAIN_STEP_LIMIT, .alignment = NAN};
    theta->perp = perp_norm;
    start(net, p, W0, w);
    for (;;) {
        bool finite = measure(net, p, o, w, &result->margin);
        bool last = !finite || result->steps == o->max_steps;
        if (last || result->steps % TRAIN_CHECK_STEPS == 0) {
            synchronise(net, p, W0, w, theta);
            finite = finite && measure(net, p, o, w, &result->margin);
            result->alignment = finite ? alignment(net, p, w, theta) : NAN;
            if (!finite)
                result->stop = TRAIN_NON_FINITE;
            else if (o->tolerance > 0.0 && result->alignment <= o->tolerance)
                result->stop = TRAIN_TOLERANCE;
            else if (cancel && *cancel)
                result->stop = TRAIN_CANCELLED;
            if (last || result->stop != TRAIN_STEP_LIMIT)
                return;
        }
        increments(net, p, o->learning_rate, w);
        for (size_t k = 0; k < size; k++)
            w->C[k] += w->B[k];
        add_product(net->n, p->m, p->m, w->B, w->G, w->Z, w->Z);
        result->steps++;
    }
}
