/* audit.h - can two samples be told apart? Statistics of pairs of numbers, x and y, one
 * pair from each trial: what an auditor sees of one model and of another.
 *
 * The auditor gets one number, of either sample, and says which. The statistics are
 *
 *     ks     sup_t |F_x(t) - F_y(t)|, the most by which any threshold beats guessing;
 *     auc    P(x > y) + P(x = y) / 2, how often a random pair is ranked right: 1/2 is
 *            blind, below it small numbers speak for x;
 *     tpr01  the largest share of x >= t over all t with a share of y >= t of at most
 *            0.01: how often x is named when y is called x in 1 of 100 cases at most;
 *     tpr10  the same for 0.1;
 *     mean_difference   mean(x) - mean(y).
 *
 * tpr looks for large x; for small ones give it -x and -y. A pair of which either is
 * undefined is left out.
 *
 * Intervals, of level 0.95. The x and y of one trial depend on each other, and so may
 * trials (the clusters of statistic.h, G of them):
 *
 *     ks     |D - ks| <= c, c the 95 % quantile of sup_t |d*(t) - d(t)| over resamples of
 *            the clusters, d = F_x - F_y: a band for the whole difference, so that it
 *            holds at d = 0 too, where the resamples of ks itself do not (the bootstrap
 *            of empirical processes: van der Vaart and Wellner, 1996, 3.6). Times
 *            sqrt(G / (G - 1)), within [0, 1].
 *     auc    each pair's share in it is V_i = P(x_i > y) + P(x > y_i), halves for ties,
 *            and its standard error is that of the mean of V over clusters (DeLong et
 *            al., Biometrics 44, 1988; Obuchowski, Biometrics 53, 1997); from it Wilson's
 *            interval of a rate with that standard error and G - 1 degrees of freedom.
 *     tpr    from the Wilson bounds (effective_trials, level 0.975) of the share of x at
 *            two thresholds: one at which the share of y is surely at most 0.01, and one
 *            at which it is surely at least that. With few pairs no threshold is sure of
 *            0.01, and the lower end is 0.
 *     mean_difference   Student's, of the differences x - y (statistic.h).
 *
 * How often they held the truth in 2000 tables of 100 pairs, or of 40 clusters of 1 to 5
 * pairs, with correlations of 0 to 0.9 (tests/unit/test_audit.c): ks 95.5 to 99.2 %, auc
 * 95.1 to 96.2 %, tpr 99.8 to 100 %, mean_difference 94.8 to 96.2 %.
 */
#ifndef SWEEP_AUDIT_H
#define SWEEP_AUDIT_H

#include "sweep/names.h"
#include "sweep/statistic.h"

struct audit_value {
    double value, low, high; /* NAN: undefined; the ends with one cluster */
};

struct audit_info {
    const char *name;
    const char *meaning;
    /* x and y: (count) */
    int (*compute)(const double *x, const double *y, size_t count,
                   const struct clusters *of, double p, struct audit_value *out);
    double p;     /* of a tpr, the share of y */
    int is_share; /* its values are in [0, 1] */
    double blind; /* from where it grows to both sides (audit_size) */
};

/* The statistics, by name. */
extern const struct names all_audits;
const struct audit_info *audit_at(size_t i);

/* What a limit is for: the larger of the value and its mirror image in `blind`, max(auc,
 * 1 - auc) and |mean_difference|; of the others the value. NAN: undefined. */
double audit_size(const struct audit_info *which, double value);

/* A statistic of `count` pairs, all defined, in clusters (NULL: each is one). Cost: n log
 * n, of ks 2000 n. SWEEP_OK, SWEEP_NO_MEMORY. */
int audit_compute(const struct audit_info *which, const double *x, const double *y,
                  size_t count, const struct clusters *of, struct audit_value *out);

#endif
