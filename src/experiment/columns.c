#include "sweep/columns.h"
#include <math.h>
#include <string.h>

/* In the order of enum train_stop. */
static const char *const stop_reason_words[] = {
    "tolerance", "step_limit", "non_finite", "cancelled", "gates_stable", NULL};

const char *const trial_status_words[TRIAL_STATUS_COUNT + 1] = {
    [TRIAL_OK] = "ok",
    [TRIAL_NON_FINITE] = "non_finite",
    [TRIAL_NOT_SEPARATED] = "not_separated",
    [TRIAL_DEAD_POINT] = "dead_point",
    [TRIAL_UNRESOLVED] = "margin_unresolved",
    [TRIAL_SOLVER_LIMIT] = "solver_limit",
    [TRIAL_OUT_OF_MEMORY] = "out_of_memory",
};

/* Name, symbol, type, words, unit, in table, scale of its rounding, meaning. */
/* clang-format off */
const struct column_info column_table[COLUMN_COUNT] = {
    [C_STOP_REASON] = {"stop_reason", "", COLUMN_WORD, stop_reason_words, "", 1,
        SCALE_EVENTS,
        "why training ended"},
    [C_STEPS] = {"steps", "", COLUMN_INTEGER, NULL, "steps", 1, SCALE_EVENTS,
        "training steps taken"},
    [C_PSI] = {"psi", "psi", COLUMN_REAL, NULL, "", 1, SCALE_ONE,
        "largest | |x_i|^2 - 1 | of the training points"},
    [C_PHI] = {"phi", "phi", COLUMN_REAL, NULL, "", 1, SCALE_ONE,
        "largest |<x_i, x_k>| of two different training points"},
    [C_MISLABELLED] = {"mislabelled", "", COLUMN_INTEGER, NULL, "points", 1,
        SCALE_VALUE,
        "training points whose label was flipped"},
    [C_TRAINED_EPS] = {"trained_eps", "eps_1", COLUMN_REAL, NULL, "", 1, SCALE_TRAINED,
        "stationarity residual of the trained model, scaled to margin 1 on all points"},
    [C_TRAINED_DELTA] = {"trained_delta", "delta_1", COLUMN_REAL, NULL, "", 1,
        SCALE_TRAINED_SQUARED,
        "largest lambda_i (q_i - 1) of the trained model, scaled to margin 1 on "
        "all points"},
    [C_TRAINED_MARGIN] = {"trained_margin", "", COLUMN_REAL, NULL, "", 1, SCALE_ONE,
        "smallest margin on all points of the model as training left it, before "
        "scaling"},
    [C_TRAINED_NORM] = {"trained_norm", "|theta|", COLUMN_REAL, NULL, "", 1,
        SCALE_VALUE,
        "norm of the trained model after scaling to margin 1"},
    [C_TRAINED_RELATIVE_EPS] = {"trained_relative_eps", "eps_1/|theta|", COLUMN_REAL,
        NULL, "", 1, SCALE_ONE, "trained_eps over trained_norm"},
    [C_TRAINED_RELATIVE_DELTA] = {"trained_relative_delta", "delta_1/|theta|^2",
        COLUMN_REAL, NULL, "", 1, SCALE_ONE,
        "trained_delta over the square of trained_norm"},
    [C_UNIQUE] = {"unique", "", COLUMN_INTEGER, NULL, "", 1, SCALE_EVENTS,
        "1 if the trained model's multipliers are the only ones with that eps and "
        "delta; if 0 they are the shortest"},
    [C_POLISH_TAU] = {"polish_tau", "", COLUMN_REAL, NULL, "", 1, SCALE_ONE,
        "1 - cos of the model as training left it and the exact KKT point it was moved "
        "to"},
    [C_POLISH_FLIPS] = {"polish_flips", "", COLUMN_INTEGER, NULL, "pairs", 1,
        SCALE_EVENTS,
        "neuron-point gates that flipped on the way from training to the exact KKT "
        "point"},
    [C_KINKS] = {"kinks", "", COLUMN_REAL, NULL, "", 1, SCALE_EVENTS,
        "share of neuron-point pairs on a kink in the trained model, dead neurons left "
        "out"},
    [C_DEAD_NEURONS] = {"dead_neurons", "", COLUMN_REAL, NULL, "", 1, SCALE_EVENTS,
        "share of neurons that no training point activates in the trained model"},
    [C_STABLE_RANK_INIT] = {"stable_rank_init", "|W|_F^2/|W|_2^2", COLUMN_REAL, NULL,
        "", 1, SCALE_VALUE, "stable rank of the weights before training"},
    [C_STABLE_RANK_STEP] = {"stable_rank_step", "|W|_F^2/|W|_2^2", COLUMN_REAL, NULL,
        "", 1, SCALE_VALUE, "stable rank of the weights after the first training step"},
    [C_STABLE_RANK_TRAINED] = {"stable_rank_trained", "|W|_F^2/|W|_2^2", COLUMN_REAL,
        NULL, "", 1, SCALE_VALUE, "stable rank of the weights as training left them"},
    [C_STABLE_RANK_EXACT] = {"stable_rank_exact", "|W|_F^2/|W|_2^2", COLUMN_REAL, NULL,
        "", 1, SCALE_VALUE,
        "stable rank of the weights at the exact KKT point that training leads to"},
    [C_RANK_INIT] = {"rank_init", "", COLUMN_INTEGER, NULL, "", 1, SCALE_EVENTS,
        "singular values of the weights above 1e-6 of the largest, before training"},
    [C_RANK_STEP] = {"rank_step", "", COLUMN_INTEGER, NULL, "", 1, SCALE_EVENTS,
        "singular values of the weights above 1e-6 of the largest, after the first "
        "training step"},
    [C_RANK_TRAINED] = {"rank_trained", "", COLUMN_INTEGER, NULL, "", 1, SCALE_EVENTS,
        "singular values of the weights above 1e-6 of the largest, as training left "
        "them"},
    [C_RANK_EXACT] = {"rank_exact", "", COLUMN_INTEGER, NULL, "", 1, SCALE_EVENTS,
        "singular values of the weights above 1e-6 of the largest, at the exact KKT "
        "point that training leads to"},
    [C_FORGOTTEN] = {"forgotten", "", COLUMN_INTEGER, NULL, "points", 1, SCALE_VALUE,
        "points forgotten: fewer than 'forget' when mislabelled ones are to be "
        "forgotten and fewer labels were flipped"},
    [C_LAMBDA_FORGET] = {"lambda_forget", "", COLUMN_REAL, NULL, "", 1,
        SCALE_TRAINED_SQUARED,
        "sum of the trained model's multipliers of the forgotten points"},
    [C_SEPARATED] = {"separated", "", COLUMN_INTEGER, NULL, "", 1, SCALE_EVENTS,
        "1 if the unlearned model separates the retained points, else 0"},
    [C_SCALED_EPS] = {"scaled_eps", "eps", COLUMN_REAL, NULL, "", 1, SCALE_UNLEARNED,
        "stationarity residual of the unlearned model, scaled to margin 1 (tau = 0)"},
    [C_SCALED_DELTA] = {"scaled_delta", "delta", COLUMN_REAL, NULL, "", 1,
        SCALE_UNLEARNED_SQUARED,
        "largest lambda_i (q_i - 1) of the unlearned model, scaled to margin 1 "
        "(tau = 0)"},
    [C_NORM] = {"norm", "|theta~|", COLUMN_REAL, NULL, "", 1, SCALE_VALUE,
        "norm of the unlearned model scaled to margin 1"},
    [C_SCALED_RELATIVE_EPS] = {"scaled_relative_eps", "eps/|theta~|", COLUMN_REAL, NULL,
        "", 1, SCALE_ONE, "scaled_eps over norm: can be compared between trials"},
    [C_SCALED_RELATIVE_DELTA] = {"scaled_relative_delta", "delta/|theta~|^2",
        COLUMN_REAL, NULL, "", 1, SCALE_ONE, "scaled_delta over the square of norm"},
    [C_RESTORED_EPS] = {"restored_eps", "eps", COLUMN_REAL, NULL, "", 1,
        SCALE_UNLEARNED,
        "stationarity residual with the trained model's activation states restored"},
    [C_RESTORED_DELTA] = {"restored_delta", "delta", COLUMN_REAL, NULL, "", 1,
        SCALE_UNLEARNED_SQUARED,
        "largest lambda_i (q_i - 1) with the trained model's activation states "
        "restored"},
    [C_RESTORED_TAU] = {"restored_tau", "tau", COLUMN_REAL, NULL, "", 1, SCALE_ONE,
        "1 - cos of the unlearned model and the nearest one with the trained model's "
        "activation states"},
    [C_RESTORED_NORM] = {"restored_norm", "|theta~|", COLUMN_REAL, NULL, "", 1,
        SCALE_VALUE,
        "norm of the model with activation states restored, scaled to margin 1"},
    [C_RESTORED_RELATIVE_EPS] = {"restored_relative_eps", "eps/|theta~|", COLUMN_REAL,
        NULL, "", 1, SCALE_ONE, "restored_eps over restored_norm"},
    [C_RESTORED_RELATIVE_DELTA] = {"restored_relative_delta", "delta/|theta~|^2",
        COLUMN_REAL, NULL, "", 1, SCALE_ONE,
        "restored_delta over the square of restored_norm"},
    [C_EXACT_EPS] = {"exact_eps", "eps", COLUMN_REAL, NULL, "", 1, SCALE_TRAINED,
        "stationarity residual of the exact KKT point of the unlearned model's own "
        "gates: rounding"},
    [C_EXACT_DELTA] = {"exact_delta", "delta", COLUMN_REAL, NULL, "", 1,
        SCALE_TRAINED_SQUARED,
        "largest lambda_i (q_i - 1) of the exact KKT point of the unlearned model's "
        "own gates: rounding"},
    [C_EXACT_TAU] = {"exact_tau", "tau", COLUMN_REAL, NULL, "", 1, SCALE_ONE,
        "1 - cos of the unlearned model and the exact KKT point of its own gates"},
    [C_EXACT_NORM] = {"exact_norm", "|theta~|", COLUMN_REAL, NULL, "", 1, SCALE_VALUE,
        "norm of the exact KKT point of the unlearned model's own gates"},
    [C_EXACT_RELATIVE_EPS] = {"exact_relative_eps", "eps/|theta~|", COLUMN_REAL, NULL,
        "", 1, SCALE_ONE, "exact_eps over exact_norm"},
    [C_EXACT_RELATIVE_DELTA] = {"exact_relative_delta", "delta/|theta~|^2", COLUMN_REAL,
        NULL, "", 1, SCALE_ONE, "exact_delta over the square of exact_norm"},
    [C_FLIPS] = {"flips", "", COLUMN_INTEGER, NULL, "pairs", 1, SCALE_EVENTS,
        "neuron-point gates that flipped on the way from the unlearned model to the "
        "exact KKT point"},
    [C_RETRAIN_TAU] = {"retrain_tau", "", COLUMN_REAL, NULL, "", 1, SCALE_ONE,
        "1 - cos of the unlearned and the retrained model"},
    [C_NONE_TAU] = {"none_tau", "", COLUMN_REAL, NULL, "", 1, SCALE_ONE,
        "1 - cos of the trained and the retrained model: what doing nothing gives"},
    [C_RETRAIN_RATIO] = {"retrain_ratio", "", COLUMN_REAL, NULL, "", 1, SCALE_RATIO,
        "retrain_tau over none_tau: below 1 is better than doing nothing"},
    [C_FORGET_MARGIN_BEFORE] = {"forget_margin_before", "", COLUMN_REAL, NULL, "", 1,
        SCALE_ONE,
        "smallest margin of a forgotten point: trained model at margin 1"},
    [C_FORGET_MARGIN_AFTER] = {"forget_margin_after", "", COLUMN_REAL, NULL, "", 1,
        SCALE_ONE,
        "smallest margin of a forgotten point: unlearned model, not rescaled"},
    [C_FORGET_MARGIN_UNLEARNED] = {"forget_margin_unlearned", "", COLUMN_REAL, NULL, "",
        1, SCALE_ONE,
        "smallest margin of a forgotten point: unlearned model at margin 1 on the "
        "retained points"},
    [C_FORGET_MARGIN_UNLEARNED_MEAN] = {"forget_margin_unlearned_mean", "", COLUMN_REAL,
        NULL, "", 1, SCALE_ONE,
        "mean margin of the forgotten points: unlearned model at margin 1 on the "
        "retained points"},
    [C_FORGET_MARGIN_UNLEARNED_MAX] = {"forget_margin_unlearned_max", "", COLUMN_REAL,
        NULL, "", 1, SCALE_ONE,
        "largest margin of a forgotten point, which says what is remembered: unlearned "
        "model at margin 1 on the retained points"},
    [C_FORGET_MARGIN_RETRAIN] = {"forget_margin_retrain", "", COLUMN_REAL, NULL, "", 1,
        SCALE_ONE,
        "smallest margin of a forgotten point: retrained model at margin 1"},
    [C_FORGET_MARGIN_RETRAIN_MEAN] = {"forget_margin_retrain_mean", "", COLUMN_REAL,
        NULL, "", 1, SCALE_ONE,
        "mean margin of the forgotten points: retrained model at margin 1"},
    [C_FORGET_MARGIN_RETRAIN_MAX] = {"forget_margin_retrain_max", "", COLUMN_REAL, NULL,
        "", 1, SCALE_ONE,
        "largest margin of a forgotten point: retrained model at margin 1"},
    [C_RETAIN_MARGIN_CHANGE] = {"retain_margin_change", "", COLUMN_REAL, NULL, "", 1,
        SCALE_ONE,
        "largest change of a retained point's margin by unlearning, from the trained "
        "model at margin 1"},
    [C_STATES_CHANGED] = {"states_changed", "", COLUMN_REAL, NULL, "", 1, SCALE_EVENTS,
        "share of activation states (neuron, retained point) that unlearning changed"},
    [C_STEP_FLOPS] = {"step_flops", "", COLUMN_REAL, NULL, "flops", 1, SCALE_VALUE,
        "floating-point operations of the method in all d coordinates: leading terms, "
        "for multipliers that are known"},
    [C_ACCURACY_TRAINED] = {"accuracy_trained", "", COLUMN_REAL, NULL, "", 1,
        SCALE_EVENTS,
        "share of test points the trained model classifies correctly"},
    [C_ACCURACY_UNLEARNED] = {"accuracy_unlearned", "", COLUMN_REAL, NULL, "", 1,
        SCALE_EVENTS,
        "share of test points the unlearned model classifies correctly"},
    [C_ACCURACY_RETRAINED] = {"accuracy_retrained", "", COLUMN_REAL, NULL, "", 1,
        SCALE_EVENTS,
        "share of test points the retrained model classifies correctly"},
    [C_SECONDS] = {"seconds", "", COLUMN_REAL, NULL, "s", 0, SCALE_VALUE,
        "time the trial took, with its share of the training"},
};
/* clang-format on */

enum column column_find(const char *name)
{
    enum column c = 0;

    while (c < COLUMN_COUNT && strcmp(column_table[c].name, name) != 0)
        c++;
    return c;
}

void record_clear(struct record *r)
{
    r->status = TRIAL_OK;
    memset(r->message, 0, sizeof r->message);
    for (enum column c = 0; c < COLUMN_COUNT; c++)
        r->value[c] = NAN;
}
