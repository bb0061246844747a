/* What is said of two platforms, and of the one here. */
#include "check.h"
#include "sweep/platform.h"

#define REST    "; cpu fma avx2; gcc 12.2.0 optimized"
#define HASWELL "step avx2; blas Haswell" REST

#define LIBRARIES(digest)                                                              \
    "; library OpenBLAS 0.3.21; gsl 2.7; libm 2.36 " digest "; answer " digest

static void what_differs(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {HASWELL, HASWELL, ""},
        {HASWELL LIBRARIES("1"), HASWELL LIBRARIES("2"), "libm"},
        {"step avx2; blas Nehalem; cpu fma avx2; gcc 12.2.0 -O3 -march=haswell for fma",
         HASWELL, "blas, compiler"},
        {"step plain; blas Haswell; cpu x86-64; gcc 12.2.0 optimized\n" HASWELL,
         HASWELL, "step, cpu"},
        {HASWELL, HASWELL LIBRARIES("2"), "library, gsl, libm"},
    };
    char text[128];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_text(platform_differences(cases[i][0], cases[i][1], text, sizeof text),
                   cases[i][2]);
}

static void the_way_back(void **state)
{
    (void)state;
    static const char kernel[] =
        "use its BLAS kernel: OPENBLAS_CORETYPE=Nehalem sweep run ...";
    static const char cpu[] = "use a CPU of that family and a program built like that";
    static const char libraries[] = "use the same versions of the libraries";
    static const char *const cases[][3] = {
        {"step avx2; blas Nehalem" REST, HASWELL, kernel},
        {"step avx2; blas Nehalem" REST "; answer 1", HASWELL "; answer 2", kernel},
        {"step avx2; blas Nehalem" REST "; answer 1\n" HASWELL, HASWELL "; answer 2",
         kernel},
        {"step plain; blas Nehalem; cpu x86-64; gcc 12.2.0 optimized", HASWELL, cpu},
        {"step avx2; blas Haswell; cpu fma avx2; clang 14 optimized", HASWELL, cpu},
        {"an abacus", HASWELL, cpu},
        {"", HASWELL, cpu},
        {HASWELL "; blas", HASWELL, cpu},
        {HASWELL "; answer 1", HASWELL "; answer 2", libraries},
        {HASWELL LIBRARIES("1"), HASWELL LIBRARIES("2"), libraries},
        {"step avx2; blas Nehalem" REST LIBRARIES("1"), HASWELL LIBRARIES("2"),
         libraries},
        {"step avx2; blas Nehalem" REST LIBRARIES("1"), HASWELL LIBRARIES("1"), kernel},
    };
    char text[128];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_text(
            platform_way_back(cases[i][0], cases[i][1], "run", text, sizeof text),
            cases[i][2]);
}

static void another_kernel_is_another(void **state)
{
    (void)state;
    static const char *const names[] = {"Cooperlake", "SkylakeX", "Haswell",
                                        "Zen",        "Nehalem",  "Prescott"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *other = platform_other_kernel(names[i]);
        check_true(!other || strcmp(other, names[i]) != 0, "%s for itself", names[i]);
    }
    const char *twin = platform_other_kernel("Zen");
    check_true(!twin || strcmp(twin, "Haswell") != 0, "Haswell for Zen");
}

static void library_and_kernel(void **state)
{
    (void)state;
    char library[64], text[256];
    platform_library(library, sizeof library);
    check_true(strncmp(library, "OpenBLAS ", 9) == 0 && !strchr(library + 9, ' '),
               "'%s'", library);
    check_true(strstr(platform_text(text, sizeof text), platform_kernel()) != NULL,
               "'%s'", text);
}

static void all_cases_ran(void **state)
{
    (void)state;
    check_cases(5 + 12 + 7 + 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_differs),
        cmocka_unit_test(the_way_back),
        cmocka_unit_test(another_kernel_is_another),
        cmocka_unit_test(library_and_kernel),
        cmocka_unit_test(all_cases_ran),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
