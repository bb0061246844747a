#include "sweep/progress.h"

#include "sweep/clock.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const double TERMINAL_INTERVAL = 0.1; /* seconds between two bars */
static const double LINE_INTERVAL = 60;      /* between two plain lines */
enum { BAR_WIDTH = 24 };

static bool is_terminal(FILE *stream)
{
    const char *term = getenv("TERM");
    return isatty(fileno(stream)) && term && strcmp(term, "dumb") != 0;
}

void progress_start(struct progress *p, FILE *stream, bool quiet, size_t total,
                    double work_total)
{
    const char *no_color = getenv("NO_COLOR");
    *p = (struct progress){.total = total, .work_total = work_total};
    if (!stream || quiet)
        return;
    p->stream = stream;
    p->terminal = is_terminal(stream);
    p->color = p->terminal && !(no_color && *no_color);
    p->start = p->last = clock_monotonic();
}

char *progress_duration(double seconds, char *buffer, size_t size)
{
    if (!(seconds >= 0 && seconds < 1e9))
        snprintf(buffer, size, "?");
    else if (seconds < 9.95)
        snprintf(buffer, size, "%.1f s", seconds);
    else if (seconds < 59.5)
        snprintf(buffer, size, "%.0f s", seconds);
    else if (seconds < 3599.5) {
        long s = lround(seconds);
        snprintf(buffer, size, "%ld min %02ld s", s / 60, s % 60);
    } else {
        long minutes = lround(seconds / 60);
        snprintf(buffer, size, "%ld h %02ld min", minutes / 60, minutes % 60);
    }
    return buffer;
}

static void draw_meter(struct progress *p, double now)
{
    double work_left = fmax(p->work_total - p->work_done, 0);
    double all = p->work_before + p->work_total;
    double share = all > 0 ? 1 - work_left / all : 1;
    double left = p->done < p->total && work_left > 0
                      ? (now - p->start) * work_left / p->work_done
                      : 0;
    const char *least = p->open ? "at least " : "";
    char eta[32], failed[64] = "";

    progress_duration(left, eta, sizeof eta);
    if (p->failed > 0)
        snprintf(failed, sizeof failed, ", %s%zu failed%s", p->color ? "\033[31m" : "",
                 p->failed, p->color ? "\033[0m" : "");
    if (p->terminal) {
        char bar[BAR_WIDTH + 1];
        int filled = (int)(share * BAR_WIDTH);
        memset(bar, '.', BAR_WIDTH);
        memset(bar, '#', (size_t)filled);
        bar[BAR_WIDTH] = '\0';
        fprintf(p->stream, "\r[%s] %zu of %s%zu trials%s, %s%s left\033[K", bar,
                p->done, least, p->total, failed, least, eta);
    } else {
        fprintf(p->stream, "%zu of %s%zu trials (%.0f %%)%s, %s%s left\n", p->done,
                least, p->total, 100 * share, failed, least, eta);
    }
    fflush(p->stream);
    p->drawn = true;
    p->last = now;
}

void progress_resume(struct progress *p, size_t done, size_t failed, double work)
{
    p->done += done;
    p->failed += failed;
    p->total += done;
    p->work_before += work;
}

void progress_extend(struct progress *p, size_t total, double work_total)
{
    p->total += total;
    p->work_total += work_total;
}

void progress_add(struct progress *p, size_t done, size_t failed, double work)
{
    p->done += done;
    p->failed += failed;
    p->work_done += work;
    if (!p->stream)
        return;
    double now = clock_monotonic();
    if (now - p->last >= (p->terminal ? TERMINAL_INTERVAL : LINE_INTERVAL))
        draw_meter(p, now);
}

void progress_finish(struct progress *p)
{
    if (p->stream && p->terminal && p->drawn) {
        fputs("\r\033[K", p->stream);
        fflush(p->stream);
    }
    p->drawn = false;
}
