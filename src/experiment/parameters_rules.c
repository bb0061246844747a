#include "sweep/parameters.h"
#include "sweep/proof.h"
#include <math.h>
#include <stdbool.h>
#include <stdio.h>

/* clang-format off */
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
    {P_TEST_DATA, P_DATA, 1u << DATA_MIXTURE, NAN, "data is always mixture"},
    {P_CENTER, P_DATA, 1u << DATA_MIXTURE, 0, "data is always mixture"},
    {P_SCALE, P_DATA, 1u << DATA_MIXTURE, POINTS_UNIT, "data is always mixture"},
    {P_BIAS, P_DATA, 1u << DATA_MIXTURE, 0, "data is always mixture"},
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
    {P_FORGET_INDEX, P_FORGET_WHICH, ~(1u << FORGET_INDEX), 0,
        "forget_which is never index"},
    {P_REQUESTS, P_METHOD, 1u << METHOD_NONE | 1u << METHOD_RETRAIN, 1,
        "method is always none or retrain"},
    {P_REQUESTS, P_FORGET, 1u << 0, 1, "forget is always 0"},
    {P_RETAINED_VARIANCE, P_METHOD, ~(1u << METHOD_PGU), 1, "method is never pgu"},
    {P_DESCENT_WEIGHT, P_METHOD, ~(1u << METHOD_DESCENT_ASCENT), 1,
        "method is never descent_ascent"},
    {P_UNLEARN_STEPS, P_METHOD, ~(1u << METHOD_ITERATED), 1, "method is never iterated"},
    {P_RELEARN_STEPS, P_FORGET, 1u << 0, 0, "forget is always 0"},
    {P_RETRAIN_START, P_RETRAIN, 1u << 0, RETRAIN_SAME, "retrain is never true"},
};
/* clang-format on */

enum { IDLE_RULE_COUNT = sizeof idle_rules / sizeof idle_rules[0] };

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
                   PARAMETER_BIT(P_TEST_DATA) | PARAMETER_BIT(P_SAMPLES);
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

/* Rules between parameters. One that is broken says what is wrong and which parameter to
 * blame, of two the one that is not at its default, so that it stands in the grid file;
 * PARAMETER_COUNT: all is well. */

static enum parameter forget_less(const struct setting *s, char *buffer, size_t size)
{
    const double *v = s->value;

    if (v[P_FORGET] < v[P_SAMPLES])
        return PARAMETER_COUNT;
    snprintf(buffer, size, "'forget' must be less than 'samples', got %.0f of %.0f",
             v[P_FORGET], v[P_SAMPLES]);
    return v[P_FORGET] != parameter_table[P_FORGET].preset ? P_FORGET : P_SAMPLES;
}

static enum parameter init_positive(const struct setting *s, char *buffer, size_t size)
{
    if (s->value[P_MODEL] == MODEL_LINEAR || s->value[P_INIT_SCALE] > 0)
        return PARAMETER_COUNT;
    snprintf(buffer, size,
             "'init_scale' must be greater than 0 unless model is linear: at 0 "
             "every pre-activation starts on the kink");
    return P_INIT_SCALE;
}

static enum parameter separated_unpolished(const struct setting *s, char *buffer,
                                           size_t size)
{
    if (s->value[P_STOP] != STOP_SEPARATED || s->value[P_POLISH] == 0)
        return PARAMETER_COUNT;
    snprintf(buffer, size,
             "'stop' separated needs 'polish: false': an exact KKT point is the limit "
             "of training, not where it stopped");
    return P_STOP;
}

static enum parameter slopes_of_loss(const struct setting *s, char *buffer, size_t size)
{
    if (s->value[P_METHOD] != METHOD_DESCENT_ASCENT || s->value[P_LOSS] != LOSS_HINGE)
        return PARAMETER_COUNT;
    snprintf(buffer, size,
             "'method' descent_ascent weighs retained points by the slope of the loss, "
             "and hinge has none from margin 1 on: use another loss or method");
    return P_METHOD;
}

static enum parameter mislabelled_noise(const struct setting *s, char *buffer,
                                        size_t size)
{
    if (s->value[P_FORGET_WHICH] != FORGET_MISLABELLED || s->value[P_LABEL_NOISE] > 0)
        return PARAMETER_COUNT;
    snprintf(buffer, size,
             "'forget_which' mislabelled needs 'label_noise' greater than 0: no "
             "label is flipped");
    return P_FORGET_WHICH;
}

static enum parameter index_alone(const struct setting *s, char *buffer, size_t size)
{
    const double *v = s->value;

    if (v[P_FORGET_WHICH] != FORGET_INDEX || v[P_FORGET] == 1)
        return PARAMETER_COUNT;
    snprintf(buffer, size,
             "'forget_which' index forgets one point: 'forget' must be 1, got %.0f",
             v[P_FORGET]);
    return P_FORGET;
}

static enum parameter index_less(const struct setting *s, char *buffer, size_t size)
{
    const double *v = s->value;

    if (v[P_FORGET_INDEX] < v[P_SAMPLES])
        return PARAMETER_COUNT;
    snprintf(buffer, size,
             "'forget_index' must be less than 'samples', as points are counted "
             "from 0, got %.0f of %.0f",
             v[P_FORGET_INDEX], v[P_SAMPLES]);
    return P_FORGET_INDEX;
}

static enum parameter requests_less(const struct setting *s, char *buffer, size_t size)
{
    const double *v = s->value;

    if (v[P_REQUESTS] <= fmax(1, v[P_FORGET]))
        return PARAMETER_COUNT;
    snprintf(buffer, size, "'requests' must be at most 'forget', got %.0f of %.0f",
             v[P_REQUESTS], v[P_FORGET]);
    return P_REQUESTS;
}

static enum parameter bartlett_outside(const struct setting *s, char *buffer,
                                       size_t size)
{
    const double *v = s->value;

    if (v[P_SAMPLER] != SAMPLER_BARTLETT || bartlett_applies(s))
        return PARAMETER_COUNT;
    snprintf(buffer, size,
             "sampler bartlett needs 'dimension' greater than 'samples' + 2, so "
             "that something is left outside the span, got %.0f and %.0f: use "
             "ambient",
             v[P_DIMENSION], v[P_SAMPLES]);
    return P_SAMPLER;
}

static enum parameter proofs_built(const struct setting *s, char *buffer, size_t size)
{
    if (s->value[P_PROVE] == 0 || proof_available())
        return PARAMETER_COUNT;
    snprintf(buffer, size,
             "'prove' needs a build with FLINT and Arb, which this one is not: "
             "install libflint-dev (and libflint-arb-dev, where there is one) and "
             "build again");
    return P_PROVE;
}

static enum parameter signal_bounded(const struct setting *s, char *buffer, size_t size)
{
    double most = parameter_table[P_SIGNAL].high;

    if (s->value[P_SIGNAL] <= most)
        return PARAMETER_COUNT;
    snprintf(buffer, size,
             "'signal_exponent' makes 'signal' %.15g: it must be at most %.15g",
             s->value[P_SIGNAL], most);
    return P_SIGNAL_EXPONENT;
}

/* In the order in which they are reported. */
static enum parameter (*const rules[])(const struct setting *, char *, size_t) = {
    forget_less,       init_positive, separated_unpolished, slopes_of_loss,
    mislabelled_noise, index_alone,   index_less,           requests_less,
    bartlett_outside,  proofs_built,  signal_bounded,
};

int setting_check(const struct setting *s, enum parameter *blame, char *buffer,
                  size_t size)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        enum parameter broken = rules[i](s, buffer, size);
        if (broken < PARAMETER_COUNT) {
            *blame = broken;
            return 1;
        }
    }
    return 0;
}
