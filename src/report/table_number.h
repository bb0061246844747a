/* table_number.h - numbers as a person reads them, in some markup. */
#ifndef SWEEP_TABLE_NUMBER_H
#define SWEEP_TABLE_NUMBER_H

#include <stdbool.h>
#include <stdio.h>

/* How a language writes numbers and words. */
struct markup {
    void (*word)(FILE *stream, const char *text);
    const char *math, *math_end;   /* around what is made of numbers */
    const char *plus_minus;        /* between a value and its error */
    const char *gap;               /* before an interval */
    const char *power, *power_end; /* around an exponent of ten */
    const char *undefined;
    bool values; /* the numbers go beside the texts: sheet.value */
};

/* All write one cell. A number as it was written, "1e-05". */
void number_put_text(FILE *stream, const struct markup *m, const char *text);

/* So many significant digits, whole numbers as they are; with its error, of two digits,
 * unless that is NAN. */
void number_put_error(FILE *stream, const struct markup *m, double value, double error,
                      int digits);

/* With an interval. */
void number_put_interval(FILE *stream, const struct markup *m, double value, double low,
                         double high, int digits);

#endif
