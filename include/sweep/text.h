/* text.h - letters of UTF-8 texts.
 *
 * A letter is a code point: marks that are put on top of another letter count too.
 */
#ifndef SWEEP_TEXT_H
#define SWEEP_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Whether a byte is the first of a letter. */
bool text_starts_letter(char byte);

/* Letters, not bytes. */
size_t text_letters(const char *text);

#endif
