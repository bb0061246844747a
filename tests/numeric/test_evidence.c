#include "check.h"
#include "fixture.h"
#include "sweep/evidence.h"

enum { MOST = 9 };

/* log p(y_1) + log p(y_2 | y_1) + ...: each label's Gaussian given those before it, from the
 * posterior of w, updated point by point in long double. */
static double sequential(const struct points *p, double variance)
{
    long double mean[MOST] = {0.0L}, cover[MOST][MOST] = {{0.0L}}, sum = 0.0L;
    size_t r = p->r;
    for (size_t k = 0; k < r; k++)
        cover[k][k] = variance;
    for (size_t i = 0; i < p->m; i++) {
        const double *x = p->X + i * r;
        long double gain[MOST], width = 1.0L, rest = p->y[i];
        for (size_t k = 0; k < r; k++) {
            gain[k] = 0.0L;
            for (size_t l = 0; l < r; l++)
                gain[k] += cover[k][l] * x[l];
            width += gain[k] * x[k];
            rest -= mean[k] * x[k];
        }
        sum -= 0.5L * (rest * rest / width + logl(width * 2.0L * M_PI));
        for (size_t k = 0; k < r; k++) {
            mean[k] += gain[k] * rest / width;
            for (size_t l = 0; l < r; l++)
                cover[k][l] -= gain[k] * gain[l] / width;
        }
    }
    return (double)sum;
}

static void test_sequential(void **state)
{
    const double variance[] = {0.0, 1e-8, 0.1, 1.0, 30.0, 1000.0};
    gsl_rng *rng = fixture_rng("evidence", 0);
    (void)state;
    for (size_t m = 1; m <= MOST; m++)
        for (size_t r = 1; r <= MOST; r++)
            for (size_t k = 0; k < 6; k++) {
                double X[MOST * MOST], y[MOST];
                struct points p = {m, r, X, y, NULL};
                struct evidence_workspace w;
                struct arena arena = {0};
                rng_normals(rng, X, m * r);
                for (size_t i = 0; i < m; i++)
                    y[i] = gsl_rng_uniform(rng) < 0.5 ? -1.0 : 1.0;
                FIXTURE_LAYOUT(&arena)
                {
                    evidence_layout(&w, m, r, &arena);
                }
                check_close_relative(evidence_linear(&p, variance[k], &w),
                                     sequential(&p, variance[k]), 1e-11);
                X[0] = k % 2 ? NAN : 1e6;
                if (k % 2 || variance[k] > 1.0)
                    check_true(isnan(evidence_linear(&p, variance[k], &w)),
                               "defined, by rounding");
                arena_release(&arena);
            }
    gsl_rng_free(rng);
}

static void test_case_count(void **state)
{
    (void)state;
    check_cases(MOST * MOST * (6 + 4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sequential),
        cmocka_unit_test(test_case_count),
    };
    fixture_main();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
