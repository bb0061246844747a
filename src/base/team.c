#include "sweep/team.h"

#include "sweep/memory.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>

/* Looks at what is waited for, before sleeping: about the time between two steps of a
 * training. */
enum { LOOKS = 100 };

struct job {
    team_part *part; /* NULL: there is none */
    void *context;
    size_t parts, bytes;
};

struct team {
    pthread_mutex_t lock;
    pthread_cond_t begun, left;
    struct job job;
    bool closed;
    atomic_uint round;    /* grows when there is something to know */
    atomic_size_t next;   /* the part that is taken next */
    atomic_size_t inside; /* helpers at work */
    size_t helpers;
    pthread_t helper[];
};

static _Thread_local struct team *led;

static void take_parts(struct team *t, const struct job *job, void *scratch)
{
    size_t k;
    while ((k = t->next++) < job->parts)
        job->part(job->context, k, scratch);
}

/* The next job; false when there will be none. */
static bool enter(struct team *t, unsigned *seen, struct job *job)
{
    for (int k = 0; k < LOOKS && t->round == *seen; k++)
        sched_yield();
    pthread_mutex_lock(&t->lock);
    while (t->round == *seen)
        pthread_cond_wait(&t->begun, &t->lock);
    *seen = t->round;
    *job = t->job;
    t->inside += job->part != NULL;
    bool open = !t->closed;
    pthread_mutex_unlock(&t->lock);
    return open;
}

static void leave(struct team *t)
{
    pthread_mutex_lock(&t->lock);
    if (--t->inside == 0)
        pthread_cond_signal(&t->left);
    pthread_mutex_unlock(&t->lock);
}

static void *help(void *team)
{
    struct team *t = team;
    struct job job;
    unsigned seen = 0;
    void *scratch = NULL;
    size_t size = 0;
    while (enter(t, &seen, &job)) {
        if (!job.part)
            continue;
        if (job.bytes > size) {
            memory_free(scratch);
            scratch = memory_array(job.bytes, 1);
            size = scratch ? job.bytes : 0;
        }
        if (job.bytes <= size)
            take_parts(t, &job, scratch);
        leave(t);
    }
    memory_free(scratch);
    return NULL;
}

struct team *team_open(size_t helpers)
{
    struct team *t = NULL;
    if (helpers > 0)
        t = memory_array(1, sizeof *t + helpers * sizeof t->helper[0]);
    if (!t)
        return NULL;
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->begun, NULL);
    pthread_cond_init(&t->left, NULL);
    while (t->helpers < helpers &&
           pthread_create(&t->helper[t->helpers], NULL, help, t) == 0)
        t->helpers++;
    return t;
}

/* What helpers should know. */
static void announce(struct team *t, const struct job *job, bool closed)
{
    pthread_mutex_lock(&t->lock);
    t->job = *job;
    t->closed = closed;
    t->next = 0;
    t->round++;
    pthread_cond_broadcast(&t->begun);
    pthread_mutex_unlock(&t->lock);
}

/* Whoever has not come yet finds nothing, and whoever is at work is waited for. */
static void withdraw(struct team *t)
{
    pthread_mutex_lock(&t->lock);
    t->job.part = NULL;
    pthread_mutex_unlock(&t->lock);
    for (int k = 0; k < LOOKS && t->inside > 0; k++)
        sched_yield();
    pthread_mutex_lock(&t->lock);
    while (t->inside > 0)
        pthread_cond_wait(&t->left, &t->lock);
    pthread_mutex_unlock(&t->lock);
}

void team_close(struct team *t)
{
    struct job none = {0};
    if (!t)
        return;
    announce(t, &none, true);
    for (size_t k = 0; k < t->helpers; k++)
        pthread_join(t->helper[k], NULL);
    pthread_cond_destroy(&t->left);
    pthread_cond_destroy(&t->begun);
    pthread_mutex_destroy(&t->lock);
    memory_free(t);
}

void team_lead(struct team *t)
{
    led = t;
}

void team_share(team_part *part, void *context, size_t parts, size_t bytes)
{
    struct job job = {part, context, parts, bytes};
    struct team *t = led;
    if (!t) {
        for (size_t k = 0; k < parts; k++)
            part(context, k, NULL);
        return;
    }
    announce(t, &job, false);
    take_parts(t, &job, NULL);
    withdraw(t);
}
