/* What holds for a span to the last digit: the ambient sampler against the
 * d-dimensional vectors it drew, and numbers that must not depend on others. */
#include "sweep/span.h"

#include "check.h"
#include "fixture.h"

/* Shapes with m below and above d, one and several blocks of test points. */
static const struct recipe recipes[] = {
    {.m = 3, .n = 2, .d = 6, .tests = 70, .seed = 1},
    {.m = 5, .n = 20, .d = 12, .signal = 1.0, .tests = 2, .seed = 4},
    {.m = 5,
     .n = 4,
     .d = 40,
     .signal = 0.5,
     .correlation = 0.2,
     .tests = 130,
     .seed = 6},
    {.m = 12, .n = 2, .d = 300, .signal = 2.0, .tests = 3, .seed = 7},
    {.m = 8, .n = 2, .d = 8, .tests = 70, .seed = 8},
    {.m = 8, .n = 4, .d = 5, .signal = 0.7, .correlation = 0.3, .tests = 3, .seed = 9},
};

enum { COUNT = sizeof recipes / sizeof *recipes };

static bool same(const double *a, const double *b, size_t count)
{
    return memcmp(a, b, count * sizeof *a) == 0;
}

/* More test points, or more neurons, add numbers and change none. */
static void test_independent(void **state)
{
    (void)state;
    for (size_t k = 0; k < 2 * COUNT; k++) {
        struct recipe r = recipes[k / 2], more;
        struct instance a, b;
        size_t coordinates;

        r.sampler =
            k % 2 && r.d > (double)r.m + 2.0 ? SAMPLER_BARTLETT : SAMPLER_AMBIENT;
        r.label_noise = 0.3;
        more = r;
        more.tests += 200;
        instance_draw(&a, &r);
        instance_draw(&b, &more);
        coordinates = a.span.r;
        check_equal(coordinates, span_rank(&a.request));
        check_equal(a.span.tests % SPAN_TEST_BLOCK, 0);
        check_true(a.span.tests >= r.tests, "too few test points");
        check_true(same(a.span.X, b.span.X, r.m * coordinates) &&
                       same(a.span.W0, b.span.W0, r.n * coordinates) &&
                       same(a.span.y, b.span.y, r.m),
                   "training data depend on the number of test points");
        check_true(same(a.span.test_X, b.span.test_X, r.tests * coordinates) &&
                       same(a.span.test_y, b.span.test_y, r.tests),
                   "test points depend on their number");
        instance_release(&b);
        more.n += 2;
        instance_draw(&b, &more);
        check_true(same(a.span.X, b.span.X, r.m * coordinates) &&
                       same(a.span.y, b.span.y, r.m),
                   "points depend on the width");
        for (size_t i = 0; i < r.m; i++)
            check_true(a.span.y[i] * a.span.y_true[i] == 1.0 ||
                           a.span.y[i] * a.span.y_true[i] == -1.0,
                       "not labels");
        instance_release(&a);
        instance_release(&b);
    }
}

struct lifted {
    struct arena arena;
    double *X, *test, *W;
};

static void lift(struct lifted *l, const struct instance *in, const struct recipe *r)
{
    gsl_rng *rng = fixture_rng("lift", 0);
    size_t d = (size_t)r->d;

    *l = (struct lifted){0};
    FIXTURE_LAYOUT(&l->arena)
    {
        l->X = arena_doubles(&l->arena, r->m, d);
        l->test = arena_doubles(&l->arena, in->span.tests, d);
        l->W = arena_doubles(&l->arena, r->n, d);
    }
    span_redraw(&in->span, &in->request, &in->drawing, rng, l->X, l->test);
    span_lift(&in->span, &in->request, &in->drawing, in->span.W0, in->span.perp_norm,
              l->W);
    gsl_rng_free(rng);
}

/* The points as drawn follow the mixture: all of mu and of c is in them. Every inner
 * product of points, W(0), test points and mu is the one of the coordinates. */
static void test_ambient(void **state)
{
    (void)state;
    for (size_t k = 0; k < 4; k++) { /* m < d: there is a basis to lift with */
        const struct recipe *r = &recipes[k];
        size_t d = (size_t)r->d, m = r->m, c;
        struct instance in;
        struct lifted l;
        const struct span *s = &in.span;

        instance_draw(&in, r);
        lift(&l, &in, r);
        c = s->r;
        for (size_t i = 0; i < m * m; i++) {
            double gram = (double)direct_dot(l.X + i / m * d, l.X + i % m * d, d);

            check_close(s->gram[i], gram, 1e-14);
            check_close((double)direct_dot(s->X + i / m * c, s->X + i % m * c, c), gram,
                        1e-14);
        }
        check_close_relative(hypot(direct_norm(s->W0, r->n * c), s->perp_norm),
                             direct_norm(l.W, r->n * d), 1e-14);
        for (size_t j = 0; j < r->n; j++) {
            const double *w = l.W + j * d, *v = s->W0 + j * c;

            for (size_t i = 0; i < m; i++)
                check_close((double)direct_dot(v, s->X + i * c, c),
                            (double)direct_dot(w, l.X + i * d, d), 1e-14);
            for (size_t t = 0; t < r->tests; t++)
                check_close((double)direct_dot(v, s->test_X + t * c, c) +
                                s->test_perp[j * s->tests + t],
                            (double)direct_dot(w, l.test + t * d, d), 1e-14);
            check_close((double)direct_dot(v, s->mean, c) + s->mean_perp[j],
                        r->signal * w[0], 1e-14);
        }
        for (size_t t = 0; t < r->tests; t++)
            for (size_t i = 0; i < m; i++)
                check_close((double)direct_dot(s->test_X + t * c, s->X + i * c, c),
                            (double)direct_dot(l.test + t * d, l.X + i * d, d), 1e-14);
        arena_release(&l.arena);
        instance_release(&in);
    }
}

/* No fewer points than dimensions: the coordinates are the space, nothing is outside.
 */
static void test_whole_space(void **state)
{
    (void)state;
    for (size_t k = 4; k < COUNT; k++) {
        struct instance in;

        instance_draw(&in, &recipes[k]);
        check_equal(in.span.r, (size_t)recipes[k].d);
        check_close(in.span.perp_norm, 0.0, 1e-14);
        for (size_t t = 0; t < recipes[k].tests; t++)
            check_close(in.span.test_perp[t], 0.0, 1e-14);
        instance_release(&in);
    }
}

static void test_near_orthogonality(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT; k++) {
        struct instance in;
        double psi = 0.0, phi = 0.0, direct_psi = 0.0, direct_phi = 0.0;
        size_t m = recipes[k].m;

        instance_draw(&in, &recipes[k]);
        dataset_near_orthogonality(in.span.gram, 0, m, &psi, &phi);
        for (size_t i = 0; i < m; i++)
            for (size_t l = 0; l < m; l++)
                if (i == l)
                    direct_psi = fmax(direct_psi, fabs(in.span.gram[i * m + i] - 1.0));
                else
                    direct_phi = fmax(direct_phi, fabs(in.span.gram[i * m + l]));
        check_same_bits(psi, direct_psi);
        check_same_bits(phi, direct_phi);
        psi = phi = 0.0;
        dataset_near_orthogonality(in.span.gram, 0, 1, &psi, &phi);
        check_same_bits(phi, 0.0);
        in.span.gram[0] = in.span.gram[m] = in.span.gram[1] = NAN;
        dataset_near_orthogonality(in.span.gram, 0, m, &psi, &phi);
        check_true(isnan(psi) && isnan(phi), "NaN is lost");
        instance_release(&in);
    }
}

/* Dimensions no memory holds, at once and with the right scale. */
/* Of points that have no room for all inner products. */
static void test_many_points(void **state)
{
    enum { MANY = NETWORK_SQUARE + 300 };
    static double X[2 * MANY], gram[SPAN_ROWS * MANY];
    struct span s = {.m = MANY, .r = 2, .X = X, .gram = gram};
    gsl_rng *rng = fixture_rng("many points", 0);
    double psi = 0.0, phi = 0.0, direct_psi = 0.0, direct_phi = 0.0;

    (void)state;
    rng_normals(rng, X, 2 * MANY);
    span_near_orthogonality(&s, &psi, &phi);
    for (size_t i = 0; i < MANY; i++)
        for (size_t k = 0; k <= i; k++) {
            double product = (double)direct_dot(X + 2 * i, X + 2 * k, 2);

            if (i == k)
                direct_psi = fmax(direct_psi, fabs(product - 1.0));
            else
                direct_phi = fmax(direct_phi, fabs(product));
        }
    check_close_relative(psi, direct_psi, 1e-14);
    check_close_relative(phi, direct_phi, 1e-14);
    X[2 * MANY - 1] = NAN;
    span_near_orthogonality(&s, &psi, &phi);
    check_true(isnan(psi) && isnan(phi), "NaN is lost");
    gsl_rng_free(rng);
}

static void test_huge_dimension(void **state)
{
    const double dimensions[] = {1e6, 1e9, 1e12};

    (void)state;
    for (size_t k = 0; k < 3; k++) {
        const struct recipe recipe = {.sampler = SAMPLER_BARTLETT,
                                      .m = 10,
                                      .n = 40,
                                      .d = dimensions[k],
                                      .tests = 64,
                                      .seed = k};
        struct instance in;

        instance_draw(&in, &recipe);
        for (size_t i = 0; i < 10; i++) /* |x|^2 = 1 up to sqrt(2/d) */
            check_true(fabs(in.span.gram[11 * i] - 1.0) < 6.0 * sqrt(2.0 / recipe.d),
                       "|x|^2 is %g", in.span.gram[11 * i]);
        check_close_relative(in.span.perp_norm * in.span.perp_norm, 40.0,
                             6.0 * sqrt(2.0 / (40.0 * recipe.d)) + 20.0 / recipe.d);
        instance_release(&in);
    }
}

static void test_cases(void **state)
{
    size_t exact = 0;

    (void)state;
    for (size_t k = 0; k < 4; k++) {
        const struct recipe *r = &recipes[k];

        exact += 2 * r->m * r->m + 1 + r->n * (r->m + r->tests + 1) + r->tests * r->m;
    }
    check_cases(12 * 6 + 2 * (3 + 5 + 5 + 12 + 8 + 8) + exact + 4 + 73 + 24 + 33 + 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_points),
        cmocka_unit_test(test_independent),
        cmocka_unit_test(test_ambient),
        cmocka_unit_test(test_whole_space),
        cmocka_unit_test(test_near_orthogonality),
        cmocka_unit_test(test_huge_dimension),
        cmocka_unit_test(test_cases),
    };

    fixture_main();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
