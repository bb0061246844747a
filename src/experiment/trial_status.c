/* How trials end: the words, and what may help. */
#include "sweep/columns.h"

const char *const trial_status_words[TRIAL_STATUS_COUNT + 1] = {
    [TRIAL_OK] = "ok",
    [TRIAL_NON_FINITE] = "non_finite",
    [TRIAL_NOT_SEPARATED] = "not_separated",
    [TRIAL_DEAD_POINT] = "dead_point",
    [TRIAL_UNRESOLVED] = "margin_unresolved",
    [TRIAL_SOLVER_LIMIT] = "solver_limit",
    [TRIAL_OUT_OF_MEMORY] = "out_of_memory",
};

/* What a status means where its word does not say it, and what changes it. */
const char *const trial_status_advice[TRIAL_STATUS_COUNT] = {
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

int trial_status_next(const size_t by_status[TRIAL_STATUS_COUNT], const bool *reported)
{
    int next = TRIAL_OK;
    for (int i = 0; i < TRIAL_STATUS_COUNT; i++)
        if (i != TRIAL_OK && !reported[i] && by_status[i] > 0 &&
            (next == TRIAL_OK || by_status[i] > by_status[next]))
            next = i;
    return next;
}
