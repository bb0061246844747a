#include "table_parts.h"

#include "sweep/escape.h"
#include "sweep/json.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

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

static int write_csv(FILE *stream, const struct aggregate *a, const struct grid *g,
                     const struct table_style *style)
{
    struct layout t = table_layout(a, g, &csv, style);
    write_line(stream, &t, NULL);
    for (size_t i = 0; i < a->row_count; i++)
        write_line(stream, &t, &a->row[i]);
    return SWEEP_OK;
}

static int write_markdown(FILE *stream, const struct aggregate *a, const struct grid *g,
                          const struct table_style *style)
{
    struct layout t = table_layout(a, g, &markdown, style);
    write_line(stream, &t, NULL);
    for (size_t k = 0; k < t.end; k++)
        fputs(k == 0 ? "|---|" : "---|", stream);
    fputs("\n", stream);
    for (size_t i = 0; i < a->row_count; i++)
        write_line(stream, &t, &a->row[i]);
    table_put_pooled(stream, a, "\nPooled over ", ".\n");
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
    table_put_pooled(stream, t->a, " \"pooled_over\": \"", "\",\n");
}

static int write_json(FILE *stream, const struct aggregate *a, const struct grid *g,
                      const struct table_style *style)
{
    struct layout t = table_layout(a, g, &tsv, style); /* its digits */
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
        escape_print(stream, "# %s: %s\n", table_audit_name(t, k),
                     results_info(&g->results, a->audits[k])->meaning);
    for (size_t k = 0; k < a->column_count; k++)
        escape_print(stream, "# %s: %s\n", table_result_name(t, k),
                     results_info(&g->results, a->columns[k])->meaning);
    for (size_t k = 0; k < a->statistic_count; k++)
        fprintf(stream, "# _%s: %s\n", a->statistics[k].name,
                a->statistics[k].info->meaning);
    table_put_pooled(stream, a, "# pooled over ", "\n");
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

int table_write_tsv(FILE *stream, const struct aggregate *a, const struct grid *g,
                    const struct table_style *style)
{
    struct layout t = table_layout(a, g, &tsv, style);
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
    const char *result, *statistic;
    field_parts(t, k, &result, &statistic);
    if (!*statistic)
        statistic = k < t->audits ? "rate" : "value";
    fprintf(stream, "%s\t%s\t%s\n", result, statistic, value);
}

static int write_long(FILE *stream, const struct aggregate *a, const struct grid *g,
                      const struct table_style *style)
{
    struct layout t = table_layout(a, g, &tsv, style);
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
    {.name = "tsv", .meaning = "default", .ending = ".tsv", .write = table_write_tsv},
    {.name = "long", .meaning = "TSV, a line per statistic", .write = write_long},
    {.name = "csv", .ending = ".csv", .write = write_csv},
    {.name = "json", .ending = ".json", .write = write_json},
    {.name = "md", .ending = ".md", .write = write_markdown},
    {.name = "text",
     .meaning = "default on a terminal",
     .ending = ".txt",
     .pivots = true,
     .write = table_write_text},
    {.name = "latex",
     .meaning = "booktabs",
     .ending = ".tex",
     .pivots = true,
     .write = table_write_latex},
    {.name = "html", .ending = ".html", .pivots = true, .write = table_write_html},
    {.name = "trials-csv",
     .meaning = "a line per trial, all results",
     .write_trials = table_write_trials},
};

const struct names all_formats = {.what = "format", NAMES_OF(table_formats)};

size_t table_format_of(const char *path)
{
    const char *ending = strrchr(path, '.');
    for (size_t i = 0; i < all_formats.count && ending; i++)
        if (table_formats[i].ending && strcmp(ending, table_formats[i].ending) == 0)
            return i;
    return 0;
}

size_t table_format_text(void)
{
    return names_find(&all_formats, "text");
}
