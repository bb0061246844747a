/* Parts are taken once each, by whoever it is, and a job is over when it is over. */
#include "check.h"

#include "sweep/team.h"
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

enum { PARTS = 97, ROUNDS = 2000, BYTES = 512 };

struct job {
    atomic_int times[PARTS];
    atomic_int helped, dirty;
    unsigned round;
};

/* Scratch memory is new, or as this helper left it. */
static void mark(void *context, size_t k, void *scratch)
{
    struct job *job = context;
    unsigned char *byte = scratch;
    job->times[k]++;
    if (!scratch)
        return;
    job->helped++;
    for (size_t i = 1; i < BYTES; i++)
        job->dirty += byte[i] != byte[0];
    memset(byte, (int)(job->round % 251), BYTES);
}

static void run(size_t helpers)
{
    static struct job job;
    struct team *t = team_open(helpers);
    int wrong = 0, helped = 0;
    check_true((t == NULL) == (helpers == 0), "a team of %zu", helpers);
    team_lead(t);
    for (job.round = 1; job.round <= ROUNDS; job.round++) {
        memset(&job.times, 0, sizeof job.times);
        team_share(mark, &job, job.round % PARTS, BYTES);
        for (size_t k = 0; k < PARTS; k++)
            wrong += job.times[k] != (k < job.round % PARTS);
        helped += job.helped;
        job.helped = 0;
    }
    team_lead(NULL);
    team_close(t);
    check_equal(wrong, 0);
    check_equal(job.dirty, 0);
    check_true(helpers > 0 || helped == 0, "helped by nobody");
}

static void test_parts(void **state)
{
    (void)state;
    for (size_t helpers = 0; helpers <= 4; helpers++)
        run(helpers);
}

/* Helpers who are needed do come: two parts that wait for each other. */
static void meet(void *context, size_t k, void *scratch)
{
    (void)k;
    (void)scratch;
    pthread_barrier_wait(context);
}

static void test_help_comes(void **state)
{
    (void)state;
    pthread_barrier_t both;
    struct team *t = team_open(1);
    pthread_barrier_init(&both, NULL, 2);
    team_lead(t);
    for (int k = 0; k < 20; k++)
        team_share(meet, &both, 2, 0);
    team_lead(NULL);
    team_close(t);
    pthread_barrier_destroy(&both);
    check_true(true, "met");
}

static void test_case_count(void **state)
{
    (void)state;
    check_cases(5 * 4 + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_help_comes),
        cmocka_unit_test(test_case_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
