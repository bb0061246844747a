#include "sweep/json.h"

#include "sweep/escape.h"
#include <math.h>

void json_text(FILE *stream, const char *text)
{
    escape_json(stream, text);
}

void json_number(FILE *stream, double value)
{
    if (isfinite(value))
        fprintf(stream, "%.17g", value);
    else
        fputs("null", stream);
}

void json_name(FILE *stream, bool first, const char *name)
{
    fputs(first ? "\n    " : ",\n    ", stream);
    json_text(stream, name);
    fputs(": ", stream);
}

void json_setting(FILE *stream, const struct grid *g, const struct setting *s)
{
    char text[4096];
    for (enum parameter p = 0; p < PARAMETER_COUNT; p++) {
        json_name(stream, p == 0, parameter_table[p].name);
        grid_format(g, p, s->value[p], text, sizeof text);
        if (isnan(s->value[p]))
            fputs("null", stream);
        else if (parameter_is_text(p))
            json_text(stream, text);
        else
            fputs(text, stream);
    }
}
