/* columns.h - the one table of every result of a trial.
 *
 * The record, the SQLite schema, the header of tables, `sweep columns` and axis labels of
 * plots are read off it. A new result is one row in columns.c, one name in `enum column`
 * and the line in trial_train.c or trial_evaluate.c that fills it.
 */
#ifndef SWEEP_COLUMNS_H
#define SWEEP_COLUMNS_H

#include "sweep/names.h"
#include <stdbool.h>
#include <stddef.h>

enum column_type {
    COLUMN_REAL,
    COLUMN_INTEGER,
    COLUMN_WORD,
    COLUMN_AUDIT /* of many trials (results.h): no column of the table has it */
};

enum column {
    C_STOP_REASON,
    C_STEPS,
    C_PSI,
    C_PHI,
    C_MISLABELLED,
    C_TRAINED_EPS,
    C_TRAINED_DELTA,
    C_TRAINED_MARGIN,
    C_TRAINED_NORM,
    C_TRAINED_RELATIVE_EPS,
    C_TRAINED_RELATIVE_DELTA,
    C_TRAINED_LOSS,
    C_TRAINED_ERROR,
    C_LOSS_SUM,
    C_LOG_EVIDENCE,
    C_UNIQUE,
    C_POLISH_TAU,
    C_POLISH_FLIPS,
    C_KINKS,
    C_DEAD_NEURONS,
    C_STABLE_RANK_INIT,
    C_STABLE_RANK_STEP,
    C_STABLE_RANK_TRAINED,
    C_STABLE_RANK_EXACT,
    C_RANK_INIT,
    C_RANK_STEP,
    C_RANK_TRAINED,
    C_RANK_EXACT,
    C_FORGOTTEN,
    C_LAMBDA_FORGET,
    C_FORGET_KINKS,
    C_SEPARATED,
    C_SCALED_EPS,
    C_SCALED_DELTA,
    C_NORM,
    C_SCALED_RELATIVE_EPS,
    C_SCALED_RELATIVE_DELTA,
    C_RESTORED_EPS,
    C_RESTORED_DELTA,
    C_RESTORED_TAU,
    C_RESTORED_NORM,
    C_RESTORED_RELATIVE_EPS,
    C_RESTORED_RELATIVE_DELTA,
    C_EXACT_EPS,
    C_EXACT_DELTA,
    C_EXACT_TAU,
    C_EXACT_NORM,
    C_EXACT_RELATIVE_EPS,
    C_EXACT_RELATIVE_DELTA,
    C_FLIPS,
    C_RETRAIN_TAU,
    C_NONE_TAU,
    C_RETRAIN_RATIO,
    C_REQUESTS_TAU,
    C_FLOOR_TAU,
    C_RETRAIN_AGREEMENT,
    C_NONE_AGREEMENT,
    C_FLOOR_AGREEMENT,
    C_RETRAIN_OUTPUT_DISTANCE,
    C_NONE_OUTPUT_DISTANCE,
    C_FLOOR_OUTPUT_DISTANCE,
    C_FORGET_MARGIN_BEFORE,
    C_FORGET_MARGIN_AFTER,
    C_FORGET_MARGIN_UNLEARNED,
    C_FORGET_MARGIN_UNLEARNED_MEAN,
    C_FORGET_MARGIN_UNLEARNED_MAX,
    C_FORGET_MARGIN_RETRAIN,
    C_FORGET_MARGIN_RETRAIN_MEAN,
    C_FORGET_MARGIN_RETRAIN_MAX,
    C_RELEARN_UNLEARNED,
    C_RELEARN_RETRAIN,
    C_RETAIN_MARGIN_CHANGE,
    C_STATES_CHANGED,
    C_STEP_FLOPS,
    C_ACCURACY_TRAINED,
    C_ACCURACY_UNLEARNED,
    C_ACCURACY_RETRAINED,
    C_TRAINED_PROOF,
    C_TRAINED_PROVED,
    C_TRAINED_GAP,
    C_TRAINED_PROOF_BITS,
    C_SCALED_PROVED_EPS,
    C_SCALED_PROVED_DELTA,
    C_SCALED_PROVED_TAU,
    C_RESTORED_PROVED_EPS,
    C_RESTORED_PROVED_DELTA,
    C_RESTORED_PROVED_TAU,
    C_EXACT_PROOF,
    C_EXACT_PROVED,
    C_EXACT_GAP,
    C_EXACT_PROOF_BITS,
    C_EXACT_PROVED_TAU,
    C_SECONDS,
    COLUMN_COUNT,
    /* Not of trials: the results of one's own (results.h). */
    COLUMN_OWN,
    COLUMN_OWN_LAST = COLUMN_OWN + 63
};

enum { RESULTS_LIMIT = COLUMN_OWN_LAST - COLUMN_OWN + 1 };

/* What the rounding error of a result is a share of: two machines that round otherwise
 * differ by a few 1e-16 of it, grown by the condition of the problem, however small the
 * result itself is. */
enum column_scale {
    SCALE_UNDECIDED,         /* of no row: a new one has to choose */
    SCALE_VALUE,             /* itself: nothing cancels in it */
    SCALE_ONE,               /* 1 - cos, margins, scalar products of unit vectors */
    SCALE_TRAINED,           /* |theta| of the trained model at margin 1 */
    SCALE_TRAINED_SQUARED,   /* its square, which is the sum of the multipliers */
    SCALE_UNLEARNED,         /* |theta~|, or the trained model's if that is larger */
    SCALE_UNLEARNED_SQUARED, /* its square */
    SCALE_RATIO,             /* 1 / none_tau */
    SCALE_EVENTS             /* none: a count or a choice is the same, or an event that
                                rounding decides went the other way */
};

struct column_info {
    const char *name;
    const char *symbol; /* "" if none */
    enum column_type type;
    const char *const *words; /* NULL-terminated words of a COLUMN_WORD, else NULL */
    const char *unit;         /* "" if none */
    int in_table; /* 0: differs between equal runs, so only in the database */
    enum column_scale scale; /* of its rounding error */
    const char *meaning;     /* one line */
};

extern const struct column_info column_table[COLUMN_COUNT];

/* The column of that name, or COLUMN_COUNT. */
enum column column_find(const char *name);

/* How a trial ended. Everything but TRIAL_OK is a failure: counted, never averaged. */
enum trial_status {
    TRIAL_OK,
    TRIAL_NON_FINITE,    /* a number became infinite or NaN */
    TRIAL_NOT_SEPARATED, /* the trained model does not classify its training set */
    TRIAL_DEAD_POINT,    /* nor will it: no neuron is active on some training point */
    TRIAL_UNRESOLVED,    /* separated, by a margin too small for double precision */
    TRIAL_SOLVER_LIMIT,  /* an iteration ended above rounding level */
    TRIAL_OUT_OF_MEMORY,
    TRIAL_STATUS_COUNT
};

extern const char *const trial_status_words[TRIAL_STATUS_COUNT + 1];

/* What may help against each failure; NULL for TRIAL_OK. */
extern const char *const trial_status_advice[TRIAL_STATUS_COUNT];

/* The most frequent failure that is not `reported` (one for each status); of equals the
 * first. TRIAL_OK: there is none. */
int trial_status_next(const size_t by_status[TRIAL_STATUS_COUNT], const bool *reported);

/* Result of one trial: one cell, one replicate. NAN: undefined. */
struct record {
    enum trial_status status;
    char message[160]; /* why it failed; "" when it did not */
    double value[COLUMN_COUNT];
};

/* TRIAL_OK, no message, every value NAN. */
void record_clear(struct record *r);

#endif
