/* Private to train*.c: one descent on its way. */
#ifndef TRAIN_PRIVATE_H
#define TRAIN_PRIVATE_H

#include "drift.h"
#include "pattern.h"
#include "step.h"
#include "sweep/train.h"

/* Lengths of steps and times, in units of the learning rate. */
struct pace {
    double time;  /* sum of all steps */
    double step;  /* the next one */
    double speed; /* largest change of a margin in the last step, over its length */
    bool stepped; /* since margins were measured */
};

/* How many steps of the kinds that see every change of a state come before the first chunk
 * of those that do not: quiet ones, and full ones. */
enum { FIRST_WAIT = 4, FIRST_DRIFT_WAIT = 16 };

/* One descent on its way. */
struct descent {
    const struct network *net;
    const struct points *p;
    const double *W0;
    const struct train_options *o;
    struct train_workspace *w;
    struct weights *theta;
    struct train_result *result;
    struct train_history *history; /* NULL: nothing is kept */
    struct pace pace;
    double factor;         /* of loss_weights, for the margins measured last */
    double loss;           /* summed up to the last test */
    double tested;         /* time of the last test */
    double stable;         /* time since a gate moved, in whole checks */
    uint64_t chunk;        /* length of the next chunk of the pattern */
    uint64_t held;         /* steps that the present pattern has held */
    size_t wait;           /* quiet steps before the next pattern */
    uint64_t full;         /* full steps since chunks with few changes were given up */
    uint64_t drift_length; /* of the next one */
    uint64_t drifted;      /* steps in them since they were tried */
    size_t drift_wait;     /* full steps before the next try */
    double square;         /* |theta|^2 where the pattern starts; NaN: not known */
    double least;          /* with watched points: |theta|^2 is no less */
};

/* At W(0): points, weights and their products into the workspace. */
void train_start(struct descent *d);

/* From the present state to the end. */
void train_descend(struct descent *d);

/* Margins, weights and the next step of the present state. False when they are not
 * finite. */
bool train_measure(struct descent *d);

/* Whether there is an end that no test has to look for. */
bool train_arrived(const struct descent *d);

/* A step with the weights measured last was taken. */
void train_note_step(struct descent *d);

/* Whether steps may be taken in chunks: with products of all points, and none watched at
 * every step. */
bool train_has_chunks(const struct descent *d);

/* Up to `limit` steps that cost less than full ones; returns how many there were. */
uint64_t train_quick_steps(struct descent *d, uint64_t limit);

/* The last test that a training with more steps makes too, if it comes so far. */
static inline uint64_t train_last_common(const struct train_options *o)
{
    return o->max_steps - o->max_steps % TRAIN_CHECK_STEPS;
}

#endif
