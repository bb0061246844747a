#include "sweep/progress.h"

#include "sweep/clock.h"
#include "sweep/terminal.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double TERMINAL_INTERVAL = 0.1; /* seconds between two bars */
static const double LINE_INTERVAL = 60;      /* between two plain lines */
enum { BAR_WIDTH = 24 };

void progress_start(struct progress *p, FILE *stream, bool quiet, size_t total,
                    double work_total)
{
    const char *no_color = getenv("NO_COLOR");
    *p = (struct progress){.total = total, .work_total = work_total};
    if (!stream || quiet)
        return;
    p->stream = stream;
    p->terminal = terminal_is(stream);
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
    } else if (seconds < 86400 - 30) {
        long minutes = lround(seconds / 60);
        snprintf(buffer, size, "%ld h %02ld min", minutes / 60, minutes % 60);
    } else {
        long hours = lround(seconds / 3600);
        snprintf(buffer, size, "%ld d %02ld h", hours / 24, hours % 24);
    }
    return buffer;
}

/* "[####....] ", as much of it as `room` letters hold; nothing where that is little. */
static void draw_bar(FILE *stream, double share, size_t room)
{
    enum { LEAST = 4, FRAME = 3 };
    size_t width = room < BAR_WIDTH + FRAME ? room - FRAME : BAR_WIDTH;
    if (room < LEAST + FRAME)
        return;
    fputc('[', stream);
    for (size_t i = 0; i < width; i++)
        fputc(i < (size_t)(share * (double)width) ? '#' : '.', stream);
    fputs("] ", stream);
}

/* One line that the terminal does not break: what does not fit is left out. */
static void draw_terminal(const struct progress *p, double share, const char *trials,
                          const char *failed, const char *eta)
{
    size_t room = terminal_width(p->stream) - 1;
    size_t used = strlen(trials) + strlen(failed) + strlen(eta);
    bool red = p->color && *failed;
    fputc('\r', p->stream);
    draw_bar(p->stream, share, used < room ? room - used : 0);
    if (used <= room)
        fprintf(p->stream, "%s%s%s%s%s", trials, red ? "\033[31m" : "", failed,
                red ? "\033[0m" : "", eta);
    else
        fprintf(p->stream, "%.*s", (int)room, eta + strlen(", "));
    fputs("\033[K", p->stream);
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
    char duration[32], trials[80], failed[40] = "", eta[64];

    progress_duration(left, duration, sizeof duration);
    snprintf(trials, sizeof trials, "%zu of %s%zu trials", p->done, least, p->total);
    snprintf(eta, sizeof eta, ", %s%s left", least, duration);
    if (p->failed > 0)
        snprintf(failed, sizeof failed, ", %zu failed", p->failed);
    if (p->terminal)
        draw_terminal(p, share, trials, failed, eta);
    else
        fprintf(p->stream, "%s (%.0f %%)%s%s\n", trials, 100 * share, failed, eta);
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
