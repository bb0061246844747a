#include "check.h"

#include "sweep/keys.h"

enum { KEYS = 5000 };

/* Keys whose first words agree in their last 20 bits, so that all want one slot. */
static struct rng_key crowded(uint64_t i)
{
    return (struct rng_key){{i << 20, ~i}};
}

/* Numbers are in the order of first arrival, through every growth of the table. */
static void test_order(void **state)
{
    struct key_set keys = {0};
    (void)state;
    for (uint64_t i = 0; i < KEYS; i++) {
        check_equal(keys_number(&keys, rng_key_word(rng_key_start(), i)), i);
        check_equal(keys_number(&keys, rng_key_word(rng_key_start(), i / 2)), i / 2);
    }
    check_equal(keys.count, KEYS);
    keys_release(&keys);
    check_equal(keys.count, 0);
}

/* Neither word alone makes two keys one; 0 is a key. */
static void test_crowd(void **state)
{
    struct key_set keys = {0};
    (void)state;
    for (uint64_t i = 0; i < 200; i++)
        check_equal(keys_number(&keys, crowded(i)), i);
    for (uint64_t i = 200; i-- > 0;)
        check_equal(keys_number(&keys, crowded(i)), i);
    check_equal(keys_number(&keys, (struct rng_key){{0, 1}}), 200);
    check_equal(keys_number(&keys, (struct rng_key){{1 << 20, ~0ull}}), 201);
    check_equal(keys_number(&keys, (struct rng_key){{0, 0}}), 202);
    check_equal(keys_number(&keys, (struct rng_key){{0, 0}}), 202);
    keys_release(&keys);
}

static void test_cases(void **state)
{
    (void)state;
    check_cases(2 * KEYS + 2 + 404);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_crowd),
        cmocka_unit_test(test_cases),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
