/* Members, ends, damage and limits of gzip files made here by zlib. */
#include "sweep/gunzip.h"
#include "sweep/memory.h"
#include "sweep/status.h"

#include "check.h"
#include "gzipped.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { ROOM = 1 << 20, LARGE = 1 << 22 };

static unsigned char file[ROOM];

static const struct gzipped_way ways[] = {
    {.level = 6},
    {.level = 0},
    {.level = 9, .name = "digits.svm", .header_sum = 1},
    {.level = 1, .strategy = Z_HUFFMAN_ONLY, .comment = "a comment"},
    {.level = 6, .strategy = Z_FIXED, .name = "n", .comment = "c", .extra = "AB\2"},
};

static const char sample[] = "-1 3:0.5 17:1e-2 # comment\n+1 1:1 2:2\n-1 1:0.25\n";

/* A text that is the same for the same length: lines that repeat, and noise. */
static void fill(char *text, size_t length)
{
    uint64_t bits = 0x9e3779b97f4a7c15;

    for (size_t i = 0; i < length; i++) {
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        text[i] = i / 1000 % 2 ? sample[i % (sizeof sample - 1)] : (char)(bits & 127);
    }
}

/* The file of `size` bytes holds text (length). */
static void check_holds(const unsigned char *bytes, size_t size, const char *text,
                        size_t length)
{
    char *out = NULL;
    const char *reason = NULL;
    size_t got = SIZE_MAX;
    int status = gunzip(bytes, size, LARGE, &out, &got, &reason);

    check_equal(status, SWEEP_OK);
    check_equal(got, length);
    check_true(memcmp(out, text, length) == 0, "another text of %zu bytes", length);
    check_equal(out[got], '\0');
    memory_free(out);
}

static void check_refused(const unsigned char *bytes, size_t size, size_t most,
                          const char *expected)
{
    char *out = NULL;
    const char *reason = NULL;
    size_t got = 0;

    check_equal(gunzip(bytes, size, most, &out, &got, &reason), SWEEP_INPUT);
    check_text(reason, expected);
}

static void test_is(void **state)
{
    size_t size = gzipped_add(file, 0, ROOM, "x", 1, &ways[0]);

    (void)state;
    check_true(gunzip_is(file, size), "a gzip file is none");
    check_true(!gunzip_is(file, 1), "one byte is enough");
    check_true(!gunzip_is(file, 0), "no byte is enough");
    check_true(!gunzip_is(sample, sizeof sample), "text is a gzip file");
    check_true(!gunzip_is("BZh91AY&SY", 10), "bzip2 is gzip");
}

/* Around the sizes of buffers; noise grows when it is packed, zeros shrink 1000-fold.
 */
static void test_sizes(void **state)
{
    static const size_t sizes[] = {0,    1,     2,     100,   4095,  4096,
                                   4097, 32768, 65535, 65536, 65537, 131072};
    static char text[LARGE];

    (void)state;
    for (size_t w = 0; w < COUNT(ways); w++)
        for (size_t i = 0; i < COUNT(sizes); i++) {
            fill(text, sizes[i]);
            check_holds(file, gzipped_add(file, 0, ROOM, text, sizes[i], &ways[w]),
                        text, sizes[i]);
        }
    memset(text, 0, LARGE);
    check_holds(file, gzipped_add(file, 0, ROOM, text, LARGE, &ways[0]), text, LARGE);
}

/* Several members are one text, empty ones among them. */
static void test_members(void **state)
{
    static char text[40000], joined[COUNT(ways) * sizeof text];
    size_t size = 0, length = 0;

    (void)state;
    fill(text, sizeof text);
    for (size_t w = 0; w < COUNT(ways); w++) {
        size_t part = sizeof text / (w + 1);

        size = gzipped_add(file, size, ROOM, "", 0, &ways[w]);
        check_holds(file, size, joined, length);
        size = gzipped_add(file, size, ROOM, text, part, &ways[w]);
        memcpy(joined + length, text, part);
        length += part;
        check_holds(file, size, joined, length);
    }
    size = gzipped_add(file, size, ROOM, "", 0, &ways[0]);
    check_holds(file, size, joined, length);
}

/* Cut anywhere it ends early; cut between two members it is the first. */
static void test_cut(void **state)
{
    (void)state;
    for (size_t w = 0; w < COUNT(ways); w++) {
        size_t first = gzipped_add(file, 0, ROOM, sample, sizeof sample - 1, &ways[w]);
        size_t size =
            gzipped_add(file, first, ROOM, sample, sizeof sample - 1, &ways[w]);

        for (size_t cut = 0; cut < size; cut++)
            if (cut != first)
                check_refused(file, cut, LARGE, "ends early");
        check_holds(file, first, sample, sizeof sample - 1);
    }
}

/* Any bit changed: told, or the same text (the date, say). Never another one. */
static void test_damage(void **state)
{
    size_t told = 0, same = 0;

    (void)state;
    for (size_t w = 0; w < COUNT(ways); w++) {
        size_t size = gzipped_add(file, 0, ROOM, sample, sizeof sample - 1, &ways[w]);

        for (size_t bit = 0; bit < 8 * size; bit++) {
            char *out = NULL;
            const char *reason = "";
            size_t got = 0;
            int status;

            file[bit / 8] ^= (unsigned char)(1 << bit % 8);
            status = gunzip(file, size, LARGE, &out, &got, &reason);
            if (status == SWEEP_OK) {
                check_true(got == sizeof sample - 1 && memcmp(out, sample, got) == 0,
                           "bit %zu of way %zu: another text", bit, w);
                memory_free(out);
                same++;
            } else {
                check_true(
                    status == SWEEP_INPUT && (strcmp(reason, "is damaged") == 0 ||
                                              strcmp(reason, "ends early") == 0),
                    "bit %zu of way %zu: status %d, '%s'", bit, w, status, reason);
                told++;
            }
            file[bit / 8] ^= (unsigned char)(1 << bit % 8);
        }
    }
    /* At least the 4 bytes of the date, the flags of speed and the system are free. */
    check_true(same >= 5 * 40, "%zu changes of no effect", same);
    check_true(told > 5 * 8 * (sizeof sample / 2), "%zu changes told", told);
}

/* Something that is no member after the last one: told. One byte says too little. */
static void test_garbage(void **state)
{
    size_t size = gzipped_add(file, 0, ROOM, sample, sizeof sample - 1, &ways[0]);

    (void)state;
    memcpy(file + size, "+1 1:1\n", 7);
    check_refused(file, size + 1, LARGE, "ends early");
    for (size_t more = 2; more <= 7; more++)
        check_refused(file, size + more, LARGE, "is damaged");
    check_refused((const unsigned char *)sample, sizeof sample - 1, LARGE,
                  "is damaged");
}

/* Of zeros at the end, which tapes and disks leave there, the text is never another. */
static void test_padding(void **state)
{
    size_t size = gzipped_add(file, 0, ROOM, sample, sizeof sample - 1, &ways[0]);

    (void)state;
    memset(file + size, 0, 600);
    for (size_t more = 1; more <= 600; more += 37) {
        char *out = NULL;
        const char *reason = NULL;
        size_t got = 0;
        int status = gunzip(file, size + more, LARGE, &out, &got, &reason);

        check_true(status == SWEEP_INPUT ||
                       (status == SWEEP_OK && got == sizeof sample - 1 &&
                        memcmp(out, sample, got) == 0),
                   "%zu zeros: status %d", more, status);
        if (status == SWEEP_OK)
            memory_free(out);
    }
}

static void test_limit(void **state)
{
    static char zeros[LARGE];
    size_t length = sizeof sample - 1;
    size_t size = gzipped_add(file, 0, ROOM, sample, length, &ways[0]);
    size_t large, empty;
    char *out = NULL;
    const char *reason = NULL;
    size_t got = 0;

    (void)state;
    for (size_t most = 0; most < length; most++)
        check_refused(file, size, most, "holds more than is read");
    check_equal(gunzip(file, size, length, &out, &got, &reason), SWEEP_OK);
    check_equal(got, length);
    memory_free(out);
    size = gzipped_add(file, size, ROOM, sample, length, &ways[0]);
    check_refused(file, size, 2 * length - 1, "holds more than is read");
    check_equal(gunzip(file, size, 2 * length, &out, &got, &reason), SWEEP_OK);
    memory_free(out);
    empty = gzipped_add(file, 0, ROOM, "", 0, &ways[0]);
    check_equal(gunzip(file, empty, 0, &out, &got, &reason), SWEEP_OK);
    check_equal(got, 0);
    memory_free(out);
    large = gzipped_add(file, 0, ROOM, zeros, LARGE, &ways[0]);
    check_refused(file, large, 1000, "holds more than is read");
    check_refused(file, large, LARGE - 1, "holds more than is read");
}

/* Every allocation fails once. */
static void test_memory(void **state)
{
    static char text[300000];
    size_t size;
    long k = 0;

    (void)state;
    memset(text, 'x', sizeof text);
    size = gzipped_add(file, 0, ROOM, text, sizeof text, &ways[0]);
    for (;; k++) {
        char *out = NULL;
        const char *reason = NULL;
        size_t got = 0;
        int status;

        memory_fail_after(k);
        status = gunzip(file, size, LARGE, &out, &got, &reason);
        memory_fail_after(-1);
        if (status == SWEEP_OK) {
            check_equal(got, sizeof text);
            memory_free(out);
            break;
        }
        check_true(status == SWEEP_NO_MEMORY && k < 1000, "allocation %ld: status %d",
                   k, status);
    }
    check_true(k > 0, "nothing was allocated");
}

static void test_cases(void **state)
{
    (void)state;
    check_count_at_least(4800);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_is),      cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_members), cmocka_unit_test(test_cut),
        cmocka_unit_test(test_damage),  cmocka_unit_test(test_garbage),
        cmocka_unit_test(test_padding), cmocka_unit_test(test_limit),
        cmocka_unit_test(test_memory),  cmocka_unit_test(test_cases),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
