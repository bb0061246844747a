/* A table for people as an element of HTML. */
#include "sweep/escape.h"
#include "table_sheet.h"
#include <math.h>

static const struct markup html = {.word = escape_xml,
                                   .math = "",
                                   .math_end = "",
                                   .plus_minus = " \u00b1 ",
                                   .gap = " ",
                                   .power = "\u00b710<sup>",
                                   .power_end = "</sup>",
                                   .undefined = "\u2013",
                                   .values = true};

/* What several columns are a part of. */
static void put_groups(FILE *stream, const struct sheet *s)
{
    fprintf(stream, "<tr><td colspan=\"%zu\"></td>", s->keys);
    for (size_t k = s->keys; k < s->columns; k = sheet_group_end(s, k))
        fprintf(stream, "<th colspan=\"%zu\" scope=\"colgroup\">%s</th>",
                sheet_group_end(s, k) - k, s->group[k]);
    fputs("</tr>\n", stream);
}

static void put_heads(FILE *stream, const struct sheet *s)
{
    fputs("<thead>\n", stream);
    if (s->group)
        put_groups(stream, s);
    fputs("<tr class=\"heads\">", stream);
    for (size_t k = 0; k < s->columns; k++)
        fprintf(stream, "<th scope=\"col\"%s>%s</th>",
                s->word[k] ? " class=\"word\"" : "", sheet_text(s, 0, k));
    fputs("</tr>\n</thead>\n", stream);
}

static void put_row(FILE *stream, const struct sheet *s, size_t row)
{
    fputs("<tr>", stream);
    for (size_t k = 0; k < s->columns; k++) {
        double value = s->value[(row - 1) * s->columns + k];
        if (s->word[k])
            fputs("<td class=\"word\">", stream);
        else if (isnan(value))
            fputs("<td data-v=\"\">", stream);
        else
            fprintf(stream, "<td data-v=\"%.17g\">", value);
        fprintf(stream, "%s</td>", sheet_text(s, row, k));
    }
    fputs("</tr>\n", stream);
}

int table_write_html(FILE *stream, const struct aggregate *a, const struct grid *g,
                     const struct table_style *style)
{
    struct sheet s;
    int status = sheet_build(&s, a, g, style, &html);
    if (status == SWEEP_OK) {
        fputs("<table>\n", stream);
        put_heads(stream, &s);
        fputs("<tbody>\n", stream);
        for (size_t row = 1; row <= s.rows; row++)
            put_row(stream, &s, row);
        fputs("</tbody>\n</table>\n<p class=\"note\">", stream);
        escape_xml(stream, s.note);
        fputs("</p>\n", stream);
    }
    sheet_release(&s);
    return status;
}
