/* template.h - a grid file to start from: every key with what it is for, and it runs. */
#ifndef SWEEP_TEMPLATE_H
#define SWEEP_TEMPLATE_H

#include <stdio.h>

void print_template(FILE *stream, const char *name);

#endif
