/* call_fail.c - preloaded: call number FAULT_AT of the process to the file system does
 * not do its work. FAULT_HOW says what happens:
 *
 *     io    it fails once, with EIO
 *     full  it and all later ones that need room fail with ENOSPC
 *     kill  the process is killed in place of the call
 *
 * Counted are open, read, write, sync, truncate, rename, mkdir, rmdir and unlink as the
 * program and SQLite call them, and fflush and fclose, where the C library writes. With
 * FAULT_ONLY only the calls of that name count. With FAULT_REPORT their number goes to
 * that file at the end. Programs that this one starts are left alone.
 */
#undef _FILE_OFFSET_BITS /* open and open64 are different names here */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum how { IO, FULL, KILL };

static atomic_long calls;
static long fail_at = -1;
static enum how how;
static const char *only, *report_path;
static int ready;

__attribute__((constructor)) static void start(void)
{
    const char *at = getenv("FAULT_AT"), *word = getenv("FAULT_HOW");
    if (at)
        fail_at = atol(at);
    how = !word || *word == 'i' ? IO : *word == 'f' ? FULL : KILL;
    only = getenv("FAULT_ONLY");
    report_path = getenv("FAULT_REPORT");
    unsetenv("LD_PRELOAD");
    ready = 1;
}

__attribute__((destructor)) static void report(void)
{
    long total = calls;
    ready = 0;
    FILE *file = report_path ? fopen(report_path, "w") : NULL;
    if (!file)
        return;
    fprintf(file, "%ld\n", total);
    fclose(file);
}

/* Whether this call is to fail, and with which errno. */
static int fails(const char *name, int needs_room)
{
    if (!ready || (only && strcmp(only, name) != 0))
        return 0;
    long k = atomic_fetch_add(&calls, 1) + 1;
    if (fail_at < 0 || k < fail_at || (k > fail_at && how != FULL))
        return 0;
    if (how == KILL)
        kill(getpid(), SIGKILL);
    if (how == FULL && !needs_room)
        return 0;
    errno = how == FULL ? ENOSPC : EIO;
    return 1;
}

/* What belongs to the system is not on the disk in question. */
static int is_system(const char *path)
{
    static const char *const start_of[] = {"/proc/", "/sys/", "/dev/", "/etc/",
                                           "/usr/"};
    for (size_t i = 0; i < sizeof start_of / sizeof start_of[0]; i++)
        if (strncmp(path, start_of[i], strlen(start_of[i])) == 0)
            return 1;
    return 0;
}

/* The next definition of a function. POSIX, not C, says that a pointer to a function
 * fits into one to an object. */
#define NEXT(type, name)                                                               \
    static type next;                                                                  \
    if (!next)                                                                         \
    *(void **)&next = dlsym(RTLD_NEXT, name)

typedef int open_function(const char *path, int flags, ...);
typedef int openat_function(int folder, const char *path, int flags, ...);

#define OPEN(function, name)                                                           \
    int function(const char *path, int flags, ...)                                     \
    {                                                                                  \
        NEXT(open_function *, name);                                                   \
        va_list rest;                                                                  \
        va_start(rest, flags);                                                         \
        mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;                      \
        va_end(rest);                                                                  \
        return !is_system(path) && fails("open", flags & O_CREAT)                      \
                   ? -1                                                                \
                   : next(path, flags, mode);                                          \
    }
OPEN(open, "open")
OPEN(open64, "open64")

#define FORWARD(result, function, call, needs_room, typed, plain)                      \
    typedef result function##_type typed;                                              \
    result function typed                                                              \
    {                                                                                  \
        NEXT(function##_type *, #function);                                            \
        return fails(call, needs_room) ? -1 : next plain;                              \
    }
FORWARD(ssize_t, read, "read", 0, (int f, void *b, size_t n), (f, b, n))
FORWARD(ssize_t, pread, "read", 0, (int f, void *b, size_t n, off_t o), (f, b, n, o))
FORWARD(ssize_t, pread64, "read", 0, (int f, void *b, size_t n, off_t o), (f, b, n, o))
FORWARD(ssize_t, write, "write", 1, (int f, const void *b, size_t n), (f, b, n))
FORWARD(ssize_t, pwrite, "write", 1, (int f, const void *b, size_t n, off_t o),
        (f, b, n, o))
FORWARD(ssize_t, pwrite64, "write", 1, (int f, const void *b, size_t n, off_t o),
        (f, b, n, o))
FORWARD(int, fsync, "sync", 1, (int f), (f))
FORWARD(int, fdatasync, "sync", 1, (int f), (f))
FORWARD(int, ftruncate, "truncate", 0, (int f, off_t n), (f, n))
FORWARD(int, ftruncate64, "truncate", 0, (int f, off_t n), (f, n))
FORWARD(int, rename, "rename", 1, (const char *a, const char *b), (a, b))
FORWARD(int, mkdir, "mkdir", 1, (const char *p, mode_t m), (p, m))
FORWARD(int, rmdir, "rmdir", 0, (const char *p), (p))
FORWARD(int, unlink, "unlink", 0, (const char *p), (p))

/* The stream writes to /dev/full for as long as the call takes: what is in its buffer
 * fails to be written, as on a full disk, and the stream knows. */
typedef int stream_function(FILE *stream);
static int with_full_disk(stream_function *next, FILE *stream)
{
    int descriptor = fileno(stream), flags = fcntl(descriptor, F_GETFD);
    int keep = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    int full = openat(AT_FDCWD, "/dev/full", O_WRONLY | O_CLOEXEC);
    dup3(full, descriptor, flags & FD_CLOEXEC ? O_CLOEXEC : 0);
    close(full);
    int result = next(stream), reason = errno;
    if (next == (stream_function *)fflush)
        dup3(keep, descriptor, flags & FD_CLOEXEC ? O_CLOEXEC : 0);
    close(keep);
    errno = reason;
    return result;
}

int fflush(FILE *stream)
{
    NEXT(stream_function *, "fflush");
    return stream && fileno(stream) >= 0 && fails("write", 1)
               ? with_full_disk(next, stream)
               : next(stream);
}

int fclose(FILE *stream)
{
    NEXT(stream_function *, "fclose");
    return fileno(stream) >= 0 && fails("write", 1) ? with_full_disk(next, stream)
                                                    : next(stream);
}
