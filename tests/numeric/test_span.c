/* Both samplers against points and weights drawn here, in d dimensions, from the
 * definition of the mixture: every number a trial reads off a span must have the same
 * law. Two-sample Kolmogorov-Smirnov, a level of 1e-5 a test. */
#include "sweep/span.h"

#include "check.h"
#include "fixture.h"
#include <gsl/gsl_cdf.h>
#include <stdlib.h>

enum { DRAWS = 1500, STATISTICS = 14 };

static const double LEVEL = 2.47; /* of direct_gap: exceeded with probability 1e-5 */

/* An explicit draw: d-dimensional points, weights and test points. */
struct explicit
{
    size_t d;
    double *X, *y, *W, *common, *test, *test_y;
};

static const char *const names[STATISTICS] = {
    "psi",        "phi",       "|x_1|^2",     "<x_1, x_2>",       "|W|^2",
    "<w_1, x_1>", "<w_2, mu>", "<w_1, x_t>",  "<x_t, x_1>",       "y_t <x_t, mu>",
    "<w_1, c>",   "<c, x_1>",  "two neurons", "test against norm"};

static void normals_scaled(gsl_rng *rng, double *to, size_t count, double scale)
{
    rng_normals(rng, to, count);
    for (size_t k = 0; k < count; k++)
        to[k] *= scale;
}

static void explicit_points(gsl_rng *rng, const struct explicit *e,
                            const struct recipe *r, const double *y, size_t count,
                            double *X)
{
    normals_scaled(rng, X, count * e->d, 1.0 / sqrt(r->d));
    for (size_t i = 0; i < count; i++) {
        X[i * e->d] += y[i] * r->signal;
        for (size_t k = 0; k < e->d; k++)
            X[i * e->d + k] = sqrt(1.0 - r->correlation) * X[i * e->d + k] +
                              sqrt(r->correlation) * e->common[k];
    }
}

/* Labels: as many of either sign as possible, the odd one of a random sign. */
static void explicit_labels(gsl_rng *rng, size_t m, double *y)
{
    double odd = fixture_between(rng, 0, 1) ? 1.0 : -1.0;

    for (size_t i = 0; i < m; i++)
        y[i] = i % 2 ? -odd : odd;
    for (size_t i = m; i-- > 1;) {
        size_t k = fixture_between(rng, 0, i);
        double swap = y[i];

        y[i] = y[k];
        y[k] = swap;
    }
}

/* psi and phi of points given by their inner products. */
static void orthogonality(const double *gram, size_t m, double *out)
{
    out[0] = out[1] = 0.0;
    for (size_t i = 0; i < m; i++)
        for (size_t k = 0; k < m; k++)
            if (i == k)
                out[0] = fmax(out[0], fabs(gram[i * m + i] - 1.0));
            else
                out[1] = fmax(out[1], fabs(gram[i * m + k]));
}

static size_t last_test(const struct recipe *r)
{
    return r->tests - 1; /* in another block than test point 0, if there are several */
}

static void explicit_statistics(gsl_rng *rng, const struct explicit *e,
                                const struct recipe *r, double *out)
{
    size_t d = e->d, m = r->m, last = last_test(r);
    double gram[32 * 32], a, b;

    explicit_labels(rng, m, e->y);
    for (size_t t = 0; t < r->tests; t++)
        e->test_y[t] = fixture_between(rng, 0, 1) ? 1.0 : -1.0;
    normals_scaled(rng, e->common, d, 1.0 / sqrt(r->d));
    explicit_points(rng, e, r, e->y, m, e->X);
    explicit_points(rng, e, r, e->test_y, r->tests, e->test);
    normals_scaled(rng, e->W, r->n * d, 1.0 / sqrt(r->d));
    for (size_t i = 0; i < m * m; i++)
        gram[i] = (double)direct_dot(e->X + i / m * d, e->X + i % m * d, d);
    orthogonality(gram, m, out);
    out[2] = gram[0];
    out[3] = gram[1];
    out[4] = (double)direct_dot(e->W, e->W, r->n * d);
    out[5] = (double)direct_dot(e->W, e->X, d);
    out[6] = r->signal * e->W[(r->n - 1) * d];
    out[7] = a = (double)direct_dot(e->W, e->test, d);
    out[8] = (double)direct_dot(e->test, e->X, d);
    out[9] = r->signal * e->test_y[0] * e->test[0];
    out[10] = (double)direct_dot(e->W, e->common, d);
    out[11] = (double)direct_dot(e->common, e->X, d);
    b = (double)direct_dot(e->W + (r->n - 1) * d, e->test, d);
    out[12] = a * b;
    b = (double)direct_dot(e->W, e->test + last * d, d);
    out[13] = (a * a + b * b) / out[4];
}

static void span_statistics(const struct recipe *r, double *out)
{
    struct instance in;
    const struct span *s = &in.span;
    size_t k, t = last_test(r), j = r->n - 1;
    double a, b;

    instance_draw(&in, r);
    k = s->r;
    orthogonality(s->gram, s->m, out);
    out[2] = (double)direct_dot(s->X, s->X, k);
    out[3] = (double)direct_dot(s->X, s->X + k, k);
    out[4] = (double)direct_dot(s->W0, s->W0, s->n * k) + s->perp_norm * s->perp_norm;
    out[5] = (double)direct_dot(s->W0, s->X, k);
    out[6] = (double)direct_dot(s->W0 + j * k, s->mean, k) + s->mean_perp[j];
    out[7] = a = (double)direct_dot(s->W0, s->test_X, k) + s->test_perp[0];
    out[8] = (double)direct_dot(s->test_X, s->X, k);
    /* mu in the span of the points only: the product is exact with bartlett alone. */
    out[9] = s->test_y[0] * (double)direct_dot(s->test_X, s->mean, k);
    out[10] = (double)direct_dot(s->W0, s->common, k) + s->common_perp[0];
    out[11] = (double)direct_dot(s->common, s->X, k);
    b = (double)direct_dot(s->W0 + j * k, s->test_X, k) + s->test_perp[j * s->tests];
    out[12] = a * b;
    b = (double)direct_dot(s->W0, s->test_X + t * k, k) + s->test_perp[t];
    out[13] = (a * a + b * b) / out[4];
    instance_release(&in);
}

struct samples {
    double value[STATISTICS][DRAWS];
};

static void sample_explicit(struct samples *to, const struct recipe *r)
{
    gsl_rng *rng = fixture_rng("explicit", r->seed);
    struct arena a = {0};
    struct explicit e = {.d = (size_t)r->d};

    FIXTURE_LAYOUT(&a)
    {
        e.X = arena_doubles(&a, r->m, e.d);
        e.y = arena_doubles(&a, r->m, 1);
        e.W = arena_doubles(&a, r->n, e.d);
        e.common = arena_doubles(&a, e.d, 1);
        e.test = arena_doubles(&a, r->tests, e.d);
        e.test_y = arena_doubles(&a, r->tests, 1);
    }
    for (size_t k = 0; k < DRAWS; k++) {
        double out[STATISTICS];

        explicit_statistics(rng, &e, r, out);
        for (size_t l = 0; l < STATISTICS; l++)
            to->value[l][k] = out[l];
    }
    arena_release(&a);
    gsl_rng_free(rng);
}

static void sample_span(struct samples *to, const struct recipe *recipe)
{
    struct recipe r = *recipe;

    for (size_t k = 0; k < DRAWS; k++) {
        double out[STATISTICS];

        r.seed = recipe->seed * DRAWS + k;
        span_statistics(&r, out);
        for (size_t l = 0; l < STATISTICS; l++)
            to->value[l][k] = out[l];
    }
}

/* Whether statistic l exists, and is held in full, for these settings. */
static bool applies(const struct recipe *r, size_t l)
{
    if (l == 10 || l == 11)
        return r->correlation > 0.0;
    if (l == 6)
        return r->signal > 0.0;
    if (l == 9)
        return r->signal > 0.0 && r->sampler == SAMPLER_BARTLETT;
    return true;
}

static size_t compare(const struct recipe *recipe, enum sampler sampler)
{
    struct samples *a = malloc(sizeof *a), *b = malloc(sizeof *b);
    struct recipe r = *recipe;
    size_t compared = 0;

    fixture_need(a && b, "allocation");
    r.sampler = sampler;
    sample_explicit(a, &r);
    sample_span(b, &r);
    for (size_t l = 0; l < STATISTICS; l++) {
        double gap;

        if (!applies(&r, l))
            continue;
        gap = direct_gap(a->value[l], b->value[l], DRAWS);
        check_true(gap <= LEVEL,
                   "%s: gap %g with sampler %d, m %zu, n %zu, d %g, "
                   "signal %g, correlation %g",
                   names[l], gap, sampler, r.m, r.n, r.d, r.signal, r.correlation);
        compared++;
    }
    free(a);
    free(b);
    return compared;
}

/* Few and many dimensions outside the span, more and fewer neurons than those and than
 * test points, several blocks of test points. */
static const struct recipe recipes[] = {
    {.m = 3, .n = 2, .d = 6, .tests = 70, .seed = 1},
    {.m = 3, .n = 2, .d = 6, .signal = 0.7, .tests = 70, .seed = 2},
    {.m = 3, .n = 2, .d = 7, .correlation = 0.4, .tests = 70, .seed = 3},
    {.m = 5, .n = 20, .d = 12, .signal = 1.0, .tests = 2, .seed = 4},
    {.m = 4, .n = 80, .d = 90, .tests = 64, .seed = 5},
    {.m = 5,
     .n = 4,
     .d = 40,
     .signal = 0.5,
     .correlation = 0.2,
     .tests = 130,
     .seed = 6},
    {.m = 12, .n = 2, .d = 40, .signal = 2.0, .tests = 3, .seed = 7},
};

/* More points than dimensions: no sampler of triangular factors. */
static const struct recipe narrow[] = {
    {.m = 8, .n = 2, .d = 4, .tests = 70, .seed = 8},
    {.m = 8, .n = 4, .d = 5, .signal = 0.7, .correlation = 0.3, .tests = 3, .seed = 9},
};

static size_t compared;

static void test_ambient(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof recipes / sizeof *recipes; k++)
        compared += compare(&recipes[k], SAMPLER_AMBIENT);
    for (size_t k = 0; k < sizeof narrow / sizeof *narrow; k++)
        compared += compare(&narrow[k], SAMPLER_AMBIENT);
}

static void test_bartlett(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof recipes / sizeof *recipes; k++)
        compared += compare(&recipes[k], SAMPLER_BARTLETT);
}

/* One degree of freedom too many, the rest right: d + 1 dimensions with the scale of d.
 * The same comparison must see it. */
static void test_wrong_freedom(void **state)
{
    const size_t affected[] = {2, 4}; /* sums of squares: their mean moves */
    struct samples *a = malloc(sizeof *a), *b = malloc(sizeof *b);
    struct recipe right = recipes[0], wrong = right;

    (void)state;
    fixture_need(a && b, "allocation");
    wrong.sampler = SAMPLER_BARTLETT;
    wrong.d += 1.0;
    sample_explicit(a, &right);
    sample_span(b, &wrong);
    for (size_t l = 0; l < STATISTICS; l++)
        for (size_t k = 0; k < DRAWS; k++) /* bilinear in vectors of scale 1/sqrt(d) */
            b->value[l][k] *= wrong.d / right.d;
    for (size_t l = 0; l < 2; l++)
        check_true(
            direct_gap(a->value[affected[l]], b->value[affected[l]], DRAWS) > LEVEL,
            "%s: an error of one degree of freedom goes unseen: %g", names[affected[l]],
            direct_gap(a->value[affected[l]], b->value[affected[l]], DRAWS));
    free(a);
    free(b);
}

/* |W(0)_perp|^2 d is chi-squared with n (d - dimension of the span) degrees. */
static void test_perp(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof recipes / sizeof *recipes; k++)
        for (int sampler = 0; sampler < 2; sampler++) {
            struct recipe r = recipes[k];
            double *value = malloc(DRAWS * sizeof *value), gap = 0.0, freedom;

            fixture_need(value != NULL, "allocation");
            r.sampler = (enum sampler)sampler;
            freedom = r.d;
            for (size_t t = 0; t < DRAWS; t++) {
                struct instance in;

                r.seed = recipes[k].seed * DRAWS + t;
                instance_draw(&in, &r);
                freedom = r.d - (double)in.span.r;
                value[t] = in.span.perp_norm * in.span.perp_norm * r.d;
                instance_release(&in);
            }
            qsort(value, DRAWS, sizeof *value, direct_ascending);
            for (size_t t = 0; t < DRAWS; t++) {
                double at = gsl_cdf_chisq_P(value[t], (double)r.n * freedom);

                gap = fmax(gap,
                           fmax(at - (double)t / DRAWS, (double)(t + 1) / DRAWS - at));
            }
            check_true(gap * sqrt(DRAWS) <= LEVEL, "gap %g for d %g, sampler %d",
                       gap * sqrt(DRAWS), r.d, sampler);
            free(value);
        }
}

static void test_cases(void **state)
{
    (void)state;
    check_true(compared > 180, "%zu comparisons", compared);
    check_cases(compared + 2 + 14 + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ambient),       cmocka_unit_test(test_bartlett),
        cmocka_unit_test(test_wrong_freedom), cmocka_unit_test(test_perp),
        cmocka_unit_test(test_cases),
    };

    fixture_main();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
