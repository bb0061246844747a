/* unlearn_fixture.h - an unlearning problem on an instance and a model, and the parts
 * of its methods' formulas in long double: A, h_i, and the distance of theta' from
 * where it should be. */
#ifndef UNLEARN_FIXTURE_H
#define UNLEARN_FIXTURE_H

#include "check.h"
#include "fixture.h"
#include "sweep/kkt.h"
#include "sweep/status.h"
#include "sweep/unlearn.h"

/* Most points, and most weights (n r) in the span, of what is checked in long double.
 */
enum { STEP_POINTS = 12, STEP_WEIGHTS = 256 };

struct step {
    struct arena arena;
    struct weights out, retrained;
    size_t *forget, *retain;
    struct multipliers_workspace multipliers;
    struct unlearn_workspace w;
    struct unlearn_problem problem;
    double flops;
};

/* Forget `forget` points from point `first` on. */
static inline void step_choose(struct step *s, size_t first, size_t forget)
{
    size_t kept = 0;

    for (size_t i = 0; i < s->problem.points->m; i++) {
        if (i >= first && i < first + forget)
            s->forget[i - first] = i;
        else
            s->retain[kept++] = i;
    }
    s->problem.forget_count = forget;
}

/* Forget the first `forget` points. */
static inline void step_make(struct step *s, const struct instance *in,
                             const struct model *model, size_t forget, double scale)
{
    size_t n = in->net.n, m = in->points.m, r = in->points.r;

    *s = (struct step){0};
    FIXTURE_LAYOUT(&s->arena)
    {
        s->out.W = arena_doubles(&s->arena, n, r);
        s->retrained.W = arena_doubles(&s->arena, n, r);
        s->forget = arena_carve(&s->arena, m, 1, sizeof *s->forget);
        s->retain = arena_carve(&s->arena, m, 1, sizeof *s->retain);
        multipliers_layout(&s->multipliers, n, m, r, &s->arena);
        unlearn_layout(&s->w, n, m, r, &s->arena);
    }
    s->w.multipliers = &s->multipliers;
    s->w.rng = fixture_rng("unlearning", 0);
    for (size_t k = 0; k < n * r; k++)
        s->retrained.W[k] = (double)k + 0.5;
    s->retrained.perp = -0.25;
    s->problem = (struct unlearn_problem){
        .net = &in->net,
        .points = &in->points,
        .dimension = in->request.mixture.dimension,
        .theta = &model->theta,
        .lambda = model->multipliers.lambda,
        .v = model->multipliers.v,
        .state = model->state,
        .forget = s->forget,
        .retain = s->retain,
        .retrained = &s->retrained,
        .retrained_flops = 12345.0,
        .step_scale = scale,
        .retained_variance = 1.0,
        .descent_weight = 1.0,
        .steps = 1,
        .direction = rng_key_text(rng_key_start(), "direction"),
    };
    step_choose(s, 0, forget);
}

static inline void step_release(struct step *s)
{
    gsl_rng_free(s->w.rng);
    arena_release(&s->arena);
}

static inline void step_apply(struct step *s, enum method method)
{
    int status = unlearn_methods[method].apply(&s->problem, &s->w, &s->out, &s->flops);

    check_equal(status, SWEEP_OK);
}

/* Coordinates of all weights in the span, n r. */
static inline size_t step_count(const struct step *s)
{
    return s->problem.net->n * s->problem.points->r;
}

static inline double step_theta_norm(const struct step *s)
{
    return direct_norm(s->problem.theta->W, step_count(s));
}

/* Add factor * (the gradient of point i with these slopes (n)) to sum (n, r). */
static inline void step_add(const struct step *s, size_t i, const long double *slope,
                            long double factor, long double *sum)
{
    const struct points *p = s->problem.points;
    const struct network *net = s->problem.net;

    for (size_t j = 0; j < net->n; j++) {
        long double u = j < net->n / 2 || net->n == 1 ? net->u : -net->u;

        for (size_t c = 0; c < p->r; c++)
            sum[j * p->r + c] += factor * p->y[i] * u * slope[j] * p->X[i * p->r + c];
    }
}

/* Slopes (n) of point i: those of its multiplier, or of its states when that is 0. */
static inline void step_slopes(const struct step *s, size_t i, long double *slope)
{
    const struct unlearn_problem *q = &s->problem;
    size_t m = q->points->m;

    for (size_t j = 0; j < q->net->n; j++) {
        if (q->lambda[i] > 0.0)
            slope[j] = (long double)q->v[j * m + i] / q->lambda[i];
        else
            slope[j] = q->state[j * m + i] > 0 ? 1.0L : q->net->leak;
    }
}

/* A += factor * sum over the forget set of v_ji y_i u_j x_i. */
static inline void step_add_ascent(const struct step *s, long double factor,
                                   long double *A)
{
    size_t m = s->problem.points->m;

    for (size_t k = 0; k < s->problem.forget_count; k++) {
        long double v[STEP_WEIGHTS];

        for (size_t j = 0; j < s->problem.net->n; j++)
            v[j] = s->problem.v[j * m + s->problem.forget[k]];
        step_add(s, s->problem.forget[k], v, factor, A);
    }
}

static inline long double step_length(const long double *a, size_t count)
{
    long double sum = 0.0L;

    for (size_t i = 0; i < count; i++)
        sum += a[i] * a[i];
    return sqrtl(sum);
}

/* The largest entry of theta' - (theta + move), in multiples of |theta|. */
static inline double step_error(const struct step *s, const long double *move)
{
    long double worst = 0.0L, gap;

    for (size_t i = 0; i < step_count(s); i++) {
        gap = fabsl(s->out.W[i] - s->problem.theta->W[i] - move[i]);
        if (isnan(gap))
            return (double)NAN;
        worst = fmaxl(worst, gap);
    }
    return (double)worst / step_theta_norm(s);
}

/* Linear and (leaky) ReLU, both samplers, with and without signal. */
static inline struct recipe recipe_of(size_t k)
{
    const double leak[] = {0.0, 0.1, 0.5, 1.0};

    return (struct recipe){.sampler = k % 3 ? SAMPLER_BARTLETT : SAMPLER_AMBIENT,
                           .m = 6 + k % 3,
                           .n = k % 4 == 3 ? 1 : 12,
                           .d = 60.0,
                           .leak = leak[k % 4],
                           .signal = k % 2 ? 0.5 : 0.0,
                           .seed = k};
}

struct bench {
    struct instance in;
    struct model model;
    struct step step;
};

/* Model k, exact or trained; forget 1 to 3 points, from point 0 to 2 on. */
static inline void bench_make(struct bench *b, size_t k, bool exact, double scale)
{
    struct recipe recipe = recipe_of(k);

    instance_draw(&b->in, &recipe);
    if (exact)
        model_exact(&b->model, &b->in);
    else
        model_train(&b->model, &b->in, 300);
    fixture_need(b->model.result.margin > 0.0, "training");
    step_make(&b->step, &b->in, &b->model, 0, scale);
    step_choose(&b->step, k % 3, 1 + k / 3 % 3);
}

static inline void bench_release(struct bench *b)
{
    step_release(&b->step);
    model_release(&b->model);
    instance_release(&b->in);
}

#endif
