/* step_fixture.h - steps that were taken in two ways. */
#ifndef STEP_FIXTURE_H
#define STEP_FIXTURE_H

#include "check.h"
#include "step.h"
#include <string.h>

enum { STEP_FIXTURE_MOST = 2048 }; /* pairs */

/* Whether Z, C, states and sums are the same, where nothing is recorded afterwards. */
static inline void check_same_steps(struct step_state *a, struct step_state *b,
                                    double tolerance)
{
    double C[STEP_FIXTURE_MOST], other[STEP_FIXTURE_MOST];
    assert_true(a->n * a->m <= STEP_FIXTURE_MOST);
    step_coefficients(a, C);
    step_coefficients(b, other);
    for (size_t k = 0; k < a->n * a->m; k++)
        check_close(C[k], other[k], tolerance);
    for (size_t k = 0; k < a->n * a->tiles * STEP_TILE; k++)
        check_close(a->Z[k], b->Z[k], tolerance);
    for (size_t i = 0; i < a->m; i++)
        check_close(a->sum[i], b->sum[i], tolerance);
    check_true(memcmp(a->states, b->states, a->n * a->tiles) == 0, "states differ");
}

#endif
