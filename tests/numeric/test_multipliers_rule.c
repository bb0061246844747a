/* Which multipliers are taken where several have the least residual: least delta, then
 * the shortest. Closed forms. */
#include "sweep/kkt.h"

#include "fit_fixture.h"

/* `times` point i as a point of its own. */
static void fit_copy(struct fit *f, size_t i, double times)
{
    size_t r = f->points.r, to = f->points.m++;
    for (size_t k = 0; k < r; k++)
        f->X[to * r + k] = times * f->X[i * r + k];
    f->y[to] = f->y[i];
}

/* The exact point of m random points; false where there is none. */
static bool fit_exact(struct fit *f, gsl_rng *rng, size_t m)
{
    size_t n = f->net.n, r = f->points.r;
    struct arena arena = {0};
    struct kkt_workspace w;
    struct kkt_point point = {.W = f->W, .lambda = f->lambda, .v = f->v};
    FIXTURE_LAYOUT(&arena) kkt_layout(&w, n, m, r, &arena);
    f->points.m = m;
    rng_normals(rng, f->X, m * r);
    for (size_t i = 0; i < m; i++)
        f->y[i] = i % 2 ? 1.0 : -1.0;
    rng_normals(rng, f->W, n * r);
    kkt_solve(&f->net, &f->points, f->W, NULL, &w, &point);
    memcpy(f->terms, point.terms, n * sizeof *f->terms);
    f->theta.terms = f->terms;
    arena_release(&arena);
    return point.stop == KKT_EXACT;
}

static const double leaks[] = {0.0, 0.3, 1.0};

/* A support vector again, and again at twice the length: the first two share the
 * multiplier, the last is off the margin. The exact point has kinks where leak < 1. */
static void duplicates(void **state)
{
    gsl_rng *rng = fixture_rng("rule: duplicates", 0);
    size_t found = 0;
    (void)state;
    for (size_t trial = 0; found < 60; trial++) {
        struct fit f;
        double before[MOST];
        fit_make(&f, trial % 4 == 3 ? 1 : NEURONS, 6, leaks[trial % 3]);
        bool exact = fit_exact(&f, rng, 4);
        size_t which = f.lambda[trial % 4] > 1e-3 ? trial % 4 : 0;
        if (exact && f.lambda[which] > 1e-3) {
            double size = fit_norm(&f);
            memcpy(before, f.lambda, sizeof before);
            fit_copy(&f, which, 1.0);
            fit_copy(&f, which, 2.0);
            fit_solve(&f);
            check_answer(&f);
            check_true(f.out.eps <= 1e-13 * size, "eps %g", f.out.eps);
            check_true(f.out.delta <= 1e-12 * size * size, "delta %g", f.out.delta);
            check_true(!f.out.unique, "unique in spite of a copy");
            before[4] = before[which] /= 2.0;
            before[5] = 0.0;
            for (size_t i = 0; i < 6; i++)
                check_true(fabs(f.lambda[i] - before[i]) <= 1e-9 * size * size,
                           "lambda_%zu is %g, not %g", i, f.lambda[i], before[i]);
            found++;
        }
        arena_release(&f.arena);
    }
    gsl_rng_free(rng);
}

/* theta = (3, 1); the point of margin 1 has no multiplier. Along the first axis the sum
 * 3 is lambda_0 + 2 lambda_1, at margins 3 and 6: lambda_0 = t / 2, lambda_1 = t / 5.
 */
static void least_delta_by_hand(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        struct fit f;
        fit_make(&f, 1, 2, 1.0);
        memcpy(f.X, (double[]){1, 0, 2, 0, 0.5, -0.5}, 6 * sizeof *f.X);
        memcpy(f.y, (double[]){1, 1, 1}, 3 * sizeof *f.y);
        memcpy(f.W, (double[]){3, 1}, 2 * sizeof *f.W);
        f.points.m = 3;
        if (k == 1) /* a third, at the first one's margin */
            fit_copy(&f, 0, 1.0);
        double t = k ? 3.0 / (0.5 + 0.5 + 0.4) : 3.0 / (0.5 + 0.4);
        fit_solve(&f);
        check_answer(&f);
        check_close(f.out.eps, 1.0, 1e-14);
        check_close(f.out.delta, t, 1e-12);
        check_close(f.lambda[0], t / 2.0, 1e-12);
        check_close(f.lambda[1], t / 5.0, 1e-12);
        check_close(f.lambda[2], 0.0, 1e-14);
        check_true(!f.out.unique, "unique");
        arena_release(&f.arena);
    }
}

/* A copy that is a little longer has a margin a little above 1: no multiplier. */
static void nearly_tight(void **state)
{
    static const double longer[] = {1e-2, 1e-5, 1e-8, 1e-9};
    (void)state;
    for (int k = 0; k < 4; k++) {
        struct fit f;
        fit_make(&f, 1, 2, 1.0);
        memcpy(f.X, (double[]){1, 0, 0, 1, 1.0 + longer[k], 0}, 6 * sizeof *f.X);
        memcpy(f.y, (double[]){1, 1, 1}, 3 * sizeof *f.y);
        memcpy(f.W, (double[]){1, 1}, 2 * sizeof *f.W);
        f.points.m = 3;
        fit_solve(&f);
        check_close(f.lambda[0], 1.0, 1e-9);
        check_close(f.lambda[1], 1.0, 1e-9);
        check_close(f.lambda[2], 0.0, 1e-9);
        check_true(f.out.eps <= 1e-13, "eps %g", f.out.eps);
        arena_release(&f.arena);
    }
}

/* Support vector machines: their own multipliers have delta 0. */
static void exact_points_of_many(void **state)
{
    gsl_rng *rng = fixture_rng("rule: many", 0);
    (void)state;
    for (size_t trial = 0; trial < 20; trial++) {
        struct fit f;
        fit_make(&f, 1, 2, 1.0);
        while (!fit_exact(&f, rng, 7))
            ;
        double size = fit_norm(&f);
        fit_solve(&f);
        check_answer(&f);
        check_true(f.out.eps <= 1e-13 * size, "eps %g", f.out.eps);
        check_true(f.out.delta <= 1e-10 * size * size, "delta %g", f.out.delta);
        arena_release(&f.arena);
    }
    gsl_rng_free(rng);
}

/* Any weights, some pairs on the kink. A copy of a point that has a multiplier takes a
 * part of it, the shortest lambda gives both half, and nothing else changes. */
static void no_exact_point(void **state)
{
    gsl_rng *rng = fixture_rng("rule: any weights", 0);
    size_t found = 0, halves = 0;
    (void)state;
    for (size_t trial = 0; found < 40; trial++) {
        enum { M = 4, R = 6 };
        struct fit f;
        double before[MOST], least = INFINITY;
        fit_make(&f, trial % 4 == 3 ? 1 : NEURONS, R, leaks[trial % 3]);
        f.points.m = M;
        rng_normals(rng, f.X, M * R);
        rng_normals(rng, f.W, f.net.n * R);
        for (size_t j = 0; j < f.net.n && f.net.leak < 1.0; j++) {
            const double *x = f.X + j % M * R;
            double along =
                (double)(direct_dot(f.W + j * R, x, R) / direct_dot(x, x, R));
            for (size_t k = 0; k < R; k++)
                f.W[j * R + k] -= along * x[k];
        }
        for (size_t i = 0; i < M; i++) {
            f.y[i] = 1.0;
            f.y[i] = direct_margin(&f.net, f.W, &f.points, i) > 0.0 ? 1.0 : -1.0;
            least = fmin(least, direct_margin(&f.net, f.W, &f.points, i));
        }
        for (size_t k = 0; k < f.net.n * R; k++)
            f.W[k] /= least;
        if (least > 0.01) {
            fit_solve(&f);
            check_answer(&f);
            check_true(f.out.unique, "independent gradients are not unique");
            double size = fit_norm(&f), eps = f.out.eps;
            memcpy(before, f.lambda, sizeof before);
            size_t which = 0;
            for (size_t i = 1; i < M; i++)
                which = before[i] > before[which] ? i : which;
            fit_copy(&f, which, 1.0);
            fit_solve(&f);
            check_answer(&f);
            check_true(f.out.unique == (before[which] == 0.0), "unique with a copy");
            check_true(fabs(f.out.eps - eps) <= 1e-12 * size, "eps %g", f.out.eps);
            before[M] = before[which] /= 2.0;
            double both = f.lambda[which] + f.lambda[M] - 2.0 * before[M], off = 0.0;
            check_true(fabs(both) <= 1e-9 * size * size, "together off by %g", both);
            for (size_t i = 0; i <= M; i++)
                off = fmax(off, fabs(f.lambda[i] - before[i]));
            halves += off <= 1e-13 * size * size;
            found++;
        }
        arena_release(&f.arena);
    }
    check_true(halves == 40, "halves in %zu of 40", halves);
    gsl_rng_free(rng);
}

/* The multipliers an exact point came with are kept where they are the only ones. */
static void measured(void **state)
{
    gsl_rng *rng = fixture_rng("rule: measured", 0);
    size_t found = 0;
    (void)state;
    for (size_t trial = 0; found < 40; trial++) {
        struct fit f;
        double lambda[MOST], v[NEURONS * MOST];
        fit_make(&f, trial % 4 == 3 ? 1 : NEURONS, 6, leaks[trial % 3]);
        if (fit_exact(&f, rng, 5)) {
            double size = fit_norm(&f), off = 0.0;
            memcpy(lambda, f.lambda, sizeof lambda);
            memcpy(v, f.v, sizeof v);
            multipliers_measure(&f.net, &f.points, &f.theta, &f.w, &f.out);
            check_true(f.out.stop == PROGRAM_CONVERGED && f.out.unique, "ended as %d",
                       (int)f.out.stop);
            check_answer(&f);
            check_true(f.out.eps <= 1e-13 * size, "eps %g", f.out.eps);
            for (size_t i = 0; i < 5; i++)
                off = fmax(off, fabs(f.lambda[i] - lambda[i]));
            for (size_t k = 0; k < f.net.n * 5; k++)
                off = fmax(off, fabs(f.v[k] - v[k]));
            check_true(off <= 1e-12 * size * size, "moved by %g", off);
            found++;
        }
        arena_release(&f.arena);
    }
    gsl_rng_free(rng);
}

static void all_cases_ran(void **state)
{
    (void)state;
    check_cases(60 * (4 + 3 + 6) + 2 * 10 + 4 * 5 + 20 * 6 + (40 * 12 + 1) + 40 * 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(duplicates),     cmocka_unit_test(least_delta_by_hand),
        cmocka_unit_test(nearly_tight),   cmocka_unit_test(exact_points_of_many),
        cmocka_unit_test(no_exact_point), cmocka_unit_test(measured),
        cmocka_unit_test(all_cases_ran),
    };

    fixture_main();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
