/* A line for each trial. */
#include "sweep/escape.h"
#include "sweep/memory.h"
#include "table_parts.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

/* One line after the other, with the texts that the trials of a cell share. */
struct lines {
    FILE *stream;
    const struct grid *grid;
    const struct table_request *request;
    size_t cell;  /* of the texts; SIZE_MAX: none */
    char *common; /* "0,relu,1000,..." from malloc */
};

/* False: it is none of a trial. */
static bool is_shown(const struct lines *l, enum column c)
{
    return results_info(&l->grid->results, c)->type != COLUMN_AUDIT;
}

/* The results in their order; `k` from 0. COLUMN_COUNT: there are no more. */
static enum column column_at(const struct lines *l, size_t k)
{
    size_t own = l->grid->results.count;
    if (l->request->column_count > 0)
        return k < l->request->column_count ? l->request->columns[k] : COLUMN_COUNT;
    return k < COLUMN_COUNT         ? (enum column)k
           : k < COLUMN_COUNT + own ? (enum column)(COLUMN_OWN + k - COLUMN_COUNT)
                                    : COLUMN_COUNT;
}

static void put_names(const struct lines *l)
{
    enum column c;
    fputs("cell", l->stream);
    for (enum parameter p = 0; p < PARAMETER_COUNT; p++)
        fprintf(l->stream, ",%s", parameter_table[p].name);
    fputs(",replicate,status", l->stream);
    for (size_t k = 0; (c = column_at(l, k)) != COLUMN_COUNT; k++)
        if (is_shown(l, c)) {
            putc(',', l->stream);
            escape_csv(l->stream, results_info(&l->grid->results, c)->name);
        }
    putc('\n', l->stream);
}

/* The number of the cell and its parameters. */
static int find_common(struct lines *l, size_t cell)
{
    struct setting s;
    size_t size;
    char text[4096];
    free(l->common);
    l->common = NULL;
    FILE *stream = open_memstream(&l->common, &size);
    if (!stream)
        return SWEEP_NO_MEMORY;
    grid_cell(l->grid, cell, &s);
    fprintf(stream, "%zu", cell);
    for (enum parameter p = 0; p < PARAMETER_COUNT; p++) {
        putc(',', stream);
        if (!isnan(s.value[p]) || !parameter_is_text(p))
            escape_csv(stream, grid_format(l->grid, p, s.value[p], text, sizeof text));
    }
    bool failed = ferror(stream);
    l->cell = cell;
    return fclose(stream) != 0 || failed ? SWEEP_NO_MEMORY : SWEEP_OK;
}

static void put_result(const struct lines *l, enum column c, double value)
{
    const char *const *words = results_info(&l->grid->results, c)->words;
    if (isnan(value))
        fputs(words ? "," : ",NaN", l->stream);
    else if (words)
        fprintf(l->stream, ",%s", words[(size_t)value]);
    else
        fprintf(l->stream, ",%.17g", value);
}

static int put_trial(void *context, size_t cell, uint64_t replicate,
                     const struct record *r, const double *own)
{
    struct lines *l = context;
    enum column c;
    int status = l->cell == cell ? SWEEP_OK : find_common(l, cell);
    if (status != SWEEP_OK)
        return status;
    fprintf(l->stream, "%s,%" PRIu64 ",%s", l->common, replicate,
            trial_status_words[r->status]);
    for (size_t k = 0; (c = column_at(l, k)) != COLUMN_COUNT; k++)
        if (is_shown(l, c))
            put_result(l, c, c < COLUMN_COUNT ? r->value[c] : own[c - COLUMN_OWN]);
    putc('\n', l->stream);
    return SWEEP_OK;
}

int table_write_trials(FILE *stream, struct store *s, const struct grid *g,
                       const struct table_request *request, struct diagnostics *log)
{
    struct lines l = {
        .stream = stream, .grid = g, .request = request, .cell = SIZE_MAX};
    put_names(&l);
    int status = aggregate_each(s, g, request->where, put_trial, &l, log);
    free(l.common);
    return status;
}
