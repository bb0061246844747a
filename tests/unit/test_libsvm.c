/* Texts in LIBSVM format against the points they stand for, and their digests. */
#include "sweep/data_reader.h"

#include "check.h"
#include "gzipped.h"

#include <float.h>
#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { MOST = 12 }; /* rows and features of the small examples */

/* What is wrong ends the test: the texts here are right. */
static void read_right(struct labelled *l, const char *text, size_t size)
{
    struct diagnostics log = {0};
    int status = data_read(l, "right.svm", text, size, &log);

    check_true(status == SWEEP_OK && log.count + log.lost == 0, "'%.60s': %s", text,
               log.count > 0 ? log.item[0].message : "(no message)");
    diagnostics_release(&log);
}

struct example {
    const char *text;
    size_t rows, features, class_count;
    double label[MOST], x[MOST * MOST]; /* before they are scaled */
    double classes[MOST];
};

static const struct example examples[] = {
    /* As little as there can be: no line end, one feature. */
    {"1 1:1", 1, 1, 1, {1}, {1}, {1}},
    {"-1 3:0.5 4:-2\n+1 1:3\n", 2, 4, 2, {-1, 1}, {0, 0, 0.5, -2, 3, 0, 0, 0}, {-1, 1}},
    /* Line ends, tabs, blanks at both ends, comments, empty lines, a comment alone. */
    {"# head\r\n\r\n  1\t1:1 \t 2:2  # 3:4\r\n\t\n#\n \t# 5 6:7\n2 2:1#no blank\r\n"
     "2 1:3\t\n\n  \n3 1:-1 2:1 #",
     4,
     2,
     3,
     {1, 2, 2, 3},
     {1, 2, 0, 1, 3, 0, -1, 1},
     {1, 2, 3}},
    /* Indices from 0, which any line may say. */
    {"1 1:1 2:2\n2 0:3 2:1\n", 2, 3, 2, {1, 2}, {0, 1, 2, 3, 0, 1}, {1, 2}},
    {"1 1:1 2:2\n2 1:3 2:1\n", 2, 2, 2, {1, 2}, {1, 2, 3, 1}, {1, 2}},
    {"4 0:1\n", 1, 1, 1, {4}, {1}, {4}},
    /* A 0 that is written counts as an index, and is no feature. */
    {"1 1:0 2:2 5:0\n2 1:1 2:-0.0 3:0e5\n",
     2,
     5,
     2,
     {1, 2},
     {0, 1, 0, 0, 0, 1, 0, 0, 0, 0},
     {1, 2}},
    {"1 0:0 1:1\n2 2:1", 2, 3, 2, {1, 2}, {0, 1, 0, 0, 0, 1}, {1, 2}},
    /* The same number, however it is written; the looser grammar. */
    {"+1 1:1\n1 1:+1\n1.0 1:1.\n1e0 1:.1e1\n10e-1 1:1E0\n01 1:00001\n-0 1:1\n0 1:1\n"
     "-.0 1:1",
     9,
     1,
     2,
     {1, 1, 1, 1, 1, 1, 0, 0, 0},
     {1, 1, 1, 1, 1, 1, 1, 1, 1},
     {0, 1}},
    /* Labels with fractions, large and small, and a point given twice. */
    {"0.5 1:1\n-2.25 1:1\n1e300 1:1\n-1e-300 1:1\n0.5 1:1\n16777217 1:1",
     6,
     1,
     5,
     {0.5, -2.25, 1e300, -1e-300, 0.5, 16777217},
     {1, 1, 1, 1, 1, 1},
     {-2.25, -1e-300, 0.5, 16777217, 1e300}},
};

/* Compressed rows that are what they say. */
static void check_shape(const struct labelled *l)
{
    bool good = l->start[0] == 0;

    for (size_t i = 0; i < l->rows; i++) {
        good &= l->start[i] < l->start[i + 1];
        for (size_t k = l->start[i]; k < l->start[i + 1]; k++) {
            good &= l->index[k] < l->features;
            good &= k == l->start[i] || l->index[k - 1] < l->index[k];
            good &= fabs(l->value[k]) <= 1.0;
        }
    }
    for (size_t c = 0; c + 1 < l->class_count; c++)
        good &= l->classes[c] < l->classes[c + 1];
    check_true(good, "the rows are not well made");
}

static void check_example(const struct example *e, const struct labelled *l)
{
    check_equal(l->rows, e->rows);
    check_equal(l->features, e->features);
    check_equal(l->class_count, e->class_count);
    check_array_close(l->label, e->label, e->rows, 0.0);
    check_array_close(l->classes, e->classes, e->class_count, 0.0);
    check_shape(l);
    for (size_t i = 0; i < e->rows; i++) {
        double x[MOST], expected[MOST], length = 0.0, product = 0.0, g[MOST];

        for (size_t k = 0; k < e->features; k++)
            length = hypot(length, e->x[i * e->features + k]);
        memset(x, 0x55, sizeof x);
        labelled_row(l, i, x);
        for (size_t k = 0; k < e->features; k++) {
            expected[k] = e->x[i * e->features + k] / length;
            g[k] = sin(1.0 + (double)k);
            product += g[k] * expected[k];
        }
        check_array_close(x, expected, e->features, 2 * DBL_EPSILON);
        check_close(labelled_product(l, i, g), product, 4 * DBL_EPSILON);
    }
}

static void test_examples(void **state)
{
    size_t rows = 0;

    (void)state;
    for (size_t k = 0; k < COUNT(examples); k++) {
        struct labelled l;

        read_right(&l, examples[k].text, strlen(examples[k].text));
        check_example(&examples[k], &l);
        rows += l.rows;
        labelled_release(&l);
        labelled_release(&l);
    }
    labelled_release(NULL);
    check_equal(rows, 1 + 2 + 4 + 2 + 2 + 1 + 2 + 2 + 9 + 6);
}

/* Lengths that overflow, underflow, or lose all digits when squared. */
static void test_unit_length(void **state)
{
    static const double scales[] = {1.0,    1e300,  1.2e308,       1e200,  1e155,
                                    1e154,  1e-150, 1e-162,        1e-170, 1e-300,
                                    1e-307, 3e-308, 0x1p-1022 * 3, 7.0};
    static const double third[] = {1.0, 1e-10, 1e-200, 1e-320};

    (void)state;
    for (size_t s = 0; s < COUNT(scales); s++)
        for (size_t k = 0; k < COUNT(third); k++) {
            double x[4], v[3] = {scales[s], -0.75 * scales[s], third[k] * scales[s]};
            long double length =
                sqrtl((long double)v[0] * v[0] + (long double)v[1] * v[1] +
                      (long double)v[2] * v[2]);
            char text[200];
            struct labelled l;

            snprintf(text, sizeof text, "1 1:%.17g 3:%.17g 4:%.17g", v[0], v[1], v[2]);
            read_right(&l, text, strlen(text));
            labelled_row(&l, 0, x);
            check_close_relative(x[0], (double)(v[0] / length), 3 * DBL_EPSILON);
            check_same_bits(x[1], 0.0);
            check_close_relative(x[2], (double)(v[1] / length), 3 * DBL_EPSILON);
            check_close(x[3], (double)(v[2] / length), 3 * DBL_EPSILON);
            check_close_relative(x[0] * x[0] + x[2] * x[2] + x[3] * x[3], 1.0,
                                 6 * DBL_EPSILON);
            labelled_release(&l);
        }
}

/* The smallest numbers there are: multiples of 2^-1074, and of the largest. */
static void test_extreme_values(void **state)
{
    static const struct {
        const char *text;
        double x[2];
    } cases[] = {
        {"1 1:5e-324", {1, 0}},
        {"1 1:-5e-324 2:0", {-1, 0}},
        {"1 1:1.5e-323 2:2e-323", {0.6, 0.8}}, /* 3 and 4 of them */
        {"1 1:5e-324 2:1e308", {0, 1}},
        {"1 1:1.7976931348623157e308 2:-1.7976931348623157e308",
         {0.70710678118654752440, -0.70710678118654752440}},
        {"1 1:-1.7976931348623157e308 2:5e-324", {-1, 0}},
        {"1 1:1e308 2:1e292", {1, 1e-16}},
    };

    (void)state;
    for (size_t k = 0; k < COUNT(cases); k++) {
        double x[2];
        struct labelled l;

        read_right(&l, cases[k].text, strlen(cases[k].text));
        check_equal(l.features, k == 0 ? 1 : 2);
        labelled_row(&l, 0, x);
        check_array_close(x, cases[k].x, l.features, 2 * DBL_EPSILON);
        labelled_release(&l);
    }
}

/* The largest index, many classes, many rows, a row as long as all others. */
static void test_large(void **state)
{
    enum { ROWS = 30000 };
    char *text = malloc(ROWS * 48), *at = text;
    struct labelled l;
    bool good = true;

    (void)state;
    at += sprintf(at, "7 10000000:2\n");
    for (size_t i = 1; i < ROWS; i++)
        at += sprintf(at, "%.9g %zu:1 %zu:1 9999999:1\n", ((double)i - 7.0) / 8.0, i,
                      i + 1);
    read_right(&l, text, (size_t)(at - text));
    check_equal(l.rows, ROWS);
    check_equal(l.features, 10000000);
    check_equal(l.class_count, ROWS - 1); /* 7 is there twice */
    check_shape(&l);
    for (size_t i = 1; i < ROWS; i++) {
        size_t k = l.start[i];

        good &= l.start[i + 1] - k == 3 && l.index[k] == i - 1 && l.index[k + 1] == i;
        good &= l.index[k + 2] == 9999998 && fabs(l.value[k] - sqrt(1.0 / 3)) < 1e-15;
        good &= l.label[i] == ((double)i - 7.0) / 8.0;
    }
    check_true(good, "a row is another");
    check_equal(l.start[1], 1);
    check_equal(l.index[0], 9999999);
    labelled_release(&l);
    free(text);
}

static struct rng_key digest_of(const char *text, size_t size)
{
    struct rng_key key;
    struct labelled l;

    read_right(&l, text, size);
    key = l.digest;
    labelled_release(&l);
    return key;
}

static bool same_key(struct rng_key a, struct rng_key b)
{
    return a.word[0] == b.word[0] && a.word[1] == b.word[1];
}

static const char original[] = "-1 1:3 2:4 5:1e-3\n1 3:1\n2 1:1 5:-1\n";

/* Other bytes, the same points. */
static void test_same_digest(void **state)
{
    static const char *const same[] = {
        "-1 1:3 2:4 5:1e-3\n1 3:1\n2 1:1 5:-1",
        "-1 1:3 2:4 5:1e-3\r\n1 3:1\r\n2 1:1 5:-1\r\n",
        "# a file\n\n-1\t1:3   2:4\t5:1e-3 #\n 1 3:1 # one\n\n2 1:1 5:-1\n# end",
        "-1.0 1:+3.0 2:.4e1 5:0.001\n+1 3:1\n2e0 01:1 5:-1\n",
        "-1 1:3 2:4 5:1e-3\n1 1:0 3:1 4:0\n2 1:1 5:-1\n",
        "-1 1:6 2:8 5:2e-3\n1 3:17\n2 1:0.25 5:-0.25\n", /* scaled by powers of 2 */
        "-1 0:3 1:4 4:1e-3\n1 2:1\n2 0:1 4:-1\n",
    };
    struct rng_key key = digest_of(original, sizeof original - 1);
    static unsigned char file[4096];
    size_t size = 0;

    (void)state;
    for (size_t k = 0; k < COUNT(same); k++)
        check_true(same_key(digest_of(same[k], strlen(same[k])), key),
                   "'%s' has another digest", same[k]);
    for (size_t cut = 0; cut < sizeof original; cut++) {
        size = gzipped_add(file, 0, sizeof file, original, cut,
                           &(struct gzipped_way){.level = 9, .name = "a"});
        size =
            gzipped_add(file, size, sizeof file, original + cut,
                        sizeof original - 1 - cut, &(struct gzipped_way){.level = 0});
        check_true(same_key(digest_of((const char *)file, size), key),
                   "gzip, members of %zu and the rest: another digest", cut);
    }
}

/* Any label, value, index, number of features or order that is another, and a value
 * moved between lines: every pair of these texts differs. */
static void test_other_digest(void **state)
{
    static const char *const other[] = {
        original,
        "1 1:3 2:4 5:1e-3\n1 3:1\n2 1:1 5:-1\n",
        "-1 1:3 2:4 5:1e-3\n-1 3:1\n2 1:1 5:-1\n",
        "-1 1:3 2:4 5:1e-3\n1 3:1\n2.0000000000000004 1:1 5:-1\n",
        "-2 1:3 2:4 5:1e-3\n1 3:1\n2 1:1 5:-1\n",
        "-1 1:3 2:4 5:1.0000000000001e-3\n1 3:1\n2 1:1 5:-1\n",
        "-1 1:3 2:-4 5:1e-3\n1 3:1\n2 1:1 5:-1\n",
        "-1 1:3 2:4 5:1e-3\n1 3:-1\n2 1:1 5:-1\n",
        "-1 1:3 2:4 5:1e-3\n1 3:1\n2 1:1 5:1\n",
        "-1 1:3 3:4 5:1e-3\n1 3:1\n2 1:1 5:-1\n",
        "-1 1:3 2:4 5:1e-3\n1 4:1\n2 1:1 5:-1\n",
        "-1 1:3 2:4\n1 3:1\n2 1:1 5:-1\n",
        "-1 1:3 2:4 5:1e-3\n1 3:1 5:1e-12\n2 1:1 5:-1\n",
        "1 3:1\n-1 1:3 2:4 5:1e-3\n2 1:1 5:-1\n",
        "-1 1:3 2:4 5:1e-3\n2 1:1 5:-1\n1 3:1\n",
        "-1 1:3 2:4 5:1e-3\n1 3:1\n2 1:1 5:-1\n2 1:1 5:-1\n",
        "-1 1:3 2:4 5:1e-3\n1 3:1\n",
        "-1 1:3 2:4 5:1e-3\n1 3:1 6:0\n2 1:1 5:-1\n",
        "-1 1:3 2:4 5:1e-3\n1 0:0 3:1\n2 1:1 5:-1\n",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(other); i++)
        for (size_t k = i + 1; k < COUNT(other); k++)
            check_true(!same_key(digest_of(other[i], strlen(other[i])),
                                 digest_of(other[k], strlen(other[k]))),
                       "'%s' and '%s' have one digest", other[i], other[k]);
}

static void test_cases(void **state)
{
    size_t rows = 31, texts = COUNT(examples), pairs = 19 * 18 / 2;

    (void)state;
    check_cases(texts * 7 + 2 * rows + 1 + 14 * 4 * 6 + 7 * 3 + 8 + 1 + 7 * 2 + 36 * 2 +
                3 * pairs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples),       cmocka_unit_test(test_unit_length),
        cmocka_unit_test(test_extreme_values), cmocka_unit_test(test_large),
        cmocka_unit_test(test_same_digest),    cmocka_unit_test(test_other_digest),
        cmocka_unit_test(test_cases),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
