#include "unlearn_fixture.h"

#include "check.h"

/* minnorm and pgu: the methods with a projection. */

enum { RECIPES = 16, WIDE = STEP_POINTS * STEP_WEIGHTS };

/* Models 0 to 15 as elsewhere, exact or trained; then ReLU networks with more points
 * than dimensions, and networks with repeated retained points. */
enum { PLAIN = 2 * RECIPES, CROWDED = PLAIN + 6, ALL = CROWDED + 12 };

static void make(struct bench *b, size_t k, double scale)
{
    struct recipe recipe = recipe_of(k);
    double *X;

    if (k < PLAIN) {
        bench_make(b, k % RECIPES, k >= RECIPES, scale);
        return;
    }
    recipe.sampler = k < CROWDED ? SAMPLER_AMBIENT : recipe.sampler;
    recipe.d = k < CROWDED ? 8.0 : recipe.d;
    recipe.m = k < CROWDED ? 11 : recipe.m;
    recipe.n = 12;
    instance_draw(&b->in, &recipe);
    X = b->in.span.X;
    if (k >= CROWDED) {
        size_t r = b->in.points.r, m = b->in.points.m;

        memcpy(X + (m - 1) * r, X + (m - 2) * r, r * sizeof *X);
        b->in.span.y[m - 1] = k % 2 ? b->in.span.y[m - 2] : -b->in.span.y[m - 2];
        if (!(k % 2)) /* a repeated point with the other label has to differ in sign */
            for (size_t c = 0; c < r; c++)
                X[(m - 1) * r + c] *= -1.0;
    }
    model_train(&b->model, &b->in, 1000);
    fixture_need(b->model.result.margin > 0.0, "training");
    step_make(&b->step, &b->in, &b->model, 0, scale);
    step_choose(&b->step, k % 3, 1 + k / 3 % 3);
}

/* Orthonormal rows that span the gradients of the retained points. */
static void retained_gradients(const struct step *s, long double *H, long double *Q)
{
    const struct unlearn_problem *q = &s->problem;
    size_t kept = q->points->m - q->forget_count, count = step_count(s);

    memset(H, 0, kept * count * sizeof *H);
    for (size_t k = 0; k < kept; k++) {
        long double slope[STEP_WEIGHTS];

        step_slopes(s, q->retain[k], slope);
        step_add(s, q->retain[k], slope, 1.0L, H + k * count);
    }
    memcpy(Q, H, kept * count * sizeof *H);
    direct_orthonormal(Q, kept, count, 1e-9L);
}

/* The largest |<theta' - theta, h>| / (|h| |theta|) over the rows h of H (rows, n r).
 */
static double largest_move(const struct step *s, const long double *H, size_t rows)
{
    size_t count = step_count(s);
    double worst = 0.0;

    for (size_t i = 0; i < rows; i++) {
        const long double *h = H + i * count;
        long double dot = 0.0L;
        double move;

        for (size_t c = 0; c < count; c++)
            dot += h[c] * ((long double)s->out.W[c] - s->problem.theta->W[c]);
        move = (double)(fabsl(dot) / step_length(h, count)) / step_theta_norm(s);
        worst = !(move <= worst) ? move : worst;
    }
    return worst;
}

/* The same of the pre-activations of the retained points. */
static double largest_activation_move(const struct step *s)
{
    const struct unlearn_problem *q = &s->problem;
    size_t r = q->points->r;
    double worst = 0.0;

    for (size_t k = 0; k < q->points->m - q->forget_count; k++)
        for (size_t j = 0; j < q->net->n; j++) {
            const double *x = q->points->X + q->retain[k] * r;
            double move = fabs((double)(direct_dot(s->out.W + j * r, x, r) -
                                        direct_dot(q->theta->W + j * r, x, r)));

            worst = !(move <= worst) ? move : worst;
        }
    return worst / step_theta_norm(s);
}

/* theta' = theta - s P theta, and what is orthogonal to what. */
static void test_minnorm(void **state)
{
    (void)state;
    for (size_t k = 0; k < ALL; k++) {
        const double scale[] = {1.0, 0.4, -0.7};
        struct bench b;
        struct step *s = &b.step;
        long double H[WIDE], Q[WIDE], removed[STEP_WEIGHTS], move[STEP_WEIGHTS];
        double worst;
        size_t count, kept;

        make(&b, k, scale[k % 3]);
        count = step_count(s);
        kept = b.in.points.m - s->problem.forget_count;
        retained_gradients(s, H, Q);
        for (size_t i = 0; i < count; i++)
            removed[i] = b.model.theta.W[i];
        direct_reject(Q, kept, count, removed);
        for (size_t i = 0; i < count; i++)
            move[i] = -scale[k % 3] * removed[i];
        step_apply(s, METHOD_MINNORM);
        check_close(step_error(s, move), 0.0, 1e-13);
        check_close(s->out.perp, b.model.theta.perp * (1.0 - scale[k % 3]), 1e-15);
        worst = largest_move(s, H, kept);
        check_true(worst < 1e-13, "model %zu: a retained gradient is %g off", k, worst);
        bench_release(&b);
    }
}

/* At an exact point theta = sum lambda_i h_i, so that P theta = P A. */
static void test_minnorm_exact(void **state)
{
    (void)state;
    for (size_t k = RECIPES; k < PLAIN; k++) {
        struct bench b;
        struct step *s = &b.step;
        long double H[WIDE], Q[WIDE], move[STEP_WEIGHTS] = {0}, length;

        make(&b, k, 0.6);
        retained_gradients(s, H, Q);
        step_add_ascent(s, -0.6L, move);
        length = step_length(move, step_count(s));
        direct_reject(Q, b.in.points.m - s->problem.forget_count, step_count(s), move);
        check_true(step_length(move, step_count(s)) > 0.01L * length,
                   "model %zu: nothing is left of the step", k);
        step_apply(s, METHOD_MINNORM);
        check_close(step_error(s, move), 0.0, 1e-13);
        bench_release(&b);
    }
}

/* Where no retained point is on a kink or changes its state, no margin of one moves. */
static void test_minnorm_margins(void **state)
{
    size_t kept_states = 0;

    (void)state;
    for (size_t k = 0; k < ALL; k++) {
        struct bench b;
        struct step *s = &b.step;
        size_t n, m, kept;
        double worst = 0.0;
        bool same = true;

        make(&b, k, k % 2 ? 1.0 : 0.05);
        n = b.in.net.n;
        m = b.in.points.m;
        kept = m - s->problem.forget_count;
        step_apply(s, METHOD_MINNORM);
        for (size_t i = 0; i < kept; i++) {
            const double *x = b.in.points.X + s->retain[i] * b.in.points.r;
            double gap = fabs(
                direct_margin(&b.in.net, s->out.W, &b.in.points, s->retain[i]) -
                direct_margin(&b.in.net, b.model.theta.W, &b.in.points, s->retain[i]));

            worst = !(gap <= worst) ? gap : worst;
            for (size_t j = 0; j < n && b.in.net.leak < 1.0; j++) {
                signed char old = b.model.state[j * m + s->retain[i]];

                same &=
                    old * direct_dot(s->out.W + j * b.in.points.r, x, b.in.points.r) >
                    0.0L;
            }
        }
        check_true(!same || worst <= 1e-10, "model %zu: a margin moves by %g", k,
                   worst);
        kept_states += same;
        bench_release(&b);
    }
    check_true(kept_states >= 15, "only %zu models keep their states", kept_states);
}

/* theta' - theta = -s A Q, by a Jacobi method on the retained points. */
static void test_pgu(void **state)
{
    const double share[] = {0.0, 0.15, 0.3, 0.5, 0.7, 0.9, 1.0};

    (void)state;
    for (size_t k = 0; k < ALL; k++) {
        struct bench b;
        struct step *s = &b.step;
        long double X[STEP_POINTS * STEP_POINTS * 2] = {0}, total = 0.0L;
        double singular[STEP_POINTS];
        size_t kept, r;

        make(&b, k, 0.9);
        r = b.in.points.r;
        kept = b.in.points.m - s->problem.forget_count;
        for (size_t i = 0; i < kept; i++)
            for (size_t c = 0; c < r; c++)
                X[i * r + c] = b.in.points.X[s->retain[i] * r + c];
        direct_singular(X, kept, r, singular);
        for (size_t i = 0; i < kept; i++)
            total += singular[i];
        for (size_t i = 0; i < kept; i++)
            for (size_t c = 0; c < r; c++)
                X[i * r + c] /= singular[i] > 1e-12 ? singular[i] : (double)INFINITY;
        for (size_t t = 0; t < 7; t++) {
            long double move[STEP_WEIGHTS] = {0}, sum = 0.0L;
            size_t leading = 0;

            while (leading < kept && (sum < share[t] * total || t == 6))
                sum += singular[leading++];
            step_add_ascent(s, -0.9L, move);
            for (size_t j = 0; j < b.in.net.n; j++)
                direct_reject(X, leading, r, move + j * r);
            s->problem.retained_variance = share[t];
            step_apply(s, METHOD_PGU);
            check_close(step_error(s, move), 0.0, 1e-13);
            check_same_bits(s->out.perp, b.model.theta.perp);
        }
        bench_release(&b);
    }
}

/* Share 1: no pre-activation of a retained point moves; share 0: ascent. */
static void test_pgu_ends(void **state)
{
    (void)state;
    for (size_t k = 0; k < ALL; k++) {
        struct bench b;
        struct step *s = &b.step;
        size_t count;
        double ascent[STEP_WEIGHTS], worst;

        make(&b, k, 1.2);
        count = step_count(s);
        step_apply(s, METHOD_PGU);
        worst = largest_activation_move(s);
        check_true(worst <= 1e-14, "model %zu: a pre-activation moves by %g", k, worst);
        step_apply(s, METHOD_ASCENT);
        memcpy(ascent, s->out.W, count * sizeof *ascent);
        s->problem.retained_variance = 0.0;
        step_apply(s, METHOD_PGU);
        check_array_close(s->out.W, ascent, count, 1e-15);
        bench_release(&b);
    }
}

/* Orthogonal retained points of lengths 5 to 1, in any order, and a forgotten one
 * across all of them: the singular values are the lengths, so the share decides how
 * many of the longest points the step keeps out of. */
static void test_pgu_closed_form(void **state)
{
    enum { M = 6, N = 4 };
    const double length[M] = {0.0, 2.0, 5.0, 1.0, 4.0, 3.0};
    const struct {
        double share;
        double shortest; /* of the points kept out of */
    } cases[] = {{0.0, 9.0},  {0.01, 5.0}, {0.33, 5.0}, {0.34, 4.0}, {0.5, 4.0},
                 {0.59, 4.0}, {0.61, 3.0}, {0.7, 3.0},  {0.79, 3.0}, {0.81, 2.0},
                 {0.93, 2.0}, {0.94, 1.0}, {1.0, 1.0}};
    const double y[M] = {1.0, -1.0, 1.0, 1.0, -1.0, -1.0};
    double X[M * M] = {0}, start[N * M];

    (void)state;
    for (size_t c = 0; c < M; c++) {
        X[c] = 0.3 + 0.1 * (double)c;
        X[c * M + c] += length[c];
        for (size_t j = 0; j < N; j++)
            start[j * M + c] =
                (j < N / 2 ? 1.0 : -1.0) * (c == 0 ? 5.0 : y[c] / length[c]) +
                0.01 * (double)j;
    }
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct instance in = {.net = network_make(MODEL_LEAKY_RELU, N, 0.5),
                              .points = {M, M, X, y, NULL}};
        struct model model;
        struct step s;
        long double move[STEP_WEIGHTS] = {0};

        model_set(&model, &in, start);
        fixture_need(model.result.margin > 0.0, "separation");
        step_make(&s, &in, &model, 1, 1.1);
        step_add_ascent(&s, -1.1L, move);
        fixture_need(step_length(move, N * M) > 0.0L, "multiplier");
        for (size_t c = 1; c < M; c++)
            for (size_t j = 0; j < N; j++)
                if (length[c] >= cases[k].shortest)
                    move[j * M + c] = 0.0L;
        s.problem.retained_variance = cases[k].share;
        step_apply(&s, METHOD_PGU);
        check_close(step_error(&s, move), 0.0, 1e-14);
        step_release(&s);
        model_release(&model);
    }
}

/* Two retained points 10^-k apart. pgu stays out of both, whatever k. minnorm does, and
 * is the exact projection, as long as the squares of such numbers differ. */
static void test_nearly_parallel(void **state)
{
    (void)state;
    for (size_t k = 1; k <= 12; k++) {
        struct recipe recipe = recipe_of(2);
        struct bench b;
        struct step *s = &b.step;
        long double H[WIDE], Q[WIDE], move[STEP_WEIGHTS];
        double *last, apart = pow(10.0, -(double)k), moved;
        size_t r, m;

        recipe.seed = 100 + k;
        instance_draw(&b.in, &recipe);
        r = b.in.points.r;
        m = b.in.points.m;
        last = b.in.span.X + (m - 1) * r;
        for (size_t c = 0; c < r; c++)
            last[c] = last[c - r] + apart * last[c];
        b.in.span.y[m - 1] = b.in.span.y[m - 2];
        model_train(&b.model, &b.in, 1000);
        step_make(s, &b.in, &b.model, 1, 1.0);
        retained_gradients(s, H, Q);
        for (size_t i = 0; i < step_count(s); i++)
            move[i] = -b.model.theta.W[i];
        direct_reject(Q, m - 1, step_count(s), move);
        step_apply(s, METHOD_MINNORM);
        moved = largest_move(s, H, m - 1);
        check_true(moved <= (k <= 6 ? 1e-13 : 1e-8), "minnorm, %g: %g", apart, moved);
        if (k <= 6)
            check_close(step_error(s, move), 0.0, k <= 4 ? 1e-13 : 1e-8);
        step_apply(s, METHOD_PGU);
        moved = largest_activation_move(s);
        check_true(moved <= 1e-14, "pgu, %g: %g", apart, moved);
        bench_release(&b);
    }
}

static void test_cases(void **state)
{
    (void)state;
    check_cases(ALL * 4        /* minnorm */
                + RECIPES * 3  /* at exact points */
                + ALL * 2 + 1  /* margins */
                + ALL * 7 * 3  /* pgu */
                + ALL * 5      /* its ends */
                + 13 * 2       /* closed form */
                + 12 * 4 + 6); /* nearly parallel */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_minnorm),         cmocka_unit_test(test_minnorm_exact),
        cmocka_unit_test(test_minnorm_margins), cmocka_unit_test(test_pgu),
        cmocka_unit_test(test_pgu_ends),        cmocka_unit_test(test_pgu_closed_form),
        cmocka_unit_test(test_nearly_parallel), cmocka_unit_test(test_cases),
    };

    fixture_main();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
