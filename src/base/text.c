#include "sweep/text.h"

bool text_starts_letter(char byte)
{
    return ((unsigned char)byte & 0xC0) != 0x80;
}

size_t text_letters(const char *text)
{
    size_t letters = 0;
    for (; *text; text++)
        letters += text_starts_letter(*text);
    return letters;
}
