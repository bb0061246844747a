/* npy_reader.h - a NumPy .npy file to a table of numbers.
 *
 * Formats 1, 2 and 3; arrays of one dimension (a column) or two (rows, columns), in C or
 * Fortran order, of either byte order; float32, float64, booleans and integers of 8 to 64
 * bits, those above 2^53 rounded. The header is data: it is compared with what NumPy
 * writes and never evaluated, and pickled objects are refused.
 */
#ifndef SWEEP_NPY_READER_H
#define SWEEP_NPY_READER_H

#include "sweep/status.h"
#include "sweep/tabular.h"
#include <stddef.h>

/* SWEEP_OK; SWEEP_INPUT: reported; SWEEP_NO_MEMORY. The table is released by the caller,
 * whatever comes back. */
int npy_read(struct tabular *out, const char *name, const char *bytes, size_t size,
             struct diagnostics *log);

#endif
