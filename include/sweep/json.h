/* json.h - numbers, texts and settings as JSON. */
#ifndef SWEEP_JSON_H
#define SWEEP_JSON_H

#include "sweep/grid.h"
#include <stdbool.h>
#include <stdio.h>

/* The text in quotes. */
void json_text(FILE *stream, const char *text);

/* null for what is not finite: JSON knows no infinity and no NaN. */
void json_number(FILE *stream, double value);

/* The name of an entry of an object inside another; no comma before the first. */
void json_name(FILE *stream, bool first, const char *name);

/* Every parameter: the entries of an object inside another. */
void json_setting(FILE *stream, const struct grid *g, const struct setting *s);

#endif
