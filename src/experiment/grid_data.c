/* The data files of a grid: which points a setting takes, and what that says of it. */
#include "grid_number.h"
#include "grid_reader.h"
#include "sweep/data_reader.h"
#include "sweep/memory.h"
#include "sweep/parse.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Classes that a message lists. */
enum { MOST_LISTED = 12, NUMBER_SIZE = 32 };

const char *grid_file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Where a file is: beside the grid file, or where a results folder keeps it. Memory
 * from malloc. */
static char *path_of(const struct grid *g, const char *name, bool kept)
{
    int folder = (int)(grid_file_name(g->file) - g->file);
    char *path;
    int length =
        kept ? asprintf(&path, "%.*s" GRID_DATA_FOLDER "/%s", folder, g->file,
                        grid_file_name(name))
             : asprintf(&path, "%.*s%s", *name == '/' ? 0 : folder, g->file, name);
    return length < 0 ? NULL : path;
}

/* The same; what is not beside a grid file may be kept there: in a results folder. */
static char *find(const struct grid *g, const char *name, bool kept)
{
    char *path = path_of(g, name, kept), *copy = NULL;
    struct stat about;

    if (path && !kept && stat(path, &about) != 0)
        copy = path_of(g, name, true);
    if (copy && stat(copy, &about) == 0) {
        free(path);
        return copy;
    }
    free(copy);
    return path;
}

/* The bytes of f->path. */
static int read_bytes(struct grid_file *f, struct diagnostics *log, const char *grid)
{
    struct stat about;
    const char *wrong = NULL;
    FILE *stream = NULL;

    if (stat(f->path, &about) != 0)
        wrong = strerror(errno);
    else if (!S_ISREG(about.st_mode))
        wrong = "not a regular file";
    else if (about.st_size > DATA_FILE_LIMIT)
        wrong = "larger than 1 GiB";
    else if (!(stream = fopen(f->path, "rb")) && errno == ENOMEM)
        return SWEEP_NO_MEMORY;
    else if (!stream)
        wrong = strerror(errno);
    if (!wrong) {
        f->bytes = memory_array((size_t)about.st_size + 1, 1);
        f->size = f->bytes ? fread(f->bytes, 1, (size_t)about.st_size, stream) : 0;
        wrong = ferror(stream) ? strerror(errno) : NULL;
    }
    if (stream)
        fclose(stream);
    if (wrong) {
        diagnostics_add(log, grid, f->line, f->column,
                        "cannot read the data in '%s': %s", f->path, wrong);
        return SWEEP_INPUT;
    }
    return f->bytes ? SWEEP_OK : SWEEP_NO_MEMORY;
}

static int read_file(struct grid *g, struct grid_file *f, bool kept,
                     struct diagnostics *log)
{
    f->path = find(g, g->strings[(size_t)f->data], kept);
    int status = f->path ? read_bytes(f, log, g->file) : SWEEP_NO_MEMORY;
    if (status != SWEEP_OK)
        return status;
    return data_read(&f->points, f->path, f->bytes, f->size, log);
}

/* What is wrong with a file after another. Their copies in a results folder stand side
 * by side; trials on equal points are the same trials. */
static int check_pair(const struct grid *g, const struct grid_file *f,
                      const struct grid_file *other, struct diagnostics *log)
{
    const char *name = grid_file_name(f->path);
    const struct rng_key *a = &f->points.digest, *b = &other->points.digest;

    if (strcmp(name, grid_file_name(other->path)) == 0)
        diagnostics_add(log, g->file, f->line, f->column,
                        "two data files are called '%s': rename one, as a copy of each "
                        "is kept with the results",
                        name);
    else if (a->word[0] == b->word[0] && a->word[1] == b->word[1])
        diagnostics_add(log, g->file, f->line, f->column,
                        "'%s' has the points of '%s': name one of them",
                        grid_string(g, f->data), grid_string(g, other->data));
    else
        return SWEEP_OK;
    return SWEEP_INPUT;
}

static int check_pairs(const struct grid *g, struct diagnostics *log)
{
    int status = SWEEP_OK;
    for (size_t i = 0; i < g->file_count; i++)
        for (size_t k = 0; k < i; k++)
            if (check_pair(g, &g->files[i], &g->files[k], log) != SWEEP_OK)
                status = SWEEP_INPUT;
    return status;
}

int labels_parse(const char *text, double *plus, double *minus)
{
    static const char between[] = " vs ";
    const char *end;

    if (parse_leading(text, &end, plus) != PARSE_OK ||
        strncmp(end, between, strlen(between)) != 0)
        return 1;
    text = end + strlen(between);
    *minus = NAN;
    if (strcmp(text, "rest") == 0)
        return 0;
    return parse_leading(text, &end, minus) != PARSE_OK || *end != '\0' ||
           *plus == *minus;
}

char *labels_text(double plus, double minus, char *buffer, size_t size)
{
    char first[NUMBER_SIZE], second[NUMBER_SIZE] = "rest";
    grid_format_number(plus + 0.0, first, sizeof first);
    if (!isnan(minus))
        grid_format_number(minus + 0.0, second, sizeof second);
    snprintf(buffer, size, "%s vs %s", first, second);
    return buffer;
}

/* "0, 1, 2", the classes of a file. */
static void list_classes(const struct labelled *l, char *buffer, size_t size)
{
    buffer[0] = '\0';
    for (size_t k = 0; k < l->class_count && k < MOST_LISTED; k++) {
        char number[NUMBER_SIZE];
        size_t used = strlen(buffer);
        grid_format_number(l->classes[k], number, sizeof number);
        snprintf(buffer + used, size - used, "%s%s", k ? ", " : "", number);
    }
    if (l->class_count > MOST_LISTED)
        strncat(buffer, ", ...", size - strlen(buffer) - 1);
}

/* What is wrong with these labels of this file goes to c->wrong. */
static int check_labels(const struct grid *g, struct grid_classes *c,
                        const struct grid_file *f, double plus, double minus)
{
    const struct labelled *l = &f->points;
    const char *name = grid_string(g, f->data);
    char list[512], missing[NUMBER_SIZE];
    int length = 0;

    list_classes(l, list, sizeof list);
    c->blame = isnan(c->labels) ? P_DATA : P_LABELS;
    if (isnan(c->labels) && l->class_count > 2) {
        length = asprintf(&c->wrong,
                          "'%s' has %zu classes, %s: choose two with 'labels', such as "
                          "'labels: %g vs %g' or 'labels: %g vs rest'",
                          name, l->class_count, list, l->classes[0], l->classes[1],
                          l->classes[0]);
    } else if (l->class_count < 2) {
        c->blame = P_DATA;
        length = asprintf(&c->wrong, "'%s' has one class only, %s: two are needed",
                          name, list);
    } else if (!labelled_has_class(l, plus) ||
               !(isnan(minus) || labelled_has_class(l, minus))) {
        grid_format_number(labelled_has_class(l, plus) ? minus : plus, missing,
                           sizeof missing);
        length =
            asprintf(&c->wrong, "'%s' has no class %s: it has %s", name, missing, list);
    }
    if (length < 0)
        c->wrong = NULL;
    return length < 0 ? SWEEP_NO_MEMORY : SWEEP_OK;
}

/* The classes that c->labels name in a file; without labels its two, the larger +1. */
static int choose_classes(struct grid *g, struct grid_classes *c,
                          const struct grid_file *f)
{
    const struct labelled *l = &f->points;
    double plus = l->classes[l->class_count - 1], minus = l->classes[0];

    if (!isnan(c->labels))
        labels_parse(g->strings[(size_t)c->labels], &plus, &minus);
    int status = check_labels(g, c, f, plus, minus);
    if (status != SWEEP_OK || c->wrong)
        return status;
    c->canonical = c->labels;
    if (isnan(c->labels)) {
        char text[2 * NUMBER_SIZE + 8];
        c->canonical = grid_intern(g, labels_text(plus, minus, text, sizeof text));
        if (c->canonical < 0)
            return SWEEP_NO_MEMORY;
    }
    return twoclass_select(&c->two, l, plus, minus);
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

static int choose_all(struct grid *g)
{
    size_t most = 1;
    for (size_t a = 0; a < g->axis_count; a++)
        most += g->axes[a].count;
    double *labels = memory_array(most, sizeof *labels);
    if (!labels)
        return SWEEP_NO_MEMORY;
    size_t count = list_labels(g, labels);
    int status = SWEEP_OK;
    g->classes = memory_array(g->file_count * count, sizeof *g->classes);
    if (!g->classes)
        status = SWEEP_NO_MEMORY;
    for (size_t i = 0; i < g->file_count * count && status == SWEEP_OK; i++) {
        struct grid_classes *c = &g->classes[g->classes_count++];
        c->data = g->files[i / count].data;
        c->labels = labels[i % count];
        status = choose_classes(g, c, &g->files[i / count]);
    }
    memory_free(labels);
    return status;
}

int grid_data_read(struct grid *g, bool kept, struct diagnostics *log)
{
    int status = SWEEP_OK;
    for (size_t i = 0; i < g->file_count; i++) {
        int now = read_file(g, &g->files[i], kept, log);
        if (status == SWEEP_OK || now == SWEEP_NO_MEMORY)
            status = now;
    }
    if (status == SWEEP_OK)
        status = check_pairs(g, log);
    return status == SWEEP_OK && g->file_count > 0 ? choose_all(g) : status;
}

const struct grid_file *grid_file(const struct grid *g, double data)
{
    for (size_t i = 0; i < g->file_count; i++)
        if (g->files[i].data == data)
            return &g->files[i];
    return NULL;
}

size_t grid_data_bytes(const struct grid *g)
{
    size_t bytes = 0;
    for (size_t i = 0; i < g->file_count; i++) {
        bytes += g->files[i].size + labelled_bytes(&g->files[i].points);
    }
    for (size_t i = 0; i < g->classes_count; i++)
        bytes += twoclass_size(&g->classes[i].two) * sizeof *g->classes[i].two.row;
    return bytes;
}

/* NULL: the mixture. */
static const struct grid_classes *classes_of(const struct grid *g,
                                             const struct setting *s)
{
    double data = s->value[P_DATA], labels = s->value[P_LABELS];
    for (size_t i = 0; i < g->classes_count; i++) {
        const struct grid_classes *c = &g->classes[i];
        if (c->data == data &&
            (parameter_same(c->labels, labels) || c->canonical == labels))
            return c;
    }
    return NULL;
}

const struct twoclass *grid_twoclass(const struct grid *g, const struct setting *s)
{
    const struct grid_classes *c = classes_of(g, s);
    return c ? &c->two : NULL;
}

void grid_data_complete(const struct grid *g, struct setting *s)
{
    double *v = s->value;
    const struct grid_classes *c = classes_of(g, s);

    if (!c || c->wrong)
        return;
    double left = (double)twoclass_size(&c->two) - v[P_SAMPLES];
    v[P_LABELS] = c->canonical;
    if (!g->given[P_DIMENSION])
        v[P_DIMENSION] = (double)c->two.file->features;
    if (left >= 0)
        v[P_TEST_SAMPLES] = fmin(v[P_TEST_SAMPLES], left);
}

int grid_data_check(const struct grid *g, const struct setting *s,
                    enum parameter *blame, char *buffer, size_t size)
{
    const double *v = s->value;
    const struct grid_classes *c = classes_of(g, s);
    const char *name = grid_string(g, v[P_DATA]);

    if (!c)
        return 0;
    if (c->wrong) {
        *blame = c->blame;
        snprintf(buffer, size, "%s", c->wrong);
    } else if (v[P_SAMPLES] > (double)twoclass_size(&c->two)) {
        *blame = g->given[P_SAMPLES] ? P_SAMPLES : P_DATA;
        snprintf(buffer, size,
                 "'samples' must be at most %zu, the points of '%s' in '%s', got %.0f",
                 twoclass_size(&c->two), grid_string(g, c->canonical), name,
                 v[P_SAMPLES]);
    } else if (v[P_DIMENSION] > (double)c->two.file->features) {
        *blame = P_DIMENSION;
        snprintf(buffer, size,
                 "'dimension' must be at most %zu, the features of '%s', got %.0f: "
                 "fewer are a random projection",
                 c->two.file->features, name, v[P_DIMENSION]);
    } else {
        return 0;
    }
    return 1;
}

void grid_data_release(struct grid *g)
{
    for (size_t i = 0; g->files && i < g->file_count; i++) {
        free(g->files[i].path);
        memory_free(g->files[i].bytes);
        labelled_release(&g->files[i].points);
    }
    for (size_t i = 0; g->classes && i < g->classes_count; i++) {
        free(g->classes[i].wrong);
        twoclass_release(&g->classes[i].two);
    }
    memory_free(g->files);
    memory_free(g->classes);
}
