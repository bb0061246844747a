#include "qr.h"
#include "sweep/cancel.h"
#include "sweep/status.h"
#include <gsl/gsl_cblas.h>
#include <lapacke.h>
#include <stddef.h>
#include <string.h>

/* LAPACK's: columns whose reflectors are applied to the others at once, and the last
 * columns, which are taken one by one. */
enum { PANEL = 32, SINGLE = 128 };

static double *entry(double *A, int stride, int row, int column)
{
    return A + (size_t)column * (size_t)stride + row;
}

/* The columns behind column k, from row k on, reflected by what is in column k. */
static void reflect_behind(int rows, int columns, double *A, int stride, int k,
                           const double *tau, double *work)
{
    double *v = entry(A, stride, k, k), *behind = v + stride, diagonal = *v;
    int high = rows - k, wide = columns - k - 1;
    if (wide == 0 || tau[k] == 0.0)
        return;
    *v = 1.0;
    while (v[high - 1] == 0.0)
        high--;
    cblas_dgemv(CblasColMajor, CblasTrans, high, wide, 1.0, behind, stride, v, 1, 0.0,
                work, 1);
    cblas_dger(CblasColMajor, high, wide, -tau[k], v, 1, work, 1, behind, stride);
    *v = diagonal;
}

/* The same with the reflectors of a whole panel from column k on: all at once. */
static void reflect_panel(char trans, int rows, int columns, double *A, int stride,
                          int k, const double *tau, double *work)
{
    double *v = entry(A, stride, k, k);
    int high = rows - k, wide = columns - k - PANEL;
    LAPACKE_dlarft_work(LAPACK_COL_MAJOR, 'F', 'C', high, PANEL, v, stride, tau + k,
                        work, columns);
    LAPACKE_dlarfb_work(LAPACK_COL_MAJOR, 'L', trans, 'F', 'C', high, wide, PANEL, v,
                        stride, work, columns, entry(A, stride, k, k + PANEL), stride,
                        work + PANEL, columns);
}

/* Column by column. */
static void factor_columns(int rows, int columns, double *A, int stride, double *tau,
                           double *work)
{
    for (int k = 0; k < columns && k < rows && !cancel_asked(); k++) {
        LAPACKE_dgeqrf_work(LAPACK_COL_MAJOR, rows - k, 1, entry(A, stride, k, k),
                            stride, tau + k, work, 64);
        reflect_behind(rows, columns, A, stride, k, tau, work);
    }
}

int qr_factor(int rows, int columns, double *A, int stride, double *tau, double *work)
{
    int least = rows < columns ? rows : columns, k = 0;
    for (; k < least - SINGLE && !cancel_asked(); k += PANEL) {
        factor_columns(rows - k, PANEL, entry(A, stride, k, k), stride, tau + k, work);
        reflect_panel('T', rows, columns, A, stride, k, tau, work);
    }
    factor_columns(rows - k, columns - k, entry(A, stride, k, k), stride, tau + k,
                   work);
    return cancel_asked() ? SWEEP_STOPPED : SWEEP_OK;
}

/* Column by column, from the last. */
static void form_columns(int rows, int columns, double *A, int stride,
                         const double *tau, double *work)
{
    for (int k = columns; k-- > 0 && !cancel_asked();) {
        reflect_behind(rows, columns, A, stride, k, tau, work);
        LAPACKE_dorgqr_work(LAPACK_COL_MAJOR, rows - k, 1, 1, entry(A, stride, k, k),
                            stride, tau + k, work, 64);
        memset(entry(A, stride, 0, k), 0, (size_t)k * sizeof *A);
    }
}

int qr_basis(int rows, int columns, double *A, int stride, const double *tau,
             double *work)
{
    int k = columns > SINGLE ? (columns - SINGLE + PANEL - 1) / PANEL * PANEL : 0;
    for (int c = k; c < columns; c++)
        memset(entry(A, stride, 0, c), 0, (size_t)k * sizeof *A);
    form_columns(rows - k, columns - k, entry(A, stride, k, k), stride, tau + k, work);
    while (k > 0 && !cancel_asked()) {
        k -= PANEL;
        reflect_panel('N', rows, columns, A, stride, k, tau, work);
        form_columns(rows - k, PANEL, entry(A, stride, k, k), stride, tau + k, work);
        for (int c = k; c < k + PANEL; c++)
            memset(entry(A, stride, 0, c), 0, (size_t)k * sizeof *A);
    }
    return cancel_asked() ? SWEEP_STOPPED : SWEEP_OK;
}
