#include "gnuplot_parts.h"

#include <math.h>

static const double OVERLAP = 0.01;

static void put_number(FILE *stream, double value)
{
    if (isfinite(value))
        fprintf(stream, "\t%.10g", value);
    else
        fputs("\tNaN", stream);
}

static void put_names(FILE *stream, const struct figure *f)
{
    if (f->map)
        fputs("x\ty\tleft\tright\tbottom\ttop", stream);
    else
        fprintf(stream, "%s%s", f->x.words ? "place\t" : "",
                parameter_table[f->x.parameter].name);
    for (size_t i = 0; i < f->result_count + f->has_against; i++) {
        const char *name = f->result[i].key;
        fprintf(stream, "\t%s", name);
        if (f->result[i].has_band)
            fprintf(stream, "\t%s_low\t%s_high", name, name);
    }
    putc('\n', stream);
}

static void put_values(FILE *stream, const struct figure *f, size_t row)
{
    for (size_t i = 0; i < f->result_count + f->has_against; i++) {
        put_number(stream, figure_value(f, row, i, FIGURE_CENTER));
        if (f->result[i].has_band) {
            put_number(stream, figure_value(f, row, i, FIGURE_LOW));
            put_number(stream, figure_value(f, row, i, FIGURE_HIGH));
        }
    }
    putc('\n', stream);
}

/* A level line from end to end. */
static void put_constant(FILE *stream, const struct figure *f, size_t row)
{
    fprintf(stream, "# %s has no effect here\n", parameter_table[f->x.parameter].name);
    fprintf(stream, "%.*g", script_digits(&f->x.scale), f->x.scale.low);
    put_values(stream, f, row);
    fprintf(stream, "%.*g", script_digits(&f->x.scale), f->x.scale.high);
    put_values(stream, f, row);
}

static void put_line(FILE *stream, const struct figure *f, const size_t *row)
{
    size_t rows = 0;
    int digits = script_digits(&f->x.scale);
    for (size_t x = 0; x < f->x.count; x++) {
        char text[256];
        if (row[x] == FIGURE_EMPTY)
            continue;
        rows++;
        fprintf(stream, "%.*g", digits, f->x.words ? (double)x : f->x.value[x]);
        if (f->x.words) {
            putc('\t', stream);
            escape_gnuplot(stream, text_value(f, f->x.parameter, f->x.value[x], text,
                                              sizeof text));
        }
        put_values(stream, f, row[x]);
    }
    if (rows == 0) { /* blocks are counted: one there must be */
        fputs(f->x.words ? "NaN\tNaN" : "NaN", stream);
        put_values(stream, f, FIGURE_EMPTY);
    }
}

/* The middle and the ends of the field of value k on a map's axis. Fields overlap a
 * little: no seams. */
static void field(const struct figure_axis *axis, size_t k, double out[3])
{
    const struct figure_scale *s = &axis->scale;
    if (axis->words) {
        out[0] = (double)k;
        out[1] = out[0] - (k > 0 ? 0.5 + OVERLAP : 0.5);
        out[2] = out[0] + (k + 1 < axis->count ? 0.5 + OVERLAP : 0.5);
        return;
    }
    out[0] = s->log ? fmax(axis->value[k], s->floor) : axis->value[k];
    out[1] = s->low;
    out[2] = s->high;
    if (k > 0) {
        double before = axis->value[k - 1];
        before = s->log ? fmax(before, s->floor) : before;
        out[1] = s->log ? sqrt(before * out[0]) : (before + out[0]) / 2;
        out[1] -= OVERLAP * (out[0] - out[1]);
    }
    if (k + 1 < axis->count) {
        double after = axis->value[k + 1];
        out[2] = s->log ? sqrt(after * out[0]) : (after + out[0]) / 2;
        out[2] += OVERLAP * (out[2] - out[0]);
    }
}

/* One value of y: a line for each x, and a blank one between, for contours. */
static void put_fields(FILE *stream, const struct figure *f, size_t line,
                       const size_t *row)
{
    double x[3], y[3];
    char middle[32], ends[64]; /* of y, in every row */
    int across = script_digits(&f->x.scale), up = script_digits(&f->vertical.scale);
    field(&f->vertical, line, y);
    snprintf(middle, sizeof middle, "%.*g", up, y[0]);
    snprintf(ends, sizeof ends, "%.*g\t%.*g", up, y[1], up, y[2]);
    if (line > 0)
        putc('\n', stream);
    for (size_t k = 0; k < f->x.count; k++) {
        field(&f->x, k, x);
        fprintf(stream, "%.*g\t%s\t%.*g\t%.*g\t%s", across, x[0], middle, across, x[1],
                across, x[2], ends);
        put_values(stream, f, row[k]);
    }
}

/* The combination of a line or facet, whose cell belongs to folder `folder`. */
static void put_comment(FILE *stream, const struct figure *f,
                        const struct figure_list *list, size_t cell,
                        const size_t *folder)
{
    char text[TEXT_SIZE];
    const struct figure *from = folder ? f->folder[*folder].of : f;
    if (list->count > 0)
        escape_print(stream, "# %s\n",
                     text_combination(from, list, cell, false, text, sizeof text));
}

void script_data(FILE *stream, const struct figure *f)
{
    fputs("$data << EOD\n", stream);
    for (size_t k = 0; k < f->facets * f->lines; k++) {
        size_t facet = k / f->lines, line = k % f->lines;
        const size_t *row = f->row + k * f->x.count;
        if (!f->map || line == 0) {
            fputs(k > 0 ? "\n\n" : "", stream);
            put_comment(stream, f, &f->facet, f->facet_cell[facet],
                        f->folder_count > 0 ? &f->facet_folder[facet] : NULL);
            if (!f->map)
                put_comment(stream, f, &f->by, f->line_cell[line],
                            f->folder_count > 0 ? &f->line_folder[line] : NULL);
            if (f->folder_count > 0)
                escape_print(stream, "# folder = %s\n",
                             f->folder[f->line_folder[line]].name);
            put_names(stream, f);
        }
        if (f->map)
            put_fields(stream, f, line, row);
        else if (f->constant[k])
            put_constant(stream, f, row[0]);
        else
            put_line(stream, f, row);
    }
    fputs("EOD\n", stream);
}

void script_shown(FILE *stream, const char *name, const char *part,
                  const struct figure_scale *s)
{
    if (s->log && s->floor > 0)
        fprintf(stream, "(shown(column(\"%s%s\"), %.6g))", name, part, s->floor);
    else
        fprintf(stream, "(column(\"%s%s\"))", name, part);
}
