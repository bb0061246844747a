/* fit_fixture.h - a point of up to eight training points, and its multipliers. */
#ifndef FIT_FIXTURE_H
#define FIT_FIXTURE_H

#include "check.h"
#include "fixture.h"
#include "sweep/multipliers.h"

enum { MOST = 8, NEURONS = 6, MOST_R = 9 };

struct fit {
    struct network net;
    struct points points;
    double X[MOST * MOST_R], y[MOST], W[NEURONS * MOST_R], terms[NEURONS];
    double lambda[MOST], v[NEURONS * MOST], margin[MOST];
    struct weights theta;
    struct multipliers out;
    struct arena arena;
    struct multipliers_workspace w;
};

/* n = 1: the linear predictor. */
static inline void fit_make(struct fit *f, size_t n, size_t r, double leak)
{
    *f = (struct fit){
        .net = network_make(n == 1 ? MODEL_LINEAR : MODEL_LEAKY_RELU, n, leak),
        .points = {0, r, f->X, f->y, NULL},
        .theta = {.W = f->W},
        .out = {.lambda = f->lambda, .v = f->v}};
    FIXTURE_LAYOUT(&f->arena)
    {
        multipliers_layout(&f->w, n, MOST, r, &f->arena);
    }
}

static inline void fit_solve(struct fit *f)
{
    multipliers_solve(&f->net, &f->points, &f->theta, &f->w, &f->out);
    check_true(f->out.stop == PROGRAM_CONVERGED, "ended as %d", (int)f->out.stop);
}

static inline double fit_norm(const struct fit *f)
{
    return direct_norm(f->W, f->net.n * f->points.r);
}

/* lambda, slopes and what is printed belong together. */
static inline void check_answer(const struct fit *f)
{
    size_t n = f->net.n, m = f->points.m;
    double rho[NEURONS * MOST_R], delta = 0.0, off = 0.0, size = fit_norm(f);
    double eps = direct_residual(&f->net, &f->points, f->W, f->v, rho);
    for (size_t i = 0; i < m; i++) {
        double q = direct_margin(&f->net, f->W, &f->points, i), l = f->lambda[i];
        delta = fmax(delta, l * (q - 1.0));
        off = fmax(off, -l);
        for (size_t j = 0; j < n; j++)
            off =
                fmax(off, fmax(f->net.leak * l - f->v[j * m + i], f->v[j * m + i] - l));
    }
    check_true(off <= 1e-12 * size * size, "bounds are broken by %g", off);
    check_true(fabs(eps - f->out.eps) <= 1e-13 * size, "eps %g, not %g", f->out.eps,
               eps);
    check_true(fabs(delta - f->out.delta) <= 1e-12 * size * size, "delta %g, not %g",
               f->out.delta, delta);
}

#endif
