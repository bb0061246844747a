#include "figure_parts.h"

#include <math.h>

/* A parameter is on a log axis from such a ratio of its ends on; evenly spaced powers
 * from EVEN_RATIO on. Their steps may differ by EVEN_SLACK: whole numbers are rounded.
 */
static const double WIDE_RATIO = 100, EVEN_RATIO = 4, EVEN_SLACK = 0.2;

/* Such a factor between a value and all larger ones is no part of the picture: what is
 * below it is rounding, or nothing at all. */
static const double GAP = 1e6;

/* Room around the values: a share of a linear axis, a factor on a log one. */
static const double MARGIN = 0.05, LOG_MARGIN = 1.3;

/* A ratio's colours reach no further from 1. */
static const double LEAST_RATIO = 1.1, MOST_RATIO = 1e3;

static bool evenly_spaced_powers(const double *value, size_t count)
{
    if (count < 3 || value[count - 1] < EVEN_RATIO * value[0])
        return false;
    double step = log(value[count - 1] / value[0]) / (double)(count - 1);
    for (size_t k = 1; k < count; k++)
        if (!(fabs(log(value[k] / value[k - 1]) / step - 1) <= EVEN_SLACK))
            return false;
    return true;
}

static bool axis_is_log(const double *value, size_t count)
{
    bool zero = value[0] == 0;
    const double *positive = value + zero;
    count -= zero;
    /* With a 0 to be put at the end, only what no linear axis can show. */
    return count > 1 && positive[0] > 0 &&
           (positive[count - 1] >= WIDE_RATIO * positive[0] ||
            (!zero && evenly_spaced_powers(positive, count)));
}

static struct figure_scale log_axis(const double *value, size_t count, bool fields)
{
    bool zero = value[0] == 0;
    double smallest = value[zero], last = value[count - 1];
    size_t steps = count - 1 - zero;
    double step = pow(last / smallest, 1 / (double)steps);
    double edge = fields ? sqrt(step) : pow(last / smallest, MARGIN);
    struct figure_scale s = {.log = true, .high = last * edge, .floored = zero};

    s.floor = zero ? smallest / step : 0;
    s.low = (zero ? s.floor : smallest) / edge;
    return s;
}

static struct figure_scale linear_axis(const double *value, size_t count, bool words,
                                       bool fields)
{
    double first = words ? 0 : value[0];
    double last = words ? (double)count - 1 : value[count - 1];
    double step = count > 1 ? (last - first) / (double)(count - 1)
                            : fmax(fabs(first), 1); /* of one value: anything */
    double edge = words || fields || count == 1 ? step / 2 : MARGIN * (last - first);
    return (struct figure_scale){.low = first - edge, .high = last + edge};
}

/* Why an axis cannot be logarithmic though that was asked for; NULL: it can. */
static const char *log_obstacle(const struct figure_axis *axis)
{
    if (axis->words)
        return "has words for values";
    if (axis->value[0] < 0)
        return "has negative values";
    return axis->count < 2U + (axis->value[0] == 0) ? "has no two positive values"
                                                    : NULL;
}

int figure_axis_scale(struct figure_axis *axis, enum figure_log kind, bool fields,
                      struct diagnostics *log)
{
    const char *obstacle = kind == LOG_YES ? log_obstacle(axis) : NULL;
    if (obstacle) {
        diagnostics_add(log, NULL, 0, 0, "no log axis for '%s': it %s",
                        parameter_table[axis->parameter].name, obstacle);
        return SWEEP_INPUT;
    }
    bool powers = kind == LOG_YES || (kind == LOG_AUTO && !axis->words &&
                                      axis_is_log(axis->value, axis->count));
    axis->scale = powers ? log_axis(axis->value, axis->count, fields)
                         : linear_axis(axis->value, axis->count, axis->words, fields);
    return SWEEP_OK;
}

/* The finite ones in front, ascending. */
static size_t sort_finite(double *value, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (isfinite(value[i]))
            value[kept++] = value[i];
    sort_numbers(value, kept);
    return kept;
}

/* Index of the smallest value that a log axis shows where it is; count: none. */
static size_t first_shown(const double *value, size_t count)
{
    size_t first = count;
    while (first > 0 && value[first - 1] > 0 &&
           (first == count || 2 * (count - first) < count ||
            value[first - 1] * GAP >= value[first]))
        first--;
    return first;
}

/* The log axis of values of which those from `first` on are shown where they are. */
static struct figure_scale log_values(const double *value, size_t first, double low,
                                      double high)
{
    /* A band may reach far below its line: one decade of it is enough. */
    double least = fmin(value[first], fmax(low, value[first] / 10));
    struct figure_scale s = {.log = true, .high = high * LOG_MARGIN, .floored = first};
    s.low =
        high > 1000 * least ? pow(10, floor(log10(least) + 1e-9)) : least / LOG_MARGIN;
    if (first > 0) { /* what stands on the floor is apart from the rest */
        s.low = pow(10, floor(log10(least) + 1e-9));
        s.low /= s.low * 2 > value[first] ? 10 : 1;
    }
    s.floor = s.low;
    return s;
}

struct figure_scale figure_value_scale(double *value, size_t count, double low,
                                       double high, bool integers, enum figure_log kind)
{
    count = sort_finite(value, count);
    size_t first = first_shown(value, count), positive = 0;
    double most = value[count - 1];

    while (positive < first && value[positive] <= 0)
        positive++;
    high = fmax(most, high);
    if (kind == LOG_YES)
        return log_values(value, positive, low, high);
    if (kind == LOG_AUTO && value[0] >= 0 && !(integers && value[0] == 0) &&
        2 * first < count && most > WIDE_RATIO * value[positive])
        return log_values(value, first, low, high);
    low = fmin(value[0], low);
    double margin =
        high > low ? MARGIN * (high - low) : fmax(fabs(high) * MARGIN, 1e-3);
    return (struct figure_scale){.low = low >= 0 && low < high / 2 ? 0 : low - margin,
                                 .high = high + margin};
}

struct figure_scale figure_ratio_scale(double *value, size_t count)
{
    count = sort_finite(value, count);
    size_t first = first_shown(value, count);
    double reach = fmax(first < count ? 1 / value[first] : 1, value[count - 1]);
    reach = fmin(fmax(reach, LEAST_RATIO), MOST_RATIO);
    struct figure_scale s = {
        .log = true, .low = 1 / reach, .high = reach, .floor = 1 / reach};
    for (size_t i = 0; i < count; i++)
        s.floored += value[i] < s.floor;
    return s;
}
