#include "ambient_loop.h"
#include "bench.h"
#include "sweep/clock.h"
#include "sweep/loss.h"
#include <cblas.h>
#include <math.h>
#include <string.h>

void loop_draw(struct ambient *a, size_t d, size_t m, size_t n)
{
    struct mixture mixture = bench_mixture((double)d, m);
    *a = (struct ambient){
        .net = network_make(MODEL_RELU, n, 0.0), .d = d, .m = m, .n = n};
    BENCH_LAYOUT(&a->arena)
    {
        a->X = arena_doubles(&a->arena, m, d);
        a->y = arena_doubles(&a->arena, m, 1);
        a->W0 = arena_doubles(&a->arena, n, d);
        a->W = arena_doubles(&a->arena, n, d);
        a->Z = arena_doubles(&a->arena, n, m);
        a->A = arena_doubles(&a->arena, n, m);
        a->q = arena_doubles(&a->arena, m, 1);
        a->c = arena_doubles(&a->arena, m, 1);
    }
    gsl_rng *rng = gsl_rng_alloc(rng_philox);
    bench_need(rng, "out of memory");
    rng_start(rng, rng_key_text(rng_key_start(), "ambient"));
    dataset_labels(rng, m, a->y);
    dataset_mixture(rng, &mixture, NULL, a->y, m, a->X);
    rng_normals(rng, a->W0, n * d);
    gsl_rng_free(rng);
    cblas_dscal((int)(n * d), BENCH_INIT_SCALE / sqrt((double)d), a->W0, 1);
}

void loop_release(struct ambient *a)
{
    arena_release(&a->arena);
}

void loop_blas(struct ambient *a)
{
    int n = (int)a->n, m = (int)a->m, d = (int)a->d;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, d, m, 1.0, a->A, m, a->X,
                d, 1.0, a->W, d);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n, m, d, 1.0, a->W, d, a->X, d,
                0.0, a->Z, m);
}

void loop_blocked(struct ambient *a)
{
    enum { COLUMNS = 256 };
    int n = (int)a->n, m = (int)a->m, d = (int)a->d;
    for (int first = 0; first < d; first += COLUMNS) {
        int count = first + COLUMNS < d ? COLUMNS : d - first;
        double *W = a->W + first, *X = a->X + first;
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, count, m, 1.0, a->A,
                    m, X, d, 1.0, W, d);
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n, m, count, 1.0, W, d, X,
                    d, first > 0 ? 1.0 : 0.0, a->Z, m);
    }
}

/* Row j of the gradient of point i is y_i u_j phi'(z_ji) x_i. */
static void coefficients(struct ambient *a)
{
    size_t m = a->m;
    a->margin = network_margins(&a->net, a->Z, a->y, m, a->q);
    loss_weights(LOSS_LOGISTIC, OPTIMIZER_NORMALIZED_GD, a->q, m, a->c);
    for (size_t j = 0; j < a->n; j++) {
        double step = BENCH_LEARNING_RATE * network_sign(&a->net, j) * a->net.u;
        for (size_t i = 0; i < m; i++)
            a->A[j * m + i] = a->Z[j * m + i] > 0.0 ? step * a->y[i] * a->c[i] : 0.0;
    }
}

void loop_train(struct ambient *a, loop_move *move, size_t steps)
{
    memcpy(a->W, a->W0, a->n * a->d * sizeof *a->W);
    memset(a->A, 0, a->n * a->m * sizeof *a->A);
    move(a);
    for (size_t t = 0; t < steps; t++) {
        coefficients(a);
        move(a);
    }
    a->margin = network_margins(&a->net, a->Z, a->y, a->m, a->q);
}

static double step_seconds(struct ambient *a, loop_move *move)
{
    double start = clock_monotonic();
    loop_train(a, move, a->steps);
    /* The first product of a training is one more. */
    return (clock_monotonic() - start) / (double)(a->steps + 1);
}

double loop_blas_seconds(void *context)
{
    return step_seconds(context, loop_blas);
}

double loop_blocked_seconds(void *context)
{
    return step_seconds(context, loop_blocked);
}
