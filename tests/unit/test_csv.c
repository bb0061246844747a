/* Tables as CSV against the points they stand for, what is wrong with
 * them, and where. */
#include "sweep/csv.h"
#include "sweep/data_reader.h"
#include "sweep/memory.h"

#include "check.h"
#include "table_fixture.h"

#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
    const char *text, *label;
    size_t rows, features;
    double first; /* label of the first point */
    double raw[12];
} right[] = {
    {"1,2,0\n3,4,1\n", NULL, 2, 2, 0, {1, 2, 3, 4}},
    {"1;2;0\r\n3;4;1", NULL, 2, 2, 0, {1, 2, 3, 4}},
    {"1\t2\t0\n3\t4\t1\n", NULL, 2, 2, 0, {1, 2, 3, 4}},
    /* The label by number, by name, by a name that is a number. */
    {"7,2,0\n3,4,1\n", "1", 2, 2, 7, {2, 0, 4, 1}},
    {"a,b,c\n7,2,0\n3,4,1\n", "b", 2, 2, 2, {7, 0, 3, 1}},
    {"a,b,c\n7,2,0\n3,4,1\n", "3", 2, 2, 0, {7, 2, 3, 4}},
    {"2,1,c\n7,2,0\n3,4,1\n", "1", 2, 2, 2, {7, 0, 3, 1}},
    {"a,a,c\n7,2,0\n", "2", 1, 2, 2, {7, 0}},
    /* Quotes, blanks, marks, comments, empty lines. */
    {"\xef\xbb\xbf\"a,\n\"\"b\"\"\",c\n\"1\",2\n", NULL, 1, 1, 2, {1}},
    {"# x;y\n\n  1 ,  2 , \"3\" \n\n# 5,6,7\n4,5,6\n\n", NULL, 2, 2, 3, {1, 2, 4, 5}},
    {"\"1\";\"2\"\n3;4\n", NULL, 2, 1, 2, {1, 3}},
    {"a;b,c\n3;4\n", "b,c", 1, 1, 4, {3}},
    {"\n\n1,2\n", NULL, 1, 1, 2, {1}},
    /* Numbers in every form; zeros in between. */
    {"+1e2,-.5,0,0\n0,1.,01,1e0\n", NULL, 2, 3, 0, {100, -0.5, 0, 0, 1, 1}},
    {"1e-400,1,3\n", NULL, 1, 2, 3, {0, 1}},
};

static void test_right(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT(right); k++) {
        struct diagnostics log = {0};
        struct labelled l;
        struct data_bytes file = {"right.csv", right[k].text, strlen(right[k].text)};
        double x[8];
        int status = data_read_with(&l, &file, right[k].label, NULL, &log);

        check_true(status == SWEEP_OK && log.count == 0, "text %zu: %s", k,
                   log.count > 0 ? log.item[0].message : "(no message)");
        if (status == SWEEP_OK) {
            check_equal(l.rows, right[k].rows);
            check_equal(l.features, right[k].features);
            check_close(l.label[0], right[k].first, 0.0);
            for (size_t i = 0; i < l.rows; i++) {
                labelled_raw(&l, i, x);
                check_array_close(x, right[k].raw + i * l.features, l.features, 0.0);
            }
        }
        labelled_release(&l);
        diagnostics_release(&log);
    }
}

#define MISSING "a value is missing: fill it in, or remove the line or the column"
#define NUMBER  "must be a number: give words numbers, classes too, or remove the column"

static const struct {
    const char *text, *label, *message;
} wrong[] = {
    {"1,,0\n", NULL, "1:3: field 2, '': " MISSING "\n"},
    {"1,2,0\n1,NA,0\n", NULL, "2:3: field 2, 'NA': " MISSING "\n"},
    {"a,b,c\n1,2,nan\n", NULL, "2:5: field 3 (c), 'nan': " MISSING "\n"},
    {"a,b,c\n1,2,\n", NULL, "2:5: field 3 (c), '': " MISSING "\n"},
    {"a,b\n?,2\n-,None\n", NULL,
     "2:1: field 1 (a), '?': " MISSING "\n3:1: field 1 (a), '-': " MISSING
     "\n3:3: field 2 (b), 'None': " MISSING "\n"},
    {"1,2\n1,a\tb\n", NULL, "2:3: field 2, 'a?b': " NUMBER "\n"},
    {"1,2\n1,inf\n", NULL, "2:3: field 2, 'inf': " NUMBER "\n"},
    {"inf,2\n1,2\n", NULL, "1:1: field 1, 'inf': " NUMBER "\n"},
    {"0,1,2\n5,6,7\n", NULL,
     "1:5: the first line counts 0, 1, 2, ...: columns without names? Name them, or "
     "remove the line\n"},
    {"1,2\n0x1,2\n", NULL, "2:1: field 1, '0x1': " NUMBER "\n"},
    {"1,2\n1e999,2\n", NULL, "2:1: field 1, '1e999': a number is too large\n"},
    {"1e999,2\n", NULL, "1:1: field 1, '1e999': a number is too large\n"},
    {"1;2\n1,5;2\n", NULL,
     "2:1: field 1, '1,5': a decimal comma: numbers have a point\n"},
    {"1,2\n1\n1,2,3\n", NULL,
     "2:0: 1 field where line 1 has 2\n3:0: 3 fields where line 1 has 2\n"},
    {"a,b\n1,\"2\n", NULL, "2:3: a quote is not closed\n"},
    {"\"a,b\n1,2\n", NULL, "1:1: a quote is not closed\n"},
    {"1,2\n\"1\"0,2\n", NULL, "2:1: there is text behind a quoted field\n"},
    {"a,\"x\ny\"\n1,2,3\n", NULL, "3:0: 3 fields where line 1 has 2\n"},
    {"", NULL, "0:0: there is no point in it\n"},
    {"a,b\n", NULL, "0:0: there is no point in it\n"},
    {"1\n2\n", NULL,
     "0:0: there is one column only: labels, or points without features\n"},
    {"1,2\n0,2\n", NULL,
     "2:0: point 2 has no feature other than 0: it cannot be scaled to unit length; "
     "remove it\n"},
    {",a,b\n0,1,2\n", NULL,
     "0:0: the first column has no name, as the numbers of rows that pandas writes: "
     "leave it out, to_csv(..., index=False)\n"},
    {"a,b\n1,2\n", "d",
     "0:0: there is no column 'd' to take the labels from: it has 2 columns\n"},
    {"1,2\n", "d",
     "0:0: there is no column 'd' to take the labels from: it has 2 columns without "
     "names\n"},
    {"1,2\n", "0",
     "0:0: there is no column '0' to take the labels from: it has 2 columns without "
     "names\n"},
    {"1,2\n", "3",
     "0:0: there is no column '3' to take the labels from: it has 2 columns without "
     "names\n"},
    {"a,a\n1,2\n", "a",
     "0:0: two columns are called 'a': take the labels from a column by its number\n"},
};

static void test_wrong(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT(wrong); k++) {
        struct diagnostics log = {0};
        struct labelled l;
        struct data_bytes file = {"wrong.csv", wrong[k].text, strlen(wrong[k].text)};

        check_equal(data_read_with(&l, &file, wrong[k].label, NULL, &log), SWEEP_INPUT);
        char *text = told(&log);
        check_text(text, wrong[k].message);
        check_true(!l.start && l.rows == 0, "something is left");
        free(text);
        diagnostics_release(&log);
    }
}

/* 20 errors and that there are more; fields of any length. */
static void test_many(void **state)
{
    static char text[3 * CSV_FIELD_LIMIT];
    struct tabular t = {0};
    struct diagnostics log = {0};

    (void)state;
    strcpy(text, "1,2\n");
    for (int i = 0; i < 30; i++)
        strcat(text, "x,2\n");
    check_equal(csv_read(&t, "a", text, strlen(text), &log), SWEEP_INPUT);
    check_equal(log.count, 21);
    check_text(log.item[20].message, "and more errors from here on");
    tabular_release(&t);
    diagnostics_release(&log);
    for (size_t length = CSV_FIELD_LIMIT - 1; length < CSV_FIELD_LIMIT + 2; length++) {
        memset(text, '0', length);
        strcpy(text + length, ",2\n");
        int expected = length <= CSV_FIELD_LIMIT ? SWEEP_OK : SWEEP_INPUT;
        check_equal(csv_read(&t, "a", text, strlen(text), &log), expected);
        tabular_release(&t);
        diagnostics_release(&log);
    }
}

/* What is no CSV by its name is one by its looks. */
static void test_looks(void **state)
{
    static const struct {
        const char *text;
        char separator;
    } cases[] = {
        {"1,2,3\n", ','},    {"# a:b\n1;2\n", ';'},
        {"1\t2\n", '\t'},    {"1 1:2\n", 0},
        {"1\t1:2\n", 0},     {"1,2 1:2\n", 0},
        {"1 # a, b\n", 0},   {"", 0},
        {"\n\n a,b\n", ','}, {"\"a;b\",c\n1:2\n", ','},
        {"1\n2,3\n", 0},
    };

    (void)state;
    for (size_t k = 0; k < COUNT(cases); k++)
        check_equal(csv_separator(cases[k].text), cases[k].separator);
}

static void test_damage(void **state)
{
    static const char table[] = "a;b;\"c d\"\r\n1;2;-3e1\n\"4\";0.5;6\n";
    size_t count[2] = {0};

    (void)state;
    damage("a.csv", table, sizeof table - 1, count);
    check_true(count[0] > 1000 && count[1] > 1000, "%zu wrong, %zu right", count[0],
               count[1]);
}

/* Every allocation fails once. */
static void test_memory(void **state)
{
    static const char text[] = "a,b,c\n1,2,0\n3,4,1\n", labels[] = "y\n5\n6\n";
    struct data_bytes file = {"a.csv", text, sizeof text - 1};
    struct data_bytes other = {"y.csv", labels, sizeof labels - 1};
    int status = SWEEP_NO_MEMORY;
    long k = 0;

    (void)state;
    for (; status != SWEEP_OK && k < 100; k++) {
        struct diagnostics log = {0};
        struct labelled l;

        memory_fail_after(k);
        status = data_read_with(&l, &file, NULL, &other, &log);
        memory_fail_after(-1);
        check_true(status == SWEEP_OK || status == SWEEP_NO_MEMORY, "status %d",
                   status);
        if (status == SWEEP_OK) {
            check_equal(l.features, 3);
            check_close(l.label[1], 6.0, 0.0);
        }
        labelled_release(&l);
        diagnostics_release(&log);
    }
    check_true(k > 8 && k < 100, "%ld allocations", k);
}

static void all_cases_ran(void **state)
{
    (void)state;
    check_cases(7915);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_right),    cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_many),     cmocka_unit_test(test_looks),
        cmocka_unit_test(test_damage),   cmocka_unit_test(test_memory),
        cmocka_unit_test(all_cases_ran),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
