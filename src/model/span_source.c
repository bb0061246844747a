#include "span_source.h"
#include "span_samplers.h"
#include <string.h>

static size_t file_dimension(const struct span_request *q)
{
    return (size_t)q->mixture.dimension;
}

static bool file_projects(const struct span_request *q)
{
    return q->file && file_dimension(q) < q->file->file->features;
}

void span_source_layout(struct span_workspace *w, const struct span_request *q,
                        struct arena *a)
{
    if (!q->file)
        return;
    w->order = arena_carve(a, twoclass_size(q->file), 1, sizeof *w->order);
    if (!file_projects(q))
        return;
    w->projected =
        arena_doubles(a, q->mixture.m + span_held_tests(q), file_dimension(q));
    w->direction = arena_doubles(a, q->file->file->features, 1);
}

/* Test points that a file has. */
static size_t tests_there(const struct span *s, const struct span_request *q)
{
    size_t left = twoclass_size(q->file) - s->m;
    return left < s->tests ? left : s->tests;
}

static void split_file(struct span *s, const struct span_request *q,
                       struct span_workspace *w, gsl_rng *rng)
{
    twoclass_split(span_stream(rng, q->data_key, "split"), q->file, s->m, w->order);
    for (size_t i = 0; i < s->m; i++)
        s->y_true[i] = twoclass_label(q->file, w->order[i]);
    for (size_t t = 0; t < s->tests; t++)
        s->test_y[t] =
            t < tests_there(s, q) ? twoclass_label(q->file, w->order[s->m + t]) : 1.0;
}

void span_source_labels(struct span *s, const struct span_request *q,
                        struct span_workspace *w, gsl_rng *rng)
{
    if (q->file) {
        split_file(s, q, w, rng);
        return;
    }
    dataset_labels(span_stream(rng, q->data_key, "labels"), s->m, s->y_true);
    dataset_coin_labels(span_stream(rng, q->data_key, "test_labels"), s->tests,
                        s->test_y);
}

void span_source_points(const struct span *s, const struct span_request *q,
                        const struct span_workspace *w, gsl_rng *rng, double *rows)
{
    size_t d = file_dimension(q);

    if (w->projected) { /* test points too: they share the projection */
        twoclass_project(span_stream(rng, q->data_key, "projection"), q->file, w->order,
                         s->m + tests_there(s, q), d, w->direction, w->projected);
        memcpy(rows, w->projected, s->m * d * sizeof *rows);
    } else if (q->file) {
        twoclass_points(q->file, w->order, s->m, rows);
    } else {
        dataset_mixture(span_stream(rng, q->data_key, "points"), &q->mixture, w->common,
                        s->y_true, s->m, rows);
    }
}

void span_source_tests(const struct span *s, const struct span_request *q,
                       const struct span_workspace *w, gsl_rng *rng, size_t t,
                       double *rows)
{
    size_t d = file_dimension(q);

    if (!q->file) {
        dataset_mixture(rng, &q->mixture, w->common, s->test_y + t, SPAN_TEST_BLOCK,
                        rows);
        return;
    }
    size_t last = tests_there(s, q), count = t < last ? last - t : 0;
    if (count > SPAN_TEST_BLOCK)
        count = SPAN_TEST_BLOCK;
    memset(rows, 0, SPAN_TEST_BLOCK * d * sizeof *rows);
    if (w->projected)
        memcpy(rows, w->projected + (s->m + t) * d, count * d * sizeof *rows);
    else
        twoclass_points(q->file, w->order + s->m + t, count, rows);
}
