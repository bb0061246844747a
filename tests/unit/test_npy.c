/* The files byte by byte, against the format's description in NumPy's manual
 * (numpy.lib.format, version 1.0), and the failures of writing them. */
#include "sweep/npy.h"

#include "check.h"
#include "sweep/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/test_npy.XXXXXX";
static struct diagnostics diagnosed;

static int enter_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int leave_folder(void **state)
{
    (void)state;
    diagnostics_release(&diagnosed);
    return rmdir(folder);
}

/* Read folder/NAME.npy, which is removed. */
static size_t take_file(const char *name, unsigned char *bytes, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "%s/%s.npy", folder, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t length = fread(bytes, 1, size, file);
    fclose(file);
    unlink(path);
    return length;
}

/* The header with `dictionary`: 128 bytes, filled with blanks, ended by a line feed. */
static void check_header(const unsigned char *bytes, const char *dictionary)
{
    static const unsigned char start[] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0};
    char expected[119];
    snprintf(expected, sizeof expected, "%-117s\n", dictionary);
    check_true(memcmp(bytes, start, sizeof start) == 0, "the first ten bytes");
    check_true(memcmp(bytes + 10, expected, 118) == 0, "the dictionary is '%.118s'",
               (const char *)bytes + 10);
}

static void test_vector(void **state)
{
    static const double data[] = {1.0, -2.0, 0.1};
    static const unsigned char expected[] = {
        0, 0, 0, 0,    0,    0,    0xf0, 0x3f, 0,    0,    0,    0,
        0, 0, 0, 0xc0, 0x9a, 0x99, 0x99, 0x99, 0x99, 0x99, 0xb9, 0x3f};
    const size_t shape[] = {3, 99};
    unsigned char bytes[256];

    (void)state;
    check_equal(npy_write_real(folder, "y", data, shape, 1, &diagnosed), SWEEP_OK);
    check_equal(take_file("y", bytes, sizeof bytes), 128 + 24);
    check_header(bytes, "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }");
    check_true(memcmp(bytes + 128, expected, sizeof expected) == 0, "the data");
}

static void test_matrix(void **state)
{
    static const double data[] = {0, 1, 2, 3, 4, 5};
    static const unsigned char high[] = {0, 0xf0, 0, 0x08, 0x10, 0x14};
    static const unsigned char top[] = {0, 0x3f, 0x40, 0x40, 0x40, 0x40};
    const size_t shape[] = {2, 3};
    unsigned char bytes[256];

    (void)state;
    check_equal(npy_write_real(folder, "X", data, shape, 2, &diagnosed), SWEEP_OK);
    check_equal(take_file("X", bytes, sizeof bytes), 128 + 48);
    check_header(bytes, "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }");
    for (size_t i = 0; i < 6; i++) { /* row by row, low bytes first */
        check_equal(bytes[128 + 8 * i], 0);
        check_equal(bytes[128 + 8 * i + 6], high[i]);
        check_equal(bytes[128 + 8 * i + 7], top[i]);
    }
}

static void test_indices(void **state)
{
    static const size_t data[] = {0, 258, 7};
    static const unsigned char expected[] = {0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 0, 0,
                                             0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0};
    unsigned char bytes[256];

    (void)state;
    check_equal(npy_write_index(folder, "F", data, 3, &diagnosed), SWEEP_OK);
    check_equal(take_file("F", bytes, sizeof bytes), 128 + 24);
    check_header(bytes, "{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }");
    check_true(memcmp(bytes + 128, expected, sizeof expected) == 0, "the data");
}

/* No element; and the longest header there can be still fits. */
static void test_extremes(void **state)
{
    const size_t shape[] = {0, SIZE_MAX};
    unsigned char bytes[256];

    (void)state;
    check_equal(npy_write_index(folder, "F", NULL, 0, &diagnosed), SWEEP_OK);
    check_equal(take_file("F", bytes, sizeof bytes), 128);
    check_header(bytes, "{'descr': '<i8', 'fortran_order': False, 'shape': (0,), }");
    check_equal(npy_write_real(folder, "E", NULL, shape, 2, &diagnosed), SWEEP_OK);
    check_equal(take_file("E", bytes, sizeof bytes), 128);
    check_header(bytes, "{'descr': '<f8', 'fortran_order': False, "
                        "'shape': (0, 18446744073709551615), }");
}

static void test_no_folder(void **state)
{
    const size_t shape[] = {1};
    const double data[] = {1.0};
    char none[64], message[160];

    (void)state;
    snprintf(none, sizeof none, "%s/none", folder);
    snprintf(message, sizeof message,
             "cannot write '%s/y.npy': No such file or directory", none);
    check_equal(npy_write_real(none, "y", data, shape, 1, &diagnosed), SWEEP_IO);
    check_equal(diagnosed.count, 1);
    check_text(diagnosed.item[0].message, message);
}

static void test_no_memory(void **state)
{
    const size_t shape[] = {1};
    const double data[] = {1.0};

    (void)state;
    memory_fail_after(0);
    check_equal(npy_write_real(folder, "y", data, shape, 1, &diagnosed),
                SWEEP_NO_MEMORY);
    memory_fail_after(-1);
    check_equal(diagnosed.count, 2);
}

static void test_cases(void **state)
{
    (void)state;
    check_cases(45);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vector),    cmocka_unit_test(test_matrix),
        cmocka_unit_test(test_indices),   cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_no_folder), cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_cases),
    };

    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
