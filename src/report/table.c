#include "sweep/table.h"

#include "sweep/escape.h"
#include "sweep/json.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* The columns of a table, left to right: coordinates, counts, success, audits, statistics.
 */
enum count_field { FIELD_TRIALS, FIELD_FAILED, FIELD_UNDEFINED, COUNT_FIELDS };
enum { RATE_PARTS = 3, RATE_FIELDS = SUCCESS_KINDS * RATE_PARTS };
static const char *const count_names[] = {"trials", "failed", "undefined"};
static const char *const rate_parts[RATE_PARTS] = {"", "low", "high"};

/* How a line of fields is written. */
struct dialect {
    const char *before, *between, *after;
    void (*put)(FILE *stream, const char *text);
    int digits; /* of a number */
};

struct layout {
    const struct aggregate *a;
    const struct grid *grid;
    size_t counts, rates, audits, statistics, end; /* first field of each part */
    const struct dialect *dialect;
};

struct field {
    char text[4096];
    bool word; /* not a number: quoted in JSON */
};

static struct layout layout_of(const struct aggregate *a, const struct grid *g,
                               const struct dialect *dialect)
{
    struct layout t = {.a = a, .grid = g, .dialect = dialect};
    t.counts = a->parameter_count;
    t.rates = t.counts + COUNT_FIELDS;
    t.audits = t.rates + (a->has_success ? RATE_FIELDS : 0);
    t.statistics = t.audits + a->audit_count * RATE_PARTS;
    t.end = t.statistics + a->column_count * a->statistic_count;
    return t;
}

static const char *result_name(const struct layout *t, size_t column)
{
    return results_info(&t->grid->results, t->a->columns[column])->name;
}

static const char *audit_name(const struct layout *t, size_t audit)
{
    return results_info(&t->grid->results, t->a->audits[audit])->name;
}

static void field_name(const struct layout *t, size_t k, struct field *f)
{
    const struct aggregate *a = t->a;
    const char *name, *statistic = "";
    if (k < t->counts)
        name = parameter_table[a->parameters[k]].name;
    else if (k < t->rates)
        name = count_names[k - t->counts];
    else if (k < t->audits) {
        name = success_names[(k - t->rates) / RATE_PARTS];
        statistic = rate_parts[(k - t->rates) % RATE_PARTS];
    } else if (k < t->statistics) {
        name = audit_name(t, (k - t->audits) / RATE_PARTS);
        statistic = rate_parts[(k - t->audits) % RATE_PARTS];
    } else {
        name = result_name(t, (k - t->statistics) / a->statistic_count);
        statistic = a->statistics[(k - t->statistics) % a->statistic_count].name;
    }
    f->word = true;
    snprintf(f->text, sizeof f->text, "%s%s%s", name, *statistic ? "_" : "", statistic);
}

static void field_real(const struct layout *t, double value, struct field *f)
{
    if (isnan(value))
        strcpy(f->text, "NaN");
    else
        snprintf(f->text, sizeof f->text, "%.*g", t->dialect->digits, value);
}

static void field_coordinate(const struct layout *t, const struct setting *s,
                             enum parameter p, struct field *f)
{
    enum parameter_type type = parameter_table[p].type;
    f->word = type == PARAMETER_CHOICE || type == PARAMETER_TEXT;
    grid_format(t->grid, p, s->value[p], f->text, sizeof f->text);
}

static double rate_field(const struct aggregate_row *row, size_t k)
{
    const struct success_rate *r = &row->success[k / RATE_PARTS];
    return (const double[]){r->rate, r->low, r->high}[k % RATE_PARTS];
}

static double audit_field(const struct aggregate_row *row, size_t k)
{
    const struct audit_value *a = &row->audit[k / RATE_PARTS].of;
    return (const double[]){a->value, a->low, a->high}[k % RATE_PARTS];
}

static void field_value(const struct layout *t, const struct aggregate_row *row,
                        const struct setting *s, size_t k, struct field *f)
{
    const size_t counts[] = {row->trials, row->failed, row->undefined};
    f->word = false;
    if (k < t->counts)
        field_coordinate(t, s, t->a->parameters[k], f);
    else if (k < t->rates)
        snprintf(f->text, sizeof f->text, "%zu", counts[k - t->counts]);
    else if (k < t->audits)
        field_real(t, rate_field(row, k - t->rates), f);
    else if (k < t->statistics)
        field_real(t, audit_field(row, k - t->audits), f);
    else
        field_real(t, row->statistic[k - t->statistics], f);
}

static void put_json(FILE *stream, const struct field *f)
{
    const char *text = f->text;
    if (!f->word) {
        fputs(strcmp(text, "NaN") == 0 || strstr(text, "inf") ? "null" : text, stream);
        return;
    }
    json_text(stream, text);
}

static const struct dialect tsv = {"", "\t", "\n", escape_tsv, 17};
static const struct dialect csv = {"", ",", "\n", escape_csv, 17};
static const struct dialect markdown = {"| ", " | ", " |\n", escape_markdown, 4};

/* Row NULL: the names. */
static void write_line(FILE *stream, const struct layout *t,
                       const struct aggregate_row *row)
{
    struct setting s;
    struct field f;

    if (row)
        grid_cell(t->grid, row->cell, &s);
    fputs(t->dialect->before, stream);
    for (size_t k = 0; k < t->end; k++) {
        if (row)
            field_value(t, row, &s, k, &f);
        else
            field_name(t, k, &f);
        fputs(k > 0 ? t->dialect->between : "", stream);
        t->dialect->put(stream, f.text);
    }
    fputs(t->dialect->after, stream);
}

/* What the rows pool, between two texts; nothing when each is of one cell. */
static void write_pooled(FILE *stream, const struct layout *t, const char *before,
                         const char *after)
{
    if (t->a->pooled_count == 0)
        return;
    fputs(before, stream);
    aggregate_put_pooled(stream, t->a);
    fputs(after, stream);
}

static int write_csv(FILE *stream, const struct aggregate *a, const struct grid *g)
{
    struct layout t = layout_of(a, g, &csv);
    write_line(stream, &t, NULL);
    for (size_t i = 0; i < a->row_count; i++)
        write_line(stream, &t, &a->row[i]);
    return SWEEP_OK;
}

static int write_markdown(FILE *stream, const struct aggregate *a, const struct grid *g)
{
    struct layout t = layout_of(a, g, &markdown);
    write_line(stream, &t, NULL);
    for (size_t k = 0; k < t.end; k++)
        fputs(k == 0 ? "|---|" : "---|", stream);
    fputs("\n", stream);
    for (size_t i = 0; i < a->row_count; i++)
        write_line(stream, &t, &a->row[i]);
    write_pooled(stream, &t, "\nPooled over ", ".\n");
    return SWEEP_OK;
}

/* What the file is of, down to the list of rows. */
static void write_json_head(FILE *stream, const struct layout *t)
{
    const struct grid *g = t->grid;
    char text[160];
    fputs("{\"grid\": ", stream);
    json_text(stream, g->name);
    if (g->note) {
        fputs(", \"note\": ", stream);
        json_text(stream, g->note);
    }
    fprintf(stream,
            ", \"seed\": %" PRIu64 ", \"replicates\": %zu, \"sweep\": \"%s\", "
            "\"model_version\": %zu,\n",
            g->seed, g->replicates, SWEEP_VERSION, t->a->model);
    if (g->until.least > 0) {
        fputs(" \"until\": ", stream);
        json_text(stream, grid_replicates_text(g, text, sizeof text));
        fputs(",\n", stream);
    }
    write_pooled(stream, t, " \"pooled_over\": \"", "\",\n");
}

static int write_json(FILE *stream, const struct aggregate *a, const struct grid *g)
{
    struct layout t = layout_of(a, g, &tsv); /* its digits */
    struct field f;
    write_json_head(stream, &t);
    fputs(" \"rows\": [", stream);
    for (size_t i = 0; i < a->row_count; i++) {
        const struct aggregate_row *row = &a->row[i];
        struct setting s;
        grid_cell(g, row->cell, &s);
        fputs(i > 0 ? ",\n  {" : "\n  {", stream);
        for (size_t k = 0; k < t.end; k++) {
            fputs(k > 0 ? ", " : "", stream);
            field_name(&t, k, &f);
            put_json(stream, &f);
            fputs(": ", stream);
            field_value(&t, row, &s, k, &f);
            put_json(stream, &f);
        }
        fputs("}", stream);
    }
    fputs("\n ]}\n", stream);
    return SWEEP_OK;
}

static void write_provenance(FILE *stream, const struct layout *t)
{
    const struct aggregate *a = t->a;
    const struct grid *g = t->grid;
    char text[160];
    fprintf(stream, "# sweep %s, model version %zu\n", SWEEP_VERSION, a->model);
    if (g->until.least > 0)
        fprintf(stream, "# grid %s, seed %" PRIu64 ", %zu cells, replicates: %s\n",
                g->name, g->seed, g->cell_count,
                grid_replicates_text(g, text, sizeof text));
    else
        fprintf(stream, "# grid %s, seed %" PRIu64 ", %zu replicates, %zu cells\n",
                g->name, g->seed, g->replicates, g->cell_count);
    if (g->note)
        escape_print(stream, "# note: %s\n", g->note);
    for (size_t k = 0; k < a->audit_count; k++)
        escape_print(stream, "# %s: %s\n", audit_name(t, k),
                     results_info(&g->results, a->audits[k])->meaning);
    for (size_t k = 0; k < a->column_count; k++)
        escape_print(stream, "# %s: %s\n", result_name(t, k),
                     results_info(&g->results, a->columns[k])->meaning);
    for (size_t k = 0; k < a->statistic_count; k++)
        fprintf(stream, "# _%s: %s\n", a->statistics[k].name,
                a->statistics[k].info->meaning);
    write_pooled(stream, t, "# pooled over ", "\n");
}

/* Whether two parameters advance together. */
static bool same_axis(const struct grid *g, enum parameter p, enum parameter q)
{
    for (size_t i = 0; i < g->axis_count; i++) {
        bool has_p = false, has_q = false;
        for (size_t k = 0; k < g->axes[i].width; k++) {
            has_p |= g->axes[i].parameter[k] == p;
            has_q |= g->axes[i].parameter[k] == q;
        }
        if (has_p || has_q)
            return has_p && has_q;
    }
    return false;
}

/* Whether coordinate k is the same in all rows of a block: all but the last axis. */
static bool names_block(const struct layout *t, size_t k)
{
    const enum parameter *p = t->a->parameters;
    size_t last = t->a->parameter_count - 1;
    return k < last && p[k] != p[last] && !same_axis(t->grid, p[k], p[last]);
}

static int group_blocks(struct partition *blocks, const struct layout *t)
{
    enum parameter name[PARAMETER_COUNT];
    size_t count = 0;
    for (size_t k = 0; k < t->a->parameter_count; k++)
        if (names_block(t, k))
            name[count++] = t->a->parameters[k];
    return aggregate_partition(blocks, t->a, t->grid, name, count);
}

/* "# [samples=10 model=relu]"; nothing when there is but one block by nature. */
static void write_block_name(FILE *stream, const struct layout *t,
                             const struct aggregate_row *row)
{
    struct setting s;
    struct field f;
    const char *before = "# [";
    grid_cell(t->grid, row->cell, &s);
    for (size_t k = 0; k < t->a->parameter_count; k++)
        if (names_block(t, k)) {
            field_coordinate(t, &s, t->a->parameters[k], &f);
            escape_print(stream, "%s%s=%s", before,
                         parameter_table[t->a->parameters[k]].name, f.text);
            before = " ";
        }
    if (*before == ' ')
        fputs("]\n", stream);
}

int table_write_tsv(FILE *stream, const struct aggregate *a, const struct grid *g)
{
    struct layout t = layout_of(a, g, &tsv);
    struct partition blocks;
    int status = group_blocks(&blocks, &t);
    if (status != SWEEP_OK)
        return status;
    write_provenance(stream, &t);
    for (size_t b = 0; b < blocks.count; b++) {
        fputs(b > 0 ? "\n\n" : "", stream);
        write_block_name(stream, &t, &a->row[blocks.member[blocks.start[b]]]);
        write_line(stream, &t, NULL);
        for (size_t i = blocks.start[b]; i < blocks.start[b + 1]; i++)
            write_line(stream, &t, &a->row[blocks.member[i]]);
    }
    partition_release(&blocks);
    return SWEEP_OK;
}

/* The coordinates and counts that every line of the long format repeats; s NULL: their
 * names. */
static void write_key(FILE *stream, const struct layout *t,
                      const struct aggregate_row *row, const struct setting *s)
{
    struct field f;
    for (size_t k = 0; k < t->counts + FIELD_UNDEFINED; k++) {
        if (s)
            field_value(t, row, s, k, &f);
        else
            field_name(t, k, &f);
        t->dialect->put(stream, f.text);
        putc('\t', stream);
    }
}

/* Everything from the rates on is a result and a statistic of it. */
static void write_statistic(FILE *stream, const struct layout *t, size_t k,
                            const char *value)
{
    const struct aggregate *a = t->a;
    const char *result, *statistic;
    if (k < t->audits) {
        size_t rate = k - t->rates;
        result = success_names[rate / RATE_PARTS];
        statistic = rate % RATE_PARTS ? rate_parts[rate % RATE_PARTS] : "rate";
    } else if (k < t->statistics) {
        size_t part = (k - t->audits) % RATE_PARTS;
        result = audit_name(t, (k - t->audits) / RATE_PARTS);
        statistic = part ? rate_parts[part] : "value";
    } else {
        size_t at = k - t->statistics;
        result = result_name(t, at / a->statistic_count);
        statistic = a->statistics[at % a->statistic_count].name;
    }
    fprintf(stream, "%s\t%s\t%s\n", result, statistic, value);
}

static int write_long(FILE *stream, const struct aggregate *a, const struct grid *g)
{
    struct layout t = layout_of(a, g, &tsv);
    struct field f;
    write_provenance(stream, &t);
    write_key(stream, &t, NULL, NULL);
    fputs("result\tstatistic\tvalue\n", stream);
    for (size_t i = 0; i < a->row_count; i++) {
        struct setting s;
        grid_cell(g, a->row[i].cell, &s);
        for (size_t k = t.rates; k < t.end; k++) {
            write_key(stream, &t, &a->row[i], &s);
            field_value(&t, &a->row[i], &s, k, &f);
            write_statistic(stream, &t, k, f.text);
        }
    }
    return SWEEP_OK;
}

const struct table_format table_formats[] = {
    {"tsv", "default", table_write_tsv},
    {"long", "TSV, a line per statistic", write_long},
    {"csv", NULL, write_csv},
    {"json", NULL, write_json},
    {"md", NULL, write_markdown},
};

const struct names all_formats = {.what = "format", NAMES_OF(table_formats)};
