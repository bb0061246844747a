#include "sweep/until.h"

#include "sweep/statistic.h"
#include <math.h>

bool until_has_rule(const struct grid *g)
{
    return g->until.least > 0;
}

size_t until_first(const struct grid *g)
{
    return until_has_rule(g) ? g->until.least : g->replicates;
}

size_t until_next(const struct grid *g, size_t need)
{
    size_t next = need + (need + 1) / 2;
    return next < g->replicates ? next : g->replicates;
}

static bool all_equal(const double *values, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (values[i] != values[0])
            return false;
    return count > 1 && isfinite(values[0]);
}

/* h of `count` values that are all equal. */
static double equal_halfwidth(const struct until_rule *rule, double value, size_t count)
{
    if (rule->column == C_SEPARATED && !(rule->relative && value == 0))
        return wilson_reach(value, (double)count, rule->level);
    return pow(rule->level, (double)count) <= 1 - rule->level ? 0 : (double)INFINITY;
}

void until_estimate(const struct until_rule *rule, double *values, size_t count,
                    double *mean, double *halfwidth)
{
    double first = count > 0 ? values[0] : 0;
    bool equal = all_equal(values, count);

    *mean = statistic_compute(&statistic_mean, values, count, NULL);
    *halfwidth = equal ? equal_halfwidth(rule, first, count)
                       : student_halfwidth(values, count, rule->level);
}

enum until_state until_judge(const struct grid *g, size_t need, double *values,
                             size_t count)
{
    const struct until_rule *rule = &g->until;
    double mean, halfwidth;

    if (!until_has_rule(g))
        return UNTIL_PRECISE;
    until_estimate(rule, values, count, &mean, &halfwidth);
    if (halfwidth <= (rule->relative ? rule->halfwidth * fabs(mean) : rule->halfwidth))
        return UNTIL_PRECISE;
    if (count == 0) /* and so at the first look */
        return UNTIL_UNDEFINED;
    return need == g->replicates ? UNTIL_LIMIT : UNTIL_OPEN;
}
