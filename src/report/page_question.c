/* What the grid asks. */
#include "page_parts.h"
#include <inttypes.h>
#include <math.h>

/* More values of an axis are cut in the middle. */
enum { MOST_VALUES = 24, FIRST_VALUES = 8, LAST_VALUES = 3 };

static void put_value(FILE *stream, const struct grid *g, enum parameter p,
                      double value)
{
    char text[4096];
    if (isnan(value))
        fputs("not set", stream);
    else
        escape_xml(stream, grid_format(g, p, value, text, sizeof text));
}

/* Name and symbol. */
static void put_name(FILE *stream, enum parameter p)
{
    const struct parameter_info *info = &parameter_table[p];
    fprintf(stream, "<td><code>%s</code> <span class=\"unit\">", info->name);
    escape_xml(stream, info->symbol);
    fputs("</span></td>", stream);
}

static void put_meaning(FILE *stream, enum parameter p)
{
    const struct parameter_info *info = &parameter_table[p];
    fputs("<td>", stream);
    escape_xml(stream, info->meaning);
    if (*info->unit)
        fprintf(stream, " [%s]", info->unit);
    fputs("</td></tr>\n", stream);
}

static void put_values(FILE *stream, const struct grid *g, const struct axis *a,
                       size_t k)
{
    for (size_t i = 0; i < a->count; i++) {
        bool cut = a->count > MOST_VALUES && i == FIRST_VALUES;
        fputs(i > 0 ? ", " : "", stream);
        if (cut) {
            fputs("&hellip;, ", stream);
            i = a->count - LAST_VALUES;
        }
        put_value(stream, g, a->parameter[k], a->values[i * a->width + k]);
    }
}

static void put_axes(FILE *stream, const struct grid *g)
{
    if (g->axis_count == 0 && g->derived_count == 0)
        return;
    fputs("<h3>Axes</h3>\n<div class=\"scroll\"><table class=\"text\">\n<tr>"
          "<th>parameter</th><th "
          "class=\"number\">count</th><th>values</th><th>meaning</th>"
          "</tr>\n",
          stream);
    for (size_t i = 0; i < g->axis_count; i++) {
        const struct axis *a = &g->axes[i];
        for (size_t k = 0; k < a->width; k++) {
            fputs("<tr>", stream);
            put_name(stream, a->parameter[k]);
            fprintf(stream, "<td class=\"number\">%zu</td><td class=\"values\">",
                    a->count);
            put_values(stream, g, a, k);
            if (k > 0)
                fprintf(stream, " <span class=\"unit\">(together with %s)</span>",
                        parameter_table[a->parameter[0]].name);
            fputs("</td>", stream);
            put_meaning(stream, a->parameter[k]);
        }
    }
    for (size_t i = 0; i < g->derived_count; i++) {
        fputs("<tr>", stream);
        put_name(stream, g->derived[i].parameter);
        fputs("<td></td><td>= <code>", stream);
        escape_xml(stream, g->derived[i].text);
        fputs("</code></td>", stream);
        put_meaning(stream, g->derived[i].parameter);
    }
    fputs("</table></div>\n", stream);
}

/* Set by axes and `derive`. */
static void find_varying(const struct grid *g, bool varies[PARAMETER_COUNT])
{
    for (size_t i = 0; i < g->axis_count; i++)
        for (size_t k = 0; k < g->axes[i].width; k++)
            varies[g->axes[i].parameter[k]] = true;
    for (size_t i = 0; i < g->derived_count; i++)
        varies[g->derived[i].parameter] = true;
}

static void put_fixed(FILE *stream, const struct grid *g, const bool *varies,
                      bool given)
{
    fputs("<div class=\"scroll\"><table class=\"text\">\n<tr><th>parameter</th>"
          "<th>value</th><th>meaning</th></tr>\n",
          stream);
    for (enum parameter p = 0; p < PARAMETER_COUNT; p++) {
        if (varies[p] || g->given[p] != given)
            continue;
        fputs("<tr>", stream);
        put_name(stream, p);
        fputs("<td>", stream);
        put_value(stream, g, p, g->fixed.value[p]);
        fputs("</td>", stream);
        put_meaning(stream, p);
    }
    fputs("</table></div>\n", stream);
}

void page_question(FILE *stream, const struct page *page)
{
    const struct grid *g = page->grid;
    char text[160];
    fputs("<section id=\"question\">\n<h2>What the grid asks</h2>\n<p>", stream);
    fprintf(stream, "%zu cell%s, replicates: ", g->cell_count,
            g->cell_count == 1 ? "" : "s");
    escape_xml(stream, grid_replicates_text(g, text, sizeof text));
    fprintf(stream, ", seed %" PRIu64 ".</p>\n", g->seed);
    if (g->where) {
        fputs("<p>Only cells where <code>", stream);
        escape_xml(stream, g->where);
        fputs("</code>.</p>\n", stream);
    }
    put_axes(stream, g);
    bool varies[PARAMETER_COUNT] = {false};
    size_t fixed = 0;
    find_varying(g, varies);
    for (enum parameter p = 0; p < PARAMETER_COUNT; p++)
        fixed += g->given[p] && !varies[p];
    if (fixed > 0) {
        fputs("<h3>Fixed</h3>\n", stream);
        put_fixed(stream, g, varies, true);
    }
    fputs("<details><summary>All others are at their defaults</summary>\n", stream);
    put_fixed(stream, g, varies, false);
    fputs("</details>\n</section>\n", stream);
}
