/* NumPy files of every type and order against their numbers, and hostile headers. */
#include "sweep/npy_reader.h"

#include "check.h"
#include "table_fixture.h"

#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A NumPy file, its header as it is written here. */
static size_t npy(char *bytes, int version, const char *header, const void *data,
                  size_t size)
{
    size_t length = strlen(header), prefix = version == 1 ? 10 : 12;

    memcpy(bytes, "\x93NUMPY", 6);
    memset(bytes + 6, 0, 6);
    bytes[6] = (char)version;
    bytes[8] = (char)(length & 255);
    bytes[9] = (char)(length >> 8);
    memcpy(bytes + prefix, header, length);
    memcpy(bytes + prefix + length, data, size);
    return prefix + length + size;
}

static const double three[] = {1, 2, 3, -4, 5, 6}, turned[] = {1, 3, 5, 2, -4, 6};

static void test_damage(void **state)
{
    char file[512];
    size_t count[2] = {0};
    size_t size =
        npy(file, 1, "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }\n",
            three, sizeof three);

    (void)state;
    damage("a.npy", file, size, count);
    check_true(count[0] > 5000 && count[1] > 5000, "%zu wrong, %zu right", count[0],
               count[1]);
}

#define H8(rest) "{'descr': '<f8', 'fortran_order': False, 'shape': " rest ", }\n"
static const struct {
    int version;
    const char *header;
    size_t size; /* bytes of `three` */
    const char *message;
} arrays[] = {
    {1, H8("(2, 3)"), 48, ""},
    {2, H8("(3, 2)"), 48, ""},
    {3, H8("(6,)"), 48, ""},
    {1, "{'shape': (2,3), 'descr': '<f8', 'fortran_order': True}", 48, ""},
    {1, H8("(0, 3)"), 0, ""},
    {1, "{'descr': '|b1', 'fortran_order': False, 'shape': (2, 24), }", 48, ""},
    {1, H8("(2, 3)"), 40, "not the 40 bytes it holds"},
    {1, H8("(2, 2)"), 48, "not the 48 bytes it holds"},
    {1, H8("(4294967296, 4294967296)"), 0, "not the 0 bytes it holds"},
    {1, H8("(2305843009213693952, 1)"), 0, "not the 0 bytes it holds"},
    {1, H8("(18446744073709551616, 1)"), 0, "is damaged"},
    {1, H8("(-1, 3)"), 0, "is damaged"},
    {1, H8("()"), 8, "an array of 0 dimensions"},
    {1, H8("(1, 2, 3)"), 48, "an array of 3 dimensions"},
    {1, H8("(2, 3)") "x", 48, "is damaged"},
    {1, H8("(2, 3), 'more': 1"), 48, "is damaged"},
    {1, H8("(2, 3"), 48, "is damaged"},
    {1, "{'descr': '<f8', 'shape': (2, 3)}", 48, "is damaged"},
    {1, "{'descr': '<f8', 'fortran_order': 1, 'shape': (2, 3)}", 48, "is damaged"},
    {1, "__import__('os').system('true')", 48, "is damaged"},
    {1, "", 48, "is damaged"},
    {1, "{'descr': '|O', 'fortran_order': False, 'shape': (6,)}", 48, "something else"},
    {1, "{'descr': '<c16', 'fortran_order': False, 'shape': (3,)}", 48,
     "something else"},
    {1, "{'descr': '<U4', 'fortran_order': False, 'shape': (3,)}", 48,
     "something else"},
    {1, "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (6,)}", 48,
     "something else"},
    {4, H8("(2, 3)"), 48, "not a NumPy file"},
};

static void test_arrays(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT(arrays); k++) {
        struct diagnostics log = {0};
        struct tabular t = {0};
        char file[512];
        size_t size =
            npy(file, arrays[k].version, arrays[k].header, three, arrays[k].size);
        int status = npy_read(&t, "a", file, size, &log);
        char *text = told(&log);

        check_equal(status, *arrays[k].message ? SWEEP_INPUT : SWEEP_OK);
        check_true(*arrays[k].message ? strstr(text, arrays[k].message) != NULL
                                      : log.count == 0,
                   "array %zu: %s", k, text);
        if (k == 0)
            check_array_close(t.value, three, 6, 0.0);
        if (k == 3)
            check_array_close(t.value, turned, 6, 0.0);
        free(text);
        tabular_release(&t);
        diagnostics_release(&log);
    }
}

/* One number of each type and byte order; what is not finite. */
static void test_types(void **state)
{
    static const struct {
        const char *type;
        unsigned char byte[8];
        size_t size;
        double value;
    } types[] = {
        {"|i1", {0xfe}, 1, -2},
        {"|u1", {0xfe}, 1, 254},
        {"<i2", {0xfe, 0xff}, 2, -2},
        {">u2", {0x01, 0x02}, 2, 258},
        {"<i4", {0, 0, 0, 0x80}, 4, -2147483648.0},
        {">i4", {0xff, 0xff, 0xff, 0xff}, 4, -1},
        {"<u4", {0xff, 0xff, 0xff, 0xff}, 4, 4294967295.0},
        {"<i8", {0, 0, 0, 0, 0, 0, 0, 0x80}, 8, -0x1p63},
        {"<u8", {0, 0, 0, 0, 0, 0, 0, 0x80}, 8, 0x1p63},
        {"<f4", {0, 0, 0x80, 0xbf}, 4, -1},
        {">f4", {0x3f, 0xc0, 0, 0}, 4, 1.5},
        {">f8", {0x3f, 0xf8, 0, 0, 0, 0, 0, 0}, 8, 1.5},
        {"<f4", {0, 0, 0xc0, 0x7f}, 4, (double)NAN},
        {"<f4", {0, 0, 0x80, 0xff}, 4, (double)INFINITY},
    };

    (void)state;
    for (size_t k = 0; k < COUNT(types); k++) {
        struct diagnostics log = {0};
        struct tabular t = {0};
        char file[256], header[100];

        snprintf(header, sizeof header,
                 "{'descr': '%s', 'fortran_order': False, 'shape': (1,), }",
                 types[k].type);
        size_t size = npy(file, 1, header, types[k].byte, types[k].size);
        bool good = isfinite(types[k].value);
        check_equal(npy_read(&t, "a", file, size, &log), good ? SWEEP_OK : SWEEP_INPUT);
        if (good)
            check_close(t.value[0], types[k].value, 0.0);
        else
            check_true(strstr(log.item[0].message, isnan(types[k].value)
                                                       ? "[0, 0] is missing (nan)"
                                                       : "[0, 0] is infinite"),
                       "%s", log.item[0].message);
        tabular_release(&t);
        diagnostics_release(&log);
    }
}

static void all_cases_ran(void **state)
{
    (void)state;
    check_cases(30409);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_arrays),
        cmocka_unit_test(test_types),
        cmocka_unit_test(all_cases_ran),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
