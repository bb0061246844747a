/* The step kernel: every variant against a plain loop, and against each other bit for
 * bit. */
#include "check.h"
#include "step.h"
#include "sweep/rng.h"
#include "sweep/status.h"
#include "sweep/team.h"
#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { WIDEST = 40, MOST = 216 };

struct plain {
    double Z[WIDEST * MOST], C[WIDEST * MOST], G[MOST * MOST], sum[MOST];
};

/* A way to take a step. */
typedef void plain_rule(struct plain *p, size_t n, size_t m, size_t positive,
                        double leak, const double *beta);

/* Z += B G, C += B with B_ji = sign_j beta_i phi'(z_ji); sums of sign phi. */
static void plain_step(struct plain *p, size_t n, size_t m, size_t positive,
                       double leak, const double *beta)
{
    double B[MOST];
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

/* The move of a neuron on point k in the order of sums that step.h promises. */
static double ordered_move(const struct plain *p, size_t m, const bool *active,
                           size_t k, double leak, const double *beta)
{
    double part[2] = {0.0, 0.0};
    for (size_t i = 0; i < m; i++)
        part[0] += leak * beta[i] * p->G[i * m + k];
    for (size_t b = 0; b * STEP_BLOCK < m; b++) {
        double block = 0.0;
        for (size_t i = b * STEP_BLOCK; i < (b + 1) * STEP_BLOCK && i < m; i++)
            if (active[i])
                block += (1.0 - leak) * beta[i] * p->G[i * m + k];
        part[b % 2] += block;
    }
    return part[0] + part[1];
}

/* The same step to the last bit of Z and of the sums; C is left alone. */
static void ordered_step(struct plain *p, size_t n, size_t m, size_t positive,
                         double leak, const double *beta)
{
    bool active[MOST];
    memset(p->sum, 0, sizeof p->sum);
    for (size_t j = 0; j < n; j++) {
        double sign = j < positive ? 1.0 : -1.0, *z = p->Z + j * m;
        for (size_t i = 0; i < m; i++)
            active[i] = z[i] > 0.0;
        for (size_t k = 0; k < m; k++) {
            z[k] += sign * ordered_move(p, m, active, k, leak, beta);
            p->sum[k] += sign * (z[k] > 0.0 ? z[k] : leak * z[k]);
        }
    }
}

static void fill(struct plain *p, size_t n, size_t m, gsl_rng *rng)
{
    memset(p->C, 0, sizeof p->C);
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
                plain_rule *rule, struct plain *plain, double *Z, double *C,
                double *sum)
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
        rule(plain, n, m, s.positive, leak, s.beta);
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
    /* Of the first variant that this CPU has, and of the one tried. */
    static double Z[2][1600], C[2][1600], sum[40];
    static struct plain plain;
    (void)state;
    for (size_t a = 0; a < sizeof widths / sizeof *widths; a++)
        for (size_t b = 0; b < sizeof points / sizeof *points; b++)
            for (size_t l = 0; l < 3; l++) {
                size_t n = widths[a], m = points[b];
                size_t tried = 0;
                for (size_t v = 0; step_variant_name(v); v++) {
                    const char *name = step_variant_name(v);
                    if (step_use(name))
                        continue; /* not on this CPU */
                    size_t to = tried++ > 0;
                    run(name, n, m, leaks[l], 77, plain_step, &plain, Z[to], C[to],
                        sum);
                    /* 77 steps of 40-term sums of numbers about 1. */
                    check_array_close(Z[to], plain.Z, n * m, 1e-12);
                    check_array_close(C[to], plain.C, n * m, 1e-13);
                    check_array_close(sum, plain.sum, m, 1e-12);
                    check_true(memcmp(Z[to], Z[0], n * m * sizeof(double)) == 0,
                               "variant %s differs at n %zu m %zu", name, n, m);
                    check_true(memcmp(C[to], C[0], n * m * sizeof(double)) == 0,
                               "variant %s: C differs", name);
                }
            }
}

/* Every variant in the promised order, where a chunk and a row of neurons are full, begin
 * or lack one, and where the last tile is a half. */
static void test_order(void **state)
{
    enum { CHUNK = STEP_CHUNK * STEP_TILE };
    static const size_t widths[] = {1, 3, 7, 10},
                        points[] = {1,         5,         11,
                                    CHUNK - 1, CHUNK,     CHUNK + 1,
                                    CHUNK + 5, 2 * CHUNK, 2 * CHUNK + 2};
    static double Z[10 * MOST], C[10 * MOST], sum[MOST];
    static struct plain plain;
    (void)state;
    for (size_t a = 0; a < sizeof widths / sizeof *widths; a++)
        for (size_t b = 0; b < sizeof points / sizeof *points; b++)
            for (size_t v = 0; step_variant_name(v); v++) {
                const char *name = step_variant_name(v);
                size_t n = widths[a], m = points[b];
                double leak = (a + b) % 2 ? 0.1 : 0.0;
                if (step_use(name))
                    continue; /* not on this CPU */
                run(name, n, m, leak, 3, ordered_step, &plain, Z, C, sum);
                check_true(memcmp(Z, plain.Z, n * m * sizeof *Z) == 0,
                           "variant %s: Z differs at n %zu m %zu", name, n, m);
                check_true(memcmp(sum, plain.sum, m * sizeof *sum) == 0,
                           "variant %s: a sum differs at n %zu m %zu", name, n, m);
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
    check_count_at_least(5 * 12 * 3 * 5 + 3 * 9 * 2 + 4 + 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_variants), cmocka_unit_test(test_order),
        cmocka_unit_test(test_nan),      cmocka_unit_test(test_moved),
        cmocka_unit_test(test_team),     cmocka_unit_test(test_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
