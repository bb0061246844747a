/* What was to be expected, and what it took. */
#include "page_parts.h"
#include "sweep/progress.h"
#include <math.h>
#include <time.h>

static void put_duration(FILE *stream, double seconds)
{
    char text[32];
    fputs(progress_duration(seconds, text, sizeof text), stream);
}

void page_date(FILE *stream, double seconds)
{
    char text[40];
    time_t when = (time_t)seconds;
    struct tm utc;
    if (!(fabs(seconds) < 1e11) || !gmtime_r(&when, &utc))
        return;
    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &utc);
    fputs(text, stream);
}

static void put_counts(FILE *stream, const char *what, size_t planned, size_t done)
{
    fprintf(stream,
            "<tr><td>%s</td><td class=\"number\">%zu</td><td class=\"number\">%zu</td>"
            "</tr>\n",
            what, planned, done);
}

/* How the machine differs from the one the costs were measured on shows in the ratio. */
static void put_ratio(FILE *stream, const struct page *p, double expected)
{
    double left = ledger_rest(p->ledger, LEDGER_DUE, NULL).cost;
    double ratio = p->trials->seconds / expected;
    if (!(expected > 0) || !(ratio > 0) || !isfinite(ratio))
        return;
    fprintf(stream,
            "<p>It took %.2f times what <code>sweep plan --no-pilot</code> expects.",
            ratio);
    if (left > 0) {
        fputs(" What is missing takes about ", stream);
        put_duration(stream, left * ratio);
        fputs(" of one core more.", stream);
    }
    fputs("</p>\n", stream);
}

static void put_session(FILE *stream, const struct page *p)
{
    if (!isfinite(p->first) || !isfinite(p->last))
        return;
    fputs("<p>The last run began ", stream);
    page_date(stream, p->first);
    fputs("; its last result came ", stream);
    put_duration(stream, fmax(p->last - p->first, 0));
    fputs(" later, ", stream);
    page_date(stream, p->last);
    fputs(".</p>\n", stream);
}

void page_time(FILE *stream, const struct page *p)
{
    struct ledger_rest wanted = ledger_rest(p->ledger, LEDGER_WANTED, NULL);
    struct ledger_rest due = ledger_rest(p->ledger, LEDGER_DUE, NULL);
    double expected = ledger_work_done(p->ledger);
    fputs("<section id=\"time\">\n<h2>Plan and time</h2>\n<div class=\"scroll\"><table "
          "class=\"text\">\n<tr><th></th><th class=\"number\">planned</th>"
          "<th class=\"number\">done</th></tr>\n",
          stream);
    put_counts(stream, "trials", wanted.trials, wanted.trials - due.trials);
    put_counts(stream, "trainings", wanted.units, wanted.units - due.units);
    fputs("<tr><td>time of one core, all</td><td class=\"number\">", stream);
    put_duration(stream, wanted.cost);
    fputs("</td><td class=\"number\"></td></tr>\n"
          "<tr><td>time of one core, what is done</td><td class=\"number\">",
          stream);
    put_duration(stream, expected);
    fputs("</td><td class=\"number\">", stream);
    put_duration(stream, p->trials->seconds);
    fputs("</td></tr>\n</table></div>\n", stream);
    put_ratio(stream, p, expected);
    put_session(stream, p);
    if (*p->log) {
        fputs("<details><summary>The last lines of run.log</summary>\n<pre>", stream);
        escape_xml(stream, p->log);
        fputs("</pre></details>\n", stream);
    }
    fputs("</section>\n", stream);
}
