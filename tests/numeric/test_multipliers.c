#include "sweep/multipliers.h"

#include "check.h"
#include "fixture.h"

enum { M = 8, N = 6, R = 10, CONES = 64 };

struct draw {
    struct arena arena;
    struct multipliers_workspace w;
    struct network net;
    struct weights theta;
    struct multipliers out;
    struct points points;
    double *X, *y, *Z, *margin;
    signed char *state;
};

static void draw_layout(struct draw *a, size_t m, double leak)
{
    *a = (struct draw){.net = network_make(MODEL_LEAKY_RELU, N, leak)};
    FIXTURE_LAYOUT(&a->arena)
    {
        multipliers_layout(&a->w, N, m, R, &a->arena);
        a->theta.W = arena_doubles(&a->arena, N, R);
        a->out.lambda = arena_doubles(&a->arena, m, 1);
        a->out.v = arena_doubles(&a->arena, N, m);
        a->X = arena_doubles(&a->arena, m, R);
        a->y = arena_doubles(&a->arena, m, 1);
        a->Z = arena_doubles(&a->arena, N, m);
        a->margin = arena_doubles(&a->arena, m, 1);
        a->state = arena_carve(&a->arena, N, m, 1);
    }
    a->points = (struct points){.m = m, .r = R, .X = a->X, .y = a->y};
}

static void draw_scale(struct draw *a)
{
    double smallest;

    network_preactivations(N, a->theta.W, &a->points, a->Z);
    smallest = network_margins(&a->net, a->Z, a->y, a->points.m, a->margin);
    fixture_need(smallest > 0.0, "separation");
    weights_scale(N, R, &a->theta, 1.0 / smallest, &a->theta);
    network_preactivations(N, a->theta.W, &a->points, a->Z);
    network_margins(&a->net, a->Z, a->y, a->points.m, a->margin);
    network_states(N, &a->theta, a->Z, &a->points, a->state);
}

static void draw_solve(struct draw *a)
{
    multipliers_solve(&a->net, &a->points, &a->theta, &a->w, &a->out);
}

/* Any weights, labels as they predict, `kinks` pairs put on the kink. */
static void draw_make(struct draw *a, gsl_rng *rng, size_t m, double leak, size_t kinks)
{
    draw_layout(a, m, leak);
    rng_normals(rng, a->theta.W, N * R);
    rng_normals(rng, a->X, m * R);
    for (size_t k = 0; k < kinks; k++) {
        double *w = a->theta.W + (k % N) * R, *x = a->X + (k % 2) * R;

        for (int again = 0; again < 3; again++) { /* <w, x> = 0 */
            double share = (double)(direct_dot(w, x, R) / direct_dot(x, x, R));

            for (size_t c = 0; c < R; c++)
                w[c] -= share * x[c];
        }
    }
    a->theta.perp = kinks % 2 ? 0.0 : 0.7;
    for (size_t i = 0; i < m; i++) { /* margins of similar size, by homogeneity */
        double *x = a->X + i * R, margin = 1.0 + gsl_rng_uniform(rng), output;

        if (fabsl(direct_output(&a->net, a->theta.W, x, R)) < 1e-9L) /* none active */
            for (size_t c = 0; c < R; c++)
                x[c] = -x[c];
        output = (double)direct_output(&a->net, a->theta.W, x, R);
        a->y[i] = output > 0.0 ? 1.0 : -1.0;
        for (size_t c = 0; c < R; c++)
            x[c] *= margin / fabs(output);
    }
    draw_scale(a);
}

/* Gradients of the margins (columns of a cone): for point i one for each choice of
 * slopes g or 1 on its kinks. Returns how many; point[c] is the point of column c. */
static size_t generators(const struct draw *a, double (*H)[N * R], size_t *point)
{
    size_t count = 0, m = a->points.m;

    for (size_t i = 0; i < m; i++) {
        size_t kinks = 0;

        for (size_t j = 0; j < N; j++)
            kinks += a->state[j * m + i] == 0;
        fixture_need(kinks <= 3 && count + 8 <= CONES, "few kinks");
        for (size_t code = 0; code < (size_t)1 << kinks; code++, count++) {
            size_t kink = 0;

            point[count] = i;
            for (size_t j = 0; j < N; j++) {
                int on = a->state[j * m + i];
                double slope = on > 0 ? 1.0 : a->net.leak;

                if (on == 0)
                    slope = code >> kink++ & 1 ? 1.0 : a->net.leak;
                for (size_t k = 0; k < R; k++)
                    H[count][j * R + k] = a->y[i] * network_sign(&a->net, j) *
                                          a->net.u * slope * a->X[i * R + k];
            }
        }
    }
    return count;
}

/* min |W - sum_c t_c H_c| over the columns in `support`, by Gaussian elimination on the
 * Gram matrix in long double. False when a coefficient is negative. */
static bool support_fit(const double *W, double (*H)[N * R], size_t count,
                        unsigned support, double *t, double *distance)
{
    long double A[M][M + 1], rest = 0.0L;
    size_t index[M], size = 0;

    for (size_t c = 0; c < count; c++) {
        t[c] = 0.0;
        if (support >> c & 1)
            index[size++] = c;
    }
    for (size_t a = 0; a < size; a++) {
        for (size_t b = 0; b < size; b++)
            A[a][b] = direct_dot(H[index[a]], H[index[b]], N * R);
        A[a][size] = direct_dot(H[index[a]], W, N * R);
    }
    for (size_t a = 0; a < size; a++) /* positive definite: no pivoting needed */
        for (size_t b = 0; b < size; b++)
            for (size_t k = size + 1; b != a && k-- > a;)
                A[b][k] -=
                    (k > a ? A[b][a] / A[a][a] : 1.0L) * (k > a ? A[a][k] : A[b][a]);
    for (size_t a = 0; a < size; a++) {
        t[index[a]] = (double)(A[a][size] / A[a][a]);
        if (t[index[a]] < 0.0)
            return false;
    }
    for (size_t k = 0; k < N * R; k++) {
        long double sum = W[k];

        for (size_t a = 0; a < size; a++)
            sum -= (long double)t[index[a]] * H[index[a]][k];
        rest += sum * sum;
    }
    *distance = (double)sqrtl(rest);
    return true;
}

/* Without kinks: non-negative least squares over every support. */
static void test_exhaustive(void **state)
{
    const double leak[] = {0.0, 0.1, 0.5, 1.0};
    gsl_rng *rng = fixture_rng("multipliers", 0);

    (void)state;
    for (int trial = 0; trial < 60; trial++) {
        size_t point[CONES], m = fixture_between(rng, 1, M);
        double best[M] = {0}, least = INFINITY, worst = 0.0;
        double(*H)[N * R] = memory_array(CONES, sizeof *H);
        struct draw a;

        draw_make(&a, rng, m, leak[trial % 4], 0);
        draw_solve(&a);
        for (size_t k = 0; k < N * m; k++)
            fixture_need(a.state[k] != 0, "no kink");
        fixture_need(H && generators(&a, H, point) == m, "generators");
        for (unsigned support = 0; support < 1u << m; support++) {
            double t[M], distance;

            if (support_fit(a.theta.W, H, m, support, t, &distance) &&
                distance < least) {
                least = distance;
                memcpy(best, t, m * sizeof *t);
            }
        }
        least = hypot(least, a.theta.perp);
        check_equal(a.out.stop, PROGRAM_CONVERGED);
        check_close_relative(a.out.eps, least, 1e-12);
        check_array_close(a.out.lambda, best, m, 1e-11);
        for (size_t i = 0; i < m; i++)
            worst = fmax(worst, best[i] * (a.margin[i] - 1.0));
        check_close(a.out.delta, worst, 1e-10);
        memory_free(H);
        arena_release(&a.arena);
    }
    gsl_rng_free(rng);
}

/* Cyclic coordinate descent to the last bit: the smallest distance to a cone. */
static double cone_distance(const double *W, double (*H)[N * R], size_t count)
{
    double rest[N * R], t[CONES] = {0}, moved = INFINITY;

    memcpy(rest, W, sizeof rest);
    for (int pass = 0; pass < 200000 && moved > 1e-15; pass++) {
        moved = 0.0;
        for (size_t c = 0; c < count; c++) {
            double step =
                (double)(direct_dot(H[c], rest, N * R) / direct_dot(H[c], H[c], N * R));

            step = fmax(step, -t[c]);
            t[c] += step;
            moved = fmax(moved, fabs(step) / (1.0 + t[c]));
            for (size_t k = 0; k < N * R; k++)
                rest[k] -= step * H[c][k];
        }
    }
    return direct_norm(rest, N * R);
}

/* The answer is what it says: lambda and slopes in range, eps their residual. */
static void check_answer(const struct draw *a)
{
    double rho[N * R], outside = 0.0;
    size_t m = a->points.m;

    for (size_t j = 0; j < N; j++)
        for (size_t i = 0; i < m; i++) {
            double l = a->out.lambda[i], v = a->out.v[j * m + i];
            double low = a->state[j * m + i] > 0 ? l : a->net.leak * l;
            double high = a->state[j * m + i] < 0 ? a->net.leak * l : l;

            outside = fmax(outside, fmax(low - v, v - high) / (1.0 + l));
            outside = l >= 0.0 ? outside : INFINITY;
        }
    check_close(outside, 0.0, 1e-14);
    check_close(hypot(direct_residual(&a->net, &a->points, a->theta.W, a->out.v, rho),
                      a->theta.perp),
                a->out.eps, 1e-13);
}

static void test_kinks(void **state)
{
    const double leak[] = {0.0, 0.1, 0.5};
    gsl_rng *rng = fixture_rng("kinks", 0);

    (void)state;
    for (int trial = 0; trial < 60; trial++) {
        size_t point[CONES], count, found = 0;
        double(*H)[N * R] = memory_array(CONES, sizeof *H);
        struct draw a;

        fixture_need(H != NULL, "allocation");
        draw_make(&a, rng, fixture_between(rng, 2, M), leak[trial % 3],
                  1 + (size_t)trial % 6);
        count = generators(&a, H, point);
        for (size_t k = 0; k < N * a.points.m; k++)
            found += a.state[k] == 0;
        check_equal(found, 1 + (size_t)trial % 6);
        draw_solve(&a);
        check_answer(&a);
        check_close_relative(
            a.out.eps, hypot(cone_distance(a.theta.W, H, count), a.theta.perp), 1e-11);
        memory_free(H);
        arena_release(&a.arena);
    }
    gsl_rng_free(rng);
}

/* theta = sum_i lambda_i h_i on orthonormal points, half of all pairs on the kink. */
static void test_exact_point(void **state)
{
    const double leak[] = {0.0, 0.3};

    (void)state;
    for (size_t k = 0; k < 2; k++) {
        struct draw a;
        double g = leak[k];

        draw_layout(&a, M, g);
        for (size_t i = 0; i < M; i++) {
            a.X[i * R + (i * 7 + 1) % M] = 1.0;
            a.y[i] = i % 3 ? 1.0 : -1.0;
        }
        for (size_t j = 0; j < N; j++)
            for (size_t i = 0; i < M; i++) {
                double same = a.y[i] * network_sign(&a.net, j);

                a.theta.W[j * R + (i * 7 + 1) % M] =
                    same > 0.0 ? a.net.u : -g * a.net.u;
            }
        draw_scale(&a); /* lambda = 2 / (1 + g^2) */
        draw_solve(&a);
        check_answer(&a);
        check_close(a.out.eps / weights_norm(N, R, &a.theta), 0.0, 1e-14);
        check_close(a.out.delta, 0.0, 1e-14);
        for (size_t i = 0; i < M; i++)
            check_close_relative(a.out.lambda[i], 2.0 / (1.0 + g * g), 1e-14);
        arena_release(&a.arena);
    }
}

/* Scaling theta and scaling back, another order of points, of neurons within a sign. */
static void test_invariance(void **state)
{
    gsl_rng *rng = fixture_rng("invariance", 0);

    (void)state;
    for (int trial = 0; trial < 40; trial++) {
        struct draw a, b;
        double norm;

        draw_make(&a, rng, M, 0.1 * (trial % 4), (size_t)trial % 6);
        draw_layout(&b, M, 0.1 * (trial % 4));
        for (size_t i = 0; i < M; i++) {
            b.y[(i + 3) % M] = a.y[i];
            memcpy(b.X + (i + 3) % M * R, a.X + i * R, R * sizeof *a.X);
        }
        for (size_t j = 0; j < N; j++) {
            size_t to = j / (N / 2) * (N / 2) + (j + 1) % (N / 2);

            for (size_t k = 0; k < R; k++)
                b.theta.W[to * R + k] = 3.7 * a.theta.W[j * R + k];
        }
        b.theta.perp = 3.7 * a.theta.perp;
        draw_scale(&b);
        draw_solve(&a);
        draw_solve(&b);
        norm = weights_norm(N, R, &a.theta);
        check_close_relative(weights_norm(N, R, &b.theta), norm, 1e-14);
        check_close_relative(b.out.eps / norm, a.out.eps / norm, 1e-12);
        check_close(b.out.delta, a.out.delta, 1e-10);
        for (size_t i = 0; i < M; i++)
            check_close(b.out.lambda[(i + 3) % M], a.out.lambda[i], 1e-10);
        arena_release(&a.arena);
        arena_release(&b.arena);
    }
    gsl_rng_free(rng);
}

static void test_nan(void **state)
{
    gsl_rng *rng = fixture_rng("nan", 0);

    (void)state;
    for (int where = 0; where < 2; where++) {
        struct draw a;

        draw_make(&a, rng, M, 0.0, 1);
        (where ? a.X : a.theta.W)[3] = NAN;
        draw_solve(&a);
        check_true(isnan(a.out.eps) && isnan(a.out.delta), "eps is %g", a.out.eps);
        check_true(a.out.stop != PROGRAM_CONVERGED, "NaN reads as converged");
        arena_release(&a.arena);
    }
    gsl_rng_free(rng);
}

static void test_cases(void **state)
{
    (void)state;
    check_cases(60 * 4 + 60 * 4 + 2 * (4 + M) + 40 * (3 + M) + 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exhaustive),  cmocka_unit_test(test_kinks),
        cmocka_unit_test(test_exact_point), cmocka_unit_test(test_invariance),
        cmocka_unit_test(test_nan),         cmocka_unit_test(test_cases),
    };

    fixture_main();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
