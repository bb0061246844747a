/* points.h - what holds of any points that a data file gave. */
#ifndef FUZZ_POINTS_H
#define FUZZ_POINTS_H

#include "need.h"
#include "sweep/data_reader.h"
#include "sweep/twoclass.h"
#include <math.h>
#include <stdlib.h>

static inline int compare_numbers(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

/* Rows of unit length with increasing indices, and labels that are classes. */
static inline void check_points(const struct labelled *l)
{
    need(l->rows > 0 && l->class_count > 0 && l->class_count <= l->rows);
    for (size_t i = 0; i < l->rows; i++) {
        size_t count = l->start[i + 1] - l->start[i];
        double square = 0.0;

        for (size_t k = l->start[i]; k < l->start[i + 1]; k++) {
            need(l->index[k] < l->features && l->value[k] != 0.0);
            need(k == l->start[i] || l->index[k - 1] < l->index[k]);
            square += l->value[k] * l->value[k];
        }
        need(fabs(square - 1.0) <= 1e-15 * (4.0 + (double)count));
        need(bsearch(&l->label[i], l->classes, l->class_count, sizeof *l->classes,
                     compare_numbers) != NULL);
    }
    for (size_t c = 1; c < l->class_count; c++)
        need(l->classes[c - 1] < l->classes[c]);
}

/* Every point of the first class against the rest is split once. */
static inline void check_split(const struct labelled *l, gsl_rng *rng)
{
    size_t *order = malloc(l->rows * sizeof *order), sum = 0;
    struct twoclass t;

    need(order && twoclass_select(&t, l, l->classes[0], (double)NAN) == SWEEP_OK);
    need(twoclass_size(&t) == l->rows && t.count[1] > 0);
    for (size_t m = 1; m <= l->rows; m += 1 + l->rows / 3) {
        twoclass_split(rng, &t, m, order);
        for (size_t i = 0; i < l->rows; i++)
            sum += order[i] - i;
        need(sum == 0);
    }
    free(order);
    twoclass_release(&t);
}

/* What reading a file came to: right and silent, or wrong and reported. Releases all. */
static inline void check_reading(struct labelled *l, int status,
                                 struct diagnostics *log)
{
    static gsl_rng *rng;

    if (!rng)
        rng = gsl_rng_alloc(rng_philox);
    rng_start(rng, rng_key_start());
    need((status == SWEEP_OK) == (log->count + log->lost == 0));
    need(status == SWEEP_OK || status == SWEEP_INPUT);
    check_messages(log);
    if (status == SWEEP_OK) {
        check_points(l);
        check_split(l, rng);
    } else {
        need(l->rows == 0 && !l->start);
    }
    labelled_release(l);
    diagnostics_release(log);
}

#endif
