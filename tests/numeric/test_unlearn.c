#include "sweep/unlearn.h"

#include "check.h"
#include "fixture.h"
#include "sweep/certificate.h"
#include "sweep/kkt.h"
#include "unlearn_fixture.h"

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
        step_release(&nothing);
        step_release(&one);
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
        step_release(&s);
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
        step_release(&s);
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
        retain = (struct points){M - forget, R, X + forget * R, y + forget, NULL};
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
            step_release(&s);
        }
        arena_release(&arena);
    }
    gsl_rng_free(rng);
}

/* A point orthogonal to all others: ascent, minnorm and pgu take the same step, and the
 * exact point of the others is there already. */
static void test_orthogonal_point(void **state)
{
    const enum method methods[] = {METHOD_ASCENT, METHOD_MINNORM, METHOD_PGU};

    (void)state;
    for (size_t k = 0; k < 16; k++) {
        struct recipe recipe = recipe_of(k);
        struct bench b;
        struct arena arena = {0};
        struct kkt_workspace kkt = {0};
        struct certificate_workspace w = {0};
        struct points retain;
        size_t r, m;

        recipe.sampler = SAMPLER_AMBIENT;
        instance_draw(&b.in, &recipe);
        r = b.in.points.r;
        m = b.in.points.m;
        for (size_t i = 0; i < m; i++) /* the last coordinate is point 0's alone */
            b.in.span.X[i * r + r - 1] = i == 0 ? 1.25 : 0.0;
        for (size_t c = 0; c + 1 < r; c++)
            b.in.span.X[c] = 0.0;
        model_exact(&b.model, &b.in);
        step_make(&b.step, &b.in, &b.model, 1, 1.0);
        fixture_need(b.model.multipliers.lambda[0] > 0.1, "multiplier");
        FIXTURE_LAYOUT(&arena)
        {
            kkt_layout(&kkt, b.in.net.n, m, r, &arena);
            certificate_layout(&w, b.in.net.n, m, r, &arena);
        }
        w.kkt = &kkt;
        w.multipliers = &b.step.multipliers;
        retain = (struct points){m - 1, r, b.in.points.X + r, b.in.points.y + 1, NULL};
        for (size_t t = 0; t < 3; t++) {
            struct certificate c;
            long double move[STEP_WEIGHTS] = {0};

            step_apply(&b.step, methods[t]);
            step_add_ascent(&b.step, -1.0L, move);
            check_close(step_error(&b.step, move), 0.0, 1e-14);
            certificate_exact(&b.in.net, &retain, &b.step.out, NULL, &w, &c);
            check_true(c.stop == CERTIFIED && c.tau <= 1e-12,
                       "model %zu: stop %d, tau is %g", k, c.stop, c.tau);
            check_true(c.eps <= 1e-12 * c.norm && c.delta <= 1e-12,
                       "model %zu: eps %g, delta %g", k, c.eps, c.delta);
        }
        arena_release(&arena);
        bench_release(&b);
    }
}

static void test_cases(void **state)
{
    size_t expected =
        3 + METHOD_COUNT + 30 * 4 + (8 * 3 + 12 * 2 + 30 * 2); /* applied */
    expected += 16 * 3 * 4;

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
        cmocka_unit_test(test_orthogonal),      cmocka_unit_test(test_orthogonal_point),
        cmocka_unit_test(test_cases),
    };

    fixture_main();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
