/* Where the results come from. */
#include "page_parts.h"
#include "sweep/clock.h"
#include "sweep/memory.h"
#include <inttypes.h>

static void put_row(FILE *stream, const char *what, const char *text)
{
    fprintf(stream, "<tr><td>%s</td><td>", what);
    escape_xml(stream, text);
    fputs("</td></tr>\n", stream);
}

static int put_meta(FILE *stream, const struct page *p, const char *what,
                    const char *name, struct diagnostics *log)
{
    char *text;
    int status = store_meta(p->store, name, &text, log);
    if (status == SWEEP_OK)
        put_row(stream, what, text ? text : "not said");
    memory_free(text);
    return status;
}

static void put_data(FILE *stream, const struct grid *g)
{
    for (size_t i = 0; i < g->data.file_count; i++) {
        const struct labelled *l = &g->data.files[i].points;
        fputs("<tr><td>data</td><td>", stream);
        escape_xml(stream, grid_string(g, g->data.files[i].data));
        fprintf(stream,
                ": %zu points, %zu features, %zu classes; digest <code>%016" PRIx64
                "%016" PRIx64 "</code></td></tr>\n",
                l->rows, l->features, l->class_count, l->digest.word[0],
                l->digest.word[1]);
    }
}

int page_provenance(FILE *stream, const struct page *p, struct diagnostics *log)
{
    static const char *const entries[][2] = {{"folder made", "created"},
                                             {"computed by sweep", "sweep_version"},
                                             {"model version", "model_version"},
                                             {"seed", "seed"},
                                             {"platform", "platform"}};
    char now[24];
    int status = SWEEP_OK;
    fputs("<section id=\"provenance\">\n<h2>Provenance</h2>\n<div class=\"scroll\">"
          "<table class=\"text\">\n",
          stream);
    put_row(stream, "folder", p->directory);
    for (size_t i = 0; i < sizeof entries / sizeof *entries && status == SWEEP_OK; i++)
        status = put_meta(stream, p, entries[i][0], entries[i][1], log);
    put_data(stream, p->grid);
    put_row(stream, "page made", clock_utc(now, sizeof now));
    put_row(stream, "by sweep", SWEEP_VERSION);
    fputs("</table></div>\n<h3>The grid file</h3>\n<pre>", stream);
    escape_xml(stream, p->grid->text);
    fputs("</pre>\n</section>\n", stream);
    return status;
}
