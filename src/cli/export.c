#include "export.h"

#include "sweep/json.h"
#include "sweep/npy.h"
#include "sweep/outfile.h"
#include <inttypes.h>
#include <math.h>

static void put_results(FILE *stream, const struct record *r)
{
    for (enum column c = 0; c < COLUMN_COUNT; c++) {
        json_name(stream, c == 0, column_table[c].name);
        if (column_table[c].type == COLUMN_WORD && !isnan(r->value[c]))
            json_text(stream, column_table[c].words[(size_t)r->value[c]]);
        else
            json_number(stream, r->value[c]);
    }
}

static void put_scalars(FILE *stream, const struct inspection *what)
{
    for (size_t k = 0; k < what->scalar_count; k++) {
        json_name(stream, k == 0, what->scalars[k].name);
        json_number(stream, what->scalars[k].value);
    }
}

static void put_shapes(FILE *stream, const struct inspection *what)
{
    for (size_t k = 0; k < what->array_count; k++) {
        const struct inspect_array *a = &what->arrays[k];
        json_name(stream, k == 0, a->name);
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
    json_text(stream, id->grid->name);
    fprintf(stream,
            ",\n  \"seed\": %" PRIu64 ",\n  \"cell\": %zu,\n  \"replicate\": %" PRIu64
            ",\n  \"status\": \"%s\",\n  \"message\": ",
            id->grid->seed, id->cell, id->replicate,
            trial_status_words[what->record->status]);
    json_text(stream, what->record->message);
    fprintf(stream, ",\n  \"coordinates\": \"%s\",\n  \"parameters\": {",
            what->ambient ? "ambient" : "span");
    json_setting(stream, id->grid, what->setting);
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
    int status = outfile_open_in(&out, directory, "record.json", log);
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
