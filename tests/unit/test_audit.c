/* Audits against their definitions, and how often their intervals hold the truth.
 *
 *     test_audit [TABLES]        default 40 */
#include "check.h"
#include "sweep/audit.h"
#include "sweep/rng.h"
#include "sweep/status.h"
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <stdlib.h>

static size_t tables = 40;

enum { KS, AUC, TPR01, TPR10, DIFFERENCE, AUDITS };

static struct audit_value audit(size_t which, const double *x, const double *y,
                                size_t count, const struct clusters *of)
{
    struct audit_value out;
    check_equal(audit_compute(audit_at(which), x, y, count, of, &out), SWEEP_OK);
    return out;
}

/* By counting, for every threshold. */
static double share_from(const double *v, size_t count, double threshold)
{
    double met = 0;
    for (size_t i = 0; i < count; i++)
        met += v[i] >= threshold;
    return met / (double)count;
}

static void slow_audits(const double *x, const double *y, size_t n, double *out)
{
    memset(out, 0, AUDITS * sizeof *out);
    for (size_t k = 0; k < 2 * n; k++) {
        double t = k < n ? x[k] : y[k - n];
        double found = share_from(x, n, t), mistaken = share_from(y, n, t);
        out[KS] = fmax(out[KS], fabs(found - mistaken));
        if (mistaken <= 0.01)
            out[TPR01] = fmax(out[TPR01], found);
        if (mistaken <= 0.1)
            out[TPR10] = fmax(out[TPR10], found);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            out[AUC] += ((x[i] > y[j]) + 0.5 * (x[i] == y[j])) / (double)(n * n);
    for (size_t i = 0; i < n; i++)
        out[DIFFERENCE] += (x[i] - y[i]) / (double)n;
}

static void check_pairs(const double *x, const double *y, size_t n)
{
    double expected[AUDITS];
    slow_audits(x, y, n, expected);
    for (size_t k = 0; k < AUDITS; k++) {
        struct audit_value got = audit(k, x, y, n, NULL);
        check_close(got.value, expected[k], 1e-13);
        check_true(got.low <= got.value && got.value <= got.high,
                   "%s lies in its interval", audit_at(k)->name);
        if (audit_at(k)->is_share)
            check_true(got.low >= 0 && got.high <= 1, "%s is a share",
                       audit_at(k)->name);
    }
}

static gsl_rng *stream(const char *name)
{
    gsl_rng *rng = gsl_rng_alloc(rng_philox);
    rng_start(rng, rng_key_text(rng_key_start(), name));
    return rng;
}

/* With and without ties. */
static void values(void **state)
{
    gsl_rng *rng = stream("values");
    double x[150], y[150];

    (void)state;
    for (int kind = 0; kind < 6; kind++)
        for (size_t n = 2; n <= 150; n = n * 3 - 1) {
            for (size_t i = 0; i < n; i++) {
                x[i] = gsl_ran_gaussian(rng, 1) + 0.5 * kind;
                y[i] = gsl_ran_gaussian(rng, 1);
                if (kind % 2) {
                    x[i] = floor(2 * x[i]);
                    y[i] = floor(2 * y[i]);
                }
            }
            check_pairs(x, y, n);
        }
    gsl_rng_free(rng);
}

static void edges(void **state)
{
    const double low[] = {1, 2, 3, 4}, high[] = {5, 6, 7, 8};
    const size_t one[] = {4}, two[] = {2, 2};

    (void)state;
    check_same_bits(audit(KS, low, high, 4, NULL).value, 1);
    check_same_bits(audit(AUC, low, high, 4, NULL).value, 0);
    check_same_bits(audit(AUC, high, low, 4, NULL).value, 1);
    check_same_bits(audit(TPR01, high, low, 4, NULL).value, 1);
    check_same_bits(audit(TPR01, low, high, 4, NULL).value, 0);
    check_same_bits(audit(TPR01, high, low, 4, NULL).low, 0); /* four cannot know */
    for (size_t k = 0; k < AUDITS; k++) {
        struct audit_value same = audit(k, low, low, 4, NULL);
        struct audit_value single = audit(k, low, high, 4, &(struct clusters){one, 1});
        struct audit_value none = audit(k, low, high, 0, NULL);
        struct audit_value twice = audit(k, low, high, 4, &(struct clusters){two, 2});
        check_same_bits(same.value, k == AUC ? 0.5 : 0);
        check_true(isfinite(single.value) && isnan(single.low) && isnan(single.high),
                   "one cluster has no interval");
        check_true(isnan(none.value) && isnan(none.low), "nothing is undefined");
        check_true(isfinite(twice.low) && isfinite(twice.high), "two have one");
        check_same_bits(twice.value, single.value);
    }
    check_same_bits(audit(KS, low, low, 4, NULL).high, 0);
}

/* Pairs of a table: what x and y share, how far x lies above, and clusters. */
static const struct law {
    const char *name;
    double common, shift;
    size_t clusters, largest;
} laws[] = {
    {"the same law, dependent", 0.9, 0, 100, 1},
    {"independent", 0, 1, 100, 1},
    {"clusters", 0.5, 1, 40, 5},
    {"the same law in clusters", 0.5, 0, 40, 5},
};
enum { LAWS = sizeof laws / sizeof laws[0], MOST = 200 };

struct table {
    double x[MOST], y[MOST];
    size_t size[MOST], count;
};

static void draw_table(gsl_rng *rng, const struct law *l, struct table *t)
{
    double own = sqrt(1 - l->common);
    t->count = 0;
    for (size_t g = 0; g < l->clusters; g++) {
        double shared = sqrt(l->common) * gsl_ran_gaussian(rng, 1);
        t->size[g] = 1 + gsl_rng_uniform_int(rng, l->largest);
        for (size_t i = 0; i < t->size[g]; i++, t->count++) {
            t->x[t->count] = l->shift + shared + own * gsl_ran_gaussian(rng, 1);
            t->y[t->count] = shared + own * gsl_ran_gaussian(rng, 1);
        }
    }
}

static double truth(const struct law *l, size_t k)
{
    double tpr = k == TPR01 ? 0.01 : 0.1;
    switch (k) {
    case KS:
        return 2 * gsl_cdf_ugaussian_P(l->shift / 2) - 1;
    case AUC:
        return gsl_cdf_ugaussian_P(l->shift / sqrt(2));
    case DIFFERENCE:
        return l->shift;
    default:
        return gsl_cdf_ugaussian_Q(gsl_cdf_ugaussian_Qinv(tpr) - l->shift);
    }
}

static void coverage(void **state)
{
    gsl_rng *rng = stream("coverage");

    (void)state;
    for (size_t i = 0; i < LAWS; i++) {
        size_t held[AUDITS] = {0};
        for (size_t n = 0; n < tables; n++) {
            struct table t;
            draw_table(rng, &laws[i], &t);
            for (size_t k = 0; k < AUDITS; k++) {
                const struct clusters of = {t.size, laws[i].clusters};
                struct audit_value got = audit(k, t.x, t.y, t.count, &of);
                held[k] +=
                    got.low <= truth(&laws[i], k) && truth(&laws[i], k) <= got.high;
            }
        }
        for (size_t k = 0; k < AUDITS; k++) {
            double share = (double)held[k] / (double)tables;
            if (tables > 40)
                printf("%s, %s: %.4f\n", laws[i].name, audit_at(k)->name, share);
            check_true(share >= 0.85, "%s, %s: %g", laws[i].name, audit_at(k)->name,
                       share);
        }
    }
    gsl_rng_free(rng);
}

static void all_cases_ran(void **state)
{
    (void)state;
    if (tables == 40)
        check_cases(1449);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),
        cmocka_unit_test(edges),
        cmocka_unit_test(coverage),
        cmocka_unit_test(all_cases_ran),
    };

    if (argc > 1)
        tables = strtoul(argv[1], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
