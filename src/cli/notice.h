/* notice.h - what is to be known about results before they are read. */
#ifndef SWEEP_NOTICE_H
#define SWEEP_NOTICE_H

#include "sweep/grid.h"
#include "sweep/store.h"
#include <stdio.h>

/* Without polish, training leaves a model with kinks beside them: where a cell does so,
 * one line on what that means for its results. Else nothing. */
void print_notice(FILE *stream, const struct grid *g);

/* What the grid says it is for: "note: TEXT\n", or nothing. */
void print_note(FILE *stream, const struct grid *g);

/* One line where the results of a folder are of another model version than this program's;
 * else nothing. */
void print_model_notice(FILE *stream, const char *directory, struct store *s);

#endif
