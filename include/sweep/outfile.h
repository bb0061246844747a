/* outfile.h - a file that is either the old one or the new one, whole.
 *
 * Writes go to a temporary PATH.PID-N.tmp beside the target; commit flushes, syncs and
 * renames. Errors are remembered and reported once, by outfile_commit, as
 * "cannot write 'PATH': REASON". A crash leaves the old file, and maybe the temporary,
 * which the next writer of the file removes. A link, a device or a pipe in place of the
 * file is an error.
 */
#ifndef SWEEP_OUTFILE_H
#define SWEEP_OUTFILE_H

#include "sweep/status.h"
#include <stdio.h>

struct outfile {
    FILE *stream;    /* write here; never close it */
    char *path;      /* the target */
    char *temporary; /* its stand-in until commit */
};

/* SWEEP_OK, SWEEP_IO or SWEEP_NO_MEMORY (reported in `log`). */
int outfile_open(struct outfile *out, const char *path, struct diagnostics *log);

/* The same for DIRECTORY/NAME. */
int outfile_open_in(struct outfile *out, const char *directory, const char *name,
                    struct diagnostics *log);

/* Make it real. On any error so far the target is left as it was, the temporary is
 * removed, and the reason is in `log`. Releases `out` either way. */
int outfile_commit(struct outfile *out, struct diagnostics *log);

/* Give up: remove the temporary. Zero-initialised and committed are allowed. */
void outfile_discard(struct outfile *out);

/* Create a folder and those above it; one that is there already is right.
 * SWEEP_OK, SWEEP_IO or SWEEP_NO_MEMORY (reported in `log`). */
int outfile_folder(const char *directory, struct diagnostics *log);

#endif
