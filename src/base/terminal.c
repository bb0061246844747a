#include "sweep/terminal.h"

#include "sweep/parse.h"
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool terminal_is(FILE *stream)
{
    const char *term = getenv("TERM");
    return isatty(fileno(stream)) && term && strcmp(term, "dumb") != 0;
}

size_t terminal_width(FILE *stream)
{
    enum { LEAST = 20, USUAL = 80 };
    const char *said = getenv("COLUMNS");
    struct winsize size;
    uint64_t width;
    if (ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        width = size.ws_col;
    else if (!said || parse_unsigned(said, &width) != PARSE_OK || width == 0)
        width = USUAL;
    return width < LEAST ? LEAST : (size_t)width;
}
