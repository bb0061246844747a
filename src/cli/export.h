/* export.h - an inspected trial as files that NumPy reads. */
#ifndef SWEEP_EXPORT_H
#define SWEEP_EXPORT_H

#include "sweep/inspect.h"

/* Which trial it was. */
struct trial_identity {
    const struct grid *grid;
    size_t cell;
    uint64_t replicate;
};

/* Every array as DIRECTORY/NAME.npy, and record.json; the folder is created.
 * SWEEP_OK, SWEEP_IO, SWEEP_NO_MEMORY, reported in log. */
int export_trial(const char *directory, const struct trial_identity *id,
                 const struct inspection *what, struct diagnostics *log);

#endif
