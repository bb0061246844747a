/* Which gates are to flip yet when training stops, and in which order: the exact point of
 * kkt_follow is that of training that goes on for long, and that of flipping them all at once
 * is often another. A campaign is longer: test_walk POINTS WIDTH DIMENSION SEEDS [STEPS]. */
#include "check.h"
#include "fixture.h"
#include "sweep/kkt.h"
#include <stdio.h>
#include <stdlib.h>

enum { LONG, AT_ONCE, WALK, WAYS };

struct campaign {
    size_t m, n, seeds;
    double d;
    uint64_t steps; /* of long training */
};

/* What one seed needs. */
struct descents {
    struct arena arena;
    struct train_workspace train;
    struct kkt_workspace kkt;
    struct weights theta, exact[WAYS];
    double *lambda, *v;
};

static void layout_descents(struct descents *t, size_t n, size_t m, size_t r)
{
    train_layout(&t->train, n, m, r, &t->arena);
    kkt_layout(&t->kkt, n, m, r, &t->arena);
    t->theta.W = arena_doubles(&t->arena, n, r);
    for (size_t k = 0; k < WAYS; k++)
        t->exact[k].W = arena_doubles(&t->arena, n, r);
    t->lambda = arena_doubles(&t->arena, m, 1);
    t->v = arena_doubles(&t->arena, n, m);
}

/* Steps of training that stops as it does by default (0) or after so many. */
static uint64_t descend(struct descents *t, const struct instance *in, uint64_t steps)
{
    struct train_options o = {.optimizer = OPTIMIZER_NORMALIZED_GD,
                              .learning_rate = 0.5,
                              .max_steps = steps > 0 ? steps : 1000000,
                              .stable_steps = steps > 0 ? 0 : 512};
    struct train_result result;
    train_run(&in->net, &in->points, in->span.W0, in->span.perp_norm, &o, &t->train,
              &t->theta, &result);
    return result.steps;
}

static void reach(struct descents *t, const struct instance *in, size_t way)
{
    struct kkt_point point = {.W = t->exact[way].W, .lambda = t->lambda, .v = t->v};
    if (way == WALK) {
        network_preactivations(in->net.n, t->theta.W, &in->points, t->kkt.row_Z);
        kkt_follow(&in->net, &in->points, t->kkt.row_Z, &t->kkt, &point);
    } else {
        kkt_solve(&in->net, &in->points, t->theta.W, NULL, &t->kkt, &point);
    }
    fixture_need(point.stop == KKT_EXACT, "no exact point");
}

/* Of how many seeds the points behind a stop are that of long training. */
static void compare(const struct campaign *c, size_t same[WAYS], double *steps)
{
    for (size_t seed = 0; seed < c->seeds; seed++) {
        struct instance in;
        struct descents t = {0};
        instance_draw_small(&in, c->m, c->n, c->d, seed);
        FIXTURE_LAYOUT(&t.arena)
        {
            layout_descents(&t, c->n, c->m, in.points.r);
        }
        *steps += (double)descend(&t, &in, 0) / (double)c->seeds;
        reach(&t, &in, AT_ONCE);
        reach(&t, &in, WALK);
        descend(&t, &in, c->steps);
        reach(&t, &in, LONG);
        for (size_t way = 0; way < WAYS; way++)
            same[way] += weights_cosine_distance(c->n, in.points.r, &t.exact[LONG],
                                                 &t.exact[way]) < 1e-20;
        arena_release(&t.arena);
        instance_release(&in);
    }
}

static void test_same_point(void **state)
{
    const struct campaign c = {30, 60, 12, 150.0, 20000};
    size_t same[WAYS] = {0};
    double steps = 0.0;
    (void)state;
    compare(&c, same, &steps);
    check_true(same[WALK] + 1 >= c.seeds, "the same point for %zu of %zu", same[WALK],
               c.seeds);
    check_true(same[AT_ONCE] < same[WALK], "order does not matter: %zu", same[AT_ONCE]);
    check_true(steps < 3000.0, "%g steps", steps);
}

static void all_cases_ran(void **state)
{
    (void)state;
    check_cases(3);
}

static int run_campaign(int count, char **arguments)
{
    struct campaign c = {.m = strtoul(arguments[1], NULL, 10),
                         .n = strtoul(arguments[2], NULL, 10),
                         .d = strtod(arguments[3], NULL),
                         .seeds = strtoul(arguments[4], NULL, 10),
                         .steps =
                             count > 5 ? strtoull(arguments[5], NULL, 10) : 100000};
    size_t same[WAYS] = {0};
    double steps = 0.0;
    compare(&c, same, &steps);
    printf("after %.0f steps: %zu of %zu, all at once: %zu\n", steps, same[WALK],
           c.seeds, same[AT_ONCE]);
    return 0;
}

int main(int count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_point),
        cmocka_unit_test(all_cases_ran),
    };
    fixture_main();
    if (count > 4)
        return run_campaign(count, arguments);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
