/* cost.h - expected seconds of the parts of a unit: a sum of a few terms, each the
 * count of one kind of work. A function of the setting alone; it orders units, deals
 * shards and gives the first guess of a run's length, never a result. What it leaves
 * out: `tolerance` (training is taken to go to its end) and what differs between two
 * replicates. */
#ifndef SWEEP_COST_H
#define SWEEP_COST_H

#include "sweep/parameters.h"

/* Points, initial weights and so many test points, drawn. */
double cost_data(const struct setting *s, double tests);

/* Initial weights once more, with what they have outside the span. */
double cost_start(const struct setting *s, double tests);

/* One model trained on so many points, made exact with `polish`, and measured on so
 * many test points. */
double cost_training(const struct setting *s, double points, double tests);

/* The same of a model that one more checkpoint of a training gives. */
double cost_model(const struct setting *s, double points, double tests);

/* Ranks along one training. */
double cost_ranks(const struct setting *s);

/* One cell: the unlearning step, three certificates, their proofs, the accuracy. */
double cost_cell(const struct setting *s);

#endif
