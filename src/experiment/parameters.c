#include "sweep/parameters.h"
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define INTEGER  PARAMETER_INTEGER
#define REAL     PARAMETER_REAL
#define CHOICE   PARAMETER_CHOICE
#define BOOLEAN  PARAMETER_BOOLEAN
#define TEXT     PARAMETER_TEXT
#define DATA     STAGE_DATA
#define TRAIN    STAGE_TRAIN
#define UNLEARN  STAGE_UNLEARN
#define EVALUATE STAGE_EVALUATE

static const char *const sampler_words[] = {"ambient", "bartlett", NULL};
static const char *const model_words[] = {"linear", "relu", "leaky_relu", NULL};
static const char *const loss_words[] = {"logistic", "exponential", NULL};
static const char *const optimizer_words[] = {"gd", "normalized_gd", NULL};
static const char *const method_words[] = {"ascent",         "none",     "retrain",
                                           "random",         "minnorm",  "pgu",
                                           "descent_ascent", "iterated", NULL};
static const char *const forget_words[] = {"first", "random", "mislabelled", NULL};

/* Name, symbol, type, stage, low, high, low open, high open, default, choices, unit,
 * meaning. */
/* clang-format off */
const struct parameter_info parameter_table[PARAMETER_COUNT] = {
    [P_DATA] = {"data", "", TEXT, DATA, 0, INFINITY, 0, 0, DATA_MIXTURE, NULL, "",
        "mixture (two Gaussian clusters at +mu and -mu), or a file in LIBSVM format, "
        "plain or gzip, its path relative to the grid file"},
    [P_SAMPLER] = {"sampler", "", CHOICE, DATA, 0, 1, 0, 0, NAN,
        sampler_words, "",
        "draw points in all d coordinates (ambient) or, the same in law, in those of "
        "their span (bartlett, the default where dimension > samples + 2)"},
    [P_DIMENSION] = {"dimension", "d", INTEGER, DATA, 1, 1e12, 0, 0, 1000, NULL, "",
        "ambient dimension of an input; of a file: its features (the default), or fewer, "
        "a random projection"},
    [P_SAMPLES] = {"samples", "m", INTEGER, DATA, 1, 1e5, 0, 0, 10, NULL, "points",
        "number of training points"},
    [P_NOISE] = {"noise", "", REAL, DATA, 0, 1e6, 1, 0, 1, NULL, "",
        "expected length of the Gaussian part of a point"},
    [P_SIGNAL] = {"signal", "|mu|", REAL, DATA, 0, 1e6, 0, 0, 0, NULL, "",
        "length of the cluster mean mu; 0 is pure Gaussian data with random labels"},
    [P_SIGNAL_EXPONENT] = {"signal_exponent", "", REAL, DATA, -10, 10, 0, 0, NAN, NULL,
        "", "sets signal to d to this power"},
    [P_LABEL_NOISE] = {"label_noise", "eta", REAL, DATA, 0, 0.5, 0, 1, 0, NULL, "",
        "probability that a training label is flipped; test labels stay clean"},
    [P_CORRELATION] = {"correlation", "rho", REAL, DATA, 0, 1, 0, 1, 0, NULL, "",
        "share of one random direction common to all points, against "
        "near-orthogonality"},
    [P_LABELS] = {"labels", "", TEXT, DATA, 0, INFINITY, 0, 0, NAN, NULL, "",
        "classes of a file with labels +1 and -1: '3 vs 8', or '3 vs rest'; needed where "
        "it has more than two"},
    [P_MODEL] = {"model", "", CHOICE, TRAIN, 0, 2, 0, 0, MODEL_RELU, model_words, "",
        "linear predictor, or two-layer network with this activation"},
    [P_LEAK] = {"leak", "g", REAL, TRAIN, 0, 1, 0, 0, 0.1, NULL, "",
        "slope of leaky_relu for negative pre-activations"},
    [P_WIDTH] = {"width", "n", INTEGER, TRAIN, 2, 1e6, 0, 0, 400, NULL, "neurons",
        "hidden neurons; even, as half of them vote for each class"},
    [P_INIT_SCALE] = {"init_scale", "", REAL, TRAIN, 0, 1e6, 0, 0, 0.01, NULL, "",
        "expected length of a neuron's weights before training"},
    [P_LOSS] = {"loss", "l", CHOICE, TRAIN, 0, 1, 0, 0, LOSS_LOGISTIC, loss_words, "",
        "loss of a margin q: log(1 + e^-q) or e^-q"},
    [P_OPTIMIZER] = {"optimizer", "", CHOICE, TRAIN, 0, 1, 0, 0,
        OPTIMIZER_NORMALIZED_GD, optimizer_words, "",
        "full-batch gradient descent, plain or with the gradient divided by the "
        "loss's"},
    [P_LEARNING_RATE] = {"learning_rate", "", REAL, TRAIN, 0, 1.7e308, 1, 0, 0.5, NULL,
        "", "step size of training"},
    [P_MAX_STEPS] = {"max_steps", "", INTEGER, TRAIN, 0, 1e9, 0, 0, 20000, NULL,
        "steps", "most training steps"},
    [P_TOLERANCE] = {"tolerance", "", REAL, TRAIN, 0, 1, 0, 0, 0, NULL, "",
        "stop training when |theta/|theta| + grad/|grad|| is at most this; 0: never"},
    [P_POLISH] = {"polish", "", BOOLEAN, TRAIN, 0, 1, 0, 0, 1, NULL, "",
        "move the trained model to the exact KKT point of its own activation states; "
        "false: as descent left it"},
    [P_STABLE_STEPS] = {"stable_steps", "", INTEGER, TRAIN, 0, 1e9, 0, 0, 512, NULL,
        "steps", "with polish, stop training when the points are separated and no gate "
        "has moved for so long; 0: never"},
    [P_METHOD] = {"method", "", CHOICE, UNLEARN, 0, METHOD_COUNT - 1, 0, 0,
        METHOD_ASCENT, method_words, "",
        "how to unlearn; 'none' does nothing and 'retrain' trains again"},
    [P_STEP_SCALE] = {"step_scale", "s", REAL, UNLEARN, -1e6, 1e6, 0, 0, 1, NULL, "",
        "unlearning step as a multiple of the theory's step"},
    [P_FORGET] = {"forget", "k", INTEGER, UNLEARN, 0, 1e5, 0, 0, 1, NULL, "points",
        "number of points to forget"},
    [P_FORGET_WHICH] = {"forget_which", "", CHOICE, UNLEARN, 0, 2, 0, 0, FORGET_FIRST,
        forget_words, "",
        "which points to forget; the first ones are there by chance, mislabelled are at "
        "most those whose label was flipped"},
    [P_RETAINED_VARIANCE] = {"retained_variance", "", REAL, UNLEARN, 0, 1, 0, 0, 1,
        NULL, "", "of pgu: leading share of the retained inputs' singular values that "
        "the step keeps out of"},
    [P_DESCENT_WEIGHT] = {"descent_weight", "", REAL, UNLEARN, 0, 1e6, 0, 0, 1, NULL,
        "", "of descent_ascent: weight of descent on the retained points beside the "
        "ascent"},
    [P_UNLEARN_STEPS] = {"unlearn_steps", "", INTEGER, UNLEARN, 1, 1e6, 0, 0, 10, NULL,
        "steps", "of iterated: ascent steps, the multipliers refitted between them"},
    [P_TEST_SAMPLES] = {"test_samples", "", INTEGER, EVALUATE, 0, 1e7, 0, 0, 1000, NULL,
        "points", "number of fresh points the accuracies are measured on; of a file "
        "at most those not trained on"},
    [P_RETRAIN] = {"retrain", "", BOOLEAN, EVALUATE, 0, 1, 0, 0, 1, NULL, "",
        "also train on the retained points alone, to compare with"},
    [P_RANKS] = {"ranks", "", BOOLEAN, EVALUATE, 0, 1, 0, 0, 0, NULL, "",
        "measure stable and numerical rank of the weights along training"},
};

/* All values of P_DATA but the mixture, for idle_rules. */
#define DATA_FILES (~(1u << DATA_MIXTURE))

/* While parameter `on` has one of the values in `when` (one bit each, the last one for
 * all above it), `parameter` has no effect and is set to `value`. */
static const struct idle_rule {
    enum parameter parameter, on;
    unsigned when;
    double value;
    const char *reason; /* if this holds everywhere */
} idle_rules[] = {
    {P_LABELS, P_DATA, 1u << DATA_MIXTURE, NAN, "data is always mixture"},
    {P_SAMPLER, P_DATA, DATA_FILES, SAMPLER_AMBIENT, "data is never mixture"},
    {P_NOISE, P_DATA, DATA_FILES, 1, "data is never mixture"},
    {P_SIGNAL, P_DATA, DATA_FILES, 0, "data is never mixture"},
    {P_SIGNAL_EXPONENT, P_DATA, DATA_FILES, NAN, "data is never mixture"},
    {P_CORRELATION, P_DATA, DATA_FILES, 0, "data is never mixture"},
    {P_LEAK, P_MODEL, 1u << MODEL_RELU, 0, "model is never leaky_relu"},
    {P_LEAK, P_MODEL, 1u << MODEL_LINEAR, 1, "model is never leaky_relu"},
    {P_WIDTH, P_MODEL, 1u << MODEL_LINEAR, 1, "model is always linear"},
    {P_STABLE_STEPS, P_POLISH, 1u << 0, 0, "polish is never true"},
    {P_STEP_SCALE, P_METHOD, 1u << METHOD_NONE | 1u << METHOD_RETRAIN, 0,
        "method is always none or retrain"},
    {P_FORGET_WHICH, P_FORGET, 1u << 0, FORGET_FIRST, "forget is always 0"},
    {P_RETAINED_VARIANCE, P_METHOD, ~(1u << METHOD_PGU), 1, "method is never pgu"},
    {P_DESCENT_WEIGHT, P_METHOD, ~(1u << METHOD_DESCENT_ASCENT), 1,
        "method is never descent_ascent"},
    {P_UNLEARN_STEPS, P_METHOD, ~(1u << METHOD_ITERATED), 1, "method is never iterated"},
};
/* clang-format on */

enum { IDLE_RULE_COUNT = sizeof idle_rules / sizeof idle_rules[0] };

enum parameter parameter_find(const char *name)
{
    enum parameter p = 0;

    while (p < PARAMETER_COUNT && strcmp(parameter_table[p].name, name) != 0)
        p++;
    return p;
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

int parameter_choice(enum parameter p, const char *word)
{
    const char *const *choices = parameter_table[p].choices;

    for (int i = 0; choices && choices[i]; i++) {
        if (strcmp(choices[i], word) == 0)
            return i;
    }
    return -1;
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

static bool rule_applies(const struct idle_rule *rule, const struct setting *s)
{
    double on = fmin(s->value[rule->on], 31);

    return rule->when >> (unsigned)on & 1;
}

uint64_t setting_idle(const struct setting *s)
{
    uint64_t idle = 0;

    for (size_t i = 0; i < IDLE_RULE_COUNT; i++) {
        if (rule_applies(&idle_rules[i], s))
            idle |= PARAMETER_BIT(idle_rules[i].parameter);
    }
    return idle;
}

const char *parameter_idle_reason(enum parameter p)
{
    for (size_t i = 0; i < IDLE_RULE_COUNT; i++) {
        if (idle_rules[i].parameter == p)
            return idle_rules[i].reason;
    }
    return "";
}

uint64_t parameter_sources(enum parameter p)
{
    uint64_t sources = PARAMETER_BIT(p);

    for (size_t i = 0; i < IDLE_RULE_COUNT; i++) {
        if (idle_rules[i].parameter == p)
            sources |= PARAMETER_BIT(idle_rules[i].on);
    }
    if (p == P_SAMPLER)
        sources |= PARAMETER_BIT(P_DIMENSION) | PARAMETER_BIT(P_SAMPLES);
    if (p == P_DIMENSION) /* a file has one of its own */
        sources |= PARAMETER_BIT(P_DATA);
    if (p == P_TEST_SAMPLES) /* and so many points */
        sources |= PARAMETER_BIT(P_DATA) | PARAMETER_BIT(P_LABELS) |
                   PARAMETER_BIT(P_SAMPLES);
    if (p == P_SIGNAL)
        sources |= PARAMETER_BIT(P_SIGNAL_EXPONENT) | PARAMETER_BIT(P_DIMENSION);
    return sources;
}

/* Something must be left outside the span: mu, a common direction and m points. */
static bool bartlett_applies(const struct setting *s)
{
    return s->value[P_DIMENSION] > s->value[P_SAMPLES] + 2;
}

void setting_canonical(struct setting *s)
{
    double exponent = s->value[P_SIGNAL_EXPONENT];

    if (!isnan(exponent))
        s->value[P_SIGNAL] = pow(s->value[P_DIMENSION], exponent);
    if (isnan(s->value[P_SAMPLER]))
        s->value[P_SAMPLER] = bartlett_applies(s) ? SAMPLER_BARTLETT : SAMPLER_AMBIENT;
    for (size_t i = 0; i < IDLE_RULE_COUNT; i++) {
        if (rule_applies(&idle_rules[i], s))
            s->value[idle_rules[i].parameter] = idle_rules[i].value;
    }
}

/* Blame a parameter that is not at its default, so that it stands in the grid file. */
static enum parameter changed_of(const struct setting *s, enum parameter a,
                                 enum parameter b)
{
    return s->value[a] != parameter_table[a].preset ? a : b;
}

int setting_check(const struct setting *s, enum parameter *blame, char *buffer,
                  size_t size)
{
    const double *v = s->value;

    if (!(v[P_FORGET] < v[P_SAMPLES])) {
        *blame = changed_of(s, P_FORGET, P_SAMPLES);
        snprintf(buffer, size, "'forget' must be less than 'samples', got %.0f of %.0f",
                 v[P_FORGET], v[P_SAMPLES]);
    } else if (v[P_MODEL] != MODEL_LINEAR && !(v[P_INIT_SCALE] > 0)) {
        *blame = P_INIT_SCALE;
        snprintf(buffer, size,
                 "'init_scale' must be greater than 0 unless model is linear: at 0 "
                 "every pre-activation starts on the kink");
    } else if (v[P_FORGET_WHICH] == FORGET_MISLABELLED && v[P_LABEL_NOISE] == 0) {
        *blame = P_FORGET_WHICH;
        snprintf(buffer, size,
                 "'forget_which' mislabelled needs 'label_noise' greater than 0: no "
                 "label is flipped");
    } else if (v[P_SAMPLER] == SAMPLER_BARTLETT && !bartlett_applies(s)) {
        *blame = P_SAMPLER;
        snprintf(buffer, size,
                 "sampler bartlett needs 'dimension' greater than 'samples' + 2, so "
                 "that something is left outside the span, got %.0f and %.0f: use "
                 "ambient",
                 v[P_DIMENSION], v[P_SAMPLES]);
    } else if (!(v[P_SIGNAL] <= parameter_table[P_SIGNAL].high)) {
        *blame = P_SIGNAL_EXPONENT;
        snprintf(buffer, size,
                 "'signal_exponent' makes 'signal' %.15g: it must be at most %.15g",
                 v[P_SIGNAL], parameter_table[P_SIGNAL].high);
    } else {
        return 0;
    }
    return 1;
}
