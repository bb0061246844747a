/* Points in ambient coordinates: drawn from the mixture, or from a data file. */
#ifndef SPAN_SOURCE_H
#define SPAN_SOURCE_H

#include "sweep/span.h"

/* What a file needs in the workspace. */
void span_source_layout(struct span_workspace *w, const struct span_request *q,
                        struct arena *a);

/* True labels of the training and test points, and with a file which they are. */
void span_source_labels(struct span *s, const struct span_request *q,
                        struct span_workspace *w, gsl_rng *rng);

/* rows (m, d): the training points. SWEEP_OK; SWEEP_NUMERIC: one of a file has no finite
 * length, or length 0 and is to be of unit length. */
int span_source_points(const struct span *s, const struct span_request *q,
                       const struct span_workspace *w, gsl_rng *rng, double *rows);

/* rows (block, d): test points t .. t + block - 1, block after block from 0, the stream
 * being at the start of "test_points". Behind the last point of a file stand zeros.
 * After span_source_points. */
void span_source_tests(const struct span *s, const struct span_request *q,
                       const struct span_workspace *w, gsl_rng *rng, size_t t,
                       double *rows);

#endif
