/* platform.h - what may change the last bits of a result besides the grid: the kernels
 * chosen for this CPU, the instructions the mathematical library finds, the compiler.
 */
#ifndef SWEEP_PLATFORM_H
#define SWEEP_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>

/* One line: "step avx2; blas Haswell; cpu fma avx2; gcc 12.2.0 -O3 -march=haswell for
 * fma avx2; library OpenBLAS 0.3.21; gsl 2.7; libm 2.36 0c1a2b3c". The last word is of
 * the last bits of exp, log and their like: one version has them for several CPUs.
 * Returns buffer. */
char *platform_text(char *buffer, size_t size);

/* What differs between the first line of `there` and `here`: "compiler, libm". Returns
 * buffer. */
char *platform_differences(const char *there, const char *here, char *buffer,
                           size_t size);

/* How a program that calls itself `here` comes to compute as `there` did, the first
 * line of it; both may end in "; answer WORD", what a known trial gave. In buffer, "use
 * its BLAS kernel: OPENBLAS_CORETYPE=Haswell sweep run ..." when all else is equal. */
char *platform_way_back(const char *there, const char *here, const char *command,
                        char *buffer, size_t size);

/* Trials run one a thread, so BLAS must not start threads of its own. Returns whether
 * it obeys. */
bool platform_serial_blas(void);

/* The BLAS kernel in use, "Haswell", and its library, "OpenBLAS 0.3.21", in buffer. */
const char *platform_kernel(void);
char *platform_library(char *buffer, size_t size);

/* Another kernel than `in_use` that this CPU can run, for OPENBLAS_CORETYPE; NULL when
 * there is none, or OpenBLAS was built for one CPU. */
const char *platform_other_kernel(const char *in_use);

#endif
