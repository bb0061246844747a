/* grid_reader.h - shared by the parts of the grid file's reader: grid_yaml.c reads the
 * keys, grid_values.c one parameter's values, grid_axes.c makes axes of them,
 * grid_data.c reads the data files, grid_table.c what is to be done with the results,
 * grid_until.c how many replicates there are. */
#ifndef SWEEP_GRID_READER_H
#define SWEEP_GRID_READER_H

#include "sweep/document.h"
#include "sweep/grid.h"
#include <stdbool.h>
#include <stddef.h>

/* The values a list or a range gives one parameter. */
struct values {
    const struct node *node; /* NULL: not an axis */
    double *value;           /* NULL after an error */
    size_t count;
};

struct reader {
    struct grid *g;
    struct diagnostics *log;
    int status;
    const struct node *root;
    struct values axis[PARAMETER_COUNT];
    enum parameter order[PARAMETER_COUNT]; /* of the axes in the file */
    size_t order_count;
    size_t generated; /* values made by ranges so far */
    bool kept;        /* a results folder's copy: so are its data files */
};

/* A short text held by value, so that it can be an argument of printf. */
struct shown {
    char text[96];
};

/* The user's text for a message: shortened, without control characters. */
struct shown show(const char *text);

/* " (did you mean 'x'?)", or "". As parse_suggest. */
struct shown suggest(const char *word, size_t count,
                     const char *(*name)(size_t i, const void *context),
                     const void *context);

/* suggest for one of an array of words. */
struct shown suggest_word(const char *word, const char *const *words, size_t count);

/* An error at a node. */
void complain(struct reader *r, const struct node *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Whether there are so many errors that reading on is of no use. */
bool reader_full(const struct reader *r);

/* memory_array that takes note of a failure. */
void *reader_array(struct reader *r, size_t count, size_t size);

/* Whether the node is of that kind; if not, a complaint. */
bool is_kind(struct reader *r, const struct node *node, enum node_kind kind,
             const char *complaint);

/* The index of a text among the strings of the grid; -1: there are too many, or there is
 * no memory. */
double grid_intern(struct grid *g, const char *text);

/* The text of a scalar that is not empty, or NULL after a complaint about `what`. */
const char *read_text(struct reader *r, const struct node *node, const char *what);

/* A copy of it, or NULL. */
char *read_copy(struct reader *r, const struct node *node, const char *what);

/* A plain number; false after a complaint. */
bool read_number(struct reader *r, const struct node *node, double *value);

/* A whole number without sign; false after a complaint. */
bool read_unsigned(struct reader *r, const struct node *node, const char *key,
                   uint64_t *value);

/* Value of a parameter, inside its range; false after a complaint. */
bool read_value(struct reader *r, enum parameter p, const struct node *node,
                double *value);

/* "A vs B" or "A vs rest" (minus NAN), of two different classes. 0, or 1: it is not. */
int labels_parse(const char *text, double *plus, double *minus);

/* The same as a text, always in one way. Returns buffer. */
char *labels_text(double plus, double minus, char *buffer, size_t size);

/* Read the files that the grid names, and find the classes in them. SWEEP_OK,
 * SWEEP_INPUT, SWEEP_NO_MEMORY. */
int grid_data_read(struct grid *g, bool kept, struct diagnostics *log);

/* The values of a list or a range, to r->axis[p]. */
void read_axis(struct reader *r, enum parameter p, const struct node *node);

/* The parameter a node names, or PARAMETER_COUNT after a complaint. */
enum parameter read_parameter(struct reader *r, const struct node *node);

/* The result of tables a node names, or COLUMN_COUNT after a complaint. */
enum column read_result(struct reader *r, const struct node *node);

/* The sections of how many replicates there are. */
void read_replicates(struct reader *r, const struct node *node);
void read_until(struct reader *r, const struct node *node);

/* The sections of what to do with the results. */
void read_success(struct reader *r, const struct node *node);
void read_table(struct reader *r, const struct node *node);

/* Axes of the grid from r->axis, those of `zip` (may be NULL) joined. */
void read_axes(struct reader *r, const struct node *zip);

#endif
