#include "sweep/escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* One letter of a text, or one byte that is none. */
struct letter {
    uint32_t code; /* the byte itself when it is no UTF-8 */
    size_t length; /* bytes */
    bool valid, shown;
};

static bool in_range(uint32_t code, uint32_t first, uint32_t last)
{
    return code >= first && code <= last;
}

/* Control characters; line and paragraph separators; marks of direction, which make a
 * text look like another; what XML does not know. */
static bool can_be_shown(uint32_t c)
{
    return !(c < 0x20 || in_range(c, 0x7f, 0x9f) || c == 0x61c ||
             in_range(c, 0x200e, 0x200f) || in_range(c, 0x2028, 0x202e) ||
             in_range(c, 0x2066, 0x2069) || c == 0xfeff ||
             in_range(c, 0xfff9, 0xfffb) || (c & 0xfffe) == 0xfffe);
}

static struct letter letter_at(const char *text)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *t = (const unsigned char *)text;
    size_t length = t[0] < 0x80   ? 1
                    : t[0] < 0xc0 ? 0
                    : t[0] < 0xe0 ? 2
                    : t[0] < 0xf0 ? 3
                                  : 4;
    uint32_t code = length > 1 ? t[0] & (0x7fu >> length) : t[0];
    bool valid = length > 0 && t[0] < 0xf8;
    for (size_t i = 1; i < length && valid; i++) {
        valid = (t[i] & 0xc0) == 0x80; /* the end of the text is not */
        code = code << 6 | (t[i] & 0x3fu);
    }
    if (!valid || code < least[length] || code > 0x10ffff ||
        in_range(code, 0xd800, 0xdfff))
        return (struct letter){.code = t[0], .length = 1};
    return (struct letter){code, length, true, can_be_shown(code)};
}

/* A letter that cannot be shown. `backslash` is how the language writes one. */
static void put_hidden(FILE *stream, struct letter l, const char *backslash)
{
    fputs(backslash, stream);
    if (l.valid && l.code == '\n')
        putc('n', stream);
    else if (l.valid && l.code == '\t')
        putc('t', stream);
    else if (l.code < 0x80 || !l.valid)
        fprintf(stream, "x%02x", (unsigned)l.code);
    else
        fprintf(stream, "u{%x}", (unsigned)l.code);
}

/* How a language writes one of its special characters; NULL: as it is. */
typedef const char *special_form(char c);

static void put_part(FILE *stream, const char *text, const char *end,
                     special_form *form)
{
    const char *backslash = form ? form('\\') : NULL;
    const char *plain = text; /* from here on letters stay as they are */
    for (struct letter l; text < end; text += l.length) {
        l = letter_at(text);
        const char *special = form && l.length == 1 ? form(*text) : NULL;
        if (!special && l.shown)
            continue;
        fwrite(plain, 1, (size_t)(text - plain), stream);
        plain = text + l.length;
        if (special)
            fputs(special, stream);
        else
            put_hidden(stream, l, backslash ? backslash : "\\");
    }
    fwrite(plain, 1, (size_t)(text - plain), stream);
}

static void put_text(FILE *stream, const char *text, special_form *form)
{
    put_part(stream, text, text + strlen(text), form);
}

void escape_line(FILE *stream, const char *text)
{
    put_text(stream, text, NULL);
}

void escape_vprint(FILE *stream, const char *format, va_list arguments)
{
    char *text;
    int length = vasprintf(&text, format, arguments);
    if (length < 0) {
        fputs("out of memory\n", stream);
        return;
    }
    bool ends = length > 0 && text[length - 1] == '\n';
    if (ends)
        text[length - 1] = '\0';
    escape_line(stream, text);
    if (ends)
        putc('\n', stream);
    free(text);
}

void escape_print(FILE *stream, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    escape_vprint(stream, format, arguments);
    va_end(arguments);
}

static bool is_safe_in_shell(const char *path)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "0123456789_@%+:,./-";
    return *path && path[strspn(path, safe)] == '\0';
}

static const char *in_single_quotes(char c)
{
    return c == '\'' ? "'\\''" : NULL;
}

/* Bytes, not letters: what a file is called is bytes. */
static void put_ansi_quoted(FILE *stream, const char *path)
{
    fputs("$'", stream);
    for (struct letter l; *path; path += l.length) {
        l = letter_at(path);
        if (*path == '\'' || *path == '\\')
            fprintf(stream, "\\%c", *path);
        else if (l.shown)
            fwrite(path, 1, l.length, stream);
        else
            for (size_t i = 0; i < l.length; i++)
                fprintf(stream, "\\%03o", (unsigned char)path[i]);
    }
    putc('\'', stream);
}

static bool can_all_be_shown(const char *text)
{
    for (struct letter l; *text; text += l.length) {
        l = letter_at(text);
        if (!l.shown)
            return false;
    }
    return true;
}

void escape_shell(FILE *stream, const char *path)
{
    fputs(*path == '-' ? "./" : "", stream);
    if (is_safe_in_shell(path)) {
        fputs(path, stream);
    } else if (!can_all_be_shown(path)) {
        put_ansi_quoted(stream, path);
    } else {
        putc('\'', stream);
        put_text(stream, path, in_single_quotes);
        putc('\'', stream);
    }
}

char *escape_shell_word(const char *path)
{
    char *word = NULL;
    size_t size;
    FILE *stream = open_memstream(&word, &size);
    if (!stream)
        return NULL;
    escape_shell(stream, path);
    if (fclose(stream) == 0)
        return word;
    free(word);
    return NULL;
}

/* A ` runs a command. */
static const char *in_gnuplot(char c)
{
    return c == '"'    ? "\\042"
           : c == '\\' ? "\\134"
           : c == '`'  ? "\\140"
           : c == '\n' ? "\\n"
                       : NULL;
}

/* Of ]]> gnuplot leaves the > as it is in an SVG, where XML forbids that: a joiner,
 * which nobody sees, parts them. */
void escape_gnuplot(FILE *stream, const char *text)
{
    putc('"', stream);
    for (const char *mark; (mark = strstr(text, "]]>")); text = mark + 2) {
        put_part(stream, text, mark + 2, in_gnuplot);
        fputs("\u2060", stream);
    }
    put_text(stream, text, in_gnuplot);
    putc('"', stream);
}

static const char *in_xml(char c)
{
    return c == '&'    ? "&amp;"
           : c == '<'  ? "&lt;"
           : c == '>'  ? "&gt;"
           : c == '"'  ? "&quot;"
           : c == '\'' ? "&#39;"
           : c == '\n' ? "\n"
                       : NULL;
}

void escape_xml(FILE *stream, const char *text)
{
    put_text(stream, text, in_xml);
}

void escape_json(FILE *stream, const char *text)
{
    putc('"', stream);
    for (struct letter l; *text; text += l.length) {
        l = letter_at(text);
        if (!l.valid)
            fputs("\\ufffd", stream);
        else if (!l.shown && l.code < 0x10000)
            fprintf(stream, "\\u%04x", (unsigned)l.code);
        else {
            fputs(*text == '"' || *text == '\\' ? "\\" : "", stream);
            fwrite(text, 1, l.length, stream);
        }
    }
    putc('"', stream);
}

static const char *doubled_quote(char c)
{
    return c == '"' ? "\"\"" : NULL;
}

static void put_field(FILE *stream, const char *text, const char *specials)
{
    bool quoted = !*text || strpbrk(text, specials);
    fputs(quoted ? "\"" : "", stream);
    put_text(stream, text, doubled_quote);
    fputs(quoted ? "\"" : "", stream);
}

void escape_yaml(FILE *stream, const char *text, size_t length)
{
    putc('\'', stream);
    for (; length > 0; text++, length--)
        fprintf(stream, *text == '\'' ? "''" : "%c", *text);
    putc('\'', stream);
}

void escape_tsv(FILE *stream, const char *text)
{
    put_field(stream, text, " \"#");
}

void escape_csv(FILE *stream, const char *text)
{
    put_field(stream, text, ",\"");
}

static const char *in_markdown(char c)
{
    switch (c) {
    case '|':
        return "\\|";
    case '\\':
        return "\\\\";
    case '`':
        return "\\`";
    case '*':
        return "\\*";
    case '[':
        return "\\[";
    case '<':
        return "&lt;";
    case '&':
        return "&amp;";
    default:
        return NULL;
    }
}

void escape_markdown(FILE *stream, const char *text)
{
    put_text(stream, text, in_markdown);
}

/* Behind the end of a row a [ or * would be an argument of it. */
static const char *in_latex(char c)
{
    static const char *const forms[] = {
        ['\\'] = "\\textbackslash{}",
        ['^'] = "\\textasciicircum{}",
        ['~'] = "\\textasciitilde{}",
        ['<'] = "\\textless{}",
        ['>'] = "\\textgreater{}",
        ['|'] = "\\textbar{}",
        ['"'] = "\\string\"",
        ['{'] = "\\{",
        ['}'] = "\\}",
        ['$'] = "\\$",
        ['&'] = "\\&",
        ['#'] = "\\#",
        ['_'] = "\\_",
        ['%'] = "\\%",
        ['['] = "{[}",
        ['*'] = "{*}",
    };
    unsigned char i = (unsigned char)c;
    return i < sizeof forms / sizeof *forms ? forms[i] : NULL;
}

void escape_latex(FILE *stream, const char *text)
{
    put_text(stream, text, in_latex);
}
