#include "store_lock.h"

#include "sweep/clock.h"
#include "sweep/memory.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Tries, and microseconds between them: a holder may be about to begin or to end. */
enum { TRIES = 20, PAUSE = 10000 };

void store_host(char *host, size_t size)
{
    if (gethostname(host, size) != 0 || !*host)
        snprintf(host, size, "unknown");
    host[size - 1] = '\0';
    for (char *c = host; *c; c++)
        if (*c == '/' || *c == ' ')
            *c = '_';
}

/* Of this boot of this machine; containers on it share it. */
static void read_boot(char boot[40])
{
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
    if (!file || fscanf(file, "%39s", boot) != 1)
        strcpy(boot, "unknown");
    if (file)
        fclose(file);
}

/* When a process started, in clock ticks since the boot; 0: there is no such process,
 * or it has ended and nobody has asked how. The name in parentheses may hold anything.
 */
static unsigned long long start_of(long process)
{
    char path[40], text[1024], state;
    unsigned long long start = 0;
    snprintf(path, sizeof path, "/proc/%ld/stat", process);
    FILE *file = fopen(path, "re");
    if (!file)
        return 0;
    size_t size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[size] = '\0';
    /* The state is field 3, the start field 22. */
    char *end = strrchr(text, ')');
    if (!end ||
        sscanf(end + 1,
               " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s"
               " %*s %*s %*s %*s %llu",
               &state, &start) != 2 ||
        state == 'Z' || state == 'X')
        return 0;
    return start;
}

bool store_locks_work(const char *directory)
{
    if (getenv("SWEEP_NO_LOCKS"))
        return false;
    int descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return true;
    bool work = flock(descriptor, LOCK_SH | LOCK_NB) == 0 || errno == EWOULDBLOCK;
    close(descriptor);
    return work;
}

static void judge(struct store_holder *h, unsigned long long start, const char *boot)
{
    char host[sizeof h->host], here[40];
    store_host(host, sizeof host);
    read_boot(here);
    if (strcmp(boot, here) == 0)
        h->state = start_of(h->process) == start ? STORE_ALIVE : STORE_DEAD;
    else
        h->state = strcmp(h->host, host) == 0 ? STORE_DEAD : STORE_UNKNOWN;
}

/* What the file says. Empty: its holder died before it wrote, or is about to. */
static void read_holder(int descriptor, struct store_holder *h)
{
    char text[256], boot[40];
    unsigned long long start;
    *h = (struct store_holder){.state = STORE_FREE};
    ssize_t size = pread(descriptor, text, sizeof text - 1, 0);
    text[size > 0 ? size : 0] = '\0';
    if (sscanf(text, "%64s %ld %llu %39s %23s", h->host, &h->process, &start, boot,
               h->since) == 5)
        judge(h, start, boot);
}

static int write_holder(int descriptor)
{
    char text[256], host[65], boot[40], since[24];
    store_host(host, sizeof host);
    read_boot(boot);
    clock_utc(since, sizeof since);
    int size = snprintf(text, sizeof text, "%s %ld %llu %s %s\n", host, (long)getpid(),
                        start_of(getpid()), boot, since);
    if (ftruncate(descriptor, 0) != 0)
        return -1;
    return pwrite(descriptor, text, (size_t)size, 0) == size ? 0 : -1;
}

static bool is_still_there(int descriptor, const char *path)
{
    struct stat mine, there;
    return fstat(descriptor, &mine) == 0 && lstat(path, &there) == 0 &&
           mine.st_ino == there.st_ino && mine.st_dev == there.st_dev;
}

/* A link leads out of the folder (ELOOP), and a pipe never ends (EINVAL). */
static int open_lock(const char *path, int flags)
{
    struct stat status;
    int descriptor = open(path, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
    if (descriptor < 0 || (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode)))
        return descriptor;
    close(descriptor);
    errno = EINVAL;
    return -1;
}

/* The file is there, and to create it is to have the lock: 1, or -1 and errno. */
static int look(const char *path, struct store_holder *holder)
{
    int descriptor = open_lock(path, O_RDONLY);
    if (descriptor < 0)
        return errno == ENOENT ? 1 : -1;
    read_holder(descriptor, holder);
    close(descriptor);
    if (holder->state == STORE_DEAD)
        unlink(path);
    return 1;
}

/* 1: `holder` has it; 0: it is ours; -1: errno says why not. */
static int attempt(struct store_lock *l, bool locks_work, struct store_holder *holder)
{
    int descriptor = open_lock(l->path, O_RDWR | O_CREAT | (locks_work ? 0 : O_EXCL));
    if (descriptor < 0)
        return errno == EEXIST ? look(l->path, holder) : -1;
    bool locked = !locks_work || flock(descriptor, LOCK_EX | LOCK_NB) == 0;
    read_holder(descriptor, holder);
    if (locked && holder->state != STORE_UNKNOWN &&
        is_still_there(descriptor, l->path)) {
        holder->state = STORE_FREE;
        l->descriptor = descriptor;
        return 0;
    }
    if (!locked && holder->state == STORE_DEAD)
        holder->state = STORE_FREE; /* somebody is just taking it over */
    close(descriptor);
    return 1;
}

static int refuse(const char *directory, const struct store_holder *h,
                  struct diagnostics *log)
{
    char who[160] = "";
    if (h->state == STORE_ALIVE)
        snprintf(who, sizeof who, " (process %ld on %s since %s)", h->process, h->host,
                 h->since);
    diagnostics_add(log, NULL, 0, 0,
                    "another run is working in '%s'%s; wait for it or choose another "
                    "folder",
                    directory, who);
    return SWEEP_BUSY;
}

int store_lock_take(struct store_lock *l, const char *directory, bool locks_work,
                    struct store_holder *holder, struct diagnostics *log)
{
    int outcome = 1;
    *l = (struct store_lock){.descriptor = -1};
    *holder = (struct store_holder){.state = STORE_FREE};
    l->path = memory_array(strlen(directory) + sizeof "/sweep.lock", 1);
    if (!l->path) {
        diagnostics_add(log, NULL, 0, 0, "out of memory");
        return SWEEP_NO_MEMORY;
    }
    sprintf(l->path, "%s/sweep.lock", directory);
    for (int i = 0; i < TRIES && outcome == 1; i++) {
        if (i > 0)
            usleep(PAUSE);
        outcome = attempt(l, locks_work, holder);
        if (holder->state == STORE_ALIVE || holder->state == STORE_UNKNOWN)
            break;
    }
    if (outcome == 0 && write_holder(l->descriptor) != 0)
        outcome = -1;
    if (outcome < 0) {
        diagnostics_add(log, NULL, 0, 0, "cannot write '%s': %s", l->path,
                        errno == ELOOP || errno == EINVAL ? "it is no regular file"
                                                          : strerror(errno));
        store_lock_release(l);
        return SWEEP_IO;
    }
    if (outcome == 0 || holder->state == STORE_UNKNOWN)
        return SWEEP_OK;
    return refuse(directory, holder, log);
}

void store_lock_release(struct store_lock *l)
{
    if (l->descriptor >= 0) {
        if (is_still_there(l->descriptor, l->path))
            unlink(l->path);
        close(l->descriptor);
    }
    memory_free(l->path);
    *l = (struct store_lock){.descriptor = -1};
}

void store_holder(const char *directory, struct store_holder *holder)
{
    char *path = memory_array(strlen(directory) + sizeof "/sweep.lock", 1);
    *holder = (struct store_holder){.state = STORE_FREE};
    if (!path)
        return;
    sprintf(path, "%s/sweep.lock", directory);
    int descriptor = open_lock(path, O_RDONLY);
    memory_free(path);
    if (descriptor < 0)
        return;
    read_holder(descriptor, holder);
    close(descriptor);
}
