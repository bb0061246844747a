#include "sweep/escape.h"
#include "sweep/memory.h"
#include "sweep/text.h"
#include "table_sheet.h"
#include <string.h>

static const struct markup plain = {.word = escape_line,
                                    .math = "",
                                    .math_end = "",
                                    .plus_minus = " \u00b1 ",
                                    .gap = " ",
                                    .power = "e",
                                    .power_end = "",
                                    .undefined = "-"};

enum { GAP = 2 };

/* The columns of a part of a sheet: its keys, and those from first to end. */
struct part {
    const struct sheet *sheet;
    const size_t *width; /* letters of each column of the sheet */
    size_t first, end;
};

/* The first column that is not one of the part that begins at `first`: at least one is
 * in it. */
static size_t fitting(const struct sheet *s, const size_t *width, size_t first,
                      size_t room)
{
    size_t used = 0, end = first;
    for (size_t k = 0; k < s->keys; k++)
        used += width[k] + GAP;
    while (end < s->columns && (end == first || used + width[end] <= room))
        used += width[end++] + GAP;
    return end;
}

static void put_blanks(FILE *stream, size_t count)
{
    fprintf(stream, "%*s", (int)count, "");
}

/* Words to the left, numbers to the right; no blanks at the end of a line. */
static void put_line(FILE *stream, const struct part *p, size_t row)
{
    const struct sheet *s = p->sheet;
    size_t owed = 0;
    for (size_t k = 0; k < p->end; k = k + 1 == s->keys ? p->first : k + 1) {
        const char *text = sheet_text(s, row, k);
        size_t letters = text_letters(text), blanks = p->width[k] - letters;
        if (letters > 0) {
            put_blanks(stream, owed + (s->word[k] ? 0 : blanks));
            fputs(text, stream);
            owed = s->word[k] ? blanks : 0;
        } else {
            owed += blanks;
        }
        owed += GAP;
    }
    putc('\n', stream);
}

/* What several columns are a part of, above the first of them. */
static void put_groups(FILE *stream, const struct part *p)
{
    const struct sheet *s = p->sheet;
    size_t start = 0, at = 0; /* of the column, of the pen */
    for (size_t k = 0; k < s->keys; k++)
        start += p->width[k] + GAP;
    for (size_t k = p->first; k < p->end; start += p->width[k++] + GAP) {
        if (k > p->first && s->group[k] == s->group[k - 1])
            continue;
        size_t blanks = start > at ? start - at : at > 0;
        put_blanks(stream, blanks);
        fputs(s->group[k], stream);
        at += blanks + text_letters(s->group[k]);
    }
    putc('\n', stream);
}

/* The last column of a group takes what its name needs. */
static void widen_groups(const struct sheet *s, size_t *width)
{
    size_t room = 0;
    for (size_t k = s->keys; k < s->columns; k++) {
        bool last = k + 1 == s->columns || s->group[k + 1] != s->group[k];
        size_t letters = text_letters(s->group[k]);
        if (last && room + width[k] < letters)
            width[k] = letters - room;
        room = last ? 0 : room + width[k] + GAP;
    }
}

static void measure_columns(const struct sheet *s, size_t *width)
{
    for (size_t k = 0; k < s->columns; k++)
        width[k] = 0;
    for (size_t row = 0; row <= s->rows; row++)
        for (size_t k = 0; k < s->columns; k++) {
            size_t letters = text_letters(sheet_text(s, row, k));
            width[k] = letters > width[k] ? letters : width[k];
        }
}

static void put_sheet(FILE *stream, const struct sheet *s, const size_t *width,
                      size_t room)
{
    struct part p = {.sheet = s, .width = width, .end = s->keys};
    do {
        p.first = p.end;
        p.end = fitting(s, width, p.first, room);
        if (p.first > s->keys)
            putc('\n', stream);
        if (s->group)
            put_groups(stream, &p);
        for (size_t row = 0; row <= s->rows; row++)
            put_line(stream, &p, row);
    } while (p.end < s->columns);
    putc('\n', stream);
    text_break(stream, s->note, room, 0, room);
}

int table_write_text(FILE *stream, const struct aggregate *a, const struct grid *g,
                     const struct table_style *style)
{
    struct sheet s;
    size_t *width = NULL;
    int status = sheet_build(&s, a, g, style, &plain);
    if (status == SWEEP_OK) {
        width = memory_array(s.columns, sizeof *width);
        status = width ? SWEEP_OK : SWEEP_NO_MEMORY;
    }
    if (status == SWEEP_OK) {
        measure_columns(&s, width);
        if (s.group)
            widen_groups(&s, width);
        put_sheet(stream, &s, width,
                  style && style->width > 0 ? style->width : SIZE_MAX);
    }
    memory_free(width);
    sheet_release(&s);
    return status;
}
