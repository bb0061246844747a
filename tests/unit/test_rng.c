/* Known answers: the vectors distributed with Random123, and for the keyed streams ones
 * from a separate implementation on arbitrary-precision integers. */
#include "sweep/rng.h"

#include "check.h"

#include <gsl/gsl_randist.h>
#include <stdio.h>
#include <string.h>

#include <Random123/philox.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static gsl_rng *stream_of(struct rng_key key)
{
    gsl_rng *rng = gsl_rng_alloc(rng_philox);

    rng_start(rng, key);
    return rng;
}

static void check_key(struct rng_key key, uint64_t first, uint64_t second)
{
    check_equal(key.word[0], first);
    check_equal(key.word[1], second);
}

static bool same_key(struct rng_key a, struct rng_key b)
{
    return a.word[0] == b.word[0] && a.word[1] == b.word[1];
}

static void test_known_blocks(void **state)
{
    static const struct {
        uint64_t counter[4], key[2], block[4];
    } cases[] = {
        {{0, 0, 0, 0},
         {0, 0},
         {0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b,
          0x7e68b68aec7ba23b}},
        {{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX},
         {UINT64_MAX, UINT64_MAX},
         {0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6,
          0xa09caebf594f0ba0}},
        {{0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0,
          0x082efa98ec4e6c89},
         {0x452821e638d01377, 0xbe5466cf34e90c6c},
         {0xa528f45403e61d95, 0x38c72dbd566e9788, 0xa5a1610e72fd18b5,
          0x57bd43b5e52b7fe6}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        philox4x64_ctr_t counter;
        philox4x64_key_t key;

        memcpy(counter.v, cases[i].counter, sizeof counter.v);
        memcpy(key.v, cases[i].key, sizeof key.v);
        counter = philox4x64(counter, key);
        for (size_t j = 0; j < 4; j++)
            check_equal(counter.v[j], cases[i].block[j]);
    }
}

static struct rng_key some_key(void)
{
    struct rng_key key = rng_key_word(rng_key_start(), 20251016);

    key = rng_key_text(key, "step_scale \xc3\xa4 16");
    return rng_key_real(key, 1e6);
}

static void test_known_keys(void **state)
{
    struct rng_key none = rng_key_start();

    (void)state;
    check_key(none, 0, 0);
    check_key(rng_key_word(none, 1), 0x1e0db161b34703d0, 0xdc40f33189780383);
    check_key(rng_key_text(none, ""), 0x1036e39633fb9b1d, 0x9af91221c3743314);
    check_key(rng_key_text(none, "dimension"), 0xcb6d95daed75445e, 0x6cd4135c76ec2849);
    check_key(rng_key_real(none, -0.2), 0x505abfd77cf691de, 0x876466567e31229a);
    check_key(some_key(), 0x2d997415983814d5, 0x83e3d443fd6c6987);
}

/* Words low half first, and doubles from whole words, over three blocks. */
static void test_known_stream(void **state)
{
    static const uint64_t words[] = {
        0x779cb9e72faa6fe9, 0x80eed37af80ea28c, 0xe4af0f403fcffedd, 0xab56cbed817ba1ee,
        0xfafd42a31c029a51, 0x7dcc1481b540b3f4, 0xad155ea874c66fe3, 0xa8f7565b3af6a6c2,
        0x223da6f45cb2fa7c, 0xb73b0ca01ee89719, 0x1b7896c812d54d00, 0x0cfba7929a071741};
    gsl_rng *rng = stream_of(some_key());

    (void)state;
    for (size_t i = 0; i < COUNT(words); i++) {
        check_equal(gsl_rng_get(rng), words[i] & 0xffffffff);
        check_equal(gsl_rng_get(rng), words[i] >> 32);
    }
    rng_start(rng, some_key());
    for (size_t i = 0; i < COUNT(words); i++)
        check_same_bits(gsl_rng_uniform(rng), ldexp((double)(words[i] >> 11), -53));

    gsl_rng_set(rng, 0); /* the first distributed vector */
    check_equal(gsl_rng_get(rng), 0xca36314c);
    check_equal(gsl_rng_get(rng), 0x16554d9e);
    gsl_rng_set(rng, 5);
    uint64_t first = gsl_rng_get(rng);
    rng_start(rng, (struct rng_key){{5, 0}});
    check_equal(gsl_rng_get(rng), first);

    check_text(gsl_rng_name(rng), "philox");
    check_equal(gsl_rng_min(rng), 0);
    check_equal(gsl_rng_max(rng), 0xffffffff);
    gsl_rng_free(rng);
}

/* What differs in meaning differs in key. */
static void test_different_keys(void **state)
{
    enum { LENGTHS = 20, VALUES = 200, KEYS = 2 * LENGTHS + 2 * VALUES + 5 };
    static const char zeros[LENGTHS];
    struct rng_key none = rng_key_start(), keys[KEYS];
    size_t n = 0;

    (void)state;
    for (size_t i = 0; i < LENGTHS; i++) { /* zero padding is not content */
        keys[n++] = rng_key_bytes(none, zeros, i);
        keys[n++] = rng_key_bytes(none, "aaaaaaaaaaaaaaaaaaaa", i + 1);
    }
    for (size_t i = 0; i < VALUES; i++) {
        keys[n++] = rng_key_word(none, i);
        keys[n++] = rng_key_real(none, 0.1 * (double)(i + 1));
    }
    keys[n++] = none;
    keys[n++] = rng_key_text(rng_key_text(none, "ab"), "c");
    keys[n++] = rng_key_text(rng_key_text(none, "a"), "bc");
    keys[n++] = rng_key_text(rng_key_text(none, "c"), "ab");
    keys[n++] = rng_key_text(none, "abc");
    check_equal(n, KEYS);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            check_true(!same_key(keys[i], keys[j]), "keys %zu and %zu agree", i, j);

    check_true(!same_key(rng_key_word(rng_key_word(none, 1), 2),
                         rng_key_word(rng_key_word(none, 2), 1)),
               "the order of words does not matter");
    check_true(
        !same_key(rng_key_real(none, 1.0), rng_key_real(none, nextafter(1.0, 2.0))),
        "the last bit does not matter");
    check_true(!same_key(rng_key_real(none, 1.0), rng_key_real(none, -1.0)),
               "the sign does not matter");
}

static void test_equal_keys(void **state)
{
    struct rng_key none = rng_key_start();

    (void)state;
    check_true(same_key(rng_key_real(none, -0.0), rng_key_real(none, 0.0)),
               "-0.0 is not 0.0");
    check_true(same_key(rng_key_text(none, "width"), rng_key_bytes(none, "width", 5)),
               "a text is not its bytes");
}

/* A copy and a stored stream go on where the first one stands: inside a block. */
static void test_copies(void **state)
{
    gsl_rng *rng = stream_of(rng_key_text(rng_key_start(), "copies"));
    gsl_rng *stored = gsl_rng_alloc(rng_philox);
    gsl_rng *copy;
    FILE *file = tmpfile();

    (void)state;
    for (int i = 0; i < 13; i++)
        gsl_rng_get(rng);
    copy = gsl_rng_clone(rng);
    check_equal(gsl_rng_fwrite(file, rng), 0);
    rewind(file);
    check_equal(gsl_rng_fread(file, stored), 0);
    for (int i = 0; i < 100; i++) {
        uint64_t word = gsl_rng_get(rng);

        check_equal(gsl_rng_get(copy), word);
        check_equal(gsl_rng_get(stored), word);
    }
    fclose(file);
    gsl_rng_free(rng);
    gsl_rng_free(stored);
    gsl_rng_free(copy);
}

/* However many are asked for at a time, and whatever was drawn before: GSL's normals,
 * and the stream goes on where they end. */
static void test_normals(void **state)
{
    (void)state;
    enum { MOST = 700, ROUNDS = 2000 };
    gsl_rng *rng = stream_of(rng_key_text(rng_key_start(), "normals"));
    gsl_rng *plain = gsl_rng_clone(rng);
    double x[MOST];
    size_t different = 0;
    for (size_t round = 0; round < ROUNDS; round++) {
        size_t count = gsl_rng_uniform_int(rng, round % 2 ? MOST : 20);
        different += count != gsl_rng_uniform_int(plain, round % 2 ? MOST : 20);
        rng_normals(rng, x, count);
        for (size_t i = 0; i < count; i++)
            different += !check_is_same_bits(x[i], gsl_ran_gaussian_ziggurat(plain, 1));
    }
    check_equal(different, 0);
    gsl_rng_free(rng);
    gsl_rng_free(plain);
}

static void test_cases(void **state)
{
    (void)state;
    check_cases(12 + 12 + 42 + 98794 + 2 + 202 + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_blocks), cmocka_unit_test(test_known_keys),
        cmocka_unit_test(test_known_stream), cmocka_unit_test(test_different_keys),
        cmocka_unit_test(test_equal_keys),   cmocka_unit_test(test_copies),
        cmocka_unit_test(test_normals),      cmocka_unit_test(test_cases),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
