/* escape.h - text on its way into another language; the only place where that is done.
 *
 * Names of files, words of a data file, what a database says: all of it may come from a
 * stranger. Every function writes `text` so that it is a text there, and nothing else.
 *
 * To see a text is to read it letter by letter: a control character, a byte that is not
 * UTF-8, a mark that turns the direction of writing is shown as \n, \t, \x1b or
 * \u{202e}. That is done everywhere but in JSON, which has its own form for them.
 */
#ifndef SWEEP_ESCAPE_H
#define SWEEP_ESCAPE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

/* One line of a terminal, a log or a comment. */
void escape_line(FILE *stream, const char *text);

/* printf for the same; a line end that ends the text stays one. */
void escape_print(FILE *stream, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void escape_vprint(FILE *stream, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

/* The name of a file as one word of a shell command: as it is, 'in quotes', or
 * $'with \n' (bash, zsh, ksh). What starts with - gets ./ before it. */
void escape_shell(FILE *stream, const char *path);

/* The same in memory from malloc; NULL: no memory. */
char *escape_shell_word(const char *path);

/* A gnuplot string, with its double quotes. Line ends stay line ends. */
void escape_gnuplot(FILE *stream, const char *text);

/* Text or an attribute's value in XML, SVG and HTML; line ends stay line ends. */
void escape_xml(FILE *stream, const char *text);

/* A JSON string, with its quotes; what is not UTF-8 becomes U+FFFD. */
void escape_json(FILE *stream, const char *text);

/* A YAML scalar in single quotes. */
void escape_yaml(FILE *stream, const char *text, size_t length);

/* A field of a TSV file: in double quotes where gnuplot needs them. */
void escape_tsv(FILE *stream, const char *text);

/* A field of a CSV file (RFC 4180): in double quotes where needed, which are doubled.
 */
void escape_csv(FILE *stream, const char *text);

/* A cell of a Markdown table. */
void escape_markdown(FILE *stream, const char *text);

/* Text of a LaTeX document, a cell of a table too. */
void escape_latex(FILE *stream, const char *text);

#endif
