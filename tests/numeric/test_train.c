#include "sweep/cancel.h"
#include "sweep/train.h"

#include "check.h"
#include "fixture.h"
#include <float.h>
#include <string.h>

/* d-dimensional points and weights, and the slow loop over them. */
enum { M = 6, N = 4, D = 9, STEPS = 200 };

/* Points of which a workspace has no squares, and neurons with which it has; it serves
 * fewer of both. */
enum { MANY = 1100, WIDE = 130 };
static const size_t rooms[] = {M, MANY};

struct ambient {
    struct network net;
    double X[M * D], y[M], W0[N * D], W[N * D];
    struct points points;
};

static void ambient_make(struct ambient *a, size_t n, double leak, uint64_t seed)
{
    gsl_rng *rng = fixture_rng("ambient", seed);

    a->net = network_make(n == 1 ? MODEL_LINEAR : MODEL_LEAKY_RELU, n, leak);
    rng_normals(rng, a->X, M * D);
    rng_normals(rng, a->W0, N * D);
    for (size_t k = 0; k < M * D; k++)
        a->X[k] /= 3.0;
    for (size_t k = 0; k < N * D; k++)
        a->W0[k] /= 3.0;
    for (size_t i = 0; i < M; i++)
        a->y[i] = i % 2 ? -1.0 : 1.0;
    memcpy(a->W, a->W0, sizeof a->W);
    a->points = (struct points){.m = M, .r = D, .X = a->X, .y = a->y};
    gsl_rng_free(rng);
}

/* The direction of one step: minus the gradient of the (normalised) loss. */
static void ambient_direction(const struct ambient *a, const struct train_options *o,
                              double *direction)
{
    double c[M], sum = 0.0;

    for (size_t i = 0; i < M; i++) {
        double q = direct_margin(&a->net, a->W, &a->points, i);

        c[i] = o->loss == LOSS_LOGISTIC ? 1.0 / (1.0 + exp(q))
               : o->loss == LOSS_HINGE  ? q < 1.0
                                        : exp(-q);
        sum += c[i];
    }
    memset(direction, 0, a->net.n * D * sizeof *direction);
    for (size_t i = 0; i < M; i++)
        for (size_t j = 0; j < a->net.n; j++) {
            const double *w = a->W + j * D, *x = a->X + i * D;
            double u = a->net.n == 1 || j < a->net.n / 2 ? a->net.u : -a->net.u;
            double slope = direct_dot(w, x, D) > 0.0L ? 1.0 : a->net.leak;
            double weight = c[i] / (o->optimizer == OPTIMIZER_GD ? M : sum);

            for (size_t k = 0; k < D; k++)
                direction[j * D + k] += weight * a->y[i] * u * slope * x[k];
        }
}

static void ambient_step(struct ambient *a, const struct train_options *o)
{
    double direction[N * D];

    ambient_direction(a, o, direction);
    for (size_t k = 0; k < a->net.n * D; k++)
        a->W[k] += o->learning_rate * direction[k];
}

static double ambient_margin(const struct ambient *a)
{
    double smallest = INFINITY;

    for (size_t i = 0; i < M; i++)
        smallest = fmin(smallest, direct_margin(&a->net, a->W, &a->points, i));
    return smallest;
}

/* Points and weights in an orthonormal basis of the points, by Gram-Schmidt twice. */
struct reduced {
    double basis[M * D], X[M * M], W0[N * M], perp;
    struct points points;
};

static void coordinates(const struct reduced *b, const double *W, size_t n, double *out)
{
    for (size_t j = 0; j < n; j++)
        for (size_t k = 0; k < M; k++)
            out[j * M + k] = (double)direct_dot(W + j * D, b->basis + k * D, D);
}

static void reduced_make(struct reduced *b, const struct ambient *a)
{
    long double square = 0.0L;

    memcpy(b->basis, a->X, sizeof b->basis);
    for (size_t k = 0; k < M; k++) {
        double *e = b->basis + k * D;

        for (size_t again = 0; again < 2; again++) {
            double norm;

            for (size_t l = 0; l < k; l++) {
                double dot = (double)direct_dot(e, b->basis + l * D, D);

                for (size_t t = 0; t < D; t++)
                    e[t] -= dot * b->basis[l * D + t];
            }
            norm = direct_norm(e, D);
            for (size_t t = 0; t < D; t++)
                e[t] /= norm;
        }
    }
    coordinates(b, a->X, M, b->X);
    coordinates(b, a->W0, a->net.n, b->W0);
    for (size_t j = 0; j < a->net.n; j++)
        for (size_t t = 0; t < D; t++) {
            long double rest = a->W0[j * D + t];

            for (size_t k = 0; k < M; k++)
                rest -= (long double)b->W0[j * M + k] * b->basis[k * D + t];
            square += rest * rest;
        }
    b->perp = (double)sqrtl(square);
    b->points = (struct points){.m = M, .r = M, .X = b->X, .y = a->y};
}

struct runner {
    struct arena arena;
    struct train_workspace w;
    struct weights theta;
    struct train_result result;
};

static void runner_make(struct runner *t, size_t n, size_t m)
{
    *t = (struct runner){0};
    FIXTURE_LAYOUT(&t->arena)
    {
        train_layout(&t->w, n, m, D, &t->arena);
        t->theta.W = arena_doubles(&t->arena, N, D);
    }
}

static const struct train_options every[] = {
    {.loss = LOSS_LOGISTIC, .optimizer = OPTIMIZER_GD, .learning_rate = 1.0},
    {.loss = LOSS_EXPONENTIAL, .optimizer = OPTIMIZER_GD, .learning_rate = 0.2},
    {.loss = LOSS_LOGISTIC, .optimizer = OPTIMIZER_NORMALIZED_GD, .learning_rate = 0.3},
    {.loss = LOSS_EXPONENTIAL,
     .optimizer = OPTIMIZER_NORMALIZED_GD,
     .learning_rate = 0.3},
};

static void compare_steps(const struct train_options *options, size_t n, double leak,
                          size_t room, uint64_t seed)
{
    struct train_options o = *options;
    struct ambient a;
    struct reduced b;
    struct runner t;

    ambient_make(&a, n, leak, seed);
    reduced_make(&b, &a);
    runner_make(&t, N, room);
    for (o.max_steps = 0; o.max_steps <= STEPS; o.max_steps++) {
        double projected[N * M];

        train_run(&a.net, &a.points, a.W0, 0.0, &o, &t.w, &t.theta, &t.result);
        check_array_close(t.theta.W, a.W, n * D, 1e-11);
        check_close(t.result.margin, ambient_margin(&a), 1e-11);
        check_true(t.result.stop == TRAIN_STEP_LIMIT && t.result.steps == o.max_steps,
                   "stop %d after %llu", t.result.stop,
                   (unsigned long long)t.result.steps);
        train_run(&a.net, &b.points, b.W0, b.perp, &o, &t.w, &t.theta, &t.result);
        coordinates(&b, a.W, n, projected);
        check_array_close(t.theta.W, projected, n * M, 1e-11);
        check_close(t.result.margin, ambient_margin(&a), 1e-11);
        check_close(weights_norm(n, M, &t.theta), direct_norm(a.W, n * D), 1e-11);
        ambient_step(&a, &o);
    }
    arena_release(&t.arena);
}

static void test_steps(void **state)
{
    const double leak[] = {0.0, 0.1, 0.5, 1.0};

    (void)state;
    for (size_t k = 0; k < 8; k++)
        for (size_t l = 0; l < 4; l++) {
            compare_steps(&every[k % 4], N, leak[l], rooms[k / 4], 10 * k + l);
            if (leak[l] == 1.0)
                compare_steps(&every[k % 4], 1, 1.0, rooms[k / 4], 100 + k);
        }
}

/* A workspace laid out for more points serves fewer, as retraining needs it to. */
static void test_fewer_points(void **state)
{
    (void)state;
    for (size_t m = 1; m < M; m++) {
        struct train_options o = every[2];
        struct train_workspace exact = {0};
        struct arena arena = {0};
        struct weights theta = {0};
        struct train_result result;
        struct ambient a;
        struct runner t;

        FIXTURE_LAYOUT(&arena)
        {
            train_layout(&exact, N, m, D, &arena);
            theta.W = arena_doubles(&arena, N, D);
        }
        ambient_make(&a, N, 0.1, m);
        runner_make(&t, N, M);
        o.max_steps = 300;
        train_run(&a.net, &a.points, a.W0, 0.0, &o, &t.w, &t.theta, &t.result);
        a.points.m = m;
        train_run(&a.net, &a.points, a.W0, 0.0, &o, &t.w, &t.theta, &t.result);
        train_run(&a.net, &a.points, a.W0, 0.0, &o, &exact, &theta, &result);
        for (size_t k = 0; k < N * D; k++)
            check_same_bits(t.theta.W[k], theta.W[k]);
        check_same_bits(t.result.alignment, result.alignment);
        arena_release(&arena);
        arena_release(&t.arena);
    }
}

/* Gates: states of same-class pairs, the same at the end as for stable_steps before. */
static void test_gates_stable(void **state)
{
    (void)state;
    for (size_t k = 0; k < 8; k++) {
        struct train_options o = every[k % 4];
        struct ambient a;
        struct runner t;
        double early[N * D];

        o.max_steps = 100000;
        o.stable_steps = 500;
        ambient_make(&a, N, 0.1, k % 4);
        runner_make(&t, N, rooms[k / 4]);
        train_run(&a.net, &a.points, a.W0, 0.0, &o, &t.w, &t.theta, &t.result);
        check_equal(t.result.stop, TRAIN_GATES_STABLE);
        check_true(t.result.margin > 0.0, "not separated");
        check_true(t.result.steps >= o.stable_steps, "after %llu",
                   (unsigned long long)t.result.steps);
        memcpy(a.W, t.theta.W, sizeof a.W);
        o.max_steps = t.result.steps - o.stable_steps;
        o.stable_steps = 0;
        train_run(&a.net, &a.points, a.W0, 0.0, &o, &t.w, &t.theta, &t.result);
        memcpy(early, t.theta.W, sizeof early);
        for (size_t j = 0; j < N; j++)
            for (size_t i = 0; i < M; i++)
                if ((j < N / 2) == (a.y[i] > 0.0))
                    check_true((direct_dot(early + j * D, a.X + i * D, D) > 0.0L) ==
                                   (direct_dot(a.W + j * D, a.X + i * D, D) > 0.0L),
                               "gate (%zu, %zu) moved", j, i);
        arena_release(&t.arena);
    }
}

static void test_no_step(void **state)
{
    struct train_options o = every[2];
    struct ambient a;

    (void)state;
    ambient_make(&a, N, 0.0, 7);
    for (size_t l = 0; l < 2; l++) {
        struct runner t;

        runner_make(&t, N, rooms[l]);
        train_run(&a.net, &a.points, a.W0, 0.25, &o, &t.w, &t.theta, &t.result);
        for (size_t k = 0; k < N * D; k++)
            check_same_bits(t.theta.W[k], a.W0[k]);
        check_same_bits(t.theta.perp, 0.25);
        check_equal(t.result.steps, 0);
        check_equal(t.result.stop, TRAIN_STEP_LIMIT);
        arena_release(&t.arena);
    }
}

/* alignment = |theta/|theta| + grad/|grad||, on the weights that came out. */
static void test_tolerance(void **state)
{
    const size_t widths[] = {1, N};

    (void)state;
    for (size_t k = 0; k < 8; k++)
        for (size_t l = 0; l < 2; l++) {
            struct train_options o = every[k % 4];
            struct ambient a;
            struct runner t;
            double direction[N * D];

            o.max_steps = 1000000;
            o.tolerance = 0.15;
            ambient_make(&a, widths[l], l == 0 ? 1.0 : 0.5, k % 4);
            runner_make(&t, N, rooms[k / 4]);
            train_run(&a.net, &a.points, a.W0, 0.0, &o, &t.w, &t.theta, &t.result);
            check_equal(t.result.stop, TRAIN_TOLERANCE);
            check_true(t.result.steps < o.max_steps && t.result.steps > 0,
                       "stopped after %llu", (unsigned long long)t.result.steps);
            check_equal(t.result.steps % TRAIN_CHECK_STEPS, 0);
            check_true(t.result.alignment <= 0.15, "%g", t.result.alignment);
            memcpy(a.W, t.theta.W, widths[l] * D * sizeof *a.W);
            ambient_direction(&a, &o, direction);
            check_close(
                t.result.alignment,
                sqrt(2.0 * direct_cosine_distance(a.W, direction, widths[l] * D)),
                1e-10);
            check_close(t.result.margin, ambient_margin(&a), 1e-12);
            arena_release(&t.arena);
        }
}

/* The first step at which every margin is as large as `margin`, or larger, and every step
 * before it, on which training has not ended yet. */
static void compare_arrival(const struct train_options *options, enum train_stop stop,
                            double margin, size_t room, uint64_t seed)
{
    struct train_options o = *options;
    struct ambient a;
    struct runner t;

    ambient_make(&a, N, seed % 2 ? 0.1 : 0.5, seed);
    runner_make(&t, N, room);
    for (o.max_steps = 0; !(ambient_margin(&a) >= margin); o.max_steps++) {
        if (o.max_steps % 97 == 0) {
            train_run(&a.net, &a.points, a.W0, 0.0, &o, &t.w, &t.theta, &t.result);
            fixture_need(t.result.stop == TRAIN_STEP_LIMIT, "arrived too early");
        }
        fixture_need(o.max_steps < 10000, "never arrives");
        ambient_step(&a, &o);
    }
    uint64_t steps = o.max_steps;
    for (size_t more = 0; more < 2; more++) {

        o.max_steps = steps + 1000 * more;
        train_run(&a.net, &a.points, a.W0, 0.0, &o, &t.w, &t.theta, &t.result);
        check_equal(t.result.stop, stop);
        check_equal(t.result.steps, steps);
        check_array_close(t.theta.W, a.W, N * D, 1e-11);
        check_close(t.result.margin, ambient_margin(&a), 1e-11);
        check_true(isnan(t.result.alignment) == (stop == TRAIN_ZERO_LOSS),
                   "alignment %g", t.result.alignment);
    }
    arena_release(&t.arena);
}

/* Short steps, of which many keep all states, and long ones. */
static void test_arrival(void **state)
{
    const double rate[] = {0.3, 0.02};

    (void)state;
    for (size_t k = 0; k < 32; k++) {
        struct train_options o = {.optimizer = (enum optimizer)(k % 2),
                                  .learning_rate = rate[k / 2 % 2],
                                  .tolerance = k / 4 % 2 ? 1e-9 : 0.0};

        o.loss = LOSS_HINGE;
        compare_arrival(&o, TRAIN_ZERO_LOSS, 1.0, rooms[k / 8 % 2], k / 4);
        o.loss = (enum loss_kind)(k % LOSS_COUNT);
        o.stop = STOP_SEPARATED;
        compare_arrival(&o, TRAIN_SEPARATED, DBL_MIN, rooms[k / 8 % 2], k / 4);
    }
}

/* A NaN, and a rate that leaves the range of double within a step. */
static void test_non_finite(void **state)
{
    (void)state;
    for (size_t k = 0; k < 16; k++) {
        struct train_options o = every[k % 4];
        struct ambient a;
        struct runner t;

        ambient_make(&a, N, 0.1, k % 8);
        runner_make(&t, N, rooms[k / 8]);
        o.max_steps = 100000;
        o.tolerance = 0.01;
        o.learning_rate = k % 8 < 4 ? 1.0 : 1e300;
        if (k % 8 < 4)
            a.X[7] = NAN;
        for (size_t i = 0; i < M * D; i++)
            a.X[i] *= 1e5; /* Z moves by 1e310 */
        train_run(&a.net, &a.points, a.W0, 0.0, &o, &t.w, &t.theta, &t.result);
        check_equal(t.result.stop, TRAIN_NON_FINITE);
        check_true(!(t.result.alignment <= o.tolerance), "reads as converged");
        check_true(t.result.steps <= TRAIN_CHECK_STEPS, "found only after %llu steps",
                   (unsigned long long)t.result.steps);
        arena_release(&t.arena);
    }
}

static void cancel_training(size_t room)
{
    atomic_bool cancel = true;
    struct train_options o = every[0];
    struct ambient a;
    struct runner t;

    ambient_make(&a, N, 0.1, 0);
    runner_make(&t, N, room);
    o.max_steps = UINT64_MAX;
    cancel_obey(&cancel);
    train_run(&a.net, &a.points, a.W0, 0.0, &o, &t.w, &t.theta, &t.result);
    check_equal(t.result.stop, TRAIN_CANCELLED);
    check_true(t.result.steps <= TRAIN_CHECK_STEPS, "late");
    for (uint64_t k = 0; k < t.result.steps; k++)
        ambient_step(&a, &o);
    check_array_close(t.theta.W, a.W, N * D, 1e-11);
    cancel = false;
    o.max_steps = 3;
    train_run(&a.net, &a.points, a.W0, 0.0, &o, &t.w, &t.theta, &t.result);
    cancel_obey(NULL);
    check_equal(t.result.stop, TRAIN_STEP_LIMIT);
    arena_release(&t.arena);
}

static void test_cancelled(void **state)
{
    (void)state;
    cancel_training(M);
    cancel_training(MANY);
}

/* Many points on either side of a plane through 0. */
static void crowd_make(double *X, double *y, double *W0, uint64_t seed)
{
    gsl_rng *rng = fixture_rng("crowd", seed);

    rng_normals(rng, X, MANY * D);
    rng_normals(rng, W0, N * D);
    for (size_t i = 0; i < MANY; i++) {
        y[i] = X[i * D] > 0.0 ? 1.0 : -1.0;
        X[i * D] += 0.2 * y[i];
    }
    gsl_rng_free(rng);
}

/* Without squares of m and with them: the same training, and the same end of it. */
static void compare_ways(size_t n, enum optimizer optimizer, const double *X,
                         const double *y, const double *W0)
{
    struct network net = network_make(n == 1 ? MODEL_LINEAR : MODEL_LEAKY_RELU, n, 0.2);
    struct points points = {.m = MANY, .r = D, .X = X, .y = y};
    struct train_options o = {.loss = LOSS_LOGISTIC,
                              .optimizer = optimizer,
                              .learning_rate = 0.5,
                              .max_steps = 260,
                              .stable_steps = 100};
    struct runner slim, square;

    runner_make(&slim, N, MANY);
    runner_make(&square, WIDE, MANY);
    check_true(!slim.w.G && square.w.G, "both have squares, or neither");
    for (size_t k = 0; k < 2; k++) {
        struct runner *t = k == 0 ? &slim : &square;

        train_run(&net, &points, W0, 0.0, &o, &t->w, &t->theta, &t->result);
    }
    check_equal(slim.result.stop, square.result.stop);
    check_equal(slim.result.steps, square.result.steps);
    check_close(slim.result.margin, square.result.margin, 1e-10);
    check_close(slim.result.alignment, square.result.alignment, 1e-10);
    check_array_close(slim.theta.W, square.theta.W, n * D, 1e-10);
    arena_release(&slim.arena);
    arena_release(&square.arena);
}

static void test_slim(void **state)
{
    const enum optimizer optimizers[] = {OPTIMIZER_NORMALIZED_GD, OPTIMIZER_GROWING_GD};
    static double X[MANY * D], y[MANY];
    double W0[N * D];

    (void)state;
    for (size_t k = 0; k < 2; k++) {
        crowd_make(X, y, W0, k);
        compare_ways(1, optimizers[k], X, y, W0);
        compare_ways(N, optimizers[k], X, y, W0);
    }
}

static void test_cases(void **state)
{
    (void)state;
    check_cases(40 * (STEPS + 1) * 6 + (M - 1) * (N * D + 1) + 8 * (3 + N * M / 2) +
                2 * (N * D + 3) + 16 * 6 + 16 * 3 + 2 * 4 + 4 * 6 + 64 * 2 * 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps),        cmocka_unit_test(test_fewer_points),
        cmocka_unit_test(test_gates_stable), cmocka_unit_test(test_no_step),
        cmocka_unit_test(test_tolerance),    cmocka_unit_test(test_non_finite),
        cmocka_unit_test(test_cancelled),    cmocka_unit_test(test_slim),
        cmocka_unit_test(test_arrival),      cmocka_unit_test(test_cases),
    };

    fixture_main();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
