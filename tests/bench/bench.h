/* bench.h - what the benchmarks share: contenders timed in turn, trained models.
 *
 * A number is a ratio of medians of one run: contenders are timed A B A B, so that a
 * machine that slows down slows all of them. What cannot be allocated, drawn or trained
 * ends the executable.
 */
#ifndef BENCH_H
#define BENCH_H

#include "sweep/kkt.h"
#include "sweep/memory.h"
#include "sweep/network.h"
#include "sweep/span.h"
#include "sweep/train.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BENCH_REPEATS_LIMIT = 101 };

/* One of several things to time. `run` returns seconds for one unit of its work. */
struct contender {
    double (*run)(void *context);
    void *context;
    double seconds[BENCH_REPEATS_LIMIT]; /* of each repeat, then sorted */
    double least, median;
};

/* One OpenBLAS thread: first thing in every main. */
void bench_main(void);

/* Ends the executable when `held` is false. */
void bench_need(bool held, const char *what);

/* A whole number from 1 to `limit` on the command line. */
size_t bench_argument(const char *text, size_t limit);

/* Each contender in turn, `repeats` times; fills least and median. */
void bench_compete(struct contender *const *contenders, size_t count, size_t repeats);

/* BENCH_LAYOUT(&arena) { carve; } measures, allocates and carves. */
#define BENCH_LAYOUT(arena) for (int pass_ = 0; bench_pass((arena), pass_); pass_++)
bool bench_pass(struct arena *a, int pass);

/* The mixture of every benchmark, |mu| = d^-0.2, balanced labels. */
struct mixture bench_mixture(double d, size_t m);

/* Step size of training and expected length of a row of W(0): the program's defaults.
 */
#define BENCH_LEARNING_RATE 0.5
#define BENCH_INIT_SCALE    0.01

/* A ReLU network in training and all it needs, in coordinates of the span. */
struct model {
    struct arena arena;
    struct network net;
    struct span span;
    struct span_workspace drawing;
    struct points points;
    struct train_workspace work;
    struct kkt_workspace kkt;
    struct weights theta;   /* the trained model */
    struct kkt_point exact; /* the exact point of its gates */
    struct train_result result;
    uint64_t steps; /* of model_step_seconds */
};

void model_draw(struct model *model, double d, size_t m, size_t n,
                enum sampler sampler);
void model_release(struct model *model);

/* Train from W(0) by normalized_gd; returns seconds. */
double model_train(struct model *model, uint64_t max_steps, uint64_t stable_steps);

/* Choose `steps` to take about this long. */
void model_calibrate(struct model *model, double seconds);

/* A contender: seconds a step of a training of `steps` steps. */
double model_step_seconds(void *model);

#endif
