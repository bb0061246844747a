/* cost_seconds are CPU seconds of one thread of a busy AMD EPYC (AVX2, OpenBLAS),
 * fitted by tests/bench/cost_fit.c to the units of tests/bench/cost_units.tsv: m from 4
 * to 200, linear models also to 4000, n from 10 to 800, d from 100 to 2e4, all models,
 * with and without `polish`, with and without a signal. Expected over measured in 90 % of
 * these units: drawing 0.55 to 1.45; training with the exact point 0.36 to 1.55; cells
 * 0.31 to 2.4. A term of 0 is too short to be distinguished from the others. Again, on
 * another machine or for faster code:
 *
 *     meson setup build -Dtests=enabled && ninja -C build tests/bench/cost_fit
 *     build/tests/bench/cost_fit measure 200 > tests/bench/cost_units.tsv
 *     build/tests/bench/cost_fit fit tests/bench/cost_units.tsv
 *
 * whose first lines are the table. */
#include "cost_terms.h"

#include "sweep/network.h"
#include "sweep/train.h"
#include <math.h>
#include <stdbool.h>

/* clang-format off */
const double cost_seconds[COST_TERMS] = {
    [COST_DRAW] = 7.2e-06,
    [COST_GRAM] = 5.6e-11,
    [COST_NORMALS] = 1.7e-08,
    [COST_PROJECTED_X] = 3.9e-10,
    [COST_PROJECTED_W] = 7.9e-10,
    [COST_PROJECTED_T] = 3.3e-11,
    [COST_OUTSIDE] = 9.9e-11,
    [COST_STEP] = 7.4e-08,
    [COST_STEP_POINTS] = 3.7e-09,
    [COST_STEP_TABLES] = 2e-08,
    [COST_STEP_TILES] = 4.3e-10,
    [COST_STEP_BLOCKS] = 0,
    [COST_STEP_KINKS] = 1.2e-09,
    [COST_STEP_SLIM] = 1.9e-09,
    [COST_MULTIPLIERS] = 1.7e-07,
    [COST_MULTIPLIERS_M] = 0,
    [COST_EXACT] = 8.2e-06,
    [COST_EXACT_CUBE] = 5.9e-11,
    [COST_EXACT_KINKS] = 1e-09,
    [COST_EXACT_SLIM] = 0,
    [COST_TESTS] = 0,
    [COST_TESTS_M] = 3.6e-10,
    [COST_RANKS] = 1.2e-09,
    [COST_CELL] = 2.7e-05,
    [COST_CELL_PAIRS] = 1.9e-07,
    [COST_CELL_CUBE] = 3.1e-09,
    [COST_CELL_KINKS] = 4.8e-10,
    [COST_CELL_SLIM] = 4.4e-10,
    [COST_REFIT_PAIRS] = 3.8e-09,
    [COST_REFIT_M] = 4.3e-09,
    [COST_REFIT_SLIM] = 2.5e-08,
};
/* clang-format on */

static double total(const double *count)
{
    double sum = 0;
    for (size_t k = 0; k < COST_TERMS; k++)
        sum += cost_seconds[k] * count[k];
    return sum;
}

static double value_of(const struct setting *s, enum parameter p)
{
    return s->value[p];
}

static double rank_of(const struct setting *s, double m)
{
    return fmin(m, value_of(s, P_DIMENSION));
}

static int is_slim(const struct setting *s, double m)
{
    return m > 1 &&
           network_slim((size_t)value_of(s, P_WIDTH), (size_t)m, (size_t)rank_of(s, m));
}

/* In a mixture the means, m |mu|^2, soon outweigh what m inner products of noise add up
 * to, sqrt(m / d). */
double cost_pull(const struct setting *s)
{
    double m = value_of(s, P_SAMPLES), d = value_of(s, P_DIMENSION);
    double length = value_of(s, P_SIGNAL) / value_of(s, P_NOISE);
    return length * length * sqrt(m * d);
}

/* It decides how long the exact solver takes. No neuron is on a kink where the pull is
 * large; a leaky one is when the points are far from orthogonal. HALF is the pull that
 * leaves half of them: measured 1.3, quartiles 1.0 and 1.5, with 6 to 60 points in 300
 * to 10000 dimensions; with it the fit is better than with 0.8 or 1.0. Of real data
 * nothing is known: images of digits left 0.25 at m = 10, 0.07 at 50, 0.02 at 200. */
double cost_kinks(const struct setting *s)
{
    static const double HALF = 1.3, OF_DATA = 3.5;
    double m = value_of(s, P_SAMPLES), d = value_of(s, P_DIMENSION);
    double pull = cost_pull(s) / HALF, crowd = m * m / d;
    double share = value_of(s, P_DATA) == DATA_MIXTURE
                       ? 1 / (1 + pull * pull * pull * pull)
                       : fmin(1, OF_DATA / m);
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

static void ambient_terms(const struct setting *s, double tests, double *count)
{
    double d = value_of(s, P_DIMENSION), m = value_of(s, P_SAMPLES);
    double n = value_of(s, P_WIDTH);
    count[COST_NORMALS] += (m + n + tests) * d;
    count[COST_OUTSIDE] += keeps_outside(s) ? n * tests * d : 0;
    if (m >= d)
        return;
    count[COST_PROJECTED_X] += m * m * d;
    count[COST_PROJECTED_W] += n * m * d;
    count[COST_PROJECTED_T] += tests * m * d;
}

static void bartlett_terms(const struct setting *s, double tests, double *count)
{
    double m = value_of(s, P_SAMPLES), n = value_of(s, P_WIDTH);
    double rest =
        keeps_outside(s) && tests > 0 ? fmin(n, value_of(s, P_DIMENSION) - m - 1) : 0;
    count[COST_NORMALS] += (m / 2 + n + tests) * m + (n / 2 + tests) * rest;
    count[COST_OUTSIDE] += n * tests * rest;
}

void cost_terms_data(const struct setting *s, double tests, double *count)
{
    double m = value_of(s, P_SAMPLES);
    if (needs_no_tests(s))
        tests = 0;
    count[COST_DRAW] += 1;
    count[COST_GRAM] += m * m * rank_of(s, m);
    if (value_of(s, P_SAMPLER) == SAMPLER_AMBIENT)
        ambient_terms(s, tests, count);
    else
        bartlett_terms(s, tests, count);
}

/* Steps until every margin is 1 (hinge) or positive: one adds some eta / (2 m) to each,
 * and the first ones make up for what init_scale has put in. Measured with hinge, half of
 * this to four times it; the points are separated sooner where they are orthogonal, and
 * later where wrong labels have to be fitted. */
static double steps_to_arrive(const struct setting *s)
{
    double start = value_of(s, P_INIT_SCALE), way = INFINITY;
    if (value_of(s, P_LOSS) == LOSS_HINGE)
        way = 1 + start;
    if (value_of(s, P_STOP) == STOP_SEPARATED)
        way = 0.1 + start;
    return 1 + 3 * value_of(s, P_SAMPLES) * way / value_of(s, P_LEARNING_RATE);
}

/* Steps until the gates rest, which takes the longer the more of them there are: the
 * fit prints how much longer. */
double cost_steps(const struct setting *s)
{
    double n = value_of(s, P_WIDTH), m = value_of(s, P_SAMPLES);
    double most = fmin(value_of(s, P_MAX_STEPS), steps_to_arrive(s));
    double stable = value_of(s, P_STABLE_STEPS);
    if (value_of(s, P_POLISH) == 0 || stable == 0)
        return most;
    double steps = stable + TRAIN_CHECK_STEPS + 1.8 * cost_kinks(s) * m * sqrt(n);
    if (value_of(s, P_OPTIMIZER) == OPTIMIZER_GROWING_GD && steps > TRAIN_GROWTH_STEPS)
        steps =
            TRAIN_GROWTH_STEPS * (5.0 - 4.0 * pow(steps / TRAIN_GROWTH_STEPS, -0.25));
    return fmin(most, steps);
}

/* The share of neurons whose states change all through training: those that end on a
 * kink. Real data, far from orthogonal, keep all of them changing. */
static double changing(const struct setting *s)
{
    return value_of(s, P_DATA) == DATA_MIXTURE ? cost_kinks(s) : 1;
}

/* A step adds, tile by tile of 8 points, a row of a table for every neuron and block of
 * 4 points, unless no activation state changes; see step.h and pattern.h. */
static void step_terms(const struct setting *s, double m, double steps, double *count)
{
    double n = value_of(s, P_WIDTH), tiles = ceil(m / 8), blocks = 2 * tiles;
    count[COST_STEP] += steps;
    count[COST_STEP_POINTS] += steps * m;
    if (is_slim(s, m)) {
        count[COST_STEP_SLIM] += steps * n * m * rank_of(s, m);
        return;
    }
    count[COST_STEP_TABLES] += steps * tiles * blocks;
    count[COST_STEP_TILES] += steps * n * tiles;
    count[COST_STEP_BLOCKS] += steps * n * tiles * blocks;
    count[COST_STEP_KINKS] += changing(s) * steps * n * tiles * blocks;
}

/* The accuracy of one model. Exact points without kinks have few distinct neurons. */
static void accuracy_terms(const struct setting *s, double tests, double *count)
{
    double n = value_of(s, P_WIDTH), m = value_of(s, P_SAMPLES);
    double distinct = keeps_outside(s) ? 1 : fmax(0.07, cost_kinks(s));
    if (needs_no_tests(s))
        return;
    count[COST_TESTS] += distinct * n * tests;
    count[COST_TESTS_M] += distinct * n * tests * m;
}

static double slim_program(const struct setting *s, double m)
{
    double rows = value_of(s, P_WIDTH) * rank_of(s, m);
    return m * rows * rows;
}

/* The convex programs behind a model: a term for each of their sizes, and one for the
 * box least squares of neurons on kinks. */
static void model_terms(const struct setting *s, double points, double tests,
                        double *count)
{
    double m = points, n = value_of(s, P_WIDTH);
    accuracy_terms(s, tests, count);
    count[COST_MULTIPLIERS] += n * m;
    if (is_slim(s, m)) {
        count[COST_EXACT_SLIM] += slim_program(s, m);
        return;
    }
    count[COST_MULTIPLIERS_M] += n * m * m;
    if (value_of(s, P_POLISH) == 0)
        return;
    count[COST_EXACT] += 1;
    count[COST_EXACT_CUBE] += m * m * m;
    count[COST_EXACT_KINKS] += cost_kinks(s) * n * m * m * m;
}

void cost_terms_training(const struct setting *s, double points, double tests,
                         double *count)
{
    step_terms(s, points, cost_steps(s), count);
    model_terms(s, points, tests, count);
}

void cost_terms_ranks(const struct setting *s, double *count)
{
    double n = value_of(s, P_WIDTH);
    count[COST_RANKS] += n * n * n;
}

/* Two models; few take longer than LONG where they get there at all. */
static void relearning_terms(const struct setting *s, double *count)
{
    static const double LONG = 300;
    double steps = fmin(LONG, value_of(s, P_RELEARN_STEPS));
    step_terms(s, value_of(s, P_SAMPLES), 2 * steps, count);
}

/* The refits are those of the one method that is not small against certifying its
 * result: the multipliers again for every step and request but the first. */
void cost_terms_cell(const struct setting *s, double *count)
{
    double m = value_of(s, P_SAMPLES) - value_of(s, P_FORGET);
    double n = value_of(s, P_WIDTH);
    double refits = value_of(s, P_REQUESTS) * value_of(s, P_UNLEARN_STEPS) - 1;
    count[COST_CELL] += 1;
    count[COST_CELL_PAIRS] += n * m;
    count[COST_REFIT_PAIRS] += refits * n * m;
    accuracy_terms(s, value_of(s, P_TEST_SAMPLES), count);
    relearning_terms(s, count);
    if (is_slim(s, m)) {
        count[COST_CELL_SLIM] += slim_program(s, m);
        count[COST_REFIT_SLIM] += refits * slim_program(s, m);
        return;
    }
    count[COST_CELL_CUBE] += m * m * m;
    count[COST_CELL_KINKS] += cost_kinks(s) * n * m * m * m;
    count[COST_REFIT_M] += refits * n * m * m;
}

double cost_data(const struct setting *s, double tests)
{
    double count[COST_TERMS] = {0};
    cost_terms_data(s, tests, count);
    return total(count);
}

double cost_start(const struct setting *s, double tests)
{
    double count[COST_TERMS] = {0};
    double d = value_of(s, P_DIMENSION), m = value_of(s, P_SAMPLES);
    double n = value_of(s, P_WIDTH);
    bool ambient = value_of(s, P_SAMPLER) == SAMPLER_AMBIENT;
    double outside = keeps_outside(s) ? ambient ? d : fmin(2 * n, d - m - 1) : 0;
    count[COST_NORMALS] = n * (ambient ? d : m + outside) + tests * outside;
    count[COST_PROJECTED_W] = ambient && m < d ? n * m * d : 0;
    count[COST_PROJECTED_T] = ambient && m < d ? tests * m * outside : 0;
    count[COST_OUTSIDE] = n * tests * outside;
    return total(count);
}

double cost_training(const struct setting *s, double points, double tests)
{
    double count[COST_TERMS] = {0};
    cost_terms_training(s, points, tests, count);
    return total(count);
}

double cost_model(const struct setting *s, double points, double tests)
{
    double count[COST_TERMS] = {0};
    model_terms(s, points, tests, count);
    return total(count);
}

double cost_ranks(const struct setting *s)
{
    double count[COST_TERMS] = {0};
    cost_terms_ranks(s, count);
    return total(count);
}

/* An operation on balls takes some 60 ns. */
static double proofs(const struct setting *s)
{
    double m = value_of(s, P_SAMPLES) - value_of(s, P_FORGET);
    double n = value_of(s, P_WIDTH);
    if (value_of(s, P_PROVE) == 0)
        return 0;
    return 3e-4 + 2e-7 * n * m * m + 5e-8 * cost_kinks(s) * n * m * m * m;
}

double cost_cell(const struct setting *s)
{
    double count[COST_TERMS] = {0};
    cost_terms_cell(s, count);
    return total(count) + proofs(s);
}
