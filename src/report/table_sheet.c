#include "table_sheet.h"

#include "sweep/memory.h"
#include "table_places.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { USUAL_DIGITS = 4 };

/* What one column, or one for each value of a pivot, shows. */
struct measure {
    enum { ALONE, WITH_ERROR, WITH_INTERVAL } form;
    size_t field, error; /* of the layout */
};

struct builder {
    struct sheet *sheet;
    struct layout t;
    const struct markup *markup;
    enum parameter pivot;
    size_t mean, sem; /* which statistics make one cell; statistic_count: none do */
    size_t measure_count;
    struct measure *measure;
    size_t key_count;
    enum parameter *key;
    struct places places;
    FILE *stream; /* of the texts */
};

static size_t statistic_named(const struct aggregate *a, const char *name)
{
    size_t i = 0;
    while (i < a->statistic_count && strcmp(a->statistics[i].name, name) != 0)
        i++;
    return i;
}

/* Whether rows differ in a count, or have it at all where it counts what went wrong. */
static bool shows_count(const struct builder *b, size_t field)
{
    const struct aggregate *a = b->t.a;
    bool wrong = field != b->t.counts + FIELD_TRIALS;
    for (size_t i = 0; i < a->row_count; i++)
        if (field_number(&b->t, &a->row[i], field) !=
            (wrong ? 0 : field_number(&b->t, &a->row[0], field)))
            return b->pivot == PARAMETER_COUNT;
    return false;
}

static void add_measure(struct builder *b, struct measure m)
{
    b->measure[b->measure_count++] = m;
}

static int choose_measures(struct builder *b, const struct table_style *style)
{
    const struct layout *t = &b->t;
    size_t statistics = t->a->statistic_count;
    b->mean = statistic_named(t->a, "mean");
    b->sem = statistic_named(t->a, "sem");
    if (b->mean == statistics || b->sem == statistics)
        b->mean = b->sem = statistics;
    b->measure = memory_array(t->end, sizeof *b->measure);
    if (!b->measure)
        return SWEEP_NO_MEMORY;
    for (size_t k = t->counts; k < t->rates; k++)
        if (shows_count(b, k))
            add_measure(b, (struct measure){ALONE, k, 0});
    for (size_t k = t->rates; k < t->statistics; k += RATE_PARTS)
        if (k >= t->audits || !style || style->rates >> (k - t->rates) / RATE_PARTS & 1)
            add_measure(b, (struct measure){WITH_INTERVAL, k, 0});
    for (size_t k = t->statistics; k < t->end && !(style && style->no_results); k++) {
        size_t s = (k - t->statistics) % statistics;
        if (s == b->mean)
            add_measure(b, (struct measure){WITH_ERROR, k, k - b->mean + b->sem});
        else if (s != b->sem)
            add_measure(b, (struct measure){ALONE, k, 0});
    }
    return SWEEP_OK;
}

/* A result is called by its name alone where there is one statistic of it, or one with
 * its error: the note says which. */
static void measure_name(const struct builder *b, const struct measure *m,
                         struct field *f)
{
    const struct layout *t = &b->t;
    size_t statistics = t->a->statistic_count;
    field_name(t, m->field, f);
    if (m->field >= t->statistics && (statistics == 1 || m->form == WITH_ERROR))
        snprintf(f->text, sizeof f->text, "%s",
                 table_result_name(t, (m->field - t->statistics) / statistics));
}

static int choose_keys(struct builder *b)
{
    const struct aggregate *a = b->t.a;
    b->key = memory_array(a->parameter_count, sizeof *b->key);
    if (!b->key)
        return SWEEP_NO_MEMORY;
    for (size_t k = 0; k < a->parameter_count; k++)
        if (a->parameters[k] != b->pivot)
            b->key[b->key_count++] = a->parameters[k];
    return SWEEP_OK;
}

static void end_text(struct builder *b)
{
    putc('\0', b->stream);
}

/* As it was written, if that is short. */
static void put_coordinate(struct builder *b, size_t row, enum parameter p)
{
    enum { SHORT = 8 };
    struct setting s;
    struct field f;
    grid_cell(b->t.grid, b->t.a->row[row].cell, &s);
    field_coordinate(&b->t, &s, p, &f);
    if (parameter_has_words(p)) {
        b->markup->word(b->stream, f.text);
        return;
    }
    if (strlen(f.text) > SHORT)
        snprintf(f.text, sizeof f.text, "%.6g", s.value[p]);
    number_put_text(b->stream, b->markup, f.text);
}

static void put_measure(struct builder *b, const struct measure *m, size_t row)
{
    const struct aggregate_row *r = &b->t.a->row[row];
    double value = field_number(&b->t, r, m->field);
    double error = m->form == WITH_ERROR ? field_number(&b->t, r, m->error) : NAN;
    if (m->form == WITH_INTERVAL)
        number_put_interval(b->stream, b->markup, value,
                            field_number(&b->t, r, m->field + 1),
                            field_number(&b->t, r, m->field + 2), b->t.digits);
    else
        number_put_error(b->stream, b->markup, value, error, b->t.digits);
}

/* The names of columns; of a pivot, its values. */
static void put_heads(struct builder *b)
{
    struct field f;
    for (size_t k = 0; k < b->key_count; k++, end_text(b))
        b->markup->word(b->stream, parameter_table[b->key[k]].name);
    for (size_t i = 0; i < b->measure_count; i++)
        for (size_t v = 0; v < b->places.values; v++, end_text(b))
            if (b->pivot == PARAMETER_COUNT) {
                measure_name(b, &b->measure[i], &f);
                b->markup->word(b->stream, f.text);
            } else {
                put_coordinate(b, b->places.first[v], b->pivot);
            }
}

static void put_row(struct builder *b, size_t line)
{
    for (size_t k = 0; k < b->key_count; k++, end_text(b))
        put_coordinate(b, b->places.lead[line], b->key[k]);
    for (size_t i = 0; i < b->measure_count; i++)
        for (size_t v = 0; v < b->places.values; v++, end_text(b)) {
            size_t row = b->places.row[line * b->places.values + v];
            if (row > 0)
                put_measure(b, &b->measure[i], row - 1);
        }
}

/* "restored_tau by method" */
static void put_groups(struct builder *b)
{
    struct field f;
    for (size_t i = 0; i < b->measure_count; i++, end_text(b)) {
        measure_name(b, &b->measure[i], &f);
        b->markup->word(b->stream, f.text);
        b->markup->word(b->stream, " by ");
        b->markup->word(b->stream, parameter_table[b->pivot].name);
    }
}

static int put_texts(struct builder *b)
{
    size_t size;
    b->stream = open_memstream(&b->sheet->pool, &size);
    if (!b->stream)
        return SWEEP_NO_MEMORY;
    put_heads(b);
    for (size_t g = 0; g < b->places.lines; g++)
        put_row(b, g);
    if (b->pivot != PARAMETER_COUNT)
        put_groups(b);
    bool failed = ferror(b->stream);
    return fclose(b->stream) != 0 || failed ? SWEEP_NO_MEMORY : SWEEP_OK;
}

/* Where each text is. */
static int find_texts(struct builder *b)
{
    struct sheet *s = b->sheet;
    bool pivots = b->pivot != PARAMETER_COUNT;
    s->keys = b->key_count;
    s->rows = b->places.lines;
    s->columns = s->keys + b->measure_count * b->places.values;
    s->text = memory_array(s->rows + 1, s->columns * sizeof *s->text);
    s->word = memory_array(s->columns, sizeof *s->word);
    s->group = pivots ? memory_array(s->columns, sizeof *s->group) : NULL;
    if (!s->text || !s->word || (pivots && !s->group))
        return SWEEP_NO_MEMORY;
    char *at = s->pool;
    for (size_t i = 0; i < (s->rows + 1) * s->columns; i++, at += strlen(at) + 1)
        s->text[i] = at;
    for (size_t k = 0; k < s->columns; k++)
        s->word[k] = k < s->keys && parameter_has_words(b->key[k]);
    for (size_t k = 0; k < s->keys && pivots; k++)
        s->group[k] = NULL;
    for (size_t i = 0; i < b->measure_count && pivots; i++, at += strlen(at) + 1)
        for (size_t v = 0; v < b->places.values; v++)
            s->group[s->keys + i * b->places.values + v] = at;
    return SWEEP_OK;
}

static int find_values(struct builder *b)
{
    const struct layout *t = &b->t;
    struct sheet *s = b->sheet;
    double *at = s->value = memory_array(s->rows, s->columns * sizeof *s->value);
    if (!at)
        return SWEEP_NO_MEMORY;
    for (size_t line = 0; line < s->rows; line++) {
        struct setting setting;
        grid_cell(t->grid, t->a->row[b->places.lead[line]].cell, &setting);
        for (size_t k = 0; k < s->keys; k++)
            *at++ = s->word[k] ? (double)NAN : setting.value[b->key[k]];
        for (size_t i = 0; i < b->measure_count; i++)
            for (size_t v = 0; v < b->places.values; v++) {
                size_t row = b->places.row[line * b->places.values + v];
                *at++ = row > 0
                            ? field_number(t, &t->a->row[row - 1], b->measure[i].field)
                            : (double)NAN;
            }
    }
    return SWEEP_OK;
}

/* "3", "3 to 5" */
static void put_range(FILE *stream, const struct builder *b, size_t field)
{
    const struct aggregate *a = b->t.a;
    double least = INFINITY, most = 0;
    for (size_t i = 0; i < a->row_count; i++) {
        double value = field_number(&b->t, &a->row[i], field);
        least = fmin(least, value);
        most = fmax(most, value);
    }
    fprintf(stream, "%.0f", least);
    if (most > least)
        fprintf(stream, " to %.0f", most);
}

static void put_note(FILE *stream, const struct builder *b)
{
    const struct aggregate *a = b->t.a;
    size_t failed = 0;
    for (size_t i = 0; i < a->row_count; i++)
        failed += a->row[i].failed;
    bool results = false, intervals = false;
    for (size_t i = 0; i < b->measure_count; i++) {
        results |= b->measure[i].field >= b->t.statistics;
        intervals |= b->measure[i].form == WITH_INTERVAL;
    }
    if (a->statistic_count == 1 && results)
        fprintf(stream, "%s; ", a->statistics[0].name);
    else if (b->mean < a->statistic_count && results)
        fputs("mean \u00b1 sem; ", stream);
    if (intervals)
        fputs("95 % intervals in [ ]; ", stream);
    fputs("trials in each row: ", stream);
    put_range(stream, b, b->t.counts + FIELD_TRIALS);
    if (failed > 0)
        fprintf(stream, "; %zu failed in all", failed);
    table_put_pooled(stream, a, "; pooled over ", "");
}

static int write_note(struct builder *b)
{
    size_t size;
    FILE *stream = open_memstream(&b->sheet->note, &size);
    if (!stream)
        return SWEEP_NO_MEMORY;
    put_note(stream, b);
    bool failed = ferror(stream);
    return fclose(stream) != 0 || failed ? SWEEP_NO_MEMORY : SWEEP_OK;
}

int sheet_build(struct sheet *s, const struct aggregate *a, const struct grid *g,
                const struct table_style *style, const struct markup *markup)
{
    static const struct dialect usual = {.digits = USUAL_DIGITS};
    struct builder b = {.sheet = s,
                        .t = table_layout(a, g, &usual, style),
                        .markup = markup,
                        .pivot = style ? style->pivot : PARAMETER_COUNT};
    *s = (struct sheet){0};
    int status = choose_measures(&b, style);
    if (status == SWEEP_OK)
        status = choose_keys(&b);
    if (status == SWEEP_OK)
        status = places_build(&b.places, a, g, b.key, b.key_count, b.pivot);
    if (status == SWEEP_OK)
        status = put_texts(&b);
    if (status == SWEEP_OK)
        status = find_texts(&b);
    if (status == SWEEP_OK && markup->values)
        status = find_values(&b);
    if (status == SWEEP_OK)
        status = write_note(&b);
    places_release(&b.places);
    memory_free(b.key);
    memory_free(b.measure);
    return status;
}

size_t sheet_group_end(const struct sheet *s, size_t k)
{
    size_t end = k + 1;
    while (end < s->columns && s->group[end] == s->group[k])
        end++;
    return end;
}

const char *sheet_text(const struct sheet *s, size_t row, size_t column)
{
    return s->text[row * s->columns + column];
}

void sheet_release(struct sheet *s)
{
    memory_free(s->text);
    memory_free(s->word);
    memory_free(s->group);
    memory_free(s->value);
    free(s->pool);
    free(s->note);
}
