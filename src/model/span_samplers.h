/* The two ways to fill a span. Each has the number of coordinates, of columns of what it
 * keeps outside, the layout of its scratch, the drawing of everything but the labels, and
 * of another start: the columns of what that keeps outside, the first of which are those of
 * the first start, and its drawing by q->train_key. */
#ifndef SPAN_SAMPLERS_H
#define SPAN_SAMPLERS_H

#include "sweep/span.h"

size_t ambient_rank(const struct span_request *q);
size_t ambient_outside(const struct span_request *q);
void ambient_layout(struct span_workspace *w, const struct span_request *q,
                    struct arena *a);
int ambient_draw(struct span *s, const struct span_request *q, struct span_workspace *w,
                 gsl_rng *rng);
void ambient_start(struct span *other, const struct span_request *q,
                   struct span_workspace *drawing, gsl_rng *rng);

size_t bartlett_rank(const struct span_request *q);
size_t bartlett_outside(const struct span_request *q);
void bartlett_layout(struct span_workspace *w, const struct span_request *q,
                     struct arena *a);
int bartlett_draw(struct span *s, const struct span_request *q,
                  struct span_workspace *w, gsl_rng *rng);
size_t bartlett_start_outside(const struct span_request *q);
void bartlett_start(struct span *other, const struct span_request *q,
                    struct span_workspace *drawing, gsl_rng *rng);

/* Test points asked for, in whole blocks. */
size_t span_held_tests(const struct span_request *q);

/* rng at the start of the stream of (key, purpose). */
gsl_rng *span_stream(gsl_rng *rng, struct rng_key key, const char *purpose);

#endif
