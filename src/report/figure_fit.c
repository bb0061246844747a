/* Power laws through the points of lines. */
#include "figure_parts.h"

#include "sweep/memory.h"
#include "sweep/statistic.h"
#include <math.h>

/* The logarithms of the points of a line that a law goes through; how many. */
static size_t take_points(const struct figure *f, size_t line, size_t result, double *x,
                          double *y)
{
    size_t n = 0;
    double floor_x = f->x.scale.floor, floor_y = f->result[result].scale.floor;
    for (size_t k = 0; k < f->x.count && !f->constant[line]; k++) {
        size_t row = f->row[line * f->x.count + k];
        double at = f->x.value[k], value = figure_value(f, row, result, FIGURE_CENTER);
        if (at > 0 && at >= floor_x && value > 0 && value >= floor_y &&
            isfinite(value)) {
            x[n] = log(at);
            y[n++] = log(value);
        }
    }
    return n;
}

static double mean_of(const double *value, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += value[i];
    return sum / (double)n;
}

/* Regression of y on x around their means. */
static struct figure_fit fit_points(const double *x, const double *y, size_t n)
{
    struct figure_fit fit = {NAN, NAN, NAN, n, NAN, NAN};
    double xx = 0, xy = 0, rest = 0;
    if (n < 2)
        return fit;
    double mean_x = mean_of(x, n), mean_y = mean_of(y, n);
    for (size_t i = 0; i < n; i++) {
        xx += (x[i] - mean_x) * (x[i] - mean_x);
        xy += (x[i] - mean_x) * (y[i] - mean_y);
    }
    fit.from = exp(x[0]); /* ascending, as the axis is */
    fit.to = exp(x[n - 1]);
    fit.exponent = xy / xx;
    fit.factor = exp(mean_y - fit.exponent * mean_x);
    for (size_t i = 0; i < n; i++) {
        double off = y[i] - mean_y - fit.exponent * (x[i] - mean_x);
        rest += off * off;
    }
    if (n > 2)
        fit.half = student_reach(0.95, n - 2) * sqrt(rest / (double)(n - 2) / xx);
    return fit;
}

int figure_fits(struct figure *f)
{
    size_t lines = f->facets * f->lines;
    double *x = memory_array(f->x.count, sizeof *x);
    double *y = memory_array(f->x.count, sizeof *y);
    f->fit = memory_array(f->result_count * lines, sizeof *f->fit);
    int status = x && y && f->fit ? SWEEP_OK : SWEEP_NO_MEMORY;
    for (size_t k = 0; status == SWEEP_OK && k < f->result_count * lines; k++) {
        size_t n = take_points(f, k % lines, k / lines, x, y);
        f->fit[k] = fit_points(x, y, n);
    }
    memory_free(x);
    memory_free(y);
    return status;
}
