/* The reference sampler, and that of data files: points, initial weights and test
 * points in all d dimensions, projected on a thin QR of the training points. Test
 * points come in blocks, so memory does not grow with their number. */
#include "qr.h"
#include "span_samplers.h"
#include "span_source.h"
#include "sweep/cancel.h"
#include "sweep/status.h"
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <string.h>

static size_t ambient_dimension(const struct span_request *q)
{
    return (size_t)q->mixture.dimension;
}

/* With as many points as dimensions the ambient coordinates serve as they are. A test
 * defines AMBIENT_UNPROJECTED to keep them always. */
static int ambient_projects(const struct span_request *q)
{
#ifdef AMBIENT_UNPROJECTED
    (void)q;
    return 0;
#else
    return q->mixture.m < ambient_dimension(q);
#endif
}

size_t ambient_rank(const struct span_request *q)
{
    return ambient_projects(q) ? q->mixture.m : ambient_dimension(q);
}

size_t ambient_outside(const struct span_request *q)
{
    return ambient_dimension(q);
}

void ambient_layout(struct span_workspace *w, const struct span_request *q,
                    struct arena *a)
{
    size_t d = ambient_dimension(q), m = q->mixture.m;
    size_t rows = !ambient_projects(q) && m > SPAN_TEST_BLOCK ? m : SPAN_TEST_BLOCK;
    w->points = arena_doubles(a, rows, d);
    w->basis = ambient_projects(q) ? arena_doubles(a, m, d) : NULL;
    w->weights = arena_doubles(a, q->outside ? q->n : 1, d);
    w->common = arena_doubles(a, d, 1);
    span_source_layout(w, q, a);
    w->lapack_size = 64 * m; /* qr.h */
    w->lapack = arena_doubles(a, w->lapack_size + m, 1);
}

/* The points X (m, d) in row-major order are X^T (d, m) in LAPACK's. X^T = Q R: the
 * coordinates are X Q = R^T, and Q^T (m, d) row-major is the basis, in the place of the
 * points, which may take most of the memory of a trial. */
static int factorise(struct span *s, struct span_workspace *w, size_t d)
{
    size_t m = s->m;
    if (!w->basis) {
        memcpy(s->X, w->points, m * d * sizeof *s->X);
        return SWEEP_OK;
    }
    double *tau = w->lapack + w->lapack_size;
    if (qr_factor((int)d, (int)m, w->basis, (int)d, tau, w->lapack) != SWEEP_OK)
        return SWEEP_STOPPED;
    for (size_t i = 0; i < m; i++)
        for (size_t k = 0; k < m; k++)
            s->X[i * m + k] = k <= i ? w->basis[i * d + k] : 0.0;
    return qr_basis((int)d, (int)m, w->basis, (int)d, tau, w->lapack);
}

/* coordinates (count, r) of rows (count, d). */
static void project_rows(const struct span *s, const struct span_workspace *w, size_t d,
                         const double *rows, size_t count, double *coordinates)
{
    if (!w->basis)
        memcpy(coordinates, rows, count * d * sizeof *rows);
    else
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)count, (int)s->r,
                    (int)d, 1.0, rows, (int)d, w->basis, (int)d, 0.0, coordinates,
                    (int)s->r);
}

/* W(0), row by row: coordinates, then what is left, orthogonalised explicitly so that
 * its length is no difference of large numbers. */
static void ambient_weights(struct span *s, const struct span_request *q,
                            struct span_workspace *w, gsl_rng *rng)
{
    size_t d = ambient_dimension(q), r = s->r;
    double scale = q->init_scale / sqrt(q->mixture.dimension);
    span_stream(rng, q->train_key, "init");
    s->perp_norm = 0.0;
    for (size_t j = 0; j < s->n && !cancel_asked(); j++) {
        double *row = w->weights + (q->outside ? j * d : 0);
        double *coordinates = s->W0 + j * r;
        rng_normals(rng, row, d);
        cblas_dscal((int)d, scale, row, 1);
        project_rows(s, w, d, row, 1, coordinates);
        if (w->basis)
            cblas_dgemv(CblasRowMajor, CblasTrans, (int)r, (int)d, -1.0, w->basis,
                        (int)d, coordinates, 1, 1.0, row, 1);
        else
            memset(row, 0, d * sizeof *row);
        s->perp_norm = hypot(s->perp_norm, cblas_dnrm2((int)d, row, 1));
        s->mean_perp[j] = q->mixture.signal * row[0];
        if (q->mixture.correlation > 0.0)
            s->common_perp[j] = cblas_ddot((int)d, w->common, 1, row, 1);
    }
}

static void ambient_tests(struct span *s, const struct span_request *q,
                          struct span_workspace *w, gsl_rng *rng)
{
    size_t d = ambient_dimension(q);
    span_stream(rng, q->data_key, "test_points");
    for (size_t t = 0; t < s->tests && !cancel_asked(); t += SPAN_TEST_BLOCK) {
        span_source_tests(s, q, w, rng, t, w->points);
        project_rows(s, w, d, w->points, SPAN_TEST_BLOCK, s->test_X + t * s->r);
        if (q->outside)
            cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)s->n,
                        (int)SPAN_TEST_BLOCK, (int)d, 1.0, w->weights, (int)d,
                        w->points, (int)d, 0.0, s->test_perp + t, (int)s->tests);
    }
}

void ambient_start(struct span *other, const struct span_request *q,
                   struct span_workspace *drawing, gsl_rng *rng)
{
    ambient_weights(other, q, drawing, rng);
    if (q->outside)
        ambient_tests(other, q, drawing, rng);
}

int ambient_draw(struct span *s, const struct span_request *q, struct span_workspace *w,
                 gsl_rng *rng)
{
    size_t d = ambient_dimension(q), r = s->r;
    if (q->mixture.correlation > 0.0) {
        rng_normals(span_stream(rng, q->data_key, "common"), w->common, d);
        cblas_dscal((int)d, 1.0 / sqrt(q->mixture.dimension), w->common, 1);
    }
    int status = span_source_points(s, q, w, rng, w->basis ? w->basis : w->points);
    if (status == SWEEP_OK)
        status = factorise(s, w, d);
    if (status != SWEEP_OK)
        return status;
    if (q->mixture.correlation > 0.0)
        project_rows(s, w, d, w->common, 1, s->common);
    for (size_t k = 0; k < r; k++)
        s->mean[k] = q->mixture.signal * (w->basis ? w->basis[k * d] : k == 0);
    ambient_weights(s, q, w, rng);
    ambient_tests(s, q, w, rng);
    return SWEEP_OK;
}

void span_redraw(const struct span *s, const struct span_request *q,
                 const struct span_workspace *w, gsl_rng *rng, double *X,
                 double *test_X)
{
    span_source_points(s, q, w, rng, X);
    span_stream(rng, q->data_key, "test_points");
    for (size_t t = 0; test_X && t < s->tests; t += SPAN_TEST_BLOCK)
        span_source_tests(s, q, w, rng, t, test_X + t * ambient_dimension(q));
}

void span_lift(const struct span *s, const struct span_request *q,
               const struct span_workspace *w, const double *W, double perp,
               double *lifted)
{
    size_t d = ambient_dimension(q);
    double share = perp != 0.0 ? perp / s->perp_norm : 0.0;
    for (size_t k = 0; k < s->n * d; k++)
        lifted[k] = share != 0.0 ? share * w->weights[k] : 0.0;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)s->n, (int)d, (int)s->r,
                1.0, W, (int)s->r, w->basis, (int)d, 1.0, lifted, (int)d);
}
