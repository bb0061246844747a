#include "sweep/platform.h"

#include "step.h"
#include <cblas.h>
#include <stdio.h>
#include <string.h>

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

bool platform_serial_blas(void)
{
    openblas_set_num_threads(1);
    return openblas_get_num_threads() == 1;
}

const char *platform_kernel(void)
{
    return openblas_get_corename();
}

char *platform_library(char *buffer, size_t size)
{
    const char *words = openblas_get_config(); /* its name, its version, its options */
    size_t name = strcspn(words, " ");
    size_t length = name + strspn(words + name, " ");
    length += strcspn(words + length, " ");
    snprintf(buffer, size, "%.*s", (int)length, words);
    return buffer;
}

const char *platform_other_kernel(const char *in_use)
{
#ifdef __x86_64__
    /* Zen's kernels are Haswell's. */
    bool haswell = strcmp(in_use, "Haswell") == 0 || strcmp(in_use, "Zen") == 0;
    if (!strstr(openblas_get_config(), "DYNAMIC_ARCH"))
        return NULL;
    if (!haswell && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return "Haswell";
    if (strcmp(in_use, "Nehalem") != 0 && __builtin_cpu_supports("sse4.2"))
        return "Nehalem";
    return strcmp(in_use, "Prescott") != 0 ? "Prescott" : NULL;
#else
    (void)in_use;
    return NULL;
#endif
}

char *platform_text(char *buffer, size_t size)
{
    snprintf(buffer, size, "step %s; blas %s; cpu %s; %s %s", step_variant(),
             platform_kernel(), cpu_family(), COMPILER, BUILD);
    return buffer;
}

static bool both_begin(const char *there, const char *here, const char *word)
{
    size_t length = strlen(word);
    return strncmp(there, word, length) == 0 && strncmp(here, word, length) == 0;
}

char *platform_way_back(const char *there, const char *here, const char *command,
                        char *buffer, size_t size)
{
    const char *kernel = NULL;
    bool other = false;
    while (*there != '\0' || *here != '\0') {
        size_t m = strcspn(there, ";\n"), n = strcspn(here, ";");
        bool same = m == n && memcmp(there, here, m) == 0;
        if (!same && both_begin(there, here, "blas "))
            kernel = there + strlen("blas ");
        else if (!same && !both_begin(there, here, "answer "))
            other = true;
        there += m + strspn(there + m, "; ");
        here += n + strspn(here + n, "; ");
        if (*there == '\n')
            there = "";
    }
    if (other)
        snprintf(buffer, size,
                 "use a CPU of that family and a program built like that");
    else if (kernel)
        snprintf(buffer, size,
                 "use its BLAS kernel: OPENBLAS_CORETYPE=%.*s sweep %s ...",
                 (int)strcspn(kernel, ";"), kernel, command);
    else
        snprintf(buffer, size, "use the same versions of the libraries");
    return buffer;
}
