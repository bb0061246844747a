#include "sweep/table.h"

#include "sweep/escape.h"
#include "sweep/json.h"
#include "sweep/memory.h"
#include "sweep/partition.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* The columns of a table, left to right: coordinates, counts, success, statistics. */
enum count_field { FIELD_TRIALS, FIELD_FAILED, FIELD_UNDEFINED, COUNT_FIELDS };
enum { RATE_PARTS = 3, RATE_FIELDS = SUCCESS_KINDS * RATE_PARTS };
static const char *const count_names[] = {"trials", "failed", "undefined"};
static const char *const rate_parts[RATE_PARTS] = {"", "low", "high"};

struct layout {
    const struct aggregate *a;
    const struct grid *grid;
    size_t counts, rates, statistics, end; /* first field of each part */
    bool rounded;                          /* four digits are enough */
};

struct field {
    char text[4096];
    bool word; /* not a number: quoted in JSON */
};

static struct layout layout_of(const struct aggregate *a, const struct grid *g,
                               enum table_format format)
{
    struct layout t = {.a = a, .grid = g, .rounded = format == TABLE_MARKDOWN};
    t.counts = a->parameter_count;
    t.rates = t.counts + COUNT_FIELDS;
    t.statistics = t.rates + (a->has_success ? RATE_FIELDS : 0);
    t.end = t.statistics + a->column_count * a->statistic_count;
    return t;
}

static void field_name(const struct layout *t, size_t k, struct field *f)
{
    const struct aggregate *a = t->a;
    const char *name, *statistic = "";
    if (k < t->counts)
        name = parameter_table[a->parameters[k]].name;
    else if (k < t->rates)
        name = count_names[k - t->counts];
    else if (k < t->statistics) {
        name = success_names[(k - t->rates) / RATE_PARTS];
        statistic = rate_parts[(k - t->rates) % RATE_PARTS];
    } else {
        name = column_table[a->columns[(k - t->statistics) / a->statistic_count]].name;
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
        snprintf(f->text, sizeof f->text, "%.*g", t->rounded ? 4 : 17, value);
}

static void coordinate(const struct layout *t, const struct setting *s,
                       enum parameter p, struct field *f)
{
    enum parameter_type type = parameter_table[p].type;
    f->word = type == PARAMETER_CHOICE || type == PARAMETER_TEXT;
    grid_format(t->grid, p, s->value[p], f->text, sizeof f->text);
}

static double rate_field(const struct aggregate_row *row, size_t k)
{
    const struct success_rate *rate = &row->success[k / RATE_PARTS];
    return k % RATE_PARTS == 0   ? rate->rate
           : k % RATE_PARTS == 1 ? rate->low
                                 : rate->high;
}

static void field_value(const struct layout *t, const struct aggregate_row *row,
                        const struct setting *s, size_t k, struct field *f)
{
    const size_t counts[] = {row->trials, row->failed, row->undefined};
    f->word = false;
    if (k < t->counts)
        coordinate(t, s, t->a->parameters[k], f);
    else if (k < t->rates)
        snprintf(f->text, sizeof f->text, "%zu", counts[k - t->counts]);
    else if (k < t->statistics)
        field_real(t, rate_field(row, k - t->rates), f);
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

static void put_plain(FILE *stream, const struct field *f, enum table_format format)
{
    if (format == TABLE_MARKDOWN)
        escape_markdown(stream, f->text);
    else if (format == TABLE_CSV)
        escape_csv(stream, f->text);
    else
        escape_tsv(stream, f->text);
}

/* One line of TSV, CSV or Markdown; row NULL: the names. */
static void write_line(FILE *stream, const struct layout *t, enum table_format format,
                       const struct aggregate_row *row)
{
    const char *separator = format == TABLE_TSV   ? "\t"
                            : format == TABLE_CSV ? ","
                                                  : " | ";
    struct setting s;
    struct field f;

    if (row)
        grid_cell(t->grid, row->cell, &s);
    fputs(format == TABLE_MARKDOWN ? "| " : "", stream);
    for (size_t k = 0; k < t->end; k++) {
        if (row)
            field_value(t, row, &s, k, &f);
        else
            field_name(t, k, &f);
        fputs(k > 0 ? separator : "", stream);
        put_plain(stream, &f, format);
    }
    fputs(format == TABLE_MARKDOWN ? " |\n" : "\n", stream);
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

static void write_plain(FILE *stream, const struct layout *t, enum table_format format)
{
    write_line(stream, t, format, NULL);
    if (format == TABLE_MARKDOWN) {
        for (size_t k = 0; k < t->end; k++)
            fputs(k == 0 ? "|---|" : "---|", stream);
        fputs("\n", stream);
    }
    for (size_t i = 0; i < t->a->row_count; i++)
        write_line(stream, t, format, &t->a->row[i]);
    if (format == TABLE_MARKDOWN)
        write_pooled(stream, t, "\nPooled over ", ".\n");
}

static void write_json(FILE *stream, const struct layout *t)
{
    struct field f = {.word = true};
    snprintf(f.text, sizeof f.text, "%s", t->grid->name);
    fputs("{\"grid\": ", stream);
    put_json(stream, &f);
    fprintf(stream,
            ", \"seed\": %" PRIu64 ", \"replicates\": %zu, \"sweep\": \"%s\", "
            "\"model_version\": %zu,\n",
            t->grid->seed, t->grid->replicates, SWEEP_VERSION, t->a->model);
    if (t->grid->until.least > 0) {
        fputs(" \"until\": ", stream);
        grid_replicates_text(t->grid, f.text, sizeof f.text);
        put_json(stream, &f);
        fputs(",\n", stream);
    }
    write_pooled(stream, t, " \"pooled_over\": \"", "\",\n");
    fputs(" \"rows\": [", stream);
    for (size_t i = 0; i < t->a->row_count; i++) {
        const struct aggregate_row *row = &t->a->row[i];
        struct setting s;
        grid_cell(t->grid, row->cell, &s);
        fputs(i > 0 ? ",\n  {" : "\n  {", stream);
        for (size_t k = 0; k < t->end; k++) {
            fputs(k > 0 ? ", " : "", stream);
            field_name(t, k, &f);
            put_json(stream, &f);
            fputs(": ", stream);
            field_value(t, row, &s, k, &f);
            put_json(stream, &f);
        }
        fputs("}", stream);
    }
    fputs("\n ]}\n", stream);
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
    for (size_t k = 0; k < a->column_count; k++)
        fprintf(stream, "# %s: %s\n", column_table[a->columns[k]].name,
                column_table[a->columns[k]].meaning);
    for (size_t k = 0; k < a->statistic_count; k++)
        fprintf(stream, "# _%s: %s\n", a->statistics[k].name,
                statistic_meaning(&a->statistics[k]));
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
    struct rng_key *key = memory_array(t->a->row_count, sizeof *key);
    if (!key)
        return SWEEP_NO_MEMORY;
    for (size_t i = 0; i < t->a->row_count; i++) {
        struct setting s;
        grid_cell(t->grid, t->a->row[i].cell, &s);
        key[i] = rng_key_start();
        for (size_t k = 0; k < t->a->parameter_count; k++)
            if (names_block(t, k))
                key[i] = rng_key_real(key[i], s.value[t->a->parameters[k]]);
    }
    int status = partition_build(blocks, key, t->a->row_count);
    memory_free(key);
    return status;
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
            coordinate(t, &s, t->a->parameters[k], &f);
            escape_print(stream, "%s%s=%s", before,
                         parameter_table[t->a->parameters[k]].name, f.text);
            before = " ";
        }
    if (*before == ' ')
        fputs("]\n", stream);
}

static int write_tsv(FILE *stream, const struct layout *t)
{
    struct partition blocks;
    int status = group_blocks(&blocks, t);
    if (status != SWEEP_OK)
        return status;
    write_provenance(stream, t);
    for (size_t b = 0; b < blocks.count; b++) {
        fputs(b > 0 ? "\n\n" : "", stream);
        write_block_name(stream, t, &t->a->row[blocks.member[blocks.start[b]]]);
        write_line(stream, t, TABLE_TSV, NULL);
        for (size_t i = blocks.start[b]; i < blocks.start[b + 1]; i++)
            write_line(stream, t, TABLE_TSV, &t->a->row[blocks.member[i]]);
    }
    partition_release(&blocks);
    return SWEEP_OK;
}

/* Everything from the rates on is a result and a statistic of it. */
static void write_long(FILE *stream, const struct layout *t)
{
    const struct aggregate *a = t->a;
    struct field f;
    write_provenance(stream, t);
    for (size_t k = 0; k < t->counts + FIELD_UNDEFINED; k++) {
        field_name(t, k, &f);
        fprintf(stream, "%s\t", f.text);
    }
    fputs("result\tstatistic\tvalue\n", stream);
    for (size_t i = 0; i < a->row_count; i++) {
        struct setting s;
        grid_cell(t->grid, a->row[i].cell, &s);
        for (size_t k = t->rates; k < t->end; k++) {
            size_t rate = k - t->rates, at = k - t->statistics;
            for (size_t c = 0; c < t->counts + FIELD_UNDEFINED; c++) {
                field_value(t, &a->row[i], &s, c, &f);
                put_plain(stream, &f, TABLE_LONG);
                putc('\t', stream);
            }
            field_value(t, &a->row[i], &s, k, &f);
            if (k < t->statistics)
                fprintf(stream, "%s\t%s\t%s\n", success_names[rate / RATE_PARTS],
                        rate % RATE_PARTS ? rate_parts[rate % RATE_PARTS] : "rate",
                        f.text);
            else
                fprintf(stream, "%s\t%s\t%s\n",
                        column_table[a->columns[at / a->statistic_count]].name,
                        a->statistics[at % a->statistic_count].name, f.text);
        }
    }
}

int table_write(FILE *stream, const struct aggregate *a, const struct grid *g,
                enum table_format format)
{
    struct layout t = layout_of(a, g, format);
    if (format == TABLE_TSV)
        return write_tsv(stream, &t);
    if (format == TABLE_JSON)
        write_json(stream, &t);
    else if (format == TABLE_LONG)
        write_long(stream, &t);
    else
        write_plain(stream, &t, format);
    return SWEEP_OK;
}
