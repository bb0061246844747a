#include "aggregate_parts.h"

#include <math.h>

const char *const success_names[SUCCESS_KINDS] = {
    [SUCCESS_ANY] = "success",
    [SUCCESS_SCALED] = "scaled_success",
    [SUCCESS_RESTORED] = "restored_success",
    [SUCCESS_EXACT] = "exact_success",
};

/* What of a certificate each threshold is for; COLUMN_COUNT: 0. In the order of
 * enum threshold. */
static const enum column certificates[SUCCESS_KINDS][THRESHOLD_COUNT] = {
    [SUCCESS_SCALED] = {C_SCALED_EPS, C_SCALED_DELTA, COLUMN_COUNT,
                        C_SCALED_RELATIVE_EPS, C_SCALED_RELATIVE_DELTA},
    [SUCCESS_RESTORED] = {C_RESTORED_EPS, C_RESTORED_DELTA, C_RESTORED_TAU,
                          C_RESTORED_RELATIVE_EPS, C_RESTORED_RELATIVE_DELTA},
    [SUCCESS_EXACT] = {C_EXACT_EPS, C_EXACT_DELTA, C_EXACT_TAU, C_EXACT_RELATIVE_EPS,
                       C_EXACT_RELATIVE_DELTA},
};

/* Whether a certificate is defined, as its eps is, and within every threshold given. */
static bool is_certified(const struct record *r, const double *most,
                         enum success_kind kind)
{
    bool met = !isnan(r->value[certificates[kind][THRESHOLD_EPS]]);
    for (size_t i = 0; i < THRESHOLD_COUNT; i++) {
        enum column c = certificates[kind][i];
        double value = c == COLUMN_COUNT ? 0.0 : r->value[c];
        met &= isnan(most[i]) || value <= most[i];
    }
    return met;
}

unsigned char aggregate_success(const struct record *r, const double *most)
{
    unsigned met = 0;
    for (enum success_kind kind = SUCCESS_SCALED; kind < SUCCESS_KINDS; kind++)
        met |= (unsigned)is_certified(r, most, kind) << kind;
    return (unsigned char)(met | (unsigned)(met != 0) << SUCCESS_ANY);
}
