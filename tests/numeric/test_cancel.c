/* Solvers that are given up say so; what they say at any other moment is the answer. */
#include "sweep/certificate.h"

#include "check.h"
#include "fixture.h"
#include "sweep/cancel.h"
#include "sweep/clock.h"
#include "sweep/proof.h"
#include "sweep/status.h"
#include <math.h>
#include <pthread.h>
#include <unistd.h>

/* An unlearned model near an exact point, and all that judges it. */
struct bench {
    struct instance in;
    struct model model;
    struct arena arena;
    struct multipliers_workspace multipliers;
    struct kkt_workspace kkt;
    struct certificate_workspace w;
    struct proof_workspace proof;
    struct kkt_point point;
};

enum part { SCALED, RESTORED, EXACT, PROOF, PARTS };
enum { MOMENTS = 40 };

static void bench_make(struct bench *b)
{
    struct recipe recipe = {.sampler = SAMPLER_BARTLETT,
                            .m = 40,
                            .n = 20,
                            .d = 400.0,
                            .leak = 0.2,
                            .seed = 5};
    size_t n = recipe.n, m = recipe.m, r;
    *b = (struct bench){0};
    instance_draw(&b->in, &recipe);
    r = b->in.points.r;
    model_train(&b->model, &b->in, 300);
    fixture_need(b->model.result.margin > 0.0, "training");
    FIXTURE_LAYOUT(&b->arena)
    {
        multipliers_layout(&b->multipliers, n, m, r, &b->arena);
        kkt_layout(&b->kkt, n, m, r, &b->arena);
        certificate_layout(&b->w, n, m, r, &b->arena);
        proof_layout(&b->proof, n, m, r, &b->arena);
        b->point.W = arena_doubles(&b->arena, n, r);
        b->point.lambda = arena_doubles(&b->arena, m, 1);
        b->point.v = arena_doubles(&b->arena, n, m);
    }
    b->w.multipliers = &b->multipliers;
    b->w.kkt = &b->kkt;
}

/* One of them; of a proof only the outcome and the gap are in the certificate. */
static struct certificate work(struct bench *b, enum part part)
{
    const struct network *net = &b->in.net;
    const struct points *p = &b->in.points;
    const struct weights *theta = &b->model.theta;
    struct kept kept = {b->model.state, b->model.multipliers.v,
                        b->model.multipliers.lambda};
    struct proof_claim claim = {b->point.W, NULL, b->point.lambda, b->point.v};
    struct certificate out = {0};
    struct proof proof;
    switch (part) {
    case SCALED:
        certificate_scaled(net, p, theta, NULL, &b->w, &out);
        break;
    case RESTORED:
        certificate_restored(net, p, theta, &kept, &b->w, &out);
        break;
    case EXACT:
        certificate_exact(net, p, theta, NULL, &b->w, &out);
        break;
    default:
        proof_pattern_of(net, p, &claim, &b->proof);
        proof_exact(net, theta, &b->proof, NULL, &proof);
        if (proof.outcome != PROOF_PROVED || isnan(proof.tau))
            out.stop = CERTIFICATE_CANCELLED;
        out.eps = proof.gap;
        out.tau = proof.tau;
    }
    return out;
}

static bool same_number(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool same(const struct certificate *a, const struct certificate *b)
{
    return a->stop == b->stop && same_number(a->eps, b->eps) &&
           same_number(a->delta, b->delta) && same_number(a->tau, b->tau) &&
           same_number(a->norm, b->norm);
}

static void bench_release(struct bench *b)
{
    arena_release(&b->arena);
    model_release(&b->model);
    instance_release(&b->in);
}

static void test_from_the_start(void **state)
{
    atomic_bool yes = true;
    struct multipliers multipliers;
    struct bench b;
    (void)state;
    bench_make(&b);
    cancel_obey(&yes);
    for (enum part part = 0; part < PARTS; part++)
        check_equal(work(&b, part).stop, CERTIFICATE_CANCELLED);
    kkt_solve(&b.in.net, &b.in.points, b.model.theta.W, NULL, &b.kkt, &b.point);
    check_equal(b.point.stop, KKT_CANCELLED);
    multipliers = b.model.multipliers;
    multipliers_solve(&b.in.net, &b.in.points, &b.model.theta, &b.multipliers,
                      &multipliers);
    check_equal(multipliers.stop, PROGRAM_CANCELLED);
    gsl_rng *rng = fixture_rng("cancel", 0);
    check_equal(span_draw(&b.in.span, &b.in.request, &b.in.drawing, rng),
                SWEEP_STOPPED);
    gsl_rng_free(rng);
    cancel_obey(NULL);
    bench_release(&b);
}

struct moment {
    atomic_bool flag;
    useconds_t wait;
};

static void *wait_and_raise(void *moment)
{
    struct moment *m = moment;
    usleep(m->wait);
    m->flag = true;
    return NULL;
}

/* At many moments of the work: what is not the answer is called cancelled. */
static void give_up(struct bench *b, enum part part)
{
    double start = clock_monotonic();
    struct certificate right = work(b, part);
    double seconds = clock_monotonic() - start;
    for (int k = 0; k < MOMENTS; k++) {
        struct moment m = {.wait = (useconds_t)(1e6 * seconds * k / MOMENTS)};
        pthread_t other;
        fixture_need(pthread_create(&other, NULL, wait_and_raise, &m) == 0, "thread");
        cancel_obey(&m.flag);
        struct certificate out = work(b, part);
        cancel_obey(NULL);
        pthread_join(other, NULL);
        check_true(out.stop == CERTIFICATE_CANCELLED || same(&out, &right),
                   "part %d, moment %d: stop %d, eps %g", (int)part, k, (int)out.stop,
                   out.eps);
    }
    struct certificate again = work(b, part);
    check_true(same(&again, &right), "part %d: something is left", (int)part);
}

static void test_on_the_way(void **state)
{
    struct bench b;
    (void)state;
    bench_make(&b);
    kkt_solve(&b.in.net, &b.in.points, b.model.theta.W, NULL, &b.kkt, &b.point);
    check_equal(b.point.stop, KKT_EXACT);
    for (enum part part = 0; part < PARTS; part++) {
        check_true(work(&b, part).stop == CERTIFIED ||
                       (part == PROOF && !proof_available()),
                   "part %d", (int)part);
        give_up(&b, part);
    }
    bench_release(&b);
}

static void test_cases(void **state)
{
    (void)state;
    check_cases(4 + 3 + 1 + 4 * (1 + MOMENTS + 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_from_the_start),
        cmocka_unit_test(test_on_the_way),
        cmocka_unit_test(test_cases),
    };
    fixture_main();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
