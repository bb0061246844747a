#include "grid_points.h"
#include <math.h>
#include <stdbool.h>
#include <stdio.h>

struct transform grid_points_transform(const struct setting *s)
{
    return (struct transform){.center = s->value[P_CENTER] != 0.0,
                              .scale = (enum point_scale)s->value[P_SCALE],
                              .bias = s->value[P_BIAS]};
}

const struct rng_key *grid_points_digest(const struct grid_data *d,
                                         const struct setting *s, double data)
{
    const struct labelled *l = &grid_data_file(d, data)->points;
    struct transform t = grid_points_transform(s);
    return transform_needs_raw(&t) ? &l->raw_digest : &l->digest;
}

/* A class that the test points have and the others have not, or NAN. */
static double unknown_class(const struct labelled *points, const struct labelled *tests)
{
    for (size_t k = 0, i = 0; k < tests->class_count; k++) { /* both ascend */
        while (i < points->class_count && points->classes[i] < tests->classes[k])
            i++;
        if (i == points->class_count || points->classes[i] != tests->classes[k])
            return tests->classes[k];
    }
    return NAN;
}

/* A file in LIBSVM format may end before the last feature. */
static bool other_features(const struct labelled *points, const struct labelled *tests)
{
    return tests->features > points->features ||
           (tests->dense && tests->features != points->features);
}

static bool other_names(const struct labelled *points, const struct labelled *tests)
{
    return points->named && tests->named &&
           !rng_key_same(&points->names, &tests->names);
}

/* Test points in a file of their own: 1 and a message where they do not fit. */
static int check_tests(const struct grid_data *d, const struct grid_texts *t,
                       const struct setting *s, const struct labelled *points,
                       char *buffer, size_t size)
{
    const struct labelled *tests = &grid_data_file(d, s->value[P_TEST_DATA])->points;
    const struct twoclass *two = grid_data_tests(d, s);
    const char *name = grid_text_of(t, s->value[P_DATA]);
    const char *test_name = grid_text_of(t, s->value[P_TEST_DATA]);
    double unknown = unknown_class(points, tests);

    if (tests == points)
        snprintf(buffer, size,
                 "'test_data' is the file of 'data', which holds the training points: "
                 "leave it out to test on the others");
    else if (!isnan(unknown))
        snprintf(buffer, size, "'%s' has a class %g, which '%s' has not", test_name,
                 unknown, name);
    else if (!two || two->count[0] == 0 || two->count[1] == 0)
        snprintf(buffer, size, "'%s' has no test points of one of the classes %s",
                 test_name, grid_text_of(t, s->value[P_LABELS]));
    else if (other_features(points, tests))
        snprintf(buffer, size,
                 "'%s' has %zu features and '%s' has %zu: test points need the same",
                 test_name, tests->features, name, points->features);
    else if (other_names(points, tests))
        snprintf(buffer, size,
                 "the features of '%s' have other names, or another order, than those "
                 "of '%s'",
                 test_name, name);
    else
        return 0;
    return 1;
}

int grid_points_check(const struct grid_data *d, const struct grid_texts *t,
                      const struct setting *s, enum parameter *blame, char *buffer,
                      size_t size)
{
    const double *v = s->value;
    const struct twoclass *two = grid_data_twoclass(d, s);
    struct transform transform = grid_points_transform(s);
    const struct grid_file *tests = grid_data_file(d, v[P_TEST_DATA]);

    if (!two)
        return 0;
    double largest = two->file->largest;

    if (tests)
        largest = fmax(largest, tests->points.largest);
    if (tests && check_tests(d, t, s, two->file, buffer, size) != 0) {
        *blame = P_TEST_DATA;
        return 1;
    }
    if (!transform_needs_raw(&transform) || largest <= TRANSFORM_LARGEST)
        return 0;
    *blame = transform.center ? P_CENTER : P_SCALE;
    snprintf(buffer, size,
             "a value of '%s' is %g: 'center' and 'scale' take values up to %g, as "
             "squares overflow",
             grid_text_of(t, largest > two->file->largest ? v[P_TEST_DATA] : v[P_DATA]),
             largest, TRANSFORM_LARGEST);
    return 1;
}
