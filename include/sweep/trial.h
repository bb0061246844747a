/* trial.h - data -> train -> unlearn -> certify, stage by stage, in one workspace.
 *
 * A work unit is one data x train point of the grid and one replicate. It draws the data
 * and trains once, looking at each checkpoint, and then visits every unlearn/evaluate cell
 * that shares them. Serial and pure: the records depend on the grid file alone, never on
 * the thread, the time, the order of the cells or what the workspace held before.
 */
#ifndef SWEEP_TRIAL_H
#define SWEEP_TRIAL_H

#include "sweep/columns.h"
#include "sweep/grid.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct trial_workspace;

/* Memory for any unit of the grid, in one thread. Sized by the largest unit.
 * SWEEP_OK, SWEEP_NO_MEMORY. `*bytes` (may be NULL) gets trial_workspace_bytes even when
 * it fails. */
int trial_workspace_alloc(struct trial_workspace **out, const struct grid *g,
                          size_t *bytes);
void trial_workspace_free(struct trial_workspace *ws);

/* The size of that memory, of OpenBLAS's buffer for the thread and of what proofs take
 * beside it; SIZE_MAX when it fits into no size_t. */
size_t trial_workspace_bytes(const struct grid *g);

/* Whether a cell of this setting needs the model retrained without its forget set from this
 * start: to compare with, or because its method is made from it. */
bool trial_wants_retrained(const struct setting *s, enum retrain_start start);

/* Whether the forget set follows from the trained model, and may differ between its
 * checkpoints: then each retrains anew. */
bool trial_set_by_model(const struct setting *s);

/* Called once per cell of the unit, in no particular order. Return nonzero to stop. */
typedef int trial_sink(void *context, size_t cell, const struct record *record);

/* Run the unit of `cells` (all with the same data and train parameters but for max_steps,
 * and sorted by it) for one replicate. Where it is cancelled (cancel.h) the unit is dropped
 * and SWEEP_STOPPED returned; records already handed to the sink stand. A failure of a
 * trial is a record, not a return code. SWEEP_OK, SWEEP_STOPPED. */
int trial_unit(struct trial_workspace *ws, const struct grid *g, const size_t *cells,
               size_t count, uint64_t replicate, trial_sink *sink, void *context);

#endif
