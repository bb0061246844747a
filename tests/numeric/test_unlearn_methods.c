#include "unlearn_fixture.h"

#include "check.h"

/* descent_ascent and iterated, and what all methods share. */

enum { RECIPES = 16 };

/* -l'(q) in long double. */
static long double direct_slope(enum loss_kind kind, long double q)
{
    return kind == LOSS_LOGISTIC ? 1.0L / (1.0L + expl(q)) : expl(-q);
}

/* Add s w Lambda sum_R c_i h_i. */
static void add_descent(const struct step *s, long double *move)
{
    const struct unlearn_problem *q = &s->problem;
    size_t kept = q->points->m - q->forget_count;
    long double sum = 0.0L, total = 0.0L, c[STEP_POINTS], slope[STEP_WEIGHTS];

    for (size_t k = 0; k < q->forget_count; k++)
        total += q->lambda[q->forget[k]];
    for (size_t k = 0; k < kept; k++) {
        size_t i = q->retain[k];
        long double margin =
            q->points->y[i] * direct_output(q->net, q->theta->W,
                                            q->points->X + i * q->points->r,
                                            q->points->r);

        c[k] = direct_slope(q->loss, margin);
        sum += c[k];
    }
    for (size_t k = 0; k < kept; k++) {
        step_slopes(s, q->retain[k], slope);
        step_add(s, q->retain[k], slope,
                 (long double)q->step_scale * q->descent_weight * total * c[k] / sum,
                 move);
    }
}

/* Against loops, for both losses; one retained point has no multiplier and all three
 * states. Weight 0 is ascent, weight 1 is not. */
static void test_descent_ascent(void **state)
{
    (void)state;
    for (size_t k = 0; k < 2 * RECIPES; k++) {
        struct bench b;
        struct step *s = &b.step;
        double ascent[STEP_WEIGHTS];
        size_t count, m, last;

        bench_make(&b, k % RECIPES, k >= RECIPES, 0.7);
        count = step_count(s);
        m = b.in.points.m;
        last = s->retain[m - s->problem.forget_count - 1];
        b.model.multipliers.lambda[last] = 0.0;
        for (size_t j = 0; j < b.in.net.n; j++) {
            b.model.multipliers.v[j * m + last] = 0.0;
            b.model.state[j * m + last] = (signed char)(j % 3) - 1;
        }
        s->problem.loss = k / 2 % 2 ? LOSS_LOGISTIC : LOSS_EXPONENTIAL;
        step_apply(s, METHOD_ASCENT);
        memcpy(ascent, s->out.W, count * sizeof *ascent);
        for (int weight = 0; weight < 3; weight++) {
            long double move[STEP_WEIGHTS] = {0};
            bool same;

            s->problem.descent_weight = (double)weight;
            step_add_ascent(s, -0.7L, move);
            add_descent(s, move);
            step_apply(s, METHOD_DESCENT_ASCENT);
            check_close(step_error(s, move), 0.0, 1e-14);
            check_same_bits(s->out.perp, b.model.theta.perp);
            same = memcmp(ascent, s->out.W, count * sizeof *ascent) == 0;
            check_equal(same, weight == 0);
        }
        bench_release(&b);
    }
}

/* On orthogonal points the linear model shows its multipliers: <w, x_i> y_i / |x_i|^2.
 * Weight 1 moves the same total to R as it takes from F. */
static void test_equal_totals(void **state)
{
    enum { M = 7 };
    double X[M * M] = {0}, y[M], start[M] = {0};

    (void)state;
    for (size_t i = 0; i < M; i++) {
        X[i * M + (2 * i + 3) % M] = 0.5 + 0.25 * (double)i;
        y[i] = i % 3 ? 1.0 : -1.0;
        for (size_t c = 0; c < M; c++) /* margins 1, 1.5, .. */
            start[c] += X[i * M + c] != 0.0
                            ? y[i] * (1.0 + 0.5 * (double)i) / X[i * M + c]
                            : 0.0;
    }
    for (size_t k = 1; k < M; k++) {
        struct instance in = {.net = network_make(MODEL_LINEAR, 1, 1.0),
                              .points = {M, M, X, y, NULL}};
        struct model model;
        struct step s;
        double taken = 0.0, given = 0.0;

        model_set(&model, &in, start);
        step_make(&s, &in, &model, k, 0.8);
        for (size_t i = 0; i < k; i++)
            taken -= 0.8 * model.multipliers.lambda[i];
        step_apply(&s, METHOD_DESCENT_ASCENT);
        for (size_t i = 0; i < M; i++) {
            double square = (double)direct_dot(X + i * M, X + i * M, M);
            double lambda = y[i] *
                            (double)(direct_dot(s.out.W, X + i * M, M) -
                                     direct_dot(model.theta.W, X + i * M, M)) /
                            square;

            if (i < k)
                check_close(lambda, -0.8 * model.multipliers.lambda[i], 1e-13);
            else
                given += lambda;
        }
        check_close(given, -taken, 1e-13);
        check_true(given > 0.1, "%zu points: %g is given", k, given);
        step_release(&s);
        model_release(&model);
    }
}

/* `steps` steps by hand: multipliers_solve and loops. */
static void by_hand(const struct bench *b, size_t steps, double *W)
{
    struct model model;
    struct arena arena = {0};
    struct multipliers_workspace w;
    struct multipliers fit = {0};
    size_t n = b->in.net.n, m = b->in.points.m, r = b->in.points.r;
    struct step s = b->step;

    model_set(&model, &b->in, b->model.theta.W);
    memcpy(model.theta.W, b->model.theta.W, n * r * sizeof(double));
    model.theta.perp = b->model.theta.perp;
    FIXTURE_LAYOUT(&arena)
    {
        multipliers_layout(&w, n, m, r, &arena);
        fit.lambda = arena_doubles(&arena, m, 1);
        fit.v = arena_doubles(&arena, n, m);
    }
    for (size_t t = 0; t < steps; t++) {
        long double sum[STEP_WEIGHTS];

        if (t > 0) {
            multipliers_solve(&b->in.net, &b->in.points, &model.theta, &w, &fit);
            s.problem.v = fit.v;
        }
        for (size_t i = 0; i < n * r; i++)
            sum[i] = model.theta.W[i];
        step_add_ascent(&s, -(long double)s.problem.step_scale, sum);
        for (size_t i = 0; i < n * r; i++)
            model.theta.W[i] = (double)sum[i];
    }
    memcpy(W, model.theta.W, n * r * sizeof(double));
    arena_release(&arena);
    model_release(&model);
}

static void test_iterated(void **state)
{
    (void)state;
    for (size_t k = 0; k < 2 * RECIPES; k++) {
        struct bench b;
        struct step *s = &b.step;
        double ascent[STEP_WEIGHTS], W[STEP_WEIGHTS];
        long double move[STEP_WEIGHTS];
        size_t count;

        bench_make(&b, k % RECIPES, k >= RECIPES, k % 5 ? 0.3 : 0.9);
        count = step_count(s);
        step_apply(s, METHOD_ASCENT);
        memcpy(ascent, s->out.W, count * sizeof *ascent);
        step_apply(s, METHOD_ITERATED);
        check_true(memcmp(ascent, s->out.W, count * sizeof *ascent) == 0,
                   "recipe %zu: one step is not ascent", k);
        for (size_t steps = 2; steps < 5; steps++) {
            s->problem.steps = steps;
            step_apply(s, METHOD_ITERATED);
            by_hand(&b, steps, W);
            for (size_t i = 0; i < count; i++)
                move[i] = (long double)W[i] - b.model.theta.W[i];
            check_close(step_error(s, move), 0.0, 1e-12);
            check_same_bits(s->out.perp, b.model.theta.perp);
            check_true(memcmp(ascent, s->out.W, count * sizeof *ascent) != 0,
                       "recipe %zu: %zu steps are one", k, steps);
        }
        bench_release(&b);
    }
}

/* On orthogonal points each step takes the share s of what is left: theta' is
 * theta - (1 - (1 - s)^T) A. */
static void test_iterated_orthogonal(void **state)
{
    enum { M = 6, N = 8, R = 7 };
    const double leak[] = {0.0, 0.2, 0.6};
    double X[M * R] = {0}, y[M], start[N * R];
    gsl_rng *rng = fixture_rng("iterated", 0);

    (void)state;
    for (size_t k = 0; k < 12; k++) {
        struct instance in = {.net = network_make(MODEL_LEAKY_RELU, N, leak[k % 3]),
                              .span = {.W0 = start}};
        struct model model;
        struct step s;

        rng_normals(rng, start, N * R);
        for (size_t i = 0; i < M; i++) {
            X[i * R + (2 * i + 1) % R] = 1.0 + 0.2 * (double)i;
            y[i] = fixture_between(rng, 0, 1) ? 1.0 : -1.0;
            start[(2 * i + 1) % R] = start[N / 2 * R + (2 * i + 1) % R] = 1.0;
        }
        in.points = (struct points){.m = M, .r = R, .X = X, .y = y};
        model_exact(&model, &in);
        step_make(&s, &in, &model, 1 + k % 3, 0.3);
        for (size_t steps = 1; steps < 7; steps++) {
            long double move[STEP_WEIGHTS] = {0};

            s.problem.steps = steps;
            step_add_ascent(&s, powl(0.7L, (long double)steps) - 1.0L, move);
            step_apply(&s, METHOD_ITERATED);
            check_close(step_error(&s, move), 0.0, 1e-13);
        }
        step_release(&s);
        model_release(&model);
    }
    gsl_rng_free(rng);
}

/* An empty forget set changes no bit, whatever the other parameters. */
static void test_nothing_to_forget(void **state)
{
    (void)state;
    for (size_t k = 0; k < RECIPES; k++) {
        struct bench b;

        bench_make(&b, k, k % 2, 1.7);
        step_choose(&b.step, 0, 0);
        b.model.theta.W[1] = -0.0;
        b.step.problem.retained_variance = 0.5;
        b.step.problem.steps = 3;
        for (enum method method = 0; method < METHOD_COUNT; method++) {
            if (method == METHOD_RETRAIN)
                continue;
            step_apply(&b.step, method);
            check_true(memcmp(b.step.out.W, b.model.theta.W,
                              step_count(&b.step) * sizeof(double)) == 0,
                       "recipe %zu: %s changes a bit", k, unlearn_methods[method].name);
            check_same_bits(b.step.out.perp, b.model.theta.perp);
        }
        bench_release(&b);
    }
}

/* What is known in closed form; and more work has more operations. */
static void test_flops(void **state)
{
    (void)state;
    for (size_t k = 0; k < RECIPES; k++) {
        struct bench b;
        double flops[METHOD_COUNT], more, unit;

        bench_make(&b, k, false, 1.0);
        unit = 2.0 * (double)b.in.net.n * 60.0;
        b.step.problem.steps = 4;
        for (enum method method = 0; method < METHOD_COUNT; method++) {
            b.step.flops = (double)NAN;
            step_apply(&b.step, method);
            flops[method] = b.step.flops;
            check_true(
                isfinite(b.step.flops) && (method == METHOD_NONE || flops[method] > 0),
                "%s has %g operations", unlearn_methods[method].name, b.step.flops);
        }
        check_same_bits(flops[METHOD_NONE], 0.0);
        check_same_bits(flops[METHOD_RETRAIN], 12345.0);
        check_close(flops[METHOD_ASCENT], unit * (double)b.step.problem.forget_count,
                    1e-15);
        check_true(flops[METHOD_MINNORM] > flops[METHOD_ASCENT], "minnorm");
        check_true(flops[METHOD_PGU] > flops[METHOD_ASCENT], "pgu");
        check_true(flops[METHOD_DESCENT_ASCENT] >= unit * (double)b.in.points.m,
                   "descent_ascent");
        check_true(flops[METHOD_ITERATED] >= 4.0 * flops[METHOD_ASCENT], "iterated");
        b.step.problem.steps = 5;
        step_apply(&b.step, METHOD_ITERATED);
        more = b.step.flops;
        check_true(more > flops[METHOD_ITERATED], "five steps: %g", more);
        bench_release(&b);
    }
}

/* NaN in gives a failure or NaN out. */
static void test_nan(void **state)
{
    (void)state;
    for (enum method method = 0; method < METHOD_COUNT; method++) {
        struct bench b;
        int status;
        double sum = 0.0;

        if (method == METHOD_RETRAIN)
            continue;
        bench_make(&b, 5, true, 1.0);
        b.step.problem.steps = 3;
        b.model.theta.W[0] = (double)NAN;
        b.model.multipliers.v[0] = (double)NAN;
        status = unlearn_methods[method].apply(&b.step.problem, &b.step.w, &b.step.out,
                                               &b.step.flops);
        for (size_t i = 0; i < step_count(&b.step); i++)
            sum += b.step.out.W[i];
        check_true(status == SWEEP_NUMERIC || isnan(sum), "%s: status %d, sum %g",
                   unlearn_methods[method].name, status, sum);
        bench_release(&b);
    }
}

/* Points in a plane of three dimensions, more of them than there is room for squares of:
 * what theta has outside the plane is all that minnorm may move. */
static void test_more_points_than_weights(void **state)
{
    enum { MANY = 1100 };
    static double X[MANY * 3], y[MANY], lambda[MANY], v[MANY];
    static signed char active[MANY];
    static size_t retain[MANY];
    struct network net = network_make(MODEL_LINEAR, 1, 0.0);
    struct points points = {MANY, 3, X, y, NULL};
    struct unlearn_workspace w;
    struct arena arena = {0};
    size_t forget[] = {0};
    double theta[] = {1.0, 2.0, 3.0}, W[3], flops;
    struct weights from = {.W = theta}, to = {.W = W};
    gsl_rng *rng = fixture_rng("plane", 0);

    (void)state;
    rng_normals(rng, X, MANY * 3);
    for (size_t i = 0; i < MANY; i++) {
        X[3 * i + 2] = 0.0;
        y[i] = i % 2 ? 1.0 : -1.0;
        active[i] = 1;
        retain[i] = i + 1;
    }
    FIXTURE_LAYOUT(&arena) unlearn_layout(&w, 1, MANY, 3, &arena);
    struct unlearn_problem q = {.net = &net,
                                .points = &points,
                                .dimension = 3.0,
                                .theta = &from,
                                .lambda = lambda,
                                .v = v,
                                .state = active,
                                .forget = forget,
                                .forget_count = 1,
                                .retain = retain,
                                .step_scale = 0.25};
    check_equal(unlearn_methods[METHOD_MINNORM].apply(&q, &w, &to, &flops), SWEEP_OK);
    check_close(W[0], 1.0, 1e-14);
    check_close(W[1], 2.0, 1e-14);
    check_close(W[2], 2.25, 1e-14);
    arena_release(&arena);
    gsl_rng_free(rng);
}

static void test_cases(void **state)
{
    (void)state;
    check_cases(4 + 2 * RECIPES * (1 + 3 * 4)      /* descent_ascent */
                + 1 + 2 + 3 + 4 + 5 + 6 + 6 * 3    /* equal totals */
                + 2 * RECIPES * (2 + 1 + 3 * 4)    /* iterated */
                + 12 * 6 * 2                       /* on orthogonal points */
                + RECIPES * (METHOD_COUNT - 1) * 3 /* nothing to forget */
                + RECIPES * (2 * METHOD_COUNT + 9) /* flops */
                + METHOD_COUNT - 1);               /* NaN */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_descent_ascent),
        cmocka_unit_test(test_equal_totals),
        cmocka_unit_test(test_iterated),
        cmocka_unit_test(test_iterated_orthogonal),
        cmocka_unit_test(test_nothing_to_forget),
        cmocka_unit_test(test_flops),
        cmocka_unit_test(test_nan),
        cmocka_unit_test(test_more_points_than_weights),
        cmocka_unit_test(test_cases),
    };

    fixture_main();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
