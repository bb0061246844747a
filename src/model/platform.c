#include "sweep/platform.h"

#include "step.h"
#include "sweep/rng.h"
#include <cblas.h>
#include <gsl/gsl_version.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif

#ifdef __clang__
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
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

/* What the compiler was allowed to use of a CPU. */
static const char *compiled_for(void)
{
#if defined(__AVX512F__)
    return " for avx512";
#elif defined(__AVX2__) && defined(__FMA__)
    return " for fma avx2";
#elif defined(__AVX2__)
    return " for avx2";
#elif defined(__FMA__)
    return " for fma";
#elif defined(__AVX__)
    return " for avx";
#else
    return "";
#endif
}

/* The mathematical library picks its functions by CPU, and by what it is told
 * (GLIBC_TUNABLES): the last bits of those used here, at values like those here. */
static uint64_t library_digest(void)
{
    struct rng_key key = rng_key_start();
    for (int i = 0; i < 4096; i++) {
        volatile double x = (i + 0.5) * 0.0076543; /* not at compile time */
        const double y[] = {exp(-x),      log(x),   log1p(exp(-x)),
                            pow(x, -0.2), log10(x), hypot(x, 1.),
                            cos(x),       sin(x),   exp(x / 4)};
        for (size_t k = 0; k < sizeof y / sizeof y[0]; k++)
            key = rng_key_real(key, y[k]);
    }
    return key.word[0];
}

static const char *library_version(void)
{
#ifdef __GLIBC__
    return gnu_get_libc_version();
#else
    return "";
#endif
}

char *platform_text(char *buffer, size_t size)
{
    char blas[64];
    snprintf(buffer, size,
             "step %s; blas %s; cpu %s; %s%s%s; library %s; gsl %s; libm %s %08x",
             step_variant(), platform_kernel(), cpu_family(), COMPILER, SWEEP_FLAGS,
             compiled_for(), platform_library(blas, sizeof blas), gsl_version,
             library_version(), (unsigned)library_digest());
    return buffer;
}

/* What the parts of a line are, by their first word; the compiler's has none. */
enum part { PART_STEP, PART_BLAS, PART_CPU, PART_LIBRARY, PART_ANSWER, PART_COMPILER };

static enum part part_of(const char *text)
{
    static const struct {
        const char *word;
        enum part part;
    } words[] = {{"step ", PART_STEP},    {"blas ", PART_BLAS},
                 {"cpu ", PART_CPU},      {"library ", PART_LIBRARY},
                 {"gsl ", PART_LIBRARY},  {"libm ", PART_LIBRARY},
                 {"answer ", PART_ANSWER}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strncmp(text, words[i].word, strlen(words[i].word)) == 0)
            return words[i].part;
    return PART_COMPILER;
}

/* The first parts of two lines, and whether they are the same; goes to the next ones.
 * False at the end. */
struct parts {
    const char *there, *here;
    bool same;
};

static bool next_parts(struct parts *p, const char **there, const char **here)
{
    p->there = *there;
    p->here = *here;
    size_t m = strcspn(*there, ";\n"), n = strcspn(*here, ";\n");
    p->same = m == n && memcmp(*there, *here, m) == 0;
    if (**there == '\0' && **here == '\0')
        return false;
    *there += m + strspn(*there + m, "; ");
    *here += n + strspn(*here + n, "; ");
    if (**there == '\n')
        *there = "";
    return true;
}

char *platform_differences(const char *there, const char *here, char *buffer,
                           size_t size)
{
    size_t used = 0;
    buffer[0] = '\0';
    for (struct parts p; next_parts(&p, &there, &here) && used < size;) {
        const char *part = *p.here ? p.here : p.there;
        if (p.same || part_of(part) == PART_ANSWER)
            continue;
        bool named = part_of(part) != PART_COMPILER;
        used += (size_t)snprintf(
            buffer + used, size - used, "%s%.*s", used > 0 ? ", " : "",
            named ? (int)strcspn(part, " ;") : 8, named ? part : "compiler");
    }
    return buffer;
}

char *platform_way_back(const char *there, const char *here, const char *command,
                        char *buffer, size_t size)
{
    const char *kernel = NULL;
    bool other = false, library = false;
    for (struct parts p; next_parts(&p, &there, &here);) {
        enum part part = part_of(p.there);
        if (p.same)
            continue;
        if (part != part_of(p.here))
            other = true;
        else if (part == PART_BLAS)
            kernel = p.there + strlen("blas ");
        else if (part == PART_LIBRARY)
            library = true;
        else
            other |= part != PART_ANSWER;
    }
    if (other)
        snprintf(buffer, size,
                 "use a CPU of that family and a program built like that");
    else if (kernel && !library)
        snprintf(buffer, size,
                 "use its BLAS kernel: OPENBLAS_CORETYPE=%.*s sweep %s ...",
                 (int)strcspn(kernel, ";"), kernel, command);
    else
        snprintf(buffer, size, "use the same versions of the libraries");
    return buffer;
}
