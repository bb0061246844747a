#include "program_hessian.h"
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <string.h>

/* hessian -= T^T T with T = basis X^T, each row scaled by its neuron's slopes. */
static void subtract_chunk(const struct program *p, struct program_workspace *w,
                           const size_t *owner, size_t count)
{
    size_t m = p->points->m, r = p->points->r;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)count, (int)m, (int)r,
                1.0, w->stack, (int)r, p->points->X, (int)r, 0.0, w->stacked, (int)m);
    for (size_t k = 0; k < count; k++) {
        double weight = sqrt(p->count[owner[k]]);
        const double *slope = w->slope + owner[k] * m;
        for (size_t i = 0; i < m; i++)
            w->stacked[k * m + i] *= weight * slope[i];
    }
    cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, (int)m, (int)count, -1.0,
                w->stacked, (int)m, 1.0, w->hessian, (int)m);
}

static void subtract_free(const struct program *p, struct program_workspace *w,
                          struct program_state *s)
{
    size_t r = p->points->r, count = 0;
    size_t owner[HESSIAN_CHUNK];
    for (size_t j = 0; j < p->rows; j++) {
        const struct boxls *f = w->own[j] ? &w->factor[j] : &w->shared;
        if (f == &w->shared)
            program_row(p, w, s, j);
        for (size_t k = 0; k < f->count; k++) {
            if (count == HESSIAN_CHUNK) {
                subtract_chunk(p, w, owner, count);
                count = 0;
            }
            memcpy(w->stack + count * r, f->Q + k * r, r * sizeof *f->Q);
            owner[count++] = j;
        }
    }
    if (count)
        subtract_chunk(p, w, owner, count);
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
    subtract_free(p, w, s);
    for (size_t i = 0; i < m; i++)
        for (size_t k = 0; k < i; k++)
            w->hessian[i * m + k] = w->hessian[k * m + i];
}
