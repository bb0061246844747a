/* grid_reader.h - shared by the parts of the grid file's reader: the reader itself, its
 * complaints, and the scalars of which sections are made. */
#ifndef SWEEP_GRID_READER_H
#define SWEEP_GRID_READER_H

#include "sweep/document.h"
#include "sweep/grid.h"
#include "sweep/names.h"
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
    size_t generated;               /* values made by ranges so far */
    const struct grid_set *set;     /* from outside; NULL: nothing */
    bool kept;                      /* a results folder's copy: so are its data files */
    const struct grid_known *known; /* of them; NULL: nothing */
};

/* A short text held by value, so that it can be an argument of printf. */
struct shown {
    char text[160];
};

/* The user's text for a message: shortened, without control characters. */
struct shown show(const char *text);

/* " (did you mean 'x'?)", as names_suggestion, or "". */
struct shown suggest(const char *word, const struct names *names);

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

/* The text of a scalar that is not empty, or NULL after a complaint about `what`. */
const char *read_text(struct reader *r, const struct node *node, const char *what);

/* A copy of it, or NULL. */
char *read_copy(struct reader *r, const struct node *node, const char *what);

/* A plain number; false after a complaint. */
bool read_number(struct reader *r, const struct node *node, double *value);

/* A whole number without sign; false after a complaint. */
bool read_unsigned(struct reader *r, const struct node *node, const char *key,
                   uint64_t *value);

/* The parameter a node names, or PARAMETER_COUNT after a complaint. */
enum parameter read_parameter(struct reader *r, const struct node *node);

/* Note that the file gives p, at its key; false after a complaint that it has been. */
bool grid_give(struct reader *r, enum parameter p, const struct node *key);

/* The result of tables a node names, or COLUMN_COUNT after a complaint. */
enum column read_result(struct reader *r, const struct node *node);

#endif
