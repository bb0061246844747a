#include "gnuplot_parts.h"

#include <stdlib.h>
#include <string.h>

static void put_statistic(FILE *stream, const char *name)
{
    struct statistic s;
    if (strcmp(name, "median") == 0 || strcmp(name, "mean") == 0)
        fprintf(stream, "%ss", name);
    else if (statistic_parse(name, &s) == 0)
        fprintf(stream, "%s (%s)", name, s.info->meaning);
}

/* Defined values behind a point, over all results. */
static void put_counts(FILE *stream, const struct figure *f)
{
    size_t least = (size_t)-1, most = 0;
    for (size_t i = 0; i < f->result_count; i++) {
        least = f->result[i].least_n < least ? f->result[i].least_n : least;
        most = f->result[i].most_n > most ? f->result[i].most_n : most;
    }
    if (most == 1)
        fputs(" of one trial", stream);
    else if (least == most)
        fprintf(stream, " of %zu trials", most);
    else
        fprintf(stream, " of %zu to %zu trials", least, most);
}

static void put_band(FILE *stream, const struct figure *f)
{
    const char *low = f->statistic[1], *high = f->statistic[2];
    const char *shape = f->bars || f->error_bars ? "bars" : "bands";
    size_t rates = 0, audits = 0, bands = 0;

    for (size_t i = 0; i < f->result_count; i++) {
        const struct figure_result *r = &f->result[i];
        rates += r->has_band && r->is_rate;
        audits += r->has_band && r->audit;
        bands += r->has_band && !r->is_rate && !r->audit;
    }
    if (bands > 0 && f->statistic_count == 2)
        fprintf(stream, "; %s: one %s each way", shape, low);
    else if (bands > 0 && strcmp(low, "q25") == 0 && strcmp(high, "q75") == 0)
        fprintf(stream, "; %s: quartiles (q25 to q75)", shape);
    else if (bands > 0 && strcmp(low, "t95_low") == 0 && strcmp(high, "t95_high") == 0)
        fprintf(stream, "; %s: Student's 95 %% interval of the mean", shape);
    else if (bands > 0)
        fprintf(stream, "; %s: %s to %s", shape, low, high);
    if (rates > 0)
        fprintf(stream, "; %s%s: 95 %% Wilson intervals",
                bands > 0 ? "of success rates, " : "", shape);
    if (audits > 0)
        fprintf(stream, "; %s%s: their 95 %% intervals",
                bands + rates > 0 ? "of audits, " : "", shape);
}

static void put_against(FILE *stream, const struct figure *f)
{
    const struct figure_result *r = &f->result[f->result_count];
    char meaning[TEXT_SIZE];

    if (f->has_against)
        fprintf(stream, " %s: %s, %s.", f->bars ? "Crosses" : "Dashed", r->name,
                text_greek(meaning, sizeof meaning, r->meaning));
}

static void put_fit(FILE *stream, const struct figure *f)
{
    if (f->fit)
        fputs(
            " Dotted: power laws, least squares of the logarithms; ±: 95 % interval of "
            "the exponent.",
            stream);
}

static void put_pooled(FILE *stream, const struct figure *f, const char *folder)
{
    if (f->data->pooled_count == 0)
        return;
    fprintf(stream, " %s%sooled over ", folder ? folder : "", folder ? ": p" : "P");
    aggregate_put_pooled(stream, f->data);
    putc('.', stream);
}

static void put_left_out(FILE *stream, const struct figure *f)
{
    if (f->failed > 0)
        fprintf(stream, " %zu of %zu trials failed and are left out.", f->failed,
                f->trials);
    if (f->trials < f->expected)
        fprintf(stream, " %zu of %zu trials are not there yet.",
                f->expected - f->trials, f->expected);
    if (f->undefined > 0)
        fprintf(stream, " In %zu of %zu trials a value is undefined and left out.",
                f->undefined, f->trials);
    figure_put_missing(stream, f, " ", "");
    if (f->folder_count == 0)
        put_pooled(stream, f, NULL);
    for (size_t i = 0; i < f->folder_count; i++)
        put_pooled(stream, f->folder[i].of, f->folder[i].name);
    if (f->cells->where)
        fprintf(stream, " Only where %s.", f->cells->where);
}

static void put_zero(FILE *stream, const struct figure_axis *axis, const char *end)
{
    if (axis->scale.floored > 0)
        fprintf(stream, " %s = 0 stands at the %s end of a log axis.",
                parameter_table[axis->parameter].name, end);
}

/* What stands elsewhere than where it belongs. */
static void put_floors(FILE *stream, const struct figure *f)
{
    for (size_t i = 0; i < f->result_count; i++) {
        const struct figure_result *r = &f->result[i];
        if (r->scale.floored > 0)
            fprintf(stream, " %zu of %zu values of %s are below %.4g and %s.",
                    r->scale.floored, f->data->row_count, r->name, r->scale.floor,
                    f->map ? "have the last colour" : "stand on the lower edge");
    }
    put_zero(stream, &f->x, "left");
    if (f->map)
        put_zero(stream, &f->vertical, "lower");
}

char *gnuplot_caption(const struct figure *f)
{
    char *text = NULL;
    size_t size, rates = 0, audits = 0;
    FILE *stream = open_memstream(&text, &size);
    if (!stream)
        return NULL;
    if (f->folder_count == 0 && f->cells->grid->note)
        fprintf(stream, "%s\n", f->cells->grid->note);
    for (size_t i = 0; i < f->folder_count; i++)
        if (f->folder[i].of->cells->grid->note)
            fprintf(stream, "%s: %s\n", f->folder[i].name,
                    f->folder[i].of->cells->grid->note);
    for (size_t i = 0; i < f->result_count; i++) {
        char meaning[TEXT_SIZE];
        rates += f->result[i].is_rate;
        audits += f->result[i].audit != NULL;
        if (f->result_count > 1 && f->facets > 1) /* else it stands above a panel */
            fprintf(stream, "%s: %s.\n", f->result[i].name,
                    text_greek(meaning, sizeof meaning, f->result[i].meaning));
    }
    fputs(f->map ? "Colours: " : f->bars ? "Points: " : "Lines: ", stream);
    if (rates == f->result_count)
        fputs("shares", stream);
    else if (audits == f->result_count)
        fputs("audits", stream);
    else
        put_statistic(stream, f->statistic[0]);
    put_counts(stream, f);
    put_band(stream, f);
    fputs(".", stream);
    put_against(stream, f);
    put_fit(stream, f);
    put_left_out(stream, f);
    put_floors(stream, f);
    if (f->map)
        fputs(" Grey: no value.", stream);
    if (fclose(stream) != 0) {
        free(text);
        return NULL;
    }
    return text;
}
