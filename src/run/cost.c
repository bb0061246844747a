/* The constants are CPU seconds of one thread of a shared AMD EPYC (AVX2, OpenBLAS),
 * fitted term by term, relative errors weighted alike, to 1015 units: m from 3 to 200,
 * n from 10 to 1000, d from 100 to 1e6, all models, with and without `polish`, with and
 * without a signal. Expected over measured in 90 % of these units: as a whole 0.59 to
 * 1.54; drawing in all dimensions 0.75 to 1.25, in the span 0.51 to 1.33; training with
 * the exact point 0.61 to 1.89; cells 0.40 to 1.64. */
#include "sweep/cost.h"

#include "sweep/train.h"
#include <math.h>

static double value_of(const struct setting *s, enum parameter p)
{
    return s->value[p];
}

/* About the share of neurons held on a kink, from 0 to 1: it decides how long the exact
 * solver takes. In a mixture the means, m |mu|^2, soon outweigh what m inner products
 * of noise add up to, sqrt(m / d); then no neuron is. A leaky one is when the points
 * are far from orthogonal. */
static double kinks(const struct setting *s)
{
    double m = value_of(s, P_SAMPLES), d = value_of(s, P_DIMENSION);
    double length = value_of(s, P_SIGNAL) / value_of(s, P_NOISE);
    double pull = length * length * sqrt(m * d) / 0.8, crowd = m * m / d;
    double share = 1 / (1 + pull * pull * pull * pull);
    if (value_of(s, P_MODEL) == MODEL_LINEAR)
        return 0;
    if (value_of(s, P_MODEL) == MODEL_LEAKY_RELU)
        share *= (1 - value_of(s, P_LEAK)) * crowd * crowd / (1 + crowd * crowd);
    return share;
}

/* The accuracy is closed form. */
static int needs_no_tests(const struct setting *s)
{
    return value_of(s, P_MODEL) == MODEL_LINEAR && value_of(s, P_DATA) == DATA_MIXTURE;
}

/* A model keeps what its initial weights have outside the span. */
static int keeps_outside(const struct setting *s)
{
    return value_of(s, P_POLISH) == 0 && value_of(s, P_MODEL) != MODEL_LINEAR;
}

static double ambient(const struct setting *s, double tests)
{
    double d = value_of(s, P_DIMENSION), m = value_of(s, P_SAMPLES);
    double n = value_of(s, P_WIDTH);
    double normals = (m + n + tests) * d;
    double outside = keeps_outside(s) ? n * tests * d : 0;
    double projections = m < d ? (4e-10 * m + 8e-10 * n + 8e-11 * tests) * m * d : 0;
    return 1.3e-8 * normals + projections + 7e-11 * outside;
}

static double bartlett(const struct setting *s, double tests)
{
    double m = value_of(s, P_SAMPLES), n = value_of(s, P_WIDTH);
    double rest =
        keeps_outside(s) && tests > 0 ? fmin(n, value_of(s, P_DIMENSION) - m - 1) : 0;
    double normals = (m / 2 + n + tests) * m + (n / 2 + tests) * rest;
    return 1.3e-8 * normals + 6.5e-11 * n * tests * rest;
}

double cost_data(const struct setting *s, double tests)
{
    double m = value_of(s, P_SAMPLES);
    double start = 8e-6 + 8e-11 * m * m * m; /* X X^T */
    if (needs_no_tests(s))
        tests = 0;
    return start + (value_of(s, P_SAMPLER) == SAMPLER_AMBIENT ? ambient(s, tests)
                                                              : bartlett(s, tests));
}

/* Steps until the gates rest, which takes the longer the more of them there are. */
static double steps(const struct setting *s)
{
    double n = value_of(s, P_WIDTH), m = value_of(s, P_SAMPLES);
    double most = value_of(s, P_MAX_STEPS), stable = value_of(s, P_STABLE_STEPS);
    if (value_of(s, P_POLISH) == 0 || stable == 0)
        return most;
    return fmin(most, stable + TRAIN_CHECK_STEPS + 1.8 * kinks(s) * m * sqrt(n));
}

/* A step adds, tile by tile of 8 points, a row of a table for every neuron and block of
 * 4 points; see step.h. */
static double cost_of_step(const struct setting *s, double m)
{
    double n = value_of(s, P_WIDTH), tiles = ceil(m / 8), blocks = 2 * tiles;
    return 4e-8 + 1.6e-8 * m + 2.5e-8 * tiles * blocks +
           (3.1e-9 + 5.5e-10 * blocks) * n * tiles;
}

/* The accuracy of one model. Exact points without kinks have few distinct neurons. */
static double cost_of_accuracy(const struct setting *s, double tests)
{
    double n = value_of(s, P_WIDTH), m = value_of(s, P_SAMPLES);
    double distinct = keeps_outside(s) ? 1 : fmax(0.07, kinks(s));
    if (needs_no_tests(s))
        return 0;
    return (1.8e-9 + 7e-11 * m) * distinct * n * tests;
}

/* The convex programs behind a model: a term for each of their sizes, and one for the
 * box least squares of neurons on kinks. */
double cost_training(const struct setting *s, double points, double tests)
{
    double m = points, n = value_of(s, P_WIDTH);
    double cost = steps(s) * cost_of_step(s, m) + cost_of_accuracy(s, tests);
    cost += 1.2e-7 * n * m + 2.4e-9 * n * m * m; /* multipliers */
    if (value_of(s, P_POLISH) != 0)
        cost += 5.4e-5 + 2.4e-9 * m * m * m + 9.5e-10 * kinks(s) * n * m * m * m;
    return cost;
}

double cost_ranks(const struct setting *s)
{
    double n = value_of(s, P_WIDTH);
    return 1.2e-9 * n * n * n;
}

/* The multipliers again for every step but the first of the one method that is not
 * small against certifying its result. */
static double refits(const struct setting *s, double m)
{
    double n = value_of(s, P_WIDTH), steps = value_of(s, P_UNLEARN_STEPS);
    return (steps - 1) * (1e-8 * n * m + 1e-10 * n * m * m);
}

/* The terms of the convex programs, three times over but from a start that is near. */
double cost_cell(const struct setting *s)
{
    double m = value_of(s, P_SAMPLES) - value_of(s, P_FORGET);
    double n = value_of(s, P_WIDTH);
    return 1.7e-5 + 1.6e-7 * n * m + 6e-10 * m * m * m +
           6.6e-10 * kinks(s) * n * m * m * m +
           cost_of_accuracy(s, value_of(s, P_TEST_SAMPLES)) + refits(s, m);
}
