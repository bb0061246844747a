/* check.h - assertions that see NaN, infinity and the last bit (cmocka's do not).
 *
 * Every check fails unless the condition it states is shown to hold, so a NaN anywhere
 * fails it. Every check is counted, and the last test of an executable says how many
 * there must have been: a loop that runs zero times is then a failure too.
 *
 * The check_is_ and check_error functions decide, and the macros report; both are
 * tested in unit/test_check.c. Actual values come first, expected ones second.
 */
#ifndef CHECK_H
#define CHECK_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* What ends a failed test; test_check.c puts a recorder in its place. */
#ifndef CHECK_FAIL
#define CHECK_FAIL(file, line) _fail((file), (line))
#endif

/* Checks made so far by this executable. */
static size_t check_count;

/* |a - b| / (1 + max(|a|, |b|)), relative for large numbers and absolute for small
 * ones; NaN, which no tolerance accepts, when a number is not finite. */
static inline double check_error(double a, double b)
{
    if (!isfinite(a) || !isfinite(b))
        return (double)NAN;
    return fabs(a - b) / (1.0 + fmax(fabs(a), fabs(b)));
}

static inline bool check_is_close(double a, double b, double tolerance)
{
    return check_error(a, b) <= tolerance;
}

static inline bool check_is_close_relative(double a, double b, double tolerance)
{
    if (!isfinite(a) || !isfinite(b))
        return false;
    return fabs(a - b) <= tolerance * fmax(fabs(a), fabs(b));
}

static inline bool check_is_same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

/* The index of the largest check_error, or of the first that is not a number. */
static inline size_t check_worst(const double *a, const double *b, size_t count)
{
    size_t worst = 0;
    double largest = 0.0;

    for (size_t i = 0; i < count; i++) {
        double error = check_error(a[i], b[i]);

        if (isnan(error))
            return i;
        if (error > largest) {
            largest = error;
            worst = i;
        }
    }
    return worst;
}

__attribute__((format(printf, 4, 5))) static inline void
check_report(bool passed, const char *file, int line, const char *format, ...)
{
    va_list arguments;

    check_count++;
    if (passed)
        return;
    va_start(arguments, format);
    vprint_error(format, arguments);
    va_end(arguments);
    print_error("\n");
    CHECK_FAIL(file, line);
}

static inline void check_close_at(double a, double b, double tolerance,
                                  const char *what, const char *file, int line)
{
    check_report(check_is_close(a, b, tolerance), file, line,
                 "%s is %.17g, not %.17g within %g", what, a, b, tolerance);
}

static inline void check_close_relative_at(double a, double b, double tolerance,
                                           const char *what, const char *file, int line)
{
    check_report(check_is_close_relative(a, b, tolerance), file, line,
                 "%s is %.17g, not %.17g within %g of it", what, a, b, tolerance);
}

static inline void check_same_bits_at(double a, double b, const char *what,
                                      const char *file, int line)
{
    check_report(check_is_same_bits(a, b), file, line,
                 "%s is %.17g (%a), not %.17g (%a)", what, a, a, b, b);
}

static inline void check_finite_at(double a, const char *what, const char *file,
                                   int line)
{
    check_report(isfinite(a), file, line, "%s is %g, not finite", what, a);
}

static inline void check_array_close_at(const double *a, const double *b, size_t count,
                                        double tolerance, const char *what,
                                        const char *file, int line)
{
    size_t i = check_worst(a, b, count);

    if (count == 0)
        check_report(false, file, line, "%s has no element to compare", what);
    else
        check_report(check_is_close(a[i], b[i], tolerance), file, line,
                     "%s[%zu] of %zu is %.17g, not %.17g within %g: the worst", what, i,
                     count, a[i], b[i], tolerance);
}

static inline void check_equal_at(uint64_t a, uint64_t b, const char *what,
                                  const char *file, int line)
{
    check_report(a == b, file, line, "%s is %llu (%#llx), not %llu (%#llx)", what,
                 (unsigned long long)a, (unsigned long long)a, (unsigned long long)b,
                 (unsigned long long)b);
}

static inline void check_text_at(const char *a, const char *b, const char *what,
                                 const char *file, int line)
{
    bool same = a && b ? strcmp(a, b) == 0 : a == b;

    check_report(same, file, line, "%s is '%s', not '%s'", what, a ? a : "(null)",
                 b ? b : "(null)");
}

/* |actual - expected| <= tolerance * (1 + the larger of both). */
#define check_close(actual, expected, tolerance)                                       \
    check_close_at((actual), (expected), (tolerance), #actual, __FILE__, __LINE__)

/* |actual - expected| <= tolerance * the larger of both: for numbers far below 1. */
#define check_close_relative(actual, expected, tolerance)                              \
    check_close_relative_at((actual), (expected), (tolerance), #actual, __FILE__,      \
                            __LINE__)

/* The same double, bit by bit: -0.0 is not 0.0, and a NaN is itself. */
#define check_same_bits(actual, expected)                                              \
    check_same_bits_at((actual), (expected), #actual, __FILE__, __LINE__)

#define check_finite(actual) check_finite_at((actual), #actual, __FILE__, __LINE__)

/* check_close for each of count > 0 elements; reports the worst. */
#define check_array_close(actual, expected, count, tolerance)                          \
    check_array_close_at((actual), (expected), (count), (tolerance), #actual,          \
                         __FILE__, __LINE__)

/* Two whole numbers. */
#define check_equal(actual, expected)                                                  \
    check_equal_at((uint64_t)(actual), (uint64_t)(expected), #actual, __FILE__,        \
                   __LINE__)

/* Two texts, either of which may be NULL. */
#define check_text(actual, expected)                                                   \
    check_text_at((actual), (expected), #actual, __FILE__, __LINE__)

/* A condition, and a printf-style message for when it does not hold. */
#define check_true(condition, ...)                                                     \
    check_report((condition), __FILE__, __LINE__, __VA_ARGS__)

/* The number of checks made by the tests before this one. Not counted itself. */
#define check_cases(expected)       check_cases_at((expected), __FILE__, __LINE__)
#define check_count_at_least(least) check_count_at_least_at((least), __FILE__, __LINE__)

static inline void check_cases_at(size_t expected, const char *file, int line)
{
    size_t count = check_count;

    check_report(count == expected, file, line, "%zu checks were made, not %zu", count,
                 expected);
    check_count = count;
}

static inline void check_count_at_least_at(size_t least, const char *file, int line)
{
    size_t count = check_count;

    check_report(count >= least, file, line, "%zu checks were made, fewer than %zu",
                 count, least);
    check_count = count;
}

#endif
