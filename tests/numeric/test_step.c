/* The step kernel: every variant against a plain loop, and against each other bit for
 * bit. */
#include "check.h"
#include "step.h"
#include "sweep/rng.h"
#include "sweep/status.h"
#include "sweep/team.h"
#include <math.h>
#include <string.h>

struct plain {
    double Z[40 * 40], C[40 * 40], G[40 * 40], sum[40];
};

/* Z += B G, C += B with B_ji = sign_j beta_i phi'(z_ji); sums of sign phi. */
static void plain_step(struct plain *p, size_t n, size_t m, size_t positive,
                       double leak, const double *beta)
{
    double B[40];
    memset(p->sum, 0, sizeof p->sum);
    for (size_t j = 0; j < n; j++) {
        double sign = j < positive ? 1.0 : -1.0, *z = p->Z + j * m;
        for (size_t i = 0; i < m; i++) {
            B[i] = sign * beta[i] * (z[i] > 0.0 ? 1.0 : leak);
            p->C[j * m + i] += B[i];
        }
        for (size_t k = 0; k < m; k++)
            for (size_t i = 0; i < m; i++)
                z[k] += B[i] * p->G[i * m + k];
        for (size_t k = 0; k < m; k++)
            p->sum[k] += sign * (z[k] > 0.0 ? z[k] : leak * z[k]);
    }
}

static void fill(struct plain *p, size_t n, size_t m, gsl_rng *rng)
{
    memset(p, 0, sizeof *p);
    rng_normals(rng, p->Z, n * m);
    for (size_t i = 0; i < m; i++)
        for (size_t k = 0; k <= i; k++)
            p->G[i * m + k] = p->G[k * m + i] =
                i == k ? 1.0 : 0.1 * gsl_rng_uniform(rng) - 0.05;
}

/* Unpack the tiles of Z. */
static void unpack(const struct step_state *s, double *Z)
{
    for (size_t j = 0; j < s->n; j++)
        for (size_t i = 0; i < s->m; i++)
            Z[j * s->m + i] =
                s->Z[(i / STEP_TILE * s->n + j) * STEP_TILE + i % STEP_TILE];
}

static void run(const char *variant, size_t n, size_t m, double leak, size_t steps,
                struct plain *plain, double *Z, double *C, double *sum)
{
    struct step_state s;
    struct arena a = {0};
    gsl_rng *rng = gsl_rng_alloc(rng_philox);
    rng_start(rng, (struct rng_key){{n, m}});
    step_layout(&s, n, m + 3, &a);
    assert_int_equal(arena_allocate(&a), SWEEP_OK);
    step_layout(&s, n, m + 3, &a);
    step_shape(&s, n, m); /* fewer points than there is room for */
    assert_int_equal(step_use(variant), 0);
    fill(plain, n, m, rng);
    s.positive = n == 1 ? 1 : n / 2;
    s.leak = leak;
    step_reset(&s);
    step_load_gram(&s, plain->G);
    step_load(&s, plain->Z);
    for (size_t k = 0; k < steps; k++) {
        for (size_t i = 0; i < m; i++)
            s.beta[i] = 0.1 * (gsl_rng_uniform(rng) - 0.4);
        plain_step(plain, n, m, s.positive, leak, s.beta);
        step_run(&s);
    }
    unpack(&s, Z);
    step_coefficients(&s, C);
    memcpy(sum, s.sum, m * sizeof *sum);
    arena_release(&a);
    gsl_rng_free(rng);
}

static void test_variants(void **state)
{
    static const size_t widths[] = {1, 2, 6, 22, 40},
                        points[] = {1, 3, 4, 5, 8, 9, 12, 13, 16, 17, 33, 40};
    static const double leaks[] = {0.0, 0.1, 1.0};
    static double Z[2][1600], C[2][1600], sum[2][40];
    static struct plain plain;
    (void)state;
    for (size_t a = 0; a < sizeof widths / sizeof *widths; a++)
        for (size_t b = 0; b < sizeof points / sizeof *points; b++)
            for (size_t l = 0; l < 3; l++) {
                size_t n = widths[a], m = points[b];
                for (size_t v = 0; step_variant_name(v); v++) {
                    if (step_use(step_variant_name(v)))
                        continue; /* not on this CPU */
                    run(step_variant_name(v), n, m, leaks[l], 77, &plain, Z[v], C[v],
                        sum[v]);
                    /* 77 steps of 40-term sums of numbers about 1. */
                    check_array_close(Z[v], plain.Z, n * m, 1e-12);
                    check_array_close(C[v], plain.C, n * m, 1e-13);
                    check_array_close(sum[v], plain.sum, m, 1e-12);
                    check_true(memcmp(Z[v], Z[0], n * m * sizeof(double)) == 0,
                               "variant %s differs at n %zu m %zu",
                               step_variant_name(v), n, m);
                    check_true(memcmp(C[v], C[0], n * m * sizeof(double)) == 0,
                               "variant %s: C differs", step_variant_name(v));
                }
            }
}

/* A NaN in one pre-activation shows in that point's sum, in every variant. */
static void test_nan(void **state)
{
    (void)state;
    for (size_t v = 0; step_variant_name(v); v++) {
        struct step_state s;
        struct arena a = {0};
        double Z[2 * 3] = {1, -1, 2, 3, 0.5, -2}, G[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
        if (step_use(step_variant_name(v)))
            continue;
        step_layout(&s, 2, 3, &a);
        assert_int_equal(arena_allocate(&a), SWEEP_OK);
        step_layout(&s, 2, 3, &a);
        s.positive = 1;
        step_reset(&s);
        Z[1] = NAN;
        step_load_gram(&s, G);
        step_load(&s, Z);
        step_run(&s);
        check_true(isnan(s.sum[1]), "NaN was lost by %s", step_variant_name(v));
        check_finite(s.sum[0]);
        arena_release(&a);
    }
}

static void test_moved(void **state)
{
    struct step_state s;
    struct arena a = {0};
    double Z[2 * 2] = {0.5, 1, 1, 1}, G[4] = {1, 0, 0, 1};
    (void)state;
    step_layout(&s, 2, 2, &a);
    assert_int_equal(arena_allocate(&a), SWEEP_OK);
    step_layout(&s, 2, 2, &a);
    s.positive = 1;
    step_reset(&s);
    s.watch[0] = 1; /* neuron 0, point 0 */
    step_load_gram(&s, G);
    step_load(&s, Z);
    s.beta[1] = -2.0; /* neuron 0 leaves point 1: not watched */
    step_run(&s);
    check_true(!s.moved, "an unwatched pair was noticed");
    s.beta[0] = -1.0;
    step_run(&s);
    check_true(s.moved != 0, "a watched pair was missed");
    arena_release(&a);
}

enum { MANY = 160, LARGE = 117, SHARED_STEPS = 40 }; /* helpers are worth while */

/* What a step of a large problem leaves, taken by a leader with so many helpers. */
static void run_team(size_t helpers, double *Z, double *C, double *sum)
{
    static double start[MANY * LARGE], G[LARGE * LARGE];
    struct step_state s;
    struct arena a = {0};
    struct team *team = team_open(helpers);
    gsl_rng *rng = gsl_rng_alloc(rng_philox);
    rng_normals(rng, start, MANY * LARGE);
    rng_normals(rng, G, LARGE * LARGE);
    step_layout(&s, MANY, LARGE, &a);
    assert_int_equal(arena_allocate(&a), SWEEP_OK);
    step_layout(&s, MANY, LARGE, &a);
    s.positive = MANY / 2;
    s.leak = 0.1;
    step_reset(&s);
    step_load_gram(&s, G);
    step_load(&s, start);
    team_lead(team);
    for (size_t k = 0; k < SHARED_STEPS; k++) {
        for (size_t i = 0; i < LARGE; i++)
            s.beta[i] = 0.01 * (gsl_rng_uniform(rng) - 0.4);
        step_run(&s);
    }
    team_lead(NULL);
    team_close(team);
    unpack(&s, Z);
    step_coefficients(&s, C);
    memcpy(sum, s.sum, LARGE * sizeof *sum);
    arena_release(&a);
    gsl_rng_free(rng);
}

/* The same bits, whoever helps. */
static void test_team(void **state)
{
    static double Z[2][MANY * LARGE], C[2][MANY * LARGE], sum[2][LARGE];
    (void)state;
    run_team(0, Z[0], C[0], sum[0]);
    for (size_t helpers = 1; helpers <= 3; helpers++) {
        run_team(helpers, Z[1], C[1], sum[1]);
        check_true(memcmp(Z[0], Z[1], sizeof Z[0]) == 0, "%zu: Z differs", helpers);
        check_true(memcmp(C[0], C[1], sizeof C[0]) == 0, "%zu: C differs", helpers);
        check_true(memcmp(sum[0], sum[1], sizeof sum[0]) == 0, "%zu: sums differ",
                   helpers);
    }
}

static void test_count(void **state)
{
    (void)state;
    check_count_at_least(5 * 12 * 3 * 5 + 4 + 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_variants), cmocka_unit_test(test_nan),
        cmocka_unit_test(test_moved),    cmocka_unit_test(test_team),
        cmocka_unit_test(test_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
