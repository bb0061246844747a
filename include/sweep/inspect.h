/* inspect.h - one trial again, with every array it computed.
 *
 * Coordinates: all d of them when the sampler is ambient (W is n x d), the sampler's
 * own when it is not (n x r, mu along the first). There a model may keep a part of W(0)
 * outside the span, orthogonal to every training point: its signed length is the scalar
 * perp_MODEL, and at the test points its pre-activations are
 *     W X_test^T + perp_MODEL / perp_init * test_outside.
 */
#ifndef SWEEP_INSPECT_H
#define SWEEP_INSPECT_H

#include "sweep/columns.h"
#include "sweep/grid.h"
#include "sweep/status.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct inspect_array {
    const char *name;     /* "X", "W_trained", ... */
    const double *real;   /* (rows, columns) row-major, or NULL */
    const size_t *index;  /* (rows) 0-based indices, when real is NULL */
    size_t rows, columns; /* columns 0: one-dimensional */
};

struct inspect_scalar {
    const char *name;
    double value;
};

/* What a visitor is shown; valid during the call. */
struct inspection {
    const struct setting *setting;
    const struct record *record;
    const struct inspect_array *arrays;
    size_t array_count;
    const struct inspect_scalar *scalars;
    size_t scalar_count;
    bool ambient; /* all d coordinates */
};

typedef int inspect_visitor(void *context, const struct inspection *what);

enum inspect_depth {
    INSPECT_RECORD, /* no arrays */
    INSPECT_ARRAYS,
    INSPECT_TESTS /* those of the test points too */
};

/* Called as each stage ends: "data", "train", ... with a one-line account. */
typedef void inspect_reporter(void *context, const char *stage, const char *account);

/* Run the trial and show it. The arrays: X (m, d), y (m), u (n), common (d) where there
 * is a common direction, W_init, W_trained (as training left it), W_polished (margin 1,
 * only with `polish`), W_unlearned (the step taken from W_polished, or from W_trained
 * at margin 1; not rescaled), W_retrained (margin 1, where there is one), lambda (m)
 * and v (n, m) of the model the step was taken from, retain, forget; of each certificate
 * C (scaled, restored, exact), where there is one, W_C (theta~, margin 1 on the retained
 * points), lambda_C (m - k) and v_C (n, m - k) in the order of retain; of the test points
 * X_test, y_test, and test_outside (n, T) in the sampler's own coordinates. A failed
 * trial shows what it had. The record is the same bits as in a run, but for the
 * seconds. SWEEP_OK, SWEEP_NO_MEMORY (reported in log), or what the visitor returned.
 * Memory: with arrays in all d coordinates (m + T + 5 n) d numbers beyond those of a
 * run. */
int inspect_trial(const struct grid *g, size_t cell, uint64_t replicate,
                  enum inspect_depth depth, inspect_visitor *visitor,
                  inspect_reporter *reporter, void *context, struct diagnostics *log);

#endif
