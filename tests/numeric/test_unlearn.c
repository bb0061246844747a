#include "sweep/unlearn.h"

#include "check.h"
#include "fixture.h"
#include "sweep/kkt.h"
#include "sweep/status.h"

struct step {
    struct arena arena;
    struct weights out, retrained;
    size_t *forget, *retain;
    struct multipliers_workspace multipliers;
    struct unlearn_workspace w;
    struct unlearn_problem problem;
    double flops;
};

static void step_make(struct step *s, const struct instance *in,
                      const struct model *model, size_t forget, double scale)
{
    size_t n = in->net.n, m = in->points.m, r = in->points.r;

    *s = (struct step){0};
    FIXTURE_LAYOUT(&s->arena)
    {
        s->out.W = arena_doubles(&s->arena, n, r);
        s->retrained.W = arena_doubles(&s->arena, n, r);
        s->forget = arena_carve(&s->arena, forget, 1, sizeof *s->forget);
        s->retain = arena_carve(&s->arena, m - forget, 1, sizeof *s->retain);
        multipliers_layout(&s->multipliers, n, m, r, &s->arena);
        unlearn_layout(&s->w, n, m, r, &s->arena);
    }
    for (size_t k = 0; k < forget; k++)
        s->forget[k] = k;
    for (size_t k = forget; k < m; k++)
        s->retain[k - forget] = k;
    s->w.multipliers = &s->multipliers;
    for (size_t k = 0; k < n * r; k++)
        s->retrained.W[k] = (double)k + 0.5;
    s->retrained.perp = -0.25;
    s->problem = (struct unlearn_problem){.net = &in->net,
                                          .points = &in->points,
                                          .theta = &model->theta,
                                          .lambda = model->multipliers.lambda,
                                          .v = model->multipliers.v,
                                          .state = model->state,
                                          .forget = s->forget,
                                          .forget_count = forget,
                                          .retain = s->retain,
                                          .retrained = &s->retrained,
                                          .step_scale = scale};
}

static void step_apply(struct step *s, enum method method)
{
    int status = unlearn_methods[method].apply(&s->problem, &s->w, &s->out, &s->flops);

    check_equal(status, SWEEP_OK);
}

static struct recipe recipe_of(size_t k)
{
    const double leak[] = {0.0, 0.1, 0.5, 1.0};

    return (struct recipe){.sampler = k % 3 ? SAMPLER_BARTLETT : SAMPLER_AMBIENT,
                           .m = 6 + k % 3,
                           .n = k % 4 == 3 ? 1 : 12,
                           .d = 60.0,
                           .leak = leak[k % 4],
                           .signal = k % 2 ? 0.5 : 0.0,
                           .seed = k};
}

static void test_table(void **state)
{
    (void)state;
    check_text(unlearn_methods[METHOD_ASCENT].name, "ascent");
    check_text(unlearn_methods[METHOD_NONE].name, "none");
    check_text(unlearn_methods[METHOD_RETRAIN].name, "retrain");
    for (size_t k = 0; k < METHOD_COUNT; k++)
        check_equal(unlearn_methods[k].needs_retrained != 0, k == METHOD_RETRAIN);
}

/* Nothing to forget changes no bit; neither does `none`; `retrain` is a copy. */
static void test_no_op(void **state)
{
    (void)state;
    for (size_t k = 0; k < 8; k++) {
        struct recipe recipe = recipe_of(k);
        struct instance in;
        struct model model;
        struct step nothing, one;
        size_t count;

        instance_draw(&in, &recipe);
        model_train(&model, &in, 300);
        fixture_need(model.result.margin > 0.0, "training");
        count = in.net.n * in.points.r;
        step_make(&nothing, &in, &model, 0, 1.7);
        step_make(&one, &in, &model, 1, 1.7);
        model.theta.W[1] = -0.0;
        step_apply(&nothing, METHOD_ASCENT);
        for (size_t i = 0; i < count; i++)
            check_same_bits(nothing.out.W[i], model.theta.W[i]);
        check_same_bits(nothing.out.perp, model.theta.perp);
        step_apply(&one, METHOD_NONE);
        for (size_t i = 0; i < count; i++)
            check_same_bits(one.out.W[i], model.theta.W[i]);
        check_same_bits(one.out.perp, model.theta.perp);
        step_apply(&one, METHOD_RETRAIN);
        for (size_t i = 0; i < count; i++)
            check_same_bits(one.out.W[i], one.retrained.W[i]);
        check_same_bits(one.out.perp, one.retrained.perp);
        arena_release(&nothing.arena);
        arena_release(&one.arena);
        model_release(&model);
        instance_release(&in);
    }
}

/* sum_l beta_l l(q_l(W)), beta_l = s lambda_l (1 + e^q_l) with q_l of the trained
 * model. */
static long double ascended_loss(const struct instance *in, const struct step *s,
                                 const struct model *model, const double *W)
{
    long double sum = 0.0L;

    for (size_t k = 0; k < s->problem.forget_count; k++) {
        size_t l = s->forget[k];
        long double q =
            in->points.y[l] *
            direct_output(&in->net, W, in->points.X + l * in->points.r, in->points.r);
        long double at = model->margin[l];

        sum += s->problem.step_scale * model->multipliers.lambda[l] *
               (1.0L + expl(at)) * log1pl(expl(-q));
    }
    return sum;
}

/* One step of gradient ascent on the logistic loss, the gradient by central differences
 * in long double: h^2 |l'''| and 1e-19 / h are both below 1e-11. */
static void test_gradient_ascent(void **state)
{
    const double h = 1e-6;

    (void)state;
    for (size_t k = 0; k < 12; k++) {
        struct recipe recipe = recipe_of(k);
        struct instance in;
        struct model model;
        struct step s;
        size_t count;

        instance_draw(&in, &recipe);
        model_train(&model, &in, 300);
        count = in.net.n * in.points.r;
        step_make(&s, &in, &model, 1 + k % 3, 0.5 + 0.25 * (double)k);
        s.forget[0] = 4; /* any points, not only the first */
        step_apply(&s, METHOD_ASCENT);
        check_same_bits(s.out.perp, model.theta.perp);
        for (size_t i = 0; i < count; i++) {
            double w = model.theta.W[i];
            long double up, down;

            model.theta.W[i] = w + h;
            up = ascended_loss(&in, &s, &model, model.theta.W);
            model.theta.W[i] = w - h;
            down = ascended_loss(&in, &s, &model, model.theta.W);
            model.theta.W[i] = w;
            check_close(s.out.W[i],
                        w + (double)((up - down) / (((long double)w + h) - (w - h))),
                        1e-8);
        }
        arena_release(&s.arena);
        model_release(&model);
        instance_release(&in);
    }
}

/* theta - s sum lambda_l h_l, by loops, at kinks too (v of an exact point). */
static void test_ascent(void **state)
{
    (void)state;
    for (size_t k = 0; k < 12; k++) {
        struct recipe recipe = recipe_of(k);
        struct instance in;
        struct model model;
        struct step s;
        size_t r, m;
        double scale = 0.3 * (double)k;

        instance_draw(&in, &recipe);
        model_train(&model, &in, 300);
        r = in.points.r;
        m = in.points.m;
        for (size_t i = 0; i < in.net.n * m; i++)
            model.multipliers.v[i] *= 1.0 + 0.01 * (double)(i % 7); /* any slopes */
        step_make(&s, &in, &model, 1 + k % 4, scale);
        step_apply(&s, METHOD_ASCENT);
        for (size_t j = 0; j < in.net.n; j++)
            for (size_t c = 0; c < r; c++) {
                long double w = model.theta.W[j * r + c];

                for (size_t l = 0; l < 1 + k % 4; l++)
                    w -= (long double)scale * model.multipliers.v[j * m + l] *
                         in.points.y[l] * network_sign(&in.net, j) * in.net.u *
                         in.points.X[l * r + c];
                check_close(s.out.W[j * r + c], (double)w, 1e-14);
            }
        arena_release(&s.arena);
        model_release(&model);
        instance_release(&in);
    }
}

/* An exact point of orthonormal points, with its multipliers in model->multipliers. */
static void exact_point(const struct instance *in, struct kkt_workspace *w,
                        const struct points *points, const double *start,
                        struct kkt_point *out)
{
    kkt_solve(&in->net, points, start, NULL, w, out);
    fixture_need(out->stop == KKT_EXACT, "exact point");
}

/* On orthogonal data the theory's step is retraining: the exact point of the retain set
 * from the unlearned model is the unlearned model. Any other step is not. */
static void test_orthogonal(void **state)
{
    enum { M = 8, N = 10, R = 8 };
    const double leak[] = {0.0, 0.3, 0.7};
    double X[M * R] = {0}, y[M], start[N * R];
    gsl_rng *rng = fixture_rng("orthogonal", 0);

    (void)state;
    for (size_t trial = 0; trial < 30; trial++) {
        struct instance in = {.net =
                                  network_make(MODEL_LEAKY_RELU, N, leak[trial % 3])};
        struct arena arena = {0};
        struct kkt_workspace w = {0};
        struct kkt_point all = {0}, rest = {0};
        size_t forget = 1 + trial % 4;
        struct points retain;
        struct model model = {0};

        rng_normals(rng, start, N * R);
        for (size_t i = 0; i < M; i++) {
            X[i * R + (3 * i + 1) % R] = 1.0 + 0.1 * (double)i;
            y[i] = fixture_between(rng, 0, 1) ? 1.0 : -1.0;
            start[(3 * i + 1) % R] = start[N / 2 * R + (3 * i + 1) % R] = 1.0;
        }
        FIXTURE_LAYOUT(&arena)
        {
            kkt_layout(&w, N, M, R, &arena);
            all.W = arena_doubles(&arena, N, R);
            all.lambda = arena_doubles(&arena, M, 1);
            all.v = arena_doubles(&arena, N, M);
            rest.W = arena_doubles(&arena, N, R);
            rest.lambda = arena_doubles(&arena, M, 1);
            rest.v = arena_doubles(&arena, N, M);
        }
        in.points = (struct points){.m = M, .r = R, .X = X, .y = y};
        retain = (struct points){M - forget, R, X + forget * R, y + forget};
        exact_point(&in, &w, &in.points, start, &all);
        model.theta.W = all.W;
        model.multipliers.v = all.v;
        for (int exact = 0; exact < 2; exact++) {
            struct step s;
            double gap;

            step_make(&s, &in, &model, forget, exact ? 1.0 : 0.99);
            step_apply(&s, METHOD_ASCENT);
            exact_point(&in, &w, &retain, s.out.W, &rest);
            gap = direct_cosine_distance(s.out.W, rest.W, N * R);
            check_true(exact ? gap <= 1e-14 : gap > 1e-6, "step %d: 1 - cos is %g",
                       exact, gap);
            if (exact) {
                check_array_close(rest.W, s.out.W, N * R, 1e-14);
                check_array_close(rest.lambda, all.lambda + forget, M - forget, 1e-14);
            }
            arena_release(&s.arena);
        }
        arena_release(&arena);
    }
    gsl_rng_free(rng);
}

static void test_cases(void **state)
{
    size_t expected = 3 + METHOD_COUNT + 30 * 4 + (8 * 3 + 12 * 2 + 30 * 2); /* applied */

    (void)state;
    for (size_t k = 0; k < 12; k++) {
        struct recipe recipe = recipe_of(k);
        struct span_request request = recipe_request(&recipe);
        size_t count = recipe.n * span_rank(&request);

        expected += count + 1 + count + (k < 8 ? 3 * (count + 1) : 0);
    }
    check_cases(expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),           cmocka_unit_test(test_no_op),
        cmocka_unit_test(test_gradient_ascent), cmocka_unit_test(test_ascent),
        cmocka_unit_test(test_orthogonal),      cmocka_unit_test(test_cases),
    };

    fixture_main();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
