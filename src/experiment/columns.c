#include "sweep/columns.h"
#include <math.h>
#include <string.h>

/* In the order of enum train_stop. */
static const char *const stop_reason_words[] = {
    "tolerance",    "step_limit", "non_finite", "cancelled",
    "gates_stable", "separated",  "zero_loss",  NULL};

/* In the order of enum proof_outcome. */
static const char *const proof_words[] = {
    "proved",      "gap", "singular_kinks", "singular_margins", "refuted",
    "unavailable", NULL};

/* clang-format off */
const struct column_info column_table[COLUMN_COUNT] = {
    [C_STOP_REASON] = {.name = "stop_reason", .symbol = "", .type = COLUMN_WORD,
        .words = stop_reason_words, .unit = "", .in_table = 1, .scale = SCALE_EVENTS,
        .meaning = "why training ended: separated and zero_loss (hinge) before the "
            "limit, so that the trained model need not be near a KKT point"},
    [C_STEPS] = {.name = "steps", .symbol = "", .type = COLUMN_INTEGER, .unit = "steps",
        .in_table = 1, .scale = SCALE_EVENTS,
        .meaning = "training steps taken"},
    [C_PSI] = {.name = "psi", .symbol = "psi", .type = COLUMN_REAL, .unit = "",
        .in_table = 1, .scale = SCALE_ONE,
        .meaning = "largest | |x_i|^2 - 1 | of the training points"},
    [C_PHI] = {.name = "phi", .symbol = "phi", .type = COLUMN_REAL, .unit = "",
        .in_table = 1, .scale = SCALE_ONE,
        .meaning = "largest |<x_i, x_k>| of two different training points"},
    [C_MISLABELLED] = {.name = "mislabelled", .symbol = "", .type = COLUMN_INTEGER,
        .unit = "points", .in_table = 1, .scale = SCALE_VALUE,
        .meaning = "training points whose label was flipped"},
    [C_TRAINED_EPS] = {.name = "trained_eps", .symbol = "eps_1", .type = COLUMN_REAL,
        .unit = "", .in_table = 1, .scale = SCALE_TRAINED,
        .meaning = "stationarity residual of the trained model, scaled to margin 1 on "
            "all points, with multipliers fitted to it, whatever the loss was"},
    [C_TRAINED_DELTA] = {.name = "trained_delta", .symbol = "delta_1",
        .type = COLUMN_REAL, .unit = "", .in_table = 1, .scale = SCALE_TRAINED_SQUARED,
        .meaning = "largest lambda_i (q_i - 1) of the trained model, scaled to margin "
            "1 on all points"},
    [C_TRAINED_MARGIN] = {.name = "trained_margin", .symbol = "", .type = COLUMN_REAL,
        .unit = "", .in_table = 1, .scale = SCALE_ONE,
        .meaning = "smallest margin on all points of the model as training left it, "
            "before scaling"},
    [C_TRAINED_NORM] = {.name = "trained_norm", .symbol = "|theta|",
        .type = COLUMN_REAL, .unit = "", .in_table = 1, .scale = SCALE_VALUE,
        .meaning = "norm of the trained model after scaling to margin 1"},
    [C_TRAINED_RELATIVE_EPS] = {.name = "trained_relative_eps",
        .symbol = "eps_1/|theta|", .type = COLUMN_REAL, .unit = "", .in_table = 1,
        .scale = SCALE_ONE,
        .meaning = "trained_eps over trained_norm"},
    [C_TRAINED_RELATIVE_DELTA] = {.name = "trained_relative_delta",
        .symbol = "delta_1/|theta|^2", .type = COLUMN_REAL, .unit = "", .in_table = 1,
        .scale = SCALE_ONE,
        .meaning = "trained_delta over the square of trained_norm"},
    [C_TRAINED_LOSS] = {.name = "trained_loss", .symbol = "", .type = COLUMN_REAL,
        .unit = "", .in_table = 1, .scale = SCALE_ONE,
        .meaning = "mean loss of all points of the model as training left it"},
    [C_TRAINED_ERROR] = {.name = "trained_error", .symbol = "", .type = COLUMN_REAL,
        .unit = "", .in_table = 1, .scale = SCALE_EVENTS,
        .meaning = "share of points whose margin is not above 0 in the model as training "
            "left it"},
    [C_LOSS_SUM] = {.name = "loss_sum", .symbol = "", .type = COLUMN_REAL, .unit = "",
        .in_table = 1, .scale = SCALE_VALUE,
        .meaning = "area under the training loss: sum over the steps taken of the mean "
            "loss before each"},
    [C_LOG_EVIDENCE] = {.name = "log_evidence", .symbol = "log p(y|X)",
        .type = COLUMN_REAL, .unit = "", .in_table = 1, .scale = SCALE_VALUE,
        .meaning = "log marginal likelihood of the labels under a linear model with the "
            "law of W(0) as prior and N(0, 1) noise"},
    [C_UNIQUE] = {.name = "unique", .symbol = "", .type = COLUMN_INTEGER, .unit = "",
        .in_table = 1, .scale = SCALE_EVENTS,
        .meaning = "1 if the trained model's multipliers are the only ones with that "
            "eps and delta; if 0 they are the shortest"},
    [C_POLISH_TAU] = {.name = "polish_tau", .symbol = "", .type = COLUMN_REAL,
        .unit = "", .in_table = 1, .scale = SCALE_ONE,
        .meaning = "1 - cos of the model as training left it and the exact KKT point "
            "it was moved to"},
    [C_POLISH_FLIPS] = {.name = "polish_flips", .symbol = "", .type = COLUMN_INTEGER,
        .unit = "pairs", .in_table = 1, .scale = SCALE_EVENTS,
        .meaning = "neuron-point gates that flipped on the way from training to the "
            "exact KKT point"},
    [C_KINKS] = {.name = "kinks", .symbol = "", .type = COLUMN_REAL, .unit = "",
        .in_table = 1, .scale = SCALE_EVENTS,
        .meaning = "share of neuron-point pairs on a kink in the trained model, dead "
            "neurons left out"},
    [C_DEAD_NEURONS] = {.name = "dead_neurons", .symbol = "", .type = COLUMN_REAL,
        .unit = "", .in_table = 1, .scale = SCALE_EVENTS,
        .meaning = "share of neurons that no training point activates in the trained "
            "model"},
    [C_STABLE_RANK_INIT] = {.name = "stable_rank_init", .symbol = "|W|_F^2/|W|_2^2",
        .type = COLUMN_REAL, .unit = "", .in_table = 1, .scale = SCALE_VALUE,
        .meaning = "stable rank of the weights before training"},
    [C_STABLE_RANK_STEP] = {.name = "stable_rank_step", .symbol = "|W|_F^2/|W|_2^2",
        .type = COLUMN_REAL, .unit = "", .in_table = 1, .scale = SCALE_VALUE,
        .meaning = "stable rank of the weights after the first training step"},
    [C_STABLE_RANK_TRAINED] = {.name = "stable_rank_trained",
        .symbol = "|W|_F^2/|W|_2^2", .type = COLUMN_REAL, .unit = "", .in_table = 1,
        .scale = SCALE_VALUE,
        .meaning = "stable rank of the weights as training left them"},
    [C_STABLE_RANK_EXACT] = {.name = "stable_rank_exact", .symbol = "|W|_F^2/|W|_2^2",
        .type = COLUMN_REAL, .unit = "", .in_table = 1, .scale = SCALE_VALUE,
        .meaning = "stable rank of the weights at the exact KKT point that training "
            "leads to"},
    [C_RANK_INIT] = {.name = "rank_init", .symbol = "", .type = COLUMN_INTEGER,
        .unit = "", .in_table = 1, .scale = SCALE_EVENTS,
        .meaning = "singular values of the weights above 1e-6 of the largest, before "
            "training"},
    [C_RANK_STEP] = {.name = "rank_step", .symbol = "", .type = COLUMN_INTEGER,
        .unit = "", .in_table = 1, .scale = SCALE_EVENTS,
        .meaning = "singular values of the weights above 1e-6 of the largest, after "
            "the first training step"},
    [C_RANK_TRAINED] = {.name = "rank_trained", .symbol = "", .type = COLUMN_INTEGER,
        .unit = "", .in_table = 1, .scale = SCALE_EVENTS,
        .meaning = "singular values of the weights above 1e-6 of the largest, as "
            "training left them"},
    [C_RANK_EXACT] = {.name = "rank_exact", .symbol = "", .type = COLUMN_INTEGER,
        .unit = "", .in_table = 1, .scale = SCALE_EVENTS,
        .meaning = "singular values of the weights above 1e-6 of the largest, at the "
            "exact KKT point that training leads to"},
    [C_FORGOTTEN] = {.name = "forgotten", .symbol = "", .type = COLUMN_INTEGER,
        .unit = "points", .in_table = 1, .scale = SCALE_VALUE,
        .meaning = "points forgotten: fewer than 'forget' when mislabelled ones are to "
            "be forgotten and fewer labels were flipped"},
    [C_LAMBDA_FORGET] = {.name = "lambda_forget", .symbol = "", .type = COLUMN_REAL,
        .unit = "", .in_table = 1, .scale = SCALE_TRAINED_SQUARED,
        .meaning = "sum of the trained model's multipliers of the forgotten points"},
    [C_FORGET_KINKS] = {.name = "forget_kinks", .symbol = "", .type = COLUMN_REAL,
        .unit = "", .in_table = 1, .scale = SCALE_EVENTS,
        .meaning = "share of kinks among the pairs of a living neuron of the trained "
            "model and a forgotten point"},
    [C_SEPARATED] = {.name = "separated", .symbol = "", .type = COLUMN_INTEGER,
        .unit = "", .in_table = 1, .scale = SCALE_EVENTS,
        .meaning = "1 if the unlearned model separates the retained points, else 0"},
    [C_SCALED_EPS] = {.name = "scaled_eps", .symbol = "eps", .type = COLUMN_REAL,
        .unit = "", .in_table = 1, .scale = SCALE_UNLEARNED,
        .meaning = "stationarity residual of the unlearned model, scaled to margin 1 "
            "(tau = 0)"},
    [C_SCALED_DELTA] = {.name = "scaled_delta", .symbol = "delta", .type = COLUMN_REAL,
        .unit = "", .in_table = 1, .scale = SCALE_UNLEARNED_SQUARED,
        .meaning = "largest lambda_i (q_i - 1) of the unlearned model, scaled to "
            "margin 1 (tau = 0)"},
    [C_NORM] = {.name = "norm", .symbol = "|theta~|", .type = COLUMN_REAL, .unit = "",
        .in_table = 1, .scale = SCALE_VALUE,
        .meaning = "norm of the unlearned model scaled to margin 1"},
    [C_SCALED_RELATIVE_EPS] = {.name = "scaled_relative_eps", .symbol = "eps/|theta~|",
        .type = COLUMN_REAL, .unit = "", .in_table = 1, .scale = SCALE_ONE,
        .meaning = "scaled_eps over norm: can be compared between trials"},
    [C_SCALED_RELATIVE_DELTA] = {.name = "scaled_relative_delta",
        .symbol = "delta/|theta~|^2", .type = COLUMN_REAL, .unit = "", .in_table = 1,
        .scale = SCALE_ONE,
        .meaning = "scaled_delta over the square of norm"},
    [C_RESTORED_EPS] = {.name = "restored_eps", .symbol = "eps", .type = COLUMN_REAL,
        .unit = "", .in_table = 1, .scale = SCALE_UNLEARNED,
        .meaning = "stationarity residual with the trained model's activation states "
            "restored"},
    [C_RESTORED_DELTA] = {.name = "restored_delta", .symbol = "delta",
        .type = COLUMN_REAL, .unit = "", .in_table = 1,
        .scale = SCALE_UNLEARNED_SQUARED,
        .meaning = "largest lambda_i (q_i - 1) with the trained model's activation "
            "states restored"},
    [C_RESTORED_TAU] = {.name = "restored_tau", .symbol = "tau", .type = COLUMN_REAL,
        .unit = "", .in_table = 1, .scale = SCALE_ONE,
        .meaning = "1 - cos of the unlearned model and the nearest one with the "
            "trained model's activation states"},
    [C_RESTORED_NORM] = {.name = "restored_norm", .symbol = "|theta~|",
        .type = COLUMN_REAL, .unit = "", .in_table = 1, .scale = SCALE_VALUE,
        .meaning = "norm of the model with activation states restored, scaled to "
            "margin 1"},
    [C_RESTORED_RELATIVE_EPS] = {.name = "restored_relative_eps",
        .symbol = "eps/|theta~|", .type = COLUMN_REAL, .unit = "", .in_table = 1,
        .scale = SCALE_ONE,
        .meaning = "restored_eps over restored_norm"},
    [C_RESTORED_RELATIVE_DELTA] = {.name = "restored_relative_delta",
        .symbol = "delta/|theta~|^2", .type = COLUMN_REAL, .unit = "", .in_table = 1,
        .scale = SCALE_ONE,
        .meaning = "restored_delta over the square of restored_norm"},
    [C_EXACT_EPS] = {.name = "exact_eps", .symbol = "eps", .type = COLUMN_REAL,
        .unit = "", .in_table = 1, .scale = SCALE_TRAINED,
        .meaning = "stationarity residual of the exact KKT point of the unlearned "
            "model's own gates: rounding"},
    [C_EXACT_DELTA] = {.name = "exact_delta", .symbol = "delta", .type = COLUMN_REAL,
        .unit = "", .in_table = 1, .scale = SCALE_TRAINED_SQUARED,
        .meaning = "largest lambda_i (q_i - 1) of the exact KKT point of the unlearned "
            "model's own gates: rounding"},
    [C_EXACT_TAU] = {.name = "exact_tau", .symbol = "tau", .type = COLUMN_REAL,
        .unit = "", .in_table = 1, .scale = SCALE_ONE,
        .meaning = "1 - cos of the unlearned model and the exact KKT point of its own "
            "gates"},
    [C_EXACT_NORM] = {.name = "exact_norm", .symbol = "|theta~|", .type = COLUMN_REAL,
        .unit = "", .in_table = 1, .scale = SCALE_VALUE,
        .meaning = "norm of the exact KKT point of the unlearned model's own gates"},
    [C_EXACT_RELATIVE_EPS] = {.name = "exact_relative_eps", .symbol = "eps/|theta~|",
        .type = COLUMN_REAL, .unit = "", .in_table = 1, .scale = SCALE_ONE,
        .meaning = "exact_eps over exact_norm"},
    [C_EXACT_RELATIVE_DELTA] = {.name = "exact_relative_delta",
        .symbol = "delta/|theta~|^2", .type = COLUMN_REAL, .unit = "", .in_table = 1,
        .scale = SCALE_ONE,
        .meaning = "exact_delta over the square of exact_norm"},
    [C_FLIPS] = {.name = "flips", .symbol = "", .type = COLUMN_INTEGER, .unit = "pairs",
        .in_table = 1, .scale = SCALE_EVENTS,
        .meaning = "neuron-point gates that flipped on the way from the unlearned "
            "model to the exact KKT point"},
    [C_RETRAIN_TAU] = {.name = "retrain_tau", .symbol = "", .type = COLUMN_REAL,
        .unit = "", .in_table = 1, .scale = SCALE_ONE,
        .meaning = "1 - cos of the unlearned and the retrained model"},
    [C_NONE_TAU] = {.name = "none_tau", .symbol = "", .type = COLUMN_REAL, .unit = "",
        .in_table = 1, .scale = SCALE_ONE,
        .meaning = "1 - cos of the trained and the retrained model: what doing nothing "
            "gives"},
    [C_RETRAIN_RATIO] = {.name = "retrain_ratio", .symbol = "", .type = COLUMN_REAL,
        .unit = "", .in_table = 1, .scale = SCALE_RATIO,
        .meaning = "retrain_tau over none_tau: below 1 is better than doing nothing"},
    [C_REQUESTS_TAU] = {.name = "requests_tau", .symbol = "",
        .type = COLUMN_REAL, .unit = "", .in_table = 1, .scale = SCALE_ONE,
        .meaning = "1 - cos of the unlearned model and the one that its method makes of all "
            "requests at once; undefined with one request"},
    [C_FLOOR_TAU] = {.name = "floor_tau", .symbol = "",
        .type = COLUMN_REAL, .unit = "", .in_table = 1, .scale = SCALE_ONE,
        .meaning = "1 - cos of two retrained models, one from the trained model's start and one "
            "from a fresh one: the noise of retraining"},
    [C_RETRAIN_AGREEMENT] = {.name = "retrain_agreement", .symbol = "",
        .type = COLUMN_REAL, .unit = "", .in_table = 1, .scale = SCALE_EVENTS,
        .meaning = "share of test points that "
            "the unlearned and the retrained model classify alike"},
    [C_NONE_AGREEMENT] = {.name = "none_agreement", .symbol = "",
        .type = COLUMN_REAL, .unit = "", .in_table = 1, .scale = SCALE_EVENTS,
        .meaning = "share of test points that "
            "the trained and the retrained model classify alike"},
    [C_FLOOR_AGREEMENT] = {.name = "floor_agreement", .symbol = "",
        .type = COLUMN_REAL, .unit = "", .in_table = 1, .scale = SCALE_EVENTS,
        .meaning = "share of test points that "
            "two retrained models of different starts classify alike"},
    [C_RETRAIN_OUTPUT_DISTANCE] = {.name = "retrain_output_distance", .symbol = "",
        .type = COLUMN_REAL, .unit = "", .in_table = 1, .scale = SCALE_ONE,
        .meaning = "root mean square difference of the outputs on test points of "
            "the unlearned and the retrained model, both "
            "at margin 1 on the retained points, over the latter's root mean square"},
    [C_NONE_OUTPUT_DISTANCE] = {.name = "none_output_distance", .symbol = "",
        .type = COLUMN_REAL, .unit = "", .in_table = 1, .scale = SCALE_ONE,
        .meaning = "root mean square difference of the outputs on test points of "
            "the trained and the retrained model, both "
            "at margin 1 on the retained points, over the latter's root mean square"},
    [C_FLOOR_OUTPUT_DISTANCE] = {.name = "floor_output_distance", .symbol = "",
        .type = COLUMN_REAL, .unit = "", .in_table = 1, .scale = SCALE_ONE,
        .meaning = "root mean square difference of the outputs on test points of "
            "two retrained models of different starts, both "
            "at margin 1 on the retained points, over the latter's root mean square"},
    [C_FORGET_MARGIN_BEFORE] = {.name = "forget_margin_before", .symbol = "",
        .type = COLUMN_REAL, .unit = "", .in_table = 1, .scale = SCALE_ONE,
        .meaning = "smallest margin of a forgotten point: trained model at margin 1"},
    [C_FORGET_MARGIN_AFTER] = {.name = "forget_margin_after", .symbol = "",
        .type = COLUMN_REAL, .unit = "", .in_table = 1, .scale = SCALE_ONE,
        .meaning = "smallest margin of a forgotten point: unlearned model, not "
            "rescaled"},
    [C_FORGET_MARGIN_UNLEARNED] = {.name = "forget_margin_unlearned", .symbol = "",
        .type = COLUMN_REAL, .unit = "", .in_table = 1, .scale = SCALE_ONE,
        .meaning = "smallest margin of a forgotten point: unlearned model at margin 1 "
            "on the retained points"},
    [C_FORGET_MARGIN_UNLEARNED_MEAN] = {.name = "forget_margin_unlearned_mean",
        .symbol = "", .type = COLUMN_REAL, .unit = "", .in_table = 1,
        .scale = SCALE_ONE,
        .meaning = "mean margin of the forgotten points: unlearned model at margin 1 "
            "on the retained points"},
    [C_FORGET_MARGIN_UNLEARNED_MAX] = {.name = "forget_margin_unlearned_max",
        .symbol = "", .type = COLUMN_REAL, .unit = "", .in_table = 1,
        .scale = SCALE_ONE,
        .meaning = "largest margin of a forgotten point, which says what is "
            "remembered: unlearned model at margin 1 on the retained points"},
    [C_FORGET_MARGIN_RETRAIN] = {.name = "forget_margin_retrain", .symbol = "",
        .type = COLUMN_REAL, .unit = "", .in_table = 1, .scale = SCALE_ONE,
        .meaning = "smallest margin of a forgotten point: retrained model at margin 1"},
    [C_FORGET_MARGIN_RETRAIN_MEAN] = {.name = "forget_margin_retrain_mean",
        .symbol = "", .type = COLUMN_REAL, .unit = "", .in_table = 1,
        .scale = SCALE_ONE,
        .meaning = "mean margin of the forgotten points: retrained model at margin 1"},
    [C_FORGET_MARGIN_RETRAIN_MAX] = {.name = "forget_margin_retrain_max", .symbol = "",
        .type = COLUMN_REAL, .unit = "", .in_table = 1, .scale = SCALE_ONE,
        .meaning = "largest margin of a forgotten point: retrained model at margin 1"},
    [C_RELEARN_UNLEARNED] = {.name = "relearn_unlearned", .symbol = "",
        .type = COLUMN_INTEGER, .unit = "steps", .in_table = 1, .scale = SCALE_EVENTS,
        .meaning = "steps of descent on all points, from the unlearned model at margin 1 "
            "on the retained ones, until the smallest margin of a forgotten point over "
            "|theta| is 0.9 of the trained model's; undefined if not within relearn_steps"},
    [C_RELEARN_RETRAIN] = {.name = "relearn_retrain", .symbol = "",
        .type = COLUMN_INTEGER, .unit = "steps", .in_table = 1, .scale = SCALE_EVENTS,
        .meaning = "steps of descent on all points, from the retrained model, until the smallest "
            "margin of a forgotten point over |theta| is 0.9 of the trained model's: what "
            "points never learned take; undefined if not within relearn_steps"},
    [C_RETAIN_MARGIN_CHANGE] = {.name = "retain_margin_change", .symbol = "",
        .type = COLUMN_REAL, .unit = "", .in_table = 1, .scale = SCALE_ONE,
        .meaning = "largest change of a retained point's margin by unlearning, from "
            "the trained model at margin 1"},
    [C_STATES_CHANGED] = {.name = "states_changed", .symbol = "", .type = COLUMN_REAL,
        .unit = "", .in_table = 1, .scale = SCALE_EVENTS,
        .meaning = "share of activation states (neuron, retained point) that "
            "unlearning changed"},
    [C_STEP_FLOPS] = {.name = "step_flops", .symbol = "", .type = COLUMN_REAL,
        .unit = "flops", .in_table = 1, .scale = SCALE_VALUE,
        .meaning = "floating-point operations of the method in all d coordinates: "
            "leading terms, for multipliers that are known, at each request too"},
    [C_ACCURACY_TRAINED] = {.name = "accuracy_trained", .symbol = "",
        .type = COLUMN_REAL, .unit = "", .in_table = 1, .scale = SCALE_EVENTS,
        .meaning = "share of test points the trained model classifies correctly"},
    [C_ACCURACY_UNLEARNED] = {.name = "accuracy_unlearned", .symbol = "",
        .type = COLUMN_REAL, .unit = "", .in_table = 1, .scale = SCALE_EVENTS,
        .meaning = "share of test points the unlearned model classifies correctly"},
    [C_ACCURACY_RETRAINED] = {.name = "accuracy_retrained", .symbol = "",
        .type = COLUMN_REAL, .unit = "", .in_table = 1, .scale = SCALE_EVENTS,
        .meaning = "share of test points the retrained model classifies correctly"},
    [C_TRAINED_PROOF] = {.name = "trained_proof", .symbol = "",
        .type = COLUMN_WORD, .words = proof_words, .unit = "", .in_table = 1,
        .scale = SCALE_EVENTS,
        .meaning = "outcome of proving an exact KKT point of all points with the trained model's "
            "pattern"},
    [C_TRAINED_PROVED] = {.name = "trained_proved", .symbol = "",
        .type = COLUMN_INTEGER, .unit = "", .in_table = 1,
        .scale = SCALE_EVENTS,
        .meaning = "1 if trained_proof is proved, else 0"},
    [C_TRAINED_GAP] = {.name = "trained_gap", .symbol = "",
        .type = COLUMN_REAL, .unit = "", .in_table = 1,
        .scale = SCALE_ONE,
        .meaning = "how far the proved point of all points is from another pattern: the smallest "
            "relative gap of all its conditions"},
    [C_TRAINED_PROOF_BITS] = {.name = "trained_proof_bits", .symbol = "",
        .type = COLUMN_INTEGER, .unit = "bits", .in_table = 1,
        .scale = SCALE_EVENTS,
        .meaning = "precision that decided trained_proof"},
    [C_SCALED_PROVED_EPS] = {.name = "scaled_proved_eps", .symbol = "eps",
        .type = COLUMN_REAL, .unit = "", .in_table = 1,
        .scale = SCALE_UNLEARNED,
        .meaning = "proved upper bound of scaled_eps, kinks of rounding level made exact"},
    [C_SCALED_PROVED_DELTA] = {.name = "scaled_proved_delta", .symbol = "delta",
        .type = COLUMN_REAL, .unit = "", .in_table = 1,
        .scale = SCALE_UNLEARNED_SQUARED,
        .meaning = "proved upper bound of scaled_delta"},
    [C_SCALED_PROVED_TAU] = {.name = "scaled_proved_tau", .symbol = "tau",
        .type = COLUMN_REAL, .unit = "", .in_table = 1,
        .scale = SCALE_ONE,
        .meaning = "proved upper bound of 1 - cos of the unlearned model and itself with exact "
            "kinks; 0 where it has none"},
    [C_RESTORED_PROVED_EPS] = {.name = "restored_proved_eps", .symbol = "eps",
        .type = COLUMN_REAL, .unit = "", .in_table = 1,
        .scale = SCALE_UNLEARNED,
        .meaning = "proved upper bound of restored_eps"},
    [C_RESTORED_PROVED_DELTA] = {.name = "restored_proved_delta", .symbol = "delta",
        .type = COLUMN_REAL, .unit = "", .in_table = 1,
        .scale = SCALE_UNLEARNED_SQUARED,
        .meaning = "proved upper bound of restored_delta"},
    [C_RESTORED_PROVED_TAU] = {.name = "restored_proved_tau", .symbol = "tau",
        .type = COLUMN_REAL, .unit = "", .in_table = 1,
        .scale = SCALE_ONE,
        .meaning = "proved upper bound of restored_tau"},
    [C_EXACT_PROOF] = {.name = "exact_proof", .symbol = "",
        .type = COLUMN_WORD, .words = proof_words, .unit = "", .in_table = 1,
        .scale = SCALE_EVENTS,
        .meaning = "outcome of proving an exact KKT point of the retained points with the exact "
            "certificate's pattern"},
    [C_EXACT_PROVED] = {.name = "exact_proved", .symbol = "",
        .type = COLUMN_INTEGER, .unit = "", .in_table = 1,
        .scale = SCALE_EVENTS,
        .meaning = "1 if exact_proof is proved, else 0"},
    [C_EXACT_PROVED_TAU] = {.name = "exact_proved_tau", .symbol = "tau",
        .type = COLUMN_REAL, .unit = "", .in_table = 1,
        .scale = SCALE_ONE,
        .meaning = "proved upper bound of 1 - cos of the unlearned model and an exact KKT point "
            "of the retained points"},
    [C_EXACT_GAP] = {.name = "exact_gap", .symbol = "",
        .type = COLUMN_REAL, .unit = "", .in_table = 1,
        .scale = SCALE_ONE,
        .meaning = "how far the proved point of the retained points is from another pattern: the "
            "smallest relative gap of all its conditions"},
    [C_EXACT_PROOF_BITS] = {.name = "exact_proof_bits", .symbol = "",
        .type = COLUMN_INTEGER, .unit = "bits", .in_table = 1,
        .scale = SCALE_EVENTS,
        .meaning = "precision that decided exact_proof"},
    [C_SECONDS] = {.name = "seconds", .symbol = "", .type = COLUMN_REAL, .unit = "s",
        .in_table = 0, .scale = SCALE_VALUE,
        .meaning = "time the trial took, with its share of the training"},
};
/* clang-format on */

static const struct names column_names = {NAMES_OF(column_table)};

enum column column_find(const char *name)
{
    return (enum column)names_find(&column_names, name);
}

void record_clear(struct record *r)
{
    r->status = TRIAL_OK;
    memset(r->message, 0, sizeof r->message);
    for (enum column c = 0; c < COLUMN_COUNT; c++)
        r->value[c] = NAN;
}
