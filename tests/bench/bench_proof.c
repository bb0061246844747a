/* Proving the exact KKT point of a trained model's gates, beside finding it. */
#include "bench.h"
#include "sweep/clock.h"
#include "sweep/proof.h"
#include <stdio.h>

enum { REPEATS = 15, LIMIT = 20000, STABLE_STEPS = 512 };

struct job {
    struct model model;
    struct arena arena;
    struct proof_workspace work;
    struct proof proof;
};

static double solve(void *context)
{
    struct model *model = &((struct job *)context)->model;
    double start = clock_monotonic();
    kkt_solve(&model->net, &model->points, model->theta.W, NULL, &model->kkt,
              &model->exact);
    return clock_monotonic() - start;
}

static double prove(void *context)
{
    struct job *job = context;
    struct model *model = &job->model;
    struct proof_claim point = {model->exact.W, model->exact.terms, model->exact.lambda,
                                model->exact.v};
    double start = clock_monotonic();
    proof_pattern_of(&model->net, &model->points, &point, &job->work);
    proof_exact(&model->net, &model->theta, &job->work, NULL, &job->proof);
    return clock_monotonic() - start;
}

static void print_size(size_t m, size_t n, double signal)
{
    struct job job = {0};
    struct contender exact = {.run = solve, .context = &job};
    struct contender proof = {.run = prove, .context = &job};
    struct contender *both[] = {&exact, &proof};
    struct mixture mixture = bench_mixture(1000, m);
    mixture.signal = signal;
    model_draw_mixture(&job.model, mixture, n, SAMPLER_BARTLETT);
    BENCH_LAYOUT(&job.arena)
    {
        proof_layout(&job.work, n, m, job.model.points.r, &job.arena);
    }
    model_train(&job.model, LIMIT, STABLE_STEPS);
    bench_compete(both, 2, REPEATS);
    bench_need(job.model.exact.stop == KKT_EXACT, "no exact KKT point was found");
    bench_need(job.proof.outcome == PROOF_PROVED, "it was not proved");
    printf("%4zu %5zu %6.3g %6zu %10.2f %10.2f %6.1f %5u %9.1e\n", m, n, signal,
           job.work.groups.count, 1e3 * exact.median, 1e3 * proof.median,
           proof.median / exact.median, job.proof.bits, job.proof.gap);
    arena_release(&job.arena);
    model_release(&job.model);
}

int main(void)
{
    bench_main();
    if (!proof_available()) {
        puts("no proofs in this build");
        return 77;
    }
    printf("milliseconds, medians of %d interleaved repeats; d = 1000, relu\n",
           REPEATS);
    printf("%4s %5s %6s %6s %10s %10s %6s %5s %9s\n", "m", "n", "|mu|", "rows", "exact",
           "proof", "ratio", "bits", "gap");
    print_size(10, 400, 0.0);
    print_size(10, 400, 0.25);
    print_size(50, 400, 0.0);
    print_size(50, 400, 0.25);
    return 0;
}
