#include "sweep/platform.h"

#include "step.h"
#include <cblas.h>
#include <stdio.h>

#ifdef __clang__
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

#ifdef __OPTIMIZE__
#define BUILD "optimized"
#else
#define BUILD "not optimized"
#endif

/* exp and log of the C library differ with and without fused multiply-add. */
static const char *cpu_family(void)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx512f"))
        return "fma avx2 avx512";
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return "fma avx2";
    return "x86-64";
#else
    return "other";
#endif
}

char *platform_text(char *buffer, size_t size)
{
    snprintf(buffer, size, "step %s; blas %s; cpu %s; %s %s", step_variant(),
             openblas_get_corename(), cpu_family(), COMPILER, BUILD);
    return buffer;
}
