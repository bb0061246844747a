/* The quadratic model of F, by Cholesky or by QR.
 *
 * With states of all box pairs fixed, F is quadratic in lambda: its Hessian is
 * sum_j count_j S_j X P_j X^T S_j, P_j the projector orthogonal to the free columns of
 * row j. With gain F has a linear term too, and A^T b = -gradient need not have a
 * solution b. Rows of -gain kappa (1 .. 1) added to A (least distance programming by
 * non-negative least squares: Lawson & Hanson 1974, chapter 23) give it one: minimise
 *
 *     1/2 |sum_i mu_i h_i|^2 + 1/2 kappa^2 (tau - sum_i mu_i)^2
 *
 * over mu >= 0, whose solution is that of F up to a factor. tau is chosen so that both
 * have the same gradient at mu = lambda.
 */
#include "program_private.h"
#include "qr.h"
#include "sweep/cancel.h"
#include <gsl/gsl_cblas.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

/* A pivot of Cholesky's below this share of |h_i| has lost too much: the Hessian is that of
 * columns which nearly depend on each other. */
static const double LOST = 3e-4;

/* With fewer free points than this their factor is not much more work than their inner
 * products. */
enum { GRAM_COLUMNS = 16 };

double program_weight(const struct program *p, const struct program_state *s)
{
    return p->gain > 0.0 && s->norm > 0.0 ? p->gain / s->norm : 0.0;
}

/* Whether the inner products of the row's free points, squares of what R holds, keep
 * enough digits; few columns are not worth it. */
static bool gram_suffices(const struct program_workspace *w, const struct boxls *f,
                          const size_t *column)
{
    if (!f->Q)
        return true;
    for (size_t k = 0; k < f->count; k++)
        if (!(f->R[k * (f->capacity + 1)] >
              BOXLS_REGULAR * w->length[column[f->free[k]]]))
            return false;
    return f->count >= GRAM_COLUMNS;
}

/* w->inner = Q X^T over the points of w->index, by R^T Q = X_free. */
static void inner_by_gram(const struct program *p, struct program_workspace *w,
                          const struct boxls *f, const size_t *column, size_t count)
{
    for (size_t k = 0; k < f->count; k++) {
        const double *row = w->gram + column[f->free[k]] * p->points->m;
        for (size_t a = 0; a < count; a++)
            w->inner[k * count + a] = row[w->index[a]];
    }
    cblas_dtrsm(CblasRowMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit,
                (int)f->count, (int)count, 1.0, f->R, (int)f->capacity, w->inner,
                (int)count);
}

static void inner_by_points(const struct program *p, struct program_workspace *w,
                            const struct boxls *f, size_t count)
{
    size_t r = p->points->r;
    for (size_t a = 0; a < count; a++)
        memcpy(w->gathered + a * r, p->points->X + w->index[a] * r, r * sizeof *f->Q);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)f->count, (int)count,
                (int)r, 1.0, f->Q, (int)r, w->gathered, (int)r, 0.0, w->inner,
                (int)count);
}

/* hessian -= T^T T with T = basis X^T, over the pairs of row j that have a slope: about
 * a quarter of the points, so small products beat one large one over all of them. */
static void subtract_free(const struct program *p, struct program_workspace *w,
                          const struct boxls *f, size_t j)
{
    size_t m = p->points->m, count = 0;
    const size_t *column = w->column + j * m;
    const double *slope = w->slope + j * m;
    double weight = sqrt(p->count[j]);
    if (f->count == 0)
        return;
    for (size_t i = 0; i < m; i++)
        if (slope[i] != 0.0)
            w->index[count++] = i;
    if (count == 0)
        return;
    if (gram_suffices(w, f, column))
        inner_by_gram(p, w, f, column, count);
    else
        inner_by_points(p, w, f, count);
    for (size_t k = 0; k < f->count; k++)
        for (size_t a = 0; a < count; a++)
            w->inner[k * count + a] *= weight * slope[w->index[a]];
    cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, (int)count, (int)f->count, 1.0,
                w->inner, (int)count, 0.0, w->reduced, (int)count);
    for (size_t a = 0; a < count; a++)
        for (size_t b = a; b < count; b++)
            w->model[w->index[a] * m + w->index[b]] -= w->reduced[a * count + b];
}

/* The upper triangle of the Hessian. */
static void hessian(const struct program *p, struct program_workspace *w,
                    struct program_state *s)
{
    size_t m = p->points->m;
    double weight = program_weight(p, s);
    for (size_t j = 0; j < p->rows; j++)
        for (size_t i = 0; i < m; i++)
            w->product[j * m + i] = sqrt(p->count[j]) * w->slope[j * m + i];
    cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, (int)m, (int)p->rows, 1.0,
                w->product, (int)m, 0.0, w->model, (int)m);
    for (size_t i = 0; i < m; i++)
        for (size_t k = i; k < m; k++)
            w->model[i * m + k] *= w->gram[i * m + k];
    for (size_t j = 0; j < p->rows && !cancel_asked(); j++)
        subtract_free(p, w, program_free_pairs(p, w, s, j, false), j);
    for (size_t i = 0; i < m; i++)
        for (size_t k = i; k < m; k++)
            w->model[i * m + k] += weight * weight;
}

void program_aim(const struct program *p, struct program_workspace *w,
                 const struct program_state *s)
{
    size_t m = p->points->m;
    for (size_t i = 0; i < m; i++)
        w->aim[i] = -s->gradient[i];
    cblas_dtrsv(CblasRowMajor, CblasLower, CblasNoTrans, CblasNonUnit, (int)m, w->model,
                (int)m, w->aim, 1);
}

/* Row-major upper is column-major lower: dpotrf's
 * U^T U has column i of U in row i after a transposition. */
bool program_model_regular(const struct program *p, struct program_workspace *w,
                           struct program_state *s)
{
    size_t m = p->points->m;
    double *A = w->model;
    if (w->slim) /* it would be singular */
        return false;
    w->factored = false;
    hessian(p, w, s);
    memcpy(w->stack, A, m * m * sizeof *A);
    if (LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'L', (int)m, A, (int)m) != 0)
        return false;
    for (size_t i = 0; i < m; i++)
        if (!(A[i * m + i] > LOST * w->steep[i]))
            return false;
    for (size_t i = 0; i < m; i++)
        for (size_t k = 0; k < i; k++) {
            A[i * m + k] = A[k * m + i];
            A[k * m + i] = 0.0;
        }
    program_aim(p, w, s);
    w->factored = true;
    return true;
}

/* What row j adds: the points times their slopes, orthogonal to the free ones, and its
 * residual, into `rows` .. of the stack. */
static void stack_row(const struct program *p, struct program_workspace *w,
                      struct program_state *s, size_t j, size_t rows)
{
    size_t m = p->points->m, r = p->points->r;
    const struct boxls *f = program_free_pairs(p, w, s, j, true);
    double weight = sqrt(p->count[j]);
    double *block = w->gathered;
    memcpy(block, p->points->X, m * r * sizeof *block);
    for (int pass = 0; pass < 2 && f->count > 0; pass++) {
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)m, (int)f->count,
                    (int)r, 1.0, block, (int)r, f->Q, (int)r, 0.0, w->inner,
                    (int)f->count);
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)m, (int)r,
                    (int)f->count, -1.0, w->inner, (int)f->count, f->Q, (int)r, 1.0,
                    block, (int)r);
    }
    for (size_t i = 0; i <= m; i++) {
        const double *from = i < m ? block + i * r : s->residual + j * r;
        double scale = weight * (i < m ? w->slope[j * m + i] : 1.0);
        double *to = w->stack + i * w->stack_rows + rows;
        for (size_t k = 0; k < r; k++)
            to[k] = scale * from[k];
    }
}

/* Triangular again: the first min(rows, m + 1) rows of the stack. */
static size_t compress(struct program_workspace *w, size_t m, size_t rows)
{
    qr_factor((int)rows, (int)m + 1, w->stack, (int)w->stack_rows, w->reflector,
              w->lapack);
    size_t left = rows < m + 1 ? rows : m + 1;
    for (size_t i = 0; i <= m; i++)
        for (size_t k = i + 1; k < left; k++)
            w->stack[i * w->stack_rows + k] = 0.0;
    return left;
}

/* ridge times lambda is to be small too. */
static size_t stack_ridge(const struct program *p, struct program_workspace *w,
                          const struct program_state *s, size_t rows)
{
    size_t m = p->points->m;
    for (size_t i = 0; i < m; i++) {
        for (size_t k = 0; k < m; k++)
            w->stack[i * w->stack_rows + rows + k] = i == k ? p->ridge : 0.0;
        w->stack[m * w->stack_rows + rows + i] = -p->ridge * s->lambda[i];
    }
    return m;
}

static void by_qr(const struct program *p, struct program_workspace *w,
                  struct program_state *s)
{
    size_t m = p->points->m, r = p->points->r, high = w->height, rows = 0;
    double weight = program_weight(p, s);
    if (weight > 0.0) {
        for (size_t i = 0; i < m; i++)
            w->stack[i * w->stack_rows] = weight;
        w->stack[m * w->stack_rows] = p->gain / weight;
        rows = 1;
    }
    for (size_t j = 0; j < p->rows && !cancel_asked(); j++) {
        if (rows + r > w->stack_rows)
            rows = compress(w, m, rows);
        stack_row(p, w, s, j, rows);
        rows += r;
    }
    if (!w->slim)
        rows = compress(w, m, rows);
    if (p->ridge > 0.0)
        rows = compress(w, m, rows + stack_ridge(p, w, s, rows));
    for (size_t i = 0; i <= m; i++) {
        double *to = i < m ? w->model + i * high : w->aim;
        for (size_t k = 0; k < high; k++)
            to[k] = k < rows ? w->stack[i * w->stack_rows + k] : 0.0;
    }
}

void program_model(const struct program *p, struct program_workspace *w,
                   struct program_state *s)
{
    if (p->ridge > 0.0 || (!w->orthogonal && !program_model_regular(p, w, s)))
        w->orthogonal = true;
    if (w->orthogonal) {
        w->factored = false;
        by_qr(p, w, s);
    }
}
