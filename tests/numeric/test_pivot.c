/* The bounded minimiser of a triangle's model against its own conditions of optimality,
 * which decide for a convex problem. */
#include "program_private.h"

#include "check.h"
#include "fixture.h"

enum { MOST = 60 };

struct draw {
    size_t m;
    double H[MOST * MOST], gradient[MOST];
    struct program_workspace *w;
    struct program_state s;
    struct arena arena;
};

/* A A^T of points that share a mean, and one in four twice but for a part in `apart`. */
static void draw_model(struct draw *d, gsl_rng *rng, double apart)
{
    size_t m = d->m;
    double *L = d->w->model;
    rng_normals(rng, L, m * m);
    rng_normals(rng, d->gradient, m);
    for (size_t i = 0; i < m; i++) {
        for (size_t k = 0; k < m; k++)
            L[i * m + k] = k < i ? 0.3 * L[i * m + k] + (k == 0) : 0.0;
        L[i * m + i] = 1.0;
        if (i % 4 == 3) {
            memcpy(L + i * m, L + (i - 1) * m, i * sizeof *L);
            L[i * m + i] = 1.0 / apart;
        }
    }
    for (size_t i = 0; i < m; i++)
        for (size_t k = 0; k < m; k++) {
            d->H[i * m + k] = 0.0;
            for (size_t l = 0; l < m; l++)
                d->H[i * m + k] += L[i * m + l] * L[k * m + l];
        }
    memcpy(d->w->stack, d->H, m * m * sizeof *d->H);
    for (size_t i = 0; i < m; i++) {
        double right = -d->gradient[i];
        for (size_t k = 0; k < i; k++)
            right -= L[i * m + k] * d->w->aim[k];
        d->w->aim[i] = right / L[i * m + i];
    }
}

/* From any states; some boxes are empty or without an end. */
static void draw_bounds(struct draw *d, gsl_rng *rng, size_t trial)
{
    struct program_workspace *w = d->w;
    for (size_t i = 0; i < d->m; i++) {
        w->low[i] = i % 5 == 2 ? 0.0 : -gsl_rng_uniform(rng);
        w->high[i] = i % 11 == trial % 11 ? w->low[i]
                     : trial % 3 == 0     ? INFINITY
                                          : 0.3 * gsl_rng_uniform(rng);
        w->bound[i] = trial % 4 == 0   ? BOX_FREE
                      : trial % 4 == 1 ? BOX_LOW
                                       : (signed char)(i % 2) - 1;
    }
}

/* How far multiplier i is from optimal, over the size of its terms. */
static double off_optimum(const struct draw *d, size_t i)
{
    const struct program_workspace *w = d->w;
    double x = w->change[i];
    long double slope = d->gradient[i], terms = fabs(d->gradient[i]);
    for (size_t k = 0; k < d->m; k++) {
        slope += (long double)d->H[i * d->m + k] * w->change[k];
        terms += fabs(d->H[i * d->m + k] * w->change[k]);
    }
    bool down = slope > 0.0L && x > w->low[i], up = slope < 0.0L && x < w->high[i];
    bool placed = w->bound[i] == BOX_LOW    ? x == w->low[i]
                  : w->bound[i] == BOX_HIGH ? x == w->high[i]
                                            : x >= w->low[i] && x <= w->high[i];
    return !placed ? INFINITY : down || up ? (double)(fabsl(slope) / terms) : 0.0;
}

static void optimal(void **state)
{
    gsl_rng *rng = fixture_rng("pivot", 0);
    size_t found = 0, low = 0, high = 0, inside = 0;
    (void)state;
    for (size_t trial = 0; trial < 60; trial++) {
        struct draw d = {.m = trial == 0 ? 1 : 4 + trial % (MOST - 3)};
        FIXTURE_LAYOUT(&d.arena)
        {
            program_workspace_layout(&d.w, 1, d.m, d.m, &d.arena);
        }
        d.s.gradient = d.gradient;
        draw_model(&d, rng, trial % 2 ? 1.0 : 1e3);
        draw_bounds(&d, rng, trial);
        bool ended = program_pivot(d.w, &d.s, d.m);
        double worst = 0.0;
        found += ended;
        for (size_t i = 0; i < d.m && ended; i++) {
            worst = fmax(worst, off_optimum(&d, i));
            low += d.w->bound[i] == BOX_LOW;
            high += d.w->bound[i] == BOX_HIGH;
            inside += d.w->bound[i] == BOX_FREE;
        }
        check_true(worst <= 1e-13, "%zu is off by %g", trial, worst);
        arena_release(&d.arena);
    }
    check_true(found > 45, "%zu of 60 found", found); /* it may go round in circles */
    check_true(low > 200 && high > 200 && inside > 200,
               "%zu, %zu and %zu at a bound and inside", low, high, inside);
    gsl_rng_free(rng);
}

static void all_cases_ran(void **state)
{
    (void)state;
    check_cases(60 + 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(optimal),
        cmocka_unit_test(all_cases_ran),
    };

    fixture_main();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
