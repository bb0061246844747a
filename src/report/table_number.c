#include "table_number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_SIZE = 400 };

/* "1.234e-05", or without an exponent where that is as short. */
static void write_number(double value, int digits, char *text, size_t size)
{
    enum { LEAST = -5, MOST = 6 }; /* exponents that are not written */
    if (value == round(value) && fabs(value) < 1e6) {
        snprintf(text, size, "%.0f", value + 0.0); /* no -0 */
        return;
    }
    snprintf(text, size, "%.*e", digits - 1, value);
    const char *e = strchr(text, 'e');
    long exponent = e ? strtol(e + 1, NULL, 10) : 0; /* no e: inf */
    if (!e || exponent < LEAST || exponent >= MOST)
        return;
    int decimals = digits - 1 - (int)exponent;
    snprintf(text, size, "%.*f", decimals > 0 ? decimals : 0, value);
}

static void put_digits(FILE *stream, const struct markup *m, const char *text)
{
    size_t length = strcspn(text, "e");
    fprintf(stream, "%.*s", (int)length, text);
    if (text[length])
        fprintf(stream, "%s%ld%s", m->power, strtol(text + length + 1, NULL, 10),
                m->power_end);
}

static void put_part(FILE *stream, const struct markup *m, double value, int digits)
{
    char text[NUMBER_SIZE];
    write_number(value, digits, text, sizeof text);
    if (isnan(value))
        fputs(m->undefined, stream);
    else
        put_digits(stream, m, text);
}

void number_put_text(FILE *stream, const struct markup *m, const char *text)
{
    fputs(m->math, stream);
    put_digits(stream, m, text);
    fputs(m->math_end, stream);
}

void number_put_error(FILE *stream, const struct markup *m, double value, double error,
                      int digits)
{
    char text[NUMBER_SIZE];
    enum { ERROR_DIGITS = 2 };
    if (isnan(value)) {
        fputs(m->undefined, stream);
        return;
    }
    fputs(m->math, stream);
    write_number(value, digits, text, sizeof text);
    const char *e = strchr(text, 'e');
    if (isnan(error))
        put_digits(stream, m, text);
    else if (e) { /* one exponent for both */
        long exponent = strtol(e + 1, NULL, 10);
        fprintf(stream, "(%.*s%s", (int)(e - text), text, m->plus_minus);
        put_part(stream, m, error / pow(10, (double)exponent), ERROR_DIGITS);
        fprintf(stream, ")%s%ld%s", m->power, exponent, m->power_end);
    } else {
        fprintf(stream, "%s%s", text, m->plus_minus);
        put_part(stream, m, error, ERROR_DIGITS);
    }
    fputs(m->math_end, stream);
}

void number_put_interval(FILE *stream, const struct markup *m, double value, double low,
                         double high, int digits)
{
    int fewer = digits > 3 ? digits - 2 : 2; /* of the ends */
    if (isnan(value)) {
        fputs(m->undefined, stream);
        return;
    }
    fputs(m->math, stream);
    put_part(stream, m, value, digits > fewer ? digits - 1 : digits);
    fprintf(stream, "%s[", m->gap);
    put_part(stream, m, low, fewer);
    fputs(", ", stream);
    put_part(stream, m, high, fewer);
    fprintf(stream, "]%s", m->math_end);
}
