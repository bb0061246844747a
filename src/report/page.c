#include "sweep/page.h"

#include "page_parts.h"

void page_paragraph(FILE *stream, const char *class, const char *text)
{
    if (!*text)
        return;
    fprintf(stream, "<p class=\"%s\">", class);
    escape_xml(stream, text);
    fputs("</p>\n", stream);
}

void page_cell_name(FILE *stream, const struct grid *g, size_t cell)
{
    struct setting s;
    const char *before = "";
    char text[4096];
    grid_cell(g, cell, &s);
    for (size_t a = 0; a < g->axis_count; a++)
        for (size_t k = 0; k < g->axes[a].width; k++) {
            enum parameter p = g->axes[a].parameter[k];
            fprintf(stream, "%s%s ", before, parameter_table[p].name);
            escape_xml(stream, grid_format(g, p, s.value[p], text, sizeof text));
            before = ", ";
        }
}

/* No request leaves the page, and no script runs but its own. */
static void put_head(FILE *stream, const struct page *p)
{
    fprintf(
        stream,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
        "style-src 'unsafe-inline'; script-src 'sha256-%s'; base-uri 'none'; "
        "form-action 'none'\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
        page_script_hash);
    if (p->running && p->watch != PAGE_LEFT)
        fprintf(stream, "<meta http-equiv=\"refresh\" content=\"%d\">\n", PAGE_REFRESH);
    fputs("<title>", stream);
    escape_xml(stream, p->grid->name);
    fprintf(stream, " - sweep</title>\n<style>\n%s</style>\n</head>\n<body>\n",
            page_style);
}

/* Who keeps up the page of a run that works; the script reads the seconds. */
static void put_watch(FILE *stream, const struct page *p)
{
    static const char *const words[] = {
        [PAGE_ONCE] = "'sweep report --watch' would keep it up to date",
        [PAGE_WATCHED] = "'sweep report --watch' keeps it up to date",
        [PAGE_LEFT] = "'sweep report --watch' has ended since, the run had not"};
    if (!p->running)
        return;
    fputs("<p class=\"state\"", stream);
    if (p->watch != PAGE_LEFT)
        fprintf(stream, " id=\"written\" data-at=\"%.0f\"", p->now);
    fputs(">Written ", stream);
    page_date(stream, p->now);
    fprintf(stream, "; %s.</p>\n", words[p->watch]);
}

static void put_top(FILE *stream, const struct page *p)
{
    static const char *const sections[][2] = {
        {"question", "grid"},   {"outcome", "trials"}, {"time", "time"},
        {"figures", "figures"}, {"table", "table"},    {"provenance", "provenance"}};
    bool left = p->running && p->watch == PAGE_LEFT;
    const char *class = left         ? "stopped"
                        : p->running ? "running"
                        : p->done    ? "done"
                                     : "stopped";
    fputs("<header>\n<h1>", stream);
    escape_xml(stream, p->grid->name);
    fprintf(stream, " <span class=\"badge %s\">%s</span></h1>\n", class,
            left ? "was running" : class);
    if (p->grid->note)
        page_paragraph(stream, "purpose", p->grid->note);
    page_paragraph(stream, "state", p->state);
    put_watch(stream, p);
    page_paragraph(stream, "notice", p->notices);
    fputs("<nav>", stream);
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        fprintf(stream, "<a href=\"#%s\">%s</a>\n", sections[i][0], sections[i][1]);
    fputs("</nav>\n</header>\n<main>\n", stream);
}

int page_write(FILE *stream, const struct page *p, struct diagnostics *log)
{
    put_head(stream, p);
    put_top(stream, p);
    page_question(stream, p);
    page_outcome(stream, p);
    page_time(stream, p);
    page_figures(stream, p);
    if (page_table(stream, p) != SWEEP_OK)
        return diagnostics_no_memory(log, "the table");
    int status = page_provenance(stream, p, log);
    fprintf(stream, "</main>\n<script>%s</script>\n</body>\n</html>\n", page_script);
    return status;
}
