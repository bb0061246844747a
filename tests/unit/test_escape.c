/* What a stranger may call a file, in every language it goes into. */
#include "sweep/escape.h"

#include "check.h"
#include <stdlib.h>

typedef void put(FILE *stream, const char *text);

static void check_put(put *escape, const char *text, const char *expected)
{
    char *got = NULL;
    size_t size;
    FILE *stream = open_memstream(&got, &size);
    assert_non_null(stream);
    escape(stream, text);
    fclose(stream);
    check_text(got, expected);
    check_equal(strlen(got), size);
    free(got);
}

/* Letters stay; what cannot be seen is shown. */
static void test_line(void **state)
{
    static const char *const pairs[][2] = {
        {"", ""},
        {"3 vs 8, λ = 1·10⁻³ \\ \"'`$@|<>&", "3 vs 8, λ = 1·10⁻³ \\ \"'`$@|<>&"},
        {"a\nEOD\nsystem('id')\t#", "a\\nEOD\\nsystem('id')\\t#"},
        {"\033]0;title\007\033[2J\r", "\\x1b]0;title\\x07\\x1b[2J\\x0d"},
        {"\177 \302\205 \302\233[31m", "\\x7f \\u{85} \\u{9b}[31m"},
        {"\342\200\256gvs.exe\342\200\250", "\\u{202e}gvs.exe\\u{2028}"},
        {"\xff\xc3(\xe2\x82", "\\xff\\xc3(\\xe2\\x82"},        /* not begun, cut off */
        {"\xc0\xaf\xe0\x80\xaf", "\\xc0\\xaf\\xe0\\x80\\xaf"}, /* overlong */
        {"\xed\xa0\x80\xf4\x90\x80\x80", "\\xed\\xa0\\x80\\xf4\\x90\\x80\\x80"},
        {"\xf0\x9f\x98\x80 \xef\xbf\xbf", "\xf0\x9f\x98\x80 \\u{ffff}"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        check_put(escape_line, pairs[i][0], pairs[i][1]);
}

static void test_print(void **state)
{
    char *got = NULL;
    size_t size;
    FILE *stream = open_memstream(&got, &size);
    (void)state;
    assert_non_null(stream);
    escape_print(stream, "table: %s/%d\n", "a\nb\033[1m", 7);
    escape_print(stream, "%s", "");
    escape_print(stream, "\n");
    fclose(stream);
    check_text(got, "table: a\\nb\\x1b[1m/7\n\n");
    free(got);
}

/* The shell itself says what the word means. */
static void test_shell(void **state)
{
    static const char *const pairs[][2] = {
        {"sweeps/grid-1.yaml", "sweeps/grid-1.yaml"},
        {"my grid;touch X.yaml", "'my grid;touch X.yaml'"},
        {"$(id)`id`!~*?.yaml", "'$(id)`id`!~*?.yaml'"},
        {"it's", "'it'\\''s'"},
        {"", "''"},
        {"-rf", "./-rf"},
        {"- x", "./'- x'"},
        {"~root/x", "'~root/x'"},
        {"grün", "'grün'"},
        {"a\nb'\\\033\xff", "$'a\\012b\\'\\\\\\033\\377'"},
        {"\342\200\256x", "$'\\342\\200\\256x'"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        const char *dots = pairs[i][0][0] == '-' ? "./" : "";
        char said[256] = "", expected[256];
        char *word = escape_shell_word(pairs[i][0]);
        check_text(word, pairs[i][1]);
        check_put(escape_shell, pairs[i][0], pairs[i][1]);
        setenv("WORD", word, 1);
        FILE *shell = popen("bash -c 'eval \"printf %s $WORD\"'", "r");
        assert_non_null(shell);
        said[fread(said, 1, sizeof said - 1, shell)] = '\0';
        pclose(shell);
        snprintf(expected, sizeof expected, "%s%s", dots, pairs[i][0]);
        check_text(said, expected);
        free(word);
    }
}

static void test_languages(void **state)
{
    (void)state;
    check_put(escape_gnuplot, "a\"b\\c`id`\nd $x @y\001\xff",
              "\"a\\042b\\134c\\140id\\140\\nd $x @y\\134x01\\134xff\"");
    check_put(escape_gnuplot, "a]]>]]>", "\"a]]\u2060>]]\u2060>\"");
    check_put(escape_xml, "<a b=\"c\">&amp;'\n\001\xff\xef\xbf\xbe",
              "&lt;a b=&quot;c&quot;&gt;&amp;amp;&#39;\n\\x01\\xff\\u{fffe}");
    check_put(escape_json, "a\"b\\c\n\001\xff λ\342\200\250",
              "\"a\\\"b\\\\c\\u000a\\u0001\\ufffd λ\\u2028\"");
    check_put(escape_tsv, "plain", "plain");
    check_put(escape_tsv, "", "\"\"");
    check_put(escape_tsv, "3 vs\t8", "\"3 vs\\t8\"");
    check_put(escape_tsv, "a\"b\nc", "\"a\"\"b\\nc\"");
    check_put(escape_tsv, "#x", "\"#x\"");
    check_put(escape_csv, "3 vs 8", "3 vs 8");
    check_put(escape_csv, "a,\"b\n", "\"a,\"\"b\\n\"");
    check_put(escape_markdown, "a|b\\c<img src=x>`[x](y)&\n",
              "a\\|b\\\\c&lt;img src=x>\\`\\[x](y)&amp;\\\\n");
    check_put(escape_latex, "a_b^2 5%#$&{x}~\\input\n",
              "a\\_b\\textasciicircum{}2 5\\%\\#\\$\\&\\{x\\}"
              "\\textasciitilde{}\\textbackslash{}input\\textbackslash{}n");
    check_put(escape_latex, "[*] <|> \"",
              "{[}{*}] \\textless{}\\textbar{}"
              "\\textgreater{} \\string\"");
}

static void test_cases(void **state)
{
    (void)state;
    check_cases(93);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line),  cmocka_unit_test(test_print),
        cmocka_unit_test(test_shell), cmocka_unit_test(test_languages),
        cmocka_unit_test(test_cases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
