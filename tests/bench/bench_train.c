/* A step of training: beside the plain loop in all d coordinates, in growing d, and
 * beside what the core can do. With arguments D M N [REPEATS]: the medians of that size
 * alone, for peers.sh. */
#include "ambient_loop.h"
#include "bench.h"
#include "ceiling.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { REPEATS = 7 };

/* Seconds each repeat of a contender is to take, about. */
#define REPEAT_SECONDS 0.1

static const struct size {
    size_t d, m, n;
} sizes[] = {{1000, 10, 400}, {10000, 10, 400}, {1000, 100, 1000}};

enum { SIZES = sizeof sizes / sizeof *sizes };

static void calibrate_loop(struct ambient *a)
{
    a->steps = 4;
    double step = loop_blas_seconds(a);
    a->steps = (size_t)ceil(REPEAT_SECONDS / step) + 1;
}

/* Times of one size; the loop in the faster of its two ways. */
struct race {
    struct contender span, blas, blocked;
    const struct contender *loop;
    const char *how;
};

static void compete(struct race *race, struct size size, size_t repeats)
{
    struct model model;
    struct ambient ambient;
    *race =
        (struct race){.span = {.run = model_step_seconds, .context = &model},
                      .blas = {.run = loop_blas_seconds, .context = &ambient},
                      .blocked = {.run = loop_blocked_seconds, .context = &ambient}};
    struct contender *all[] = {&race->span, &race->blas, &race->blocked};
    model_draw(&model, (double)size.d, size.m, size.n, SAMPLER_AMBIENT);
    loop_draw(&ambient, size.d, size.m, size.n);
    model_calibrate(&model, REPEAT_SECONDS);
    calibrate_loop(&ambient);
    bench_compete(all, 3, repeats);
    bool blas = race->blas.median < race->blocked.median;
    race->loop = blas ? &race->blas : &race->blocked;
    race->how = blas ? "whole" : "blocked";
    loop_release(&ambient);
    model_release(&model);
}

/* The three ways are the same training: their margins agree. */
static void check_agreement(void)
{
    enum { STEPS = 1000 };
    const struct size s = sizes[0];
    struct ambient ambient;
    struct model model = {.net = network_make(MODEL_RELU, s.n, 0.0)};
    loop_draw(&ambient, s.d, s.m, s.n);
    BENCH_LAYOUT(&model.arena)
    {
        train_layout(&model.work, s.n, s.m, s.d, &model.arena);
        model.theta.W = arena_doubles(&model.arena, s.n, s.d);
    }
    model.points = (struct points){s.m, s.d, ambient.X, ambient.y, NULL};
    model.span.W0 = ambient.W0;
    model_train(&model, STEPS, 0);
    double margin = model.result.margin;
    loop_train(&ambient, loop_blas, STEPS);
    double blas = fabs(ambient.margin / margin - 1.0);
    loop_train(&ambient, loop_blocked, STEPS);
    double blocked = fabs(ambient.margin / margin - 1.0);
    printf("smallest margin after %d steps: %.6f; the loops differ by %.1e (whole), "
           "%.1e (blocked) of it\n\n",
           STEPS, margin, blas, blocked);
    bench_need(blas <= 1e-9 && blocked <= 1e-9,
               "the loops and train_run are not the same training");
    model_release(&model);
    loop_release(&ambient);
}

static void print_steps(void)
{
    printf("microseconds a step: minimum and median of %d interleaved repeats\n",
           REPEATS);
    printf("%7s %5s %7s %9s %9s %9s %9s %7s  %s\n", "d", "m", "n", "span min", "median",
           "loop min", "median", "loop", "loop / span (medians)");
    for (size_t k = 0; k < SIZES; k++) {
        struct race race;
        compete(&race, sizes[k], REPEATS);
        printf("%7zu %5zu %6zu %9.2f %9.2f %9.1f %9.1f %7s  %.0f\n", sizes[k].d,
               sizes[k].m, sizes[k].n, 1e6 * race.span.least, 1e6 * race.span.median,
               1e6 * race.loop->least, 1e6 * race.loop->median, race.how,
               race.loop->median / race.span.median);
    }
}

static void print_dimensions(void)
{
    static const struct {
        double d;
        enum sampler sampler;
        const char *name;
    } rows[] = {{1e3, SAMPLER_AMBIENT, "ambient"},
                {1e4, SAMPLER_AMBIENT, "ambient"},
                {1e9, SAMPLER_BARTLETT, "bartlett"}};
    enum { ROWS = sizeof rows / sizeof *rows };
    struct model model[ROWS];
    struct contender contender[ROWS], *all[ROWS];
    printf("\nthe same step in growing dimension (m = 10, n = 400)\n");
    printf("%7s %9s %9s %9s  %s\n", "d", "sampler", "min", "median", "to the first");
    for (size_t k = 0; k < ROWS; k++) {
        model_draw(&model[k], rows[k].d, 10, 400, rows[k].sampler);
        model_calibrate(&model[k], REPEAT_SECONDS);
        contender[k] = (struct contender){.run = model_step_seconds};
        contender[k].context = &model[k];
        all[k] = &contender[k];
    }
    bench_compete(all, ROWS, REPEATS);
    for (size_t k = 0; k < ROWS; k++) {
        printf("%7g %9s %9.2f %9.2f  %.2f\n", rows[k].d, rows[k].name,
               1e6 * contender[k].least, 1e6 * contender[k].median,
               contender[k].median / contender[0].median);
        model_release(&model[k]);
    }
}

/* Operations of a step, counted from its formula and for m a multiple of eight:
 * direct  2 n m^2 + 6 n m FLOPs: the dense product of coefficients and Gram matrix, and
 *         for each pair a comparison, a coefficient, a move, a slope and a sum.
 * shared  n m^2 / 4 + 8 m^2 + 6 n m: the additions left when sums over four points are
 *         tabulated, and making the tables. An addition is half a multiply-add.
 * least   16 n m bytes: every pre-activation is read and written once. */
static void print_ceiling_row(size_t n, size_t m, double fma)
{
    struct model model;
    double pairs = (double)(n * m), points = (double)m;
    double direct = 2.0 * pairs * points + 6.0 * pairs;
    double shared = 0.25 * pairs * points + 8.0 * points * points + 6.0 * pairs;
    double bytes = 16.0 * pairs, rate = ceiling_update(n * m);
    struct contender step = {.run = model_step_seconds, .context = &model};
    struct contender *all[] = {&step};
    model_draw(&model, 1000, m, n, SAMPLER_AMBIENT);
    model_calibrate(&model, REPEAT_SECONDS);
    bench_compete(all, 1, REPEATS);
    double seconds = step.least;
    printf("%5zu %5zu %9.2f %9.1f %7.0f %% %9.1f %7.0f %% %9.1f %7.0f %%\n", m, n,
           1e6 * seconds, 1e-9 * direct / seconds, 100.0 * direct / seconds / fma,
           1e-9 * shared / seconds, 200.0 * shared / seconds / fma,
           1e-9 * bytes / seconds, 100.0 * bytes / seconds / rate);
    model_release(&model);
}

static void print_ceiling(void)
{
    double fma = ceiling_fma(), product = ceiling_product();
    printf("\nthis core: %.1f GFLOP/s of multiply-adds in registers, %.1f in a large "
           "product; best of each\n"
           "direct: a step as a product, 2 n m^2 + 6 n m FLOPs, of the multiply-adds\n"
           "shared: with tabulated sums, n m^2/4 + 8 m^2 + 6 n m, of half of them\n"
           "least: every pre-activation read and written once, 16 n m bytes, of this "
           "core's rate\n",
           1e-9 * fma, 1e-9 * product);
    printf("%5s %5s %9s %9s %9s %9s %9s %9s %9s\n", "m", "n", "us/step", "GFLOP/s",
           "direct", "GFLOP/s", "shared", "GB/s", "least");
    print_ceiling_row(400, 10, fma);
    print_ceiling_row(400, 50, fma);
    print_ceiling_row(400, 100, fma);
}

static int print_one(char **argument, size_t repeats)
{
    struct size size = {bench_argument(argument[0], 1000000),
                        bench_argument(argument[1], 10000),
                        bench_argument(argument[2], 100000)};
    struct race race;
    compete(&race, size, repeats);
    printf("sweep_us %.4f\nloop_us %.4f\nloop %s\n", 1e6 * race.span.median,
           1e6 * race.loop->median, race.how);
    return 0;
}

int main(int count, char **argument)
{
    bench_main();
    if (count == 4 || count == 5)
        return print_one(argument + 1,
                         count == 5 ? bench_argument(argument[4], BENCH_REPEATS_LIMIT)
                                    : REPEATS);
    bench_need(count == 1, "usage: bench_train [D M N [REPEATS]]");
    check_agreement();
    print_steps();
    print_dimensions();
    print_ceiling();
    return 0;
}
