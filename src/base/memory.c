#include "sweep/memory.h"

#include "sweep/status.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LARGE = 1 << 20 }; /* bytes from which on pages are left untouched */

/* Allocations left until one fails; negative: none will. */
static atomic_long until_failure = -1;

void memory_fail_after(long successes)
{
    atomic_store(&until_failure, successes);
}

static bool fails_now(void)
{
    return atomic_load(&until_failure) >= 0 && atomic_fetch_sub(&until_failure, 1) == 0;
}

/* count * size rounded up to whole lines. False: does not fit into size_t. */
static bool padded_size(size_t count, size_t size, size_t *padded)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes) ||
        __builtin_add_overflow(bytes, MEMORY_ALIGNMENT - 1, &bytes))
        return false;
    *padded = bytes - bytes % MEMORY_ALIGNMENT;
    return true;
}

/* Zero, and without memory until it is touched: Linux gives new pages for those that are
 * not needed any more. */
static void zero_large(char *block, size_t bytes)
{
#ifdef __linux__
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t before = (page - (uintptr_t)block % page) % page;
    size_t pages = (bytes - before) / page * page;
    if (madvise(block + before, pages, MADV_DONTNEED) == 0) {
        memset(block, 0, before);
        memset(block + before + pages, 0, bytes - before - pages);
        return;
    }
#endif
    memset(block, 0, bytes);
}

void *memory_array(size_t count, size_t size)
{
    size_t bytes;
    void *block;

    if (!padded_size(count, size, &bytes) || fails_now())
        return NULL;
    if (bytes == 0)
        bytes = MEMORY_ALIGNMENT;
    block = aligned_alloc(MEMORY_ALIGNMENT, bytes);
    if (block && bytes >= LARGE)
        zero_large(block, bytes);
    else if (block)
        memset(block, 0, bytes);
    return block;
}

void memory_free(void *block)
{
    free(block);
}

size_t memory_physical(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);

    return pages > 0 && size > 0 ? (size_t)pages * (size_t)size : SIZE_MAX;
}

char *memory_string(const char *text)
{
    size_t length = strlen(text);
    char *copy = memory_array(length + 1, 1);

    if (copy)
        memcpy(copy, text, length);
    return copy;
}

void *arena_carve(struct arena *a, size_t rows, size_t columns, size_t size)
{
    size_t elements, bytes, used;

    if (__builtin_mul_overflow(rows, columns, &elements) ||
        !padded_size(elements, size, &bytes) ||
        __builtin_add_overflow(a->used, bytes, &used) || (a->base && used > a->size)) {
        a->overflow = true;
        return NULL;
    }
    char *block = a->base ? a->base + a->used : NULL;
    a->used = used;
    return block;
}

double *arena_doubles(struct arena *a, size_t rows, size_t columns)
{
    return arena_carve(a, rows, columns, sizeof(double));
}

int arena_allocate(struct arena *a)
{
    if (a->overflow)
        return SWEEP_NO_MEMORY;
    a->base = memory_array(a->used, 1);
    if (!a->base)
        return SWEEP_NO_MEMORY;
    a->size = a->used;
    a->used = 0;
    return SWEEP_OK;
}

void arena_release(struct arena *a)
{
    if (!a)
        return;
    memory_free(a->base);
    *a = (struct arena){0};
}
