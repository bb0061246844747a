/* grid_data.h - the data files of a grid: which points a setting takes, and what that
 * says of it. A part of grid.h. */
#ifndef SWEEP_GRID_DATA_H
#define SWEEP_GRID_DATA_H

#include "sweep/grid_text.h"
#include "sweep/labelled.h"
#include "sweep/parameters.h"
#include "sweep/status.h"
#include "sweep/twoclass.h"
#include <stdbool.h>
#include <stddef.h>

/* Where a results folder keeps the data files of its grid. */
#define GRID_DATA_FOLDER "data"

/* One file that is read. */
struct grid_part {
    char *path;  /* where it was read */
    char *bytes; /* (size) as they are there */
    size_t size;
};

/* What one value of P_DATA or P_TEST_DATA names: the points, and where their labels are
 * in another file that too. */
struct grid_file {
    double data;
    size_t line, column; /* where the grid file names it first */
    struct grid_part part[2];
    size_t parts;
    struct labelled points;
};

/* Two classes of a data file. */
struct grid_classes {
    double data,
        labels;       /* values of P_DATA or P_TEST_DATA and, as the grid file has it,
                          * P_LABELS */
    double canonical; /* of P_LABELS: never NAN */
    struct twoclass two;
    char *wrong; /* why these labels do not fit the file; NULL: they do */
    enum parameter blame;
};

struct grid_data {
    struct grid_file *files; /* (GRID_TEXT_LIMIT), or NULL */
    size_t file_count;
    struct grid_classes *classes; /* every file with every value of `labels` */
    size_t classes_count;
};

/* Note a value of P_DATA or P_TEST_DATA, named at this place, as a file to be read, unless
 * it is the mixture or noted already. SWEEP_OK, SWEEP_NO_MEMORY. */
int grid_data_name(struct grid_data *d, double data, size_t line, size_t column);

/* What is known of data files without reading them. */
struct grid_known {
    /* grid_data_text of what a value of P_DATA names so, in memory_array memory; NULL:
     * unknown. */
    char *(*text)(void *context, const char *name);
    void *context;
};

/* The points of a file without their coordinates, one line: all that its results need.
 * Empty for a file of very many classes. From malloc; NULL: no memory. */
char *grid_data_text(const struct grid_file *f);

/* How grid_data_read is to read. */
struct grid_data_request {
    const char *grid_file; /* its folder is where the files are, its name in messages */
    bool kept;             /* they are where a results folder keeps them */
    const struct grid_known *known; /* what is known is not read, and has no points;
                                       NULL: nothing */
    const double *labels; /* (label_count) every value of P_LABELS, at least one */
    size_t label_count;
};

/* Read the files and find the classes in them; texts of classes are put to `t`.
 * SWEEP_OK, SWEEP_INPUT, SWEEP_NO_MEMORY. */
int grid_data_read(struct grid_data *d, struct grid_texts *t,
                   const struct grid_data_request *q, struct diagnostics *log);

/* The file of a value of P_DATA or P_TEST_DATA; NULL: the mixture, or none. */
const struct grid_file *grid_data_file(const struct grid_data *d, double data);

/* The points of a setting; NULL: the mixture. */
const struct twoclass *grid_data_twoclass(const struct grid_data *d,
                                          const struct setting *s);

/* The test points of a setting; NULL: those of its data file are left, or the mixture. */
const struct twoclass *grid_data_tests(const struct grid_data *d,
                                       const struct setting *s);

/* Bytes that the files take, as they are and unpacked. */
size_t grid_data_bytes(const struct grid_data *d);

/* The most bytes at one time while they were read. */
size_t grid_data_peak(const struct grid_data *d);

/* "digits.svm" of a path. */
const char *grid_file_name(const char *path);

/* What the file of a setting says of it; nothing for the mixture. given
 * (PARAMETER_COUNT): whether the grid file sets a parameter. */
void grid_data_complete(const struct grid_data *d, const bool *given,
                        struct setting *s);

/* Rules between a setting and its file, as setting_check. */
int grid_data_check(const struct grid_data *d, const struct grid_texts *t,
                    const bool *given, const struct setting *s, enum parameter *blame,
                    char *buffer, size_t size);

void grid_data_release(struct grid_data *d);

#endif
