#include "sweep/statistic.h"
#include "sweep/memory.h"
#include "sweep/parse.h"
#include "sweep/rng.h"
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Neumaier's compensated sum: the error of every addition is kept beside it. */
static double sum(const double *values, size_t count)
{
    double total = 0, lost = 0;
    for (size_t i = 0; i < count; i++) {
        double next = total + values[i];
        if (fabs(total) >= fabs(values[i]))
            lost += (total - next) + values[i];
        else
            lost += (values[i] - next) + total;
        total = next;
    }
    return isfinite(total) ? total + lost : total;
}

static double mean(const double *values, size_t count)
{
    return count > 0 ? sum(values, count) / (double)count : NAN;
}

/* Replaces the values by their squared deviations. */
static double deviation(double *values, size_t count)
{
    if (count < 2)
        return NAN;
    double center = mean(values, count);
    for (size_t i = 0; i < count; i++)
        values[i] = (values[i] - center) * (values[i] - center);
    return sqrt(sum(values, count) / (double)(count - 1));
}

static int compare_numbers(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

void sort_numbers(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare_numbers);
}

static double quantile(double *values, size_t count, double p)
{
    if (count == 0)
        return NAN;
    sort_numbers(values, count);
    double position = p * (double)(count - 1);
    size_t below = (size_t)position;
    double share = position - (double)below;
    if (share == 0 || values[below] == values[below + 1])
        return values[below];
    return values[below] + share * (values[below + 1] - values[below]);
}

/* Whether there are clusters of more than one value. */
static bool is_clustered(size_t count, const struct clusters *of)
{
    return of && of->count < count;
}

static double standard_error(double *values, size_t count, const struct clusters *of)
{
    if (!is_clustered(count, of))
        return deviation(values, count) / sqrt((double)count);
    double center = mean(values, count), clusters = (double)of->count, squares = 0;
    for (size_t g = 0; g < of->count; values += of->size[g++]) {
        double moved = 0;
        for (size_t i = 0; i < of->size[g]; i++)
            moved += values[i] - center;
        moved /= (double)(count - of->size[g]);
        squares += moved * moved;
    }
    return of->count < 2 ? NAN : sqrt((clusters - 1) / clusters * squares);
}

/* From the mean to the end of Student's interval. */
static double reach(double *values, size_t count, const struct clusters *of, double p)
{
    size_t clusters = of ? of->count : count;
    double error = standard_error(values, count, of);
    return clusters < 2 ? NAN : gsl_cdf_tdist_Pinv(p, (double)clusters - 1) * error;
}

static double compute_student(double *values, size_t count, const struct clusters *of,
                              double p)
{
    double center = mean(values, count);
    return center + reach(values, count, of, p);
}

double student_reach(double level, size_t freedom)
{
    return gsl_cdf_tdist_Pinv((1 + level) / 2, (double)freedom);
}

double student_halfwidth(double *values, size_t count, double level)
{
    return reach(values, count, NULL, 1 - (1 - level) / 2);
}

/* Replaces the values by the sum of each cluster. Returns how many there are. */
static size_t add_up(double *values, size_t count, const struct clusters *of)
{
    if (!is_clustered(count, of))
        return count;
    const double *next = values;
    for (size_t g = 0; g < of->count; next += of->size[g++])
        values[g] = sum(next, of->size[g]);
    return of->count;
}

/* Percentiles of G resampled units are too near to the middle, by what sd / sqrt(G - 1)
 * and Student's law take account of elsewhere: the normal quantile that mends both. */
static double expanded(double p, size_t units)
{
    double g = (double)units;
    return sqrt(g / (g - 1)) * gsl_cdf_tdist_Pinv(p, g - 1);
}

/* Units of which a resample is drawn. */
struct units {
    const double *sum;  /* (count) of the numbers of each */
    const size_t *size; /* (count) how many these are; NULL: one each */
    size_t count;
};

static double size_of(const struct units *u, size_t i)
{
    return u->size ? (double)u->size[i] : 1.0;
}

/* As statistic.h says, or NAN where the terms beside z are too large for it. */
static double cornish_fisher(const struct units *u, double z)
{
    enum { ROUNDS = 8 };
    double g = (double)u->count, all = 0, most = 0.1;
    for (size_t i = 0; i < u->count; i++)
        all += size_of(u, i);
    double center = sum(u->sum, u->count) / all, r = center;
    for (int round = 0; round < ROUNDS; round++) {
        double shift = (center - r) * all / g, m2 = 0, m3 = 0, m4 = 0;
        for (size_t i = 0; i < u->count; i++) {
            double d = u->sum[i] - r * size_of(u, i) - shift;
            m2 += d * d;
            m3 += d * d * d;
            m4 += d * d * d * d;
        }
        if (m2 == 0)
            return center;
        double skew = m3 / pow(m2, 1.5), tail = m4 / (m2 * m2) - 3 / g;
        if (!(fabs(skew) < most && fabs(tail) < most))
            return NAN;
        double w = z + skew * (z * z - 1) / 6 + tail * (z * z * z - 3 * z) / 24 -
                   skew * skew * (2 * z * z * z - 5 * z) / 36;
        double before = r;
        r = center + w * sqrt(m2) / all;
        if (r == before)
            break;
    }
    return r;
}

static double resampled_quantile(const struct units *u, double z)
{
    gsl_rng *rng = gsl_rng_alloc(rng_philox);
    double *means = memory_array(BOOTSTRAP_RESAMPLES, sizeof *means);
    double *resample = memory_array(u->count, sizeof *resample);
    double result = NAN;
    if (rng && means && resample) {
        struct rng_key key = rng_key_text(rng_key_start(), "bootstrap");
        rng_start(rng, rng_key_word(key, u->count));
        for (size_t k = 0; k < BOOTSTRAP_RESAMPLES; k++) {
            size_t drawn = 0;
            for (size_t i = 0; i < u->count; i++) {
                size_t unit = gsl_rng_uniform_int(rng, u->count);
                resample[i] = u->sum[unit];
                drawn += u->size ? u->size[unit] : 1;
            }
            means[k] = sum(resample, u->count) / (double)drawn;
        }
        result = quantile(means, BOOTSTRAP_RESAMPLES, gsl_cdf_ugaussian_P(z));
    }
    memory_free(resample);
    memory_free(means);
    if (rng)
        gsl_rng_free(rng);
    return result;
}

static double compute_bootstrap(double *values, size_t count, const struct clusters *of,
                                double p)
{
    bool clustered = is_clustered(count, of);
    struct units u = {.sum = values, .size = clustered ? of->size : NULL};
    u.count = add_up(values, count, of);
    if (u.count < 2)
        return NAN;
    double z = expanded(p, u.count), result = NAN;
    if (u.count > BOOTSTRAP_UNITS)
        result = cornish_fisher(&u, z);
    return isnan(result) ? resampled_quantile(&u, z) : result;
}

static double compute_mean(double *values, size_t count, const struct clusters *of,
                           double p)
{
    (void)of, (void)p;
    return mean(values, count);
}

static double compute_sd(double *values, size_t count, const struct clusters *of,
                         double p)
{
    (void)of, (void)p;
    return deviation(values, count);
}

static double compute_sem(double *values, size_t count, const struct clusters *of,
                          double p)
{
    (void)p;
    return standard_error(values, count, of);
}

static double compute_quantile(double *values, size_t count, const struct clusters *of,
                               double p)
{
    (void)of;
    return quantile(values, count, p);
}

static double compute_n(double *values, size_t count, const struct clusters *of,
                        double p)
{
    (void)values, (void)of, (void)p;
    return (double)count;
}

static double compute_clusters(double *values, size_t count, const struct clusters *of,
                               double p)
{
    (void)values, (void)p;
    return (double)(of ? of->count : count);
}

static const struct statistic_info statistic_table[] = {
    {"mean", "mean of the defined values", compute_mean, 0},
    {"sd", "standard deviation (n - 1)", compute_sd, 0},
    {"sem", "standard error of the mean: sd / sqrt(n)", compute_sem, 0},
    {"median", "median", compute_quantile, 0.5},
    {"min", "smallest value", compute_quantile, 0},
    {"max", "largest value", compute_quantile, 1},
    {"n", "number of defined values", compute_n, 0},
    {"clusters", "number of clusters (trials of the same data) with a defined value",
     compute_clusters, 0},
    {"n_failed", "number of failed trials, the same for every result", NULL, 0},
};

const struct names all_statistics = {
    .what = "statistic",
    .others = "a quantile such as q05 or an end of an interval of the mean such as "
              "t95_low or boot95_high",
    NAMES_OF(statistic_table)};

const struct statistic statistic_mean = {.info = &statistic_table[0], .name = "mean"};

/* Decimals of a fraction: at least two, and no zero that could be meant as 100. Those
 * that follow `text` up to `end`. */
static int parse_decimals(const char *text, const char *end, double *p)
{
    char fraction[16];
    size_t length = (size_t)(end - text);
    if (length < 2 || length > 8 || strspn(text, "0123456789") < length ||
        (length > 2 && end[-1] == '0'))
        return 1;
    snprintf(fraction, sizeof fraction, "0.%.*s", (int)length, text);
    return parse_real(fraction, p) != PARSE_OK;
}

static int parse_quantile(const char *text, double *p)
{
    return parse_decimals(text, text + strlen(text), p);
}

static int parse_interval(const char *text, double *p)
{
    const char *end = strchr(text, '_');
    double level;
    if (!end || parse_decimals(text, end, &level) != 0 || !(level > 0))
        return 1;
    if (strcmp(end, "_low") == 0)
        *p = (1 - level) / 2;
    else if (strcmp(end, "_high") == 0)
        *p = 1 - (1 - level) / 2;
    else
        return 1;
    return 0;
}

/* Statistics with a number in their names; none starts as another one does. */
static const struct family {
    struct statistic_info info;
    int (*parse)(const char *text, double *p); /* of what stands behind info.name */
} families[] = {
    {{"q", "quantile, linear between order statistics", compute_quantile, 0},
     parse_quantile},
    {{"t", "end of Student's t interval of the mean", compute_student, 0},
     parse_interval},
    {{"boot",
      "end of the expanded percentile bootstrap interval of the mean, 2000 resamples",
      compute_bootstrap, 0},
     parse_interval},
};

int statistic_parse(const char *text, struct statistic *out)
{
    size_t i = names_find(&all_statistics, text);
    *out = (struct statistic){0};
    if (i < all_statistics.count) {
        out->info = &statistic_table[i];
        out->p = out->info->p;
    }
    for (size_t k = 0; !out->info && k < sizeof families / sizeof families[0]; k++) {
        const struct family *family = &families[k];
        size_t start = strlen(family->info.name);
        if (strncmp(text, family->info.name, start) == 0 &&
            family->parse(text + start, &out->p) == 0)
            out->info = &family->info;
    }
    if (!out->info)
        return 1;
    snprintf(out->name, sizeof out->name, "%s", text);
    return 0;
}

double statistic_compute(const struct statistic *s, double *values, size_t count,
                         const struct clusters *of)
{
    return s->info->compute ? s->info->compute(values, count, of, s->p) : NAN;
}

void wilson_interval(double rate, double trials, double z, double *low, double *high)
{
    *low = *high = NAN;
    if (!(trials > 0))
        return;
    double zz = z * z / trials;
    double center = (rate + zz / 2) / (1 + zz);
    double half = z / (1 + zz) * sqrt(rate * (1 - rate) / trials + zz / (4 * trials));
    /* At the ends the bound is 0 or 1 exactly; rounding must not step outside. */
    *low = rate == 0 ? 0 : fmax(center - half, 0);
    *high = rate == 1 ? 1 : fmin(center + half, 1);
}

double wilson_reach(double rate, double trials, double level)
{
    double low, high, z = gsl_cdf_ugaussian_Pinv(1 - (1 - level) / 2);
    wilson_interval(rate, trials, z, &low, &high);
    return fmax(rate - low, high - rate);
}

double effective_trials(double *met, size_t count, const struct clusters *of,
                        double level)
{
    double n = (double)count, rate = mean(met, count), p = 1 - (1 - level) / 2;
    if (!is_clustered(count, of))
        return n;
    double clusters = (double)of->count, error = standard_error(met, count, of);
    if (of->count == 1 || rate == 0 || rate == 1)
        return clusters;
    double effect = ((n - 1) * clusters * error * error + n / clusters / 8) /
                    (clusters * rate * (1 - rate) + 0.125);
    double t = gsl_cdf_tdist_Pinv(p, n - 1) / gsl_cdf_tdist_Pinv(p, clusters - 1);
    return n / fmax(effect, 1) * t * t;
}
