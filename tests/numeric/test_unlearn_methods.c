/* The methods beside the ascent step, each against loops from its definition. */
#include "sweep/unlearn.h"

#include "check.h"
#include "fixture.h"
#include "sweep/certificate.h"
#include "sweep/kkt.h"
#include "sweep/status.h"

enum { INSTANCES = 24 };

/* An exact KKT point of random points, with room for theta' and all workspaces. */
struct bench {
    struct instance in;
    struct model model;
    struct arena arena;
    struct kkt_workspace kkt;
    struct multipliers_workspace multipliers;
    struct unlearn_workspace w;
    struct weights out, ascended;
    struct kkt_point point;
    struct weights theta;
    signed char *state;
    double *Z, *scratch;
    size_t *forget, *retain;
    gsl_rng *rng;
    struct unlearn_problem q;
    double flops;
};

static void bench_make(struct bench *b, size_t k, bool exact)
{
    const double leak[] = {0.0, 0.1, 0.5, 1.0};
    struct recipe recipe = {.sampler = k % 3 ? SAMPLER_BARTLETT : SAMPLER_AMBIENT,
                            .m = 6 + k % 4,
                            .n = k % 4 == 3 ? 1 : 12,
                            .d = 80.0,
                            .leak = leak[k % 4],
                            .signal = k % 2 ? 0.5 : 0.0,
                            .seed = 100 + k};
    *b = (struct bench){0};
    instance_draw(&b->in, &recipe);
    model_train(&b->model, &b->in, 2000);
    fixture_need(b->model.result.margin > 0.0, "training");
    size_t n = b->in.net.n, m = b->in.points.m, r = b->in.points.r, count = 1 + k % 3;
    FIXTURE_LAYOUT(&b->arena)
    {
        kkt_layout(&b->kkt, n, m, r, &b->arena);
        multipliers_layout(&b->multipliers, n, m, r, &b->arena);
        unlearn_layout(&b->w, n, m, r, &b->arena);
        b->out.W = arena_doubles(&b->arena, n, r);
        b->ascended.W = arena_doubles(&b->arena, n, r);
        b->point.W = arena_doubles(&b->arena, n, r);
        b->point.lambda = arena_doubles(&b->arena, m, 1);
        b->point.v = arena_doubles(&b->arena, n, m);
        b->state = arena_carve(&b->arena, n, m, 1);
        b->Z = arena_doubles(&b->arena, n, m);
        b->scratch = arena_doubles(&b->arena, n, r);
        b->forget = arena_carve(&b->arena, m, 1, sizeof *b->forget);
        b->retain = arena_carve(&b->arena, m, 1, sizeof *b->retain);
    }
    b->rng = fixture_rng("methods", k);
    b->w.rng = b->rng;
    b->w.multipliers = &b->multipliers;
    for (size_t i = 0, f = 0; i < m; i++) /* every other point from the second on */
        if (i % 2 && f < count)
            b->forget[f++] = i;
        else
            b->retain[i - f] = i;
    b->theta = b->model.theta;
    memcpy(b->state, b->model.state, n * m);
    if (exact) {
        kkt_solve(&b->in.net, &b->in.points, b->model.theta.W, NULL, &b->kkt,
                  &b->point);
        fixture_need(b->point.stop == KKT_EXACT, "exact point");
        b->theta = (struct weights){b->point.W, 0.0};
        network_preactivations(n, b->point.W, &b->in.points, b->Z);
        network_states(n, b->point.W, b->Z, &b->in.points, b->state);
    }
    b->q = (struct unlearn_problem){.net = &b->in.net,
                                    .points = &b->in.points,
                                    .dimension = 80.0,
                                    .theta = &b->theta,
                                    .lambda = exact ? b->point.lambda
                                                    : b->model.multipliers.lambda,
                                    .v = exact ? b->point.v : b->model.multipliers.v,
                                    .state = b->state,
                                    .forget = b->forget,
                                    .forget_count = count,
                                    .retain = b->retain,
                                    .loss = k % 2 ? LOSS_LOGISTIC : LOSS_EXPONENTIAL,
                                    .step_scale = 0.25 * (double)(1 + k % 6),
                                    .retained_variance = 1.0,
                                    .descent_weight = 1.0,
                                    .steps = 3,
                                    .direction = rng_key_word(rng_key_start(), k)};
}

static void bench_release(struct bench *b)
{
    gsl_rng_free(b->rng);
    arena_release(&b->arena);
    model_release(&b->model);
    instance_release(&b->in);
}

static void apply(struct bench *b, enum method method, struct weights *out)
{
    check_equal(unlearn_methods[method].apply(&b->q, &b->w, out, &b->flops), SWEEP_OK);
    check_true(b->flops >= 0.0, "flops of %s", unlearn_methods[method].name);
}

static size_t size_of(const struct bench *b)
{
    return b->in.net.n * b->in.points.r;
}

/* Slope of a pair by the definition. */
static double slope(const struct bench *b, size_t j, size_t i)
{
    size_t at = j * b->in.points.m + i;
    double leak = b->in.net.leak;
    if (b->q.lambda[i] > 0.0)
        return b->q.v[at] / b->q.lambda[i];
    return b->state[at] > 0 ? 1.0 : leak;
}

/* Entry (j, c) of the gradient of point i's margin. */
static double gradient(const struct bench *b, size_t i, size_t j, size_t c)
{
    return b->in.points.y[i] * network_sign(&b->in.net, j) * b->in.net.u *
           slope(b, j, i) * b->in.points.X[i * b->in.points.r + c];
}

/* <gradient of point i, W>. */
static double along(const struct bench *b, size_t i, const double *W)
{
    long double sum = 0.0L;
    for (size_t j = 0; j < b->in.net.n; j++)
        for (size_t c = 0; c < b->in.points.r; c++)
            sum += (long double)gradient(b, i, j, c) * W[j * b->in.points.r + c];
    return (double)sum;
}

/* Every method leaves theta alone when there is nothing to forget. */
static void test_nothing(void **state)
{
    (void)state;
    for (size_t k = 0; k < 8; k++) {
        struct bench b;
        bench_make(&b, k, k % 2 == 0);
        b.q.forget_count = 0;
        for (size_t i = 0; i < b.in.points.m; i++)
            b.retain[i] = i;
        for (enum method method = 0; method < METHOD_COUNT; method++) {
            /* Refitting and then taking nothing away: nothing again. */
            if (method == METHOD_RETRAIN)
                continue;
            apply(&b, method, &b.out);
            for (size_t c = 0; c < size_of(&b); c++)
                check_same_bits(b.out.W[c], b.theta.W[c]);
            check_same_bits(b.out.perp, b.theta.perp);
        }
        bench_release(&b);
    }
}

static void test_random(void **state)
{
    (void)state;
    for (size_t k = 0; k < INSTANCES; k++) {
        struct bench b;
        bench_make(&b, k, k % 2);
        size_t size = size_of(&b);
        double s = b.q.step_scale;
        apply(&b, METHOD_ASCENT, &b.ascended);
        apply(&b, METHOD_RANDOM, &b.out);
        check_same_bits(b.out.perp, b.theta.perp);
        for (size_t c = 0; c < size; c++) {
            b.scratch[c] = b.out.W[c] - b.theta.W[c];
            b.ascended.W[c] -= b.theta.W[c];
        }
        check_close_relative(direct_norm(b.scratch, size),
                             direct_norm(b.ascended.W, size), 1e-12);
        double first = b.out.W[0];
        rng_normals(b.rng, b.Z, 1); /* where the generator stands does not matter */
        apply(&b, METHOD_RANDOM, &b.out);
        check_same_bits(b.out.W[0], first);
        b.q.step_scale = 2.0 * s; /* the same direction, twice as far */
        apply(&b, METHOD_RANDOM, &b.out);
        for (size_t c = 0; c < size; c++)
            check_close(b.out.W[c] - b.theta.W[c], 2.0 * b.scratch[c], 1e-14);
        b.q.direction = rng_key_word(b.q.direction, 1);
        apply(&b, METHOD_RANDOM, &b.out);
        double cosine = 0.0;
        for (size_t c = 0; c < size; c++)
            cosine += (b.out.W[c] - b.theta.W[c]) * b.scratch[c];
        cosine /= 2.0 * pow(direct_norm(b.scratch, size), 2.0);
        check_true(fabs(cosine) < 0.99, "another key, the same direction");
        bench_release(&b);
    }
}

/* theta - theta' is s P theta: orthogonal to all retained gradients, and theta less it,
 * at s = 1, a combination of them. At an exact point it equals P of the ascent step. */
static void test_minnorm(void **state)
{
    (void)state;
    for (size_t k = 0; k < INSTANCES; k++) {
        struct bench b;
        bool exact = k % 2;
        bench_make(&b, k, exact);
        size_t size = size_of(&b), kept = b.in.points.m - b.q.forget_count;
        double s = b.q.step_scale;
        apply(&b, METHOD_MINNORM, &b.out);
        check_close(b.out.perp, (1.0 - s) * b.theta.perp, 1e-15);
        for (size_t c = 0; c < size; c++)
            b.scratch[c] = (b.theta.W[c] - b.out.W[c]) / s;
        double scale = direct_norm(b.theta.W, size);
        for (size_t i = 0; i < kept; i++)
            check_close(along(&b, b.retain[i], b.scratch), 0.0, 2e-14 * scale);
        /* |P theta|^2 = <P theta, theta>, as of an orthogonal projection. */
        check_close((double)direct_dot(b.scratch, b.scratch, size),
                    (double)direct_dot(b.scratch, b.theta.W, size),
                    1e-13 * scale * scale);
        if (exact) { /* and P theta = P A */
            b.q.step_scale = 1.0;
            apply(&b, METHOD_ASCENT, &b.ascended);
            for (size_t c = 0; c < size; c++)
                b.ascended.W[c] = b.theta.W[c] - b.ascended.W[c];
            check_close((double)direct_dot(b.scratch, b.ascended.W, size),
                        (double)direct_dot(b.scratch, b.scratch, size),
                        1e-12 * scale * scale);
        }
        bench_release(&b);
    }
}

/* Retained margins stay where no activation state flips, for minnorm and for pgu at
 * share 1; pgu leaves even the pre-activations. */
static void test_retained_margins(void **state)
{
    size_t quiet = 0;
    (void)state;
    for (size_t k = 0; k < 4 * INSTANCES; k++) {
        struct bench b;
        bench_make(&b, k, true);
        size_t n = b.in.net.n, m = b.in.points.m;
        size_t kept = m - b.q.forget_count;
        for (int pgu = 0; pgu < 2; pgu++) {
            bool flips = false;
            apply(&b, pgu ? METHOD_PGU : METHOD_MINNORM, &b.out);
            network_preactivations(n, b.out.W, &b.in.points, b.Z);
            network_states(n, b.out.W, b.Z, &b.in.points, b.model.state);
            for (size_t i = 0; i < kept; i++)
                for (size_t j = 0; j < n; j++) {
                    size_t at = j * m + b.retain[i];
                    double before = (double)direct_dot(
                        b.theta.W + j * b.in.points.r,
                        b.in.points.X + b.retain[i] * b.in.points.r, b.in.points.r);
                    flips |= b.model.state[at] != b.state[at];
                    if (pgu)
                        check_close(b.Z[at], before, 1e-13);
                }
            if (flips && !pgu && b.in.net.leak < 1.0)
                continue;
            quiet++;
            for (size_t i = 0; i < kept; i++)
                check_close(
                    direct_margin(&b.in.net, b.out.W, &b.in.points, b.retain[i]),
                    direct_margin(&b.in.net, b.theta.W, &b.in.points, b.retain[i]),
                    1e-10);
        }
        bench_release(&b);
    }
    check_true(quiet > 5 * INSTANCES, "only %zu steps without a flip", quiet);
}

/* On orthogonal retained points the singular vectors are the points themselves, the
 * singular values their lengths: 4, 3, 2, 1 of 10. */
static void test_pgu_share(void **state)
{
    enum { M = 5, R = 5, N = 4 };
    const struct {
        double share;
        size_t projected;
    } cases[] = {{0.0, 0},  {0.1, 1},  {0.39, 1}, {0.41, 2}, {0.69, 2},
                 {0.71, 3}, {0.89, 3}, {0.91, 4}, {1.0, 4}};
    double X[M * R] = {0}, y[M] = {1, -1, 1, -1, 1}, W[N * R], out[N * R], v[N * M];
    double lambda[M] = {1, 1, 1, 1, 1};
    signed char states[N * M];
    size_t forget[] = {0}, retain[] = {1, 2, 3, 4};
    struct network net = network_make(MODEL_LEAKY_RELU, N, 0.3);
    struct points points = {M, R, X, y};
    struct weights theta = {W, 0.5}, result = {out, 0.0};
    struct arena arena = {0};
    struct unlearn_workspace w;
    gsl_rng *rng = fixture_rng("pgu", 0);
    (void)state;
    FIXTURE_LAYOUT(&arena)
    {
        unlearn_layout(&w, N, M, R, &arena);
    }
    rng_normals(rng, W, N * R);
    rng_normals(rng, X, R); /* the forgotten point */
    for (size_t i = 1; i < M; i++)
        X[i * R + (i + 2) % R] = 5.0 - (double)i; /* axis 2 stays free */
    for (size_t k = 0; k < N * M; k++) {
        v[k] = 0.3 + 0.1 * (double)(k % 7);
        states[k] = 1;
    }
    for (size_t t = 0; t < sizeof cases / sizeof cases[0]; t++) {
        struct unlearn_problem q = {.net = &net,
                                    .points = &points,
                                    .dimension = R,
                                    .theta = &theta,
                                    .lambda = lambda,
                                    .v = v,
                                    .state = states,
                                    .forget = forget,
                                    .forget_count = 1,
                                    .retain = retain,
                                    .step_scale = 0.7,
                                    .retained_variance = cases[t].share};
        double flops;
        check_equal(unlearn_methods[METHOD_PGU].apply(&q, &w, &result, &flops),
                    SWEEP_OK);
        for (size_t j = 0; j < N; j++)
            for (size_t c = 0; c < R; c++) {
                /* Axis (i + 2) % R belongs to point i, the longest first. */
                size_t point = (c + R - 2) % R;
                bool out_of_it = point >= 1 && point <= cases[t].projected;
                double step =
                    0.7 * y[0] * network_sign(&net, j) * net.u * v[j * M] * X[c];
                check_close(out[j * R + c], W[j * R + c] - (out_of_it ? 0.0 : step),
                            1e-14);
            }
    }
    arena_release(&arena);
    gsl_rng_free(rng);
}

static void test_descent_ascent(void **state)
{
    (void)state;
    for (size_t k = 0; k < INSTANCES; k++) {
        struct bench b;
        bench_make(&b, k, k % 2);
        size_t size = size_of(&b), r = b.in.points.r;
        size_t kept = b.in.points.m - b.q.forget_count;
        double weight[32], sum = 0.0, total = 0.0;
        b.q.descent_weight = 0.5 + (double)(k % 3);
        apply(&b, METHOD_ASCENT, &b.ascended);
        apply(&b, METHOD_DESCENT_ASCENT, &b.out);
        for (size_t i = 0; i < kept; i++) {
            double margin =
                direct_margin(&b.in.net, b.theta.W, &b.in.points, b.retain[i]);
            weight[i] = -loss_slope(b.q.loss, margin);
            sum += weight[i];
        }
        for (size_t f = 0; f < b.q.forget_count; f++)
            total += b.q.lambda[b.forget[f]];
        bool moved = false;
        for (size_t j = 0; j < b.in.net.n; j++)
            for (size_t c = 0; c < r; c++) {
                long double w = b.ascended.W[j * r + c];
                for (size_t i = 0; i < kept; i++)
                    w += b.q.step_scale * b.q.descent_weight * total * weight[i] / sum *
                         gradient(&b, b.retain[i], j, c);
                check_close(b.out.W[j * r + c], (double)w, 1e-13);
                moved |= fabs(b.out.W[j * r + c] - b.ascended.W[j * r + c]) > 1e-3;
            }
        check_true(moved, "descent did nothing");
        b.q.descent_weight = 0.0;
        apply(&b, METHOD_DESCENT_ASCENT, &b.out);
        for (size_t c = 0; c < size; c++)
            check_close(b.out.W[c], b.ascended.W[c], 0.0);
        bench_release(&b);
    }
}

/* By hand: fit, step, fit, step. */
static void test_iterated(void **state)
{
    size_t moved = 0;
    (void)state;
    for (size_t k = 0; k < INSTANCES; k++) {
        struct bench b;
        bench_make(&b, k, k % 2);
        size_t n = b.in.net.n, m = b.in.points.m, r = b.in.points.r;
        struct unlearn_problem q = b.q;
        b.q.step_scale = q.step_scale = 0.3;
        b.q.steps = 1;
        apply(&b, METHOD_ASCENT, &b.ascended);
        apply(&b, METHOD_ITERATED, &b.out);
        for (size_t c = 0; c < n * r; c++)
            check_same_bits(b.out.W[c], b.ascended.W[c]);
        b.q.steps = 4;
        apply(&b, METHOD_ITERATED, &b.out);
        for (int step = 1; step < 4; step++) {
            struct multipliers fit = {.lambda = b.w.lambda, .v = b.Z};
            multipliers_solve(&b.in.net, &b.in.points, &b.ascended, &b.multipliers,
                              &fit);
            check_equal(fit.stop, PROGRAM_CONVERGED);
            for (size_t f = 0; f < q.forget_count; f++)
                for (size_t j = 0; j < n; j++)
                    for (size_t c = 0; c < r; c++) {
                        size_t l = b.forget[f];
                        b.ascended.W[j * r + c] -=
                            0.3 * b.Z[j * m + l] * b.in.points.y[l] *
                            network_sign(&b.in.net, j) * b.in.net.u *
                            b.in.points.X[l * r + c];
                    }
        }
        double apart = 0.0;
        for (size_t c = 0; c < n * r; c++) {
            check_close(b.out.W[c], b.ascended.W[c], 1e-11);
            b.scratch[c] = b.theta.W[c] - b.out.W[c];
        }
        b.q.steps = 1;
        apply(&b, METHOD_ITERATED, &b.out);
        for (size_t c = 0; c < n * r; c++)
            apart = fmax(apart, fabs(b.theta.W[c] - b.out.W[c] - b.scratch[c]));
        moved += apart > 1e-3;
        bench_release(&b);
    }
    check_true(moved > INSTANCES / 2, "later steps moved only %zu", moved);
}

/* 2 k n d for ascent, nothing for nothing, and no method for free. */
static void test_flops(void **state)
{
    struct bench b;
    (void)state;
    bench_make(&b, 1, true);
    apply(&b, METHOD_NONE, &b.out);
    check_close(b.flops, 0.0, 0.0);
    apply(&b, METHOD_ASCENT, &b.out);
    double ascent = b.flops;
    check_close(ascent, 2.0 * (double)b.q.forget_count * 12.0 * 80.0, 0.0);
    for (enum method method = METHOD_RANDOM; method < METHOD_COUNT; method++) {
        apply(&b, method, &b.out);
        check_true(b.flops > ascent, "flops of %s", unlearn_methods[method].name);
    }
    bench_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing),          cmocka_unit_test(test_random),
        cmocka_unit_test(test_minnorm),          cmocka_unit_test(test_pgu_share),
        cmocka_unit_test(test_retained_margins), cmocka_unit_test(test_descent_ascent),
        cmocka_unit_test(test_iterated),         cmocka_unit_test(test_flops),
    };

    fixture_main();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
