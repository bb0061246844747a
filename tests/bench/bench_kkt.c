/* The exact KKT point of a trained model's gates, beside the training it replaces. */
#include "bench.h"
#include "sweep/clock.h"
#include <math.h>
#include <stdio.h>

enum {
    REPEATS = 3,
    LIMIT = 20000,     /* steps of the training replaced: the default of max_steps */
    STABLE_STEPS = 512 /* without a change of gates, before the exact solve */
};

static double descend(void *context)
{
    return model_train(context, LIMIT, STABLE_STEPS);
}

/* From the model as `descend` leaves it. */
static double solve(void *context)
{
    struct model *model = context;
    double start = clock_monotonic();
    kkt_solve(&model->net, &model->points, model->theta.W, NULL, &model->kkt,
              &model->exact);
    return clock_monotonic() - start;
}

static double train(void *context)
{
    return model_train(context, LIMIT, 0);
}

static void print_size(size_t m, size_t n)
{
    struct model model;
    struct contender descent = {.run = descend, .context = &model};
    struct contender exact = {.run = solve, .context = &model};
    struct contender whole = {.run = train, .context = &model};
    struct contender *all[] = {&descent, &exact, &whole};
    model_draw(&model, 1000, m, n, SAMPLER_AMBIENT);
    descend(&model);
    unsigned long long stable = model.result.steps;
    bench_compete(all, 3, REPEATS);
    bench_need(model.exact.stop == KKT_EXACT, "no exact KKT point was found");
    double instead = descent.median + exact.median;
    printf("%4zu %5zu %8llu %10.2f %10.2f %10.2f %10.2f %8.1f %7zu %6zu %8.1e %8.1e\n",
           m, n, stable, 1e3 * descent.median, 1e3 * exact.least, 1e3 * exact.median,
           1e3 * whole.median, whole.median / instead, model.exact.iterations,
           model.exact.flips,
           fmax(model.exact.defects.margin, model.exact.defects.slackness),
           model.result.alignment);
    model_release(&model);
}

int main(void)
{
    bench_main();
    printf(
        "milliseconds, medians of %d interleaved repeats; d = 1000\n"
        "descent: until no gate changed for %d steps; exact: the solve from there; "
        "training: %d steps of descent instead\n"
        "speed-up: training / (descent + exact); residual: how far training still is, "
        "relative\n",
        REPEATS, STABLE_STEPS, LIMIT);
    printf("%4s %5s %8s %10s %10s %10s %10s %8s %7s %6s %8s %8s\n", "m", "n", "steps",
           "descent", "exact min", "exact", "training", "speed-up", "Newton", "flips",
           "defect", "residual");
    print_size(10, 400);
    print_size(100, 1000);
    return 0;
}
