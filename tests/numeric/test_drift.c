/* Descent where few activation states change, against the step that sees every state. */
#include "check.h"
#include "drift.h"
#include "step_fixture.h"
#include "sweep/rng.h"
#include "sweep/status.h"
#include <math.h>
#include <string.h>

enum { N = 24, M = 43, TILES = (M + STEP_TILE - 1) / STEP_TILE, SPACE = 6 };

struct scene {
    struct step_state step, slow;
    struct drift drift;
    struct arena arena;
    gsl_rng *rng;
    double rate[M]; /* of beta */
    bool turns;
    double G[M * M], Z[N * M], E[N * M];
    unsigned char seen[DRIFT_LONGEST + 1][N * TILES]; /* states of the slow one */
    unsigned char start[N * TILES];
};

static void layout(struct scene *c)
{
    step_layout(&c->step, N, M, &c->arena);
    step_layout(&c->slow, N, M, &c->arena);
    drift_layout(&c->drift, N, M, &c->arena);
}

static void load(struct scene *c, struct step_state *s, double leak)
{
    s->positive = N / 2;
    s->leak = leak;
    step_reset(s);
    memset(s->watch, 0xff, s->n * s->tiles);
    step_load_gram(s, c->G);
    step_load(s, c->Z);
}

static double uniform(struct scene *c)
{
    return 2.0 * gsl_rng_uniform(c->rng) - 1.0;
}

/* Points near each other, so that neurons have kinks, and pre-activations of size 1. */
static void begin(struct scene *c, double leak, uint64_t seed)
{
    double X[M * SPACE], W[N * SPACE];
    memset(c, 0, sizeof *c);
    c->rng = gsl_rng_alloc(rng_philox);
    rng_start(c->rng, (struct rng_key){{seed, 1}});
    layout(c);
    assert_int_equal(arena_allocate(&c->arena), SWEEP_OK);
    layout(c);
    for (size_t k = 0; k < M * SPACE; k++)
        X[k] = uniform(c) + (k % SPACE == 0 ? 1.0 : 0.0);
    for (size_t k = 0; k < N * SPACE; k++)
        W[k] = uniform(c);
    for (size_t i = 0; i < M; i++)
        for (size_t l = 0; l < M; l++)
            for (size_t k = 0; k < SPACE; k++)
                c->G[i * M + l] += X[i * SPACE + k] * X[l * SPACE + k];
    for (size_t j = 0; j < N; j++)
        for (size_t i = 0; i < M; i++)
            for (size_t k = 0; k < SPACE; k++)
                c->Z[j * M + i] += W[j * SPACE + k] * X[i * SPACE + k];
    for (size_t i = 0; i < M; i++)
        c->rate[i] = (i % 2 ? 1.0 : -1.0) * gsl_rng_uniform(c->rng);
    load(c, &c->step, leak);
    load(c, &c->slow, leak);
    drift_reset(&c->drift, c->G, c->E);
}

static void end(struct scene *c)
{
    gsl_rng_free(c->rng);
    arena_release(&c->arena);
}

/* The beta of step k of a chunk: they change by up to `change` of themselves. */
static void next_rates(struct scene *c, size_t k, double size, double change)
{
    for (size_t i = 0; i < M; i++) {
        bool rests = c->turns && (i % 3 == 0) == (k <= DRIFT_LONGEST / 2);
        c->rate[i] *= 1.0 + change * uniform(c);
        c->step.beta[i] = c->slow.beta[i] = rests ? 0.0 : size * c->rate[i];
    }
}

static const unsigned char *states_of(const struct step_state *s)
{
    return s->states + s->recorded * N * TILES;
}

/* A full step of both. */
static void full_step(struct scene *c, double size)
{
    next_rates(c, 0, size, 0.0);
    drift_before(&c->drift, &c->step);
    step_run(&c->step);
    step_run(&c->slow);
    drift_after(&c->drift, &c->step);
}

/* A chunk of both, of `steps` unless that many cannot be. */
static size_t chunk(struct scene *c, size_t steps, double size, double change)
{
    memcpy(c->start, states_of(&c->slow), sizeof c->start);
    for (size_t k = 1; k <= steps; k++) {
        next_rates(c, k, size, change);
        if (!drift_step(&c->drift, &c->step))
            return k - 1;
        step_run(&c->slow);
        memcpy(c->seen[k], states_of(&c->slow), sizeof c->seen[k]);
    }
    return steps;
}

/* Whether the chunk noted the changes of states, and at their steps. */
static bool saw_all(const struct scene *c, size_t steps)
{
    unsigned char states[N * TILES];
    memcpy(states, c->start, sizeof states);
    for (size_t k = 1; k <= steps; k++) {
        for (size_t l = 0; l < c->drift.changes; l++) {
            const struct drift_change *log = &c->drift.log[l];
            if (log->step == k)
                states[log->neuron * TILES + log->point / STEP_TILE] ^=
                    (unsigned char)(1u << log->point % STEP_TILE);
        }
        if (memcmp(states, c->seen[k], sizeof states) != 0)
            return false;
    }
    return true;
}

struct tally {
    size_t held, changes, missed, turned;
};

/* Chunks one after another. With `blind` no more pairs are followed than those that would
 * cross 0 if nothing but the last change went on. */
static void run_chunks(uint64_t seed, double leak, bool blind, double change,
                       struct tally *t)
{
    struct scene c;
    begin(&c, leak, seed);
    double size = 2e-4 * (double)(1 + seed % 5);
    full_step(&c, size);
    for (size_t k = 0; k < 6; k++) {
        size_t steps = k % 3 == 2 ? DRIFT_LONGEST : DRIFT_SHORTEST << k % 3;
        double sum[M];
        if (blind)
            c.drift.caution = 0.0;
        for (size_t j = 0; j < N && blind; j++)
            c.drift.wobble[j] = 0.0;
        memcpy(sum, c.step.sum, sizeof sum);
        if (!drift_start(&c.drift, &c.step, steps))
            break;
        steps = chunk(&c, steps, size, change);
        bool all = saw_all(&c, steps), holds = drift_holds(&c.drift, &c.step);
        check_true(all || !holds, "seed %llu: a change was missed",
                   (unsigned long long)seed);
        t->held += holds;
        t->missed += !all;
        if (!holds) {
            check_true(memcmp(sum, c.step.sum, sizeof sum) == 0 &&
                           memcmp(c.start, states_of(&c.step), sizeof c.start) == 0,
                       "not taken back");
            break;
        }
        t->changes += c.drift.changes;
        for (size_t l = 1; l < c.drift.changes; l++)
            t->turned += c.drift.log[l].neuron == c.drift.log[l - 1].neuron &&
                         c.drift.log[l].point == c.drift.log[l - 1].point;
        check_same_steps(&c.step, &c.slow, 1e-12);
    }
    end(&c);
}

static void sees_every_change(void **state)
{
    (void)state;
    struct tally t = {0};
    for (uint64_t seed = 0; seed < 120; seed++)
        run_chunks(seed, seed % 3 ? 0.2 : 0.0, false, seed % 2 ? 0.05 : 1e-3, &t);
    check_true(t.held > 300, "%zu chunks held", t.held);
    check_true(t.changes > 600, "%zu changes", t.changes);
    check_true(t.turned > 20, "%zu changed back", t.turned);
}

/* Where what may happen is not foreseen, a chunk that missed a change does not hold. */
static void admits_what_it_missed(void **state)
{
    (void)state;
    struct tally t = {0};
    for (uint64_t seed = 0; seed < 300; seed++)
        run_chunks(seed, seed % 3 ? 0.2 : 0.0, true, seed % 2 ? 0.3 : 0.003, &t);
    check_true(t.missed > 20, "%zu chunks missed a change", t.missed);
    check_true(t.held > 20, "%zu chunks held", t.held);
}

/* A chunk of which nothing is foreseen but the pairs whose state is another one at its end:
 * whatever is undone on the way is seen by the bounds alone. With `turns` half of the points
 * move first and then the others, without it beta is constant and neurons turn by changes of
 * state. */
static void check_undone(uint64_t seed, bool turns, struct tally *t)
{
    struct scene c, oracle;
    double size = 2e-3 * (double)(1 + seed % 5), leak = seed % 3 ? 0.2 : 0.0;
    begin(&oracle, leak, seed);
    begin(&c, leak, seed);
    full_step(&oracle, size);
    full_step(&c, size);
    oracle.turns = c.turns = turns;
    memset(oracle.drift.change, 0, N * TILES * STEP_TILE * sizeof(double));
    memset(c.drift.change, 0, N * TILES * STEP_TILE * sizeof(double));
    oracle.drift.caution = c.drift.caution = 0.0;
    check_true(drift_start(&oracle.drift, &oracle.step, DRIFT_LONGEST), "crowded");
    chunk(&oracle, DRIFT_LONGEST, size, 0.0);
    for (size_t j = 0; j < N; j++)
        for (size_t i = 0; i < M; i++) {
            size_t at = j * TILES + i / STEP_TILE;
            if ((oracle.start[at] ^ oracle.seen[DRIFT_LONGEST][at]) >> i % STEP_TILE &
                1)
                c.drift.change[j * TILES * STEP_TILE + i] = NAN;
        }
    if (drift_start(&c.drift, &c.step, DRIFT_LONGEST)) {
        size_t steps = chunk(&c, DRIFT_LONGEST, size, 0.0);
        bool all = saw_all(&c, steps), holds = drift_holds(&c.drift, &c.step);
        check_true(all || !holds, "seed %llu: a change was missed",
                   (unsigned long long)seed);
        t->missed += !all;
        t->held += holds;
    }
    end(&c);
    end(&oracle);
}

static void admits_what_was_undone(void **state)
{
    (void)state;
    struct tally turning = {0}, constant = {0};
    for (uint64_t seed = 0; seed < 400; seed++) {
        check_undone(seed, true, &turning);
        check_undone(seed, false, &constant);
    }
    check_true(turning.missed > 20, "%zu chunks missed a change", turning.missed);
    check_true(constant.missed > 20, "%zu chunks missed a change", constant.missed);
    check_true(constant.held > 10, "%zu chunks held", constant.held);
}

/* Where no neuron is active any more the sum is 0, not what rounding leaves of it. */
static void leaves_nothing(void **state)
{
    (void)state;
    struct scene c;
    begin(&c, 0.0, 3);
    for (size_t j = 0; j < N; j++)
        c.Z[j * M] = j < 5 ? 1e-4 * (double)(1 + 2 * j) : -1.0;
    for (size_t i = 0; i < M; i++)
        c.rate[i] *= 1e-6;
    c.rate[0] = -1e-3 / c.G[0];
    load(&c, &c.step, 0.0);
    load(&c, &c.slow, 0.0);
    full_step(&c, 0.05);
    check_true(drift_start(&c.drift, &c.step, DRIFT_LONGEST), "crowded");
    check_true(c.step.sum[0] > 0.0, "it was never active");
    check_equal(chunk(&c, DRIFT_LONGEST, 0.05, 0.0), DRIFT_LONGEST);
    check_true(drift_holds(&c.drift, &c.step), "it does not hold");
    check_same_bits(c.slow.sum[0], 0.0);
    check_same_bits(c.step.sum[0], 0.0);
    end(&c);
}

static void refuses_nan(void **state)
{
    (void)state;
    struct scene c;
    begin(&c, 0.1, 7);
    full_step(&c, 1e-4);
    check_true(drift_start(&c.drift, &c.step, DRIFT_SHORTEST), "too many pairs");
    c.step.beta[1] = NAN;
    check_true(drift_step(&c.drift, &c.step), "no step");
    check_true(!drift_holds(&c.drift, &c.step), "it holds");
    end(&c);
}

/* More pairs near 0 than it is worth while for. */
static void refuses_crowds(void **state)
{
    (void)state;
    struct scene c;
    begin(&c, 0.1, 7);
    full_step(&c, 10.0);
    check_true(!drift_start(&c.drift, &c.step, DRIFT_SHORTEST), "it starts");
    end(&c);
}

static void test_count(void **state)
{
    (void)state;
    check_count_at_least(300 * (2 * N * M + 3 * M) + 420);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sees_every_change),
        cmocka_unit_test(admits_what_it_missed),
        cmocka_unit_test(admits_what_was_undone),
        cmocka_unit_test(leaves_nothing),
        cmocka_unit_test(refuses_nan),
        cmocka_unit_test(refuses_crowds),
        cmocka_unit_test(test_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
