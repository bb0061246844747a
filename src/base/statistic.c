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

static const struct {
    const char *name;
    enum statistic_kind kind;
    double p;
    const char *meaning;
} named[] = {
    {"mean", STATISTIC_MEAN, 0, "mean of the defined values"},
    {"sd", STATISTIC_SD, 0, "standard deviation (n - 1)"},
    {"sem", STATISTIC_SEM, 0, "standard error of the mean: sd / sqrt(n)"},
    {"median", STATISTIC_MEDIAN, 0.5, "median"},
    {"min", STATISTIC_MIN, 0, "smallest value"},
    {"max", STATISTIC_MAX, 1, "largest value"},
    {"n", STATISTIC_N, 0, "number of defined values"},
    {"clusters", STATISTIC_CLUSTERS, 0,
     "number of clusters (trials of the same data) with a defined value"},
    {"n_failed", STATISTIC_N_FAILED, 0,
     "number of failed trials, the same for every result"},
};
enum { NAMED = sizeof named / sizeof named[0] };

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

static int parse_interval(const char *text, enum statistic_kind kind,
                          struct statistic *out)
{
    const char *end = strchr(text, '_');
    double level;
    if (!end || parse_decimals(text, end, &level) != 0 || !(level > 0))
        return 1;
    out->kind = kind;
    if (strcmp(end, "_low") == 0)
        out->p = (1 - level) / 2;
    else if (strcmp(end, "_high") == 0)
        out->p = 1 - (1 - level) / 2;
    else
        return 1;
    return 0;
}

int statistic_parse(const char *text, struct statistic *out)
{
    int unknown;
    *out = (struct statistic){0};
    for (size_t i = 0; i < NAMED; i++)
        if (strcmp(text, named[i].name) == 0) {
            out->kind = named[i].kind;
            out->p = named[i].p;
            strcpy(out->name, named[i].name);
            return 0;
        }
    if (text[0] == 'q') {
        out->kind = STATISTIC_QUANTILE;
        unknown = parse_decimals(text + 1, text + strlen(text), &out->p);
    } else if (text[0] == 't') {
        unknown = parse_interval(text + 1, STATISTIC_T, out);
    } else {
        unknown = strncmp(text, "boot", 4) != 0 ||
                  parse_interval(text + 4, STATISTIC_BOOTSTRAP, out);
    }
    if (!unknown)
        snprintf(out->name, sizeof out->name, "%s", text);
    return unknown;
}

const char *statistic_name(size_t i, const void *unused)
{
    (void)unused;
    return named[i].name;
}

size_t statistic_name_count(void)
{
    return NAMED;
}

const char *statistic_meaning(const struct statistic *s)
{
    for (size_t i = 0; i < NAMED; i++)
        if (named[i].kind == s->kind)
            return named[i].meaning;
    switch (s->kind) {
    case STATISTIC_T:
        return "end of Student's t interval of the mean";
    case STATISTIC_BOOTSTRAP:
        return "end of the expanded percentile bootstrap interval of the mean, 2000 "
               "resamples";
    default:
        return "quantile, linear between order statistics";
    }
}

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

static int ascending_values(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static double quantile(double *values, size_t count, double p)
{
    if (count == 0)
        return NAN;
    qsort(values, count, sizeof *values, ascending_values);
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

static double student(double *values, size_t count, const struct clusters *of, double p)
{
    double center = mean(values, count);
    return center + reach(values, count, of, p);
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
 * and Student's law take account of elsewhere: the probability that mends both. */
static double expanded(double p, size_t units)
{
    double g = (double)units;
    return gsl_cdf_ugaussian_P(sqrt(g / (g - 1)) * gsl_cdf_tdist_Pinv(p, g - 1));
}

static double bootstrap(double *values, size_t count, const struct clusters *of,
                        double p)
{
    bool clustered = is_clustered(count, of);
    size_t units = add_up(values, count, of);
    gsl_rng *rng = gsl_rng_alloc(rng_philox);
    double *means = memory_array(BOOTSTRAP_RESAMPLES, sizeof *means);
    double *resample = memory_array(units, sizeof *resample);
    double result = NAN;
    if (units > 1 && rng && means && resample) {
        struct rng_key key = rng_key_text(rng_key_start(), "bootstrap");
        rng_start(rng, rng_key_word(key, units));
        for (size_t k = 0; k < BOOTSTRAP_RESAMPLES; k++) {
            size_t drawn = 0;
            for (size_t i = 0; i < units; i++) {
                size_t unit = gsl_rng_uniform_int(rng, units);
                resample[i] = values[unit];
                drawn += clustered ? of->size[unit] : 1;
            }
            means[k] = sum(resample, units) / (double)drawn;
        }
        result = quantile(means, BOOTSTRAP_RESAMPLES, expanded(p, units));
    }
    memory_free(resample);
    memory_free(means);
    if (rng)
        gsl_rng_free(rng);
    return result;
}

double statistic_compute(const struct statistic *s, double *values, size_t count,
                         const struct clusters *of)
{
    switch (s->kind) {
    case STATISTIC_MEAN:
        return mean(values, count);
    case STATISTIC_SD:
        return deviation(values, count);
    case STATISTIC_SEM:
        return standard_error(values, count, of);
    case STATISTIC_MEDIAN:
    case STATISTIC_QUANTILE:
    case STATISTIC_MIN:
    case STATISTIC_MAX:
        return quantile(values, count, s->p);
    case STATISTIC_T:
        return student(values, count, of, s->p);
    case STATISTIC_BOOTSTRAP:
        return bootstrap(values, count, of, s->p);
    case STATISTIC_N:
        return (double)count;
    case STATISTIC_CLUSTERS:
        return (double)(of ? of->count : count);
    case STATISTIC_N_FAILED:
        break;
    }
    return NAN;
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
