#include "gnuplot_parts.h"

#include "sweep/text.h"
#include <math.h>
#include <string.h>

/* So many values of an axis get a tic each. */
enum { MOST_TICS = 9 };
/* So many decades of a result get a tic each. */
enum { MOST_POWERS = 7 };
/* From these on the powers of ten of an axis are written as such. */
static const double LARGE = 1e4, SMALL = 1e-3;

static const double LETTER = 8; /* pixels of a tic's letter */

/* Whether powers of ten are written as such along an axis. */
static bool has_powers(const struct figure_axis *axis)
{
    return axis->scale.log && (axis->value[axis->count - 1] >= LARGE ||
                               axis->value[axis->scale.floored] <= SMALL);
}

static void tic_text(const struct figure *f, const struct figure_axis *axis, size_t k,
                     char *buffer, size_t size)
{
    double value = axis->value[k];
    if (has_powers(axis) && value > 0)
        text_power(value, buffer, size);
    else
        text_value(f, axis->parameter, value, buffer, size);
}

/* Pixels of the longest tic along x. */
static double tic_width(const struct figure *f, const struct figure_axis *axis)
{
    size_t longest = 1;
    for (size_t k = 0; k < axis->count; k++) {
        char text[256];
        tic_text(f, axis, k, text, sizeof text);
        size_t letters = text_letters(text);
        if (strchr(text, '^')) /* "10^{4}" prints as 10 and a small number */
            letters -= 2;
        longest = letters > longest ? letters : longest;
    }
    return LETTER * (double)longest;
}

/* Every how many values of a log axis have room for a tic. */
static size_t stride(const struct figure *f, const struct figure_axis *axis,
                     double length)
{
    return (size_t)ceil(tic_width(f, axis) * (double)axis->count / length);
}

/* Whether the values are few whole numbers with room for a tic each. */
static bool has_room(const struct figure *f, const struct figure_axis *axis,
                     double length)
{
    const struct figure_scale *s = &axis->scale;
    double least = s->high - s->low;
    for (size_t k = 1; k < axis->count; k++)
        least = fmin(least, axis->value[k] - axis->value[k - 1]);
    return parameter_table[axis->parameter].type == PARAMETER_INTEGER &&
           axis->count <= MOST_TICS &&
           least / (s->high - s->low) * length > 1.2 * tic_width(f, axis);
}

static void put_tics(FILE *stream, const struct figure *f,
                     const struct figure_axis *axis, const char *which, size_t every)
{
    const char *before = "";
    fprintf(stream, "set %stics %senhanced (", which, axis->words ? "no" : "");
    for (size_t k = 0; k < axis->count; k += every) {
        char text[256];
        double value = axis->value[k];
        double at = axis->words       ? (double)k
                    : axis->scale.log ? fmax(value, axis->scale.floor)
                                      : value;
        tic_text(f, axis, k, text, sizeof text);
        fputs(before, stream);
        escape_gnuplot(stream, text);
        fprintf(stream, " %.10g", at);
        before = ", ";
    }
    fputs(")\n", stream);
}

void script_axis(FILE *stream, const struct figure *f, const struct figure_axis *axis,
                 const char *which, double length)
{
    const struct figure_scale *s = &axis->scale;
    bool along_x = strcmp(which, "x") == 0;
    fprintf(stream, "set %srange [%.6g:%.6g]\n", which, s->low, s->high);
    if (s->log)
        fprintf(stream, "set logscale %s\n", which);
    else /* gnuplot's own format begins with a blank */
        fprintf(stream, "set format %s '%%g'\n", which);
    if (axis->words || axis->count == 1 ||
        (!s->log && !f->map && has_room(f, axis, length))) {
        put_tics(stream, f, axis, which, 1);
    } else if ((s->log || f->map) && axis->count <= MOST_TICS) {
        put_tics(stream, f, axis, which, along_x ? stride(f, axis, length) : 1);
        fprintf(stream, "unset m%stics\n", which);
    } else if (s->log) {
        fprintf(stream, "set format %s '10^{%%T}'\n", which);
        if (s->floor > 0)
            fprintf(stream, "set %stics add ('0' %.6g)\n", which, s->floor);
    }
}

/* The floor among the tics: all are set where gnuplot would not set one for each
 * decade, and along a colour box, where it takes an added tic for an exponent and
 * leaves out a power of ten. */
static void put_floor(FILE *stream, const struct figure_scale *s, const char *which,
                      bool labels)
{
    bool beside = which[0] == 'y';
    int power = (int)round(log10(s->floor)), last = (int)floor(log10(s->high));
    int step = (last - power) / MOST_POWERS + 1;
    if (beside && step == 1) { /* a little above: gnuplot loses a 10 at the end */
        if (labels)
            fprintf(stream, "set ytics add (\"≤ 10^{%d}\" %.8g)\n", power,
                    s->floor * (1 + 1e-6));
        return;
    }
    fprintf(stream, "set %stics (", which);
    if (labels)
        fprintf(stream, "\"%s10^{%d}%s\" ", beside ? "≤ " : "", power,
                beside ? "" : "↓");
    fprintf(stream, "1e%d", power);
    for (power += step; power <= last; power += step)
        fprintf(stream, ", 1e%d", power);
    fputs(")\n", stream);
}

void script_scale(FILE *stream, const struct figure_result *r, const char *which,
                  bool labels)
{
    const struct figure_scale *s = &r->scale;
    bool ends_at_power = fabs(log10(s->low) - round(log10(s->low))) < 1e-9;
    fprintf(stream, "set %srange [%.6g:%.6g]\n", which, s->low, s->high);
    if (!s->log) {
        fprintf(stream, "unset logscale %s\nset format %s '%s'\nset %stics autofreq\n",
                which, which, labels ? "%g" : "", which);
        return;
    }
    fprintf(stream, "set logscale %s\n", which);
    if (s->high > 30 * s->low)
        fprintf(stream, "set format %s '10^{%%T}'\nset %stics autofreq\n", which,
                which);
    else /* powers of ten would be too few */
        fprintf(stream,
                "set format %s '%%g'\nset %stics ('%.2g' %.6g, '1' 1, '%.2g' %.6g)\n",
                which, which, s->low, s->low, s->high, s->high);
    if (s->floored > 0 && ends_at_power)
        put_floor(stream, s, which, labels);
    if (!labels)
        fprintf(stream, "set format %s ''\n", which);
}
