#include "check.h"

#include "sweep/names.h"

static const struct fruit {
    const char *name;
    double weight;
} fruits[] = {{"apple", 0.2}, {"pear", 0.3}, {"banana", 0.1}};
static const char *const words[] = {"apple", "pear"};

static const struct names all_fruits = {.what = "fruit", NAMES_OF(fruits)};
static const struct names shop_fruits = {
    .what = "fruit", .see = "the shop", NAMES_OF(fruits)};
static const struct names most_words = {
    .what = "word", .others = "a berry such as straw", NAMES_OF(words)};

static void test_find(void **state)
{
    (void)state;
    check_equal(all_fruits.count, 3);
    check_equal(names_find(&all_fruits, "apple"), 0);
    check_equal(names_find(&all_fruits, "banana"), 2);
    check_equal(names_find(&all_fruits, "Banana"), 3);
    check_equal(names_find(&most_words, "pear"), 1);
    check_text(names_at(&all_fruits, 2), "banana");
    check_text(names_near(&all_fruits, "bannana"), "banana");
    check_true(names_near(&all_fruits, "cherry") == NULL, "a cherry is near");
}

/* Symbols, initials, parts: in this order, and the first three. */
static void test_meant(void **state)
{
    static const struct {
        const char *name, *symbol;
    } rows[] = {{"step_size", "s"},  {"red_apple", "a"}, {"green_apple", "a"},
                {"old_apple", NULL}, {"apple_tree", ""}, {"sat", ""}};
    static const struct names table = {
        .what = "thing", NAMES_OF(rows), .symbols = true};
    static const struct {
        const char *word, *text;
    } cases[] = {
        {"s", " (did you mean 'step_size'?)"},
        {"a", " (did you mean 'red_apple' or 'green_apple'?)"},
        {"ss", " (did you mean 'step_size'?)"},
        {"at", " (did you mean 'sat'?)"},
        {"appl", " (did you mean 'red_apple', 'green_apple' or 'old_apple'?)"},
        {"siz", " (did you mean 'step_size'?)"},
        {"si", ""},
        {"ize", ""},
        {"", ""},
    };
    char text[99];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_text(names_suggestion(&table, cases[i].word, text, sizeof text),
                   cases[i].text);
    check_text(names_near(&table, "appl"), "red_apple");
}

static void test_list(void **state)
{
    char text[64], small[9];
    (void)state;
    check_text(names_list(&all_fruits, text, sizeof text), "apple, pear or banana");
    check_text(names_list(&most_words, text, sizeof text),
               "apple, pear, a berry such as straw");
    check_text(names_list(&all_fruits, small, sizeof small), "apple, p");
    check_text(names_list(&most_words, small, sizeof small), "apple, p");
}

static void test_unknown(void **state)
{
    struct diagnostics log = {0};
    (void)state;
    check_equal(names_unknown(&all_fruits, "aple", &log), SWEEP_INPUT);
    check_equal(names_unknown(&all_fruits, "cherry", &log), SWEEP_INPUT);
    check_equal(names_unknown(&shop_fruits, "cherry", &log), SWEEP_INPUT);
    check_equal(log.count, 3);
    check_text(log.item[0].message, "unknown fruit 'aple' (did you mean 'apple'?)");
    check_text(log.item[1].message,
               "unknown fruit 'cherry': use apple, pear or banana");
    check_text(log.item[2].message, "unknown fruit 'cherry'; see 'the shop'");
    diagnostics_release(&log);
}

static void test_take(void **state)
{
    struct diagnostics log = {0};
    bool taken[3] = {false};
    (void)state;
    check_equal(names_take(&all_fruits, "pear", taken, &log), 1);
    check_equal(names_take(&all_fruits, "apple", taken, &log), 0);
    check_equal(log.count, 0);
    check_equal(names_take(&all_fruits, "pear", taken, &log), 3);
    check_equal(names_take(&all_fruits, "pears", taken, &log), 3);
    check_equal(names_take(&all_fruits, "pear", NULL, &log), 1);
    check_equal(log.count, 2);
    check_text(log.item[0].message, "'pear' is asked for twice");
    check_text(log.item[1].message, "unknown fruit 'pears' (did you mean 'pear'?)");
    check_true(taken[0] && taken[1] && !taken[2], "not those two are taken");
    diagnostics_release(&log);
}

static void test_once(void **state)
{
    char a[] = "a", b[] = "b", other[] = "b";
    char *const list[] = {a, b, other, a};
    struct diagnostics log = {0};
    (void)state;
    check_equal(names_once(list, 2, &log), SWEEP_OK);
    check_equal(log.count, 0);
    check_equal(names_once(list, 4, &log), SWEEP_INPUT);
    check_equal(log.count, 2);
    check_text(log.item[0].message, "'b' is asked for twice");
    check_text(log.item[1].message, "'a' is asked for twice");
    diagnostics_release(&log);
}

static void test_cases(void **state)
{
    (void)state;
    check_cases(8 + 10 + 4 + 7 + 10 + 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find),  cmocka_unit_test(test_meant),
        cmocka_unit_test(test_list),  cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_take),  cmocka_unit_test(test_once),
        cmocka_unit_test(test_cases),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
