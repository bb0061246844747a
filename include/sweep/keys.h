/* keys.h - different keys, numbered in the order in which they come.
 *
 * A hash table with open addressing, never more than half full. Its hash is the first
 * word of the key, which is one already (rng.h). 32 to 64 bytes per key.
 */
#ifndef SWEEP_KEYS_H
#define SWEEP_KEYS_H

#include "sweep/rng.h"
#include <stddef.h>

/* Zero-initialised is empty. */
struct key_set {
    struct rng_key *key; /* (capacity / 2) those of numbers 0 .. count - 1 */
    size_t *slot;        /* (capacity) 1 + a number, or 0 */
    size_t capacity;     /* a power of two, or 0 */
    size_t count;
};

/* The number of a key, a new one if it has not come before; SIZE_MAX: no memory. */
size_t keys_number(struct key_set *keys, struct rng_key key);

void keys_release(struct key_set *keys);

#endif
