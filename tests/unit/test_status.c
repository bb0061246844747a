/* The module is compiled into the test, so that its allocations can be made to fail. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long until_failure = -1;

static bool told_to_fail(void)
{
    return until_failure >= 0 && until_failure-- == 0;
}

static void *fallible_realloc(void *block, size_t size)
{
    return told_to_fail() ? NULL : realloc(block, size);
}

static char *fallible_strdup(const char *text)
{
    return told_to_fail() ? NULL : strdup(text);
}

static int fallible_vasprintf(char **text, const char *format, va_list arguments)
{
    *text = (char *)1; /* undefined after a failure: must not be freed */
    return told_to_fail() ? -1 : vasprintf(text, format, arguments);
}

#define realloc   fallible_realloc
#define strdup    fallible_strdup
#define vasprintf fallible_vasprintf
#include "../../src/base/status.c"

static void test_names(void **state)
{
    (void)state;
    for (int i = SWEEP_OK; i <= SWEEP_NUMERIC; i++) {
        check_true(strcmp(status_name(i), "unknown") != 0, "status %d has no name", i);
        for (int j = SWEEP_OK; j < i; j++)
            check_true(strcmp(status_name(i), status_name(j)) != 0,
                       "statuses %d and %d have one name", i, j);
    }
    check_text(status_name(SWEEP_NUMERIC + 1), "unknown");
    check_text(status_name(-1), "unknown");
}

/* More than one growth of the list, everything kept in the order reported. */
static void test_add(void **state)
{
    struct diagnostics list = {0};
    char file[32], message[32];

    (void)state;
    for (size_t i = 0; i < 100; i++) {
        snprintf(file, sizeof file, "file %zu", i);
        diagnostics_add(&list, file, i, 2 * i, "message %zu", i);
    }
    check_equal(list.count, 100);
    check_equal(list.lost, 0);
    for (size_t i = 0; i < list.count; i++) {
        snprintf(file, sizeof file, "file %zu", i);
        snprintf(message, sizeof message, "message %zu", i);
        check_text(list.item[i].file, file);
        check_text(list.item[i].message, message);
        check_equal(list.item[i].line, i);
        check_equal(list.item[i].column, 2 * i);
    }
    diagnostics_release(&list);
    check_true(!list.item, "the released list has items");
    check_equal(list.count + list.capacity, 0);
    diagnostics_release(&list);
    diagnostics_release(NULL);
}

static void test_text(void **state)
{
    static const struct {
        struct diagnostic d;
        const char *text;
    } cases[] = {
        {{(char *)"bad", NULL, 0, 0}, "error: bad"},
        {{(char *)"bad", NULL, 3, 4}, "error: bad"},
        {{(char *)"bad", (char *)"x.yaml", 0, 0}, "x.yaml: error: bad"},
        {{(char *)"bad", (char *)"x.yaml", 14, 0}, "x.yaml:14: error: bad"},
        {{(char *)"bad", (char *)"x.yaml", 14, 9}, "x.yaml:14:9: error: bad"},
    };
    char buffer[64];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_text(diagnostic_text(&cases[i].d, buffer, sizeof buffer), cases[i].text);
        check_text(diagnostic_text(&cases[i].d, buffer, 4),
                   i < 2 ? "err" : "x.y"); /* cut, and terminated */
        check_text(diagnostic_text(&cases[i].d, buffer, 1), "");
    }
}

/* Messages number the order in which they are reported. */
static void test_sort(void **state)
{
    static const size_t position[][2] = {{5, 2}, {1, 9}, {0, 0}, {5, 1}, {5, 2},
                                         {1, 9}, {0, 0}, {2, 0}, {1, 1}};
    static const char *const order[] = {"2", "6", "8", "1", "5", "7", "3", "0", "4"};
    size_t count = sizeof order / sizeof order[0];
    struct diagnostics list = {0};

    (void)state;
    diagnostics_sort(&list);
    for (size_t i = 0; i < count; i++)
        diagnostics_add(&list, position[i][0] ? "f" : NULL, position[i][0],
                        position[i][1], "%zu", i);
    diagnostics_sort(&list);
    check_equal(list.count, count);
    for (size_t i = 0; i < count; i++)
        check_text(list.item[i].message, order[i]);
    diagnostics_release(&list);
}

static void test_fold(void **state)
{
    (void)state;
    static const struct {
        size_t line, column;
        const char *message, *folded; /* NULL: goes */
    } cases[] = {
        {1, 1, "12 of 3", "12 of 3 (and 2 more like it)"},
        {1, 1, "1.5e-3 of 3", NULL},
        {1, 1, "7 of 44", NULL},
        {1, 2, "7 of 44", "7 of 44"},
        {1, 2, "7 of 44 apples", "7 of 44 apples"},
        {2, 2, "7 of 44 apples", "7 of 44 apples"},
        {2, 2, "a of 44 apples", "a of 44 apples"},
        {0, 0, "same", "same"},
        {0, 0, "same", "same"},
        {3, 0, "1 end", "1 end"},
        {3, 0, "2 end", "2 end"},
    };
    struct diagnostics list = {0};
    size_t count = sizeof cases / sizeof cases[0], kept = 0;
    diagnostics_fold(&list);
    check_equal(list.count, 0);
    for (size_t i = 0; i < count; i++)
        diagnostics_add(&list, "f", cases[i].line, cases[i].column, "%s",
                        cases[i].message);
    diagnostics_fold(&list);
    for (size_t i = 0; i < count; i++)
        if (cases[i].folded && kept < list.count)
            check_text(list.item[kept++].message, cases[i].folded);
    check_equal(list.count, 9);
    check_equal(kept, 9);
    diagnostics_release(&list);
}

/* Each allocation of the first diagnostic fails in turn: format, file, list. */
static void test_lost(void **state)
{
    (void)state;
    for (long k = 0; k < 4; k++) {
        struct diagnostics list = {0};

        until_failure = k;
        diagnostics_add(&list, "file", 1, 1, "first");
        check_equal(list.lost, k < 3);
        check_equal(list.count, k == 3);
        until_failure = -1;
        diagnostics_add(&list, "file", 1, 1, "second");
        check_text(list.item[list.count - 1].message, "second");
        diagnostics_release(&list);
        check_equal(list.lost, 0);
    }
}

static void test_no_memory(void **state)
{
    struct diagnostics list = {0};

    (void)state;
    check_equal(diagnostics_no_memory(&list, NULL), SWEEP_NO_MEMORY);
    check_equal(diagnostics_no_memory(&list, "the table"), SWEEP_NO_MEMORY);
    check_equal(list.count, 2);
    check_text(list.item[0].message, "out of memory");
    check_text(list.item[1].message, "out of memory for the table");
    diagnostics_release(&list);
}

static void test_cases(void **state)
{
    (void)state;
    check_cases(30 + 404 + 15 + 10 + 16 + 5 + 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),     cmocka_unit_test(test_add),
        cmocka_unit_test(test_text),      cmocka_unit_test(test_sort),
        cmocka_unit_test(test_fold),      cmocka_unit_test(test_lost),
        cmocka_unit_test(test_no_memory), cmocka_unit_test(test_cases),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
