/* statistic.h - statistics of a list of numbers, by the names that users give them.
 *
 * Sums are Neumaier's, so that order and size of the terms hardly matter. Quantiles are
 * linear between order statistics (Hyndman & Fan's type 7, the default of R and NumPy).
 */
#ifndef SWEEP_STATISTIC_H
#define SWEEP_STATISTIC_H

#include <stddef.h>

enum statistic_kind {
    STATISTIC_MEAN,
    STATISTIC_SD,  /* with n - 1 */
    STATISTIC_SEM, /* sd / sqrt(n) */
    STATISTIC_MEDIAN,
    STATISTIC_QUANTILE,  /* "q05": p = 0.05 */
    STATISTIC_T,         /* "t95_low": end of Student's 95 % interval of the mean */
    STATISTIC_BOOTSTRAP, /* "boot95_high": of the percentile bootstrap's */
    STATISTIC_MIN,
    STATISTIC_MAX,
    STATISTIC_N,       /* number of values */
    STATISTIC_N_FAILED /* of failed trials: not a function of values, see aggregate.h */
};

/* Means of so many resamples make a bootstrap interval. */
enum { BOOTSTRAP_RESAMPLES = 2000 };

struct statistic {
    enum statistic_kind kind;
    double p;      /* of a quantile, or the probability below the end of an interval */
    char name[20]; /* as the user wrote it */
};

/* For messages: what statistic_parse takes. */
#define STATISTIC_NAMES                                                                \
    "mean, sd, sem, median, min, max, n, n_failed, a quantile such as q05 or an end "  \
    "of an interval of the mean such as t95_low or boot95_high"

/* Parse "mean", "sd", "sem", "median", "min", "max", "n", "n_failed"; a quantile: q and
 * the decimals of its p, two for percent (q05, q95), more when needed (q025, q975); or
 * the end of an interval: t or boot, the decimals of its level, _low or _high. 0, or 1
 * when it is not a statistic. */
int statistic_parse(const char *text, struct statistic *out);

/* The statistic of count values, whose order may matter to the last bit and to the
 * bootstrap; may reorder them. The bootstrap's resamples are a function of count alone:
 * equal values, equal bits. Undefined, or not of values (n_failed): NAN. Cost: linear,
 * quantiles n log n, bootstrap 2000 n. */
double statistic_compute(const struct statistic *s, double *values, size_t count);

/* One line for a reader of the table: "mean of the defined values". */
const char *statistic_meaning(const struct statistic *s);

/* Name number i of the statistics without a number in them, for suggestions. */
const char *statistic_name(size_t i, const void *unused);
size_t statistic_name_count(void);

/* Half the width of Student's interval of the mean at `level`; may change the values.
 * NAN for less than two. */
double student_halfwidth(double *values, size_t count, double level);

/* Wilson score interval of k successes in n trials at normal quantile z. */
void wilson_interval(size_t k, size_t n, double z, double *low, double *high);

#endif
