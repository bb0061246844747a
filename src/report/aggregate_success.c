/* Which certificates of a trial are within the thresholds. */
#include "aggregate_parts.h"
#include <math.h>

const char *const success_names[SUCCESS_KINDS] = {
    [SUCCESS_ANY] = "success",
    [SUCCESS_SCALED] = "scaled_success",
    [SUCCESS_RESTORED] = "restored_success",
    [SUCCESS_EXACT] = "exact_success",
};

int success_check(const struct grid *g, enum success_kind kind, struct diagnostics *log)
{
    if (grid_has_success(g))
        return SWEEP_OK;
    diagnostics_add(log, NULL, 0, 0,
                    "'%s' needs thresholds, which the grid file does not have: add "
                    "'success:' to it",
                    success_names[kind]);
    return SWEEP_INPUT;
}

/* What of a certificate each threshold is for; COLUMN_COUNT: 0. In the order of
 * enum threshold. */
static const enum column certificates[SUCCESS_KINDS][THRESHOLD_PROVED] = {
    [SUCCESS_SCALED] = {C_SCALED_EPS, C_SCALED_DELTA, COLUMN_COUNT,
                        C_SCALED_RELATIVE_EPS, C_SCALED_RELATIVE_DELTA},
    [SUCCESS_RESTORED] = {C_RESTORED_EPS, C_RESTORED_DELTA, C_RESTORED_TAU,
                          C_RESTORED_RELATIVE_EPS, C_RESTORED_RELATIVE_DELTA},
    [SUCCESS_EXACT] = {C_EXACT_EPS, C_EXACT_DELTA, C_EXACT_TAU, C_EXACT_RELATIVE_EPS,
                       C_EXACT_RELATIVE_DELTA},
};

void success_columns(const double *most, bool *wanted)
{
    for (enum column c = 0; c < COLUMN_COUNT && !isnan(most[THRESHOLD_PROVED]); c++)
        wanted[c] = true; /* proofs take longer than reading them all */
    for (enum success_kind kind = SUCCESS_SCALED; kind < SUCCESS_KINDS; kind++)
        for (size_t i = 0; i < THRESHOLD_PROVED; i++)
            if (certificates[kind][i] != COLUMN_COUNT)
                wanted[certificates[kind][i]] = true;
}

/* What a threshold is for, as it was measured. */
static double measured(const struct record *r, enum success_kind kind, size_t threshold)
{
    enum column c = certificates[kind][threshold];
    return c == COLUMN_COUNT ? 0.0 : r->value[c];
}

/* A proved upper bound of it; NAN: none. The norm is measured, with more digits than are
 * taken off it here. */
static double proved(const struct record *r, enum success_kind kind, size_t threshold)
{
    static const enum column tau[SUCCESS_KINDS] = {
        [SUCCESS_SCALED] = C_SCALED_PROVED_TAU,
        [SUCCESS_RESTORED] = C_RESTORED_PROVED_TAU,
        [SUCCESS_EXACT] = C_EXACT_PROVED_TAU};
    double norm =
        (1.0 - 1e-9) * r->value[kind == SUCCESS_SCALED ? C_NORM : C_RESTORED_NORM];
    double bound = r->value[tau[kind]];
    if (threshold == THRESHOLD_TAU || isnan(bound))
        return bound;
    if (kind == SUCCESS_EXACT)
        return 0.0;
    const double *eps =
        &r->value[kind == SUCCESS_SCALED ? C_SCALED_PROVED_EPS : C_RESTORED_PROVED_EPS];
    switch (threshold) {
    case THRESHOLD_EPS:
        return eps[0];
    case THRESHOLD_DELTA:
        return eps[1];
    case THRESHOLD_RELATIVE_EPS:
        return eps[0] / norm;
    default:
        return eps[1] / (norm * norm);
    }
}

/* Whether a certificate is defined, as its eps is, and within every threshold given. */
static bool is_certified(const struct record *r, const double *most,
                         enum success_kind kind)
{
    double (*value)(const struct record *, enum success_kind, size_t) =
        isnan(most[THRESHOLD_PROVED]) ? measured : proved;
    bool met = !isnan(value(r, kind, THRESHOLD_EPS));
    for (size_t i = 0; i < THRESHOLD_PROVED; i++)
        met &= isnan(most[i]) || value(r, kind, i) <= most[i];
    return met;
}

unsigned char aggregate_success(const struct record *r, const double *most)
{
    unsigned met = 0;
    for (enum success_kind kind = SUCCESS_SCALED; kind < SUCCESS_KINDS; kind++)
        met |= (unsigned)is_certified(r, most, kind) << kind;
    return (unsigned char)(met | (unsigned)(met != 0) << SUCCESS_ANY);
}

bool aggregate_audits_met(const struct aggregate *a, const struct grid *g,
                          const struct aggregate_row *row)
{
    bool met = true;
    for (size_t k = 0; k < g->limit_count; k++) {
        const struct audit_info *audit = results_audit(&g->results, g->limits[k].audit);
        double value = row->audit[a->audit_count + k].of.value;
        met &= audit_size(audit, value) <= g->limits[k].most; /* not if undefined */
    }
    return met;
}
