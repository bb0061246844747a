#include "sweep/audit.h"
#include "sweep/memory.h"
#include "sweep/rng.h"
#include "sweep/status.h"
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const double LEVEL = 0.95;

/* One of the 2n numbers. */
struct number {
    double value;
    size_t pair;
    bool is_x;
};

/* Ascending; equal ones in a fixed order. */
static int compare_values(const void *left, const void *right)
{
    const struct number *a = left, *b = right;
    if (a->value != b->value)
        return a->value < b->value ? -1 : 1;
    if (a->pair != b->pair)
        return a->pair < b->pair ? -1 : 1;
    return a->is_x - b->is_x;
}

/* All numbers, ascending; NULL: no memory. */
static struct number *sort_pairs(const double *x, const double *y, size_t count)
{
    struct number *all = memory_array(count, 2 * sizeof *all);
    for (size_t i = 0; all && i < count; i++) {
        all[2 * i] = (struct number){x[i], i, true};
        all[2 * i + 1] = (struct number){y[i], i, false};
    }
    if (all)
        qsort(all, 2 * count, sizeof *all, compare_values);
    return all;
}

static size_t cluster_count(size_t count, const struct clusters *of)
{
    return of ? of->count : count;
}

/* sup |d*(t) - d(t)|, where pair i counts weight[i] times of `total` in d*; weight NULL:
 * sup |d(t)|. */
static double largest_gap(const struct number *all, size_t count,
                          const unsigned *weight, double total)
{
    double most = 0, n = (double)count;
    long plain = 0, weighted = 0;
    for (size_t k = 0; k < 2 * count; k++) {
        int sign = all[k].is_x ? 1 : -1;
        plain += sign;
        weighted += weight ? sign * (long)weight[all[k].pair] : 0;
        if (k + 1 < 2 * count && all[k + 1].value == all[k].value)
            continue;
        most = fmax(most,
                    fabs((weight ? (double)weighted / total : 0) - (double)plain / n));
    }
    return most;
}

/* Draw clusters; `weight` of each pair is how often its cluster came. The pairs drawn. */
static double draw_clusters(gsl_rng *rng, size_t count, const struct clusters *of,
                            unsigned *drawn, unsigned *weight)
{
    size_t clusters = cluster_count(count, of), i = 0;
    double total = 0;
    memset(drawn, 0, clusters * sizeof *drawn);
    for (size_t k = 0; k < clusters; k++)
        drawn[gsl_rng_uniform_int(rng, clusters)]++;
    for (size_t g = 0; g < clusters; g++) {
        size_t size = of ? of->size[g] : 1;
        total += (double)size * drawn[g];
        for (size_t k = 0; k < size; k++)
            weight[i++] = drawn[g];
    }
    return total;
}

/* How far ks may be off. */
static int ks_reach(const struct number *all, size_t count, const struct clusters *of,
                    double *reach)
{
    size_t clusters = cluster_count(count, of);
    gsl_rng *rng = gsl_rng_alloc(rng_philox);
    double *gap = memory_array(BOOTSTRAP_RESAMPLES, sizeof *gap);
    unsigned *weight = memory_array(count, sizeof *weight);
    unsigned *drawn = memory_array(clusters, sizeof *drawn);
    bool there = rng && gap && weight && drawn;
    if (there) {
        struct statistic quantile;
        double g = (double)clusters;
        struct rng_key key = rng_key_text(rng_key_start(), "audit");
        rng_start(rng, rng_key_word(key, clusters));
        for (size_t k = 0; k < BOOTSTRAP_RESAMPLES; k++) {
            double total = draw_clusters(rng, count, of, drawn, weight);
            gap[k] = largest_gap(all, count, weight, total);
        }
        statistic_parse("q95", &quantile);
        *reach = statistic_compute(&quantile, gap, BOOTSTRAP_RESAMPLES, NULL) *
                 sqrt(g / (g - 1));
    }
    if (rng)
        gsl_rng_free(rng);
    memory_free(gap);
    memory_free(weight);
    memory_free(drawn);
    return there ? SWEEP_OK : SWEEP_NO_MEMORY;
}

static int compute_ks(const double *x, const double *y, size_t count,
                      const struct clusters *of, double p, struct audit_value *out)
{
    struct number *all = sort_pairs(x, y, count);
    double reach = NAN;
    int status = all ? SWEEP_OK : SWEEP_NO_MEMORY;
    (void)p;
    if (all)
        out->value = largest_gap(all, count, NULL, 0);
    if (all && cluster_count(count, of) > 1)
        status = ks_reach(all, count, of, &reach);
    memory_free(all);
    if (!isnan(reach)) {
        out->low = fmax(out->value - reach, 0);
        out->high = fmin(out->value + reach, 1);
    }
    return status;
}

/* share[i] = P(x_i > y) + P(x > y_i), a tie being half. */
static void add_shares(const struct number *all, size_t count, double *share)
{
    size_t x_below = 0, y_below = 0, end;
    memset(share, 0, count * sizeof *share);
    for (size_t k = 0; k < 2 * count; k = end) {
        size_t x_here = 0;
        for (end = k; end < 2 * count && all[end].value == all[k].value; end++)
            x_here += all[end].is_x;
        size_t y_here = end - k - x_here;
        double y_less = (double)y_below + (double)y_here / 2;
        double x_more = (double)(count - x_below - x_here) + (double)x_here / 2;
        for (size_t i = k; i < end; i++)
            share[all[i].pair] += (all[i].is_x ? y_less : x_more) / (double)count;
        x_below += x_here;
        y_below += y_here;
    }
}

/* Wilson's interval of a rate whose standard error is known, from G clusters. */
static void interval_of_rate(double error, size_t clusters, struct audit_value *out)
{
    double p = 1 - (1 - LEVEL) / 2, z = gsl_cdf_ugaussian_Pinv(p), rate = out->value;
    double g = (double)clusters, t = gsl_cdf_tdist_Pinv(p, g - 1);
    double trials = rate * (1 - rate) / (error * error) * (z / t) * (z / t);
    if (rate == 0 || rate == 1)
        trials = g;
    if (error == 0 && rate > 0 && rate < 1) /* x and y of each trial cancel */
        out->low = out->high = rate;
    else
        wilson_interval(rate, trials, z, &out->low, &out->high);
}

static int compute_auc(const double *x, const double *y, size_t count,
                       const struct clusters *of, double p, struct audit_value *out)
{
    struct number *all = sort_pairs(x, y, count);
    double *share = memory_array(count, sizeof *share);
    int status = all && share ? SWEEP_OK : SWEEP_NO_MEMORY;
    (void)p;
    if (status == SWEEP_OK) {
        struct statistic error;
        statistic_parse("sem", &error);
        add_shares(all, count, share);
        out->value = statistic_compute(&statistic_mean, share, count, NULL) / 2;
        if (cluster_count(count, of) > 1)
            interval_of_rate(statistic_compute(&error, share, count, of),
                             cluster_count(count, of), out);
    }
    memory_free(all);
    memory_free(share);
    return status;
}

/* Shares of numbers at a threshold or above it. */
struct exceeding {
    const double *number; /* (count) */
    size_t count;
    const struct clusters *of;
    double *met; /* (count) scratch */
};

static struct audit_value share_above(const struct exceeding *e, double threshold)
{
    const double level = 1 - (1 - LEVEL) / 2; /* two such bounds make an interval */
    double z = gsl_cdf_ugaussian_Pinv(1 - (1 - level) / 2);
    struct audit_value share;
    for (size_t i = 0; i < e->count; i++)
        e->met[i] = e->number[i] >= threshold;
    share.value = statistic_compute(&statistic_mean, e->met, e->count, NULL);
    double trials = effective_trials(e->met, e->count, e->of, level);
    wilson_interval(share.value, trials, z, &share.low, &share.high);
    return share;
}

enum bound { AT_MOST, SURELY_AT_MOST, SURELY_AT_LEAST };

/* How many of the numbers, descending, may be thresholds before the share of y at one
 * passes p: it is at most p, surely, or not surely at least p. */
static size_t count_thresholds(const double *threshold, size_t count,
                               const struct exceeding *y, double p, enum bound bound)
{
    size_t low = 0, high = count; /* those before `low` are within, `high` is not */
    while (low < high) {
        size_t middle = (low + high) / 2;
        struct audit_value share = share_above(y, threshold[middle]);
        bool within = bound == AT_MOST          ? share.value <= p
                      : bound == SURELY_AT_MOST ? share.high <= p
                                                : share.low < p;
        if (within)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int compute_tpr(const double *x, const double *y, size_t count,
                       const struct clusters *of, double p, struct audit_value *out)
{
    struct number *all = sort_pairs(x, y, count);
    double *threshold = memory_array(2 * count, sizeof *threshold);
    double *met = memory_array(count, sizeof *met);
    const struct exceeding of_x = {x, count, of, met}, of_y = {y, count, of, met};
    int status = all && threshold && met ? SWEEP_OK : SWEEP_NO_MEMORY;
    size_t k;
    for (size_t i = 0; status == SWEEP_OK && i < 2 * count; i++)
        threshold[i] = all[2 * count - 1 - i].value;
    if (status == SWEEP_OK) {
        k = count_thresholds(threshold, 2 * count, &of_y, p, AT_MOST);
        out->value = k > 0 ? share_above(&of_x, threshold[k - 1]).value : 0;
    }
    if (status == SWEEP_OK && cluster_count(count, of) > 1) {
        k = count_thresholds(threshold, 2 * count, &of_y, p, SURELY_AT_MOST);
        out->low = k > 0 ? share_above(&of_x, threshold[k - 1]).low : 0;
        k = count_thresholds(threshold, 2 * count, &of_y, p, SURELY_AT_LEAST);
        out->high = k < 2 * count ? share_above(&of_x, threshold[k]).high : 1;
    }
    memory_free(all);
    memory_free(threshold);
    memory_free(met);
    return status;
}

static int compute_difference(const double *x, const double *y, size_t count,
                              const struct clusters *of, double p,
                              struct audit_value *out)
{
    static const char *const names[] = {"mean", "t95_low", "t95_high"};
    double *to[] = {&out->value, &out->low, &out->high};
    double *difference = memory_array(count, sizeof *difference);
    (void)p;
    if (!difference)
        return SWEEP_NO_MEMORY;
    for (size_t k = 0; k < 3; k++) {
        struct statistic s;
        for (size_t i = 0; i < count; i++)
            difference[i] = x[i] - y[i];
        statistic_parse(names[k], &s);
        *to[k] = statistic_compute(&s, difference, count, of);
    }
    memory_free(difference);
    return SWEEP_OK;
}

static const struct audit_info audit_table[] = {
    {"ks", "largest advantage of a threshold (Kolmogorov-Smirnov)", compute_ks, 0, 1,
     0},
    {"auc", "how often a pair is ranked right; 0.5 is blind", compute_auc, 0, 1, 0.5},
    {"tpr01", "share of the first found when 0.01 of the second are mistaken for it",
     compute_tpr, 0.01, 1, 0},
    {"tpr10", "share of the first found when 0.1 of the second are mistaken for it",
     compute_tpr, 0.1, 1, 0},
    {"mean_difference", "mean of the first less that of the second", compute_difference,
     0, 0, 0},
};

const struct names all_audits = {.what = "statistic of a pair", NAMES_OF(audit_table)};

const struct audit_info *audit_at(size_t i)
{
    return &audit_table[i];
}

double audit_size(const struct audit_info *which, double value)
{
    return fmax(value, 2 * which->blind - value);
}

int audit_compute(const struct audit_info *which, const double *x, const double *y,
                  size_t count, const struct clusters *of, struct audit_value *out)
{
    *out = (struct audit_value){NAN, NAN, NAN};
    return count > 0 ? which->compute(x, y, count, of, which->p, out) : SWEEP_OK;
}
