/* store_lock.h - who works in a results folder.
 *
 * The holder writes one line into DIR/sweep.lock: host, process, the start of that
 * process, the boot of that machine, since when, the space its process number is of,
 * and whether it locked the file; and touches the file every second. Where the file
 * system has locks, the file is locked too (flock), so that the death of its holder is
 * seen at once; where it has none, to have created the file is to have the lock. The
 * file goes away with its holder. What a dead holder left is taken over: its process is
 * gone, or its machine has been started anew. A process number of another space
 * (container) says nothing: there the lock of the file decides, and where there is none
 * a touch, whose absence is no proof of death. Of a holder on another machine nothing
 * can be proven.
 */
#ifndef STORE_LOCK_H
#define STORE_LOCK_H

#include "sweep/status.h"
#include "sweep/store.h"
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>

struct store_lock {
    int descriptor; /* -1: not held */
    char *path;
    pthread_t toucher;
    sem_t end;    /* of the toucher */
    bool touched; /* by this thread */
};

/* Does the file system know locks? SWEEP_NO_LOCKS in the environment says no. */
bool store_locks_work(const char *directory);

/* SWEEP_OK, SWEEP_BUSY, SWEEP_IO, SWEEP_NO_MEMORY. When nobody can say whether
 * the holder lives the lock is not taken, `holder` tells who it is, and SWEEP_OK
 * returned; else its state is STORE_FREE. A zero-initialised lock with descriptor -1
 * may be released.
 */
int store_lock_take(struct store_lock *l, const char *directory, bool locks_work,
                    struct store_holder *holder, struct diagnostics *log);
void store_lock_release(struct store_lock *l);

/* "this machine's name", for the names of files. */
void store_host(char *host, size_t size);

#endif
