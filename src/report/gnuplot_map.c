#include "gnuplot_parts.h"

#include <math.h>

/* Contours are so much above their level: fields at the level itself, such as those of
 * a ratio where nothing is done, have none through them. */
static const double HAIR = 1e-8;

/* A contour runs between fields: it needs two each way, numbers along both axes, and
 * values on either side. */
static bool has_contour(const struct figure *f, const struct figure_result *r)
{
    return f->x.count > 1 && f->vertical.count > 1 && !f->x.words &&
           !f->vertical.words && r->level > r->scale.low && r->level < r->scale.high;
}

/* Even steps on a log scale are even steps of the logarithm. */
static void put_contour(FILE *stream, const struct figure *f, size_t facet,
                        size_t result)
{
    const struct figure_result *r = &f->result[result];
    fprintf(stream,
            "set cntrparam levels discrete %.10g\n"
            "set table $contour_%zu_%zu\n"
            "splot $data index %zu using \"x\":\"y\":%s",
            r->scale.log ? log10(r->level) + HAIR : r->level + HAIR * fabs(r->level),
            facet, result, facet, r->scale.log ? "(log10" : "");
    script_shown(stream, r->key, "", &r->scale);
    fprintf(stream, "%s\nunset table\n", r->scale.log ? ")" : "");
}

void script_contours(FILE *stream, const struct figure *f)
{
    bool first = true;
    for (size_t i = 0; i < f->result_count; i++) {
        if (!has_contour(f, &f->result[i]))
            continue;
        if (first)
            fputs("# Contours, one for a panel\nset contour base\nunset surface\n",
                  stream);
        first = false;
        for (size_t facet = 0; facet < f->facets; facet++)
            put_contour(stream, f, facet, i);
    }
    fputs(first ? "" : "unset contour\nset surface\n\n", stream);
}

void script_map(FILE *stream, const struct figure *f, size_t facet, size_t result)
{
    const struct figure_result *r = &f->result[result];
    if (facet == 0 && result == 0)
        fputs(
            "# 2:3:4:5:6 are y, left, right, bottom, top: names take gnuplot longer\n",
            stream);
    fprintf(
        stream,
        "plot $data index %zu using (column(\"x\") + 0 * column(\"%s\")):2:3:4:5:6:",
        facet, r->key); /* a field without a value has no place */
    script_shown(stream, r->key, "", &r->scale);
    fputs(" \\\n         with boxxyerror fillcolor palette notitle", stream);
    if (has_contour(f, r))
        fprintf(stream,
                ", \\\n     $contour_%zu_%zu with lines lw 3 dt 1 lc rgb '#FFFFFF' "
                "notitle, \\\n     $contour_%zu_%zu with lines lw 1.2 dt 1 lc rgb "
                "'#000000' notitle",
                facet, result, facet, result);
    putc('\n', stream);
}
