/* What is wrong with a text in LIBSVM format, and where; damage; failing allocations.
 */
#include "sweep/data_reader.h"
#include "sweep/memory.h"

#include "check.h"
#include "gzipped.h"

#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define VALUE    "the value must be a number"
#define FEATURE  "must be index:value, the index a whole number"
#define INCREASE "the indices of a point must increase"
#define LABEL    "must be a number: the label of the point"
#define LARGE    "a number is too large"
#define BEYOND   "the index is larger than 10000000, the most that is read"
#define GROUP    "groups of points (qid) mean nothing here: take the field out"
#define ZERO                                                                           \
    "the point has no feature other than 0: it cannot be scaled to unit length; "      \
    "remove the line"

/* Nothing is left in what could not be read. */
static void check_empty(const struct labelled *l)
{
    check_true(l->rows == 0 && l->features == 0 && l->class_count == 0 && !l->start &&
                   !l->index && !l->value && !l->label && !l->classes,
               "something is left");
}

static void read_wrong(struct diagnostics *log, const char *text, size_t size)
{
    struct labelled l;

    check_equal(data_read(&l, "wrong.svm", text, size, log), SWEEP_INPUT);
    check_equal(log->lost, 0);
    check_empty(&l);
    labelled_release(&l);
}

static const struct {
    const char *text;
    size_t line, column, field;
    const char *shown, *problem;
} lines[] = {
    {"x 1:1", 1, 1, 1, "x", LABEL},
    {"1 1:1\n\n  nan 1:1", 3, 3, 1, "nan", LABEL},
    {"1 1:1\n-inf 1:1", 2, 1, 1, "-inf", LABEL},
    {"1 1:1\n+ 1:1", 2, 1, 1, "+", LABEL},
    {"\t1x 1:1", 1, 2, 1, "1x", LABEL},
    {"0x1 1:1", 1, 1, 1, "0x1", LABEL},
    {"1,2 1:1", 1, 1, 1, "1,2", LABEL},
    {"1:1 2:1", 1, 1, 1, "1:1", LABEL},
    {"1e999 1:1", 1, 1, 1, "1e999", LARGE},
    {"1 1:1\r\n\t-1e999\t1:1\r\n", 2, 2, 1, "-1e999", LARGE},
    {"1 1:1\r\n1", 2, 1, 1, "1", ZERO},
    {"1 # 1:1\n1 1:1", 1, 1, 1, "1", ZERO},
    {"1 1:1\n  -2.50 1:0 2:-0 3:0.0e9", 2, 3, 1, "-2.50", ZERO},
    {"1 1:1e-400", 1, 1, 1, "1", ZERO}, /* less than the smallest number */
    {"1 1", 1, 3, 2, "1", FEATURE},
    {"1 1:1 :1", 1, 7, 3, ":1", FEATURE},
    {"1 qid:3 1:1", 1, 3, 2, "qid:3", GROUP},
    {"1 -1:1", 1, 3, 2, "-1:1", FEATURE},
    {"1 1.5:1", 1, 3, 2, "1.5:1", FEATURE},
    {"1 1e1:1", 1, 3, 2, "1e1:1", FEATURE},
    {"1 1 :1", 1, 3, 2, "1", FEATURE},
    {"1 1:1 2", 1, 7, 3, "2", FEATURE},
    {"1 1:", 1, 3, 2, "1:", VALUE},
    {"1 1: 2", 1, 3, 2, "1:", VALUE},
    {"1 1:#2", 1, 3, 2, "1:", VALUE},
    {"1 1:nan", 1, 3, 2, "1:nan", VALUE},
    {"1 1:1 2:-inf", 1, 7, 3, "2:-inf", VALUE},
    {"1 1:0x1", 1, 3, 2, "1:0x1", VALUE},
    {"1 1:1,", 1, 3, 2, "1:1,", VALUE},
    {"1 1:1:1", 1, 3, 2, "1:1:1", VALUE},
    {"1 1:1e", 1, 3, 2, "1:1e", VALUE},
    {"1 1:--1", 1, 3, 2, "1:--1", VALUE},
    {"1\t 1:1e309", 1, 4, 2, "1:1e309", LARGE},
    {"1 1:1 2:-1e400 3:1", 1, 7, 3, "2:-1e400", LARGE},
    {"1 1:1 1:1", 1, 7, 3, "1:1", INCREASE},
    {"1 3:1 4:1   2:1", 1, 13, 4, "2:1", INCREASE},
    {"1 1:1 0:1", 1, 7, 3, "0:1", INCREASE},
    {"1 0:1 0:1", 1, 7, 3, "0:1", INCREASE},
    {"1 2:0 1:1", 1, 7, 3, "1:1", INCREASE}, /* a 0 has its place too */
    {"1 10000001:1", 1, 3, 2, "10000001:1", BEYOND},
    {"1 4294967297:1", 1, 3, 2, "4294967297:1", BEYOND},
    {"1 18446744073709551617:1", 1, 3, 2, "18446744073709551617:1", BEYOND},
    {"1 1:1 99999999999999999999999999:1", 1, 7, 3, "99999999999999999999999999:1",
     BEYOND},
};

static void test_lines(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT(lines); k++) {
        struct diagnostics log = {0};
        char expected[300];

        read_wrong(&log, lines[k].text, strlen(lines[k].text));
        snprintf(expected, sizeof expected, "field %zu, '%s': %s", lines[k].field,
                 lines[k].shown, lines[k].problem);
        check_equal(log.count, 1);
        check_text(log.item[0].message, expected);
        check_text(log.item[0].file, "wrong.svm");
        check_equal(log.item[0].line, lines[k].line);
        check_equal(log.item[0].column, lines[k].column);
        diagnostics_release(&log);
    }
}

/* A right point before each of count wrong lines: the first 20 are told, in order, and
 * that there are more if there are. */
static void test_many(void **state)
{
    static const size_t counts[] = {1, 2, 19, 20, 21, 22, 60};

    (void)state;
    for (size_t n = 0; n < COUNT(counts); n++) {
        struct diagnostics log = {0};
        char text[2000] = "", *at = text;
        size_t told = counts[n] < 20 ? counts[n] : 20;
        bool good = true;

        for (size_t i = 0; i < counts[n]; i++)
            at += sprintf(at, "1 1:1\n2 %zu:x\n", i + 1);
        read_wrong(&log, text, strlen(text));
        check_equal(log.count, told + (counts[n] > 20));
        for (size_t i = 0; i < told; i++)
            good &= log.item[i].line == 2 * i + 2 && log.item[i].column == 3;
        check_true(good, "not the first of %zu", counts[n]);
        if (counts[n] > 20)
            check_text(log.item[20].message, "and more errors from here on");
        diagnostics_release(&log);
    }
}

/* No field of a message is longer than a line, or has bytes no terminal should see. */
static void test_shown(void **state)
{
    static char text[3000];

    (void)state;
    memset(text, '7', sizeof text);
    text[sizeof text - 1] = 'x';
    for (size_t k = 0; k < 3; k++) {
        struct diagnostics log = {0};
        bool good = true;

        if (k > 0)
            for (size_t i = 0; i < 32; i++)
                if (k == 2 || (i != 0 && i != '\t' && i != '\n' && i != '\r'))
                    text[100 * k + i] = (char)i;
        read_wrong(&log, text, sizeof text);
        check_true(log.count >= 1, "nothing is told");
        for (size_t i = 0; i < log.count; i++) {
            good &= strlen(log.item[i].message) < 300;
            for (const char *c = log.item[i].message; *c; c++)
                good &= (unsigned char)*c >= 32 && *c != 127;
        }
        check_true(good, "not fit to be shown, text %zu", k);
        diagnostics_release(&log);
    }
}

/* Of the whole file: no line, no column. */
static void check_whole(const void *bytes, size_t size, const char *message)
{
    struct diagnostics log = {0};

    read_wrong(&log, bytes, size);
    check_equal(log.count, 1);
    check_text(log.item[0].message, message);
    check_text(log.item[0].file, "wrong.svm");
    check_equal(log.item[0].line, 0);
    diagnostics_release(&log);
}

/* A zero byte ends no text: wherever it is, the file is none. */
static void test_zero_byte(void **state)
{
    static const char text[] = "1 1:1\n2 2:1 # a\n3 3:1\n";

    (void)state;
    for (size_t k = 0; k < sizeof text; k++) {
        char bytes[sizeof text];

        memcpy(bytes, text, sizeof text);
        bytes[k] = '\0';
        check_whole(bytes, k < sizeof text - 1 ? sizeof text - 1 : sizeof text,
                    "not a text: data are in LIBSVM format, plain or gzip");
    }
}

static void test_whole(void **state)
{
    static const char *const nothing[] = {"", "\n", "# 1 1:1", " \t\r\n\n#\n  "};
    static unsigned char file[4096];
    size_t size = gzipped_add(file, 0, sizeof file, "# x\n", 4,
                              &(struct gzipped_way){.level = 6});

    (void)state;
    for (size_t k = 0; k < COUNT(nothing); k++)
        check_whole(nothing[k], strlen(nothing[k]), "there is no point in it");
    check_whole(file, size, "there is no point in it");
    for (size_t cut = 2; cut < size; cut++)
        check_whole(file, cut, "the gzip file ends early");
    file[size - 5] ^= 1;
    check_whole(file, size, "the gzip file is damaged");
}

/* Positions are those of the text, packed or not. */
static void test_packed(void **state)
{
    static unsigned char file[4096];

    (void)state;
    for (size_t k = 0; k < COUNT(lines); k++) {
        size_t size =
            gzipped_add(file, 0, sizeof file, lines[k].text, strlen(lines[k].text),
                        &(struct gzipped_way){.level = 6});
        struct diagnostics log = {0};

        read_wrong(&log, (const char *)file, size);
        check_equal(log.count, 1);
        check_equal(log.item[0].line, lines[k].line);
        check_equal(log.item[0].column, lines[k].column);
        diagnostics_release(&log);
    }
}

static const char sample[] = "# three\n-1 1:3 2:4 5:1e-3\n1 3:1\n2 1:1 5:-1\n";

/* Any byte of a file changed to any other, packed or not: never a crash, and of a
 * packed one the same points or none. */
static void test_damage(void **state)
{
    static unsigned char file[4096];
    size_t size = gzipped_add(file, 0, sizeof file, sample, sizeof sample - 1,
                              &(struct gzipped_way){.level = 9, .name = "three.svm"});
    struct diagnostics log = {0};
    struct labelled l;
    struct rng_key key;
    size_t right = 0, wrong = 0;

    (void)state;
    check_equal(data_read(&l, "a", sample, sizeof sample - 1, &log), SWEEP_OK);
    key = l.digest;
    labelled_release(&l);
    for (int packed = 0; packed < 2; packed++) {
        unsigned char *bytes = packed ? file : (unsigned char *)sample;
        size_t count = packed ? size : sizeof sample - 1;
        unsigned char copy[4096];

        for (size_t k = 0; k < 256 * count; k++) {
            int status;

            memcpy(copy, bytes, count);
            copy[k / 256] = (unsigned char)k;
            status = data_read(&l, "a", copy, count, &log);
            check_true((status == SWEEP_OK) == (log.count == 0), "status %d, %zu told",
                       status, log.count);
            if (packed && status == SWEEP_OK && k / 256 > 1)
                check_true(l.digest.word[0] == key.word[0] &&
                               l.digest.word[1] == key.word[1],
                           "byte %zu changed to %zu: other points", k / 256, k % 256);
            right += status == SWEEP_OK;
            wrong += status == SWEEP_INPUT;
            labelled_release(&l);
            diagnostics_release(&log);
        }
    }
    check_true(right > 2000 && wrong > 2000, "%zu right, %zu wrong", right, wrong);
    check_equal(right + wrong, 256 * (size + sizeof sample - 1));
}

/* Every allocation fails once, of a right and of a wrong file. */
static void check_memory(const void *bytes, size_t size, int expected)
{
    long k = 0;

    for (;; k++) {
        struct diagnostics log = {0};
        struct labelled l;
        int status;

        memory_fail_after(k);
        status = data_read(&l, "a", bytes, size, &log);
        memory_fail_after(-1);
        if (status == expected) {
            labelled_release(&l);
            diagnostics_release(&log);
            if (expected == SWEEP_OK || k > 50)
                break;
            continue;
        }
        check_true(status == SWEEP_NO_MEMORY && k < 1000, "allocation %ld: status %d",
                   k, status);
        check_empty(&l);
        labelled_release(&l);
        diagnostics_release(&log);
    }
    check_true(k > 2, "few allocations: %ld", k);
}

static void test_memory(void **state)
{
    static unsigned char file[4096];
    size_t size = gzipped_add(file, 0, sizeof file, sample, sizeof sample - 1,
                              &(struct gzipped_way){.level = 9});

    (void)state;
    check_memory(sample, sizeof sample - 1, SWEEP_OK);
    check_memory(file, size, SWEEP_OK);
    check_memory("1 1:x", 5, SWEEP_INPUT);
}

static void test_cases(void **state)
{
    (void)state;
    check_count_at_least(COUNT(lines) * 14 + 25000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),  cmocka_unit_test(test_many),
        cmocka_unit_test(test_shown),  cmocka_unit_test(test_zero_byte),
        cmocka_unit_test(test_whole),  cmocka_unit_test(test_packed),
        cmocka_unit_test(test_damage), cmocka_unit_test(test_memory),
        cmocka_unit_test(test_cases),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
