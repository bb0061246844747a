/* gunzip.h - what is in a gzip file; the only user of zlib. */
#ifndef SWEEP_GUNZIP_H
#define SWEEP_GUNZIP_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the bytes start like a gzip file. */
bool gunzip_is(const void *bytes, size_t size);

/* The reason that a file unpacks to more than may be. */
extern const char gunzip_more[];

/* All members of the file, one after the other, as one zero-terminated text in memory
 * from memory_array, `*length` bytes without the zero. SWEEP_OK; SWEEP_INPUT with the
 * reason: "is damaged", "ends early" or "holds more than is read" (`most` bytes);
 * SWEEP_NO_MEMORY. */
int gunzip(const void *bytes, size_t size, size_t most, char **text, size_t *length,
           const char **reason);

#endif
