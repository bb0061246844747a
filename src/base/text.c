#include "sweep/text.h"
#include <string.h>

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

/* Bytes of the line that fit, up to a blank; a longer word stays whole. */
static size_t bytes_that_fit(const char *line, size_t width)
{
    size_t letters = 0, end = 0, i = 0;
    for (; line[i]; i++) {
        if (line[i] == ' ' && i > 0) {
            if (letters > width)
                return end > 0 ? end : i;
            end = i;
        }
        letters += text_starts_letter(line[i]);
    }
    return letters <= width || end == 0 ? i : end;
}

void text_break(FILE *to, const char *line, size_t first, size_t indent, size_t rest)
{
    size_t end = bytes_that_fit(line, first);
    fprintf(to, "%.*s\n", (int)end, line);
    for (line += end; *line; line += end) {
        line += strspn(line, " ");
        end = bytes_that_fit(line, rest);
        fprintf(to, "%*s%.*s\n", (int)indent, "", (int)end, line);
    }
}
