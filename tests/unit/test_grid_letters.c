/* What letters the texts of a grid file may have: whatever is a control character, in
 * whatever way and place it is written, is refused there and alone. */
#include "check.h"
#include "sweep/grid_yaml.h"
#include <stdio.h>

/* Grid files whose only text in double quotes is the one at ^, line 4 or as given. */
static const struct place {
    const char *before, *after;
    size_t line, column;
} places[] = {
    {"name: \"", "\"\nseed: 7\nreplicates: 3\ngrid: {}\n", 1, 7},
    {"name: x\nseed: 7\nreplicates: 3\ngrid: {data: \"", "\"}\n", 4, 14},
    {"name: x\nseed: 7\nreplicates: 3\ngrid: {data: [a, \"", "\"]}\n", 4, 18},
    {"name: x\nseed: 7\nreplicates: 3\ngrid: {labels: \"", "\"}\n", 4, 16},
    {"name: x\nseed: 7\nreplicates: 3\ngrid: {\"", "\": 1}\n", 4, 8},
    {"name: x\nseed: 7\nreplicates: 3\n\"", "\": 1\ngrid: {}\n", 4, 1},
    {"name: x\nseed: 7\nreplicates: 3\nwhere: \"", "\"\ngrid: {}\n", 4, 8},
    {"name: x\nseed: 7\nreplicates: 3\nderive: {noise: \"", "\"}\ngrid: {}\n", 4, 17},
    {"name: x\nseed: 7\nreplicates: 3\ntable: {columns: [\"", "\"]}\ngrid: {}\n", 4,
     19},
    {"name: x\nseed: 7\nreplicates: 3\nsuccess: {eps: \"", "\"}\ngrid: {}\n", 4, 16},
    {"name: x\nseed: 7\nuntil: {max: 5}\nzip: [[\"", "\", width]]\ngrid: {}\n", 4, 8},
};
enum { PLACES = sizeof places / sizeof places[0] };

/* How the texts around a letter are written. */
static const char *const frames[][2] = {{"", ""}, {"1 ", ""}, {"", " > 1"}, {"a", "b"}};
enum { FRAMES = sizeof frames / sizeof frames[0] };

static void refuse(const struct place *p, const char *letter, const char *why)
{
    for (size_t k = 0; k < FRAMES; k++) {
        struct diagnostics log = {0};
        struct grid g;
        char text[256], expected[160], got[256] = "";
        size_t length = (size_t)snprintf(text, sizeof text, "%s%s%s%s%s", p->before,
                                         frames[k][0], letter, frames[k][1], p->after);

        check_equal(grid_read_text(&g, "x.yaml", text, length, &log), SWEEP_INPUT);
        check_equal(log.count, 1);
        if (log.count > 0)
            diagnostic_text(&log.item[0], got, sizeof got);
        snprintf(expected, sizeof expected, "x.yaml:%zu:%zu: error: %s", p->line,
                 p->column, why);
        check_text(got, expected);
        grid_release(&g);
        diagnostics_release(&log);
    }
}

static void escaped_controls(void **state)
{
    (void)state;
    for (unsigned c = 0; c < 0xa0; c++) {
        char letter[8], why[80];

        if (c >= ' ' && c < 0x7f)
            continue;
        snprintf(letter, sizeof letter, c % 2 ? "\\x%02x" : "\\u%04x", c);
        snprintf(why, sizeof why,
                 c == '\n' || c == '\r'
                     ? "a text must not hold a line break: write it on one line"
                     : "a text must not hold the control character U+%04X: remove it",
                 c);
        for (size_t i = 0; i < PLACES; i++)
            refuse(&places[i], letter, why);
    }
}

/* A tab stands in the file as it is. */
static void plain_controls(void **state)
{
    static const struct place block = {
        "name: x\nseed: 7\nreplicates: 3\ngrid: {}\nwhere: |\n  ", "\n", 5, 8};

    (void)state;
    for (size_t i = 0; i < PLACES; i++)
        refuse(&places[i], "a\tb",
               "a text must not hold the control character U+0009: remove it");
    refuse(&block, "a\tb",
           "a text must not hold the control character U+0009: remove it");
}

/* Line breaks of block scalars: blanks within, nothing at the end. */
static void block_scalars(void **state)
{
    static const char *const styles[] = {"|", ">", "|-", ">-", "|+", ">+"};

    (void)state;
    for (size_t k = 0; k < sizeof styles / sizeof styles[0]; k++) {
        struct diagnostics log = {0};
        struct grid g;
        char text[256];
        size_t length =
            (size_t)snprintf(text, sizeof text,
                             "name: %s\n  x\nseed: 7\nreplicates: 3\n"
                             "grid: {width: [2, 4]}\nwhere: %s\n  width\n   < 4\n\n"
                             "derive:\n  samples: %s\n    2 *\n    width\n\n",
                             styles[k], styles[k], styles[k]);

        check_equal(grid_read_text(&g, "x.yaml", text, length, &log), SWEEP_OK);
        check_equal(log.count, 0);
        check_text(g.name, "x");
        check_equal(g.cell_count, 1);
        struct setting s;
        grid_cell(&g, 0, &s);
        check_equal(s.value[P_SAMPLES], 4);
        grid_release(&g);
        diagnostics_release(&log);
    }
}

/* Bytes that are no UTF-8, and those no text file has, are found by position. */
static void no_text(void **state)
{
    static const char *const bytes[] = {
        "\xff",         "\x80",         "\xc0\x80",     "\xc1\xbf",
        "\xe0\x80\x80", "\xc3(",        "\xed\xa0\x80", "\xf4\x90\x80\x80",
        "\xe2\x82",     "\xf0\x9f\x98", "\xc2\x9b",     "\x1b",
        "\x7f",         "\x07"};

    (void)state;
    for (size_t i = 0; i < PLACES; i++)
        for (size_t k = 0; k < sizeof bytes / sizeof bytes[0]; k++) {
            const struct place *p = &places[i];
            struct diagnostics log = {0};
            struct grid g;
            char text[256];
            size_t length = (size_t)snprintf(text, sizeof text, "%sa%s%s", p->before,
                                             bytes[k], p->after);

            check_equal(grid_read_text(&g, "x.yaml", text, length, &log), SWEEP_INPUT);
            check_equal(log.count, 1);
            if (log.count > 0) {
                check_true(strncmp(log.item[0].message, "not plain text: ", 16) == 0,
                           "%s", log.item[0].message);
                check_equal(log.item[0].line, p->line);
                check_true(log.item[0].column >= p->column + 2 &&
                               log.item[0].column <= p->column + 2 + strlen(bytes[k]),
                           "column %zu", log.item[0].column);
            }
            diagnostics_release(&log);
        }
}

/* Other letters, and a byte-order mark in front, are read. */
static void letters(void **state)
{
    static const char text[] = "\xef\xbb\xbfname: x\nseed: 7\nreplicates: 3\n"
                               "grid: {data: [mixture, \"\\xa0\xc3\xa9\\u20ac~ \"]}\n";
    struct diagnostics log = {0};
    struct grid g;

    (void)state;
    check_equal(grid_read_text(&g, "x.yaml", text, sizeof text - 1, &log), SWEEP_INPUT);
    check_equal(log.count, 1);
    check_text(log.item[0].message,
               "cannot read the data in '\xc2\xa0\xc3\xa9\xe2\x82\xac~ ': No such file "
               "or directory");
    diagnostics_release(&log);
}

static void all_cases_ran(void **state)
{
    (void)state;
    check_cases((65 + 1) * PLACES * FRAMES * 3 + FRAMES * 3 + 6 * 5 + PLACES * 14 * 5 +
                3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escaped_controls), cmocka_unit_test(plain_controls),
        cmocka_unit_test(block_scalars),    cmocka_unit_test(no_text),
        cmocka_unit_test(letters),          cmocka_unit_test(all_cases_ran),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
