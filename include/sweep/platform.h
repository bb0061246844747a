/* platform.h - what may change the last bits of a result besides the grid: the kernels
 * chosen for this CPU, the instructions the mathematical library finds, the compiler.
 */
#ifndef SWEEP_PLATFORM_H
#define SWEEP_PLATFORM_H

#include <stddef.h>

/* One line: "step avx2; blas Haswell; cpu fma avx2; gcc 12.2.0 optimized". Returns
 * buffer. */
char *platform_text(char *buffer, size_t size);

#endif
