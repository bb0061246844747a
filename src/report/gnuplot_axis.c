#include "gnuplot_parts.h"

#include "sweep/text.h"
#include <math.h>
#include <string.h>

/* So many values of an axis get a tic each. */
enum { MOST_TICS = 9 };
/* So many decades of a result get a tic each. */
enum { MOST_POWERS = 7 };
static const double TIC_LETTER = 8; /* pixels of a tic's letter */

/* Pixels from one label beside an axis to the next, at least. */
static const double LABEL_ROOM = 20;

/* A linear scale is narrow when its ends differ by less than this share of them: the
 * six digits of %g would not tell its tics apart. */
static const double NARROW = 1e-4;

/* Whether powers of ten are written as such along an axis. */
static bool has_powers(const struct figure_axis *axis)
{
    return axis->scale.log && (axis->value[axis->count - 1] >= LARGE_NUMBER ||
                               axis->value[axis->scale.floored] <= SMALL_NUMBER);
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
        if (text_has_power(text)) /* 10 and a small number */
            letters -= 1;
        longest = letters > longest ? letters : longest;
    }
    return TIC_LETTER * (double)longest;
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
    const struct figure_scale *s = &axis->scale;
    fprintf(stream, "set %stics %senhanced (", which, axis->words ? "no" : "");
    for (size_t k = 0; k < axis->count; k += every) {
        char text[256];
        double value = axis->value[k];
        double at = axis->words       ? (double)k
                    : axis->scale.log ? fmax(value, axis->scale.floor)
                                      : value;
        tic_text(f, axis, k, text, sizeof text);
        fputs(before, stream);
        script_text(stream, f, text, !axis->words);
        fprintf(stream, " %.*g", script_digits(s), at);
        before = ", ";
    }
    fputs(")\n", stream);
}

static const char *plain_format(const struct figure *f)
{
    return f->latex ? "$%h$" : "%g";
}

static const char *power_format(const struct figure *f)
{
    return f->latex ? "$10^{%T}$" : "10^{%T}";
}

/* Digits behind the point of tics `step` apart, on a narrow scale. */
static int digits_of(double step)
{
    return (int)fmin(fmax(ceil(-log10(step) - 1e-9), 0), 17);
}

/* The least of 1, 2 and 5 times a power of ten that is no less. */
static double round_step(double least)
{
    double power = pow(10, floor(log10(least))), front = least / power;
    return power * (front <= 1 ? 1 : front <= 2 ? 2 : front <= 5 ? 5 : 10);
}

void script_range(FILE *stream, const char *which, const struct figure_scale *s)
{
    bool close = s->high - s->low < NARROW * fmax(fabs(s->low), fabs(s->high));
    fprintf(stream, "set %srange [%.*g:%.*g]\n", which, close ? 17 : 6, s->low,
            close ? 17 : 6, s->high);
}

size_t script_narrow(const struct figure_scale *s)
{
    double span = s->high - s->low, most = fmax(fabs(s->low), fabs(s->high));
    if (s->log || !(span > 0) || span >= NARROW * most)
        return 0;
    return (size_t)digits_of(span / 5) + (size_t)fmax(floor(log10(most)), 0) + 2U +
           (s->low < 0);
}

int script_digits(const struct figure_scale *s)
{
    return script_narrow(s) ? 17 : 10;
}

/* Tics of a narrow scale, as many as there is room for. */
static void put_even_tics(FILE *stream, const struct figure *f,
                          const struct figure_scale *s, const char *which,
                          double length)
{
    double most = TIC_LETTER * 1.3 * (double)script_narrow(s);
    double room = which[0] == 'x' ? fmax(length / most, 2) : 5;
    double step = round_step((s->high - s->low) / fmin(room, 5));
    fprintf(stream, "set format %s '%s%%.%df%s'\nset %stics %.17g\n", which,
            f->latex ? "$" : "", digits_of(step), f->latex ? "$" : "", which, step);
}

/* Tics of a log axis that is shorter than two decades. */
static void put_few_tics(FILE *stream, const struct figure_scale *s, const char *which)
{
    double step = round_step((s->high - s->low) / 5);
    fprintf(stream, "set %stics %.6g, %.6g\n", which, step * ceil(s->low / step), step);
}

/* Pixels that the label of a tic takes along its axis, as %g writes the multiples of a
 * step. */
static double label_room(const struct figure_scale *s, const char *which, double step)
{
    double most = fmax(fabs(s->low), fabs(s->high));
    int before = (int)fmax(floor(log10(most)), 0) + 1, after = digits_of(step);
    int letters = before > 6 ? 5 : before + after + (after > 0) + (s->low <= -step);
    return which[0] == 'x' ? 1.4 * TIC_LETTER * letters : LABEL_ROOM;
}

/* Tics of a linear scale with room for their labels, where gnuplot would set too many. */
static void put_roomy_tics(FILE *stream, const struct figure_scale *s,
                           const char *which, double length)
{
    double span = s->high - s->low, step = round_step(span / 10);
    while (step < span && step / span * length < label_room(s, which, step))
        step = round_step(1.01 * step);
    fprintf(stream, "set %stics %.6g\n", which, step);
}

void script_axis(FILE *stream, const struct figure *f, const struct figure_axis *axis,
                 const char *which, double length)
{
    const struct figure_scale *s = &axis->scale;
    bool along_x = strcmp(which, "x") == 0;
    script_range(stream, which, s);
    if (s->log)
        fprintf(stream, "set logscale %s\n", which);
    else /* gnuplot's own format begins with a blank */
        fprintf(stream, "set format %s '%s'\n", which, plain_format(f));
    if (script_narrow(s))
        put_even_tics(stream, f, s, which, length);
    else if (axis->words || axis->count == 1 ||
             (!s->log && !f->map && has_room(f, axis, length))) {
        put_tics(stream, f, axis, which, 1);
    } else if ((s->log || f->map) && axis->count <= MOST_TICS) {
        put_tics(stream, f, axis, which, along_x ? stride(f, axis, length) : 1);
        fprintf(stream, "unset m%stics\n", which);
    } else if (s->log && s->high < 20 * s->low) { /* no two powers of ten */
        fprintf(stream, "set format %s '%s'\n", which, plain_format(f));
        put_few_tics(stream, s, which);
    } else if (s->log) {
        fprintf(stream, "set format %s '%s'\n", which, power_format(f));
        if (s->floor > 0)
            fprintf(stream, "set %stics add ('0' %.6g)\n", which, s->floor);
    } else if (f->sized) {
        put_roomy_tics(stream, s, which, length);
    }
}

/* The floor among the tics: all are set where gnuplot would not set one for each
 * decade, and along a colour box, where it takes an added tic for an exponent and
 * leaves out a power of ten. */
static void put_floor(FILE *stream, const struct figure *f,
                      const struct figure_scale *s, const char *which, bool labels,
                      int most)
{
    char text[64];
    bool beside = which[0] == 'y';
    int power = (int)round(log10(s->floor)), last = (int)floor(log10(s->high));
    int step = (last - power) / most + 1;
    if (beside && step == 1) { /* a little above: gnuplot loses a 10 at the end */
        snprintf(text, sizeof text, "≤ 10" POWER_OPEN "%d" POWER_CLOSE, power);
        fputs(labels ? "set ytics add (" : "", stream);
        if (labels)
            script_text(stream, f, text, true);
        if (labels)
            fprintf(stream, " %.8g)\n", s->floor * (1 + 1e-6));
        return;
    }
    fprintf(stream, "set %stics (", which);
    snprintf(text, sizeof text, "%s10" POWER_OPEN "%d" POWER_CLOSE "%s",
             beside ? "≤ " : "", power, beside ? "" : "↓");
    if (labels)
        script_text(stream, f, text, true);
    fprintf(stream, "%s1e%d", labels ? " " : "", power);
    for (power += step; power <= last; power += step)
        fprintf(stream, ", 1e%d", power);
    fputs(")\n", stream);
}

/* Powers of ten with room for a label each. */
static int count_powers(const struct figure *f, double length)
{
    int room = (int)fmax(length / LABEL_ROOM, 2);
    return f->sized && room < MOST_POWERS ? room : MOST_POWERS;
}

static void put_linear_scale(FILE *stream, const struct figure *f,
                             const struct figure_scale *s, const char *which,
                             bool labels, double length)
{
    fprintf(stream, "unset logscale %s\nset format %s '%s'\nset %stics autofreq\n",
            which, which, labels ? plain_format(f) : "", which);
    if (script_narrow(s))
        put_even_tics(stream, f, s, which, 0);
    else if (f->sized)
        put_roomy_tics(stream, s, which, length);
    if (script_narrow(s) && !labels)
        fprintf(stream, "set format %s ''\n", which);
}

void script_scale(FILE *stream, const struct figure *f, const struct figure_result *r,
                  const char *which, bool labels, double length)
{
    const struct figure_scale *s = &r->scale;
    bool ends_at_power = fabs(log10(s->low) - round(log10(s->low))) < 1e-9;
    int most = count_powers(f, length);
    double powers = log10(s->high / s->low);
    script_range(stream, which, s);
    if (!s->log) {
        put_linear_scale(stream, f, s, which, labels, length);
        return;
    }
    fprintf(stream, "set logscale %s\n", which);
    if (s->high > 30 * s->low)
        fprintf(stream, "set format %s '%s'\nset %stics autofreq\n", which,
                power_format(f), which);
    else if (s->low < 1 && s->high > 1) /* powers of ten would be too few */
        fprintf(stream,
                "set format %s '%s'\nset %stics ('%.2g' %.6g, '1' 1, '%.2g' %.6g)\n",
                which, plain_format(f), which, s->low, s->low, s->high, s->high);
    else {
        fprintf(stream, "set format %s '%s'\n", which, plain_format(f));
        put_few_tics(stream, s, which);
    }
    if (s->floored > 0 && ends_at_power)
        put_floor(stream, f, s, which, labels, most);
    else if (f->sized && powers > most)
        fprintf(stream, "set %stics 1e%.0f\n", which, ceil(powers / most));
    if (!labels)
        fprintf(stream, "set format %s ''\n", which);
}
