/* The grammar is checked by hand, because strtod also takes blanks, hexadecimal, nan
 * and inf. Whole numbers never pass through a double: 2^53 + 1 and 1.5e1 are exact. */
#include "sweep/parse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Enough for any exponent that text in memory can make up for with zeros. */
static const long EXPONENT_MAX = 1000000000000L;

/* Longer words than this get no suggestion. */
enum { WORD_MAX = 63 };

/* A text that follows the grammar, in its parts. */
struct decimal {
    bool negative;
    const char *whole; /* whole_count > 0 digits */
    size_t whole_count;
    const char *fraction; /* fraction_count digits, none without a point */
    size_t fraction_count;
    long exponent; /* no further from 0 than about EXPONENT_MAX */
};

static size_t count_digits(const char *text)
{
    return strspn(text, "0123456789");
}

/* [eE][+-]?[0-9]+ at text, or nothing: returns what follows it, NULL on bad syntax. */
static const char *scan_exponent(const char *text, long *exponent)
{
    bool negative;
    long value = 0;

    *exponent = 0;
    if (*text != 'e' && *text != 'E')
        return text;
    text++;
    negative = *text == '-';
    if (*text == '+' || *text == '-')
        text++;
    if (count_digits(text) == 0)
        return NULL;
    for (size_t left = count_digits(text); left > 0; left--, text++)
        if (value < EXPONENT_MAX)
            value = 10 * value + (*text - '0');
    *exponent = negative ? -value : value;
    return text;
}

/* Whether the whole text is one number. */
static bool scan_decimal(const char *text, struct decimal *number)
{
    *number = (struct decimal){.negative = *text == '-'};
    if (number->negative)
        text++;

    number->whole = text;
    number->whole_count = count_digits(text);
    if (number->whole_count == 0 || (*text == '0' && number->whole_count > 1))
        return false;
    text += number->whole_count;

    if (*text == '.') {
        number->fraction = text + 1;
        number->fraction_count = count_digits(text + 1);
        if (number->fraction_count == 0)
            return false;
        text += 1 + number->fraction_count;
    }

    text = scan_exponent(text, &number->exponent);
    return text && *text == '\0';
}

/* Digit i of whole and fraction together. */
static unsigned decimal_digit(const struct decimal *number, size_t i)
{
    char digit = i < number->whole_count ? number->whole[i]
                                         : number->fraction[i - number->whole_count];

    return (unsigned)(digit - '0');
}

enum parse_result parse_real(const char *text, double *value)
{
    struct decimal number;
    double real;
    char *end;

    if (!scan_decimal(text, &number))
        return PARSE_SYNTAX;
    real = strtod(text, &end);
    if (*end != '\0') /* a locale with a decimal comma */
        return PARSE_SYNTAX;
    if (isinf(real))
        return PARSE_OVERFLOW;
    *value = real;
    return PARSE_OK;
}

enum parse_result parse_leading(const char *text, const char **end, double *value)
{
    const char *digits = text + (*text == '+' || *text == '-');
    size_t whole = count_digits(digits), fraction = 0;
    const char *rest = digits + whole;
    const char *tail;
    char *read;
    long exponent;

    if (*rest == '.') {
        fraction = count_digits(rest + 1);
        rest += 1 + fraction;
    }
    if (whole + fraction == 0)
        return PARSE_SYNTAX;
    tail = scan_exponent(rest, &exponent);
    *end = tail ? tail : rest;
    *value = strtod(text, &read);
    if (read != *end) /* hexadecimal, or a locale with a decimal comma */
        return PARSE_SYNTAX;
    return isinf(*value) ? PARSE_OVERFLOW : PARSE_OK;
}

enum parse_result parse_unsigned(const char *text, uint64_t *value)
{
    struct decimal number;
    uint64_t result = 0;
    size_t count; /* digits up to the last that is not 0 */
    long zeros;   /* to be written behind these; < 0: the point is among them */

    if (!scan_decimal(text, &number))
        return PARSE_SYNTAX;
    count = number.whole_count + number.fraction_count;
    while (count > 0 && decimal_digit(&number, count - 1) == 0)
        count--;
    zeros = (long)number.whole_count + number.exponent - (long)count;
    if (count > 0) {
        if (number.negative || zeros < 0)
            return PARSE_INTEGRAL;
        for (size_t i = 0; i < count + (size_t)zeros; i++) {
            unsigned digit = i < count ? decimal_digit(&number, i) : 0;

            if (__builtin_mul_overflow(result, 10, &result) ||
                __builtin_add_overflow(result, digit, &result))
                return PARSE_OVERFLOW;
        }
    }
    *value = result;
    return PARSE_OK;
}

enum parse_result parse_boolean(const char *text, bool *value)
{
    bool truth = strcmp(text, "true") == 0;

    if (!truth && strcmp(text, "false") != 0)
        return PARSE_SYNTAX;
    *value = truth;
    return PARSE_OK;
}

const char *parse_explain(enum parse_result result)
{
    switch (result) {
    case PARSE_OK:
        return "is a number";
    case PARSE_SYNTAX:
        return "is not a number";
    case PARSE_OVERFLOW:
        return "is too large";
    case PARSE_INTEGRAL:
        return "is not a whole number of 0 or more";
    }
    return "is not understood";
}

static size_t fewer(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many insertions, deletions, replacements and swaps of neighbours turn a into b,
 * no place being edited twice (optimal string alignment). Both at most WORD_MAX long.
 */
static size_t edit_distance(const char *a, const char *b)
{
    size_t rows = strlen(a), columns = strlen(b);
    size_t d[WORD_MAX + 1][WORD_MAX + 1]; /* of the first i of a to the first j of b */

    for (size_t i = 0; i <= rows; i++) {
        for (size_t j = 0; j <= columns; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            d[i][j] = fewer(fewer(d[i - 1][j], d[i][j - 1]) + 1,
                            d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = fewer(d[i][j], d[i - 2][j - 2] + 1);
        }
    }
    return d[rows][columns];
}

const char *parse_suggest(const char *word, size_t count,
                          const char *(*name)(size_t i, const void *context),
                          const void *context)
{
    size_t length = strlen(word);
    size_t limit = length < 3 ? 1 : length / 3;
    const char *nearest = NULL;

    if (length > WORD_MAX)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        const char *candidate = name(i, context);
        size_t distance;

        if (strlen(candidate) > WORD_MAX)
            continue;
        distance = edit_distance(word, candidate);
        if (distance <= limit) {
            nearest = candidate;
            if (distance == 0)
                break;
            limit = distance - 1;
        }
    }
    return nearest;
}
