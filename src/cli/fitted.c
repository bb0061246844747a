#include "fitted.h"

#include "sweep/terminal.h"
#include "sweep/text.h"
#include <stdlib.h>
#include <string.h>

FILE *fitted_open(struct fitted *f, FILE *to)
{
    *f = (struct fitted){.to = to, .stream = to};
    FILE *memory = terminal_is(to) ? open_memstream(&f->text, &f->size) : NULL;
    if (memory)
        f->stream = memory;
    return f->stream;
}

/* Bytes of the line that fit, up to a blank; a longer word stays whole. */
static size_t fitting(const char *line, size_t width)
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

void fitted_break(FILE *to, const char *line, size_t first, size_t indent, size_t rest)
{
    size_t end = fitting(line, first);
    fprintf(to, "%.*s\n", (int)end, line);
    for (line += end; *line; line += end) {
        line += strspn(line, " ");
        end = fitting(line, rest);
        fprintf(to, "%*s%.*s\n", (int)indent, "", (int)end, line);
    }
}

void fitted_close(struct fitted *f)
{
    if (f->stream == f->to)
        return;
    fclose(f->stream);
    enum { INDENT = 4 };
    size_t width = terminal_width(f->to) - 1;
    for (char *rest = f->text; rest && *rest;)
        fitted_break(f->to, strsep(&rest, "\n"), width, INDENT, width - INDENT);
    free(f->text);
}
