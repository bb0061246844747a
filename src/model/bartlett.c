/* The span coordinates from their law.
 *
 * Basis: e_0 = mu/|mu|, then the directions that the common vector (if any) and the
 * points' noise add, one each. In the D = d - 1 dimensions orthogonal to e_0 the k-th
 * of those Gaussian vectors (k = 0, 1, ...) has k standard normal coordinates along the
 * earlier directions and a chi of D - k degrees of freedom along its own.
 *
 * Outside the span W(0) is an n x D' matrix of normals (D' = d - r) and a test point
 * has D' normals there. A Gaussian matrix's length is independent of its direction: the
 * length is one chi of n D' degrees; the direction is that of any factor A (n, k),
 * k = min(n, D'), with A A^T in law the Gram matrix: A is D' columns of normals or,
 * when D' > n, the Bartlett factor (normals below the diagonal, chi of D' - j on it).
 * Then <w_j, x_t> for all test points are A xi_t with xi_t ~ N(0, I_k).
 *
 * Another start has n more normal rows there. In the basis that A is written in they are k
 * columns of normals, and behind them min(n, D' - k) columns, in which they are again a
 * matrix of normals or the Bartlett factor of D' - k degrees; a test point has as many
 * normals more. */
#include "span_samplers.h"
#include "sweep/cancel.h"
#include "sweep/status.h"
#include <gsl/gsl_cblas.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <string.h>

static size_t vectors(const struct span_request *q)
{
    return q->mixture.m + (q->mixture.correlation > 0.0);
}

size_t bartlett_rank(const struct span_request *q)
{
    return 1 + vectors(q);
}

/* Columns of n more normal rows where those before have taken `taken` of all. */
static size_t more_columns(const struct span_request *q, size_t taken)
{
    double rest = q->mixture.dimension - (double)bartlett_rank(q) - (double)taken;
    return rest < (double)q->n ? (size_t)rest : q->n;
}

size_t bartlett_outside(const struct span_request *q)
{
    return more_columns(q, 0);
}

size_t bartlett_start_outside(const struct span_request *q)
{
    size_t taken = bartlett_outside(q);
    return taken + more_columns(q, taken);
}

void bartlett_layout(struct span_workspace *w, const struct span_request *q,
                     struct arena *a)
{
    size_t k = q->outside ? bartlett_outside(q) : 0;
    w->points = arena_doubles(a, SPAN_TEST_BLOCK, k);
    w->weights = arena_doubles(a, q->n, k);
}

/* Row k of the Bartlett factor behind coordinate 0, times scale, into x (r). */
static void noise_row(gsl_rng *rng, double dimension, size_t k, size_t r, double scale,
                      double *x)
{
    memset(x, 0, r * sizeof *x);
    rng_normals(rng, x, k + 1); /* x[0] along mu, x[1 .. k] along earlier directions */
    x[k + 1] = rng_chi(rng, dimension - 1.0 - (double)k);
    cblas_dscal((int)(k + 2), scale, x, 1);
}

static void add_class(const struct span_request *q, const double *common, double y,
                      size_t r, double *x)
{
    double own = sqrt(1.0 - q->mixture.correlation);
    x[0] += own * y * q->mixture.signal;
    if (q->mixture.correlation > 0.0)
        cblas_daxpy((int)r, sqrt(q->mixture.correlation), common, 1, x, 1);
}

static void bartlett_points(struct span *s, const struct span_request *q, gsl_rng *rng)
{
    double d = q->mixture.dimension;
    size_t first = vectors(q) - s->m;
    if (first)
        noise_row(span_stream(rng, q->data_key, "common"), d, 0, s->r, 1.0 / sqrt(d),
                  s->common);
    double noise = sqrt(1.0 - q->mixture.correlation) * q->mixture.noise / sqrt(d);
    span_stream(rng, q->data_key, "points");
    for (size_t i = 0; i < s->m && !cancel_asked(); i++) {
        noise_row(rng, d, first + i, s->r, noise, s->X + i * s->r);
        add_class(q, s->common, s->y_true[i], s->r, s->X + i * s->r);
    }
    s->mean[0] = q->mixture.signal;
}

static void bartlett_weights(struct span *s, const struct span_request *q, gsl_rng *rng)
{
    double scale = q->init_scale / sqrt(q->mixture.dimension);
    double rest = q->mixture.dimension - (double)s->r;
    span_stream(rng, q->train_key, "init");
    rng_normals(rng, s->W0, s->n * s->r);
    cblas_dscal((int)(s->n * s->r), scale, s->W0, 1);
    s->perp_norm = scale * rng_chi(rng, (double)s->n * rest);
}

/* A (n, k), scaled to length perp_norm; its first columns are those that `taken` rows
 * before have taken. */
static void bartlett_outside_draw(const struct span *s, const struct span_request *q,
                                  size_t taken, double *A, gsl_rng *rng)
{
    size_t n = s->n, own = more_columns(q, taken), k = taken + own;
    double rest = q->mixture.dimension - (double)s->r - (double)taken;
    span_stream(rng, q->train_key, "outside");
    if (own < n || rest == (double)n) {
        rng_normals(rng, A, n * k);
    } else {
        memset(A, 0, n * k * sizeof *A);
        for (size_t j = 0; j < n; j++) {
            rng_normals(rng, A + j * k, taken + j);
            A[j * k + taken + j] = rng_chi(rng, rest - (double)j);
        }
    }
    double length = cblas_dnrm2((int)(n * k), A, 1);
    if (length > 0.0)
        cblas_dscal((int)(n * k), s->perp_norm / length, A, 1);
}

/* test_perp = beta test_perp + A xi, where A has k of `stride` columns and the test points'
 * xi are of the stream `purpose`. */
static void add_outside(const struct span *s, const struct span_request *q,
                        const double *A, size_t stride, size_t k, const char *purpose,
                        double beta, double *xi, gsl_rng *rng)
{
    double spread = q->mixture.noise / sqrt(q->mixture.dimension);
    double own = sqrt(1.0 - q->mixture.correlation) * spread;
    span_stream(rng, q->data_key, purpose);
    for (size_t t = 0; k > 0 && t < s->tests && !cancel_asked(); t += SPAN_TEST_BLOCK) {
        rng_normals(rng, xi, SPAN_TEST_BLOCK * k);
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)s->n,
                    (int)SPAN_TEST_BLOCK, (int)k, own, A, (int)stride, xi, (int)k, beta,
                    s->test_perp + t, (int)s->tests);
    }
}

static void bartlett_tests(struct span *s, const struct span_request *q,
                           struct span_workspace *w, gsl_rng *rng)
{
    size_t r = s->r, k = q->outside ? bartlett_outside(q) : 0;
    double spread = q->mixture.noise / sqrt(q->mixture.dimension);
    double own = sqrt(1.0 - q->mixture.correlation) * spread;
    span_stream(rng, q->data_key, "test_points");
    for (size_t t = 0; t < s->tests && !cancel_asked(); t++) {
        double *x = s->test_X + t * r;
        rng_normals(rng, x, r);
        cblas_dscal((int)r, own, x, 1);
        add_class(q, s->common, s->test_y[t], r, x);
    }
    if (!k)
        return;
    bartlett_outside_draw(s, q, 0, w->weights, rng);
    add_outside(s, q, w->weights, k, k, "test_outside", 0.0, w->points, rng);
}

void bartlett_start(struct span *other, const struct span_request *q,
                    struct span_workspace *drawing, gsl_rng *rng)
{
    bartlett_weights(other, q, rng);
    if (!q->outside)
        return;
    size_t taken = bartlett_outside(q), all = bartlett_start_outside(q);
    double *A = drawing->weights, *xi = drawing->points;
    bartlett_outside_draw(other, q, taken, A, rng);
    add_outside(other, q, A, all, taken, "test_outside", 0.0, xi, rng);
    add_outside(other, q, A + taken, all, all - taken, "test_outside_start", 1.0, xi,
                rng);
}

int bartlett_draw(struct span *s, const struct span_request *q,
                  struct span_workspace *w, gsl_rng *rng)
{
    bartlett_points(s, q, rng);
    bartlett_weights(s, q, rng);
    bartlett_tests(s, q, w, rng);
    return SWEEP_OK;
}
