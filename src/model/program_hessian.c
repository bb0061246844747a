#include "program_hessian.h"
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <string.h>

/* hessian -= T^T T with T = basis X^T, over the pairs of row j that have a slope: about
 * a quarter of the points, so small products beat one large one over all of them. */
static void subtract_free(const struct program *p, struct program_workspace *w,
                          const struct boxls *f, size_t j)
{
    size_t m = p->points->m, r = p->points->r, count = 0;
    const double *slope = w->slope + j * m;
    double weight = sqrt(p->count[j]);
    for (size_t i = 0; i < m; i++)
        if (slope[i] != 0.0) {
            memcpy(w->gathered + count * r, p->points->X + i * r, r * sizeof *f->Q);
            w->index[count++] = i;
        }
    if (count == 0 || f->count == 0)
        return;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)f->count, (int)count,
                (int)r, weight, f->Q, (int)r, w->gathered, (int)r, 0.0, w->inner,
                (int)count);
    for (size_t k = 0; k < f->count; k++)
        for (size_t a = 0; a < count; a++)
            w->inner[k * count + a] *= slope[w->index[a]];
    cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, (int)count, (int)f->count, 1.0,
                w->inner, (int)count, 0.0, w->reduced, (int)count);
    for (size_t a = 0; a < count; a++)
        for (size_t b = a; b < count; b++)
            w->hessian[w->index[a] * m + w->index[b]] -= w->reduced[a * count + b];
}

void program_hessian(const struct program *p, struct program_workspace *w,
                     struct program_state *s)
{
    size_t m = p->points->m;
    memset(w->hessian, 0, m * m * sizeof *w->hessian);
    for (size_t j = 0; j < p->rows; j++)
        for (size_t i = 0; i < m; i++)
            w->product[j * m + i] = sqrt(p->count[j]) * w->slope[j * m + i];
    cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, (int)m, (int)p->rows, 1.0,
                w->product, (int)m, 0.0, w->hessian, (int)m);
    for (size_t i = 0; i < m * m; i++)
        w->hessian[i] *= w->gram[i];
    for (size_t j = 0; j < p->rows; j++) {
        if (!w->own[j])
            program_row(p, w, s, j);
        subtract_free(p, w, w->own[j] ? &w->factor[j] : &w->shared, j);
    }
    for (size_t i = 0; i < m; i++)
        for (size_t k = 0; k < i; k++)
            w->hessian[i * m + k] = w->hessian[k * m + i];
}
