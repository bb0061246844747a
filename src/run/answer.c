#include "sweep/answer.h"

#include "sweep/grid_yaml.h"
#include "sweep/plan.h"
#include "sweep/rng.h"
#include "sweep/trial.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Every way to train, to polish and to unlearn, both samplers, kinks, an odd dimension:
 * every kernel has a remainder to do. A last bit of exp or log, as from a library with
 * and without fused multiply-add, shows in 10 of its 24 trainings. */
static const char question[] =
    "name: answer\n"
    "seed: 1\n"
    "replicates: 1\n"
    "grid:\n"
    "  model: [linear, relu, leaky_relu]\n"
    "  sampler: [ambient, bartlett]\n"
    "  loss: [logistic, exponential]\n"
    "  optimizer: [normalized_gd, gd]\n"
    "  polish: [true, false]\n"
    "  method: [ascent, retrain, random, minnorm, pgu, descent_ascent, iterated]\n"
    "  dimension: 61\n"
    "  samples: 12\n"
    "  width: 10\n"
    "  signal: 1\n"
    "  label_noise: 0.1\n"
    "  max_steps: 2000\n"
    "  test_samples: 9\n"
    "zip: [[loss, optimizer]]\n";

/* Results that were added when folders of this model were there already: their answers are
 * without. */
static bool is_newer(enum column c)
{
    return c >= C_TRAINED_LOSS && c <= C_LOG_EVIDENCE;
}

/* What is undefined has no part in it: a column that nothing here asks for changes no
 * answer. */
static int absorb_record(void *context, size_t cell, const struct record *r)
{
    struct rng_key *key = context;
    *key = rng_key_word(*key, cell);
    *key = rng_key_word(*key, (uint64_t)r->status);
    for (enum column c = 0; c < COLUMN_COUNT; c++)
        if (column_table[c].in_table && !is_newer(c) && !isnan(r->value[c])) {
            *key = rng_key_text(*key, column_table[c].name);
            *key = rng_key_real(*key, r->value[c]);
        }
    return SWEEP_OK;
}

int answer_digest(char digest[ANSWER_SIZE], struct diagnostics *log)
{
    struct grid g = {0};
    struct plan p = {0};
    struct trial_workspace *ws = NULL;
    struct rng_key key = rng_key_start();

    int status = grid_read_text(&g, "answer", question, strlen(question), log);
    if (status == SWEEP_OK)
        status = plan_build(&p, &g);
    if (status == SWEEP_OK)
        status = trial_workspace_alloc(&ws, &g, NULL);
    for (size_t k = 0; k < p.group_count && status == SWEEP_OK; k++)
        status = trial_unit(ws, &g, p.cell + p.start[k], p.start[k + 1] - p.start[k], 0,
                            absorb_record, &key);
    if (status == SWEEP_NO_MEMORY)
        diagnostics_no_memory(log, NULL);
    snprintf(digest, ANSWER_SIZE, "%016" PRIx64 "%016" PRIx64, key.word[0],
             key.word[1]);
    trial_workspace_free(ws);
    plan_release(&p);
    grid_release(&g);
    return status;
}
