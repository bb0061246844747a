/* The ledger against its definition: loops over all trials, which know of a trial only
 * whether it is there, and ask everything anew. */
#include "fixture.h"

#include "sweep/ledger.h"
#include "sweep/memory.h"

enum { MOST_TRIALS = 4096 };

static const char *const grids[] = {
    "grid:\n  samples: [4, 5, 6]\n  step_scale: [0, 0.5, 1]\n",
    "grid:\n  step_scale: [0, 0.5, 1]\n  samples: [4, 20]\n  width: [4, 50]\n",
    "grid:\n  forget: [1, 2]\n  samples: [4, 5]\n  method: [none, retrain]\n",
};
static const char *const rules[] = {
    "replicates: 1\n",
    "replicates: 7\n",
    "until: {column: exact_tau, halfwidth: 1.2e-8, min: 3, max: 20}\n",
    "until: {column: exact_tau, relative_halfwidth: 0.9, min: 2, max: 11}\n",
};

static void ledger_grid(struct grid *g, const char *rule, const char *body)
{
    struct diagnostics log = {0};
    char text[512];
    snprintf(text, sizeof text, "name: test\nseed: 7\n%s%s", rule, body);
    if (grid_read_text(g, "test.yaml", text, strlen(text), &log) != SWEEP_OK)
        fail_msg("bad grid: %s", log.item[0].message);
    assert_true(g->cell_count * g->replicates <= MOST_TRIALS);
}

/* What is known of every trial, [cell * replicates + replicate]. */
struct world {
    const struct grid *g;
    const struct plan *p;
    size_t shard, shards;
    bool there[MOST_TRIALS], good[MOST_TRIALS], mine[MOST_TRIALS];
};

static struct record record_of(const struct grid *g, size_t cell, size_t k)
{
    struct record r;
    fixture_record(g, cell, k, &r);
    return r;
}

static size_t group_of(const struct plan *p, size_t cell)
{
    for (size_t k = 0; k < p->group_count; k++)
        for (size_t i = p->start[k]; i < p->start[k + 1]; i++)
            if (p->cell[i] == cell)
                return k;
    fail_msg("cell %zu is in no group", cell);
    return 0;
}

/* How many groups are run before this one: dearer ones, and equal ones before it. */
static size_t rank_of(const struct plan *p, size_t group)
{
    size_t rank = 0;
    for (size_t k = 0; k < p->group_count; k++)
        rank +=
            p->cost[k] > p->cost[group] || (p->cost[k] == p->cost[group] && k < group);
    return rank;
}

/* Dealt like cards, forth and back. */
static size_t owner_of(const struct world *w, size_t cell, size_t k)
{
    size_t rank = rank_of(w->p, group_of(w->p, cell)), owner = 1;
    size_t cards = w->g->until.least > 0 ? rank : rank * w->g->replicates + k;
    for (int step = 1; cards > 0; cards--) {
        bool turn = step > 0 ? owner == w->shards : owner == 1;
        if (turn)
            step = -step;
        else
            owner += (size_t)step;
    }
    return owner;
}

struct judged {
    size_t need;
    bool mine, settled;
};

/* Follow the cell from its first look on. */
static struct judged judge(const struct world *w, size_t cell)
{
    const struct grid *g = w->g;
    const struct until_rule *rule = &g->until;
    size_t most = g->replicates;
    struct judged j = {.need = rule->least > 0 ? rule->least : most};
    for (size_t k = 0; k < most; k++)
        j.mine |= w->mine[cell * most + k];
    for (;;) {
        double values[64], mean, halfwidth;
        size_t count = 0;
        for (size_t k = 0; k < j.need; k++) {
            struct record r = record_of(g, cell, k);
            if (w->mine[cell * most + k] && !w->there[cell * most + k])
                return j;
            if (r.status == TRIAL_OK && !isnan(r.value[C_EXACT_TAU]))
                values[count++] = r.value[C_EXACT_TAU];
        }
        j.settled = true;
        if (rule->least == 0 || j.need == most || count == 0)
            return j; /* at later looks there are more values, never none */
        until_estimate(rule, values, count, &mean, &halfwidth);
        if (halfwidth <=
            (rule->relative ? rule->halfwidth * fabs(mean) : rule->halfwidth))
            return j;
        j.settled = false;
        j.need = j.need + (j.need + 1) / 2 < most ? j.need + (j.need + 1) / 2 : most;
    }
}

static bool reached(const struct world *w, const struct judged *j, size_t trial,
                    enum ledger_reach reach)
{
    size_t most = w->g->replicates, k = trial % most;
    bool open = j->mine && !j->settled, missing = !w->there[trial];
    return w->mine[trial] &&
           (reach == LEDGER_DEALT || (reach == LEDGER_WANTED && k < j->need) ||
            (reach == LEDGER_DUE && k < j->need && missing) ||
            (reach == LEDGER_MOST && (open || k < j->need) && missing));
}

static void check_rest(const struct world *w, const struct ledger *l,
                       const struct judged *j, enum ledger_reach reach)
{
    const struct plan *p = w->p;
    size_t most = w->g->replicates, units_of[64];
    struct ledger_rest want = {0}, rest = ledger_rest(l, reach, units_of);
    for (size_t group = 0; group < p->group_count; group++) {
        size_t units = 0;
        for (size_t k = 0; k < most; k++) {
            size_t cells = 0;
            for (size_t cell = 0; cell < w->g->cell_count; cell++)
                cells += group_of(p, cell) == group &&
                         reached(w, &j[cell], cell * most + k, reach);
            if (cells == 0)
                continue;
            units++;
            want.trials += cells;
            want.cost += plan_unit_cost(p, group, cells);
            want.longest = fmax(want.longest, plan_unit_cost(p, group, cells));
        }
        want.units += units;
        check_equal(units_of[group], units);
    }
    check_equal(rest.trials, want.trials);
    check_equal(rest.units, want.units);
    check_close_relative(rest.cost, want.cost, 1e-12);
    check_close_relative(rest.longest, want.longest, 1e-12);
}

static void check_tally(const struct world *w, const struct ledger *l,
                        const struct judged *j)
{
    size_t most = w->g->replicates;
    struct ledger_tally t = ledger_tally(l), want = {0};
    for (size_t cell = 0; cell < w->g->cell_count; cell++) {
        check_equal(ledger_owns(l, cell), j[cell].mine);
        want.cells += j[cell].mine;
        want.by_state[UNTIL_OPEN] += j[cell].mine && !j[cell].settled;
        if (j[cell].mine) {
            check_equal(l->need[cell], j[cell].need);
            check_equal(l->state[cell] != UNTIL_OPEN, j[cell].settled);
        }
        for (size_t k = 0; k < j[cell].need; k++) {
            size_t i = cell * most + k;
            want.trials += w->mine[i];
            if (!w->mine[i] || !w->there[i])
                continue;
            want.done++;
            want.by_status[record_of(w->g, cell, k).status]++;
        }
    }
    check_equal(t.limit, w->g->until.least > 0 ? most : 0);
    check_equal(t.cells, want.cells);
    check_equal(t.by_state[UNTIL_OPEN], want.by_state[UNTIL_OPEN]);
    check_equal(t.trials, want.trials);
    check_equal(t.done, want.done);
    check_equal(t.open, w->g->until.least > 0 && want.by_state[UNTIL_OPEN] > 0);
    for (int i = 0; i < TRIAL_STATUS_COUNT; i++)
        check_equal(t.by_status[i], want.by_status[i]);
}

static void check_all(const struct world *w, const struct ledger *l)
{
    struct judged j[64];
    for (size_t cell = 0; cell < w->g->cell_count; cell++)
        j[cell] = judge(w, cell);
    check_tally(w, l, j);
    for (enum ledger_reach reach = LEDGER_DUE; reach <= LEDGER_DEALT; reach++)
        check_rest(w, l, j, reach);
    for (size_t i = 0; i < w->g->cell_count * w->g->replicates; i++)
        check_equal(ledger_has(l, i / w->g->replicates, i % w->g->replicates),
                    w->there[i]);
}

static void open_world(struct world *w, struct ledger *l)
{
    struct diagnostics log = {0};
    size_t most = w->g->replicates;
    for (size_t i = 0; i < w->g->cell_count * most; i++)
        w->mine[i] = w->shards == 0 || owner_of(w, i / most, i % most) == w->shard;
    check_equal(ledger_open(l, w->g, w->p, w->shard, w->shards, &log), SWEEP_OK);
    ledger_look(l);
}

/* One round of a run: every unit that is due once, in the order of cost. `stop`: units
 * after which it is stopped. */
static size_t run_round(struct world *w, struct ledger *l, size_t stop)
{
    const struct grid *g = w->g;
    size_t cells[64], units = 0;
    struct ledger_unit u = {.cell = cells};
    double before = INFINITY;
    struct ledger_rest due = ledger_rest(l, LEDGER_DUE, NULL);
    double cost = 0;
    while (units < stop && ledger_next(l, &u)) {
        size_t group = group_of(w->p, u.cell[0]);
        check_true(u.count > 0 && w->p->cost[group] <= before, "longest first");
        before = w->p->cost[group];
        cost += u.cost;
        units++;
        for (size_t i = 0; i < u.count; i++) {
            size_t trial = u.cell[i] * g->replicates + u.replicate;
            struct record r = record_of(g, u.cell[i], u.replicate);
            check_equal(group_of(w->p, u.cell[i]), group);
            check_true(w->mine[trial] && !w->there[trial], "trial %zu is due", trial);
            check_true(!ledger_has_new(l, u.cell[i], u.replicate), "not yet");
            check_equal(ledger_add(l, u.cell[i], u.replicate, &r), SWEEP_OK);
            check_true(ledger_has_new(l, u.cell[i], u.replicate), "new");
            w->there[trial] = true;
        }
    }
    if (units < stop) {
        check_equal(units, due.units);
        check_close_relative(cost, due.cost, 1e-12);
    }
    ledger_look(l);
    return units;
}

/* To the end, and every trial asked for is there and no other. */
static void run_to_end(struct world *w, struct ledger *l)
{
    while (ledger_rest(l, LEDGER_DUE, NULL).units > 0) {
        check_all(w, l);
        check_true(run_round(w, l, SIZE_MAX) > 0, "units for what is due");
    }
    check_all(w, l);
    struct ledger_tally t = ledger_tally(l);
    check_equal(t.done, t.trials);
    check_equal(t.by_state[UNTIL_OPEN], 0);
    check_close(ledger_work_done(l), ledger_rest(l, LEDGER_WANTED, NULL).cost, 0);
}

static void each_grid(void (*look)(struct world *w))
{
    for (size_t i = 0; i < sizeof grids / sizeof grids[0]; i++)
        for (size_t k = 0; k < sizeof rules / sizeof rules[0]; k++) {
            struct grid g;
            struct plan p;
            ledger_grid(&g, rules[k], grids[i]);
            check_equal(plan_build(&p, &g), SWEEP_OK);
            look(&(struct world){.g = &g, .p = &p});
            plan_release(&p);
            grid_release(&g);
        }
}

static void look_at_runs(struct world *w)
{
    struct ledger l;
    open_world(w, &l);
    run_to_end(w, &l);
    ledger_release(&l);
}

static void test_run(void **state)
{
    (void)state;
    each_grid(look_at_runs);
}

/* Shards: every trial in one of them, none ahead by more than the largest unit. */
static void look_at_shards(struct world *w)
{
    size_t trials = w->g->cell_count * w->g->replicates;
    double largest = 0;
    for (size_t k = 0; k < w->p->group_count; k++)
        largest = fmax(largest, w->p->cost[k]);
    if (w->g->until.least > 0)
        largest *= (double)w->g->replicates;
    for (w->shards = 1; w->shards <= 5; w->shards += 2) {
        size_t owners[MOST_TRIALS] = {0};
        double least = INFINITY, most = 0;
        for (w->shard = 1; w->shard <= w->shards; w->shard++) {
            struct ledger l;
            memset(w->there, 0, sizeof w->there);
            open_world(w, &l);
            double cost = ledger_rest(&l, LEDGER_DEALT, NULL).cost;
            least = fmin(least, cost);
            most = fmax(most, cost);
            run_to_end(w, &l);
            for (size_t i = 0; i < trials; i++)
                owners[i] += w->mine[i];
            ledger_release(&l);
        }
        for (size_t i = 0; i < trials; i++)
            check_equal(owners[i], 1);
        check_true(most - least <= largest * (1 + 1e-12), "%zu shards: %g to %g",
                   w->shards, least, most);
    }
}

static void test_shards(void **state)
{
    (void)state;
    each_grid(look_at_shards);
}

/* What a store holds of the world: a share of all trials, needed or not. */
static void fill(struct store *s, struct world *w, uint64_t salt, unsigned of_eight)
{
    struct diagnostics log = {0};
    size_t most = w->g->replicates;
    gsl_rng *rng = gsl_rng_alloc(rng_philox);
    rng_start(rng, rng_key_word(rng_key_start(), salt));
    for (size_t i = 0; i < w->g->cell_count * most; i++) {
        struct record r = record_of(w->g, i / most, i % most);
        if (gsl_rng_uniform_int(rng, 8) >= of_eight)
            continue;
        w->there[i] = true;
        w->good[i] = r.status == TRIAL_OK;
        check_equal(store_put(s, i / most, i % most, &r, &log), SWEEP_OK);
    }
    check_equal(store_commit(s, &log), SWEEP_OK);
    gsl_rng_free(rng);
}

/* A run that is stopped goes on from its store: extra replicates are no harm, failed
 * trials run again when asked to. */
static void look_at_resumes(struct world *w)
{
    static const struct {
        unsigned of_eight;
        size_t shards;
        bool retry;
    } ways[] = {{2, 0, false}, {5, 2, false}, {5, 0, true}, {8, 2, true}};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct ledger l;
        struct diagnostics log = {0};
        char path[32];
        w->shard = w->shards = ways[i].shards;
        memset(w->there, 0, sizeof w->there);
        memset(w->good, 0, sizeof w->good);
        struct store *s = fixture_store(fixture_folder(path), w->g);
        fill(s, w, i, ways[i].of_eight);
        open_world(w, &l);
        check_equal(ledger_read(&l, s, &log), SWEEP_OK);
        ledger_look(&l);
        check_all(w, &l);
        if (ways[i].retry) {
            memcpy(w->there, w->good, sizeof w->there);
            ledger_retry(&l);
            ledger_look(&l);
            check_all(w, &l);
        }
        run_round(w, &l, 1);
        check_all(w, &l);
        run_to_end(w, &l);
        ledger_release(&l);
        store_close(s, &log);
        fixture_remove(path);
    }
}

static void test_resume(void **state)
{
    (void)state;
    each_grid(look_at_resumes);
}

/* Trials of cells that mean the same in both grids. */
static size_t carry(const struct world *from, struct world *to)
{
    size_t carried = 0, most = to->g->replicates, before = from->g->replicates;
    for (size_t c = 0; c < to->g->cell_count; c++)
        for (size_t o = 0; o < from->g->cell_count; o++) {
            struct rng_key a = grid_cell_key(to->g, c), b = grid_cell_key(from->g, o);
            if (a.word[0] != b.word[0] || a.word[1] != b.word[1])
                continue;
            for (size_t r = 0; r < most && r < before; r++)
                carried += to->there[c * most + r] = from->there[o * before + r];
        }
    return carried;
}

/* A folder of another grid of the same name: cells and replicates added and removed,
 * other numbers for those that stay. */
static void look_at_older(const char *rule, const char *old_rule, const char *body)
{
    struct grid g, older;
    struct plan p;
    struct ledger l;
    struct diagnostics log = {0};
    struct world before = {.g = &older}, w = {.g = &g, .p = &p};
    char path[32];
    ledger_grid(&older, old_rule, grids[0]);
    ledger_grid(&g, rule, body);
    check_equal(plan_build(&p, &g), SWEEP_OK);
    struct store *s = fixture_store(fixture_folder(path), &older);
    fill(s, &before, 5, 6);
    check_equal(carry(&before, &w) > 0, g.cell_count > 1);
    open_world(&w, &l);
    check_equal(ledger_read_older(&l, s, &older, &log), SWEEP_OK);
    ledger_look(&l);
    check_all(&w, &l);
    run_to_end(&w, &l);
    ledger_release(&l);
    store_close(s, &log);
    fixture_remove(path);
    plan_release(&p);
    grid_release(&older);
    grid_release(&g);
}

static void test_older(void **state)
{
    (void)state;
    size_t count = sizeof rules / sizeof rules[0];
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k <= 2; k += 2)
            look_at_older(rules[i], rules[(i + k + 1) % count],
                          "grid:\n  step_scale: [1, 0.25, 0]\n  samples: [6, 4]\n");
    look_at_older(rules[1], rules[2], "grid:\n  samples: [7]\n");
}

/* A number of a session that no program writes is damage, never a rate of zero. */
static void check_damage(const struct ledger *l, struct store *s)
{
    static const char *const names[] = {"session_first", "session_last", "session_work",
                                        "session_total", "session_done"};
    static const char *const texts[] = {"", "soon", "-1", "inf", "nan", "1e999"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct diagnostics log = {0};
        struct ledger_session session;
        for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
            check_equal(store_set_meta(s, names[i], texts[k], &log), SWEEP_OK);
            check_equal(ledger_session(l, s, &session, &log), SWEEP_IO);
            check_true(log.count == 1 && strstr(log.item[0].message, names[i]),
                       "%s is '%s': %s", names[i], texts[k],
                       log.count > 0 ? log.item[0].message : "no message");
            diagnostics_release(&log);
        }
        check_equal(store_set_meta(s, names[i], "5", &log), SWEEP_OK);
    }
}

/* What a session left for others to read. */
static void test_session(void **state)
{
    (void)state;
    struct grid g;
    struct plan p;
    struct ledger l;
    struct ledger_session session;
    struct diagnostics log = {0};
    char path[32];
    ledger_grid(&g, rules[1], grids[0]);
    check_equal(plan_build(&p, &g), SWEEP_OK);
    struct world w = {.g = &g, .p = &p};
    struct store *s = fixture_store(fixture_folder(path), &g);
    open_world(&w, &l);
    run_round(&w, &l, 5);
    check_equal(ledger_begin_session(&l, s, &log), SWEEP_OK);
    double before = ledger_work_done(&l);
    check_equal(store_set_meta(s, "session_first", "1000", &log), SWEEP_OK);
    check_equal(store_set_meta(s, "session_last", "1008", &log), SWEEP_OK);
    check_equal(ledger_session(&l, s, &session, &log), SWEEP_OK);
    check_same_bits(session.first, 1000);
    check_same_bits(session.last, 1008);
    check_same_bits(session.work_rate, 0);
    check_same_bits(session.trial_rate, 0);
    run_round(&w, &l, 4);
    check_equal(ledger_session(&l, s, &session, &log), SWEEP_OK);
    check_close_relative(session.work_rate, (ledger_work_done(&l) - before) / 8, 1e-12);
    struct record r = record_of(&g, 0, 0);
    check_equal(store_put(s, 0, 0, &r, &log), SWEEP_OK);
    check_equal(store_commit(s, &log), SWEEP_OK);
    check_equal(store_set_meta(s, "session_last", "1008", &log), SWEEP_OK);
    check_equal(ledger_session(&l, s, &session, &log), SWEEP_OK);
    check_same_bits(session.trial_rate, 0.125);
    check_damage(&l, s);
    ledger_release(&l);
    store_close(s, &log);
    fixture_remove(path);
    plan_release(&p);
    grid_release(&g);
}

static void test_memory(void **state)
{
    (void)state;
    struct grid g;
    struct plan p;
    ledger_grid(&g, rules[2], grids[0]);
    check_equal(plan_build(&p, &g), SWEEP_OK);
    for (long k = 0;; k++) {
        struct ledger l;
        struct diagnostics log = {0};
        memory_fail_after(k);
        int status = ledger_open(&l, &g, &p, 1, 2, &log);
        memory_fail_after(-1);
        check_equal(log.count, status == SWEEP_NO_MEMORY);
        ledger_release(&l);
        diagnostics_release(&log);
        if (status == SWEEP_OK)
            break;
        check_equal(status, SWEEP_NO_MEMORY);
        assert_true(k < 20);
    }
    plan_release(&p);
    grid_release(&g);
}

static void test_case_count(void **state)
{
    (void)state;
    check_cases(182946);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_run),        cmocka_unit_test(test_shards),
        cmocka_unit_test(test_resume),     cmocka_unit_test(test_older),
        cmocka_unit_test(test_session),    cmocka_unit_test(test_memory),
        cmocka_unit_test(test_case_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
