#include "export.h"

#include "sweep/npy.h"
#include "sweep/outfile.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

/* The text in quotes. */
static void put_text(FILE *stream, const char *text)
{
    putc('"', stream);
    for (; *text; text++) {
        if ((unsigned char)*text < 0x20)
            fprintf(stream, "\\u%04x", (unsigned)*text);
        else
            fprintf(stream, "%s%c", *text == '"' || *text == '\\' ? "\\" : "", *text);
    }
    putc('"', stream);
}

/* JSON knows no infinity and no NaN. */
static void put_number(FILE *stream, double value)
{
    if (isfinite(value))
        fprintf(stream, "%.17g", value);
    else
        fputs("null", stream);
}

/* The name of an entry of an object; `first` entries have no comma before them. */
static void put_name(FILE *stream, bool first, const char *name)
{
    fputs(first ? "\n    " : ",\n    ", stream);
    put_text(stream, name);
    fputs(": ", stream);
}

static void put_parameters(FILE *stream, const struct grid *g, const struct setting *s)
{
    char text[4096];
    for (enum parameter p = 0; p < PARAMETER_COUNT; p++) {
        enum parameter_type type = parameter_table[p].type;
        put_name(stream, p == 0, parameter_table[p].name);
        grid_format(g, p, s->value[p], text, sizeof text);
        if (isnan(s->value[p]))
            fputs("null", stream);
        else if (type == PARAMETER_CHOICE || type == PARAMETER_TEXT)
            put_text(stream, text);
        else
            fputs(text, stream);
    }
}

static void put_results(FILE *stream, const struct record *r)
{
    for (enum column c = 0; c < COLUMN_COUNT; c++) {
        put_name(stream, c == 0, column_table[c].name);
        if (column_table[c].type == COLUMN_WORD && !isnan(r->value[c]))
            put_text(stream, column_table[c].words[(size_t)r->value[c]]);
        else
            put_number(stream, r->value[c]);
    }
}

static void put_scalars(FILE *stream, const struct inspection *what)
{
    for (size_t k = 0; k < what->scalar_count; k++) {
        put_name(stream, k == 0, what->scalars[k].name);
        put_number(stream, what->scalars[k].value);
    }
}

static void put_shapes(FILE *stream, const struct inspection *what)
{
    for (size_t k = 0; k < what->array_count; k++) {
        const struct inspect_array *a = &what->arrays[k];
        put_name(stream, k == 0, a->name);
        fprintf(stream, "[%zu", a->rows);
        if (a->columns > 0)
            fprintf(stream, ", %zu", a->columns);
        putc(']', stream);
    }
}

static void put_record(FILE *stream, const struct trial_identity *id,
                       const struct inspection *what)
{
    fputs("{\n  \"grid\": ", stream);
    put_text(stream, id->grid->name);
    fprintf(stream,
            ",\n  \"seed\": %" PRIu64 ",\n  \"cell\": %zu,\n  \"replicate\": %" PRIu64
            ",\n  \"status\": \"%s\",\n  \"message\": ",
            id->grid->seed, id->cell, id->replicate,
            trial_status_words[what->record->status]);
    put_text(stream, what->record->message);
    fprintf(stream, ",\n  \"coordinates\": \"%s\",\n  \"parameters\": {",
            what->ambient ? "ambient" : "span");
    put_parameters(stream, id->grid, what->setting);
    fputs("\n  },\n  \"results\": {", stream);
    put_results(stream, what->record);
    fputs("\n  },\n  \"scalars\": {", stream);
    put_scalars(stream, what);
    fputs("\n  },\n  \"arrays\": {", stream);
    put_shapes(stream, what);
    fputs("\n  }\n}\n", stream);
}

static int write_record(const char *directory, const struct trial_identity *id,
                        const struct inspection *what, struct diagnostics *log)
{
    struct outfile out;
    char *path;
    if (asprintf(&path, "%s/record.json", directory) < 0) {
        diagnostics_add(log, NULL, 0, 0, "out of memory");
        return SWEEP_NO_MEMORY;
    }
    int status = outfile_open(&out, path, log);
    free(path);
    if (status != SWEEP_OK)
        return status;
    put_record(out.stream, id, what);
    return outfile_commit(&out, log);
}

int export_trial(const char *directory, const struct trial_identity *id,
                 const struct inspection *what, struct diagnostics *log)
{
    int status = outfile_folder(directory, log);
    for (size_t k = 0; k < what->array_count && status == SWEEP_OK; k++) {
        const struct inspect_array *a = &what->arrays[k];
        const size_t shape[] = {a->rows, a->columns};
        if (a->index)
            status = npy_write_index(directory, a->name, a->index, a->rows, log);
        else
            status = npy_write_real(directory, a->name, a->real, shape,
                                    a->columns > 0 ? 2 : 1, log);
    }
    return status == SWEEP_OK ? write_record(directory, id, what, log) : status;
}
