/* Private to cost.c and to its fit, tests/bench/cost_fit.c: how much work of each kind.
 * An expected time is the sum of these counts times cost_seconds. */
#ifndef COST_TERMS_H
#define COST_TERMS_H

#include "sweep/cost.h"

enum cost_term {
    COST_DRAW,          /* one draw */
    COST_GRAM,          /* m^2 r: X X^T, where r = min(m, d) */
    COST_NORMALS,       /* random numbers */
    COST_PROJECTED_X,   /* products of points with points in all d dimensions */
    COST_PROJECTED_W,   /* of initial weights with points */
    COST_PROJECTED_T,   /* of test points with points */
    COST_OUTSIDE,       /* of test points with what initial weights have outside */
    COST_STEP,          /* descent steps */
    COST_STEP_POINTS,   /* steps, points */
    COST_STEP_TABLES,   /* steps, tiles, blocks; see step.h */
    COST_STEP_TILES,    /* steps, neurons, tiles */
    COST_STEP_BLOCKS,   /* steps, neurons, tiles, blocks */
    COST_STEP_KINKS,    /* the same with neurons on kinks, whose states keep changing */
    COST_STEP_SLIM,     /* steps, n m r: without squares of m (network_slim) */
    COST_MULTIPLIERS,   /* pairs n m */
    COST_MULTIPLIERS_M, /* n m^2 */
    COST_EXACT,         /* exact points */
    COST_EXACT_CUBE,    /* m^3 */
    COST_EXACT_KINKS,   /* n m^3 with neurons on kinks */
    COST_EXACT_SLIM,    /* m (n r)^2 without squares of m, in place of all these */
    COST_TESTS,         /* test points, distinct neurons */
    COST_TESTS_M,       /* times m */
    COST_RANKS,         /* n^3 */
    COST_CELL,          /* cells: the convex programs, from a start that is near */
    COST_CELL_PAIRS,    /* n m */
    COST_CELL_CUBE,     /* m^3 */
    COST_CELL_KINKS,    /* n m^3 with neurons on kinks */
    COST_CELL_SLIM,     /* m (n r)^2 without squares of m */
    COST_REFIT_PAIRS,   /* n m for each refit */
    COST_REFIT_M,       /* n m^2 for each refit */
    COST_REFIT_SLIM,    /* m (n r)^2 for each, without squares of m */
    COST_TERMS
};

/* CPU seconds of one of each. */
extern const double cost_seconds[COST_TERMS];

/* What cost_data, cost_training, cost_ranks and cost_cell count is added to `count`. */
void cost_terms_data(const struct setting *s, double tests, double *count);
void cost_terms_training(const struct setting *s, double points, double tests,
                         double *count);
void cost_terms_ranks(const struct setting *s, double *count);
void cost_terms_cell(const struct setting *s, double *count);

/* Expected descent steps. */
double cost_steps(const struct setting *s);

/* About the share of neurons held on a kink, from 0 to 1, and the pull of the means
 * beside the noise that decides it; see cost.c. */
double cost_kinks(const struct setting *s);
double cost_pull(const struct setting *s);

#endif
