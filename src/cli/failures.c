#include "failures.h"

#include <stdbool.h>

/* What a status means where its word does not say it, and what changes it. */
const char *const failure_advice[TRIAL_STATUS_COUNT] = {
    [TRIAL_NON_FINITE] = "try a smaller learning_rate or init_scale",
    [TRIAL_NOT_SEPARATED] = "try more max_steps or a larger learning_rate",
    [TRIAL_DEAD_POINT] = "no neuron is active on a training point: try model: "
                         "leaky_relu, a larger init_scale or width",
    [TRIAL_UNRESOLVED] = "separated by too little for double precision: try fewer "
                         "samples or a larger dimension",
    [TRIAL_SOLVER_LIMIT] = "try fewer samples or a smaller width",
    [TRIAL_OUT_OF_MEMORY] = "try fewer threads (-j) or a smaller grid, with "
                            "--retry-failed",
};

size_t count_failed(const size_t by_status[TRIAL_STATUS_COUNT])
{
    size_t failed = 0;
    for (int i = 0; i < TRIAL_STATUS_COUNT; i++)
        failed += i == TRIAL_OK ? 0 : by_status[i];
    return failed;
}

/* The most frequent reason that is not `printed`; TRIAL_OK: there is none. */
static int next_reason(const size_t by_status[TRIAL_STATUS_COUNT], const bool *printed)
{
    int next = TRIAL_OK;
    for (int i = 0; i < TRIAL_STATUS_COUNT; i++)
        if (i != TRIAL_OK && !printed[i] && by_status[i] > 0 &&
            (next == TRIAL_OK || by_status[i] > by_status[next]))
            next = i;
    return next;
}

static void print_each(FILE *stream, const size_t by_status[TRIAL_STATUS_COUNT],
                       bool with_advice)
{
    bool printed[TRIAL_STATUS_COUNT] = {false};
    const char *before = "";
    for (int i; (i = next_reason(by_status, printed)) != TRIAL_OK; printed[i] = true) {
        fprintf(stream, "%s%zu %s", before, by_status[i], trial_status_words[i]);
        if (with_advice)
            fprintf(stream, " (%s)", failure_advice[i]);
        before = ", ";
    }
}

void print_reasons(FILE *stream, const size_t by_status[TRIAL_STATUS_COUNT])
{
    print_each(stream, by_status, false);
}

void print_failed(FILE *stream, const size_t by_status[TRIAL_STATUS_COUNT], size_t done)
{
    fprintf(stream, "%zu of %zu trials failed: ", count_failed(by_status), done);
    print_each(stream, by_status, true);
}
