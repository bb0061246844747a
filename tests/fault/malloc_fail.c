/* malloc_fail.c - preloaded: allocation number MALLOC_FAIL_AT of the process fails,
 * once. With MALLOC_FAIL_REPORT the number of allocations goes to that file at the end.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

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

/* The next definition of a function; dlsym itself asks for no memory when it finds it.
 * POSIX, not C, says that a pointer to a function fits into one to an object. */
#define NEXT(type, name)                                                               \
    static type next;                                                                  \
    if (!next)                                                                         \
    *(void **)&next = dlsym(RTLD_NEXT, name)

typedef void *malloc_function(size_t size);
typedef void *calloc_function(size_t count, size_t size);
typedef void *realloc_function(void *block, size_t size);
typedef int memalign_function(void **out, size_t alignment, size_t size);

void *malloc(size_t size)
{
    NEXT(malloc_function *, "malloc");
    return fails() ? NULL : next(size);
}

void *calloc(size_t count, size_t size)
{
    NEXT(calloc_function *, "calloc");
    return fails() ? NULL : next(count, size);
}

void *realloc(void *block, size_t size)
{
    NEXT(realloc_function *, "realloc");
    return fails() ? NULL : next(block, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    NEXT(calloc_function *, "aligned_alloc");
    return fails() ? NULL : next(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    NEXT(memalign_function *, "posix_memalign");
    return fails() ? ENOMEM : next(out, alignment, size);
}
