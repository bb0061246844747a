/* A thousand random instances, from the weights training left, against the definition
 * of a Clarke-KKT point (lambda >= 0; theta = sum lambda_i h_i, h_i in the
 * subdifferential of margin i; every margin at least 1, and 1 where lambda_i > 0). The
 * checker below knows only the points, the labels and what the solver returned. */
#include "sweep/kkt.h"

#include "check.h"
#include "fixture.h"
#include <float.h>

enum { INSTANCES = 1000, LARGE = 100 };

/* What is left over of each condition. */
struct defect {
    double residual;  /* |W - sum_i C_ji x_i| / |W| */
    double margin;    /* max(1 - q_i, 0) */
    double slackness; /* |q_i - 1| where lambda_i > 0 */
    double lambda;    /* max(-lambda_i, 0) */
    double slope;     /* v_ji outside [g lambda_i, lambda_i], relative to lambda_i */
    double active;    /* |v - lambda| where z > 0, |v - g lambda| where z < 0 */
};

static double larger(double a, double b)
{
    return b > a || isnan(b) ? b : a; /* NaN stays */
}

/* A pre-activation this small, relative to |theta| |x|, may be a kink: the weights are
 * exact to 1e-12 of |theta|. */
static const double KINK = 1e-11;

static struct defect measure(const struct network *net, const struct points *p,
                             const struct kkt_point *a, double *rho)
{
    size_t n = net->n, m = p->m, r = p->r;
    double norm = direct_norm(a->W, n * r), g = net->leak;
    struct defect d = {0};

    d.residual = direct_residual(net, p, a->W, a->v, rho) / norm;
    for (size_t i = 0; i < m; i++) {
        const double *x = p->X + i * r;
        double l = a->lambda[i], q = direct_margin(net, a->W, p, i);
        double kink = KINK * norm * direct_norm(x, r);

        d.margin = larger(d.margin, 1.0 - q);
        d.lambda = larger(d.lambda, -l);
        if (!(l == 0.0))
            d.slackness = larger(d.slackness, fabs(q - 1.0));
        for (size_t j = 0; j < n; j++) {
            double v = a->v[j * m + i], z = (double)direct_dot(a->W + j * r, x, r);

            d.slope = larger(d.slope, larger(g * l - v, v - l) / (1.0 + l));
            if (!(fabs(z) <= kink))
                d.active =
                    larger(d.active, fabs(v - (z > 0.0 ? l : g * l)) / (1.0 + l));
        }
    }
    return d;
}

/* Most instances are small; every 10th is of any size. */
static struct recipe draw_recipe(gsl_rng *rng, size_t index)
{
    const double leak[] = {0.0, 0.1, 0.5, 1.0};
    bool any = index % (INSTANCES / LARGE) == 0;
    struct recipe recipe = {.leak = leak[fixture_between(rng, 0, 3)], .seed = index};
    double low, spread = gsl_rng_uniform(rng);

    recipe.m = fixture_between(rng, 2, any ? 100 : 40);
    recipe.n = 2 * fixture_between(rng, 1, any ? 200 : 30);
    low = ceil((double)recipe.m / 2.0);
    recipe.d = floor(low * pow(20000.0 / low, spread));
    recipe.sampler =
        recipe.d > 100.0 + (double)recipe.m ? SAMPLER_BARTLETT : SAMPLER_AMBIENT;
    if (fixture_between(rng, 0, 1))
        recipe.signal = pow(recipe.d, -0.2);
    if (fixture_between(rng, 0, 1))
        recipe.label_noise = 0.2;
    if (index % 10 == 1)
        recipe.n = 1;
    if (recipe.n == 1)
        recipe.leak = 1.0;
    return recipe;
}

/* Some points again, once as they are and once longer. */
static void repeat_points(struct instance *in)
{
    size_t m = in->points.m, r = in->points.r;

    for (size_t i = 1; i < m; i += 3) {
        size_t from = i / 2;

        for (size_t k = 0; k < r; k++)
            in->span.X[i * r + k] = in->span.X[from * r + k] * (i % 2 ? 1.0 : 1.5);
        in->span.y[i] = in->span.y[from];
    }
}

struct tally {
    size_t solved, wrong;
    size_t below;        /* a margin as computed is below 1 */
    size_t skipped;      /* training did not separate */
    size_t skipped_wide; /* with d >= m, where it can */
};

/* Whether a margin as computed is below 1 by more than one rounding. */
static bool falls_short(const struct instance *in, const struct kkt_point *out,
                        double *Z, double *margin)
{
    const struct points *p = &in->points;
    double longest = 0.0, norm = direct_norm(out->W, in->net.n * p->r);
    for (size_t i = 0; i < p->m; i++)
        longest = fmax(longest, direct_norm(p->X + i * p->r, p->r));
    network_preactivations(in->net.n, out->W, p, Z);
    return !(network_margins(&in->net, Z, p->y, p->m, margin) >=
             1.0 - 0.5 * DBL_EPSILON * norm * longest);
}

static void solve(const struct recipe *recipe, uint64_t steps, struct tally *tally)
{
    struct arena arena = {0};
    struct kkt_workspace w = {0};
    struct kkt_point out = {0};
    struct instance in;
    struct model model;
    struct defect d;
    bool exact;
    double *rho = NULL, *Z = NULL, *margin = NULL;
    size_t n = recipe->n, m = recipe->m, r;

    instance_draw(&in, recipe);
    if (recipe->seed % 5 == 2)
        repeat_points(&in);
    model_train(&model, &in, steps);
    r = in.points.r;
    if (!(model.result.margin > 0.0)) {
        tally->skipped++;
        tally->skipped_wide += recipe->d >= (double)m;
        goto end;
    }
    FIXTURE_LAYOUT(&arena)
    {
        kkt_layout(&w, n, m, r, &arena);
        out.W = arena_doubles(&arena, n, r);
        out.lambda = arena_doubles(&arena, m, 1);
        out.v = arena_doubles(&arena, n, m);
        rho = arena_doubles(&arena, n, r);
        Z = arena_doubles(&arena, n, m);
        margin = arena_doubles(&arena, m, 1);
    }
    struct kkt_guess guess = {model.multipliers.lambda,
                              recipe->seed % 4 == 3 ? model.multipliers.v : NULL};
    kkt_solve(&in.net, &in.points, model.theta.W, recipe->seed % 2 ? &guess : NULL, &w,
              &out);
    d = measure(&in.net, &in.points, &out, rho);
    exact = out.stop == KKT_EXACT && d.residual <= 1e-12 && d.margin <= 1e-12 &&
            d.slackness <= 1e-12 && d.lambda <= 0.0 && d.slope <= 1e-12 &&
            d.active <= 1e-12;
    tally->wrong += !exact;
    tally->below += falls_short(&in, &out, Z, margin);
    if (!exact)
        print_error(
            "instance %llu (m %zu, n %zu, d %g, leak %g, signal %g, label noise "
            "%g): stop %d, %zu rounds, %zu flips; residual %.3g, margin %.3g, "
            "slackness %.3g, lambda %.3g, slope %.3g, active %.3g\n",
            (unsigned long long)recipe->seed, m, n, recipe->d, in.net.leak,
            recipe->signal, recipe->label_noise, out.stop, out.rounds, out.flips,
            d.residual, d.margin, d.slackness, d.lambda, d.slope, d.active);
    tally->solved++;
end:
    arena_release(&arena);
    model_release(&model);
    instance_release(&in);
}

static void test_instances(void **state)
{
    gsl_rng *rng = fixture_rng("kkt random", 0);
    struct tally tally = {0};

    (void)state;
    for (size_t k = 0; k < INSTANCES; k++) {
        struct recipe recipe = draw_recipe(rng, k);

        solve(&recipe, fixture_between(rng, 100, recipe.m > 50 ? 500 : 2000), &tally);
    }
    print_message("%zu instances solved, %zu not separated by training, %zu of these "
                  "with d >= m\n",
                  tally.solved, tally.skipped, tally.skipped_wide);
    check_equal(tally.wrong, 0);
    check_true(tally.below <= INSTANCES / 10, "%zu margins below 1", tally.below);
    check_equal(tally.solved + tally.skipped, INSTANCES);
    check_true(tally.skipped <= INSTANCES / 10, "%zu skipped", tally.skipped);
    check_true(tally.skipped_wide <= INSTANCES / 50, "%zu skipped", tally.skipped_wide);
    gsl_rng_free(rng);
}

/* The checker sees each condition broken. */
static void test_checker(void **state)
{
    const struct recipe recipe = {
        .sampler = SAMPLER_AMBIENT, .m = 6, .n = 8, .d = 12, .leak = 0.1, .seed = 3};
    struct kkt_workspace w = {0};
    struct kkt_point out = {0};
    struct arena arena = {0};
    struct instance in;
    struct model model;
    double *rho = NULL;

    (void)state;
    instance_draw(&in, &recipe);
    model_train(&model, &in, 500);
    FIXTURE_LAYOUT(&arena)
    {
        kkt_layout(&w, 8, 6, in.points.r, &arena);
        out.W = arena_doubles(&arena, 8, in.points.r);
        out.lambda = arena_doubles(&arena, 6, 1);
        out.v = arena_doubles(&arena, 8, 6);
        rho = arena_doubles(&arena, 8, in.points.r);
    }
    kkt_solve(&in.net, &in.points, model.theta.W, NULL, &w, &out);
    out.W[3] += 1e-9;
    check_true(measure(&in.net, &in.points, &out, rho).residual > 1e-12, "residual");
    for (size_t k = 0; k < 8 * in.points.r; k++)
        out.W[k] *= 1.0 - 1e-9;
    check_true(measure(&in.net, &in.points, &out, rho).margin > 1e-12, "margin");
    check_true(measure(&in.net, &in.points, &out, rho).slackness > 1e-12, "slackness");
    out.v[7] *= 1.0 + 1e-9;
    check_true(measure(&in.net, &in.points, &out, rho).active > 1e-12, "active");
    out.v[8] = 2.0 * out.lambda[2];
    check_true(measure(&in.net, &in.points, &out, rho).slope > 1e-12, "slope");
    out.lambda[1] = -1e-9;
    check_true(measure(&in.net, &in.points, &out, rho).lambda > 0.0, "lambda");
    out.lambda[1] = NAN;
    check_true(isnan(measure(&in.net, &in.points, &out, rho).lambda), "NaN");
    arena_release(&arena);
    model_release(&model);
    instance_release(&in);
}

static void test_cases(void **state)
{
    (void)state;
    check_cases(5 + 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_instances),
        cmocka_unit_test(test_checker),
        cmocka_unit_test(test_cases),
    };

    fixture_main();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
