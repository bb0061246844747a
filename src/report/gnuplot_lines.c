#include "gnuplot_parts.h"

#include <math.h>

/* Share of the room between two words that the groups at one word take up, and most of
 * it between two groups. */
static const double DODGE = 0.7, MOST_DODGE = 0.2;

/* Lines over more values than this have symbols at so many of them: at each they would
 * hide each other, and make the picture many times larger. */
enum { DENSE = 200, SYMBOLS = 50 };

/* "$data index 3 + k using (X):": the data of line k of a facet, and where it stands.
 */
static void put_source(FILE *stream, const struct figure *f, size_t facet)
{
    double last = (double)(f->lines - 1);
    if (facet > 0)
        fprintf(stream, "$data index %zu + k using ", facet * f->lines);
    else
        fputs("$data index k using ", stream);
    if (!f->x.words)
        script_shown(stream, parameter_table[f->x.parameter].name, "", &f->x.scale);
    else if (f->lines > 1)
        fprintf(stream, "(column(\"place\") + %.4g * (k - %.4g))",
                fmin(DODGE / last, MOST_DODGE), last / 2);
    else
        fputs("(column(\"place\"))", stream);
    putc(':', stream);
}

static void put_ends(FILE *stream, const struct figure_result *r)
{
    script_shown(stream, r->key, "_low", &r->scale);
    putc(':', stream);
    script_shown(stream, r->key, "_high", &r->scale);
}

/* The power laws of a panel, each as far as its points reach; what comes before the next
 * part of the plot. */
static const char *put_fits(FILE *stream, const struct figure *f, size_t facet,
                            size_t result, const char *next, const char *sep)
{
    const double beyond = 1.02; /* a sample falls on neither end */
    const struct figure_fit *fit = f->fit + (result * f->facets + facet) * f->lines;
    for (size_t k = 0; k < f->lines; k++)
        if (isfinite(fit[k].exponent)) {
            fprintf(stream,
                    "%s(x > %.6g && x < %.6g ? %.10g * x ** %.10g : NaN) \\\n"
                    "         with lines lt %zu dt (2, 4) lw 1.5 notitle",
                    next, fit[k].from / beyond, fit[k].to * beyond, fit[k].factor,
                    fit[k].exponent, k + 1);
            next = sep;
        }
    return next;
}

/* Whether a line has a value between undefined ones: without its symbol nobody sees it. */
static bool has_lone_value(const struct figure *f, size_t line, size_t result)
{
    const size_t *row = f->row + line * f->x.count;
    size_t defined = 0; /* one after another */
    for (size_t x = 0; x < f->x.count; x++) {
        if (row[x] == FIGURE_EMPTY)
            continue;
        if (isfinite(figure_value(f, row[x], result, FIGURE_CENTER)))
            defined++;
        else if (defined == 1)
            return true;
        else
            defined = 0;
    }
    return defined == 1 && !f->constant[line];
}

static void put_line_style(FILE *stream, const struct figure *f, size_t facet,
                           size_t result)
{
    bool sparse = f->x.count > DENSE;
    for (size_t k = 0; k < f->lines && sparse; k++)
        sparse = !has_lone_value(f, facet * f->lines + k, result);
    fputs("linespoints", stream);
    if (sparse)
        fprintf(stream, " pointinterval %zu", f->x.count / SYMBOLS);
}

void script_lines(FILE *stream, const struct figure *f, size_t facet, size_t result)
{
    const struct figure_result *r = &f->result[result];
    const char *next = "plot ", *sep = ", \\\n     ";

    if (r->level > r->scale.low && r->level < r->scale.high) {
        fprintf(stream, "%s%.10g with lines dt 2 lw 1.2 lc rgb grey notitle", next,
                r->level);
        next = sep;
    }
    if (r->has_band && !f->bars && f->error_bars) {
        fprintf(stream, "%sfor [k = 0:%zu] ", next, f->lines - 1);
        put_source(stream, f, facet);
        script_shown(stream, r->key, "", &r->scale);
        putc(':', stream);
        put_ends(stream, r);
        fputs(" \\\n         with yerrorbars lt k + 1 dt 1 lw 1 ps 0 notitle", stream);
        next = sep;
    } else if (r->has_band && !f->bars) {
        fprintf(stream, "%sfor [k = 0:%zu] ", next, f->lines - 1);
        put_source(stream, f, facet);
        put_ends(stream, r);
        fputs(" \\\n         with filledcurves lt k + 1 notitle", stream);
        next = sep;
    }
    if (f->fit)
        next = put_fits(stream, f, facet, result, next, sep);
    if (f->has_against) {
        fprintf(stream, "%sfor [k = 0:%zu] ", next, f->lines - 1);
        put_source(stream, f, facet);
        script_shown(stream, f->result[f->result_count].key, "", &r->scale);
        fprintf(stream, " \\\n         with %s lt k + 1 lw 1.5%s notitle",
                f->bars ? "points" : "lines", f->bars ? " pt 1" : " dt 2");
        next = sep;
    }
    fprintf(stream, "%sfor [k = 0:%zu] ", next, f->lines - 1);
    put_source(stream, f, facet);
    script_shown(stream, r->key, "", &r->scale);
    if (r->has_band && f->bars) {
        putc(':', stream);
        put_ends(stream, r);
    }
    fputs(" \\\n         with ", stream);
    if (f->bars)
        fputs(r->has_band ? "yerrorbars" : "points", stream);
    else
        put_line_style(stream, f, facet, result);
    fprintf(stream, " lt k + 1%s notitle", f->bars ? " dt 1 ps 1" : "");
    putc('\n', stream);
}

bool script_powers_in_key(const struct figure *f)
{
    char text[TEXT_SIZE];
    bool any = false;
    for (size_t k = 0; k < f->lines && !f->latex; k++)
        any = any || text_has_power(text_line(f, k, text, sizeof text));
    return any;
}

void script_key(FILE *stream, const struct figure *f)
{
    fprintf(stream,
            "plot [0:1] [0:1] NaN notitle, \\\n"
            "     for [k = 0:%zu] keyentry with %s lt k + 1%s title label[k + 1]%s\n",
            f->lines - 1, f->bars ? "points" : "linespoints", f->bars ? " ps 1" : "",
            script_powers_in_key(f) ? " enhanced" : "");
}

void gnuplot_put_fits(FILE *stream, const struct figure *f)
{
    for (size_t k = 0; k < f->result_count * f->facets * f->lines; k++) {
        const struct figure_fit *fit = &f->fit[k];
        size_t facet = k / f->lines % f->facets, line = k % f->lines;
        char text[TEXT_SIZE];
        fprintf(stream, "%s ~ %s^(%.4g +- %.2g), factor %.4g, %zu points",
                f->result[k / (f->facets * f->lines)].name,
                parameter_table[f->x.parameter].name, fit->exponent, fit->half,
                fit->factor, fit->points);
        if (f->facet.count > 0)
            escape_print(stream, ", %s",
                         text_plain(text_facet(f, facet, text, sizeof text)));
        if (figure_has_key(f))
            escape_print(stream, ", %s",
                         text_plain(text_line(f, line, text, sizeof text)));
        putc('\n', stream);
    }
}
