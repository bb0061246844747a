/* table_sheet.h - a table for people, as texts in rows and columns.
 *
 * What stands in one cell of an aggregate's table is one text here: a mean with its
 * error, a rate with its interval. The texts are in the language of a markup, ready to
 * be put between the separators of a format.
 */
#ifndef SWEEP_TABLE_SHEET_H
#define SWEEP_TABLE_SHEET_H

#include "table_number.h"
#include "table_parts.h"

struct sheet {
    size_t rows, columns; /* without the heads */
    size_t keys;          /* the first columns, which name a row */
    char **text;          /* (rows + 1, columns): row 0 is the heads */
    char **group;         /* (columns) what it is a part of; NULL: no groups; equal
                             pointers: the same group. Of keys: NULL */
    bool *word;           /* (columns) no numbers */
    double *value; /* (rows, columns) of the numbers, if the markup has use for them;
                      NAN: undefined, or a word */
    char *pool;    /* where the texts are */
    char *note;    /* one line, below the table */
};

/* SWEEP_OK, SWEEP_NO_MEMORY; release in any case. */
int sheet_build(struct sheet *s, const struct aggregate *a, const struct grid *g,
                const struct table_style *style, const struct markup *markup);

/* Behind the last column of the group of column k. */
size_t sheet_group_end(const struct sheet *s, size_t k);

const char *sheet_text(const struct sheet *s, size_t row, size_t column);

void sheet_release(struct sheet *s);

#endif
