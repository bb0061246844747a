#include "gnuplot_parts.h"

#include "sweep/text.h"
#include <ctype.h>
#include <math.h>
#include <string.h>

/* Longer numbers are shortened to four digits. */
enum { LONG_NUMBER = 8 };

/* The letter that a word spells; NULL: none. */
static const char *greek_letter(const char *word, size_t length)
{
    static const char *const letters[][2] = {
        {"eps", "ε"}, {"delta", "δ"}, {"tau", "τ"}, {"theta", "θ"}, {"rho", "ρ"},
        {"psi", "ψ"}, {"phi", "φ"},   {"eta", "η"}, {"mu", "μ"},    {"lambda", "λ"},
    };
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (strlen(letters[i][0]) == length &&
            strncmp(word, letters[i][0], length) == 0)
            return letters[i][1];
    return NULL;
}

char *text_greek(char *buffer, size_t size, const char *text)
{
    size_t used = 0;
    bool name = false; /* behind a '_', where letters are part of a name */
    while (*text) {
        size_t length = 0;
        while (isalpha((unsigned char)text[length]))
            length++;
        const char *letter = name ? NULL : greek_letter(text, length);
        name = *text == '_';
        length = length > 0 ? length : 1;
        size_t bytes = letter ? strlen(letter) : length;
        if (used + bytes + 1 > size)
            break;
        memcpy(buffer + used, letter ? letter : text, bytes);
        used += bytes;
        text += length;
    }
    buffer[used] = '\0';
    return buffer;
}

size_t text_wrap(char *text, size_t width)
{
    size_t lines = 1, column = 0, since = 0; /* letters on this line, after the blank */
    char *blank = NULL;                      /* the last one on this line */
    for (char *c = text; *c; c++) {
        column += text_starts_letter(*c);
        since += text_starts_letter(*c);
        bool equation = c[1] == '=' || (c > text && c[-1] == '=');
        if ((*c == ' ' && !equation) || *c == '\n') {
            blank = c;
            since = 0;
        }
        if (*c == '\n' || (column > width && blank)) {
            *blank = '\n';
            blank = NULL;
            column = since;
            lines++;
        }
    }
    return lines;
}

char *text_name(char *buffer, size_t size, const char *name, const char *symbol,
                const char *unit)
{
    char greek[64];
    snprintf(buffer, size, "%s%s%s%s%s%s", name, *symbol ? " " : "",
             text_greek(greek, sizeof greek, symbol), *unit ? " [" : "", unit,
             *unit ? "]" : "");
    return buffer;
}

char *text_value(const struct figure *f, enum parameter p, double value, char *buffer,
                 size_t size)
{
    grid_format(f->cells->grid, p, value, buffer, size);
    if (isnan(value))
        snprintf(buffer, size, "not set");
    else if (strlen(buffer) > LONG_NUMBER &&
             (parameter_table[p].type == PARAMETER_REAL ||
              parameter_table[p].type == PARAMETER_INTEGER))
        snprintf(buffer, size, "%.4g", value);
    return buffer;
}

char *text_combination(const struct figure *f, const struct figure_list *list,
                       size_t cell, bool bare, char *buffer, size_t size)
{
    struct setting s;
    grid_cell(f->cells->grid, cell, &s);
    buffer[0] = '\0';
    for (size_t i = 0; i < list->count; i++) {
        enum parameter p = list->parameter[i];
        size_t used = strlen(buffer);
        char value[256];
        text_value(f, p, s.value[p], value, sizeof value);
        snprintf(buffer + used, size - used, "%s%s%s%s", i > 0 ? ", " : "",
                 bare ? "" : parameter_table[p].name, bare ? "" : " = ", value);
    }
    return buffer;
}

char *text_power(double value, char *buffer, size_t size)
{
    int power = (int)floor(log10(value) + 1e-9);
    double front = value / pow(10, power), two_digits = round(10 * front) / 10;
    if (fabs(front - 1) < 1e-6 && value != 1)
        snprintf(buffer, size, "10^{%d}", power);
    else if (power >= -3 && power <= 3)
        snprintf(buffer, size, "%.4g", value);
    else if (two_digits < 10)
        snprintf(buffer, size, "%.2g·10^{%d}", two_digits, power);
    else
        snprintf(buffer, size, "10^{%d}", power + 1);
    return buffer;
}
