#include "ceiling.h"
#include "bench.h"
#include "sweep/clock.h"
#include <cblas.h>

/* Compiled for the CPU it is built on: see meson.build. */
#if defined(__AVX512F__)
enum { VECTOR = 64 };
#elif defined(__AVX__)
enum { VECTOR = 32 };
#else
enum { VECTOR = 16 };
#endif
typedef double vector __attribute__((vector_size(VECTOR)));

/* Chains of multiply-adds: more than latency times units on any CPU, fewer than
 * registers. */
enum { CHAINS = 12, RUNS = 7 };

/* Most units of work a second in `RUNS` runs of `work` units each. */
#define BEST_RATE(best, work, body)                                                    \
    for (int run_ = 0; run_ < RUNS; run_++) {                                          \
        double start_ = clock_monotonic();                                             \
        body;                                                                          \
        double rate_ = (work) / (clock_monotonic() - start_);                          \
        best = rate_ > best ? rate_ : best;                                            \
    }

static double multiply_add(vector *chain, vector factor, vector term, long rounds)
{
    vector x[CHAINS];
    double sum = 0.0;
    for (int k = 0; k < CHAINS; k++)
        x[k] = chain[k];
    for (long t = 0; t < rounds; t++) {
#pragma GCC unroll 12
        for (int k = 0; k < CHAINS; k++)
            x[k] = x[k] * factor + term;
    }
    for (int k = 0; k < CHAINS; k++)
        sum += x[k][0];
    return sum;
}

/* What a result is stored to, so that it has to be computed. */
static volatile double sink;

double ceiling_fma(void)
{
    const long rounds = 5000000;
    const double flops = 2.0 * CHAINS * (VECTOR / sizeof(double)) * (double)rounds;
    vector chain[CHAINS] = {{0}}, factor = {0}, term = {0};
    double best = 0.0;
    factor += 0.5;
    term += 1.0;
    BEST_RATE(best, flops, sink = multiply_add(chain, factor, term, rounds));
    return best;
}

double ceiling_product(void)
{
    enum { SIDE = 768 };
    double best = 0.0, *A = memory_array(3 * SIDE * SIDE, sizeof *A);
    bench_need(A, "out of memory");
    for (size_t k = 0; k < 2 * SIDE * SIDE; k++)
        A[k] = 1.0 / (double)(1 + k % 97);
    BEST_RATE(best, 2.0 * SIDE * SIDE * SIDE,
              cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, SIDE, SIDE, SIDE,
                          1.0, A, SIDE, A + SIDE * SIDE, SIDE, 0.0, A + 2 * SIDE * SIDE,
                          SIDE));
    memory_free(A);
    return best;
}

static void update(double *x, size_t count, long rounds)
{
    for (long t = 0; t < rounds; t++) {
        for (size_t k = 0; k < count; k++)
            x[k] += 1.0;
        __asm__ volatile("" : : "r"(x) : "memory"); /* each round is to be seen */
    }
}

double ceiling_update(size_t count)
{
    long rounds = 20000000 / (long)count + 1;
    double best = 0.0, *x = memory_array(count, sizeof *x);
    bench_need(x, "out of memory");
    BEST_RATE(best, 16.0 * (double)count * (double)rounds, update(x, count, rounds));
    memory_free(x);
    return best;
}
