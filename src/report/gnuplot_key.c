/* The legend: a panel of its own, in which gnuplot draws nothing but its key. */
#include "gnuplot_parts.h"

#include "sweep/text.h"
#include <math.h>
#include <string.h>

static const char *const legend_words[LEGENDS] = {[LEGEND_RIGHT] = "right",
                                                  [LEGEND_BELOW] = "below",
                                                  [LEGEND_INSIDE] = "inside",
                                                  [LEGEND_NONE] = "none"};
const struct names all_legends = {.what = "legend", NAMES_OF(legend_words)};

/* Letters of the sample before a label; the most of a width that a legend takes unasked;
 * room around one inside a panel, and the most of its height that it takes. */
enum { SAMPLE = 8 };
static const double SHARE = 0.2, ROOM = 8, MOST_HIGH = 0.6;

/* The names of what the lines are told apart by, with `between` between them. */
static void name_key(const struct figure *f, const char *between, char *buffer,
                     size_t size)
{
    size_t used = 0;
    buffer[0] = '\0';
    for (size_t i = 0; i < f->by.count && used < size; i++) {
        char name[128];
        const struct parameter_info *by = &parameter_table[f->by.parameter[i]];
        used +=
            (size_t)snprintf(buffer + used, size - used, "%s%s", i > 0 ? between : "",
                             text_name(name, sizeof name, by->name, by->symbol, ""));
    }
    if (f->folder_count > 0 && used < size)
        snprintf(buffer + used, size - used, "%sfolder", used > 0 ? between : "");
}

/* Lines of the title of a legend that stands upright. */
static size_t title_lines(const struct figure *f)
{
    return f->by.count + (f->folder_count > 0);
}

/* Letters of the longest label, with its sample. */
static size_t longest_label(const struct figure *f)
{
    size_t longest = 0;
    for (size_t k = 0; k < f->lines; k++) {
        char text[TEXT_SIZE];
        size_t letters = text_letters(text_line(f, k, text, sizeof text));
        letters -= text_has_power(text); /* an exponent is small */
        longest = letters > longest ? letters : longest;
    }
    return SAMPLE + longest;
}

/* Labels after a sample, below the names of the parameters. */
static double key_width(const struct figure *f)
{
    size_t longest = longest_label(f);
    char names[TEXT_SIZE];
    name_key(f, "\n", names, sizeof names);
    for (const char *name = names; *name;) {
        char line[TEXT_SIZE];
        size_t length = strcspn(name, "\n");
        snprintf(line, sizeof line, "%.*s", (int)length, name);
        size_t letters = text_letters(line);
        longest = letters > longest ? letters : longest;
        name += length + (name[length] == '\n');
    }
    return LETTER * (double)longest;
}

void key_choose(struct layout *l, const struct figure *f, const struct picture *p)
{
    l->legend = LEGEND_NONE;
    if (!figure_has_key(f))
        return;
    l->key_width = key_width(f);
    l->legend = p->legend;
    if (p->legend == LEGEND_AUTO)
        l->legend = p->width > 0 && l->key_width > SHARE * p->width / picture_unit(p)
                        ? LEGEND_BELOW
                        : LEGEND_RIGHT;
}

void key_fill_columns(struct layout *l, const struct figure *f, double width)
{
    double room = width / (LETTER * (double)longest_label(f));
    l->key_columns = (size_t)fmin(fmax(room, 1), (double)f->lines);
}

size_t key_lines(const struct layout *l, const struct figure *f)
{
    if (l->key_columns == 0)
        return f->lines + title_lines(f);
    return 1 + (f->lines + l->key_columns - 1) / l->key_columns;
}

/* Where a number stands along its axis, from 0 to 1. */
static double place_of(const struct figure_scale *s, double value)
{
    if (!s->log)
        return (value - s->low) / (s->high - s->low);
    return log(fmax(value, s->floor) / s->low) / log(s->high / s->low);
}

/* A point of a line with its band or bar. */
struct spot {
    double x, low, high;
};

static struct spot spot_of(const struct figure *f, size_t line, size_t x, size_t result)
{
    const struct figure_result *r = &f->result[result];
    size_t row = f->row[line * f->x.count + x];
    double center = figure_value(f, row, result, FIGURE_CENTER);
    double low = figure_value(f, row, result, FIGURE_LOW);
    double high = figure_value(f, row, result, FIGURE_HIGH);
    double at = f->x.words ? (double)x : f->x.value[x];
    if (f->has_against) {
        double bound = figure_value(f, row, f->result_count, FIGURE_CENTER);
        low = fmin(low, bound);
        high = fmax(high, bound);
    }
    return (struct spot){place_of(&f->x.scale, at),
                         place_of(&r->scale, fmin(center, low)),
                         place_of(&r->scale, fmax(center, high))};
}

/* Where the line from a to b is at x. */
static double between(double x, double xa, double a, double xb, double b)
{
    return xb > xa ? a + (b - a) * (x - xa) / (xb - xa) : a;
}

/* Whether what is drawn from a to b reaches into a corner, which is `wide` and `high`
 * shares of the panel. */
static bool reaches(struct spot a, struct spot b, bool left, bool top, double wide,
                    double high)
{
    double from = fmax(a.x, left ? 0 : 1 - wide), to = fmin(b.x, left ? wide : 1);
    if (!(from <= to))
        return false;
    double low = fmin(between(from, a.x, a.low, b.x, b.low),
                      between(to, a.x, a.low, b.x, b.low));
    double most = fmax(between(from, a.x, a.high, b.x, b.high),
                       between(to, a.x, a.high, b.x, b.high));
    return top ? most >= 1 - high : low <= high;
}

static bool line_reaches(const struct figure *f, size_t line, size_t result, bool left,
                         bool top, double wide, double high)
{
    struct spot last = {NAN, NAN, NAN};
    for (size_t x = 0; x < f->x.count; x++) {
        if (f->row[line * f->x.count + x] == FIGURE_EMPTY)
            continue;
        struct spot here = spot_of(f, line, x, result), wider = here;
        if (isnan(here.low))
            continue;
        if (f->constant[line]) {
            here.x = 0;
            wider.x = 1;
        }
        if (f->bars) { /* points of several lines stand beside each other */
            here.x -= 0.05;
            wider.x += 0.05;
        }
        if (reaches(here, wider, left, top, wide, high) ||
            (!f->bars && !isnan(last.x) && reaches(last, here, left, top, wide, high)))
            return true;
        last = here;
    }
    return false;
}

/* Of a legend inside a panel, as a share of the panel's. */
static double height_inside(const struct layout *l, const struct figure *f)
{
    return ((double)key_lines(l, f) * KEY_LINE + ROOM) / l->panel_height;
}

static bool is_free(const struct layout *l, const struct figure *f, bool left, bool top)
{
    const struct figure_result *r = &f->result[l->key_result];
    double wide = (l->key_width + 2 * ROOM) / l->panel_width;
    double high = height_inside(l, f);
    double level = place_of(&r->scale, r->level);
    if (top ? level >= 1 - high && level <= 1 : level >= 0 && level <= high)
        return false;
    for (size_t k = 0; k < f->lines; k++)
        if (line_reaches(f, l->key_facet * f->lines + k, l->key_result, left, top, wide,
                         high))
            return false;
    return true;
}

void key_place_inside(struct layout *l, const struct figure *f)
{
    for (size_t k = 0; k < 4 * f->facets * f->result_count; k++) {
        l->key_facet = k / 4 % f->facets;
        l->key_result = k / 4 / f->facets;
        l->key_left = k % 2 == 1;
        l->key_top = k % 4 < 2;
        if (is_free(l, f, l->key_left, l->key_top))
            return;
    }
    l->key_facet = l->key_result = 0;
    l->key_left = l->key_top = true;
    key_fill_columns(l, f, l->panel_width - 2 * ROOM);
    l->stretch = 1 / (1 - fmin(height_inside(l, f), MOST_HIGH));
}

bool key_too_large(const struct layout *l, const struct figure *f)
{
    return l->legend == LEGEND_INSIDE && (l->key_width + 2 * ROOM > l->panel_width ||
                                          height_inside(l, f) > MOST_HIGH);
}

/* "set key" with the place and the order of the entries. */
static void put_place(FILE *stream, const struct figure *f, const struct layout *l)
{
    double x = l->key, y = l->key_above;
    const char *across = "left", *down = "top";
    if (l->legend == LEGEND_BELOW) {
        x = l->width / 2;
        across = "center";
    } else if (l->legend == LEGEND_INSIDE) {
        size_t panel = layout_panel(l, f, l->key_facet, l->key_result);
        x = l->left + (double)(panel % l->columns) * l->across + ROOM;
        y = l->top + (double)(panel / l->columns) * l->down + ROOM;
        x += l->key_left ? 0 : l->panel_width - 2 * ROOM;
        y += l->key_top ? 0 : l->panel_height - 2 * ROOM;
        across = l->key_left ? "left" : "right";
        down = l->key_top ? "top" : "bottom";
    }
    if (f->latex && strcmp(down, "top") == 0) /* gnuplot forgets the title's height */
        y += LINE * (double)(l->key_columns > 0 ? 1 : title_lines(f));
    fprintf(stream,
            "set key at screen %.1f / width, screen 1 - %.1f / height %s %s Left "
            "reverse \\\n    noenhanced samplen 3",
            x, y, across, down);
    if (l->key_columns > 0)
        fprintf(stream, " horizontal maxcols %zu", l->key_columns);
}

void script_legend(FILE *stream, const struct figure *f, const struct layout *l)
{
    char names[TEXT_SIZE];
    bool right = l->legend == LEGEND_RIGHT;
    fprintf(stream,
            "# Legend\n"
            "set lmargin at screen %.1f / width; set rmargin at screen 1\n"
            "set tmargin at screen 1 - %.1f / height; set bmargin at screen 0\n"
            "unset border; unset tics; unset grid; unset logscale\n",
            right ? l->key : 0, l->legend == LEGEND_INSIDE ? 0 : l->key_above);
    put_place(stream, f, l);
    name_key(f, l->key_columns > 0 ? ", " : "\n", names, sizeof names - 1);
    if (f->latex) /* where gnuplot would put it the first entry is */
        strcat(names, "\n");
    fputs(" title ", stream);
    script_text(stream, f, names, false);
    fprintf(stream, "%s noenhanced\n", l->legend == LEGEND_BELOW ? "" : " left");
}
