#include "sweep/parameters.h"
#include "sweep/proof.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define INTEGER  PARAMETER_INTEGER
#define REAL     PARAMETER_REAL
#define BOOLEAN  PARAMETER_BOOLEAN
#define TEXT     PARAMETER_TEXT
#define DATA     STAGE_DATA
#define TRAIN    STAGE_TRAIN
#define UNLEARN  STAGE_UNLEARN
#define EVALUATE STAGE_EVALUATE

/* Type, bounds and words of a choice: from a list of words, or from a table of things
 * that have a name. */
#define COUNT(list) (sizeof(list) / sizeof(list)[0])
#define CHOICE(list, word)                                                             \
    .type = PARAMETER_CHOICE, .low = 0, .high = COUNT(list) - 1,                       \
    .choices = {.first = &(word), .stride = sizeof(list)[0], .count = COUNT(list)}
#define WORDS(list)             CHOICE(list, (list)[0])
#define WORDS_OF(table, member) CHOICE(table, (table)[0].member)

static const char *const sampler_words[] = {
    [SAMPLER_AMBIENT] = "ambient", [SAMPLER_BARTLETT] = "bartlett"};
static const char *const model_words[] = {[MODEL_LINEAR] = "linear",
                                          [MODEL_RELU] = "relu",
                                          [MODEL_LEAKY_RELU] = "leaky_relu"};
static const char *const point_scale_words[POINT_SCALES] = {
    [POINTS_UNIT] = "unit", [POINTS_NONE] = "none", [POINTS_STANDARD] = "standard"};
/* clang-format off */
static const char *const start_words[RETRAIN_STARTS] = {
    [RETRAIN_SAME] = "same", [RETRAIN_FRESH] = "fresh"};
static const char *const optimizer_words[] = {
    [OPTIMIZER_GD] = "gd", [OPTIMIZER_NORMALIZED_GD] = "normalized_gd",
    [OPTIMIZER_GROWING_GD] = "growing_gd"};
static const char *const stop_words[] = {[STOP_STEPS] = "steps",
    [STOP_SEPARATED] = "separated"};
static const char *const forget_words[FORGET_KINDS] = {
    [FORGET_FIRST] = "first", [FORGET_RANDOM] = "random",
    [FORGET_MISLABELLED] = "mislabelled", [FORGET_POSITIVE] = "positive",
    [FORGET_NEGATIVE] = "negative", [FORGET_LARGEST] = "largest",
    [FORGET_SMALLEST] = "smallest", [FORGET_SUPPORT] = "support",
    [FORGET_INDEX] = "index"};

/* A bound that is not excluded, and of texts both, are left out. */
const struct parameter_info parameter_table[PARAMETER_COUNT] = {
    [P_DATA] = {.name = "data", .symbol = "", .type = TEXT, .stage = DATA, .low = 0,
        .high = INFINITY, .preset = DATA_MIXTURE, .unit = "",
        .meaning = "mixture (two Gaussian clusters at +mu and -mu), or a file, LIBSVM "
            "or CSV, plain or gzip, its path relative to the grid file; or {points: X.npy, "
            "labels: y.npy}"},
    [P_SAMPLER] = {.name = "sampler", .symbol = "", .stage = DATA, WORDS(sampler_words), .preset = NAN, .unit = "",
        .meaning = "draw points in all d coordinates (ambient) or, the same in law, in "
            "those of their span (bartlett, the default where dimension > samples + "
            "2)"},
    [P_DIMENSION] = {.name = "dimension", .symbol = "d", .type = INTEGER, .stage = DATA,
        .low = 1, .high = 1e12, .preset = 1000, .unit = "",
        .meaning = "ambient dimension of an input; of a file: its features (the "
            "default), or fewer, a random projection"},
    [P_SAMPLES] = {.name = "samples", .symbol = "m", .type = INTEGER, .stage = DATA,
        .low = 1, .high = 1e5, .preset = 10, .unit = "points",
        .meaning = "number of training points"},
    [P_NOISE] = {.name = "noise", .symbol = "", .type = REAL, .stage = DATA, .low = 0,
        .high = 1e6, .low_open = 1, .preset = 1, .unit = "",
        .meaning = "expected length of the Gaussian part of a point"},
    [P_SIGNAL] = {.name = "signal", .symbol = "|mu|", .type = REAL, .stage = DATA,
        .low = 0, .high = 1e6, .preset = 0, .unit = "",
        .meaning = "length of the cluster mean mu; 0 is pure Gaussian data with random "
            "labels"},
    [P_SIGNAL_EXPONENT] = {.name = "signal_exponent", .symbol = "", .type = REAL,
        .stage = DATA, .low = -10, .high = 10, .preset = NAN, .unit = "",
        .meaning = "sets signal to d to this power"},
    [P_LABEL_NOISE] = {.name = "label_noise", .symbol = "eta", .type = REAL,
        .stage = DATA, .low = 0, .high = 0.5, .high_open = 1, .preset = 0, .unit = "",
        .meaning = "probability that a training label is flipped; test labels stay "
            "clean"},
    [P_CORRELATION] = {.name = "correlation", .symbol = "rho", .type = REAL,
        .stage = DATA, .low = 0, .high = 1, .high_open = 1, .preset = 0, .unit = "",
        .meaning = "share of one random direction common to all points, against "
            "near-orthogonality"},
    [P_LABELS] = {.name = "labels", .symbol = "", .type = TEXT, .stage = DATA, .low = 0,
        .high = INFINITY, .preset = NAN, .unit = "",
        .meaning = "classes of a file with labels +1 and -1: '3 vs 8', or '3 vs rest'; "
            "needed where it has more than two"},
    [P_TEST_DATA] = {.name = "test_data", .symbol = "", .type = TEXT, .stage = DATA,
        .low = 0, .high = INFINITY, .preset = NAN, .unit = "",
        .meaning = "a file of test points, named as data is; without one they are the "
            "points of data that are not trained on"},
    [P_CENTER] = {.name = "center", .symbol = "", .type = BOOLEAN, .stage = DATA,
        .low = 0, .high = 1, .preset = 0, .unit = "",
        .meaning = "of a file: subtract the mean of the training points from all points"},
    [P_SCALE] = {.name = "scale", .symbol = "", .stage = DATA, WORDS(point_scale_words), .preset = POINTS_UNIT, .unit = "",
        .meaning = "of a file: each point to unit length, points as they are (none), or each "
            "feature to unit variance of the training points (standard)"},
    [P_BIAS] = {.name = "bias", .symbol = "", .type = REAL, .stage = DATA, .low = 0,
        .high = 1e6, .preset = 0, .unit = "",
        .meaning = "of a file: one more coordinate of this value in all points; 0: none"},
    [P_MODEL] = {.name = "model", .symbol = "", .stage = TRAIN, WORDS(model_words), .preset = MODEL_RELU, .unit = "",
        .meaning = "linear predictor, or two-layer network with this activation"},
    [P_LEAK] = {.name = "leak", .symbol = "g", .type = REAL, .stage = TRAIN, .low = 0,
        .high = 1, .preset = 0.1, .unit = "",
        .meaning = "slope of leaky_relu for negative pre-activations"},
    [P_WIDTH] = {.name = "width", .symbol = "n", .type = INTEGER, .stage = TRAIN,
        .low = 2, .high = 1e6, .preset = 400, .unit = "neurons",
        .meaning = "hidden neurons; even, as half of them vote for each class"},
    [P_INIT_SCALE] = {.name = "init_scale", .symbol = "", .type = REAL, .stage = TRAIN,
        .low = 0, .high = 1e6, .preset = 0.01, .unit = "",
        .meaning = "expected length of a neuron's weights before training"},
    [P_LOSS] = {.name = "loss", .symbol = "l", .stage = TRAIN, WORDS_OF(loss_table, name), .preset = LOSS_LOGISTIC, .unit = "",
        .meaning = "loss of a margin q: log(1 + e^-q), e^-q or max(0, 1 - q)"},
    [P_OPTIMIZER] = {.name = "optimizer", .symbol = "", .stage = TRAIN, WORDS(optimizer_words), .preset = OPTIMIZER_NORMALIZED_GD,
        .unit = "",
        .meaning = "full-batch gradient descent, plain or with the gradient divided by "
            "the loss's; growing_gd is the latter with steps that grow"},
    [P_LEARNING_RATE] = {.name = "learning_rate", .symbol = "", .type = REAL,
        .stage = TRAIN, .low = 0, .high = 1.7e308, .low_open = 1, .preset = 0.5,
        .unit = "",
        .meaning = "step size of training"},
    [P_MAX_STEPS] = {.name = "max_steps", .symbol = "", .type = INTEGER, .stage = TRAIN,
        .low = 0, .high = 1e9, .preset = 20000, .unit = "steps",
        .meaning = "most training steps; an axis over it looks at one training on its way"},
    [P_TOLERANCE] = {.name = "tolerance", .symbol = "", .type = REAL, .stage = TRAIN,
        .low = 0, .high = 1, .preset = 0, .unit = "",
        .meaning = "stop training when |theta/|theta| + grad/|grad|| is at most this; "
            "0: never"},
    [P_STOP] = {.name = "stop", .symbol = "", .stage = TRAIN, WORDS(stop_words), .preset = STOP_STEPS, .unit = "",
        .meaning = "stop training at the first step without training error "
            "(separated), or go on (steps)"},
    [P_POLISH] = {.name = "polish", .symbol = "", .type = BOOLEAN, .stage = TRAIN,
        .low = 0, .high = 1, .preset = 1, .unit = "",
        .meaning = "move the trained model to the exact KKT point of its own "
            "activation states; false: as descent left it"},
    [P_STABLE_STEPS] = {.name = "stable_steps", .symbol = "", .type = INTEGER,
        .stage = TRAIN, .low = 0, .high = 1e9, .preset = 512, .unit = "steps",
        .meaning = "with polish, stop training when the points are separated and no "
            "gate has moved for so long; 0: never"},
    [P_METHOD] = {.name = "method", .symbol = "", .stage = UNLEARN, WORDS_OF(unlearn_methods, name), .preset = METHOD_ASCENT, .unit = "",
        .meaning = "how to unlearn; 'none' does nothing and 'retrain' trains again"},
    [P_STEP_SCALE] = {.name = "step_scale", .symbol = "s", .type = REAL,
        .stage = UNLEARN, .low = -1e6, .high = 1e6, .preset = 1, .unit = "",
        .meaning = "unlearning step as a multiple of the theory's step"},
    [P_FORGET] = {.name = "forget", .symbol = "k", .type = INTEGER, .stage = UNLEARN,
        .low = 0, .high = 1e5, .preset = 1, .unit = "points",
        .meaning = "number of points to forget"},
    [P_FORGET_WHICH] = {.name = "forget_which", .symbol = "", .stage = UNLEARN, WORDS(forget_words), .preset = FORGET_FIRST,
        .unit = "",
        .meaning = "which points to forget; the first ones are there by chance; "
            "mislabelled, positive, negative: first ones with such a label; largest, "
            "smallest: by multiplier; support: first ones with one; index: forget_index"},
    [P_FORGET_INDEX] = {.name = "forget_index", .symbol = "", .type = INTEGER,
        .stage = UNLEARN, .low = 0, .high = 1e5 - 1, .preset = 0, .unit = "",
        .meaning = "of forget_which index: the point to forget, counted from 0"},
    [P_REQUESTS] = {.name = "requests", .symbol = "", .type = INTEGER,
        .stage = UNLEARN, .low = 1, .high = 1e5, .preset = 1, .unit = "",
        .meaning = "forget the points in so many requests one after another, each from the "
            "model that the one before has left, its multipliers refitted"},
    [P_RETAINED_VARIANCE] = {.name = "retained_variance", .symbol = "", .type = REAL,
        .stage = UNLEARN, .low = 0, .high = 1, .preset = 1, .unit = "",
        .meaning = "of pgu: leading share of the retained inputs' singular values that "
            "the step keeps out of"},
    [P_DESCENT_WEIGHT] = {.name = "descent_weight", .symbol = "", .type = REAL,
        .stage = UNLEARN, .low = 0, .high = 1e6, .preset = 1, .unit = "",
        .meaning = "of descent_ascent: weight of descent on the retained points beside "
            "the ascent"},
    [P_UNLEARN_STEPS] = {.name = "unlearn_steps", .symbol = "", .type = INTEGER,
        .stage = UNLEARN, .low = 1, .high = 1e6, .preset = 10, .unit = "steps",
        .meaning = "of iterated: ascent steps, the multipliers refitted between them"},
    [P_TEST_SAMPLES] = {.name = "test_samples", .symbol = "", .type = INTEGER,
        .stage = EVALUATE, .low = 0, .high = 1e7, .preset = 1000, .unit = "points",
        .meaning = "number of fresh points the accuracies are measured on; of a file "
            "at most those not trained on"},
    [P_RETRAIN] = {.name = "retrain", .symbol = "", .type = BOOLEAN, .stage = EVALUATE,
        .low = 0, .high = 1, .preset = 1, .unit = "",
        .meaning = "also train on the retained points alone, to compare with"},
    [P_RETRAIN_START] = {.name = "retrain_start", .symbol = "", .stage = EVALUATE, WORDS(start_words), .preset = RETRAIN_SAME,
        .unit = "",
        .meaning = "where the retrained model to compare with starts: at the trained "
            "model's initial weights, or at fresh ones; then it is trained from both, and "
            "what lies between the two is the noise of retraining (floor_tau)"},
    [P_RELEARN_STEPS] = {.name = "relearn_steps", .symbol = "", .type = INTEGER,
        .stage = EVALUATE, .low = 0, .high = 1e9, .preset = 0, .unit = "steps",
        .meaning = "most steps of descent on all points, forgotten ones too, that the "
            "unlearned and the retrained model take until what was forgotten is learned "
            "again; 0: none"},
    [P_RANKS] = {.name = "ranks", .symbol = "", .type = BOOLEAN, .stage = EVALUATE,
        .low = 0, .high = 1, .preset = 0, .unit = "",
        .meaning = "measure stable and numerical rank of the weights along training"},
    [P_PROVE] = {.name = "prove", .symbol = "", .type = BOOLEAN, .stage = EVALUATE,
        .low = 0, .high = 1, .preset = 0, .unit = "",
        .meaning = "prove exact KKT points in ball arithmetic, and bounds of the "
            "certificates"},
};
/* clang-format on */

const struct names all_parameters = {.what = "parameter",
                                     .see = "sweep parameters",
                                     NAMES_OF(parameter_table),
                                     .symbols = true};

enum parameter parameter_find(const char *name)
{
    return (enum parameter)names_find(&all_parameters, name);
}

const char *stage_name(enum stage stage)
{
    static const char *const names[] = {"data", "train", "unlearn", "evaluate"};

    return names[stage];
}

const char *parameter_type_name(enum parameter_type type)
{
    static const char *const names[] = {"integer", "real", "choice", "boolean", "text"};

    return names[type];
}

bool parameter_is_text(enum parameter p)
{
    enum parameter_type type = parameter_table[p].type;
    return type == PARAMETER_CHOICE || type == PARAMETER_TEXT;
}

bool parameter_has_words(enum parameter p)
{
    return parameter_is_text(p) || parameter_table[p].type == PARAMETER_BOOLEAN;
}

const char *parameter_word(enum parameter p, size_t i)
{
    const struct names *words = &parameter_table[p].choices;

    return i < words->count ? names_at(words, i) : NULL;
}

int parameter_choice(enum parameter p, const char *word)
{
    const struct names *words = &parameter_table[p].choices;
    size_t i = names_find(words, word);

    return i < words->count ? (int)i : -1;
}

struct setting setting_default(void)
{
    struct setting s;

    for (enum parameter p = 0; p < PARAMETER_COUNT; p++)
        s.value[p] = parameter_table[p].preset;
    return s;
}

int parameter_in_range(enum parameter p, double value, char *buffer, size_t size)
{
    const struct parameter_info *info = &parameter_table[p];
    const char *must = NULL;
    double bound = NAN;

    if (isnan(value)) {
        must = "must be a number";
    } else if (value < info->low || (info->low_open && value == info->low)) {
        must = info->low_open ? "must be greater than " : "must be at least ";
        bound = info->low;
    } else if (value > info->high || (info->high_open && value == info->high)) {
        must = info->high_open ? "must be less than " : "must be at most ";
        bound = info->high;
    } else if (info->type != PARAMETER_REAL && value != floor(value)) {
        must = "must be a whole number";
    } else if (p == P_WIDTH && fmod(value, 2) != 0) {
        must = "must be even";
    }
    if (!must)
        return 1;
    if (isnan(bound))
        snprintf(buffer, size, "%s, got %.15g", must, value);
    else
        snprintf(buffer, size, "%s%.15g, got %.15g", must, bound, value);
    return 0;
}

int parameter_same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}
