#include "span_source.h"
#include "span_samplers.h"
#include "sweep/cancel.h"
#include "sweep/status.h"
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <string.h>

/* Coordinates that come from the file's: all, but for the bias. */
static size_t file_dimension(const struct span_request *q)
{
    return (size_t)q->mixture.dimension - (q->transform.bias != 0.0);
}

static size_t file_features(const struct span_request *q)
{
    return q->file->file->features;
}

static bool file_projects(const struct span_request *q)
{
    return q->file && file_dimension(q) < file_features(q);
}

/* Rows of unit length as they are, with no bias, and all out of one file. */
static bool file_plain(const struct span_request *q)
{
    return !transform_needs_raw(&q->transform) && q->transform.bias == 0.0 &&
           !q->test_file;
}

void span_source_layout(struct span_workspace *w, const struct span_request *q,
                        struct arena *a)
{
    if (!q->file)
        return;
    w->order = arena_carve(a, twoclass_size(q->file), 1, sizeof *w->order);
    if (q->test_file)
        w->test_order =
            arena_carve(a, twoclass_size(q->test_file), 1, sizeof *w->test_order);
    if (file_projects(q)) {
        w->projected = arena_doubles(a, q->mixture.m + span_held_tests(q),
                                     (size_t)q->mixture.dimension);
        w->direction = arena_doubles(a, file_features(q), 1);
    }
    if (!file_plain(q)) {
        w->feature_mean = arena_doubles(a, file_features(q), 1);
        w->feature_deviation = arena_doubles(a, file_features(q), 1);
        w->row = arena_doubles(a, file_features(q), 1);
    }
}

/* Test points that a file has. */
static size_t tests_there(const struct span *s, const struct span_request *q)
{
    size_t left =
        q->test_file ? twoclass_size(q->test_file) : twoclass_size(q->file) - s->m;
    return left < s->tests ? left : s->tests;
}

/* Point i: a training point, or behind all m of them a test point. */
static const struct twoclass *place_of(const struct span_request *q,
                                       const struct span_workspace *w, size_t i,
                                       size_t *place)
{
    bool other = q->test_file && i >= q->mixture.m;
    *place = other ? w->test_order[i - q->mixture.m] : w->order[i];
    return other ? q->test_file : q->file;
}

static double label_of(const struct span_request *q, const struct span_workspace *w,
                       size_t i)
{
    size_t place;
    const struct twoclass *t = place_of(q, w, i, &place);
    return twoclass_label(t, place);
}

static void split_file(struct span *s, const struct span_request *q,
                       struct span_workspace *w, gsl_rng *rng)
{
    twoclass_split(span_stream(rng, q->data_key, "split"), q->file, s->m, w->order);
    if (q->test_file)
        twoclass_split(span_stream(rng, q->data_key, "test_split"), q->test_file, 0,
                       w->test_order);
    for (size_t i = 0; i < s->m; i++)
        s->y_true[i] = label_of(q, w, i);
    for (size_t t = 0; t < s->tests; t++)
        s->test_y[t] = t < tests_there(s, q) ? label_of(q, w, s->m + t) : 1.0;
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

/* What transform_measure needs to find a training point. */
struct file_rows {
    const struct span_request *q;
    const struct span_workspace *w;
};

/* x (features): point i before anything is done to it; a test file may have fewer
 * features. */
static void file_row(size_t i, double *x, const void *context)
{
    const struct file_rows *rows = context;
    size_t place;
    const struct twoclass *t = place_of(rows->q, rows->w, i, &place);

    memset(x, 0, file_features(rows->q) * sizeof *x);
    if (transform_needs_raw(&rows->q->transform))
        labelled_raw(t->file, t->row[place], x);
    else
        labelled_row(t->file, t->row[place], x);
}

/* x (features): point i as far as no projection and no length come in. */
static void feature_row(const struct span_request *q, const struct span_workspace *w,
                        size_t i, double *x)
{
    file_row(i, x, &(struct file_rows){q, w});
    transform_features(&q->transform, file_features(q), w->feature_mean,
                       w->feature_deviation, x);
}

/* The points first .. first + count - 1 to rows (count, d). */
static void transform_rows(const struct span_request *q, const struct span_workspace *w,
                           size_t first, size_t count, double *rows)
{
    for (size_t i = 0; i < count && !cancel_asked(); i++) {
        double *x = rows + i * (size_t)q->mixture.dimension;
        feature_row(q, w, first + i, x);
        transform_length(&q->transform, file_features(q), false, x);
    }
}

/* All points, projected: each direction is drawn once, and the points made anew for it,
 * so that they need no memory. */
static void project_rows(const struct span_request *q, const struct span_workspace *w,
                         size_t count, gsl_rng *rng, double *rows)
{
    size_t d = (size_t)q->mixture.dimension, features = file_features(q);

    for (size_t k = 0; k < file_dimension(q) && !cancel_asked(); k++) {
        rng_normals(rng, w->direction, features);
        for (size_t i = 0; i < count; i++) {
            feature_row(q, w, i, w->row);
            rows[i * d + k] = cblas_ddot((int)features, w->row, 1, w->direction, 1);
        }
    }
    for (size_t i = 0; i < count; i++)
        transform_length(&q->transform, file_dimension(q), true, rows + i * d);
}

/* Whether each of m training points has a length, and one that is finite. */
static int check_lengths(const struct span *s, const struct span_request *q,
                         const double *rows)
{
    int d = (int)file_dimension(q);

    for (size_t i = 0; i < s->m; i++) {
        double length = cblas_dnrm2(d, rows + i * (size_t)q->mixture.dimension, 1);
        if (!isfinite(length) || (length == 0 && q->transform.scale == POINTS_UNIT))
            return SWEEP_NUMERIC;
    }
    return SWEEP_OK;
}

/* With everything that may be asked of a file. */
static int transformed_points(const struct span *s, const struct span_request *q,
                              const struct span_workspace *w, gsl_rng *rng,
                              double *rows)
{
    size_t d = (size_t)q->mixture.dimension;

    if (transform_needs_raw(&q->transform))
        transform_measure(s->m, file_features(q), file_row, &(struct file_rows){q, w},
                          w->row, w->feature_mean, w->feature_deviation);
    if (w->projected) {
        project_rows(q, w, s->m + tests_there(s, q),
                     span_stream(rng, q->data_key, "projection"), w->projected);
        memcpy(rows, w->projected, s->m * d * sizeof *rows);
    } else {
        transform_rows(q, w, 0, s->m, rows);
    }
    return check_lengths(s, q, rows);
}

int span_source_points(const struct span *s, const struct span_request *q,
                       const struct span_workspace *w, gsl_rng *rng, double *rows)
{
    size_t d = (size_t)q->mixture.dimension;

    if (q->file && !file_plain(q))
        return transformed_points(s, q, w, rng, rows);
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
    return SWEEP_OK;
}

void span_source_tests(const struct span *s, const struct span_request *q,
                       const struct span_workspace *w, gsl_rng *rng, size_t t,
                       double *rows)
{
    size_t d = (size_t)q->mixture.dimension;

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
    else if (file_plain(q))
        twoclass_points(q->file, w->order + s->m + t, count, rows);
    else
        transform_rows(q, w, s->m + t, count, rows);
}
