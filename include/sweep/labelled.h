/* labelled.h - points and labels, whatever file they came from.
 *
 * Labels are numbers, one for each class. Points are there twice: as the file has them,
 * and scaled to unit length. A reader of a format (data_reader.h) makes them in three
 * steps:
 *
 *     labelled_reserve(l, rows, entries);
 *     for every point: its entries go to l->index and l->value, behind those of the
 *         points before, and labelled_add(l, label, how_many)
 *     labelled_finish(l, first_index);
 */
#ifndef SWEEP_LABELLED_H
#define SWEEP_LABELLED_H

#include "sweep/rng.h"
#include "sweep/status.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The largest index of a feature. */
enum { LABELLED_INDEX_LIMIT = 10000000 };

/* Rows as compressed sparse rows: the entries of row i are start[i] .. start[i + 1]
 * - 1. */
struct labelled {
    const char *format; /* name of the reader that read them */
    size_t rows;
    size_t features; /* coordinates of a point: as the largest index says */
    size_t *start;   /* (rows + 1) */
    uint32_t *index; /* (entries) from 0, increasing within a row */
    double *value;   /* (entries) of rows of unit length, none of them 0 */
    double *raw;     /* (entries) the same as the file has them */
    double *label;   /* (rows) */
    double *classes; /* (class_count) the different labels, ascending */
    size_t class_count;
    double largest;            /* of all |raw| */
    struct rng_key digest;     /* of labels and unit rows: equal points, equal digest */
    struct rng_key raw_digest; /* the same of the raw rows */
    bool dense;                /* every point has all features, whatever they are */
    struct rng_key names;      /* of its features, if `named` */
    bool named;
    size_t text_bytes; /* of what stood beside them while they were read */
};

/* Room for so many points and entries in all. SWEEP_OK, SWEEP_NO_MEMORY. */
int labelled_reserve(struct labelled *l, size_t rows, size_t entries);

/* The next point has this label and these many entries, finite and with increasing
 * indices; it is scaled to unit length. False: it is 0 and cannot be. */
bool labelled_add(struct labelled *l, double label, size_t entries);

/* All points are there, their indices from `first`, 0 or 1. Entries of 0 are taken out.
 * Cost: linear, and the sorting of the labels. */
void labelled_finish(struct labelled *l, uint32_t first);

/* Bytes that they take. */
size_t labelled_bytes(const struct labelled *l);

/* Whether some point has that label. */
bool labelled_has_class(const struct labelled *l, double label);

/* x (features) = row i, zeros and all. */
void labelled_row(const struct labelled *l, size_t i, double *x);

/* The same as the file has it. */
void labelled_raw(const struct labelled *l, size_t i, double *x);

/* <row i, g>, g (features). */
double labelled_product(const struct labelled *l, size_t i, const double *g);

/* NULL and zero-initialised are allowed. */
void labelled_release(struct labelled *l);

#endif
