/* Private to the model layer: |x|. */
#ifndef VECTOR_H
#define VECTOR_H

#include <gsl/gsl_cblas.h>
#include <math.h>
#include <stddef.h>

/* dnrm2 guards against overflow and underflow at several times the cost of a dot
 * product: it is asked only where that came near either. NaN stays NaN. */
static inline double vector_length(size_t count, const double *x)
{
    double square = cblas_ddot((int)count, x, 1, x, 1);
    if (square > 1e-280 && square < 1e280)
        return sqrt(square);
    return cblas_dnrm2((int)count, x, 1);
}

#endif
