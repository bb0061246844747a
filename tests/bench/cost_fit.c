/* The constants of the cost model (src/run/cost.c) from measured units.
 *
 *     cost_fit measure [UNITS [SEED]] > cost_units.tsv     (some seven minutes per 100)
 *     cost_fit fit cost_units.tsv
 *
 * `measure` draws settings, runs a unit of two cells of each and prints the CPU seconds
 * of its parts. `fit` finds the seconds >= 0 of every term, all parts together,
 * relative errors weighted alike, and prints them beside those of cost.c, and how far
 * the parts are then from what was measured. It fails where a constant is not the fit's
 * rounded to two digits. */
#include "cost_terms.h"
#include "sweep/boxls.h"
#include "sweep/clock.h"
#include "sweep/grid_yaml.h"
#include "sweep/memory.h"
#include "sweep/rng.h"
#include "trial_unit.h"
#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the cost of a unit depends on, and decides a part's length beyond that. */
static const enum parameter given[] = {
    P_MODEL,     P_SAMPLER, P_SAMPLES,      P_WIDTH,   P_DIMENSION,
    P_SIGNAL,    P_NOISE,   P_LEAK,         P_POLISH,  P_STABLE_STEPS,
    P_MAX_STEPS, P_FORGET,  P_TEST_SAMPLES, P_RETRAIN, P_UNLEARN_STEPS};
enum { GIVEN = sizeof given / sizeof *given };

/* The first cell of a unit measures the accuracy of the trained models too. */
enum part { DATA, TRAINING, RETRAINING, FIRST_CELL, NEXT_CELL, PARTS };
static const char *const part_names[PARTS] = {"data", "training", "retraining",
                                              "first_cell", "next_cell"};

struct unit_times {
    struct setting s;
    double steps, kinks;
    double seconds[PARTS]; /* NAN: there is no such part */
};

static void need(bool held, const char *what)
{
    if (held)
        return;
    fprintf(stderr, "cost_fit: %s\n", what);
    exit(2);
}

struct stopwatch {
    struct unit_times *unit;
    double last;
    size_t cells;
};

static void step_ended(void *context, enum step step, const struct record *r)
{
    struct stopwatch *w = context;
    double now = clock_thread_cpu();
    double *seconds = w->unit->seconds;
    if (step == STEP_SCALED || step == STEP_RESTORED || step == STEP_EXACT)
        return;
    if (step == STEP_DATA)
        seconds[DATA] = now - w->last;
    else if (step == STEP_TRAIN) {
        seconds[TRAINING] = now - w->last;
        w->unit->steps = r->value[C_STEPS];
        w->unit->kinks = r->value[C_KINKS];
    } else if (step == STEP_RETRAIN)
        seconds[RETRAINING] = now - w->last;
    else
        seconds[w->cells++ == 0 ? FIRST_CELL : NEXT_CELL] = now - w->last;
    w->last = clock_thread_cpu();
}

static int keep_status(void *context, size_t cell, const struct record *r)
{
    bool *failed = context;
    (void)cell;
    *failed |= r->status != TRIAL_OK;
    return SWEEP_OK;
}

/* False where a trial failed: its parts say nothing. */
static bool time_unit(const struct grid *g, struct unit_times *t)
{
    static const size_t cells[] = {0, 1};
    struct trial_workspace *ws;
    struct stopwatch stopwatch = {.unit = t};
    struct watch watch = {.ended = step_ended, .context = &stopwatch};
    bool failed = false;
    need(trial_workspace_alloc(&ws, g, NULL) == SWEEP_OK, "out of memory");
    for (int pass = 0; pass < 2; pass++) { /* first, memory becomes warm */
        for (size_t k = 0; k < PARTS; k++)
            t->seconds[k] = NAN;
        stopwatch.cells = 0;
        stopwatch.last = clock_thread_cpu();
        trial_unit_watched(ws, g, cells, 2, 0, &watch, keep_status, &failed);
    }
    trial_workspace_free(ws);
    grid_cell(g, 0, &t->s);
    return !failed;
}

static double log_between(gsl_rng *rng, double low, double high)
{
    return low * pow(high / low, gsl_rng_uniform(rng));
}

static bool coin(gsl_rng *rng)
{
    return gsl_rng_uniform(rng) < 0.5;
}

static void add_line(char *text, size_t size, const char *name, double value)
{
    size_t length = strlen(text);
    snprintf(text + length, size - length, "  %s: %.6g\n", name, value);
}

/* Any model, sampler, size and pull of the means; one cell with a whole step and one
 * with half of it. Every other linear model has many points in few dimensions. */
static void draw_grid(struct grid *g, gsl_rng *rng)
{
    static const char *const models[] = {"linear", "relu", "leaky_relu", "relu"};
    struct diagnostics log = {0};
    char text[1024];
    size_t model = gsl_rng_uniform_int(rng, 4);
    bool polish = coin(rng), repeats = coin(rng);
    double m = floor(log_between(rng, 4, 200)), d = floor(log_between(rng, 100, 2e4));
    double pull = coin(rng) ? 0 : log_between(rng, 0.1, 10);
    bool crowded = model == 0 && coin(rng);
    if (crowded) {
        m = floor(log_between(rng, 1100, 4000));
        d = floor(log_between(rng, 40, 200));
        pull = log_between(rng, 0.6, 1) * sqrt(m * d); /* separable */
    }
    snprintf(text, sizeof text,
             "name: cost\nseed: 1\nreplicates: 1\ngrid:\n  model: %s\n  sampler: %s\n"
             "  polish: %s\n  retrain: %s\n  method: %s\n  forget: 1\n"
             "  step_scale: [0.5, 1]\n",
             models[model], crowded || coin(rng) ? "ambient" : "bartlett",
             polish ? "true" : "false", coin(rng) ? "true" : "false",
             repeats ? "iterated" : "ascent");
    add_line(text, sizeof text, "samples", m);
    add_line(text, sizeof text, "dimension", d);
    add_line(text, sizeof text, "signal", sqrt(pull / sqrt(m * d)));
    add_line(text, sizeof text, "test_samples", floor(log_between(rng, 10, 1000)));
    if (model > 0)
        add_line(text, sizeof text, "width", 2 * floor(log_between(rng, 5, 400)));
    if (model == 2)
        add_line(text, sizeof text, "leak", 0.1 + 0.7 * gsl_rng_uniform(rng));
    if (!polish)
        add_line(text, sizeof text, "max_steps", floor(log_between(rng, 300, 3000)));
    if (repeats)
        add_line(text, sizeof text, "unlearn_steps", 3);
    if (grid_read_text(g, "cost.yaml", text, strlen(text), &log) != SWEEP_OK)
        need(false, log.count > 0 ? log.item[0].message : "bad grid");
    diagnostics_release(&log);
}

static void measure(size_t units, uint64_t seed)
{
    gsl_rng *rng = gsl_rng_alloc(rng_philox);
    need(rng != NULL, "out of memory");
    rng_start(rng, rng_key_word(rng_key_start(), seed));
    for (size_t k = 0; k < GIVEN; k++)
        printf("%s\t", parameter_table[given[k]].name);
    printf("steps\tkinks");
    for (size_t k = 0; k < PARTS; k++)
        printf("\t%s", part_names[k]);
    printf("\n");
    for (size_t u = 0; u < units;) {
        struct unit_times t = {0};
        struct grid g;
        draw_grid(&g, rng);
        bool valid = time_unit(&g, &t);
        grid_release(&g);
        if (!valid)
            continue;
        u++;
        for (size_t k = 0; k < GIVEN; k++)
            printf("%.6g\t", t.s.value[given[k]]);
        printf("%.0f\t%.3g", t.steps, t.kinks);
        for (size_t k = 0; k < PARTS; k++)
            printf("\t%.3g", t.seconds[k]);
        printf("\n");
        fflush(stdout);
    }
    gsl_rng_free(rng);
}

static bool read_unit(FILE *file, struct unit_times *t)
{
    t->s = setting_default();
    for (size_t k = 0; k < GIVEN; k++)
        if (fscanf(file, "%lf", &t->s.value[given[k]]) != 1)
            return false;
    if (fscanf(file, "%lf %lf", &t->steps, &t->kinks) != 2)
        return false;
    for (size_t k = 0; k < PARTS; k++)
        if (fscanf(file, "%lf", &t->seconds[k]) != 1)
            return false;
    return true;
}

/* What the model counts in a part, with the steps that were run. */
static void count_part(const struct unit_times *t, enum part part, double *count)
{
    const struct setting *s = &t->s;
    double m = s->value[P_SAMPLES], tests = s->value[P_TEST_SAMPLES];
    double trained[COST_TERMS] = {0}, accurate[COST_TERMS] = {0};
    memset(count, 0, COST_TERMS * sizeof *count);
    if (part == DATA)
        cost_terms_data(s, tests, count);
    if (part == TRAINING || part == RETRAINING) {
        cost_terms_training(s, part == TRAINING ? m : m - s->value[P_FORGET], 0, count);
        for (size_t k = COST_STEP; k <= COST_STEP_SLIM; k++)
            count[k] *= t->steps / cost_steps(s);
    }
    if (part < FIRST_CELL)
        return;
    cost_terms_cell(s, count);
    if (part == NEXT_CELL)
        return;
    cost_terms_training(s, m, 0, trained);
    cost_terms_training(s, m, tests, accurate);
    for (size_t k = 0; k < COST_TERMS; k++)
        count[k] += (1 + s->value[P_RETRAIN]) * (accurate[k] - trained[k]);
}

enum { MOST_UNITS = 4000 };

/* A row for each measured part: counts over seconds, which the fit brings to 1. */
struct rows {
    double *X; /* (COST_TERMS, MOST_UNITS * PARTS) */
    double *b;
    enum part *part;
    size_t count;
    double over[MOST_UNITS]; /* steps beyond the least, in kinks m sqrt(n) */
    size_t overs;
};

static void add_over(struct rows *rows, const struct unit_times *t)
{
    const struct setting *s = &t->s;
    double pairs = s->value[P_SAMPLES] * sqrt(s->value[P_WIDTH]);
    double least = s->value[P_STABLE_STEPS] + TRAIN_CHECK_STEPS;
    if (s->value[P_POLISH] != 0 && cost_kinks(s) > 0.5)
        rows->over[rows->overs++] = (t->steps - least) / (cost_kinks(s) * pairs);
}

static void read_rows(const char *path, struct rows *rows)
{
    size_t most = (size_t)MOST_UNITS * PARTS;
    FILE *file = fopen(path, "r");
    need(file != NULL, "cannot open the file of units");
    rows->X = memory_array(COST_TERMS * most, sizeof *rows->X);
    rows->b = memory_array(most, sizeof *rows->b);
    rows->part = memory_array(most, sizeof *rows->part);
    need(rows->X && rows->b && rows->part, "out of memory");
    need(fscanf(file, "%*[^\n]") == 0, "an empty file");
    struct unit_times t;
    for (size_t u = 0; u < MOST_UNITS && read_unit(file, &t); u++) {
        add_over(rows, &t);
        for (enum part part = DATA; part < PARTS; part++) {
            double count[COST_TERMS];
            if (!(t.seconds[part] > 0))
                continue;
            count_part(&t, part, count);
            for (size_t k = 0; k < COST_TERMS; k++)
                rows->X[k * most + rows->count] = count[k] / t.seconds[part];
            rows->b[rows->count] = 1;
            rows->part[rows->count++] = part;
        }
    }
    need(feof(file) && rows->count > COST_TERMS, "not a file of units");
    fclose(file);
}

/* Rows times the root of measured over expected: what is twice as long as expected then
 * counts as much as what is half as long. `scaled` holds X and b. */
static void weigh_rows(const struct rows *rows, const double *seconds, double *scaled)
{
    size_t r = (size_t)MOST_UNITS * PARTS;
    double *b = scaled + COST_TERMS * r;
    for (size_t i = 0; i < rows->count; i++) {
        double expected = cblas_ddot(COST_TERMS, rows->X + i, (int)r, seconds, 1);
        double weight = 1 / sqrt(fmin(100, fmax(0.01, expected)));
        for (size_t k = 0; k < COST_TERMS; k++)
            scaled[k * r + i] = weight * rows->X[k * r + i];
        b[i] = weight;
    }
}

static void fit_seconds(const struct rows *rows, double *seconds)
{
    enum { PASSES = 30 };
    size_t r = (size_t)MOST_UNITS * PARTS; /* the rows beyond the last are 0 */
    size_t column[COST_TERMS];
    double low[COST_TERMS] = {0}, high[COST_TERMS];
    signed char state[COST_TERMS];
    double *residual = memory_array(r, sizeof *residual);
    double *scaled = memory_array((COST_TERMS + 1) * r, sizeof *scaled);
    struct arena a = {0};
    struct boxls f;
    struct boxls_scratch scratch;
    for (int pass = 0; pass < 2; pass++) {
        boxls_layout(&f, COST_TERMS, r, &a);
        boxls_scratch_layout(&scratch, COST_TERMS, r, &a);
        if (pass == 0)
            need(residual && scaled && arena_allocate(&a) == SWEEP_OK, "out of memory");
    }
    for (size_t k = 0; k < COST_TERMS; k++) {
        column[k] = k;
        high[k] = INFINITY;
        state[k] = BOX_LOW;
        seconds[k] = 0;
    }
    struct box_problem q = {.p = COST_TERMS,
                            .X = scaled,
                            .column = column,
                            .low = low,
                            .high = high,
                            .b = scaled + COST_TERMS * r};
    for (int pass = 0; pass < PASSES; pass++) {
        weigh_rows(rows, pass == 0 ? cost_seconds : seconds, scaled);
        boxls_reset(&f);
        need(boxls_solve(&f, &q, &scratch, state, seconds, residual) == SWEEP_OK,
             "no fit was found");
    }
    printf("relative error %.4f\n\n",
           cblas_dnrm2((int)r, residual, 1) / sqrt((double)rows->count));
    arena_release(&a);
    memory_free(residual);
    memory_free(scaled);
}

/* As they stand in cost.c. */
#define NAME(term) [term] = #term
static const char *const term_names[COST_TERMS] = {
    NAME(COST_DRAW),          NAME(COST_GRAM),        NAME(COST_NORMALS),
    NAME(COST_PROJECTED_X),   NAME(COST_PROJECTED_W), NAME(COST_PROJECTED_T),
    NAME(COST_OUTSIDE),       NAME(COST_STEP),        NAME(COST_STEP_POINTS),
    NAME(COST_STEP_TABLES),   NAME(COST_STEP_TILES),  NAME(COST_STEP_BLOCKS),
    NAME(COST_STEP_KINKS),    NAME(COST_STEP_SLIM),   NAME(COST_MULTIPLIERS),
    NAME(COST_MULTIPLIERS_M), NAME(COST_EXACT),       NAME(COST_EXACT_CUBE),
    NAME(COST_EXACT_KINKS),   NAME(COST_EXACT_SLIM),  NAME(COST_TESTS),
    NAME(COST_TESTS_M),       NAME(COST_RANKS),       NAME(COST_CELL),
    NAME(COST_CELL_PAIRS),    NAME(COST_CELL_CUBE),   NAME(COST_CELL_KINKS),
    NAME(COST_CELL_SLIM),     NAME(COST_REFIT_PAIRS), NAME(COST_REFIT_M),
    NAME(COST_REFIT_SLIM)};

/* Whether every constant is the fit's, rounded to two digits. */
static bool compare_constants(const struct rows *rows, const double *seconds)
{
    size_t r = (size_t)MOST_UNITS * PARTS;
    bool same = true;
    for (size_t k = 0; k < COST_TERMS; k++) {
        bool measured = cblas_dasum((int)r, rows->X + k * r, 1) > 0;
        bool near =
            !measured || fabs(cost_seconds[k] - seconds[k]) <= 0.055 * seconds[k];
        printf("    [%s] = %.2g,%s%s\n", term_names[k],
               measured ? seconds[k] : cost_seconds[k], near ? "" : " /* differs */",
               measured ? "" : " /* not measured */");
        same &= near;
    }
    return same;
}

static int ascending_doubles(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static void print_quantiles(const char *name, double *values, size_t count)
{
    qsort(values, count, sizeof *values, ascending_doubles);
    if (count > 0)
        printf("%s\t%.2f\t%.2f\t%.2f\t%zu\n", name, values[count / 20],
               values[count / 2], values[count - 1 - count / 20], count);
}

/* Expected over measured, with the constants of cost.c. */
static void print_errors(struct rows *rows)
{
    size_t r = (size_t)MOST_UNITS * PARTS;
    double *ratio = memory_array(r, sizeof *ratio);
    need(ratio != NULL, "out of memory");
    printf("\nexpected over measured\t5 %%\tmedian\t95 %%\tparts\n");
    for (enum part part = DATA; part < PARTS; part++) {
        size_t count = 0;
        for (size_t i = 0; i < rows->count; i++)
            if (rows->part[i] == part)
                ratio[count++] =
                    cblas_ddot(COST_TERMS, rows->X + i, (int)r, cost_seconds, 1);
        print_quantiles(part_names[part], ratio, count);
    }
    printf("\n\t5 %%\tmedian\t95 %%\tunits\n");
    print_quantiles("steps over kinks m sqrt(n)", rows->over, rows->overs);
    memory_free(ratio);
}

static int fit(const char *path)
{
    static struct rows rows;
    double seconds[COST_TERMS];
    read_rows(path, &rows);
    fit_seconds(&rows, seconds);
    bool same = compare_constants(&rows, seconds);
    print_errors(&rows);
    memory_free(rows.X);
    memory_free(rows.b);
    memory_free(rows.part);
    return same ? 0 : 1;
}

int main(int count, char **word)
{
    openblas_set_num_threads(1);
    if (count >= 2 && count <= 4 && strcmp(word[1], "measure") == 0) {
        measure(count > 2 ? strtoul(word[2], NULL, 10) : 300,
                count > 3 ? strtoull(word[3], NULL, 10) : 1);
        return 0;
    }
    if (count == 3 && strcmp(word[1], "fit") == 0)
        return fit(word[2]);
    fprintf(stderr, "usage: cost_fit measure [UNITS [SEED]] | cost_fit fit FILE\n");
    return 2;
}
