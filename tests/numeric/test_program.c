/* The convex program against its own conditions of optimality, which decide for a
 * convex problem; what has no solution; scales. */
#include "sweep/program.h"

#include "check.h"
#include "fixture.h"
#include <float.h>

enum { ROWS = 4, M = 6, R = 5 };

struct draw {
    struct program p;
    struct points points;
    double X[M * R], y[M], sign[ROWS], count[ROWS], target[ROWS * R], upper[M];
    unsigned char pair[ROWS * M];
    struct arena arena;
    struct program_state s;
    struct program_workspace *w;
    enum program_stop stop;
};

static void draw_layout(struct draw *d, size_t m, size_t r)
{
    FIXTURE_LAYOUT(&d->arena)
    {
        program_state_layout(&d->s, ROWS, m, r, &d->arena);
        program_workspace_layout(&d->w, ROWS, m, r, &d->arena);
    }
    d->points = (struct points){m, r, d->X, d->y, NULL};
    d->p.points = &d->points;
    d->p.sign = d->sign;
    d->p.count = d->count;
    d->p.pair = d->pair;
}

static void draw_solve(struct draw *d)
{
    program_cold(&d->p, &d->s);
    program_begin(&d->p, d->w);
    d->stop = program_solve(&d->p, d->w, &d->s);
}

/* Any points and pairs. Half the rows have either sign, the first two are on for every
 * point, so that all gates can be met where m <= r. */
static void draw_make(struct draw *d, gsl_rng *rng, size_t m, size_t r, double leak,
                      bool target)
{
    *d = (struct draw){.p = {.rows = ROWS, .u = 0.5, .leak = leak}};
    draw_layout(d, m, r);
    rng_normals(rng, d->X, m * r);
    rng_normals(rng, d->target, ROWS * r);
    for (size_t i = 0; i < m; i++)
        d->y[i] = fixture_between(rng, 0, 1) ? 1.0 : -1.0;
    for (size_t j = 0; j < ROWS; j++) {
        d->sign[j] = j % 2 ? -1.0 : 1.0;
        d->count[j] = (double)fixture_between(rng, 1, 5);
        for (size_t i = 0; i < m; i++) {
            size_t kind = fixture_between(rng, 0, 2);
            if (!target) /* as kkt.h has them: boxes on opposite pairs */
                kind = d->sign[j] * d->y[i] < 0.0 ? PAIR_BOX
                       : j < 2                    ? PAIR_ONE
                                                  : kind % 2;
            d->pair[j * m + i] = (unsigned char)kind;
        }
    }
    d->p.gain = target ? 0.0 : 1.0;
    d->p.target = target ? d->target : NULL;
}

/* How far the state is from the conditions of optimality, each over the size of its
 * terms. c_j = -dF/dv_ji: v_ji is at its upper end where c_j > 0, at its lower one
 * where c_j < 0; dF/dlambda_i along these ends is 0 unless lambda_i is at an end
 * itself. */
static double off_optimum(const struct draw *d)
{
    size_t m = d->points.m, r = d->points.r;
    double v[ROWS * M], worst = 0.0, size = 0.0;
    long double rho[ROWS * R];
    program_slopes(&d->p, &d->s, v);
    for (size_t j = 0; j < ROWS; j++)
        for (size_t k = 0; k < r; k++) {
            long double sum = d->p.target ? d->p.target[j * r + k] : 0.0L;
            for (size_t i = 0; i < m; i++)
                sum -= (long double)(d->y[i] * d->sign[j] * d->p.u * v[j * m + i]) *
                       d->X[i * r + k];
            rho[j * r + k] = sum;
            size += d->count[j] * (double)(sum * sum);
            if (d->p.target)
                size += d->count[j] * d->p.target[j * r + k] * d->p.target[j * r + k];
        }
    size = sqrt(size);
    for (size_t j = 0; j < ROWS; j++)
        for (size_t k = 0; k < r; k++)
            worst = fmax(
                worst, fabs((double)rho[j * r + k] - d->s.residual[j * r + k]) / size);
    for (size_t i = 0; i < m; i++) {
        double l = d->s.lambda[i], g = d->p.leak, length = 0.0;
        double top = d->p.upper ? d->p.upper[i] : INFINITY;
        double slope = d->p.ridge * d->p.ridge * l - d->p.gain;
        for (size_t j = 0; j < ROWS; j++) {
            long double dot = 0.0L;
            for (size_t k = 0; k < r; k++)
                dot += rho[j * r + k] * d->X[i * r + k];
            double c = d->count[j] * d->y[i] * d->sign[j] * d->p.u * (double)dot;
            double terms = d->count[j] * direct_norm(d->X + i * r, r) * size;
            double at = v[j * m + i], bend = 0.0;
            unsigned char kind = d->pair[j * m + i];
            length += terms;
            slope -= kind == PAIR_ONE ? c : kind == PAIR_LEAK ? g * c : fmax(c, g * c);
            if (kind == PAIR_BOX)
                bend = (fmax(c, 0.0) * (l - at) + fmax(-c, 0.0) * (at - g * l)) / terms;
            else
                bend = fabs(at - (kind == PAIR_ONE ? l : g * l));
            bend = fmax(bend, fmax(at - l, g * l - at));
            worst = fmax(worst, l > 0.0 ? bend / l : fabs(at));
        }
        worst = fmax(worst, l >= 0.0 && l <= top ? 0.0 : INFINITY);
        bool up = l < top && slope<0.0, down = l> 0.0 && slope > 0.0;
        worst = fmax(worst, up || down ? fabs(slope) / length : 0.0);
    }
    return worst;
}

static const double leaks[] = {0.0, 0.3, 1.0};

/* Bounds from above, ridges, both and none; more points than coordinates too. */
static void to_a_target(void **state)
{
    gsl_rng *rng = fixture_rng("program: target", 0);
    size_t bounded = 0, inside = 0;
    (void)state;
    for (size_t trial = 0; trial < 240; trial++) {
        struct draw d;
        size_t m = 1 + trial % M, r = 1 + trial / 3 % R;
        draw_make(&d, rng, m, r, leaks[trial % 3], true);
        for (size_t i = 0; i < m; i++)
            d.upper[i] = i == 2           ? INFINITY
                         : i == trial % 7 ? 0.0
                                          : 2.0 * gsl_rng_uniform(rng);
        d.p.upper = trial / 6 % 2 ? d.upper : NULL;
        d.p.ridge = trial / 12 % 2 ? 0.5 * gsl_rng_uniform(rng) : 0.0;
        draw_solve(&d);
        check_true(d.stop == PROGRAM_CONVERGED, "%zu ended as %d", trial, (int)d.stop);
        double off = off_optimum(&d);
        check_true(off <= 1e-13, "%zu is off by %g", trial, off);
        for (size_t i = 0; i < m; i++) {
            bounded += d.p.upper && d.s.lambda[i] > 0.0 && d.s.lambda[i] == d.upper[i];
            inside += d.p.upper && d.s.lambda[i] > 0.0 && d.s.lambda[i] < d.upper[i];
        }
        arena_release(&d.arena);
    }
    check_true(bounded > 50 && inside > 50, "%zu at their bounds, %zu below", bounded,
               inside);
    gsl_rng_free(rng);
}

static void margins(void **state)
{
    gsl_rng *rng = fixture_rng("program: margins", 0);
    (void)state;
    for (size_t trial = 0; trial < 120; trial++) {
        struct draw d;
        draw_make(&d, rng, 1 + trial % R, R, leaks[trial % 3], false);
        for (size_t k = 0; k < d.points.m * R; k++) /* ever nearer to parallel */
            d.X[k] = pow(10, -(double)(trial / 30)) * d.X[k] + 1.0;
        draw_solve(&d);
        double left = d.s.defect * d.s.norm / d.s.terms;
        check_true(left <= 64.0 * DBL_EPSILON, "%zu: a gradient of %g", trial, left);
        check_true(d.stop == PROGRAM_CONVERGED, "%zu ended as %d", trial, (int)d.stop);
        double off = off_optimum(&d);
        check_true(off <= (trial < 30 ? 1e-13 : 1e-12), "%zu is off by %g", trial, off);
        arena_release(&d.arena);
    }
    gsl_rng_free(rng);
}

/* From a start that is off by 1e-12 it goes on to rounding. */
static void near_start(void **state)
{
    gsl_rng *rng = fixture_rng("program: near", 0);
    (void)state;
    for (size_t trial = 0; trial < 30; trial++) {
        struct draw d;
        draw_make(&d, rng, 1 + trial % R, R, leaks[trial % 3], false);
        draw_solve(&d);
        for (size_t i = 0; i < d.points.m; i++)
            d.s.lambda[i] *= 1.0 + (i % 2 ? -1e-12 : 1e-12);
        d.stop = program_solve(&d.p, d.w, &d.s);
        double left = d.s.defect * d.s.norm / d.s.terms;
        check_true(d.stop == PROGRAM_CONVERGED, "%zu ended as %d", trial, (int)d.stop);
        check_true(left <= 64.0 * DBL_EPSILON, "%zu: a gradient of %g", trial, left);
        arena_release(&d.arena);
    }
    gsl_rng_free(rng);
}

/* No weights with these gates give every point a margin. */
static void unbounded(void **state)
{
    static const struct {
        size_t m;
        double X[8], y[4], leak;
        unsigned char kind;
    } cases[] = {
        {2, {1, 2, 1, 2}, {1, -1}, 1.0, PAIR_ONE},                    /* both labels */
        {4, {1, 0, -1, 0, 0, 1, 0, -1}, {1, 1, 1, 1}, 1.0, PAIR_ONE}, /* around 0 */
        {4, {1, 0, 3, 1, 3, -1, 2, 0}, {1, -1, -1, 1}, 1.0, PAIR_ONE},
        {1, {1, 2}, {1}, 0.0, PAIR_LEAK}, /* dead */
        {2, {1, 0, 0, 1}, {1, 1}, 0.0, PAIR_LEAK},
        {2, {1, 2, 0, 0}, {1, 1}, 1.0, PAIR_ONE}, /* a point at 0 */
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++)
        for (int e = -6; e <= 6; e += 6) {
            struct draw d = {
                .p = {.rows = 1, .u = 1.0, .gain = 1.0, .leak = cases[k].leak}};
            draw_layout(&d, cases[k].m, 2);
            for (size_t i = 0; i < 2 * cases[k].m; i++)
                d.X[i] = cases[k].X[i] * pow(10, e);
            memcpy(d.y, cases[k].y, sizeof cases[k].y);
            memset(d.pair, cases[k].kind, sizeof d.pair);
            d.sign[0] = d.count[0] = 1.0;
            draw_solve(&d);
            check_true(d.stop == PROGRAM_UNBOUNDED, "%zu, 1e%d: ended as %d", k, e,
                       (int)d.stop);
            arena_release(&d.arena);
        }
}

/* Two points that all but cancel, their hull at 3e-8 of their length: there is a
 * solution, and at 3e-9 none. */
static void near_origin(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        double h = k ? 3e-9 : 3e-8;
        struct draw d = {.p = {.rows = 1, .u = 1.0, .gain = 1.0, .leak = 1.0},
                         .X = {1.0, h, -1.0, h},
                         .y = {1.0, 1.0},
                         .sign = {1.0},
                         .count = {1.0}};
        draw_layout(&d, 2, 2);
        memset(d.pair, PAIR_ONE, sizeof d.pair);
        draw_solve(&d);
        check_true(d.stop == (k ? PROGRAM_UNBOUNDED : PROGRAM_CONVERGED),
                   "%g: ended as %d", h, (int)d.stop);
        check_true(k || fabs(d.s.rest * h - 1.0) <= 1e-8, "%g: weights of %g", h,
                   d.s.rest);
        arena_release(&d.arena);
    }
}

/* One dead point among points that are not. */
static void one_dead_point(void **state)
{
    gsl_rng *rng = fixture_rng("program: dead", 0);
    (void)state;
    for (size_t trial = 0; trial < 20; trial++) {
        struct draw d;
        draw_make(&d, rng, 4, R, 0.0, false);
        for (size_t j = 0; j < ROWS; j++)
            d.pair[j * 4 + trial % 4] = PAIR_LEAK;
        draw_solve(&d);
        check_true(d.stop == PROGRAM_UNBOUNDED, "ended as %d", (int)d.stop);
        arena_release(&d.arena);
    }
    gsl_rng_free(rng);
}

/* Points and target times any factors: the same answer in other units. */
static void scales(void **state)
{
    static const double factors[] = {1e-6, 1.0, 1e6};
    gsl_rng *rng = fixture_rng("program: scales", 0);
    (void)state;
    for (size_t trial = 0; trial < 90; trial++) {
        struct draw a, b;
        bool target = trial % 2;
        double x = factors[trial % 3], t = target ? factors[trial / 3 % 3] : 1.0 / x;
        draw_make(&a, rng, 1 + trial % 4, R, leaks[trial / 9 % 3], target);
        b = (struct draw){0};
        b = a;
        b.arena = (struct arena){0};
        draw_layout(&b, a.points.m, R);
        b.p.target = target ? b.target : NULL;
        for (size_t k = 0; k < a.points.m * R; k++)
            b.X[k] *= x;
        for (size_t k = 0; k < ROWS * R; k++)
            b.target[k] *= t;
        draw_solve(&a);
        draw_solve(&b);
        check_true(a.stop == PROGRAM_CONVERGED && b.stop == PROGRAM_CONVERGED,
                   "ended as %d and %d", (int)a.stop, (int)b.stop);
        double off = 0.0, most = 1e-300;
        for (size_t i = 0; i < a.points.m; i++) {
            off = fmax(off, fabs(b.s.lambda[i] * x / t - a.s.lambda[i]));
            most = fmax(most, a.s.lambda[i]);
        }
        check_true(off <= 1e-11 * most, "%zu: lambda is off by %g of %g", trial, off,
                   most);
        check_close_relative(b.s.rest / t, a.s.rest, 1e-11);
        arena_release(&a.arena);
        arena_release(&b.arena);
    }
    gsl_rng_free(rng);
}

static void not_finite(void **state)
{
    gsl_rng *rng = fixture_rng("program: NaN", 0);
    (void)state;
    for (size_t k = 0; k < 6; k++) {
        struct draw d;
        draw_make(&d, rng, 3, R, 0.3, k % 2);
        *(k % 2 ? &d.target[2 * k] : &d.X[k]) = k < 4 ? (double)NAN : INFINITY;
        draw_solve(&d);
        check_true(d.stop == PROGRAM_NON_FINITE, "ended as %d", (int)d.stop);
        arena_release(&d.arena);
    }
    gsl_rng_free(rng);
}

enum { MANY = 100, WIDE = 120 };

/* Points of which every pair of every row is free in the solution; in the start all but
 * those of point 0. */
static void solve_all_free(double *X)
{
    struct draw d = {.p = {.rows = ROWS, .u = 0.5}};
    double y[MANY], target[ROWS * WIDE] = {0};
    unsigned char pair[ROWS * MANY];
    size_t free = 0;

    draw_layout(&d, MANY, WIDE);
    d.points.X = X;
    d.points.y = y;
    d.p.pair = pair;
    d.p.target = target;
    memset(pair, PAIR_BOX, sizeof pair);
    for (size_t i = 0; i < MANY; i++) {
        y[i] = i % 2 ? 1.0 : -1.0;
        d.s.lambda[i] = 1.0;
    }
    for (size_t j = 0; j < ROWS; j++) {
        d.sign[j] = j % 2 ? -1.0 : 1.0;
        d.count[j] = 1.0;
        for (size_t i = 0; i < MANY; i++) {
            double v = 0.25 + 0.5 * (double)((i + j) % 7) / 7.0;
            d.s.state[j * MANY + i] = i > 0 ? BOX_FREE : BOX_LOW;
            d.s.coefficient[j * MANY + i] = d.sign[j] * y[i] * d.p.u * 0.5;
            for (size_t k = 0; k < WIDE; k++)
                target[j * WIDE + k] += d.sign[j] * y[i] * d.p.u * v * X[i * WIDE + k];
        }
    }
    program_begin(&d.p, d.w);
    check_equal(program_solve(&d.p, d.w, &d.s), PROGRAM_CONVERGED);
    check_close(d.s.rest / d.s.norm, 0.0, 1e-14);
    for (size_t k = 0; k < ROWS * MANY; k++)
        free += d.s.state[k] == BOX_FREE;
    check_equal(free, ROWS * MANY);
    arena_release(&d.arena);
}

/* Factorisations without a basis; without one of points that seem regular in their order,
 * but x_0 = x_1 + x_2 / 50 + x / 2500 is not where it is the last one to be free; and with a
 * basis, which there is not room for in all rows. */
static void all_free(void **state)
{
    gsl_rng *rng = fixture_rng("room", 0);
    double X[MANY * WIDE];

    (void)state;
    rng_normals(rng, X, MANY * WIDE);
    solve_all_free(X);
    for (size_t k = 0; k < WIDE; k++)
        X[k] = X[WIDE + k] + 0.02 * X[2 * WIDE + k] + 0.0004 * X[k];
    solve_all_free(X);
    for (size_t k = 0; k < WIDE; k++)
        X[k] = X[WIDE + k] + 0.1 * X[k];
    solve_all_free(X);
    gsl_rng_free(rng);
}

static void all_cases_ran(void **state)
{
    (void)state;
    check_cases(240 * 2 + 1 + 120 * 3 + 30 * 2 + 18 + 4 + 20 + 90 * 3 + 6 + 3 * 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(to_a_target), cmocka_unit_test(margins),
        cmocka_unit_test(near_start),  cmocka_unit_test(unbounded),
        cmocka_unit_test(near_origin), cmocka_unit_test(one_dead_point),
        cmocka_unit_test(scales),      cmocka_unit_test(not_finite),
        cmocka_unit_test(all_free),    cmocka_unit_test(all_cases_ran),
    };

    fixture_main();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
