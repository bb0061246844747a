#include "sweep/boxls.h"

#include "check.h"
#include "fixture.h"
#include "sweep/status.h"

enum { P = 6, R = 5, LARGE_P = 60, LARGE_R = 40 };

struct problem {
    struct arena arena;
    struct boxls factor;
    struct boxls_scratch scratch;
    struct box_problem q;
    size_t r;
    double *X, *low, *high, *b, *g, *residual;
    size_t *column;
    signed char *state;
};

static void problem_make(struct problem *a, size_t p, size_t r)
{
    *a = (struct problem){.r = r};
    FIXTURE_LAYOUT(&a->arena)
    {
        boxls_layout(&a->factor, p, r, &a->arena);
        boxls_scratch_layout(&a->scratch, p, r, &a->arena);
        a->X = arena_doubles(&a->arena, p, r);
        a->low = arena_doubles(&a->arena, p, 1);
        a->high = arena_doubles(&a->arena, p, 1);
        a->b = arena_doubles(&a->arena, r, 1);
        a->g = arena_doubles(&a->arena, p, 1);
        a->residual = arena_doubles(&a->arena, r, 1);
        a->column = arena_carve(&a->arena, p, 1, sizeof *a->column);
        a->state = arena_carve(&a->arena, p, 1, 1);
    }
    a->q = (struct box_problem){.p = p,
                                .X = a->X,
                                .column = a->column,
                                .low = a->low,
                                .high = a->high,
                                .b = a->b};
    boxls_reset(&a->factor);
}

/* Boxes: finite, half-infinite, infinite, or a single number. */
static void draw_box(gsl_rng *rng, double *low, double *high)
{
    double bound[2];

    rng_normals(rng, bound, 2);
    *low = fmin(bound[0], bound[1]);
    *high = fmax(bound[0], bound[1]);
    switch (fixture_between(rng, 0, 7)) {
    case 0:
        *low = -INFINITY;
        break;
    case 1:
        *high = INFINITY;
        break;
    case 2:
        *low = -INFINITY;
        *high = INFINITY;
        break;
    case 3:
        *high = *low;
        break;
    default:
        break;
    }
}

/* Random columns; some repeat, oppose or add up earlier ones. */
static void draw_problem(gsl_rng *rng, struct problem *a)
{
    size_t r = a->r;

    rng_normals(rng, a->X, a->q.p * r);
    rng_normals(rng, a->b, r);
    rng_permutation(rng, a->column, a->q.p);
    for (size_t i = 2; i < a->q.p; i++) {
        size_t kind = fixture_between(rng, 0, 9);
        const double *one = a->X + (i - 1) * r, *two = a->X + (i - 2) * r;

        for (size_t k = 0; k < r && kind < 3; k++)
            a->X[i * r + k] = kind == 0   ? one[k]
                              : kind == 1 ? -two[k]
                                          : one[k] + two[k];
    }
    for (size_t i = 0; i < a->q.p; i++)
        draw_box(rng, a->low + i, a->high + i);
}

/* States and values from nowhere. */
static void draw_start(gsl_rng *rng, struct problem *a)
{
    rng_normals(rng, a->g, a->q.p);
    for (size_t i = 0; i < a->q.p; i++)
        a->state[i] = (signed char)((int)fixture_between(rng, 0, 2) - 1);
}

static const double *column(const struct problem *a, size_t i)
{
    return a->X + a->column[i] * a->r;
}

/* Feasible, residual = b - sum g x, and no feasible direction descends. */
static void check_optimal(const struct problem *a, double tolerance)
{
    double worst = 0.0, gap = 0.0;

    for (size_t k = 0; k < a->r; k++) {
        long double sum = a->b[k];

        for (size_t i = 0; i < a->q.p; i++)
            sum -= (long double)a->g[i] * column(a, i)[k];
        gap = fmax(gap, fabs((double)sum - a->residual[k]));
    }
    check_close(gap, 0.0, tolerance);
    for (size_t i = 0; i < a->q.p; i++) {
        double slope = (double)direct_dot(column(a, i), a->residual, a->r);
        double scale =
            direct_norm(column(a, i), a->r) * (1.0 + direct_norm(a->b, a->r));
        bool inside = a->g[i] >= a->low[i] && a->g[i] <= a->high[i];

        worst = inside ? worst : INFINITY;
        if (a->g[i] < a->high[i])
            worst = fmax(worst, slope / scale);
        if (a->g[i] > a->low[i])
            worst = fmax(worst, -slope / scale);
    }
    check_close(worst, 0.0, tolerance);
}

/* What is left of b after the best fit of the columns marked free, the others at
 * `value`: Gram-Schmidt twice in long double. False when the fit leaves a box. */
static bool fit(const struct problem *a, const bool *free, const double *value,
                long double *rest)
{
    long double Q[P][R], T[P][P] = {{0}}, g[P];
    size_t index[P], count = 0, r = a->r;

    for (size_t k = 0; k < r; k++) {
        rest[k] = a->b[k];
        for (size_t i = 0; i < a->q.p; i++)
            rest[k] -= free[i] ? 0.0L : (long double)value[i] * column(a, i)[k];
    }
    for (size_t i = 0; i < a->q.p; i++) {
        long double norm = 0.0L;

        if (!free[i])
            continue;
        for (size_t k = 0; k < r; k++)
            Q[count][k] = column(a, i)[k];
        for (size_t l = 0; l < 2 * count; l++) {
            long double dot = 0.0L;

            for (size_t k = 0; k < r; k++)
                dot += Q[count][k] * Q[l % count][k];
            for (size_t k = 0; k < r; k++)
                Q[count][k] -= dot * Q[l % count][k];
            T[count][l % count] += dot;
        }
        for (size_t k = 0; k < r; k++)
            norm += Q[count][k] * Q[count][k];
        norm = sqrtl(norm);
        if (norm < 1e-9L)
            return false; /* dependent: another set of free columns says the same */
        for (size_t k = 0; k < r; k++)
            Q[count][k] /= norm;
        T[count][count] = norm;
        index[count++] = i;
    }
    for (size_t l = 0; l < count; l++) {
        g[l] = 0.0L;
        for (size_t k = 0; k < r; k++)
            g[l] += Q[l][k] * rest[k];
        for (size_t k = 0; k < r; k++)
            rest[k] -= Q[l][k] * g[l];
    }
    for (size_t l = count; l-- > 0;) {
        for (size_t o = l + 1; o < count; o++)
            g[l] -= T[o][l] * g[o];
        g[l] /= T[l][l];
        if (g[l] < a->low[index[l]] - 1e-12L || g[l] > a->high[index[l]] + 1e-12L)
            return false;
    }
    return true;
}

/* The smallest residual over every assignment of the columns to: free, low bound, high
 * bound, 0 (where nothing bounds it, for dependent ones). */
static void exhaustive(const struct problem *a, double *best)
{
    long double least = INFINITY;
    size_t total = (size_t)1 << (2 * a->q.p);

    for (size_t code = 0; code < total; code++) {
        bool free[P], possible = true;
        double value[P];
        long double rest[R], square = 0.0L;

        for (size_t i = 0; i < a->q.p; i++) {
            size_t where = code >> (2 * i) & 3;

            free[i] = where == 0;
            value[i] = where == 1 ? a->low[i] : where == 2 ? a->high[i] : 0.0;
            possible &= free[i] || isfinite(value[i]);
            possible &= where < 3 || (isinf(a->low[i]) && isinf(a->high[i]));
        }
        if (!possible || !fit(a, free, value, rest))
            continue;
        for (size_t k = 0; k < a->r; k++)
            square += rest[k] * rest[k];
        if (square < least) {
            least = square;
            for (size_t k = 0; k < a->r; k++)
                best[k] = (double)rest[k];
        }
    }
    fixture_need(isfinite(least), "exhaustive search");
}

static void test_exhaustive(void **state)
{
    gsl_rng *rng = fixture_rng("exhaustive", 0);

    (void)state;
    for (int trial = 0; trial < 300; trial++) {
        struct problem a;
        double best[R];

        problem_make(&a, fixture_between(rng, 1, P), fixture_between(rng, 1, R));
        draw_problem(rng, &a);
        draw_start(rng, &a);
        check_equal(boxls_solve(&a.factor, &a.q, &a.scratch, a.state, a.g, a.residual),
                    SWEEP_OK);
        exhaustive(&a, best);
        check_array_close(a.residual, best, a.r, 1e-11);
        check_optimal(&a, 1e-12);
        arena_release(&a.arena);
    }
    gsl_rng_free(rng);
}

/* The same columns with other targets and boxes, from the last answer or from states
 * that are wrong, with the factorisation kept. */
static void test_warm(void **state)
{
    gsl_rng *rng = fixture_rng("warm", 0);

    (void)state;
    for (int trial = 0; trial < 60; trial++) {
        struct problem a;

        problem_make(&a, fixture_between(rng, 1, LARGE_P),
                     fixture_between(rng, 1, LARGE_R));
        draw_problem(rng, &a);
        draw_start(rng, &a);
        for (int again = 0; again < 10; again++) {
            check_equal(
                boxls_solve(&a.factor, &a.q, &a.scratch, a.state, a.g, a.residual),
                SWEEP_OK);
            check_optimal(&a, 1e-11);
            if (again % 3 == 0)
                rng_normals(rng, a.b, a.r);
            if (again % 3 == 1)
                draw_start(rng, &a);
            for (size_t i = 0; i < a.q.p && again % 2 == 0; i++)
                draw_box(rng, a.low + i, a.high + i);
            if (again == 5)
                boxls_reset(&a.factor);
        }
        arena_release(&a.arena);
    }
    gsl_rng_free(rng);
}

/* A solve of a solved problem changes nothing but rounding. */
static void test_repeat(void **state)
{
    gsl_rng *rng = fixture_rng("repeat", 0);

    (void)state;
    for (int trial = 0; trial < 50; trial++) {
        struct problem a;
        double before[LARGE_R];

        problem_make(&a, 30, 20);
        draw_problem(rng, &a);
        draw_start(rng, &a);
        boxls_solve(&a.factor, &a.q, &a.scratch, a.state, a.g, a.residual);
        memcpy(before, a.residual, 20 * sizeof *before);
        boxls_reset(&a.factor);
        boxls_solve(&a.factor, &a.q, &a.scratch, a.state, a.g, a.residual);
        check_array_close(a.residual, before, 20, 1e-12);
        arena_release(&a.arena);
    }
    gsl_rng_free(rng);
}

/* Orthonormal rows of Q, and R Q the free columns. */
static void check_factor(const struct problem *a)
{
    const struct boxls *f = &a->factor;
    double gap = 0.0;

    for (size_t k = 0; k < f->count; k++) {
        const double *x = column(a, f->free[k]);

        for (size_t l = 0; l <= k; l++)
            gap = fmax(gap,
                       fabs((double)direct_dot(f->Q + k * f->r, f->Q + l * f->r, f->r) -
                            (k == l)));
        for (size_t i = 0; i < f->r; i++) {
            long double sum = x[i];

            for (size_t l = 0; l <= k; l++)
                sum -= (long double)f->R[k * f->capacity + l] * f->Q[l * f->r + i];
            gap = fmax(gap, fabs((double)sum));
        }
    }
    check_close(gap, 0.0, 1e-13);
}

static void gram_of(const struct problem *a, double *gram)
{
    for (size_t i = 0; i < a->q.p; i++)
        for (size_t k = 0; k < a->q.p; k++)
            gram[i * a->q.p + k] =
                (double)direct_dot(a->X + i * a->r, a->X + k * a->r, a->r);
}

/* Many columns at once, with their inner products. */
static void test_gram(void **state)
{
    gsl_rng *rng = fixture_rng("gram", 0);
    double gram[LARGE_P * LARGE_P];

    (void)state;
    for (int trial = 0; trial < 60; trial++) {
        struct problem a;

        problem_make(&a, fixture_between(rng, 24, LARGE_P),
                     fixture_between(rng, 4, 90));
        draw_problem(rng, &a);
        if (trial % 2 == 0) /* none depends on others */
            rng_normals(rng, a.X, a.q.p * a.r);
        draw_start(rng, &a);
        gram_of(&a, gram);
        a.q.gram = gram;
        a.q.gram_size = a.q.p;
        for (int again = 0; again < 3; again++) {
            check_equal(
                boxls_solve(&a.factor, &a.q, &a.scratch, a.state, a.g, a.residual),
                SWEEP_OK);
            check_optimal(&a, 1e-11);
            check_factor(&a);
            if (again == 1)
                boxls_reset(&a.factor);
            rng_normals(rng, a.b, a.r);
        }
        arena_release(&a.arena);
    }
    gsl_rng_free(rng);
}

/* R R^T are the inner products of the free columns. */
static void check_triangle(const struct problem *a)
{
    const struct boxls *f = &a->factor;
    double gap = 0.0;

    for (size_t k = 0; k < f->count; k++)
        for (size_t l = 0; l <= k; l++) {
            double product = (double)direct_dot(f->R + k * f->capacity,
                                                f->R + l * f->capacity, l + 1);
            gap = fmax(gap,
                       fabs(product - (double)direct_dot(column(a, f->free[k]),
                                                         column(a, f->free[l]), f->r)));
        }
    check_close(gap, 0.0, 1e-12);
}

/* How far the coefficients are from those by a basis, from the same states. */
static double off_basis(const struct problem *a, struct boxls *with_basis)
{
    struct problem b = *a;
    double g[LARGE_P], residual[2 * LARGE_P], off = 0.0, size = 0.0;
    signed char states[LARGE_P];

    memcpy(g, a->g, a->q.p * sizeof *g);
    memcpy(states, a->state, a->q.p);
    boxls_reset(with_basis);
    check_equal(boxls_solve(with_basis, &b.q, &b.scratch, states, g, residual), 0);
    for (size_t i = 0; i < a->q.p; i++) {
        off = fmax(off, fabs(g[i] - a->g[i]));
        size = fmax(size, fabs(g[i]));
    }
    return off / size;
}

/* Columns far from dependent need no basis, however they come and go, nor do those that have
 * most of their length in common; two at a small angle (3e-3) fill the factorisation only
 * where both are to be free. */
static void test_without_basis(void **state)
{
    gsl_rng *rng = fixture_rng("basis", 0);
    double gram[LARGE_P * LARGE_P], worst = 0.0;
    static double triangle[LARGE_P * LARGE_P];
    size_t free[LARGE_P];
    struct boxls with_basis;
    size_t full = 0, solved = 0;

    (void)state;
    for (int trial = 0; trial < 60; trial++) {
        struct problem a;
        size_t p = fixture_between(rng, 2, LARGE_P);

        problem_make(&a, p, p + fixture_between(rng, 10, LARGE_R));
        rng_normals(rng, a.X, p * a.r);
        rng_normals(rng, a.b, a.r);
        rng_permutation(rng, a.column, p);
        for (size_t k = 0; k < a.r && trial % 3 == 0; k++)
            a.X[k] = a.X[a.r + k] + 3e-3 * a.X[k];
        for (size_t k = 0; k < p * a.r && trial % 3 == 1; k++)
            a.X[k] = a.b[k % a.r] + 0.1 * a.X[k];
        rng_normals(rng, a.b, a.r);
        gram_of(&a, gram);
        a.q.gram = gram;
        a.q.gram_size = p;
        with_basis = a.factor;
        with_basis.R = triangle;
        with_basis.free = free;
        a.factor.Q = NULL;
        for (int again = 0; again < 10; again++) {
            int status;

            for (size_t i = 0; i < p && again % 2 == 0; i++)
                draw_box(rng, a.low + i, a.high + i);
            if (again % 3 == 0)
                draw_start(rng, &a);
            if (again == 5)
                boxls_reset(&a.factor);
            status = boxls_solve(&a.factor, &a.q, &a.scratch, a.state, a.g, a.residual);
            check_true(trial % 3 == 0 || !a.factor.full, "independent columns");
            check_equal(status, a.factor.full ? SWEEP_NUMERIC : SWEEP_OK);
            full += a.factor.full;
            solved += !a.factor.full;
            check_triangle(&a);
            if (!a.factor.full) {
                check_optimal(&a, 1e-13);
                worst = fmax(worst, off_basis(&a, &with_basis));
            }
            rng_normals(rng, a.b, a.r);
        }
        arena_release(&a.arena);
    }
    check_close(worst, 0.0, 3e-14);
    check_true(full > 10 && solved > 410, "full %zu times of 600", full);
    gsl_rng_free(rng);
}

static void test_special(void **state)
{
    struct problem a;

    (void)state;
    problem_make(&a, 3, 2);
    for (size_t i = 0; i < 3; i++) { /* x = e_1, e_1, 0, boxes [0, 1] */
        a.column[i] = i;
        a.high[i] = 1.0;
        a.X[2 * i] = i < 2 ? 1.0 : 0.0;
    }
    a.b[0] = 1.5;
    a.b[1] = 0.25;
    check_equal(boxls_solve(&a.factor, &a.q, &a.scratch, a.state, a.g, a.residual), 0);
    check_close(a.g[0] + a.g[1], 1.5, 1e-15);
    check_close(a.residual[0], 0.0, 1e-15);
    check_same_bits(a.residual[1], 0.25);
    check_optimal(&a, 1e-15);
    a.b[0] = 5.0;
    check_equal(boxls_solve(&a.factor, &a.q, &a.scratch, a.state, a.g, a.residual), 0);
    check_close(a.residual[0], 3.0, 1e-15);
    a.q.p = 0;
    boxls_reset(&a.factor);
    check_equal(boxls_solve(&a.factor, &a.q, &a.scratch, a.state, a.g, a.residual), 0);
    check_same_bits(a.residual[0], 5.0);
    a.q.p = 3;
    a.b[1] = NAN;
    boxls_reset(&a.factor);
    check_equal(boxls_solve(&a.factor, &a.q, &a.scratch, a.state, a.g, a.residual),
                SWEEP_NUMERIC);
    a.b[1] = 0.0;
    a.X[0] = NAN;
    boxls_reset(&a.factor);
    check_equal(boxls_solve(&a.factor, &a.q, &a.scratch, a.state, a.g, a.residual),
                SWEEP_NUMERIC);
    arena_release(&a.arena);
}

/* One column that b has so little of, and two that differ by so little: 1e-14 and 1e-12
 * are still numbers, not rounding. */
static void test_small(void **state)
{
    static const double pulls[] = {1e-14, 1e-13, 1e-9}, turns[] = {1e-12, 1e-9};
    (void)state;
    for (size_t k = 0; k < 3; k++) {
        struct problem a;
        problem_make(&a, 1, 2);
        a.X[0] = 1.0;
        a.b[0] = pulls[k];
        a.b[1] = 1.0;
        a.high[0] = INFINITY;
        a.state[0] = BOX_LOW;
        check_equal(boxls_solve(&a.factor, &a.q, &a.scratch, a.state, a.g, a.residual),
                    0);
        check_same_bits(a.g[0], pulls[k]);
        arena_release(&a.arena);
    }
    for (size_t k = 0; k < 2; k++) { /* b is their difference, g = (-1, 1) / turn */
        struct problem a;
        problem_make(&a, 2, 2);
        for (size_t i = 0; i < 2; i++) {
            a.column[i] = i;
            a.low[i] = -INFINITY;
            a.high[i] = INFINITY;
            a.X[2 * i] = 1.0;
        }
        a.X[3] = turns[k];
        a.b[1] = 1.0;
        check_equal(boxls_solve(&a.factor, &a.q, &a.scratch, a.state, a.g, a.residual),
                    0);
        check_close_relative(a.g[1], 1.0 / turns[k], 1e-3);
        arena_release(&a.arena);
    }
}

/* Room for fewer free columns than are needed is no answer, but it is noticed. */
static void test_room(void **state)
{
    gsl_rng *rng = fixture_rng("room", 0);
    struct problem a;

    (void)state;
    problem_make(&a, 8, 10);
    rng_normals(rng, a.X, 80);
    rng_normals(rng, a.b, 10);
    rng_permutation(rng, a.column, 8);
    for (size_t i = 0; i < 8; i++) {
        a.low[i] = -INFINITY;
        a.high[i] = INFINITY;
    }
    a.factor.capacity = 7;
    check_equal(boxls_solve(&a.factor, &a.q, &a.scratch, a.state, a.g, a.residual),
                SWEEP_NUMERIC);
    check_true(a.factor.full, "8 free columns where there is room for 7");
    a.factor.capacity = 8;
    boxls_reset(&a.factor);
    check_equal(boxls_solve(&a.factor, &a.q, &a.scratch, a.state, a.g, a.residual), 0);
    check_true(!a.factor.full, "8 free columns where there is room for 8");
    check_optimal(&a, 1e-12);
    arena_release(&a.arena);
    gsl_rng_free(rng);
}

static void test_cases(void **state)
{
    (void)state;
    check_cases(300 * 4 + 600 * 3 + 50 + 180 * 4 + 12 + 10 + 6 + 3332);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exhaustive), cmocka_unit_test(test_warm),
        cmocka_unit_test(test_repeat),     cmocka_unit_test(test_special),
        cmocka_unit_test(test_small),      cmocka_unit_test(test_gram),
        cmocka_unit_test(test_room),       cmocka_unit_test(test_without_basis),
        cmocka_unit_test(test_cases),
    };

    fixture_main();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
