/* Private to the model: Householder QR as LAPACK does it, step for step and with the same
 * bits, but so that it can be given up (cancel.h) on the way: of a large matrix it takes
 * minutes.
 *
 * A (rows, columns) is column-major, its columns `stride` apart, and work holds 64
 * `columns`. Both return SWEEP_OK or SWEEP_STOPPED. */
#ifndef QR_H
#define QR_H

/* A = Q R: R above the diagonal, below it and in tau (columns) the reflectors of Q. */
int qr_factor(int rows, int columns, double *A, int stride, double *tau, double *work);

/* Q (rows, columns <= rows) in place of its reflectors. */
int qr_basis(int rows, int columns, double *A, int stride, const double *tau,
             double *work);

#endif
