#include "cli.h"

#include "sweep/terminal.h"
#include "sweep/text.h"

/* Bytes of a cell; blanks between two; letters of a column in which a text is broken,
 * at least; how far it is indented where there is no such room. */
enum { MOST_COLUMNS = 16, CELL = 1024, GAP = 2, LEAST = 30, INDENT = 4 };

struct shape {
    size_t columns, aligned; /* the others are broken */
    size_t width[MOST_COLUMNS];
    size_t start; /* letters before what is broken */
    size_t room;  /* letters of a line */
    bool below;   /* what is broken begins a line */
};

typedef void write_cell(size_t row, size_t column, char *buffer, size_t size);

static void measure_cells(struct shape *s, size_t rows, write_cell *cell)
{
    char text[CELL];
    for (size_t row = 0; row < rows; row++)
        for (size_t column = 0; column < s->columns; column++) {
            cell(row, column, text, sizeof text);
            if (text_letters(text) > s->width[column])
                s->width[column] = text_letters(text);
        }
}

/* The last column is broken if it has room for that, else all that do not fit go below
 * those that do. */
static void choose_shape(struct shape *s)
{
    size_t last = s->columns - 1;
    for (size_t k = 0; k < last; k++)
        s->start += s->width[k] + GAP;
    s->aligned = last;
    if (s->start + s->width[last] <= s->room || s->start + LEAST <= s->room)
        return;
    s->below = true;
    while (s->aligned > 1 && s->start > s->room + GAP)
        s->start -= s->width[--s->aligned] + GAP;
    s->start = INDENT;
}

static void print_row(FILE *stream, const struct shape *s, size_t row, write_cell *cell)
{
    char text[CELL], rest[MOST_COLUMNS * CELL];
    size_t used = 0;
    for (size_t k = 0; k < s->aligned; k++) {
        cell(row, k, text, sizeof text);
        bool ends = s->below && k + 1 == s->aligned;
        size_t blanks = ends ? 0 : s->width[k] + GAP - text_letters(text);
        fprintf(stream, "%s%*s", text, (int)blanks, "");
    }
    for (size_t k = s->aligned; k < s->columns; k++) {
        cell(row, k, text, sizeof text);
        used += (size_t)snprintf(rest + used, sizeof rest - used, "%s%s",
                                 k > s->aligned ? "  " : "", text);
    }
    if (s->below)
        fprintf(stream, "\n%*s", INDENT, "");
    text_break(stream, rest, s->room - s->start, s->start, s->room - s->start);
}

void print_aligned(FILE *stream, size_t rows, size_t columns,
                   void (*cell)(size_t row, size_t column, char *buffer, size_t size))
{
    struct shape s = {.columns = columns, .room = SIZE_MAX};
    if (terminal_is(stream))
        s.room = terminal_width(stream) - 1;
    measure_cells(&s, rows, cell);
    choose_shape(&s);
    for (size_t row = 0; row < rows; row++)
        print_row(stream, &s, row, cell);
}
