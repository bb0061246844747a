/* Figures in the page: each is an SVG of gnuplot's. */
#include "page_parts.h"
#include <string.h>

/* What the names of an SVG begin with when they are given, or used. */
static const char *const naming[] = {"id='", "id=\"", "href='#", "href=\"#", "url(#"};

/* Bytes of the naming at c; 0: there is none. */
static size_t naming_at(const char *c)
{
    for (size_t i = 0; i < sizeof naming / sizeof *naming; i++)
        if (strncmp(c, naming[i], strlen(naming[i])) == 0)
            return strlen(naming[i]);
    return 0;
}

/* Names are of one document: each figure's get its number. gnuplot writes < in a text as
 * &lt;, so a tag is a tag. Its title is the same for all. */
static void put_svg(FILE *stream, const char *svg, size_t number)
{
    static const char title[] = "<title>Gnuplot</title>";
    bool tag = false;
    for (const char *c = strstr(svg, "<svg"); c && *c;) {
        if (strncmp(c, title, sizeof title - 1) == 0) {
            c += sizeof title - 1;
            continue;
        }
        tag = *c == '<' || (tag && *c != '>');
        size_t length = tag ? naming_at(c) : 0;
        if (length > 0) {
            fwrite(c, 1, length, stream);
            fprintf(stream, "f%zu-", number);
            c += length;
        } else {
            putc(*c++, stream);
        }
    }
}

void page_figures(FILE *stream, const struct page *p)
{
    fputs("<section id=\"figures\">\n<h2>Figures</h2>\n<div class=\"figures\">\n",
          stream);
    for (size_t i = 0; i < p->picture_count; i++) {
        fprintf(
            stream,
            "<figure><input type=\"checkbox\" id=\"size%zu\"><label for=\"size%zu\">"
            "full size, or as wide as the page</label><div>\n",
            i + 1, i + 1);
        put_svg(stream, p->picture[i].svg, i + 1);
        fputs("</div></figure>\n", stream);
    }
    fputs("</div>\n", stream);
    if (p->no_picture)
        page_paragraph(stream, "note", p->no_picture);
    if (p->picture_count > 0)
        fputs("<p class=\"note\"><code>sweep plot</code> draws these and others, as "
              "files of their own.</p>\n",
              stream);
    fputs("</section>\n", stream);
}
