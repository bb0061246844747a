#include "bench.h"
#include "sweep/clock.h"
#include "sweep/rng.h"
#include "sweep/status.h"
#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void bench_main(void)
{
    openblas_set_num_threads(1);
    setvbuf(stdout, NULL, _IOLBF, 0);
}

void bench_need(bool held, const char *what)
{
    if (held)
        return;
    fprintf(stderr, "benchmark: %s\n", what);
    exit(1);
}

size_t bench_argument(const char *text, size_t limit)
{
    char *end;
    unsigned long long value = strtoull(text, &end, 10);
    bench_need(*end == '\0' && value >= 1 && value <= limit,
               "an argument is not a whole number of the expected size");
    return (size_t)value;
}

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

void bench_compete(struct contender *const *contenders, size_t count, size_t repeats)
{
    for (size_t k = 0; k < repeats; k++)
        for (size_t c = 0; c < count; c++)
            contenders[c]->seconds[k] = contenders[c]->run(contenders[c]->context);
    for (size_t c = 0; c < count; c++) {
        double *seconds = contenders[c]->seconds;
        qsort(seconds, repeats, sizeof *seconds, ascending);
        contenders[c]->least = seconds[0];
        contenders[c]->median =
            0.5 * (seconds[(repeats - 1) / 2] + seconds[repeats / 2]);
    }
}

bool bench_pass(struct arena *a, int pass)
{
    if (pass == 0)
        *a = (struct arena){0};
    else if (pass == 1)
        bench_need(arena_allocate(a) == SWEEP_OK, "out of memory");
    bench_need(!a->overflow, "a layout took more than was measured");
    return pass < 2;
}

struct mixture bench_mixture(double d, size_t m)
{
    return (struct mixture){
        .m = m, .dimension = d, .signal = pow(d, -0.2), .noise = 1.0};
}

void model_draw(struct model *model, double d, size_t m, size_t n, enum sampler sampler)
{
    model_draw_mixture(model, bench_mixture(d, m), n, sampler);
}

void model_draw_mixture(struct model *model, struct mixture mixture, size_t n,
                        enum sampler sampler)
{
    struct span_request q = {
        .mixture = mixture, .sampler = sampler, .n = n, .init_scale = BENCH_INIT_SCALE};
    q.data_key = rng_key_text(rng_key_start(), "data");
    q.train_key = rng_key_text(rng_key_start(), "train");
    *model = (struct model){.net = network_make(MODEL_RELU, n, 0.0)};
    size_t m = mixture.m, r = span_rank(&q);
    BENCH_LAYOUT(&model->arena)
    {
        struct arena *a = &model->arena;
        span_layout(&model->span, &model->drawing, &q, a);
        train_layout(&model->work, n, m, r, a);
        kkt_layout(&model->kkt, n, m, r, a);
        model->theta.W = arena_doubles(a, n, r);
        model->exact.W = arena_doubles(a, n, r);
        model->exact.lambda = arena_doubles(a, m, 1);
        model->exact.v = arena_doubles(a, n, m);
    }
    gsl_rng *rng = gsl_rng_alloc(rng_philox);
    bench_need(rng, "out of memory");
    bench_need(span_draw(&model->span, &q, &model->drawing, rng) == SWEEP_OK,
               "the data are not finite");
    gsl_rng_free(rng);
    model->points = (struct points){m, r, model->span.X, model->span.y, NULL};
}

void model_release(struct model *model)
{
    arena_release(&model->arena);
}

double model_train(struct model *model, uint64_t max_steps, uint64_t stable_steps)
{
    struct train_options o = {.loss = LOSS_LOGISTIC,
                              .optimizer = OPTIMIZER_NORMALIZED_GD,
                              .learning_rate = BENCH_LEARNING_RATE,
                              .max_steps = max_steps,
                              .stable_steps = stable_steps};
    double start = clock_monotonic();
    train_run(&model->net, &model->points, model->span.W0, model->span.perp_norm, &o,
              &model->work, &model->theta, &model->result);
    double seconds = clock_monotonic() - start;
    bench_need(model->result.stop != TRAIN_NON_FINITE, "training is not finite");
    return seconds;
}

void model_calibrate(struct model *model, double seconds)
{
    model_train(model, TRAIN_CHECK_STEPS, 0);
    double block = model_train(model, TRAIN_CHECK_STEPS, 0);
    model->steps = TRAIN_CHECK_STEPS * (uint64_t)ceil(seconds / block);
}

double model_step_seconds(void *context)
{
    struct model *model = context;
    return model_train(model, model->steps, 0) / (double)model->steps;
}
