/* Descent with growing steps: its steps by the definition, and the exact point behind it,
 * which is that of steps that do not grow. A campaign is longer: test_growing POINTS WIDTH
 * DIMENSION SEEDS [LEARNING_RATE]. */
#include "check.h"
#include "fixture.h"
#include "sweep/kkt.h"
#include "sweep/status.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { M = 6, D = 9, LONG = 2000 };

/* Margins of the linear predictor from W; their weights. */
static void linear_weights(const struct points *p, const double *W, double *q,
                           double *c)
{
    double sum = 0.0;
    for (size_t i = 0; i < M; i++) {
        q[i] = p->y[i] * (double)direct_dot(W, p->X + i * D, D);
        sum += c[i] = 1.0 / (1.0 + exp(q[i]));
    }
    for (size_t i = 0; i < M; i++)
        c[i] /= sum;
}

/* W by plain loops; what bounded the last step: 1 the first ones' length, 2 the time, 3
 * the margins. */
static int linear_descent(const struct points *p, double eta, size_t steps, double *W)
{
    double q[M], c[M], before[M] = {0}, time = 0.0, last = 0.0;
    int bound = 1;
    for (size_t k = 0; k < steps; k++) {
        double step = eta, change = 0.0;
        linear_weights(p, W, q, c);
        for (size_t i = 0; i < M && k > 0; i++)
            change = fmax(change, fabs(q[i] - before[i]) / last);
        double longer = eta * pow(time / (600.0 * eta), 1.25);
        bound = 1;
        if (k > 0 && fmin(longer, 0.3 / change) > eta) {
            bound = longer < 0.3 / change ? 2 : 3;
            step = fmin(longer, 0.3 / change);
        }
        for (size_t i = 0; i < M; i++)
            for (size_t l = 0; l < D; l++)
                W[l] += step * c[i] * p->y[i] * p->X[i * D + l];
        memcpy(before, q, sizeof q);
        last = step;
        time += step;
    }
    return bound;
}

static void test_lengths(void **state)
{
    const size_t steps[] = {600, 900, LONG};
    double X[M * D], y[M], W0[D], W[D], out[D];
    struct points p = {.m = M, .r = D, .X = X, .y = y};
    struct network net = network_make(MODEL_LINEAR, 1, 1.0);
    struct train_options o = {.optimizer = OPTIMIZER_GROWING_GD, .learning_rate = 0.5};
    struct train_workspace w = {0};
    struct weights theta = {.W = out};
    struct train_result result;
    struct arena arena = {0};
    gsl_rng *rng = fixture_rng("growing", 1);
    (void)state;
    FIXTURE_LAYOUT(&arena)
    {
        train_layout(&w, 1, M, D, &arena);
    }
    rng_normals(rng, X, M * D);
    rng_normals(rng, W0, D);
    for (size_t i = 0; i < M; i++) {
        double length = direct_norm(X + i * D, D);
        for (size_t l = 0; l < D; l++)
            X[i * D + l] /= length;
        y[i] = i % 2 ? -1.0 : 1.0;
    }
    for (size_t k = 0; k < 3; k++) {
        memcpy(W, W0, sizeof W);
        check_equal(linear_descent(&p, o.learning_rate, steps[k], W), k + 1);
        o.max_steps = steps[k];
        train_run(&net, &p, W0, 0.0, &o, &w, &theta, &result);
        check_array_close(out, W, D, 1e-9);
    }
    gsl_rng_free(rng);
    arena_release(&arena);
}

struct campaign {
    size_t m, n, seeds;
    double d, eta;
};

/* What one seed needs. */
struct descents {
    struct arena arena;
    struct train_workspace train;
    struct kkt_workspace kkt;
    struct weights theta, exact[3];
    double *lambda, *v;
    uint64_t steps[3];
};

static void layout_descents(struct descents *t, size_t n, size_t m, size_t r)
{
    train_layout(&t->train, n, m, r, &t->arena);
    kkt_layout(&t->kkt, n, m, r, &t->arena);
    t->theta.W = arena_doubles(&t->arena, n, r);
    for (size_t k = 0; k < 3; k++)
        t->exact[k].W = arena_doubles(&t->arena, n, r);
    t->lambda = arena_doubles(&t->arena, m, 1);
    t->v = arena_doubles(&t->arena, n, m);
}

/* Exact point k after descent as given. */
static void reach(struct descents *t, const struct instance *in, double eta,
                  enum optimizer optimizer, uint64_t stable, size_t k)
{
    struct train_options o = {.optimizer = optimizer,
                              .learning_rate = eta,
                              .max_steps = 10000000,
                              .stable_steps = stable};
    struct kkt_point point = {.W = t->exact[k].W, .lambda = t->lambda, .v = t->v};
    struct train_result result;
    train_run(&in->net, &in->points, in->span.W0, in->span.perp_norm, &o, &t->train,
              &t->theta, &result);
    fixture_need(result.stop == TRAIN_GATES_STABLE, "gates are never stable");
    network_preactivations(in->net.n, t->theta.W, &in->points, t->kkt.row_Z);
    kkt_follow(&in->net, &in->points, t->kkt.row_Z, &t->kkt, &point);
    fixture_need(point.stop == KKT_EXACT, "no exact point");
    t->steps[k] = result.steps;
}

/* Of how many seeds growing steps, and short descent, end in the point of long descent. */
static void compare(const struct campaign *c, size_t same[3], double steps[3])
{
    for (size_t seed = 0; seed < c->seeds; seed++) {
        struct instance in;
        struct descents t = {0};
        instance_draw_small(&in, c->m, c->n, c->d, seed);
        FIXTURE_LAYOUT(&t.arena)
        {
            layout_descents(&t, c->n, c->m, in.points.r);
        }
        reach(&t, &in, c->eta, OPTIMIZER_NORMALIZED_GD, 8192, 0);
        reach(&t, &in, c->eta, OPTIMIZER_GROWING_GD, 512, 1);
        reach(&t, &in, c->eta, OPTIMIZER_NORMALIZED_GD, 512, 2);
        for (size_t k = 0; k < 3; k++) {
            double tau =
                weights_cosine_distance(c->n, in.points.r, &t.exact[0], &t.exact[k]);
            same[k] += tau < 1e-20;
            steps[k] += (double)t.steps[k] / (double)c->seeds;
        }
        arena_release(&t.arena);
        instance_release(&in);
    }
}

static void test_same_point(void **state)
{
    const struct campaign campaigns[] = {{10, 100, 20, 1000.0, 0.05},
                                         {20, 60, 20, 400.0, 0.05}};
    (void)state;
    for (size_t k = 0; k < 2; k++) {
        size_t same[3] = {0};
        double steps[3] = {0};
        compare(&campaigns[k], same, steps);
        check_true(same[1] + 1 >= campaigns[k].seeds, "the same point for %zu of %zu",
                   same[1], campaigns[k].seeds);
        check_true(steps[1] < steps[2], "%g steps, not growing %g", steps[1], steps[2]);
    }
}

static void test_cases(void **state)
{
    (void)state;
    check_cases(3 * 2 + 2 * 2);
}

static int run_campaign(int count, char **arguments)
{
    struct campaign c = {.m = strtoul(arguments[1], NULL, 10),
                         .n = strtoul(arguments[2], NULL, 10),
                         .d = strtod(arguments[3], NULL),
                         .seeds = strtoul(arguments[4], NULL, 10),
                         .eta = count > 5 ? strtod(arguments[5], NULL) : 0.5};
    size_t same[3] = {0};
    double steps[3] = {0};
    compare(&c, same, steps);
    printf("growing: %zu of %zu in %.0f steps, short: %zu in %.0f, long: %.0f steps\n",
           same[1], c.seeds, steps[1], same[2], steps[2], steps[0]);
    return 0;
}

int main(int count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_same_point),
        cmocka_unit_test(test_cases),
    };
    fixture_main();
    if (count > 4)
        return run_campaign(count, arguments);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
