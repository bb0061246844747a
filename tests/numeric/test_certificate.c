#include "sweep/certificate.h"

#include "check.h"
#include "fixture.h"
#include "sweep/unlearn.h"

enum { LARGEST = 12 };

/* An exact point or a trained model, its forget set of `k` points, and all
 * certificates. */
struct bench {
    struct instance in;
    struct model model;
    struct arena arena;
    struct multipliers_workspace multipliers;
    struct kkt_workspace kkt;
    struct certificate_workspace w;
    struct kkt_point point;
    struct points retain;
    struct weights unlearned;
    signed char *state;     /* (n, m - k) of the trained model on the retain set */
    double *v, *lambda;     /* (n, m - k), (m - k) */
    struct kkt_guess guess; /* both */
    size_t k;
};

static void bench_make(struct bench *b, const struct recipe *recipe, size_t k,
                       bool exact)
{
    size_t n = recipe->n, m = recipe->m, r;

    *b = (struct bench){.k = k};
    instance_draw(&b->in, recipe);
    model_train(&b->model, &b->in, 1000);
    fixture_need(b->model.result.margin > 0.0, "training");
    r = b->in.points.r;
    FIXTURE_LAYOUT(&b->arena)
    {
        multipliers_layout(&b->multipliers, n, m, r, &b->arena);
        kkt_layout(&b->kkt, n, m, r, &b->arena);
        certificate_layout(&b->w, n, m, r, &b->arena);
        b->point.W = arena_doubles(&b->arena, n, r);
        b->point.lambda = arena_doubles(&b->arena, m, 1);
        b->point.v = arena_doubles(&b->arena, n, m);
        b->unlearned.W = arena_doubles(&b->arena, n, r);
        b->state = arena_carve(&b->arena, n, m, 1);
        b->v = arena_doubles(&b->arena, n, m);
        b->lambda = arena_doubles(&b->arena, m, 1);
    }
    b->w.multipliers = &b->multipliers;
    b->w.kkt = &b->kkt;
    if (exact) {
        kkt_solve(&b->in.net, &b->in.points, b->model.theta.W, NULL, &b->kkt,
                  &b->point);
        fixture_need(b->point.stop == KKT_EXACT, "exact point");
        model_release(&b->model);
        model_set(&b->model, &b->in, b->point.W);
        memcpy(b->model.multipliers.v, b->point.v, n * m * sizeof(double));
        memcpy(b->model.multipliers.lambda, b->point.lambda, m * sizeof(double));
    }
    b->retain = (struct points){m - k, r, b->in.span.X + k * r, b->in.span.y + k, NULL};
    for (size_t j = 0; j < n; j++) {
        memcpy(b->state + j * (m - k), b->model.state + j * m + k, m - k);
        memcpy(b->v + j * (m - k), b->model.multipliers.v + j * m + k,
               (m - k) * sizeof(double));
    }
    memcpy(b->lambda, b->model.multipliers.lambda + k, (m - k) * sizeof(double));
    b->guess = (struct kkt_guess){b->lambda, b->v};
}

static void bench_release(struct bench *b)
{
    arena_release(&b->arena);
    model_release(&b->model);
    instance_release(&b->in);
}

static void bench_step(struct bench *b, double scale)
{
    size_t forget[LARGEST];
    struct unlearn_workspace unused = {0};
    double flops;
    struct unlearn_problem problem = {.net = &b->in.net,
                                      .points = &b->in.points,
                                      .theta = &b->model.theta,
                                      .v = b->model.multipliers.v,
                                      .forget = forget,
                                      .forget_count = b->k,
                                      .step_scale = scale};

    for (size_t l = 0; l < b->k; l++)
        forget[l] = l;
    unlearn_methods[METHOD_ASCENT].apply(&problem, &unused, &b->unlearned, &flops);
}

static void bench_restored(struct bench *b, struct certificate *out)
{
    struct kept kept = {b->state, b->v, b->lambda};

    certificate_restored(&b->in.net, &b->retain, &b->unlearned, &kept, &b->w, out);
}

/* a solving (X X^T) a = X b for the retained points: coefficients of the part of b in
 * their span. Gaussian elimination in long double. */
static void coefficients(const struct points *p, const double *b, long double *a)
{
    long double A[LARGEST][LARGEST + 1];
    size_t m = p->m;

    for (size_t i = 0; i < m; i++) {
        for (size_t k = 0; k < m; k++)
            A[i][k] = direct_dot(p->X + i * p->r, p->X + k * p->r, p->r);
        A[i][m] = direct_dot(p->X + i * p->r, b, p->r);
    }
    for (size_t c = 0; c < m; c++)
        for (size_t i = 0; i < m; i++) {
            long double factor = A[i][c] / A[c][c];

            for (size_t k = c; k <= m && i != c; k++)
                A[i][k] -= factor * A[c][k];
        }
    for (size_t i = 0; i < m; i++)
        a[i] = A[i][m] / A[i][i];
}

static double smallest_margin(const struct bench *b, const double *W)
{
    double smallest = INFINITY;

    for (size_t i = 0; i < b->retain.m; i++)
        smallest = fmin(smallest, direct_margin(&b->in.net, W, &b->retain, i));
    return smallest;
}

/* Linear, every multiplier positive: theta' = retained part + (1 - s) forgotten part,
 * so eps = |1 - s| |forgotten part outside the span of R| / gamma, a V with its corner
 * at the theory's step; the multipliers are coefficients on R, and delta follows. */
static void test_scaled(void **state)
{
    (void)state;
    for (size_t k = 0; k < 8; k++) {
        const struct recipe recipe = {.sampler = SAMPLER_AMBIENT,
                                      .m = 9,
                                      .n = 1,
                                      .d = 400.0,
                                      .leak = 1.0,
                                      .signal = k % 2 ? 0.2 : 0.0,
                                      .seed = k};
        struct bench b;

        bench_make(&b, &recipe, 1 + k % 3, true);
        for (int step = 0; step <= 8; step++) {
            double s = 0.25 * step, gamma, eps = 0.0, delta = 0.0;
            long double a[LARGEST];
            struct certificate out;

            bench_step(&b, s);
            coefficients(&b.retain, b.unlearned.W, a);
            gamma = smallest_margin(&b, b.unlearned.W);
            for (size_t c = 0; c < b.retain.r; c++) {
                long double rest = b.unlearned.W[c];

                for (size_t i = 0; i < b.retain.m; i++)
                    rest -= a[i] * b.retain.X[i * b.retain.r + c];
                eps += (double)(rest * rest);
            }
            for (size_t i = 0; i < b.retain.m; i++) {
                double q =
                    direct_margin(&b.in.net, b.unlearned.W, &b.retain, i) / gamma;

                fixture_need(a[i] * b.retain.y[i] > 0.0L, "positive multipliers");
                delta = fmax(delta, (double)(a[i] * b.retain.y[i]) / gamma * (q - 1.0));
            }
            certificate_scaled(&b.in.net, &b.retain, &b.unlearned, NULL, &b.w, &out);
            check_true(out.stop == CERTIFIED, "not certified");
            check_close(out.eps, sqrt(eps) / gamma, 1e-12);
            check_close(out.delta, delta, 1e-12);
            check_same_bits(out.tau, 0.0);
            check_close_relative(out.margin, gamma, 1e-13);
            check_close_relative(out.norm,
                                 direct_norm(b.unlearned.W, b.retain.r) / gamma, 1e-13);
            check_true(step == 4 ? out.eps < 1e-13 : out.eps > 0.1, "s %g: eps is %g",
                       s, out.eps);
        }
        bench_release(&b);
    }
}

/* rho = row - projection lies in the polar cone: sum_i a_i x_i with a_i <= 0 on active
 * points, >= 0 on inactive ones, and it is orthogonal to the projection (Moreau). */
static double moreau(const struct bench *b, const double *row, const double *projection,
                     const signed char *state)
{
    long double a[LARGEST];
    double rho[64], worst, scale = 1.0 + direct_norm(row, b->retain.r);
    size_t r = b->retain.r;

    fixture_need(r <= 64, "few coordinates");
    for (size_t c = 0; c < r; c++)
        rho[c] = row[c] - projection[c];
    worst = fabs((double)direct_dot(rho, projection, r));
    coefficients(&b->retain, rho, a);
    for (size_t i = 0; i < b->retain.m; i++) {
        const double *x = b->retain.X + i * r;
        double z = (double)direct_dot(projection, x, r);

        worst = fmax(worst, state[i] * (double)a[i]); /* of the wrong sign */
        worst = fmax(worst, state[i] ? -state[i] * z : fabs(z));
    }
    for (size_t c = 0; c < r; c++) {
        long double rest = rho[c];

        for (size_t i = 0; i < b->retain.m; i++)
            rest -= a[i] * b->retain.X[i * r + c];
        worst = fmax(worst, fabs((double)rest));
    }
    return worst / scale;
}

static struct recipe network_recipe(size_t k)
{
    const double leak[] = {0.0, 0.1, 0.5};

    return (struct recipe){.sampler = SAMPLER_AMBIENT,
                           .m = 10,
                           .n = 16,
                           .d = 50.0 + 10.0 * (double)(k % 3),
                           .leak = leak[k % 3],
                           .signal = k % 2 ? 0.3 : 0.0,
                           .seed = 40 + k};
}

static void check_restored(struct bench *b, const struct certificate *out)
{
    size_t n = b->in.net.n, r = b->retain.r, count = n * r;
    double *H = memory_array(3 * count, sizeof *H), *zero = H + count;
    double *P = zero + count, perp = b->unlearned.perp, worst = 0.0, gamma, factor;
    double inner, delta = -INFINITY, scaled, apart = 0.0, norm;

    fixture_need(H != NULL, "allocation");
    factor = (double)(direct_dot(b->unlearned.W, b->w.W, count) /
                      direct_dot(b->w.W, b->w.W, count));
    for (size_t i = 0; i < count; i++)
        P[i] = factor * b->w.W[i];
    for (size_t j = 0; j < n; j++)
        worst = fmax(worst, moreau(b, b->unlearned.W + j * r, P + j * r,
                                   b->state + j * b->retain.m));
    check_close(worst, 0.0, 1e-12);
    gamma = smallest_margin(b, P);
    check_close_relative(smallest_margin(b, b->w.W), 1.0, 1e-13);
    check_close_relative(out->margin, smallest_margin(b, b->unlearned.W), 1e-12);
    for (size_t i = 0; i < count; i++)
        P[i] /= gamma;
    scaled = perp / gamma;
    norm = hypot(direct_norm(P, count), scaled);
    check_close_relative(out->norm, norm, 1e-12);
    inner = hypot(direct_norm(b->unlearned.W, count), perp);
    for (size_t i = 0; i < count; i++)
        apart += pow(b->unlearned.W[i] / inner - P[i] / norm, 2.0);
    apart += pow(perp / inner - scaled / norm, 2.0);
    check_close_relative(out->tau, apart / 2.0, out->tau > 1e-20 ? 1e-8 : 1.0);
    direct_residual(&b->in.net, &b->retain, zero, b->v, H); /* H = -sum_i h_i */
    factor = fmax(0.0, (double)(-direct_dot(P, H, count) / direct_dot(H, H, count)));
    for (size_t i = 0; i < count; i++)
        H[i] = P[i] + factor * H[i];
    check_close(out->eps, hypot(direct_norm(H, count), scaled), 1e-12);
    for (size_t i = 0; i < b->retain.m; i++)
        delta = fmax(delta, factor * b->lambda[i] *
                                (direct_margin(&b->in.net, P, &b->retain, i) - 1.0));
    check_close(out->delta, delta, 1e-11);
    memory_free(H);
}

/* From exact points (kinks) and from trained models (a part outside the span). */
static void test_restored(void **state)
{
    (void)state;
    for (size_t k = 0; k < 24; k++) {
        struct recipe recipe = network_recipe(k);
        struct certificate out;
        struct bench b;

        bench_make(&b, &recipe, 1 + k % 3, k % 4 < 2);
        bench_step(&b, 0.4 * (double)(k % 5));
        bench_restored(&b, &out);
        check_true(out.stop == CERTIFIED, "not certified");
        check_restored(&b, &out);
        bench_release(&b);
    }
}

/* Nothing forgotten, nothing to find: the point itself, residuals at rounding level. */
static void test_nothing_forgotten(void **state)
{
    (void)state;
    for (size_t k = 0; k < 12; k++) {
        struct recipe recipe = network_recipe(k);
        struct certificate out[3];
        struct bench b;

        bench_make(&b, &recipe, 0, true);
        bench_step(&b, 1.0);
        certificate_scaled(&b.in.net, &b.retain, &b.unlearned, NULL, &b.w, &out[0]);
        bench_restored(&b, &out[1]);
        certificate_exact(&b.in.net, &b.retain, &b.unlearned, &b.guess, &b.w, &out[2]);
        for (size_t c = 0; c < 3; c++) {
            check_true(out[c].stop == CERTIFIED, "certificate %zu is not solved", c);
            check_close(out[c].eps / out[c].norm, 0.0, 3e-14);
            check_close(out[c].delta, 0.0, 1e-12);
            check_close(out[c].tau, 0.0, 1e-26);
            check_close_relative(out[c].margin, 1.0, 1e-13);
            check_close_relative(out[c].norm,
                                 weights_norm(b.in.net.n, b.retain.r, &b.model.theta),
                                 1e-13);
        }
        check_equal((size_t)out[2].flips, 0);
        bench_release(&b);
    }
}

/* A point that is remembered has the bits of one that is solved for again. */
static void test_remembered(void **state)
{
    size_t again = 0, solved = 0;
    (void)state;
    for (size_t k = 0; k < 12; k++) {
        struct recipe recipe = network_recipe(k);
        struct certificate out[2];
        struct bench b;
        bench_make(&b, &recipe, 1 + k % 3, true);
        size_t n = b.in.net.n, m = b.retain.m, r = b.retain.r;
        double *W = calloc(n * r + n * m + m, sizeof *W), *v = W + n * r,
               *lambda = v + n * m;
        double *other = calloc(n * r + n * m + m, sizeof *other);
        struct kkt_point point = {
            .W = other, .v = other + n * r, .lambda = other + n * r + n * m};
        for (int step = 0; step < 12; step++) {
            bench_step(&b, 0.25 * step);
            b.w.remember = false;
            struct kkt_point last = b.kkt.last;
            bool known = b.kkt.known;
            bool found = kkt_again(&b.in.net, &b.retain, b.unlearned.W, &b.kkt, &point);
            certificate_exact(&b.in.net, &b.retain, &b.unlearned, &b.guess, &b.w,
                              &out[0]);
            memcpy(W, b.w.W, n * r * sizeof *W);
            memcpy(v, b.w.v, n * m * sizeof *v);
            memcpy(lambda, b.w.lambda, m * sizeof *lambda);
            solved += !found;
            again += found;
            check_true(!found || known, "remembered what was not known");
            bool certified = out[0].stop == CERTIFIED;
            check_true(!found || !certified ||
                           (last.flips == b.kkt.last.flips &&
                            memcmp(W, point.W, n * r * sizeof *W) == 0 &&
                            memcmp(v, point.v, n * m * sizeof *v) == 0),
                       "another point");
            b.w.remember = true;
            memset(b.w.W, 0, n * r * sizeof *W);
            certificate_exact(&b.in.net, &b.retain, &b.unlearned, &b.guess, &b.w,
                              &out[1]);
            check_true(!certified ||
                           memcmp(&out[0].eps, &out[1].eps, 6 * sizeof(double)) == 0,
                       "another certificate");
            check_true(!certified || memcmp(W, b.w.W, n * r * sizeof *W) == 0,
                       "other weights");
            check_true(!certified || memcmp(v, b.w.v, n * m * sizeof *v) == 0,
                       "other slopes");
            check_true(!certified ||
                           memcmp(lambda, b.w.lambda, m * sizeof *lambda) == 0,
                       "other lambda");
        }
        kkt_forget(&b.kkt);
        check_true(!kkt_again(&b.in.net, &b.retain, b.unlearned.W, &b.kkt, &point),
                   "not forgotten");
        free(W);
        free(other);
        bench_release(&b);
    }
    check_true(again > 20 && solved > 20, "%zu again, %zu solved", again, solved);
}

/* eps and delta are rounding, tau the distance to what the solver alone gives. */
static void test_exact(void **state)
{
    (void)state;
    for (size_t k = 0; k < 24; k++) {
        struct recipe recipe = network_recipe(k);
        struct certificate out;
        struct bench b;
        size_t count;

        bench_make(&b, &recipe, 1 + k % 3, true);
        count = b.in.net.n * b.retain.r;
        bench_step(&b, 0.4 * (double)(k % 5));
        certificate_exact(&b.in.net, &b.retain, &b.unlearned, k % 2 ? &b.guess : NULL,
                          &b.w, &out);
        kkt_solve(&b.in.net, &b.retain, b.unlearned.W, NULL, &b.kkt, &b.point);
        check_true(out.stop == CERTIFIED && b.point.stop == KKT_EXACT, "stop %d",
                   b.point.stop);
        check_close(out.eps / out.norm, 0.0, 1e-14);
        check_close(out.delta, 0.0, 1e-12);
        check_close(out.tau, direct_cosine_distance(b.unlearned.W, b.point.W, count),
                    1e-13);
        check_close_relative(out.norm, direct_norm(b.point.W, count), 1e-12);
        check_equal((size_t)out.flips, b.point.flips);
        bench_release(&b);
    }
}

/* Slopes that point away from theta~: no factor >= 0 does better than none. */
static void test_no_factor(void **state)
{
    (void)state;
    for (size_t k = 0; k < 6; k++) {
        struct recipe recipe = network_recipe(k);
        struct certificate out;
        struct bench b;

        bench_make(&b, &recipe, 1, true);
        bench_step(&b, 1.0);
        for (size_t i = 0; i < b.in.net.n * b.retain.m; i++)
            b.v[i] *= -1.0;
        bench_restored(&b, &out);
        check_close_relative(out.eps, out.norm, 1e-15);
        check_close(out.delta, 0.0, 0.0);
        bench_release(&b);
    }
}

/* Of orthonormal points, a margin of 1e-12 of its terms is a margin, one of 1e-15 is
 * rounding. */
static void test_small_margin(void **state)
{
    const struct recipe recipe = {
        .sampler = SAMPLER_AMBIENT, .m = 9, .n = 1, .d = 400.0, .leak = 1.0};
    const double y[] = {1.0, 1.0};
    struct bench b;

    (void)state;
    bench_make(&b, &recipe, 1, true);
    for (int k = 0; k < 2; k++) {
        size_t r = b.in.points.r;
        double *X = memory_array(2 * r, sizeof *X), small = k ? 1e-15 : 1e-12;
        struct points two = {2, r, X, y, NULL};
        struct certificate out;

        fixture_need(X != NULL, "allocation");
        memset(X, 0, 2 * r * sizeof *X);
        X[0] = X[r + 1] = 1.0;
        bench_step(&b, 1.0);
        memset(b.unlearned.W, 0, r * sizeof *X);
        b.unlearned.perp = 0.0;
        b.unlearned.W[0] = 1.0;
        b.unlearned.W[1] = small;
        certificate_scaled(&b.in.net, &two, &b.unlearned, NULL, &b.w, &out);
        check_true(out.stop == (k ? CERTIFICATE_NONE : CERTIFIED), "%g: stop %d", small,
                   (int)out.stop);
        check_close_relative(out.margin, small, 1e-15);
        memory_free(X);
    }
    bench_release(&b);
}

/* A model that does not separate the retain set has no certificate. */
static void test_not_separated(void **state)
{
    (void)state;
    for (size_t k = 0; k < 6; k++) {
        struct recipe recipe = network_recipe(k);
        struct certificate out[3];
        struct bench b;

        bench_make(&b, &recipe, 1, true);
        bench_step(&b, 1.0);
        for (size_t i = 0; i < b.in.net.n * b.retain.r; i++)
            b.unlearned.W[i] *= k == 5 ? NAN : k == 4 ? 0.0 : -1.0;
        certificate_scaled(&b.in.net, &b.retain, &b.unlearned, NULL, &b.w, &out[0]);
        bench_restored(&b, &out[1]);
        certificate_exact(&b.in.net, &b.retain, &b.unlearned, NULL, &b.w, &out[2]);
        for (size_t c = 0; c < 3; c++)
            check_true(isnan(out[c].eps) && isnan(out[c].delta) && isnan(out[c].tau) &&
                           isnan(out[c].norm) && !(out[c].margin > 0.0),
                       "certificate %zu: eps %g", c, out[c].eps);
        bench_release(&b);
    }
}

static void test_cases(void **state)
{
    (void)state;
    check_cases(8 * 9 * 7 + 24 * 8 + 12 * 19 + 12 * (12 * 6 + 1) + 1 + 24 * 6 + 6 * 2 +
                2 * 2 + 18);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scaled),
        cmocka_unit_test(test_restored),
        cmocka_unit_test(test_nothing_forgotten),
        cmocka_unit_test(test_exact),
        cmocka_unit_test(test_remembered),
        cmocka_unit_test(test_no_factor),
        cmocka_unit_test(test_small_margin),
        cmocka_unit_test(test_not_separated),
        cmocka_unit_test(test_cases),
    };

    fixture_main();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
