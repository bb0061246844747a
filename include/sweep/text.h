/* text.h - letters of UTF-8 texts, and lines of so many.
 *
 * A letter is a code point: marks that are put on top of another letter count too.
 */
#ifndef SWEEP_TEXT_H
#define SWEEP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Whether a byte is the first of a letter. */
bool text_starts_letter(char byte);

/* Letters, not bytes. */
size_t text_letters(const char *text);

/* A line broken at blanks: `first` letters of it, then indented lines of `rest`. A longer
 * word stays whole. */
void text_break(FILE *to, const char *line, size_t first, size_t indent, size_t rest);

#endif
