/* OpenBLAS takes memory for each of its threads when it is loaded, before main, and
 * tries again for ever when it gets none. So what it needs is asked for before it
 * starts. */
#include <cblas.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||             \
    __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif

#ifndef SANITIZED

/* Of a thread: its buffer, and its stack as systems have it; and what the rest takes.
 */
static const size_t BUFFER = 128u << 20, STACK = 8u << 20, REST = 16u << 20;

/* A number in the environment, which the C library does not have yet; 0: none. */
static size_t number_in(char **environment, const char *name)
{
    size_t length = strlen(name);
    for (; *environment; environment++)
        if (strncmp(*environment, name, length) == 0 && (*environment)[length] == '=')
            return (size_t)strtoul(*environment + length + 1, NULL, 10);
    return 0;
}

/* As OpenBLAS counts them. */
static size_t threads_of_blas(char **environment)
{
    static const char *const names[] = {"OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS",
                                        "OMP_NUM_THREADS"};
    cpu_set_t allowed;
    size_t asked = 0, most = 1;
    for (size_t i = 0; i < sizeof names / sizeof names[0] && asked == 0; i++)
        asked = number_in(environment, names[i]);
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0)
        most = (size_t)CPU_COUNT(&allowed);
    if (openblas_get_parallel() == OPENBLAS_SEQUENTIAL)
        return 1;
    return asked > 0 && asked < most ? asked : most;
}

static void refuse(size_t bytes, size_t threads)
{
    char text[400];
    int size = snprintf(text, sizeof text,
                        "sweep: the memory limit (ulimit -v) is too low: %zu MiB more "
                        "are needed, most of them by OpenBLAS for %zu thread%s; raise "
                        "it%s\n",
                        bytes >> 20, threads, threads == 1 ? "" : "s",
                        threads == 1 ? "" : ", or set OPENBLAS_NUM_THREADS=1");
    (void)!write(STDERR_FILENO, text, (size_t)size);
    _exit(1);
}

static void check_memory_limit(int count, char **word, char **environment)
{
    size_t threads = threads_of_blas(environment);
    size_t bytes = threads * (BUFFER + STACK) + REST;
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    (void)count;
    (void)word;
    if (memory == MAP_FAILED)
        refuse(bytes, threads);
    munmap(memory, bytes);
}

/* The linker has these called before libraries start. */
__attribute__((section(".preinit_array"),
               used)) static void (*const before_all)(int, char **,
                                                      char **) = check_memory_limit;

#endif
