#include "gnuplot_parts.h"

#include <math.h>

/* Share of the room between two words that the groups at one word take up, and most of
 * it between two groups. */
static const double DODGE = 0.7, MOST_DODGE = 0.2;

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

void script_lines(FILE *stream, const struct figure *f, size_t facet, size_t result)
{
    const struct figure_result *r = &f->result[result];
    const char *next = "plot ", *sep = ", \\\n     ";

    if (r->level > r->scale.low && r->level < r->scale.high) {
        fprintf(stream, "%s%.10g with lines dt 2 lw 1.2 lc rgb grey notitle", next,
                r->level);
        next = sep;
    }
    if (r->has_band && !f->bars) {
        fprintf(stream, "%sfor [k = 0:%zu] ", next, f->lines - 1);
        put_source(stream, f, facet);
        put_ends(stream, r);
        fputs(" \\\n         with filledcurves lt k + 1 notitle", stream);
        next = sep;
    }
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
    fprintf(stream, " \\\n         with %s lt k + 1%s notitle",
            !f->bars      ? "linespoints"
            : r->has_band ? "yerrorbars"
                          : "points",
            f->bars ? " dt 1 ps 1" : "");
    putc('\n', stream);
}

void script_key(FILE *stream, const struct figure *f)
{
    fprintf(stream,
            "plot [0:1] [0:1] NaN notitle, \\\n"
            "     for [k = 0:%zu] keyentry with %s lt k + 1%s title label[k + 1]\n",
            f->lines - 1, f->bars ? "points" : "linespoints", f->bars ? " ps 1" : "");
}
