/* fitted.h - lines that fit the width of a terminal: broken at blanks, the rest of a
 * line indented. Elsewhere lines stay as they are.
 *
 *     struct fitted f;
 *     FILE *stream = fitted_open(&f, stdout);
 *     fprintf(stream, ...);
 *     fitted_close(&f);
 */
#ifndef SWEEP_FITTED_H
#define SWEEP_FITTED_H

#include <stddef.h>
#include <stdio.h>

struct fitted {
    FILE *to, *stream; /* the same when nothing is to be broken */
    char *text;
    size_t size;
};

/* Where to print; never NULL. */
FILE *fitted_open(struct fitted *f, FILE *to);

/* Now it goes out. */
void fitted_close(struct fitted *f);

#endif
