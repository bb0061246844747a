/* Factorisations without a basis: R alone, from the inner products of the columns, and
 * solutions of R^T R (corrected seminormal equations: Bjorck 1987). */
#include "boxls_private.h"
#include <gsl/gsl_cblas.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

static void triangle_solve(const struct boxls *f, enum CBLAS_TRANSPOSE transposed,
                           double *v)
{
    if (f->count > 0)
        cblas_dtrsv(CblasRowMajor, CblasLower, transposed, CblasNonUnit, (int)f->count,
                    f->R, (int)f->capacity, v, 1);
}

/* What is left of the column is a difference of squares. */
bool boxls_append_by_gram(struct boxls *f, const struct box_problem *q, size_t position)
{
    const double *row = q->gram + q->column[position] * q->gram_size;
    double *column = f->R + f->count * f->capacity, square = row[q->column[position]];
    for (size_t l = 0; l < f->count; l++)
        column[l] = row[q->column[f->free[l]]];
    triangle_solve(f, CblasNoTrans, column);
    double left = square - cblas_ddot((int)f->count, column, 1, column, 1);
    if (!(left > BOXLS_REGULAR * BOXLS_REGULAR * square)) {
        f->full = true;
        return false;
    }
    column[f->count] = sqrt(left);
    f->free[f->count++] = position;
    return true;
}

bool boxls_triangle(double *A, size_t count, size_t stride)
{
    if (LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'U', (int)count, A, (int)stride) != 0)
        return false;
    for (size_t k = 0; k < count; k++) {
        const double *row = A + k * stride; /* as long as the column */
        if (!(row[k] > BOXLS_REGULAR * cblas_dnrm2((int)k + 1, row, 1)))
            return false;
    }
    return true;
}

bool boxls_build_by_gram(struct boxls *f, const struct box_problem *q, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        const double *row = q->gram + q->column[f->free[k]] * q->gram_size;
        for (size_t l = 0; l <= k; l++)
            f->R[k * f->capacity + l] = row[q->column[f->free[l]]];
    }
    bool regular = boxls_triangle(f->R, count, f->capacity);
    f->count = regular ? count : 0;
    return regular;
}

/* R^T R v = X_free w, and again with what is left of w. */
void boxls_solve_by_gram(const struct boxls *f, const struct box_problem *q,
                         struct boxls_scratch *s, double *w, double *v)
{
    memset(v, 0, f->count * sizeof *v);
    for (int pass = 0; pass < 2; pass++) {
        double *part = s->ratio;
        for (size_t k = 0; k < f->count; k++)
            part[k] = cblas_ddot((int)f->r, boxls_column(f, q, f->free[k]), 1, w, 1);
        triangle_solve(f, CblasNoTrans, part);
        triangle_solve(f, CblasTrans, part);
        for (size_t k = 0; k < f->count; k++) {
            cblas_daxpy((int)f->r, -part[k], boxls_column(f, q, f->free[k]), 1, w, 1);
            v[k] += part[k];
        }
    }
}
