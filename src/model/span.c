#include "sweep/span.h"
#include "span_samplers.h"
#include "span_source.h"
#include "sweep/cancel.h"
#include "sweep/dataset.h"
#include "sweep/network.h"
#include "sweep/status.h"
#include <gsl/gsl_cblas.h>
#include <string.h>

static const struct span_sampler {
    size_t (*rank)(const struct span_request *q);
    size_t (*outside)(const struct span_request *q);
    void (*layout)(struct span_workspace *w, const struct span_request *q,
                   struct arena *a);
    int (*draw)(struct span *s, const struct span_request *q, struct span_workspace *w,
                gsl_rng *rng);
    size_t (*start_outside)(const struct span_request *q);
    void (*start)(struct span *other, const struct span_request *q,
                  struct span_workspace *drawing, gsl_rng *rng);
} samplers[] = {
    [SAMPLER_AMBIENT] = {ambient_rank, ambient_outside, ambient_layout, ambient_draw,
                         ambient_outside, ambient_start},
    [SAMPLER_BARTLETT] = {bartlett_rank, bartlett_outside, bartlett_layout,
                          bartlett_draw, bartlett_start_outside, bartlett_start},
};

size_t span_rank(const struct span_request *q)
{
    return samplers[q->sampler].rank(q);
}

size_t span_outside_rank(const struct span_request *q)
{
    return samplers[q->sampler].outside(q);
}

/* The arrays of one start. */
static void start_layout(struct span *s, const struct span_request *q, struct arena *a)
{
    s->W0 = arena_doubles(a, s->n, s->r);
    s->mean_perp = arena_doubles(a, s->n, 1);
    s->common_perp = arena_doubles(a, s->n, 1);
    s->test_perp = q->outside ? arena_doubles(a, s->n, s->tests) : NULL;
}

/* Whole blocks only: then the bits of a test point do not depend on how many there are.
 */
size_t span_held_tests(const struct span_request *q)
{
    return (q->tests + SPAN_TEST_BLOCK - 1) / SPAN_TEST_BLOCK * SPAN_TEST_BLOCK;
}

void span_layout(struct span *s, struct span_workspace *w, const struct span_request *q,
                 struct arena *a)
{
    size_t m = q->mixture.m, n = q->n, r = span_rank(q), tests = span_held_tests(q);
    *s = (struct span){.m = m, .n = n, .r = r, .tests = tests};
    s->X = arena_doubles(a, m, r);
    s->y = arena_doubles(a, m, 1);
    s->y_true = arena_doubles(a, m, 1);
    s->all_products = !network_slim(n, m, r);
    s->gram = arena_doubles(a, s->all_products ? m : SPAN_ROWS, m);
    start_layout(s, q, a);
    s->mean = arena_doubles(a, r, 1);
    s->common = arena_doubles(a, r, 1);
    s->test_X = arena_doubles(a, tests, r);
    s->test_y = arena_doubles(a, tests, 1);
    *w = (struct span_workspace){0};
    samplers[q->sampler].layout(w, q, a);
}

gsl_rng *span_stream(gsl_rng *rng, struct rng_key key, const char *purpose)
{
    rng_start(rng, rng_key_text(key, purpose));
    return rng;
}

void span_start_layout(struct span *other, struct span_workspace *drawing,
                       const struct span *s, const struct span_workspace *w,
                       const struct span_request *q, struct arena *a)
{
    *other = *s;
    *drawing = *w;
    start_layout(other, q, a);
    drawing->weights =
        arena_doubles(a, q->outside ? q->n : 1, samplers[q->sampler].start_outside(q));
}

void span_start_draw(struct span *other, struct span_workspace *drawing,
                     const struct span_request *q, struct rng_key key, gsl_rng *rng)
{
    struct span_request again = *q;
    again.train_key = key;
    memset(other->mean_perp, 0, other->n * sizeof *other->mean_perp);
    memset(other->common_perp, 0, other->n * sizeof *other->common_perp);
    samplers[q->sampler].start(other, &again, drawing, rng);
}

double span_start_cosine(const struct span *s, const struct span_workspace *w,
                         const struct span *other, const struct span_workspace *drawing,
                         const struct span_request *q)
{
    size_t columns = samplers[q->sampler].outside(q);
    size_t stride = samplers[q->sampler].start_outside(q);
    double sum = 0.0, lengths = s->perp_norm * other->perp_norm;
    for (size_t j = 0; j < s->n; j++)
        sum += cblas_ddot((int)columns, w->weights + j * columns, 1,
                          drawing->weights + j * stride, 1);
    return lengths > 0.0 ? sum / lengths : 0.0;
}

/* <x_i, x_k> of `rows` points from `first` with the first `columns`, into gram. */
static void inner_products(const struct span *s, size_t first, size_t rows,
                           size_t columns)
{
    struct points all = {.m = columns, .r = s->r, .X = s->X};
    network_preactivations(rows, s->X + first * s->r, &all, s->gram);
}

int span_draw(struct span *s, const struct span_request *q, struct span_workspace *w,
              gsl_rng *rng)
{
    memset(s->mean, 0, s->r * sizeof *s->mean);
    memset(s->mean_perp, 0, s->n * sizeof *s->mean_perp);
    memset(s->common, 0, s->r * sizeof *s->common);
    memset(s->common_perp, 0, s->n * sizeof *s->common_perp);
    span_source_labels(s, q, w, rng);
    dataset_flip_labels(span_stream(rng, q->data_key, "label_noise"),
                        q->mixture.label_noise, s->y_true, s->m, s->y);
    int status = samplers[q->sampler].draw(s, q, w, rng);
    if (cancel_asked())
        return SWEEP_STOPPED;
    if (status != SWEEP_OK)
        return status;
    if (s->all_products)
        network_gram(&(struct points){.m = s->m, .r = s->r, .X = s->X}, s->gram);
    return SWEEP_OK;
}

void span_near_orthogonality(const struct span *s, double *psi, double *phi)
{
    size_t most = s->all_products ? s->m : SPAN_ROWS;
    *psi = *phi = 0.0;
    for (size_t first = 0; first < s->m && !cancel_asked(); first += most) {
        size_t rows = s->m - first < most ? s->m - first : most;
        if (!s->all_products)
            inner_products(s, first, rows, first + rows);
        dataset_near_orthogonality(s->gram, first, rows, psi, phi);
    }
}
