#include "sweep/twoclass.h"
#include "sweep/cancel.h"
#include "sweep/memory.h"
#include <gsl/gsl_cblas.h>
#include <gsl/gsl_randist.h>
#include <math.h>

/* 0: of -1, 1: of +1, -1: of neither. */
static int side_of(double label, double plus, double minus)
{
    if (label == plus)
        return 1;
    return isnan(minus) || label == minus ? 0 : -1;
}

int twoclass_select(struct twoclass *t, const struct labelled *file, double plus,
                    double minus)
{
    size_t size = 0;

    *t = (struct twoclass){.file = file};
    for (size_t i = 0; i < file->rows; i++) {
        int side = side_of(file->label[i], plus, minus);
        if (side >= 0)
            t->count[side]++;
    }
    t->row = memory_array(twoclass_size(t), sizeof *t->row);
    if (!t->row)
        return SWEEP_NO_MEMORY;
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; i < file->rows; i++)
            if (side_of(file->label[i], plus, minus) == side)
                t->row[size++] = i;
    return SWEEP_OK;
}

size_t twoclass_size(const struct twoclass *t)
{
    return t->count[0] + t->count[1];
}

/* How many of m training points have label +1. */
static size_t positives(gsl_rng *rng, const struct twoclass *t, size_t m)
{
    size_t count = m / 2 + (m % 2 && gsl_rng_get(rng) & 1);

    if (count > t->count[1])
        return t->count[1];
    return m - count > t->count[0] ? m - t->count[0] : count;
}

/* GSL's takes no empty array. */
static void shuffle(gsl_rng *rng, size_t *order, size_t count)
{
    if (count > 1)
        gsl_ran_shuffle(rng, order, count, sizeof *order);
}

/* Each class in random order; the first ones of both in front, then the others. */
void twoclass_split(gsl_rng *rng, const struct twoclass *t, size_t m, size_t *order)
{
    size_t size = twoclass_size(t), minus = t->count[0];
    size_t plus_trained = positives(rng, t, m), minus_trained = m - plus_trained;

    for (size_t k = 0; k < size; k++)
        order[k] = k;
    shuffle(rng, order, minus);
    shuffle(rng, order + minus, size - minus);
    /* The training points of +1 change places with what stands behind those of -1. */
    for (size_t k = 0; k < plus_trained; k++) {
        size_t from = minus + k, to = minus_trained + k, moved = order[to];
        order[to] = order[from];
        order[from] = moved;
    }
    shuffle(rng, order, m);
    shuffle(rng, order + m, size - m);
}

double twoclass_label(const struct twoclass *t, size_t place)
{
    return place < t->count[0] ? -1.0 : 1.0;
}

void twoclass_points(const struct twoclass *t, const size_t *place, size_t count,
                     double *X)
{
    for (size_t i = 0; i < count; i++)
        labelled_row(t->file, t->row[place[i]], X + i * t->file->features);
}

void twoclass_project(gsl_rng *rng, const struct twoclass *t, const size_t *place,
                      size_t count, size_t d, double *g, double *X)
{
    for (size_t k = 0; k < d && !cancel_asked(); k++) {
        rng_normals(rng, g, t->file->features);
        for (size_t i = 0; i < count; i++)
            X[i * d + k] = labelled_product(t->file, t->row[place[i]], g);
    }
    for (size_t i = 0; i < count; i++) {
        double *x = X + i * d;
        cblas_dscal((int)d, 1.0 / cblas_dnrm2((int)d, x, 1), x, 1);
    }
}

void twoclass_release(struct twoclass *t)
{
    if (!t)
        return;
    memory_free(t->row);
    *t = (struct twoclass){0};
}
