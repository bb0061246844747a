#include "sweep/memory.h"

#include "check.h"
#include "sweep/status.h"

static bool is_aligned(const void *block)
{
    return (uintptr_t)block % MEMORY_ALIGNMENT == 0;
}

static bool is_zero(const unsigned char *block, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (block[i] != 0)
            return false;
    return true;
}

/* Dirtied and freed before each next one, so that zeros are no accident. */
static void test_array(void **state)
{
    static const size_t counts[] = {0, 1, 7, 8, 9, 64, 65, 1000, 100000};

    (void)state;
    for (size_t round = 0; round < 3; round++) {
        for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
            size_t size = counts[i] * sizeof(double);
            void *block = memory_array(counts[i], sizeof(double));

            check_true(block != NULL, "no block of %zu", counts[i]);
            check_true(is_aligned(block), "block of %zu is not aligned", counts[i]);
            check_true(is_zero(block, size), "block of %zu is not zero", counts[i]);
            memset(block, 0xff, size);
            memory_free(block);
        }
    }
    memory_free(NULL);
}

static void test_array_overflow(void **state)
{
    static const size_t sizes[][2] = {
        {SIZE_MAX, 2},
        {2, SIZE_MAX},
        {SIZE_MAX / 2 + 1, 2}, /* wraps to 0 */
        {(size_t)1 << 32, (size_t)1 << 32},
        {SIZE_MAX, 1}, /* wraps when padded */
        {SIZE_MAX - 62, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        void *block = memory_array(sizes[i][0], sizes[i][1]);

        check_true(block == NULL, "overflow %zu is not seen", i);
        memory_free(block);
    }
}

static void test_string(void **state)
{
    const char *text = "grid.yaml";
    char *copy = memory_string(text);
    char *empty = memory_string("");

    (void)state;
    check_text(copy, text);
    check_true(copy != text, "not a copy");
    check_text(empty, "");
    memory_free(copy);
    memory_free(empty);
}

struct workspace {
    double *points; /* (3, 5) */
    char *flags;    /* (7) */
    double *none;   /* (0) */
    double *norms;  /* (3) */
};

static void layout(struct workspace *ws, struct arena *a)
{
    ws->points = arena_doubles(a, 3, 5);
    ws->flags = arena_carve(a, 7, 1, sizeof(char));
    ws->none = arena_doubles(a, 0, 1);
    ws->norms = arena_doubles(a, 3, 1);
}

static void test_arena(void **state)
{
    struct workspace ws;
    struct arena a = {0};

    (void)state;
    layout(&ws, &a);
    check_true(!ws.points && !ws.flags && !ws.none && !ws.norms,
               "block while measuring");
    check_equal(a.used, 128 + 64 + 0 + 64);

    check_equal(arena_allocate(&a), SWEEP_OK);
    check_equal(a.size, 256);
    check_equal(a.used, 0);
    layout(&ws, &a);
    check_equal(a.used, a.size);
    check_true(is_zero((unsigned char *)a.base, a.size), "the arena is not zero");
    check_equal((char *)ws.points - a.base, 0);
    check_equal(ws.flags - a.base, 128);
    check_equal((char *)ws.norms - a.base, 192);
    check_true(ws.none != NULL, "no empty block");
    check_true(is_aligned(ws.points) && is_aligned(ws.flags) && is_aligned(ws.norms),
               "a block is not aligned");
    memset(ws.points, 0xff, 15 * sizeof(double));
    memset(ws.flags, 0xff, 7);
    memset(ws.norms, 0xff, 3 * sizeof(double));

    check_true(arena_doubles(&a, 1, 1) == NULL, "more than was measured");
    check_true(a.overflow, "no overflow reported");
    arena_release(&a);
    check_true(!a.base && !a.used && !a.size && !a.overflow, "not released");
    arena_release(&a);
    arena_release(NULL);
}

static void test_arena_empty(void **state)
{
    struct arena a = {0};

    (void)state;
    check_equal(arena_allocate(&a), SWEEP_OK);
    check_true(arena_doubles(&a, 0, 0) != NULL, "no empty block");
    check_true(!a.overflow, "overflow of an empty arena");
    arena_release(&a);
}

/* An overflow is remembered, whatever is carved after it. */
static void test_arena_overflow(void **state)
{
    static const size_t shapes[][3] = {
        {SIZE_MAX, 2, 1},
        {(size_t)1 << 32, (size_t)1 << 31, 8},
        {1, SIZE_MAX, 1},
        {SIZE_MAX / 64 - 1, 64, 1}, /* fits alone, but not behind another */
    };

    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        struct arena a = {0};

        arena_doubles(&a, 16, 1);
        arena_carve(&a, shapes[i][0], shapes[i][1], shapes[i][2]);
        check_true(a.overflow, "overflow %zu is not seen", i);
        arena_doubles(&a, 1, 1);
        check_equal(arena_allocate(&a), SWEEP_NO_MEMORY);
        check_true(a.base == NULL, "allocated after an overflow");
        arena_release(&a);
    }
}

/* The k-th allocation fails, and no other, of each kind. */
static void test_failure(void **state)
{
    enum { KINDS = 3, COUNT = 6 };

    (void)state;
    for (long k = -1; k < COUNT; k++) {
        memory_fail_after(k);
        for (long i = 0; i < COUNT; i++) {
            struct arena a = {0};
            void *block = NULL;
            bool failed;

            if (i % KINDS == 0)
                failed = !(block = memory_array(3, 8));
            else if (i % KINDS == 1)
                failed = !(block = memory_string("text"));
            else
                failed = arena_allocate(&a) == SWEEP_NO_MEMORY;
            check_true(failed == (i == k), "allocation %ld, failing after %ld", i, k);
            memory_free(block);
            arena_release(&a);
        }
    }
    memory_fail_after(-1);
}

static void test_cases(void **state)
{
    (void)state;
    check_cases(81 + 6 + 3 + 15 + 3 + 12 + 42);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_array),       cmocka_unit_test(test_array_overflow),
        cmocka_unit_test(test_string),      cmocka_unit_test(test_arena),
        cmocka_unit_test(test_arena_empty), cmocka_unit_test(test_arena_overflow),
        cmocka_unit_test(test_failure),     cmocka_unit_test(test_cases),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
