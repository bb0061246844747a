/* npy.h - arrays as NumPy .npy files (format 1.0, little endian, C order). */
#ifndef SWEEP_NPY_H
#define SWEEP_NPY_H

#include "sweep/status.h"
#include <stddef.h>

/* Write DIRECTORY/NAME.npy, whole or not at all: float64. shape has `dimensions` (1 or
 * 2) entries. SWEEP_OK, SWEEP_IO, SWEEP_NO_MEMORY, reported in log. */
int npy_write_real(const char *directory, const char *name, const double *data,
                   const size_t *shape, size_t dimensions, struct diagnostics *log);

/* The same for `count` indices, 0-based as NumPy's: int64. */
int npy_write_index(const char *directory, const char *name, const size_t *data,
                    size_t count, struct diagnostics *log);

#endif
