#include "sweep/grid_data.h"
#include "grid_known.h"
#include "grid_labels.h"
#include "sweep/data_reader.h"
#include "sweep/infile.h"
#include "sweep/memory.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int grid_data_name(struct grid_data *d, double data, size_t line, size_t column)
{
    if (data == DATA_MIXTURE || grid_data_file(d, data))
        return SWEEP_OK;
    if (!d->files)
        d->files = memory_array(GRID_TEXT_LIMIT, sizeof *d->files);
    if (!d->files)
        return SWEEP_NO_MEMORY;
    d->files[d->file_count++] =
        (struct grid_file){.data = data, .line = line, .column = column};
    return SWEEP_OK;
}

const char *grid_file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Where a file is: beside the grid file, or where a results folder keeps it. Memory
 * from malloc. */
static char *path_of(const char *grid, const char *name, bool kept)
{
    int folder = (int)(grid_file_name(grid) - grid);
    char *path;
    int length = kept
                     ? asprintf(&path, "%.*s" GRID_DATA_FOLDER "/%s", folder, grid,
                                grid_file_name(name))
                     : asprintf(&path, "%.*s%s", *name == '/' ? 0 : folder, grid, name);
    return length < 0 ? NULL : path;
}

/* The same; what is not beside a grid file may be kept there: in a results folder. */
static char *find(const char *grid, const char *name, bool kept)
{
    char *path = path_of(grid, name, kept), *copy = NULL;
    struct stat about;

    if (path && !kept && stat(path, &about) != 0)
        copy = path_of(grid, name, true);
    if (copy && stat(copy, &about) == 0) {
        free(path);
        return copy;
    }
    free(copy);
    return path;
}

/* The bytes of part->path. */
static int read_bytes(struct grid_part *part, const struct grid_file *f,
                      enum infile_kind kind, struct diagnostics *log, const char *grid)
{
    struct stat about;
    const char *wrong = NULL;
    FILE *stream = NULL;

    if (stat(part->path, &about) != 0)
        wrong = strerror(errno);
    else if (!S_ISREG(about.st_mode))
        wrong = "not a regular file";
    else if (about.st_size > DATA_FILE_LIMIT)
        wrong = "larger than 1 GiB";
    else if (!(stream = infile_open(part->path, kind, &wrong)) && errno == ENOMEM)
        return SWEEP_NO_MEMORY;
    if (stream) {
        part->bytes = memory_array((size_t)about.st_size + 1, 1);
        part->size =
            part->bytes ? fread(part->bytes, 1, (size_t)about.st_size, stream) : 0;
        wrong = ferror(stream) ? strerror(errno) : NULL;
    }
    if (stream)
        fclose(stream);
    if (wrong) {
        diagnostics_add(log, grid, f->line, f->column,
                        "cannot read the data in '%s': %s", part->path, wrong);
        return SWEEP_INPUT;
    }
    return part->bytes ? SWEEP_OK : SWEEP_NO_MEMORY;
}

static int read_part(struct grid_file *f, const char *name,
                     const struct grid_data_request *q, struct diagnostics *log)
{
    struct grid_part *part = &f->part[f->parts++];

    part->path = find(q->grid_file, name, q->kept);
    return part->path ? read_bytes(part, f, q->kept ? INFILE_OWN : INFILE_NAMED, log,
                                   q->grid_file)
                      : SWEEP_NO_MEMORY;
}

/* Where the labels are behind the name of the points, which is cut off there, or NULL. */
static char *cut_labels(char *name)
{
    char *labels = NULL;

    for (char *c = name; (c = strstr(c, GRID_DATA_LABELS)); c++)
        labels = c;
    if (labels)
        *labels = '\0';
    return labels ? labels + strlen(GRID_DATA_LABELS) : NULL;
}

char *grid_data_text(const struct grid_file *f)
{
    return grid_known_text(&f->points);
}

static bool is_known(struct grid_file *f, const struct grid_known *known,
                     const char *name)
{
    char *text = known->text(known->context, name);
    bool is = text && grid_known_read(&f->points, text) == SWEEP_OK;
    if (!is)
        labelled_release(&f->points);
    memory_free(text);
    return is;
}

static int read_file(struct grid_file *f, const struct grid_texts *t,
                     const struct grid_data_request *q, struct diagnostics *log)
{
    if (q->known && is_known(f, q->known, grid_text_of(t, f->data)))
        return SWEEP_OK;
    char *name = memory_string(grid_text_of(t, f->data));
    const char *labels = name ? cut_labels(name) : NULL;
    bool apart = labels && data_names_table(labels);
    struct data_bytes file[2] = {0};
    int status = name ? read_part(f, name, q, log) : SWEEP_NO_MEMORY;

    if (status == SWEEP_OK && apart)
        status = read_part(f, labels, q, log);
    for (size_t k = 0; k < f->parts; k++)
        file[k] =
            (struct data_bytes){f->part[k].path, f->part[k].bytes, f->part[k].size};
    if (status == SWEEP_OK)
        status = data_read_with(&f->points, &file[0], apart ? NULL : labels,
                                apart ? &file[1] : NULL, log);
    memory_free(name);
    return status;
}

/* The name of two files whose copies would be one, or NULL. */
static const char *same_name(const struct grid_file *f, const struct grid_file *other)
{
    for (size_t i = 0; i < f->parts; i++)
        for (size_t k = 0; k < other->parts; k++) {
            const char *a = f->part[i].path, *b = other->part[k].path;
            if (strcmp(grid_file_name(a), grid_file_name(b)) == 0 && strcmp(a, b) != 0)
                return grid_file_name(a);
        }
    return NULL;
}

/* What is wrong with a file after another, or with its parts. Their copies in a results
 * folder stand side by side; trials on equal points are the same trials. */
static int check_pair(const struct grid_file *f, const struct grid_file *other,
                      const struct grid_texts *t, const char *grid,
                      struct diagnostics *log)
{
    const struct rng_key *a = &f->points.digest, *b = &other->points.digest;
    const char *name = same_name(f, other);

    if (name)
        diagnostics_add(log, grid, f->line, f->column,
                        "two data files are called '%s': rename one, as a copy of each "
                        "is kept with the results",
                        name);
    else if (f != other && rng_key_same(a, b))
        diagnostics_add(log, grid, f->line, f->column,
                        "'%s' has the points of '%s': name one of them",
                        grid_text_of(t, f->data), grid_text_of(t, other->data));
    else
        return SWEEP_OK;
    return SWEEP_INPUT;
}

static int check_pairs(const struct grid_data *d, const struct grid_texts *t,
                       const char *grid, struct diagnostics *log)
{
    int status = SWEEP_OK;
    for (size_t i = 0; i < d->file_count; i++)
        for (size_t k = 0; k <= i; k++)
            if (check_pair(&d->files[i], &d->files[k], t, grid, log) != SWEEP_OK)
                status = SWEEP_INPUT;
    return status;
}

/* The classes that c->labels name in a file; without labels its two, the larger +1. */
static int choose_classes(struct grid_classes *c, const struct grid_file *f,
                          struct grid_texts *t)
{
    const struct labelled *l = &f->points;
    double plus = l->classes[l->class_count - 1], minus = l->classes[0];

    if (!isnan(c->labels))
        grid_labels_parse(grid_text_of(t, c->labels), &plus, &minus);
    int status = grid_labels_check(l, grid_text_of(t, f->data), !isnan(c->labels), plus,
                                   minus, &c->blame, &c->wrong);
    if (status != SWEEP_OK || c->wrong)
        return status;
    c->canonical = c->labels;
    if (isnan(c->labels)) {
        char text[GRID_LABELS_SIZE];
        grid_labels_text(plus, minus, text, sizeof text);
        c->canonical = grid_text_intern(t, text);
        if (c->canonical < 0)
            return SWEEP_NO_MEMORY;
    }
    return twoclass_select(&c->two, l, plus, minus);
}

static int choose_all(struct grid_data *d, struct grid_texts *t,
                      const struct grid_data_request *q)
{
    size_t all = d->file_count * q->label_count;
    int status = SWEEP_OK;

    d->classes = memory_array(all, sizeof *d->classes);
    if (!d->classes)
        return SWEEP_NO_MEMORY;
    for (size_t i = 0; i < all && status == SWEEP_OK; i++) {
        struct grid_classes *c = &d->classes[d->classes_count++];
        const struct grid_file *f = &d->files[i / q->label_count];
        c->data = f->data;
        c->labels = q->labels[i % q->label_count];
        status = choose_classes(c, f, t);
    }
    return status;
}

int grid_data_read(struct grid_data *d, struct grid_texts *t,
                   const struct grid_data_request *q, struct diagnostics *log)
{
    int status = SWEEP_OK;
    for (size_t i = 0; i < d->file_count; i++) {
        int now = read_file(&d->files[i], t, q, log);
        if (status == SWEEP_OK || now == SWEEP_NO_MEMORY)
            status = now;
    }
    if (status == SWEEP_OK)
        status = check_pairs(d, t, q->grid_file, log);
    return status == SWEEP_OK && d->file_count > 0 ? choose_all(d, t, q) : status;
}

const struct grid_file *grid_data_file(const struct grid_data *d, double data)
{
    for (size_t i = 0; i < d->file_count; i++)
        if (d->files[i].data == data)
            return &d->files[i];
    return NULL;
}

static size_t file_bytes(const struct grid_file *f)
{
    size_t bytes = labelled_bytes(&f->points);
    for (size_t k = 0; k < f->parts; k++)
        bytes += f->part[k].size;
    return bytes;
}

size_t grid_data_peak(const struct grid_data *d)
{
    size_t before = 0, peak = 0;
    for (size_t i = 0; i < d->file_count; i++) {
        before += file_bytes(&d->files[i]);
        if (before + d->files[i].points.text_bytes > peak)
            peak = before + d->files[i].points.text_bytes;
    }
    return peak;
}

size_t grid_data_bytes(const struct grid_data *d)
{
    size_t bytes = 0;
    for (size_t i = 0; i < d->file_count; i++)
        bytes += file_bytes(&d->files[i]);
    for (size_t i = 0; i < d->classes_count; i++)
        bytes += twoclass_size(&d->classes[i].two) * sizeof *d->classes[i].two.row;
    return bytes;
}

/* Those of a file that these labels name; NULL: the mixture, or no file. */
static const struct grid_classes *classes_in(const struct grid_data *d, double data,
                                             double labels)
{
    for (size_t i = 0; i < d->classes_count; i++) {
        const struct grid_classes *c = &d->classes[i];
        if (c->data == data &&
            (parameter_same(c->labels, labels) || c->canonical == labels))
            return c;
    }
    return NULL;
}

/* NULL: the mixture. */
static const struct grid_classes *classes_of(const struct grid_data *d,
                                             const struct setting *s)
{
    return classes_in(d, s->value[P_DATA], s->value[P_LABELS]);
}

const struct twoclass *grid_data_twoclass(const struct grid_data *d,
                                          const struct setting *s)
{
    const struct grid_classes *c = classes_of(d, s);
    return c ? &c->two : NULL;
}

const struct twoclass *grid_data_tests(const struct grid_data *d,
                                       const struct setting *s)
{
    const struct grid_classes *c =
        classes_in(d, s->value[P_TEST_DATA], s->value[P_LABELS]);
    return c ? &c->two : NULL;
}

void grid_data_complete(const struct grid_data *d, const bool *given, struct setting *s)
{
    double *v = s->value;
    const struct grid_classes *c = classes_of(d, s);

    if (!c || c->wrong)
        return;
    v[P_LABELS] = c->canonical;
    if (!given[P_DIMENSION])
        v[P_DIMENSION] = (double)c->two.file->features;
    const struct twoclass *tests = grid_data_tests(d, s);
    double left = tests ? (double)twoclass_size(tests)
                        : (double)twoclass_size(&c->two) - v[P_SAMPLES];
    if (left >= 0)
        v[P_TEST_SAMPLES] = fmin(v[P_TEST_SAMPLES], left);
}

int grid_data_check(const struct grid_data *d, const struct grid_texts *t,
                    const bool *given, const struct setting *s, enum parameter *blame,
                    char *buffer, size_t size)
{
    const double *v = s->value;
    const struct grid_classes *c = classes_of(d, s);
    const char *name = grid_text_of(t, v[P_DATA]);

    if (!c)
        return 0;
    if (c->wrong) {
        *blame = c->blame;
        snprintf(buffer, size, "%s", c->wrong);
    } else if (v[P_SAMPLES] > (double)twoclass_size(&c->two)) {
        *blame = given[P_SAMPLES] ? P_SAMPLES : P_DATA;
        snprintf(buffer, size,
                 "'samples' must be at most %zu, the points of '%s' in '%s', got %.0f",
                 twoclass_size(&c->two), grid_text_of(t, c->canonical), name,
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

void grid_data_release(struct grid_data *d)
{
    for (size_t i = 0; d->files && i < d->file_count; i++) {
        for (size_t k = 0; k < d->files[i].parts; k++) {
            free(d->files[i].part[k].path);
            memory_free(d->files[i].part[k].bytes);
        }
        labelled_release(&d->files[i].points);
    }
    for (size_t i = 0; d->classes && i < d->classes_count; i++) {
        free(d->classes[i].wrong);
        twoclass_release(&d->classes[i].two);
    }
    memory_free(d->files);
    memory_free(d->classes);
    *d = (struct grid_data){0};
}
