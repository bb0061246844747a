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

void fitted_close(struct fitted *f)
{
    if (f->stream == f->to)
        return;
    fclose(f->stream);
    enum { INDENT = 4 };
    size_t width = terminal_width(f->to) - 1;
    for (char *rest = f->text; rest && *rest;)
        text_break(f->to, strsep(&rest, "\n"), width, INDENT, width - INDENT);
    free(f->text);
}
