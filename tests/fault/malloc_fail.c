/* malloc_fail.c - preloaded: allocation number MALLOC_FAIL_AT of the process fails,
 * once. With MALLOC_FAIL_REPORT the number of allocations goes to that file at the end.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static atomic_long calls;
static long fail_at = -1;
static int ready;

__attribute__((constructor)) static void start(void)
{
    const char *text = getenv("MALLOC_FAIL_AT");
    if (text)
        fail_at = atol(text);
    ready = 1; /* what the loader and other constructors took before is not counted */
}

__attribute__((destructor)) static void report(void)
{
    const char *path = getenv("MALLOC_FAIL_REPORT");
    long total = calls;
    ready = 0;
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file)
        return;
    fprintf(file, "%ld\n", total);
    fclose(file);
}

static int fails(void)
{
    if (!ready || atomic_fetch_add(&calls, 1) + 1 != fail_at)
        return 0;
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    return fails() ? NULL : __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    void *block = fails() ? NULL : __libc_memalign(alignment, size);
    if (!block)
        return ENOMEM;
    *out = block;
    return 0;
}
