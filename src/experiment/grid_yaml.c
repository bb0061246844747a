#include "sweep/grid_yaml.h"
#include "grid_axes.h"
#include "grid_design.h"
#include "grid_keys.h"
#include "grid_set.h"
#include "grid_table.h"
#include "grid_until.h"
#include "grid_values.h"
#include "sweep/expression.h"
#include "sweep/infile.h"
#include "sweep/memory.h"
#include "sweep/parse.h"
#include "sweep/text.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char grid_name_letters[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

static void read_name(struct reader *r, const struct node *key)
{
    const struct node *node = key->value;

    r->g->name = read_copy(r, node, "a name");
    if (!r->g->name)
        return;
    if (r->g->name[strspn(r->g->name, grid_name_letters)] != '\0')
        complain(r, node, "'name' may have letters, digits, _ and - only, got '%s'",
                 show(node->text).text);
    if (strlen(r->g->name) > GRID_NAME_LIMIT)
        complain(r, node, "'name' may have at most %d characters, got %zu",
                 GRID_NAME_LIMIT, strlen(r->g->name));
}

static void read_note(struct reader *r, const struct node *key)
{
    r->g->note = read_copy(r, key->value, "a text");
    if (r->g->note && text_letters(r->g->note) > GRID_NOTE_LIMIT)
        complain(r, key->value, "'note' may have at most %d characters, got %zu",
                 GRID_NOTE_LIMIT, text_letters(r->g->note));
}

/* Replicates are what several seeds would be. */
static bool is_list_of_seeds(struct reader *r, const struct node *key)
{
    bool is = strcmp(key->text, "seed") == 0 && key->value->kind != NODE_SCALAR;

    if (is)
        complain(r, key,
                 "'seed' is no axis: replicates have independent random numbers, so "
                 "raise 'replicates', and see their spread by the statistics sd, min, "
                 "max or q05");
    return is;
}

static void read_seed(struct reader *r, const struct node *key)
{
    if (!is_list_of_seeds(r, key))
        read_unsigned(r, key->value, key->text, &r->g->seed);
}

static const struct keys file_keys;

/* Complain about a key of the file that stands among the parameters. */
static bool is_key_of_file(struct reader *r, const struct node *key)
{
    for (size_t i = 0; i < file_keys.count; i++) {
        const struct key *row = &file_keys.row[i];
        bool called = row->called && strcmp(row->called, key->text) == 0;
        if (!called && strcmp(row->name, key->text) != 0)
            continue;
        if (is_list_of_seeds(r, key))
            return true;
        complain(r, key, "'%s' is not a parameter: '%s' belongs beside 'grid'",
                 key->text, row->name);
        return true;
    }
    return false;
}

/* A parameter, `value` being what it is set to. */
static void read_setting(struct reader *r, const struct node *key,
                         const struct node *value)
{
    if (is_key_of_file(r, key))
        return;
    enum parameter p = read_parameter(r, key);

    if (p == PARAMETER_COUNT || !grid_give(r, p, key))
        return;
    if (value->kind == NODE_SCALAR ||
        (value->kind == NODE_MAPPING && value_is_mapping(p)))
        read_value(r, p, value, &r->g->fixed.value[p]);
    else
        read_axis(r, p, value);
}

/* What `set` has stands in the place of what `grid` has. */
static void read_grid(struct reader *r, const struct node *section)
{
    const struct node *set = document_value(r->root, "set");

    if (!is_kind(r, section->value, NODE_MAPPING,
                 "'grid' must hold parameters: 'name: value'") ||
        (set &&
         !is_kind(r, set, NODE_MAPPING, "'set' must hold parameters: 'name: value'")))
        return;
    for (const struct node *key = section->value->first; key && !reader_full(r);
         key = key->next) {
        const struct node *value = set ? document_value(set, key->text) : NULL;
        read_setting(r, key, value ? value : key->value);
    }
    for (const struct node *key = set ? set->first : NULL; key && !reader_full(r);
         key = key->next)
        if (!document_value(section->value, key->text))
            read_setting(r, key, key->value);
    read_axes(r, document_value(r->root, "zip"));
}

/* A copy of an expression that compiles, or NULL after a complaint. */
static char *read_expression(struct reader *r, const struct node *node, const char *key)
{
    char *text = read_copy(r, node, "an expression");
    struct expression *e = NULL;
    char reason[256] = "";
    int status =
        text ? expression_compile(&e, text, &all_parameters, reason, sizeof reason)
             : SWEEP_OK;

    expression_free(e);
    if (status == SWEEP_INPUT)
        complain(r, node, "'%s': %s", key, reason);
    else if (status != SWEEP_OK)
        r->status = status;
    return text;
}

static void read_derive(struct reader *r, const struct node *section)
{
    const struct node *node = section->value;
    struct grid *g = r->g;

    if (!is_kind(r, node, NODE_MAPPING,
                 "'derive' must hold expressions: 'parameter: expression'"))
        return;
    g->derived = reader_array(r, node->count, sizeof *g->derived);
    for (const struct node *key = node->first; key && g->derived; key = key->next) {
        struct derived *d = &g->derived[g->derived_count];
        enum parameter p = read_parameter(r, key);

        if (p == PARAMETER_COUNT || !grid_give(r, p, key))
            continue;
        if (parameter_is_text(p))
            complain(r, key, "'%s' is not a number: it cannot be derived", key->text);
        g->derived_count++;
        d->parameter = p;
        d->line = key->value->line;
        d->column = key->value->column;
        d->text = read_expression(r, key->value, key->text);
    }
}

static void read_where(struct reader *r, const struct node *key)
{
    const struct node *node = key->value;

    r->g->where_line = node->line;
    r->g->where_column = node->column;
    r->g->where = read_expression(r, node, key->text);
}

/* In the order they are read in. */
static const struct key file_rows[] = {
    {.name = "name", .read = read_name, .example = "name: step_scale"},
    {.name = "note", .read = read_note},
    {.name = "seed", .read = read_seed, .example = "seed: 1"},
    {.name = "replicates",
     .called = "seeds",
     .read = read_replicates,
     .example = "replicates: 100",
     .instead = "until"},
    {.name = "results", .read = read_results},
    {.name = "until", .read = read_until},
    {.name = "grid", .read = read_grid, .example = "grid: {samples: [10, 20]}"},
    {.name = "set"}, /* with the grid */
    {.name = "zip"},
    {.name = "design", .read = read_design},
    {.name = "derive", .read = read_derive},
    {.name = "where", .read = read_where},
    {.name = "success", .read = read_success},
    {.name = "table", .read = read_table},
};
static const struct keys file_keys = {
    .form = "a grid file must hold keys and values: 'name: ...'",
    .row = file_rows,
    .count = sizeof file_rows / sizeof file_rows[0],
};

/* The grid before anything of the file is known. */
static int start_grid(struct reader *r, const char *name, const char *text, size_t size)
{
    struct grid *g = r->g;

    g->fixed = setting_default();
    for (int k = 0; k < THRESHOLD_COUNT; k++)
        g->success[k] = NAN;
    g->file = memory_string(name);
    g->text = memory_array(size + 1, 1);
    if (!g->file || !g->text || grid_text_intern(&g->texts, "mixture") != DATA_MIXTURE)
        return SWEEP_NO_MEMORY;
    memcpy(g->text, text, size);
    g->text_size = size;
    return SWEEP_OK;
}

static int read_grid_text(struct reader *r, const char *text, size_t size)
{
    struct node *root = NULL;
    int status = document_read(&root, r->g->file, text, size, r->log);

    if (status != SWEEP_OK)
        r->status = status;
    r->root = root;
    if (root)
        read_keys(r, root, &file_keys);
    for (enum parameter p = 0; p < PARAMETER_COUNT; p++)
        memory_free(r->axis[p].value);
    document_free(root);
    return r->status;
}

/* Every value that `labels` has in the grid; at least one. */
static size_t list_labels(const struct grid *g, double *labels)
{
    size_t count = 0;

    for (size_t a = 0; a < g->axis_count; a++)
        for (size_t i = 0; i < g->axes[a].count * g->axes[a].width; i++)
            if (g->axes[a].parameter[i % g->axes[a].width] == P_LABELS)
                labels[count++] = g->axes[a].values[i];
    if (count == 0)
        labels[count++] = g->fixed.value[P_LABELS];
    return count;
}

static int read_data_files(struct reader *r)
{
    struct grid *g = r->g;
    size_t most = 1;

    if (g->data.file_count == 0)
        return SWEEP_OK;
    for (size_t a = 0; a < g->axis_count; a++)
        most += g->axes[a].count;
    double *labels = memory_array(most, sizeof *labels);
    if (!labels)
        return SWEEP_NO_MEMORY;
    struct grid_data_request q = {.grid_file = g->file,
                                  .kept = r->kept,
                                  .known = r->known,
                                  .labels = labels,
                                  .label_count = list_labels(g, labels)};
    int status = grid_data_read(&g->data, &g->texts, &q, r->log);
    memory_free(labels);
    return status;
}

/* `size` 0: unknown. */
static int refuse_size(const char *name, double size, struct diagnostics *log)
{
    if (size > 0)
        diagnostics_add(log, name, 0, 0,
                        "too big for a grid file: %.0f bytes, at most %d are read",
                        size, GRID_FILE_LIMIT);
    else
        diagnostics_add(log, name, 0, 0,
                        "too big for a grid file: at most %d bytes are read",
                        GRID_FILE_LIMIT);
    return SWEEP_INPUT;
}

static int read_all(struct reader *r, const char *name, const char *text, size_t size)
{
    struct grid *g = r->g;

    *g = (struct grid){0};
    if (size > GRID_FILE_LIMIT)
        return refuse_size(name, (double)size, r->log);
    int status = start_grid(r, name, text, size);
    if (status == SWEEP_OK)
        status = read_grid_text(r, text, size);
    if (status == SWEEP_OK)
        status = read_data_files(r);
    if (status == SWEEP_OK)
        status = grid_number_cells(g, r->log);
    if (status == SWEEP_NO_MEMORY)
        diagnostics_add(r->log, name, 0, 0, "%s", status_name(status));
    if (status != SWEEP_OK)
        grid_release(g);
    diagnostics_sort(r->log);
    diagnostics_fold(r->log);
    return status;
}

int grid_read_text(struct grid *g, const char *name, const char *text, size_t size,
                   struct diagnostics *log)
{
    struct reader r = {.g = g, .log = log};
    return read_all(&r, name, text, size);
}

static int refuse_file(const char *verb, const char *path, const char *reason,
                       struct diagnostics *log)
{
    diagnostics_add(log, NULL, 0, 0, "cannot %s '%s': %s", verb, path, reason);
    return SWEEP_IO;
}

/* The text with the line that is to be set. */
static int read_joined(struct reader *r, const char *path, const char *text,
                       size_t size)
{
    char *joined = NULL;
    size_t whole;
    int status = grid_set_join(&joined, &whole, text, size, r->set->line);
    if (status != SWEEP_OK) {
        diagnostics_add(r->log, path, 0, 0, "%s", status_name(status));
    } else if (whole > GRID_FILE_LIMIT) {
        status = refuse_size(path, 0, r->log);
    } else {
        status = read_all(r, path, joined, whole);
        if (status != SWEEP_OK)
            grid_set_blame(r->log, r->set, joined, whole, text, size);
    }
    free(joined);
    return status;
}

static int read_stream(struct reader *r, const char *path, FILE *file, char *text)
{
    size_t size = fread(text, 1, GRID_FILE_LIMIT + 1, file);
    struct stat about = {0};

    if (ferror(file))
        return refuse_file("read", path, strerror(errno), r->log);
    if (size <= GRID_FILE_LIMIT)
        return r->set ? read_joined(r, path, text, size)
                      : read_all(r, path, text, size);
    fstat(fileno(file), &about);
    return refuse_size(path, (double)about.st_size, r->log);
}

/* A grid that the user names may come out of a pipe. */
static int read_path(struct reader *r, const char *path)
{
    const char *reason = NULL;
    FILE *file = infile_open(path, r->kept ? INFILE_OWN : INFILE_STREAM, &reason);
    char *text;
    int status = SWEEP_NO_MEMORY;

    *r->g = (struct grid){0};
    if (!file)
        return refuse_file("open", path, reason, r->log);
    text = memory_array(GRID_FILE_LIMIT + 1, 1);
    if (text)
        status = read_stream(r, path, file, text);
    else
        diagnostics_add(r->log, path, 0, 0, "%s", status_name(status));
    memory_free(text);
    fclose(file);
    return status;
}

int grid_read_file(struct grid *g, const char *path, struct diagnostics *log)
{
    struct reader r = {.g = g, .log = log};
    return read_path(&r, path);
}

int grid_read_with(struct grid *g, const char *path, const struct grid_set *set,
                   struct diagnostics *log)
{
    struct reader r = {.g = g, .log = log, .set = set};
    return read_path(&r, path);
}

int grid_read_kept(struct grid *g, const char *path, const struct grid_known *known,
                   struct diagnostics *log)
{
    struct reader r = {.g = g, .log = log, .kept = true, .known = known};
    return read_path(&r, path);
}
