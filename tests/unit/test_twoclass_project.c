/* Points of a file as they are, and their random projections: the same by a slow loop,
 * and their laws. */
#include "sweep/twoclass.h"

#include "check.h"
#include "twoclass_fixture.h"

#include <float.h>
#include <gsl/gsl_cdf.h>

enum { ROWS = 12, FEATURES = 23, DRAWS = 4000 };

/* Dense points of changing sizes, and some zeros; class 3 first, then 8, by turns. */
static void random_file(struct labelled *l)
{
    gsl_rng *rng = stream(9);
    char text[ROWS * FEATURES * 40], *at = text;

    for (size_t i = 0; i < ROWS; i++) {
        double scale = pow(10.0, (double)i - 6.0);

        at += sprintf(at, "%d", i % 2 ? 8 : 3);
        for (size_t k = 0; k < FEATURES; k++)
            if ((i * k) % 5 != 3)
                at += sprintf(at, " %zu:%.17g", k + 1,
                              scale * (gsl_rng_uniform(rng) - 0.4));
        at += sprintf(at, "\n");
    }
    file_of(l, text);
    gsl_rng_free(rng);
}

static void test_points(void **state)
{
    static const size_t place[] = {5, 0, 11, 7, 5};
    double X[5 * FEATURES], row[FEATURES];
    struct labelled l;
    struct twoclass t;

    (void)state;
    random_file(&l);
    twoclass_select(&t, &l, 8, 3);
    memset(X, 0x55, sizeof X);
    twoclass_points(&t, place, 5, X);
    for (size_t i = 0; i < 5; i++) {
        labelled_row(&l, t.row[place[i]], row);
        check_true(memcmp(row, X + i * FEATURES, sizeof row) == 0, "point %zu", i);
    }
    twoclass_release(&t);
    labelled_release(&l);
}

/* X = G x / |G x| in long double, with all of G at once. */
static void slow_project(gsl_rng *rng, const struct twoclass *t, const size_t *place,
                         size_t count, size_t d, double *X)
{
    double G[FEATURES * FEATURES], row[FEATURES];

    rng_normals(rng, G, d * FEATURES);
    for (size_t i = 0; i < count; i++) {
        long double image[FEATURES], square = 0.0L;

        labelled_row(t->file, t->row[place[i]], row);
        for (size_t k = 0; k < d; k++) {
            image[k] = 0.0L;
            for (size_t j = 0; j < FEATURES; j++)
                image[k] += (long double)G[k * FEATURES + j] * row[j];
            square += image[k] * image[k];
        }
        for (size_t k = 0; k < d; k++)
            X[i * d + k] = (double)(image[k] / sqrtl(square));
    }
}

static void test_project(void **state)
{
    static const size_t place[] = {3, 0, 11, 7, 5, 6};
    double X[6 * FEATURES], expected[6 * FEATURES], g[FEATURES];
    struct labelled l;
    struct twoclass t;

    (void)state;
    random_file(&l);
    twoclass_select(&t, &l, 8, 3);
    for (size_t d = 1; d < FEATURES; d++)
        for (size_t count = 1; count <= 6; count++) {
            gsl_rng *rng = stream(d), *twin = stream(d);

            memset(X, 0x55, sizeof X);
            twoclass_project(rng, &t, place, count, d, g, X);
            slow_project(twin, &t, place, count, d, expected);
            check_array_close(X, expected, count * d, 1e-13);
            for (size_t i = 0; i < count; i++) {
                double square = 0.0;

                for (size_t k = 0; k < d; k++)
                    square += X[i * d + k] * X[i * d + k];
                check_close(square, 1.0, 8 * DBL_EPSILON);
            }
            check_equal(gsl_rng_get(rng), gsl_rng_get(twin)); /* as many numbers */
            gsl_rng_free(rng);
            gsl_rng_free(twin);
        }
    twoclass_release(&t);
    labelled_release(&l);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Kolmogorov's distance from the uniform law, above 2.6 with a chance near 3e-6. */
static double from_uniform(double *p, size_t count)
{
    double gap = 0.0;

    qsort(p, count, sizeof *p, ascending);
    for (size_t i = 0; i < count; i++) {
        gap = fmax(gap, p[i] - (double)i / (double)count);
        gap = fmax(gap, (double)(i + 1) / (double)count - p[i]);
    }
    return gap * sqrt((double)count);
}

/* The image of a point is uniform on the sphere, that of an orthogonal point
 * independent of it: a squared coordinate, and the squared inner product of two, follow
 * the beta law of 1/2 and (d - 1)/2. A coordinate has a sign by chance. */
static void test_sphere(void **state)
{
    static const size_t place[] = {0, 1}, dimensions[] = {2, 3, 7};
    static double first[DRAWS], last[DRAWS], product[DRAWS];
    gsl_rng *rng = stream(4);
    struct labelled l;
    struct twoclass t;

    (void)state;
    file_of(&l, "3 1:1 2:2 4:-2\n8 1:2 2:1 4:2 9:1e-9\n");
    twoclass_select(&t, &l, 8, 3);
    for (size_t k = 0; k < 3; k++) {
        size_t d = dimensions[k], positive = 0;
        double b = ((double)d - 1) / 2;

        for (size_t s = 0; s < DRAWS; s++) {
            double X[2 * 7], g[9], dot = 0.0;

            twoclass_project(rng, &t, place, 2, d, g, X);
            for (size_t j = 0; j < d; j++)
                dot += X[j] * X[d + j];
            first[s] = gsl_cdf_beta_P(X[0] * X[0], 0.5, b);
            last[s] = gsl_cdf_beta_P(X[2 * d - 1] * X[2 * d - 1], 0.5, b);
            product[s] = gsl_cdf_beta_P(dot * dot, 0.5, b);
            positive += X[0] > 0.0;
        }
        check_true(from_uniform(first, DRAWS) < 2.6, "the first coordinate, d %zu", d);
        check_true(from_uniform(last, DRAWS) < 2.6, "the last coordinate, d %zu", d);
        check_true(from_uniform(product, DRAWS) < 2.6, "the product, d %zu", d);
        check_true(fabs((double)positive - DRAWS / 2.0) < 5 * sqrt(DRAWS / 4.0),
                   "%zu of %d signs are positive", positive, DRAWS);
    }
    twoclass_release(&t);
    labelled_release(&l);
    gsl_rng_free(rng);
}

/* Inner products survive. For unit x and y and E = 2 sqrt(t/d) + 2 t/d, the squared
 * length of G z is d |z|^2 (1 +- E) for z = x, y, x + y and x - y, but for a chance of
 * 8 exp(-t) (Laurent and Massart 2000, lemma 1). By 4 <Gx, Gy> = |G(x + y)|^2 -
 * |G(x - y)|^2 and |x + y|^2 + |x - y|^2 = 4, <Gx, Gy> / d is <x, y> +- E, so the
 * image's product differs from <x, y> by at most E (1 + |<x, y>|) / (1 - E). With t =
 * 25, 45 pairs: a chance of 5e-9. */
static void check_products(const struct twoclass *t, size_t features, size_t d)
{
    static const size_t place[] = {0, 9, 1, 8, 2, 7, 3, 6, 4, 5};
    gsl_rng *rng = stream(d);
    double *X = malloc(10 * d * sizeof *X), x[10][64], g[64];
    double e = 2 * sqrt(25.0 / (double)d) + 50.0 / (double)d;

    if (!X || features > 64)
        abort();
    twoclass_project(rng, t, place, 10, d, g, X);
    for (size_t i = 0; i < 10; i++)
        labelled_row(t->file, t->row[place[i]], x[i]);
    for (size_t i = 0; i < 10; i++)
        for (size_t k = 0; k < i; k++) {
            double before = 0.0, after = 0.0;

            for (size_t j = 0; j < features; j++)
                before += x[i][j] * x[k][j];
            for (size_t j = 0; j < d; j++)
                after += X[i * d + j] * X[k * d + j];
            check_true(fabs(after - before) <= e * (1 + fabs(before)) / (1 - e),
                       "d %zu: the product %g became %g", d, before, after);
        }
    free(X);
    gsl_rng_free(rng);
}

static void test_products(void **state)
{
    struct labelled l;
    struct twoclass t;

    (void)state;
    random_file(&l);
    twoclass_select(&t, &l, 8, 3);
    check_products(&t, FEATURES, 2000);
    check_products(&t, FEATURES, 20000);
    check_products(&t, FEATURES, 1000000);
    twoclass_release(&t);
    labelled_release(&l);
}

static void test_cases(void **state)
{
    (void)state;
    check_cases(5 + 22 * (6 * 2 + 21) + 3 * 4 + 3 * 45);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_points), cmocka_unit_test(test_project),
        cmocka_unit_test(test_sphere), cmocka_unit_test(test_products),
        cmocka_unit_test(test_cases),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
