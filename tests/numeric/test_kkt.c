#include "sweep/kkt.h"

#include "check.h"
#include "fixture.h"

/* A solver for up to `m` points and `n` neurons in `r` coordinates, and its answer. */
struct solver {
    struct arena arena;
    struct kkt_workspace w;
    struct kkt_point out;
    struct network net;
    double *X, *y, *start; /* (m, r), (m), (n, r) to be filled by the test */
    struct points points;
};

static void solver_make(struct solver *s, size_t n, size_t m, size_t r, double leak)
{
    *s = (struct solver){
        .net = network_make(n == 1 ? MODEL_LINEAR : MODEL_LEAKY_RELU, n, leak)};
    FIXTURE_LAYOUT(&s->arena)
    {
        kkt_layout(&s->w, n, m, r, &s->arena);
        s->out.W = arena_doubles(&s->arena, n, r);
        s->out.lambda = arena_doubles(&s->arena, m, 1);
        s->out.v = arena_doubles(&s->arena, n, m);
        s->X = arena_doubles(&s->arena, m, r);
        s->y = arena_doubles(&s->arena, m, 1);
        s->start = arena_doubles(&s->arena, n, r);
    }
    s->points = (struct points){.m = m, .r = r, .X = s->X, .y = s->y};
}

static void solver_run(struct solver *s, const struct kkt_guess *warm)
{
    kkt_solve(&s->net, &s->points, s->start, warm, &s->w, &s->out);
}

/* The definition, on the answer: stationarity, complementary slackness, margins. */
static void check_definition(const struct solver *s, double tolerance)
{
    size_t n = s->net.n, m = s->points.m, r = s->points.r;
    double *rho = memory_array(n * r, sizeof *rho), worst = 0.0;

    fixture_need(rho != NULL, "allocation");
    check_equal(s->out.stop, KKT_EXACT);
    check_close(direct_residual(&s->net, &s->points, s->out.W, s->out.v, rho), 0.0,
                tolerance);
    for (size_t i = 0; i < m; i++) {
        double q = direct_margin(&s->net, s->out.W, &s->points, i);
        double l = s->out.lambda[i];

        worst = fmax(worst, 1.0 - q);
        worst = l > 0.0 ? fmax(worst, fabs(q - 1.0)) : worst;
        worst = l >= 0.0 ? worst : INFINITY;
        for (size_t j = 0; j < n; j++) {
            double z = (double)direct_dot(s->out.W + j * r, s->X + i * r, r);
            double v = s->out.v[j * m + i], g = s->net.leak;

            worst = fmax(worst, fmax(g * l - v, v - l) / (1.0 + l));
            if (fabs(z) > 1e-11)
                worst = fmax(worst, fabs(v - (z > 0.0 ? l : g * l)) / (1.0 + l));
        }
    }
    check_close(worst, 0.0, tolerance);
    memory_free(rho);
}

/* Orthonormal points, ReLU: neuron j of the right sign counts on point i when it is
 * active there at the start, and lambda_i = n / n_i. Leaky: every closed gate of the
 * right sign contradicts the weights and opens, and 2 / (1 + g^2) is the answer. */
static void test_orthonormal(void **state)
{
    enum { N = 12, M = 7, R = 9 };
    const double leak[] = {0.0, 0.2, 0.6, 1.0};
    gsl_rng *rng = fixture_rng("orthonormal", 0);

    (void)state;
    for (int trial = 0; trial < 40; trial++) {
        double g = leak[trial % 4];
        struct solver s;

        solver_make(&s, N, M, R, g);
        rng_normals(rng, s.start, N * R);
        for (size_t i = 0; i < M; i++) {
            s.X[i * R + (2 * i + 1) % R] = 1.0;
            s.y[i] = fixture_between(rng, 0, 1) ? 1.0 : -1.0;
        }
        for (size_t i = 0; i < M; i++) /* at least one of each sign is active */
            for (size_t j = 0; j < N; j += N / 2)
                s.start[j * R + (2 * i + 1) % R] = 1.0;
        solver_run(&s, NULL);
        check_definition(&s, 1e-14);
        for (size_t i = 0; i < M; i++) {
            size_t active = 0;

            for (size_t j = 0; j < N; j++)
                active += s.y[i] * network_sign(&s.net, j) > 0.0 &&
                          s.start[j * R + (2 * i + 1) % R] > 0.0;
            check_close_relative(
                s.out.lambda[i],
                g == 0.0 ? (double)N / (double)active : 2.0 / (1.0 + g * g), 1e-14);
        }
        arena_release(&s.arena);
    }
    gsl_rng_free(rng);
}

/* Two unit vectors with <x_1, x_2> = c. By symmetry lambda_1 = lambda_2, and
 *   equal labels:    w = |u| lambda (x_1 + x_2) on the right sign, g times less on the
 *                    other, q = lambda (1 + c) (1 + g^2) / 2;
 *   opposite labels: w = |u| lambda (x_1 - t x_2), t = max(g, c): for c >= g the other
 *                    point is on the kink, q = lambda (1 - c^2) / 2, and for c < g it
 * is on the negative side, q = lambda (1 - 2 g c + g^2) / 2. */
static void test_two_points(void **state)
{
    enum { N = 4 };
    const double leak[] = {0.0, 0.3, 1.0}, cosine[] = {0.0, 0.5, 0.2, -0.4, 0.9};

    (void)state;
    for (size_t k = 0; k < 30; k++) {
        double g = leak[k % 3], c = cosine[k / 3 % 5], q;
        bool equal = k / 15 == 0;
        struct solver s;

        solver_make(&s, N, 2, 2, g);
        s.X[0] = 1.0;
        s.X[2] = c;
        s.X[3] = sqrt(1.0 - c * c);
        s.y[0] = 1.0;
        s.y[1] = equal ? 1.0 : -1.0;
        for (size_t j = 0; j < N; j++) { /* active on both points */
            s.start[2 * j] = 1.0 + c;
            s.start[2 * j + 1] = s.X[3];
        }
        solver_run(&s, NULL);
        check_definition(&s, 1e-14);
        if (equal)
            q = (1.0 + c) * (1.0 + g * g) / 2.0;
        else if (c >= g)
            q = (1.0 - c * c) / 2.0;
        else
            q = (1.0 - 2.0 * g * c + g * g) / 2.0;
        check_close_relative(s.out.lambda[0], 1.0 / q, 1e-14);
        check_close_relative(s.out.lambda[1], 1.0 / q, 1e-14);
        arena_release(&s.arena);
    }
}

/* max sum l - |sum l_i y_i x_i|^2 / 2 over l >= 0, one multiplier at a time. */
static double svm(const struct points *p, double *l, double *w)
{
    double moved = INFINITY;

    memset(l, 0, p->m * sizeof *l);
    memset(w, 0, p->r * sizeof *w);
    for (int pass = 0; pass < 2000000 && moved > 1e-14; pass++) {
        moved = 0.0;
        for (size_t i = 0; i < p->m; i++) {
            const double *x = p->X + i * p->r;
            double q = p->y[i] * (double)direct_dot(w, x, p->r);
            double step = (1.0 - q) / (double)direct_dot(x, x, p->r);

            step = fmax(step, -l[i]);
            l[i] += step;
            moved = fmax(moved, fabs(step) / (1.0 + l[i]));
            for (size_t k = 0; k < p->r; k++)
                w[k] += step * p->y[i] * x[k];
        }
    }
    return moved;
}

/* leak 1: a hard-margin support vector machine without bias, at any width. */
static void test_svm(void **state)
{
    enum { M = 20, R = 25 };
    gsl_rng *rng = fixture_rng("svm", 0);

    (void)state;
    for (int trial = 0; trial < 40; trial++) {
        size_t m = fixture_between(rng, 1, M), n = trial % 2 ? 1 : 6;
        double l[M], w[R], sum[R] = {0};
        struct solver s;

        solver_make(&s, n, m, R, 1.0);
        rng_normals(rng, s.start, n * R);
        rng_normals(rng, s.X, m * R);
        for (size_t i = 0; i < m; i++) {
            s.y[i] = fixture_between(rng, 0, 1) ? 1.0 : -1.0;
            s.X[i * R] += 2.0; /* correlated points: some are no support vectors */
        }
        check_true(svm(&s.points, l, w) <= 1e-14, "the oracle has not converged");
        solver_run(&s, NULL);
        check_definition(&s, 1e-13);
        check_array_close(s.out.lambda, l, m, 1e-10);
        for (size_t j = 0; j < n; j++)
            for (size_t k = 0; k < R; k++)
                sum[k] += network_sign(&s.net, j) * s.net.u * s.out.W[j * R + k];
        check_array_close(sum, w, R, 1e-10);
        arena_release(&s.arena);
    }
    gsl_rng_free(rng);
}

static void draw_gaussian(struct solver *s, gsl_rng *rng)
{
    rng_normals(rng, s->start, s->net.n * s->points.r);
    rng_normals(rng, s->X, s->points.m * s->points.r);
    for (size_t i = 0; i < s->points.m; i++)
        s->y[i] = i % 2 ? 1.0 : -1.0;
}

/* Starting again from the answer flips nothing and moves nothing; a warm start, good or
 * bad, changes the way and not the answer: with its own slopes it is no way at all. */
static void test_again(void **state)
{
    enum { N = 16, M = 9, R = 12 };
    gsl_rng *rng = fixture_rng("again", 0);

    (void)state;
    for (int trial = 0; trial < 30; trial++) {
        double W[N * R], lambda[M], bad[M], v[N * M], bad_v[N * M];
        struct kkt_guess good = {lambda, NULL}, own = {lambda, v}, worst = {bad, bad_v};
        struct solver s;

        solver_make(&s, N, M, R, 0.1 * (trial % 3));
        draw_gaussian(&s, rng);
        solver_run(&s, NULL);
        check_definition(&s, 1e-13);
        memcpy(W, s.out.W, sizeof W);
        memcpy(lambda, s.out.lambda, sizeof lambda);
        memcpy(v, s.out.v, sizeof v);
        solver_run(&s, &good);
        check_array_close(s.out.W, W, N * R, 1e-12);
        rng_normals(rng, bad, M);
        for (size_t i = 0; i < M; i++)
            bad[i] = 100.0 * bad[i] * bad[i];
        rng_normals(rng, bad_v, N * M);
        solver_run(&s, &worst);
        check_array_close(s.out.W, W, N * R, 1e-12);
        memcpy(s.start, W, sizeof W);
        solver_run(&s, &own);
        check_true(s.out.iterations <= 1 && s.out.flips == 0,
                   "%zu steps from the answer", s.out.iterations);
        solver_run(&s, NULL);
        check_array_close(s.out.W, W, N * R, 1e-12);
        check_array_close(s.out.lambda, lambda, M, 1e-11);
        arena_release(&s.arena);
    }
    gsl_rng_free(rng);
}

/* Points and neurons of one sign in another order. */
static void test_permutation(void **state)
{
    enum { N = 10, M = 8, R = 11 };
    gsl_rng *rng = fixture_rng("permutation", 0);

    (void)state;
    for (int trial = 0; trial < 30; trial++) {
        struct solver a, b;

        solver_make(&a, N, M, R, 0.15 * (trial % 3));
        solver_make(&b, N, M, R, 0.15 * (trial % 3));
        draw_gaussian(&a, rng);
        for (size_t i = 0; i < M; i++) {
            b.y[(i + 3) % M] = a.y[i];
            memcpy(b.X + (i + 3) % M * R, a.X + i * R, R * sizeof *a.X);
        }
        for (size_t j = 0; j < N; j++)
            memcpy(b.start + (j / 5 * 5 + (j + 2) % 5) * R, a.start + j * R,
                   R * sizeof *a.start);
        solver_run(&a, NULL);
        solver_run(&b, NULL);
        check_definition(&b, 1e-13);
        check_equal(a.out.flips, b.out.flips);
        for (size_t i = 0; i < M; i++)
            check_close(b.out.lambda[(i + 3) % M], a.out.lambda[i], 1e-11);
        for (size_t j = 0; j < N; j++)
            check_array_close(b.out.W + (j / 5 * 5 + (j + 2) % 5) * R, a.out.W + j * R,
                              R, 1e-12);
        arena_release(&a.arena);
        arena_release(&b.arena);
    }
    gsl_rng_free(rng);
}

/* A point twice is a point with its multiplier shared; with both labels it is refused.
 */
static void test_duplicates(void **state)
{
    enum { N = 20, M = 6, R = 9 };
    gsl_rng *rng = fixture_rng("duplicates", 0);

    (void)state;
    for (int trial = 0; trial < 30; trial++) {
        double g = (trial % 4) / 3.0, sum;
        struct solver one, two;

        solver_make(&one, N, M, R, g);
        solver_make(&two, N, M + 1, R, g);
        draw_gaussian(&one, rng);
        memcpy(two.start, one.start, N * R * sizeof *one.start);
        memcpy(two.X, one.X, M * R * sizeof *one.X);
        memcpy(two.X + M * R, one.X + 2 * R, R * sizeof *one.X);
        memcpy(two.y, one.y, M * sizeof *one.y);
        two.y[M] = two.y[2];
        solver_run(&one, NULL);
        solver_run(&two, NULL);
        check_definition(&one, 1e-13);
        check_definition(&two, 1e-13);
        sum = two.out.lambda[2] + two.out.lambda[M];
        check_close(sum, one.out.lambda[2], 1e-11);
        check_array_close(two.out.W, one.out.W, N * R, 1e-12);
        two.y[M] = -two.y[2];
        solver_run(&two, NULL);
        check_equal(two.out.stop, KKT_INFEASIBLE);
        arena_release(&one.arena);
        arena_release(&two.arena);
    }
    gsl_rng_free(rng);
}

/* Random labels in few dimensions: no weights separate them, and it says so. */
static void test_inseparable(void **state)
{
    enum { M = 40, R = 4 };
    gsl_rng *rng = fixture_rng("inseparable", 0);

    (void)state;
    for (int trial = 0; trial < 20; trial++) {
        struct solver s;

        solver_make(&s, trial % 2 ? 1 : 4, M, R, trial % 2 || trial % 4 ? 1.0 : 0.2);
        draw_gaussian(&s, rng);
        solver_run(&s, NULL);
        check_equal(s.out.stop, KKT_INFEASIBLE);
        arena_release(&s.arena);
    }
    gsl_rng_free(rng);
}

/* Pairs of points with both labels on the two sides of a plane, 1e-7 to 3e-7 away from it.
 * A point is exact, or its margin is said to be too small; it is never just inexact. */
static void test_hardly_separable(void **state)
{
    enum { N = 4, M = 8, R = 6 };
    gsl_rng *rng = fixture_rng("hardly separable", 0);
    size_t too_small = 0;

    (void)state;
    for (int trial = 0; trial < 40; trial++) {
        double normal[R], square;
        struct solver s;

        solver_make(&s, N, M, R, 0.2);
        draw_gaussian(&s, rng);
        rng_normals(rng, normal, R);
        square = (double)direct_dot(normal, normal, R);
        for (size_t i = 0; i < M; i++) {
            memcpy(s.X + i * R, s.X + i / 2 * 2 * R, (R - 1) * sizeof *s.X);
            s.X[i * R + R - 1] = 1e-7 * s.y[i] * (double)(1 + i % 3);
        }
        for (size_t i = 0; i < M; i++) { /* a reflection, which turns the plane */
            double *x = s.X + i * R;
            double along = 2.0 * (double)direct_dot(normal, x, R) / square;

            for (size_t k = 0; k < R; k++)
                x[k] -= along * normal[k];
        }
        solver_run(&s, NULL);
        check_true(s.out.stop == KKT_EXACT || s.out.stop == KKT_INFEASIBLE,
                   "%d: ended as %d", trial, (int)s.out.stop);
        too_small += s.out.stop == KKT_INFEASIBLE && s.out.defects.reach < 1e8;
        arena_release(&s.arena);
    }
    check_true(too_small > 4, "only %zu", too_small);
    gsl_rng_free(rng);
}

/* No points, and points no gate of the right sign is open for. */
static void test_special(void **state)
{
    enum { N = 4, M = 3, R = 5 };
    gsl_rng *rng = fixture_rng("special", 0);
    struct solver s;

    (void)state;
    solver_make(&s, N, M, R, 0.0);
    draw_gaussian(&s, rng);
    for (size_t k = 0; k < R; k++) { /* the neurons of sign + are inactive on point 1 */
        s.start[k] = -s.X[R + k];
        s.start[R + k] = -2.0 * s.X[R + k];
    }
    s.y[0] = s.y[2] = -1.0;
    solver_run(&s, NULL);
    check_equal(s.out.stop, KKT_INFEASIBLE);
    s.X[4] = NAN;
    solver_run(&s, NULL);
    check_equal(s.out.stop, KKT_NON_FINITE);
    s.X[4] = 0.0;
    s.points.m = 0;
    solver_run(&s, NULL);
    check_equal(s.out.stop, KKT_EXACT);
    for (size_t k = 0; k < N * R; k++)
        check_close(s.out.W[k], 0.0, 0.0);
    arena_release(&s.arena);
    gsl_rng_free(rng);
}

static void test_cases(void **state)
{
    (void)state;
    check_cases(40 * (3 + 7) + 30 * (3 + 2) + 40 * (1 + 3 + 2) + 30 * (3 + 5) +
                30 * (3 + 1 + 8 + 10) + 30 * (6 + 3) + 20 + 41 + 23);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_orthonormal), cmocka_unit_test(test_two_points),
        cmocka_unit_test(test_svm),         cmocka_unit_test(test_again),
        cmocka_unit_test(test_permutation), cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_inseparable), cmocka_unit_test(test_hardly_separable),
        cmocka_unit_test(test_special),     cmocka_unit_test(test_cases),
    };

    fixture_main();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
