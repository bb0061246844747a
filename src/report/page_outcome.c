/* What is done, and what failed. */
#include "page_parts.h"

/* Pixels from one cell of the map to the next, and of its square; cells in a row, at
 * most, but for the longest axis that makes rows of its own. */
enum { PITCH = 13, SQUARE = 11, ROW = 48, LONGEST = 64 };

enum { ALL, SOME, NONE, BAD, STATES };
static const char *const state_classes[STATES] = {"all", "some", "none", "bad"};
static const char *const state_words[STATES] = {"complete", "trials missing",
                                                "not begun", "trials failed"};

static size_t count_done(const struct page *p, size_t cell)
{
    size_t done = 0;
    for (size_t k = 0; k < p->ledger->need[cell]; k++)
        done += ledger_has(p->ledger, cell, k);
    return done;
}

static int state_of(const struct page *p, size_t cell, size_t done)
{
    return p->trials->failed[cell] > 0     ? BAD
           : done == p->ledger->need[cell] ? ALL
           : done > 0                      ? SOME
                                           : NONE;
}

/* A whole number of runs along the last axis. */
static size_t row_length(const struct grid *g)
{
    size_t last = g->axis_count > 0 ? g->axes[g->axis_count - 1].count : 1;
    return last > LONGEST ? LONGEST : last > ROW ? last : ROW / last * last;
}

static void put_square(FILE *stream, const struct page *p, size_t cell, size_t place,
                       size_t across)
{
    size_t done = count_done(p, cell), failed = p->trials->failed[cell];
    fprintf(stream,
            "<rect class=\"%s\" x=\"%zu\" y=\"%zu\" width=\"%d\" height=\"%d\">"
            "<title>cell %zu: ",
            state_classes[state_of(p, cell, done)], place % across * PITCH,
            place / across * PITCH, SQUARE, SQUARE, cell);
    page_cell_name(stream, p->grid, cell);
    fprintf(stream, ": %zu of %u trials", done, (unsigned)p->ledger->need[cell]);
    if (failed > 0)
        fprintf(stream, ", %zu failed", failed);
    fputs("</title></rect>\n", stream);
}

/* A square for each cell; where the grid has no cell there is none. */
static void put_map(FILE *stream, const struct page *p)
{
    const struct grid *g = p->grid;
    size_t across = row_length(g), last = g->product[g->cell_count - 1];
    size_t columns = last < across ? last + 1 : across;
    fprintf(stream,
            "<svg class=\"map\" role=\"img\" aria-label=\"cells\" width=\"%zu\" "
            "height=\"%zu\" viewBox=\"0 0 %zu %zu\">\n",
            columns * PITCH, (last / across + 1) * PITCH, columns * PITCH,
            (last / across + 1) * PITCH);
    for (size_t cell = 0; cell < g->cell_count; cell++)
        put_square(stream, p, cell, g->product[cell], across);
    fputs("</svg>\n", stream);
}

static void put_legend(FILE *stream, const size_t count[STATES])
{
    fputs("<p class=\"legend\">", stream);
    for (int i = 0; i < STATES; i++)
        if (count[i] > 0)
            fprintf(stream,
                    "<span><svg width=\"%d\" height=\"%d\"><rect class=\"%s\" "
                    "width=\"%d\" height=\"%d\"/></svg> %zu cell%s: %s</span>\n",
                    SQUARE, SQUARE, state_classes[i], SQUARE, SQUARE, count[i],
                    count[i] == 1 ? "" : "s", state_words[i]);
    fputs("</p>\n", stream);
}

static void put_cells(FILE *stream, const struct page *p)
{
    size_t count[STATES] = {0};
    for (size_t cell = 0; cell < p->grid->cell_count; cell++)
        count[state_of(p, cell, count_done(p, cell))]++;
    put_legend(stream, count);
    if (p->grid->product[p->grid->cell_count - 1] < PAGE_MAP)
        put_map(stream, p);
}

/* Why trials failed, the most frequent reason first, and what may help. */
static void put_reasons(FILE *stream, const struct ledger_tally *t)
{
    bool reported[TRIAL_STATUS_COUNT] = {false};
    fputs(
        "<div class=\"scroll\"><table class=\"text\">\n<tr><th class=\"number\">failed"
        "</th><th>why</th><th>what may help</th></tr>\n",
        stream);
    for (int next; (next = trial_status_next(t->by_status, reported)) != TRIAL_OK;
         reported[next] = true) {
        fprintf(stream, "<tr><td class=\"number\">%zu</td><td><code>%s</code></td><td>",
                t->by_status[next], trial_status_words[next]);
        escape_xml(stream, trial_status_advice[next]);
        fputs("</td></tr>\n", stream);
    }
    fputs("</table></div>\n", stream);
}

static void put_failing_cell(FILE *stream, const struct page *p,
                             const struct page_cell *c)
{
    const char *before = "";
    fprintf(stream, "<tr><td class=\"number\">%zu</td><td>", c->cell);
    page_cell_name(stream, p->grid, c->cell);
    fprintf(stream, "</td><td class=\"number\">%u of %zu</td><td>",
            (unsigned)p->trials->failed[c->cell], count_done(p, c->cell));
    for (int i = 0; i < TRIAL_STATUS_COUNT; i++)
        if (c->by_status[i] > 0) {
            fprintf(stream, "%s%zu %s", before, c->by_status[i], trial_status_words[i]);
            before = ", ";
        }
    fputs("</td><td>", stream);
    escape_xml(stream, c->message);
    fputs("</td></tr>\n", stream);
}

static void put_failing(FILE *stream, const struct page *p)
{
    size_t failing = p->trials->failing;
    size_t listed = failing < PAGE_CELLS ? failing : PAGE_CELLS;
    if (failing == 0)
        return;
    fprintf(
        stream,
        "<details%s><summary>Trials failed in %zu cell%s</summary>\n"
        "<div class=\"scroll\"><table class=\"text\">\n<tr><th class=\"number\">cell"
        "</th><th>setting</th><th class=\"number\">failed</th><th>why</th>"
        "<th>the first says</th></tr>\n",
        failing <= 10 ? " open" : "", failing, failing == 1 ? "" : "s");
    for (size_t i = 0; i < listed; i++)
        put_failing_cell(stream, p, &p->trials->listed[i]);
    fputs("</table></div>\n", stream);
    if (listed < failing)
        fprintf(stream,
                "<p class=\"note\">%zu cells more are not listed; run.log and table "
                "'trials' of sweep.db have all.</p>\n",
                failing - listed);
    fputs("</details>\n", stream);
}

void page_outcome(FILE *stream, const struct page *p)
{
    struct ledger_tally t = ledger_tally(p->ledger);
    size_t failed = t.done - t.by_status[TRIAL_OK];
    fprintf(
        stream,
        "<section id=\"outcome\">\n<h2>Done and failed</h2>\n<p>%zu of %s%zu trials "
        "done",
        t.done, t.open ? "at least " : "", t.trials);
    if (failed > 0)
        fprintf(stream, ", <span class=\"failed\">%zu failed</span>", failed);
    fputs(".</p>\n", stream);
    put_cells(stream, p);
    if (failed > 0)
        put_reasons(stream, &t);
    put_failing(stream, p);
    fputs("</section>\n", stream);
}
