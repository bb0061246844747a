#include "sweep/aggregate.h"
#include "sweep/parse.h"
#include <math.h>
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
};
enum { NAMED = sizeof named / sizeof named[0] };

/* The decimals after q: at least two, and no zero that could be meant as q100. */
static int parse_quantile(const char *digits, double *p)
{
    char text[16];
    size_t length = strlen(digits);
    if (length < 2 || length > 8 || strspn(digits, "0123456789") != length ||
        (length > 2 && digits[length - 1] == '0'))
        return 1;
    snprintf(text, sizeof text, "0.%s", digits);
    return parse_real(text, p) != PARSE_OK;
}

int statistic_parse(const char *text, struct statistic *out)
{
    *out = (struct statistic){0};
    for (size_t i = 0; i < NAMED; i++)
        if (strcmp(text, named[i].name) == 0) {
            out->kind = named[i].kind;
            out->p = named[i].p;
            strcpy(out->name, named[i].name);
            return 0;
        }
    if (text[0] != 'q' || parse_quantile(text + 1, &out->p) != 0)
        return 1;
    out->kind = STATISTIC_QUANTILE;
    snprintf(out->name, sizeof out->name, "%s", text);
    return 0;
}

const char *statistic_meaning(const struct statistic *s)
{
    for (size_t i = 0; i < NAMED; i++)
        if (named[i].kind == s->kind)
            return named[i].meaning;
    return "quantile, linear between order statistics";
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

static int ascending(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static double quantile(double *values, size_t count, double p)
{
    if (count == 0)
        return NAN;
    qsort(values, count, sizeof *values, ascending);
    double position = p * (double)(count - 1);
    size_t below = (size_t)position;
    double share = position - (double)below;
    if (share == 0 || values[below] == values[below + 1])
        return values[below];
    return values[below] + share * (values[below + 1] - values[below]);
}

double statistic_compute(const struct statistic *s, double *values, size_t count)
{
    switch (s->kind) {
    case STATISTIC_MEAN:
        return mean(values, count);
    case STATISTIC_SD:
        return deviation(values, count);
    case STATISTIC_SEM:
        return deviation(values, count) / sqrt((double)count);
    case STATISTIC_MEDIAN:
    case STATISTIC_QUANTILE:
    case STATISTIC_MIN:
    case STATISTIC_MAX:
        return quantile(values, count, s->p);
    case STATISTIC_N:
        break;
    }
    return (double)count;
}

void wilson_interval(size_t k, size_t n, double z, double *low, double *high)
{
    *low = *high = NAN;
    if (n == 0)
        return;
    double trials = (double)n, rate = (double)k / trials, zz = z * z / trials;
    double center = (rate + zz / 2) / (1 + zz);
    double half = z / (1 + zz) * sqrt(rate * (1 - rate) / trials + zz / (4 * trials));
    /* At the ends the bound is 0 or 1 exactly; rounding must not step outside. */
    *low = k == 0 ? 0 : fmax(center - half, 0);
    *high = k == n ? 1 : fmin(center + half, 1);
}
