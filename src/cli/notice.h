/* notice.h - what a grid alone says about the results it can give. */
#ifndef SWEEP_NOTICE_H
#define SWEEP_NOTICE_H

#include "sweep/grid.h"
#include <stdio.h>

/* Without polish, training leaves a model with kinks beside them: where a cell does so,
 * one line on what that means for its results. Else nothing. */
void print_notice(FILE *stream, const struct grid *g);

#endif
