/* infile.h - files to read, whoever put them there.
 *
 * Only a regular file is opened: a pipe in its place would wait for ever, a device do
 * anything. No other program that is started sees it.
 */
#ifndef SWEEP_INFILE_H
#define SWEEP_INFILE_H

#include <stdbool.h>
#include <stdio.h>

enum infile_kind {
    INFILE_NAMED,  /* a user named it: a link to a file is followed */
    INFILE_STREAM, /* the same, or what a shell has open under /dev: stdin, <(...) */
    INFILE_OWN     /* of a results folder: a link is refused */
};

/* A descriptor to read from, or -1 with the reason; errno is kept, or EINVAL
 * for a file of another kind. */
int infile_descriptor(const char *path, enum infile_kind kind, const char **reason);

/* The same as a stream, or NULL. */
FILE *infile_open(const char *path, enum infile_kind kind, const char **reason);

/* Copy all that is left of `from` to `to`, whose errors are left to its owner (ferror).
 * False, with errno: it could not be read. */
bool infile_pour(FILE *from, FILE *to);

/* Why nothing may be written to `path` as a file: NULL when it is a regular file or
 * nothing at all, and where only its folder is wrong. */
const char *infile_obstacle(const char *path);

#endif
