#include "gnuplot_parts.h"

#include "sweep/text.h"
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Longer numbers are shortened to four digits. */
enum { LONG_NUMBER = 8 };

/* The exponents of so many lines stand below each other. */
enum { FITS_APART = 6 };

/* A blank at which no line ends. */
#define NO_BREAK "\u00a0"

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
    else if (strlen(buffer) > LONG_NUMBER && !parameter_has_words(p))
        snprintf(buffer, size, "%.4g", value);
    return buffer;
}

static char *put_combination(const struct figure *f, const struct figure_list *list,
                             size_t cell, bool bare, const bool *power, char *buffer,
                             size_t size)
{
    struct setting s;
    grid_cell(f->cells->grid, cell, &s);
    buffer[0] = '\0';
    for (size_t i = 0; i < list->count; i++) {
        enum parameter p = list->parameter[i];
        size_t used = strlen(buffer);
        char value[256];
        if (power && power[i] && s.value[p] > 0)
            text_power(s.value[p], value, sizeof value);
        else
            text_value(f, p, s.value[p], value, sizeof value);
        snprintf(buffer + used, size - used, "%s%s%s%s", i > 0 ? ", " : "",
                 bare ? "" : parameter_table[p].name, bare ? "" : " = ", value);
    }
    return buffer;
}

char *text_combination(const struct figure *f, const struct figure_list *list,
                       size_t cell, bool bare, char *buffer, size_t size)
{
    return put_combination(f, list, cell, bare, NULL, buffer, size);
}

/* Whose cell a line or facet has. */
static const struct figure *owner(const struct figure *f, const size_t *folder,
                                  size_t k)
{
    return f->folder_count > 0 ? f->folder[folder[k]].of : f;
}

/* Whether two digits are all of a number. */
static bool is_short(double value)
{
    double unit = pow(10, floor(log10(value)) - 1);
    return fabs(value / unit - round(value / unit)) < 1e-9;
}

/* Whether the values of a parameter in some cells are written as powers of ten: as
 * along an axis, but here nothing else would tell rounded ones apart. */
static bool shows_powers(const struct figure *f, enum parameter p, const size_t *cell,
                         const size_t *folder, size_t count)
{
    bool far = false;
    if (parameter_has_words(p))
        return false;
    for (size_t k = 0; k < count; k++) {
        struct setting s;
        grid_cell(owner(f, folder, k)->cells->grid, cell[k], &s);
        double value = s.value[p];
        if (value < 0 || (value > 0 && !is_short(value)))
            return false;
        far = far || value >= LARGE_NUMBER || (value > 0 && value <= SMALL_NUMBER);
    }
    return far;
}

/* Combination k of those in `cell`, with powers of ten. */
static char *put_powers(const struct figure *f, const struct figure_list *list,
                        const size_t *cell, const size_t *folder, size_t count,
                        size_t k, bool bare, char *buffer, size_t size)
{
    bool power[PARAMETER_COUNT];
    for (size_t i = 0; i < list->count; i++)
        power[i] = shows_powers(f, list->parameter[i], cell, folder, count);
    return put_combination(owner(f, folder, k), list, cell[k], bare, power, buffer,
                           size);
}

char *text_line(const struct figure *f, size_t line, char *buffer, size_t size)
{
    put_powers(f, &f->by, f->line_cell, f->line_folder, f->lines, line, true, buffer,
               size);
    size_t used = strlen(buffer);
    if (f->folder_count > 0)
        snprintf(buffer + used, size - used, "%s%s", used > 0 ? ", " : "",
                 f->folder[f->line_folder[line]].name);
    return buffer;
}

char *text_plain(char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++)
        if (*from != *POWER_CLOSE)
            *to++ = *from == *POWER_OPEN ? '^' : *from;
    *to = '\0';
    return text;
}

char *text_facet(const struct figure *f, size_t facet, char *buffer, size_t size)
{
    return put_powers(f, &f->facet, f->facet_cell, f->facet_folder, f->facets, facet,
                      false, buffer, size);
}

/* "−0.506 ± 0.014", with two digits of the half width. */
static void put_exponent(FILE *stream, const struct figure_fit *fit)
{
    bool half = isfinite(fit->half) && fit->half > 0;
    double late = half ? 1 - floor(log10(fit->half)) : 3;
    int digits = (int)fmin(fmax(late, 2), 6);
    if (isnan(fit->exponent))
        fputs("none", stream);
    else
        fprintf(stream, "%s%.*f", fit->exponent < 0 ? "−" : "", digits,
                fabs(fit->exponent));
    if (half)
        fprintf(stream, NO_BREAK "±" NO_BREAK "%.*f", digits, fit->half);
}

char *text_fits(const struct figure *f, size_t facet, size_t result, char *buffer,
                size_t size)
{
    const struct figure_fit *fit = f->fit + (result * f->facets + facet) * f->lines;
    bool apart = f->lines <= FITS_APART;
    FILE *stream = fmemopen(buffer, size, "w");
    if (!stream)
        return buffer;
    fprintf(stream, "exponent%s", f->lines == 1 ? " " : apart ? "s:\n" : "s: ");
    for (size_t k = 0; k < f->lines; k++) {
        char label[TEXT_SIZE];
        fputs(k == 0 ? "" : apart ? "\n" : "; ", stream);
        text_line(f, k, label, sizeof label);
        for (const char *c = label; *c && f->lines > 1; c++)
            fprintf(stream, *c == ' ' ? NO_BREAK : "%c", *c);
        fputs(f->lines > 1 ? ":" NO_BREAK : "", stream);
        put_exponent(stream, &fit[k]);
    }
    fclose(stream);
    buffer[size - 1] = '\0';
    return buffer;
}

char *text_power(double value, char *buffer, size_t size)
{
    int power = (int)floor(log10(value) + 1e-9);
    double front = value / pow(10, power), two_digits = round(10 * front) / 10;
    if (fabs(front - 1) < 1e-6 && value != 1)
        snprintf(buffer, size, "10" POWER_OPEN "%d" POWER_CLOSE, power);
    else if (power >= -3 && power <= 3)
        snprintf(buffer, size, "%.4g", value);
    else if (two_digits < 10)
        snprintf(buffer, size, "%.2g·10" POWER_OPEN "%d" POWER_CLOSE, two_digits,
                 power);
    else
        snprintf(buffer, size, "10" POWER_OPEN "%d" POWER_CLOSE, power + 1);
    return buffer;
}

bool text_has_power(const char *text)
{
    return strstr(text, POWER_OPEN) != NULL;
}

/* How LaTeX writes what the texts have beyond its own letters; NULL: as it is. */
static const char *latex_form(const char *text, size_t *length)
{
    static const char *const forms[][2] = {
        {"ε", "$\\varepsilon$"},
        {"δ", "$\\delta$"},
        {"τ", "$\\tau$"},
        {"θ", "$\\theta$"},
        {"ρ", "$\\rho$"},
        {"ψ", "$\\psi$"},
        {"φ", "$\\varphi$"},
        {"η", "$\\eta$"},
        {"μ", "$\\mu$"},
        {"λ", "$\\lambda$"},
        {"·", "$\\cdot$"},
        {"≤", "$\\leq$"},
        {"±", "$\\pm$"},
        {"−", "$-$"},
        {"↓", "$\\downarrow$"},
        {"²", "$^2$"},
        {NO_BREAK, "~"},
        {"\n", "\n"},
        {POWER_OPEN, "$^{"},
        {POWER_CLOSE, "}$"},
        {"\x11", "\\sweepsmall{}"},
        {"\x12", "\\sweeplarge{}"},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        *length = strlen(forms[i][0]);
        if (strncmp(text, forms[i][0], *length) == 0)
            return forms[i][1];
    }
    *length = 1;
    return NULL;
}

/* What stands for a text in the language of the labels, that of LaTeX or gnuplot's
 * enhanced one; the escaping of a gnuplot string comes behind it. */
static void put_latex(FILE *stream, const char *text)
{
    while (*text) {
        size_t plain = 0, length;
        const char *form = NULL;
        while (text[plain] && !(form = latex_form(text + plain, &length)))
            plain++;
        char *part = strndup(text, plain);
        if (part)
            escape_latex(stream, part);
        free(part);
        text += plain;
        if (form) {
            fputs(form, stream);
            text += length;
        }
    }
}

static void put_enhanced(FILE *stream, const char *text)
{
    for (; *text; text++) {
        if (*text == *POWER_OPEN)
            fputs("^{", stream);
        else if (*text == *POWER_CLOSE)
            putc('}', stream);
        else
            fprintf(stream, "%s%c", strchr("\\^_{}@&~", *text) ? "\\" : "", *text);
    }
}

void script_text(FILE *stream, const struct figure *f, const char *text, bool enhanced)
{
    char *written = NULL;
    size_t size;
    FILE *memory = f->latex || enhanced ? open_memstream(&written, &size) : NULL;
    if (memory) {
        (f->latex ? put_latex : put_enhanced)(memory, text);
        (void)!fclose(memory);
    }
    escape_gnuplot(stream, written ? written : text);
    free(written);
}
