/* memory.h - overflow-checked, aligned allocation; a workspace is one allocation.
 *
 * An arena is laid out twice by the same code: first with a NULL base, which only adds
 * up sizes, then, after arena_allocate, for real. So a workspace cannot be smaller than
 * what is carved from it, and its size is known before it exists:
 *
 *     struct arena a = {0};
 *     layout(ws, &a, shape);            (every carve returns NULL and is counted)
 *     if (arena_allocate(&a) != SWEEP_OK) ...
 *     layout(ws, &a, shape);            (every carve returns its block)
 *     assert(!a.overflow);              (none took more than was counted)
 *
 * Every block is aligned to 64 bytes (one cache line, one AVX-512 vector).
 */
#ifndef SWEEP_MEMORY_H
#define SWEEP_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

enum { MEMORY_ALIGNMENT = 64 };

/* count * size bytes, zeroed, aligned to 64; NULL when it overflows or there is none.
 * count * size == 0 gives a valid pointer. Free with memory_free. */
void *memory_array(size_t count, size_t size);
void memory_free(void *block);

/* A zero-terminated copy, or NULL. Free with memory_free. */
char *memory_string(const char *text);

struct arena {
    char *base;    /* NULL: measuring */
    size_t used;   /* bytes carved so far */
    size_t size;   /* bytes allocated */
    bool overflow; /* a size did not fit into size_t */
};

/* rows * columns elements of `size` bytes. NULL while measuring, and (with `overflow`
 * set) when it is more than was measured. */
void *arena_carve(struct arena *a, size_t rows, size_t columns, size_t size);

double *arena_doubles(struct arena *a, size_t rows, size_t columns);

/* Allocate what was measured, zeroed, and start over with carving. SWEEP_NO_MEMORY. */
int arena_allocate(struct arena *a);

/* Free the one allocation; NULL and empty are allowed. */
void arena_release(struct arena *a);

/* Bytes of main memory in this machine; SIZE_MAX when it does not say. */
size_t memory_physical(void);

/* In tests: `successes` more allocations work, the next one fails, those after it work
 * again. Negative: none fails. */
void memory_fail_after(long successes);

#endif
