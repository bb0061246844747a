/* Products once for equal rows against the products of all rows. */
#include "sweep/groups.h"

#include "check.h"
#include "fixture.h"

enum { N = 22, M = 70, R = 65 };

struct draw {
    struct network net;
    struct points points;
    struct groups groups;
    struct arena arena;
    double X[M * R], y[M], W[N * R], v[N * M], rows[N * R], scratch[N * M];
};

/* Neurons of `kinds` kinds, in no order; two of a kind have equal weights and slopes. */
static void draw_make(struct draw *d, gsl_rng *rng, size_t kinds)
{
    d->net = network_make(MODEL_LEAKY_RELU, N, 0.3);
    d->arena = (struct arena){0};
    FIXTURE_LAYOUT(&d->arena)
    {
        groups_layout(&d->groups, N, &d->arena);
    }
    d->points = (struct points){.m = M, .r = R, .X = d->X, .y = d->y};
    rng_normals(rng, d->X, M * R);
    rng_normals(rng, d->W, N * R);
    rng_normals(rng, d->v, N * M);
    for (size_t i = 0; i < M; i++)
        d->y[i] = fixture_between(rng, 0, 1) ? 1.0 : -1.0;
    for (size_t j = kinds; j < N; j++) {
        size_t kind = fixture_between(rng, 0, kinds - 1);
        memcpy(d->W + j * R, d->W + kind * R, R * sizeof *d->W);
        memcpy(d->v + j * M, d->v + kind * M, M * sizeof *d->v);
    }
}

static size_t kinds_of(size_t trial)
{
    return trial < 8 ? 1 + trial : N;
}

static void products(void **state)
{
    gsl_rng *rng = fixture_rng("groups: products", 0);
    (void)state;
    for (size_t trial = 0; trial < 9; trial++) {
        struct draw d;
        double Z[N * M], H[N * R], direct_Z[N * M], direct_H[N * R];
        draw_make(&d, rng, kinds_of(trial));
        network_preactivations(N, d.W, &d.points, direct_Z);
        network_combine(&d.net, &d.points, d.v, d.scratch, direct_H);
        groups_preactivations(&d.groups, &d.net, d.W, &d.points, d.rows, Z);
        size_t count = d.groups.count, kinds = kinds_of(trial);
        check_true(count >= kinds && count <= 2 * kinds, "%zu groups", count);
        groups_combine(&d.groups, &d.net, &d.points, d.v, d.scratch, H);
        check_equal(d.groups.count, count);
        check_array_close(Z, direct_Z, N * M, 1e-13);
        check_array_close(H, direct_H, N * R, 1e-13);
        arena_release(&d.arena);
    }
    gsl_rng_free(rng);
}

/* What there is one row for has equal keys and signs, and nothing else has. */
static void found(void **state)
{
    gsl_rng *rng = fixture_rng("groups: found", 0);
    (void)state;
    for (size_t trial = 0; trial < 9; trial++) {
        struct draw d;
        size_t wrong = 0, sizes = 0;
        draw_make(&d, rng, kinds_of(trial));
        groups_find(&d.groups, &d.net, d.W, R * sizeof *d.W);
        for (size_t j = 0; j < N; j++)
            for (size_t k = 0; k < N; k++) {
                bool alike = memcmp(d.W + j * R, d.W + k * R, R * sizeof *d.W) == 0 &&
                             (j < N / 2) == (k < N / 2);
                wrong += alike != (d.groups.of[j] == d.groups.of[k]);
            }
        for (size_t g = 0; g < d.groups.count; g++) {
            wrong += d.groups.of[d.groups.first[g]] != g ||
                     (g > 0 && d.groups.first[g] <= d.groups.first[g - 1]);
            sizes += (size_t)d.groups.size[g];
        }
        check_equal(wrong, 0);
        check_equal(sizes, N);
        arena_release(&d.arena);
    }
    gsl_rng_free(rng);
}

static void all_cases_ran(void **state)
{
    (void)state;
    check_cases(9 * 4 + 9 * 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products),
        cmocka_unit_test(found),
        cmocka_unit_test(all_cases_ran),
    };

    fixture_main();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
