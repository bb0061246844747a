/* Rules between a setting, its data file and the file of its test points; part of
 * grid_data. */
#ifndef GRID_TESTS_H
#define GRID_TESTS_H

#include "sweep/grid_data.h"

/* `c` are the classes of the setting. As setting_check. */
int grid_tests_check(const struct grid_data *d, const struct grid_texts *t,
                     const struct setting *s, const struct grid_classes *c,
                     enum parameter *blame, char *buffer, size_t size);

#endif
