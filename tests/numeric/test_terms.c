/* Weights that are sums: what is left where they cancel is no weight, and a kink is as
 * wide as the rounding of the terms. */
#include "sweep/certificate.h"
#include "sweep/kkt.h"
#include "sweep/network.h"

#include "check.h"
#include "fixture.h"

enum { N = 4, M = 5, R = 7 };

/* A row is kept when it is longer than CANCELLED times its terms, whatever the scale.
 */
static void what_is_dropped(void **state)
{
    static const double shares[N] = {1e-15, 1e-14, 2e-14, 1e-10};
    (void)state;
    for (int e = -60; e <= 60; e += 30) {
        double W[N * R] = {0}, terms[N], size = pow(10, e);
        struct weights theta = {.W = W, .terms = terms};
        for (size_t j = 0; j < N; j++) {
            terms[j] = 3.0 * size;
            W[j * R + j] = shares[j] * terms[j] * 0.6;
            W[j * R + 6] = shares[j] * terms[j] * -0.8;
        }
        weights_drop_cancelled(N, R, &theta);
        for (size_t j = 0; j < N; j++) {
            double want = j < 2 ? 0.0 : shares[j] * terms[j];
            check_close_relative(direct_norm(W + j * R, R), want, 1e-15);
        }
        theta.terms = NULL; /* not summed: nothing can have cancelled */
        W[0] = 1e-15 * size;
        weights_drop_cancelled(N, R, &theta);
        check_true(W[0] == 1e-15 * size, "a small row is dropped");
    }
}

static void states_by_terms(void **state)
{
    const double X[] = {2, 0, 0, 2}, y[] = {1, 1};
    const struct points p = {2, 2, X, y, NULL};
    double W[N * 2] = {1e-13, 1, -1e-13, 1e-3, 1e-11, -1, 0, 0}, Z[N * 2];
    double terms[N] = {1, 1, 1, 1};
    struct weights theta = {.W = W, .terms = terms};
    signed char got[N * 2];
    static const signed char summed[] = {0, 1, 0, 1, 1, -1, 0, 0},
                             alone[] = {0, 1, -1, 1, 1, -1, 0, 0};
    (void)state;
    network_preactivations(N, W, &p, Z);
    network_states(N, &theta, Z, &p, got);
    check_true(memcmp(got, summed, sizeof summed) == 0, "states of sums");
    theta.terms = NULL;
    network_states(N, &theta, Z, &p, got);
    check_true(memcmp(got, alone, sizeof alone) == 0, "states of weights");
}

static void terms_are_scaled(void **state)
{
    double W[N] = {1, 2, 3, 4}, terms[N] = {5, 2, 8, 4}, V[N], scaled[N];
    struct weights from = {.W = W, .terms = terms, .perp = 2};
    struct weights to = {.W = V, .terms = scaled};
    (void)state;
    weights_scale(N, 1, &from, -3.0, &to);
    for (size_t j = 0; j < N; j++) {
        check_close(V[j], -3.0 * W[j], 1e-15);
        check_close(scaled[j], 3.0 * terms[j], 1e-15);
        check_close(weights_terms(&to, 1, j), 3.0 * terms[j], 1e-15);
    }
    from.terms = NULL;
    weights_scale(N, 1, &from, 2.0, &to);
    for (size_t j = 0; j < N; j++)
        check_close(scaled[j], 2.0 * W[j], 1e-15);
}

/* The exact point of points of which neuron 0 knows only the first two. Without their
 * terms nothing of it is left but rounding, whose signs are no states. */
static void all_of_a_neuron_is_forgotten(void **state)
{
    gsl_rng *rng = fixture_rng("terms: forgotten", 0);
    size_t noisy = 0, found = 0;
    (void)state;
    while (found < 30) {
        struct network net = network_make(MODEL_RELU, N, 0.0);
        double X[M * R], y[M] = {1, 1, 1, -1, -1}, start[N * R], W[N * R], lambda[M];
        double v[N * M], terms[N], scratch[N * M], H[N * R], Z[N * M];
        struct points p = {M, R, X, y, NULL};
        struct kkt_point point = {.W = W, .lambda = lambda, .v = v};
        struct arena arena = {0};
        struct kkt_workspace w;
        signed char states[N * M];
        FIXTURE_LAYOUT(&arena) kkt_layout(&w, N, M, R, &arena);
        memset(start, 0, sizeof start);
        rng_normals(rng, X, M * R);
        for (size_t i = 0; i < M; i++) /* coordinate i of the start decides the gates */
            for (size_t k = 0; k < M; k++)
                X[i * R + k] = i == k ? 4.0 : 0.1 * X[i * R + k];
        start[0] = start[1] = start[R + 2] = 1.0;
        start[2] = start[3] = start[4] = start[R] = start[R + 1] = -1.0;
        start[2 * R + 3] = start[3 * R + 4] = 1.0;
        kkt_solve(&net, &p, start, NULL, &w, &point);
        double active = v[2] + v[3] + v[4]; /* of neuron 0, on points 2 to 4 */
        if (point.stop == KKT_EXACT && active == 0.0 && v[0] > 0.0) {
            struct weights theta = {.W = W, .terms = terms};
            memcpy(terms, point.terms, sizeof terms);
            for (size_t j = 0; j < N; j++)
                for (size_t i = 2; i < M; i++)
                    v[j * M + i] = 0.0;
            network_combine(&net, &p, v, scratch, H);
            for (size_t k = 0; k < N * R; k++)
                W[k] -= H[k];
            for (size_t j = 0; j < N; j++)
                terms[j] += direct_norm(H + j * R, R);
            noisy += direct_norm(W, R) > 0.0;
            check_true(direct_norm(W, R) <= CANCELLED * terms[0], "%g of %g is left",
                       direct_norm(W, R), terms[0]);
            weights_drop_cancelled(N, R, &theta);
            check_true(direct_norm(W, R) == 0.0, "%g is left", direct_norm(W, R));
            network_preactivations(N, W, &p, Z);
            network_states(N, &theta, Z, &p, states);
            for (size_t i = 0; i < M; i++)
                check_true(states[i] == 0, "state %d on point %zu", states[i], i);
            check_true(direct_norm(W + R, R) > 0.1, "neuron 1 is dropped too");
            found++;
        }
        arena_release(&arena);
    }
    check_true(noisy >= 15, "rounding is left in %zu of 30", noisy);
    gsl_rng_free(rng);
}

/* Kept multipliers that point away from theta are kept as 0, not turned round: nothing
 * is left but theta, and no slackness. */
static void multipliers_against_theta(void **state)
{
    const double x[] = {1}, y[] = {1}, lambda[] = {1}, v[] = {1, 0};
    const struct points p = {1, 1, x, y, NULL};
    const struct network net = network_make(MODEL_LEAKY_RELU, 2, 0.5);
    const signed char inactive[] = {-1, -1};
    const struct kept kept = {inactive, v, lambda};
    double W[] = {-1, -4};
    struct weights theta = {.W = W};
    struct arena arena = {0};
    struct kkt_workspace kkt;
    struct certificate_workspace w;
    struct certificate out;
    (void)state;
    FIXTURE_LAYOUT(&arena)
    {
        kkt_layout(&kkt, 2, 1, 1, &arena);
        certificate_layout(&w, 2, 1, 1, &arena);
    }
    w.kkt = &kkt;
    certificate_restored(&net, &p, &theta, &kept, &w, &out);
    check_true(out.stop == CERTIFIED, "ended as %d", (int)out.stop);
    check_close_relative(out.norm, sqrt(17.0) / (1.5 * net.u), 1e-14);
    check_close_relative(out.eps, out.norm, 1e-15);
    check_close(out.delta, 0.0, 1e-15);
    arena_release(&arena);
}

static void all_cases_ran(void **state)
{
    (void)state;
    check_cases(5 * (N + 1) + 2 + 4 * N + 30 * (3 + M) + 1 + 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_dropped),
        cmocka_unit_test(states_by_terms),
        cmocka_unit_test(terms_are_scaled),
        cmocka_unit_test(all_of_a_neuron_is_forgotten),
        cmocka_unit_test(multipliers_against_theta),
        cmocka_unit_test(all_cases_ran),
    };

    fixture_main();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
