#include "store_lock.h"

#include "store_private.h"
#include "sweep/clock.h"
#include "sweep/memory.h"
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Tries, and microseconds between them: a holder may be about to begin or to end. */
enum { TRIES = 20, PAUSE = 10000 };

/* Seconds between two signs of life, and how old one may be. */
enum { BEAT = 1, FRESH = 15 };

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

/* The number of the space (pid namespace) in which numbers of processes are those of
 * this process; 0: it is not known, or /proc shows those of another. */
static unsigned long long pid_space(void)
{
    char self[24] = "";
    struct stat info;
    if (readlink("/proc/self", self, sizeof self - 1) < 0 ||
        strtol(self, NULL, 10) != (long)getpid() ||
        stat("/proc/self/ns/pid", &info) != 0)
        return 0;
    return info.st_ino;
}

/* What the line in the file says beside what is kept of it. */
struct claim {
    unsigned long long start, space;
    char boot[40];
    int locked; /* the holder has the lock of the file, too */
};

/* Seconds since the holder touched the file; on another machine by two clocks. */
static double silence(int descriptor)
{
    char path[40];
    struct stat info;
    struct timespec now;
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    int again = open(path, O_RDONLY | O_CLOEXEC); /* so that NFS looks again */
    int failed = fstat(again >= 0 ? again : descriptor, &info);
    if (again >= 0)
        close(again);
    if (failed || clock_gettime(CLOCK_REALTIME, &now) != 0)
        return INFINITY;
    return (double)(now.tv_sec - info.st_mtim.tv_sec) +
           1e-9 * (double)(now.tv_nsec - info.st_mtim.tv_nsec);
}

/* Whether somebody touches the file now. */
static bool is_touched(int descriptor)
{
    double before = silence(descriptor);
    for (int i = 0; i < 3 * BEAT * 10; i++) {
        usleep(100000);
        double now = silence(descriptor);
        if (now < before)
            return true;
        before = now;
    }
    return false;
}

/* A process of this machine that cannot be seen: it is in another container. Its lock
 * tells, else its touch; where both are missing it may have been frozen. */
static int judge_unseen(const struct store_holder *h, const struct claim *c,
                        int descriptor, bool ours)
{
    /* Closing the file gives the lock back. */
    bool free = ours || flock(descriptor, LOCK_SH | LOCK_NB) == 0;
    if (!free && errno == EWOULDBLOCK)
        return STORE_ALIVE;
    if (free && c->locked)
        return STORE_DEAD;
    return fabs(h->silent) < FRESH ? STORE_ALIVE : STORE_UNKNOWN;
}

static void judge(struct store_holder *h, const struct claim *c, int descriptor,
                  bool ours)
{
    char host[sizeof h->host], boot[40];
    unsigned long long space = pid_space();
    store_host(host, sizeof host);
    read_boot(boot);
    if (strcmp(c->boot, boot) != 0) {
        /* Started anew, unless two machines have one name. */
        bool gone = strcmp(h->host, host) == 0 &&
                    !(fabs(h->silent) < FRESH && is_touched(descriptor));
        h->state = gone ? STORE_DEAD : STORE_UNKNOWN;
    } else if (c->space != space || space == 0) {
        h->elsewhere = true;
        h->state = judge_unseen(h, c, descriptor, ours);
    } else {
        h->state = start_of(h->process) == c->start ? STORE_ALIVE : STORE_DEAD;
    }
}

/* What the file says: 0, or -1 and errno where it cannot be read. Empty: its holder
 * died before it wrote, or is about to. A line of an older version says nothing of its
 * space, and its file is not touched. Is the lock of the file ours? */
static int read_holder(int descriptor, bool ours, struct store_holder *h)
{
    char text[256];
    struct claim c = {.space = pid_space()};
    *h = (struct store_holder){.state = STORE_FREE};
    ssize_t size = pread(descriptor, text, sizeof text - 1, 0);
    if (size < 0)
        return -1;
    text[size] = '\0';
    int known = sscanf(text, "%64s %ld %llu %39s %23s %llu %d", h->host, &h->process,
                       &c.start, c.boot, h->since, &c.space, &c.locked);
    h->silent = known == 7 ? silence(descriptor) : INFINITY;
    if (known >= 5)
        judge(h, &c, descriptor, ours);
    return 0;
}

static int write_holder(int descriptor, bool locked)
{
    char text[256], host[65], boot[40], since[24];
    store_host(host, sizeof host);
    read_boot(boot);
    clock_utc(since, sizeof since);
    int size =
        snprintf(text, sizeof text, "%s %ld %llu %s %s %llu %d\n", host, (long)getpid(),
                 start_of(getpid()), boot, since, pid_space(), locked);
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

/* A link leads out of the folder (ELOOP), a pipe never ends (EINVAL), and what is
 * written to a file of two names is in another folder, too (EMLINK). */
static int open_lock(const char *path, int flags)
{
    struct stat status;
    int descriptor = open(path, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
    if (descriptor < 0)
        return -1;
    bool regular = fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
    bool shared = regular && status.st_nlink > 1 && (flags & O_ACCMODE) != O_RDONLY;
    if (regular && !shared)
        return descriptor;
    close(descriptor);
    errno = shared ? EMLINK : EINVAL;
    return -1;
}

/* Remove what a dead holder left, if that is what still stands there: somebody else may
 * have been faster, and hold the folder by now. */
static void remove_dead(const char *path, int descriptor)
{
    char *aside = memory_array(strlen(path) + 32, 1);
    if (!aside)
        return;
    sprintf(aside, "%s.%ld.tmp", path, (long)getpid());
    if (is_still_there(descriptor, path) && rename(path, aside) == 0) {
        if (!is_still_there(descriptor, aside))
            (void)!link(aside, path); /* not the one: back with it */
        unlink(aside);
    }
    memory_free(aside);
}

/* A sign of life once in a while, until told to end. */
static void *touch(void *lock)
{
    struct store_lock *l = lock;
    struct timespec now[2];
    do {
        clock_gettime(CLOCK_REALTIME, &now[0]);
        now[1] = now[0];
        futimens(l->descriptor, now);
        now[0].tv_sec += BEAT;
    } while (sem_timedwait(&l->end, &now[0]) != 0);
    return NULL;
}

/* Without the thread the holder is silent, and respected as long as it can be seen. */
static void start_touching(struct store_lock *l)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are for the others */
    l->touched = sem_init(&l->end, 0, 0) == 0 &&
                 pthread_create(&l->toucher, NULL, touch, l) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void stop_touching(struct store_lock *l)
{
    if (!l->touched)
        return;
    sem_post(&l->end);
    pthread_join(l->toucher, NULL);
    sem_destroy(&l->end);
    l->touched = false;
}

/* The file is there, and to create it is to have the lock: 1, or -1 and errno. */
static int look(const char *path, struct store_holder *holder)
{
    int descriptor = open_lock(path, O_RDONLY);
    if (descriptor < 0)
        return errno == ENOENT ? 1 : -1;
    int outcome = read_holder(descriptor, false, holder) == 0 ? 1 : -1;
    if (holder->state == STORE_DEAD)
        remove_dead(path, descriptor);
    close(descriptor);
    return outcome;
}

/* 1: `holder` has it; 0: it is ours; -1: errno says why not. */
static int attempt(struct store_lock *l, bool locks_work, struct store_holder *holder)
{
    int descriptor = open_lock(l->path, O_RDWR | O_CREAT | (locks_work ? 0 : O_EXCL));
    if (descriptor < 0)
        return errno == EEXIST ? look(l->path, holder) : -1;
    bool locked = !locks_work || flock(descriptor, LOCK_EX | LOCK_NB) == 0;
    bool known = read_holder(descriptor, locks_work && locked, holder) == 0;
    bool over = holder->state == STORE_FREE || holder->state == STORE_DEAD;
    if (known && locked && over && is_still_there(descriptor, l->path)) {
        holder->state = STORE_FREE;
        l->descriptor = descriptor;
        return 0;
    }
    if (!locked && holder->state == STORE_DEAD)
        holder->state = STORE_FREE; /* somebody is just taking it over */
    close(descriptor);
    return known ? 1 : -1;
}

char *store_holder_text(const struct store_holder *h, char *buffer, size_t size)
{
    char sign[64] = "";
    if ((h->elsewhere || h->state == STORE_UNKNOWN) && fabs(h->silent) < 1e9)
        snprintf(sign, sizeof sign, ", last sign of life %.0f s ago",
                 fmax(h->silent, 0));
    snprintf(buffer, size, "process %ld on %s%s since %s%s", h->process, h->host,
             h->elsewhere ? " in another container" : "", h->since, sign);
    return buffer;
}

static int refuse_held(const char *directory, const struct store_holder *h,
                       struct diagnostics *log)
{
    char who[256];
    bool known = h->state == STORE_ALIVE;
    diagnostics_add(log, NULL, 0, 0,
                    "another run is working in '%s'%s%s%s; wait for it or choose "
                    "another folder",
                    directory, known ? " (" : "",
                    known ? store_holder_text(h, who, sizeof who) : "",
                    known ? ")" : "");
    return SWEEP_BUSY;
}

static int refuse_file(const char *path, struct diagnostics *log)
{
    diagnostics_add(log, NULL, 0, 0, "cannot use '%s': %s", path,
                    errno == ELOOP || errno == EINVAL ? "it is no regular file"
                    : errno == EMLINK ? "it is a hard link to a file elsewhere"
                                      : strerror(errno));
    return SWEEP_IO;
}

int store_lock_take(struct store_lock *l, const char *directory, bool locks_work,
                    struct store_holder *holder, struct diagnostics *log)
{
    int outcome = 1;
    *l = (struct store_lock){.descriptor = -1};
    *holder = (struct store_holder){.state = STORE_FREE};
    l->path = store_join(directory, "sweep.lock");
    if (!l->path)
        return diagnostics_no_memory(log, NULL);
    for (int i = 0; i < TRIES && outcome == 1; i++) {
        if (i > 0)
            usleep(PAUSE);
        outcome = attempt(l, locks_work, holder);
        if (holder->state == STORE_ALIVE || holder->state == STORE_UNKNOWN)
            break;
    }
    if (outcome == 0 && write_holder(l->descriptor, locks_work) != 0)
        outcome = -1;
    if (outcome < 0) {
        int status = refuse_file(l->path, log);
        store_lock_release(l);
        return status;
    }
    if (outcome == 0)
        start_touching(l);
    if (outcome == 0 || holder->state == STORE_UNKNOWN)
        return SWEEP_OK;
    return refuse_held(directory, holder, log);
}

void store_lock_release(struct store_lock *l)
{
    stop_touching(l);
    if (l->descriptor >= 0) {
        if (is_still_there(l->descriptor, l->path))
            unlink(l->path);
        close(l->descriptor);
    }
    memory_free(l->path);
    *l = (struct store_lock){.descriptor = -1};
}

int store_holder(const char *directory, struct store_holder *holder,
                 struct diagnostics *log)
{
    char *path = store_join(directory, "sweep.lock");
    *holder = (struct store_holder){.state = STORE_FREE};
    if (!path)
        return diagnostics_no_memory(log, NULL);
    int descriptor = open_lock(path, O_RDONLY);
    bool known = descriptor >= 0 ? read_holder(descriptor, false, holder) == 0
                                 : errno == ENOENT || errno == ENOTDIR;
    int status = known ? SWEEP_OK : refuse_file(path, log);
    if (descriptor >= 0)
        close(descriptor);
    memory_free(path);
    return status;
}
