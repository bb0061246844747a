/* Private to inspect*.c: the arrays of a trial that are shown. */
#ifndef INSPECT_ARRAYS_H
#define INSPECT_ARRAYS_H

#include "sweep/inspect.h"
#include "trial_unit.h"

enum model {
    MODEL_INIT,
    MODEL_TRAINED,
    MODEL_POLISHED,
    MODEL_UNLEARNED,
    MODEL_RETRAINED,
    MODEL_FRESH,
    MODEL_SCALED, /* theta~ of the certificates, in the order of their steps */
    MODEL_RESTORED,
    MODEL_EXACT,
    MODEL_COUNT
};

enum { CERTIFICATES = MODEL_COUNT - MODEL_SCALED };

/* A certificate's theta~ on the retained points, kept as the next one overwrites it. */
struct certified {
    struct weights theta;
    double *lambda; /* (m - k) */
    double *v;      /* (n, m - k) */
};

/* Arrays that the trial holds in another form; NULL: not wanted. */
struct copies {
    double *u;                            /* (n) */
    double *test_outside[RETRAIN_STARTS]; /* (n, T) */
    double *X, *test_X;                   /* (m, d), (T in whole blocks, d) */
    double *W[MODEL_COUNT];               /* (n, d) */
};

enum { MOST_ARRAYS = 14 + MODEL_COUNT + 2 * CERTIFICATES };

struct inspector {
    struct setting setting;
    struct trial_workspace *ws;
    struct record record;
    unsigned ended, passed; /* steps, as bits: over, and over without a failure */
    struct copies copies;
    struct arena kept;                        /* of the certificates */
    struct certified certified[CERTIFICATES]; /* laid out in it, if it is there */
    struct inspect_array array[MOST_ARRAYS];
    struct inspect_scalar scalar[MODEL_COUNT + 2];
    size_t array_count, scalar_count;
    inspect_reporter *reporter;
    void *context;
    double start; /* clock_monotonic */
};

/* The step is over, without a failure. */
bool inspect_has_passed(const struct inspector *in, enum step step);

/* All d coordinates are shown. */
bool inspect_is_ambient(const struct trial_workspace *ws);

void inspect_copies_layout(struct copies *c, const struct trial_workspace *ws,
                           enum inspect_depth depth, struct arena *a);

/* What there is of a trial that was run. */
void inspect_add_arrays(struct inspector *in, enum inspect_depth depth);

#endif
