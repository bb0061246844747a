#include "cli.h"

#include "folder.h"
#include "plan_folder.h"
#include "settled.h"
#include "sweep/grid_yaml.h"
#include "sweep/json.h"
#include "sweep/memory.h"
#include "sweep/pilot.h"
#include "sweep/plan.h"
#include "sweep/progress.h"
#include "sweep/runner.h"
#include <math.h>
#include <stdlib.h>

static const double PILOT_SECONDS = 5;

/* All that is told. */
struct outlook {
    struct grid grid;
    struct plan plan;
    char *folder; /* of the results */
    bool exists;
    bool *done;                                 /* (cells, replicates) */
    size_t *order;                              /* groups, longest first */
    double *cost;                               /* (groups) */
    size_t threads, trials, units, retrainings; /* with `until` at most */
    struct until until;
    struct until_tally tally;
    size_t trials_done;
    struct outlook_work {
        struct plan_rest rest;
        double core_seconds, wall_seconds;
    } missing, least; /* least: with `until` up to the next look; missing: at most */
    struct runner_memory memory;
    struct pilot pilot; /* no units: none was run */
    struct diagnostics log;
};

static int out_of_memory(struct outlook *o)
{
    diagnostics_add(&o->log, NULL, 0, 0, "out of memory");
    return SWEEP_NO_MEMORY;
}

static int read_plan(struct outlook *o, const char *file, const char *output)
{
    struct grid *g = &o->grid;
    int status = grid_read_file(g, file, &o->log);
    if (status != SWEEP_OK)
        return status;
    if (g->cell_count == 0) {
        diagnostics_add(&o->log, file, g->where_line, g->where_column,
                        "the selection is empty: 'where' keeps none of the %zu cells",
                        g->product_count);
        return SWEEP_INPUT;
    }
    status = folder_named(&o->folder, output, g, &o->log);
    if (status != SWEEP_OK)
        return status;
    if (plan_build(&o->plan, g) != SWEEP_OK)
        return out_of_memory(o);
    o->trials = g->cell_count * g->replicates;
    o->units = o->plan.group_count * g->replicates;
    o->done = memory_array(g->cell_count, g->replicates * sizeof *o->done);
    o->order = memory_array(o->plan.group_count, sizeof *o->order);
    o->cost = memory_array(o->plan.group_count, sizeof *o->cost);
    if (!o->done || !o->order || !o->cost || until_init(&o->until, g) != SWEEP_OK ||
        plan_order(&o->plan, g, o->order, o->cost) != SWEEP_OK)
        return out_of_memory(o);
    for (size_t k = 0; k < o->plan.group_count; k++)
        o->retrainings += o->plan.retrainings[k] * g->replicates;
    return SWEEP_OK;
}

static bool fits(const struct outlook *o)
{
    return o->memory.total <= memory_physical();
}

/* Threads share the work evenly but for the longest unit, which no two share. */
static void estimate_work(const struct outlook *o, double scale, struct outlook_work *w)
{
    size_t threads = o->threads < w->rest.units ? o->threads : w->rest.units;
    double longest = w->rest.units > 0 ? scale * o->cost[o->order[0]] : 0;
    w->core_seconds = scale * w->rest.cost;
    w->wall_seconds =
        threads > 0 ? fmax(w->core_seconds / (double)threads, longest) : 0;
    if (w->core_seconds < longest) /* the longest unit is done */
        w->wall_seconds = w->core_seconds;
}

static int estimate(struct outlook *o, bool pilot)
{
    double scale = 1;
    if (pilot && fits(o)) {
        int status =
            pilot_run(&o->pilot, &o->grid, &o->plan, o->order, o->cost, PILOT_SECONDS);
        if (status != SWEEP_OK)
            return out_of_memory(o);
        scale = o->pilot.ratio;
    }
    estimate_work(o, scale, &o->missing);
    estimate_work(o, scale, &o->least);
    return SWEEP_OK;
}

/* What is missing: with a rule cells that are settled have all they are to have, and
 * the others may go on to the end. */
static void find_missing(struct outlook *o)
{
    const struct grid *g = &o->grid;
    if (g->until.least > 0) {
        until_look(&o->until);
        until_skip(&o->until, o->done, o->done);
        o->least.rest = plan_missing(&o->plan, g, o->done);
        o->tally = until_tally(&o->until, NULL);
        for (size_t i = 0; i < g->cell_count * g->replicates; i++) {
            size_t cell = i / g->replicates, k = i % g->replicates;
            if (o->until.state[cell] == UNTIL_OPEN)
                o->done[i] = until_has(&o->until, cell, k);
        }
    }
    o->missing.rest = plan_missing(&o->plan, g, o->done);
    o->trials_done =
        g->until.least > 0 ? o->tally.done : o->trials - o->missing.rest.trials;
}

static int look(struct outlook *o, const struct arguments *args)
{
    int status = read_plan(o, args->operand[0], args->value[OPTION_OUTPUT]);
    if (status == SWEEP_OK)
        status = plan_folder_read(o->folder, &o->grid, o->done, &o->until, &o->exists,
                                  &o->log);
    if (status != SWEEP_OK)
        return status;
    find_missing(o);
    o->memory = runner_memory(&o->grid, &o->plan, o->threads);
    return estimate(o, !args->value[OPTION_NO_PILOT] && o->missing.rest.units > 0);
}

/* "17 MB" */
static const char *size_text(size_t bytes, char *buffer, size_t size)
{
    static const char *const units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
    double value = (double)bytes / 1e3;
    size_t unit = 0;
    for (; value >= 999.5 && unit + 1 < sizeof units / sizeof units[0]; unit++)
        value /= 1e3;
    snprintf(buffer, size, "%.3g %s", value, units[unit]);
    return buffer;
}

/* "dimension 1000, step_scale 0.5": the axes, or nothing when there are none. */
static void print_cell(const char *label, const struct grid *g, size_t cell)
{
    struct setting s;
    const char *separator = ": ";
    grid_cell(g, cell, &s);
    printf("%-13s%zu", label, cell);
    for (size_t a = 0; a < g->axis_count; a++)
        for (size_t k = 0; k < g->axes[a].width; k++) {
            enum parameter p = g->axes[a].parameter[k];
            char text[256];
            printf("%s%s %s", separator, parameter_table[p].name,
                   grid_format(g, p, s.value[p], text, sizeof text));
            separator = ", ";
        }
    putchar('\n');
}

/* "90", or "40 to 90" when the rule says when to end. */
static const char *count_text(const struct outlook *o, size_t most, char *buffer,
                              size_t size)
{
    size_t least = most / o->grid.replicates * o->grid.until.least;
    if (least > 0)
        snprintf(buffer, size, "%zu to %zu", least, most);
    else
        snprintf(buffer, size, "%zu", most);
    return buffer;
}

static void print_done(const struct outlook *o)
{
    const struct plan_rest *rest = &o->missing.rest;
    if (!o->exists)
        printf("no results yet\n");
    else if (o->grid.until.least == 0)
        printf("%zu trials done, %zu to run in %zu trainings\n", o->trials_done,
               rest->trials, rest->units);
    else {
        printf("%zu trials done, %zu to %zu to run in %zu to %zu trainings",
               o->trials_done, o->least.rest.trials, rest->trials, o->least.rest.units,
               rest->units);
        print_settled(stdout, &o->tally, o->grid.replicates);
        putchar('\n');
    }
}

static void print_times(const struct outlook *o)
{
    bool rule = o->grid.until.least > 0;
    char text[32];
    printf("%-13s", "core-hours");
    if (rule)
        printf("%.3g to ", o->least.core_seconds / 3600);
    printf("%.3g\n%-13s", o->missing.core_seconds / 3600, "wall time");
    if (rule)
        printf("%s to ", progress_duration(o->least.wall_seconds, text, sizeof text));
    printf("%s with %zu thread%s\n",
           progress_duration(o->missing.wall_seconds, text, sizeof text), o->threads,
           o->threads == 1 ? "" : "s");
}

static void print_text(const struct outlook *o)
{
    char a[160], b[32], c[32];
    const struct grid *g = &o->grid;
    printf("%-13s%s\n", "grid", g->name);
    printf("%-13s%zu\n%-13s%s\n", "cells", g->cell_count, "replicates",
           grid_replicates_text(g, a, sizeof a));
    printf("%-13s%s\n", "trials", count_text(o, o->trials, a, sizeof a));
    printf("%-13s%s, each for up to %zu cells\n", "trainings",
           count_text(o, o->units, a, sizeof a), plan_largest_group(&o->plan));
    printf("%-13s%s\n", "retrainings", count_text(o, o->retrainings, a, sizeof a));
    print_cell("first cell", g, 0);
    print_cell("last cell", g, g->cell_count - 1);
    printf("%-13s%s: ", "folder", o->folder);
    print_done(o);
    printf("%-13s%s a thread, %s in all, of %s\n", "memory",
           size_text(o->memory.thread, a, sizeof a),
           size_text(o->memory.total, b, sizeof b),
           size_text(memory_physical(), c, sizeof c));
    printf("%-13s", "pilot");
    if (o->pilot.units > 0)
        printf("%zu trainings in %s; measured / model %.2f (%.2f to %.2f)\n",
               o->pilot.units, progress_duration(o->pilot.seconds, a, sizeof a),
               o->pilot.ratio, o->pilot.low, o->pilot.high);
    else
        printf("none; the times are the model's alone\n");
    print_times(o);
}

static void print_json_cell(const char *name, const struct grid *g, size_t cell)
{
    struct setting s;
    grid_cell(g, cell, &s);
    printf(",\n  \"%s\": {", name);
    json_setting(stdout, g, &s);
    printf("\n  }");
}

/* null for a number of bytes that does not exist */
static double bytes_number(size_t bytes)
{
    return bytes == SIZE_MAX ? NAN : (double)bytes;
}

static void print_json(const struct outlook *o)
{
    const struct pilot *pilot = &o->pilot;
    const struct {
        const char *name;
        double value;
    } numbers[] = {
        {"cells", (double)o->grid.cell_count},
        {"replicates", (double)o->grid.replicates},
        {"trials", (double)o->trials},
        {"trainings", (double)o->units},
        {"retrainings", (double)o->retrainings},
        {"trials_done", (double)o->trials_done},
        {"trials_to_run", (double)o->missing.rest.trials},
        {"trainings_to_run", (double)o->missing.rest.units},
        {"threads", (double)o->threads},
        {"memory_thread", bytes_number(o->memory.thread)},
        {"memory", bytes_number(o->memory.total)},
        {"memory_physical", bytes_number(memory_physical())},
        {"pilot_trainings", (double)pilot->units},
        {"pilot_seconds", pilot->seconds},
        {"pilot_ratio", pilot->units ? pilot->ratio : NAN},
        {"pilot_ratio_low", pilot->units ? pilot->low : NAN},
        {"pilot_ratio_high", pilot->units ? pilot->high : NAN},
        {"core_seconds", o->missing.core_seconds},
        {"wall_seconds", o->missing.wall_seconds},
        /* from here on of `until` alone: the other numbers are then the largest */
        {"replicates_least", (double)o->grid.until.least},
        {"trials_to_run_least", (double)o->least.rest.trials},
        {"trainings_to_run_least", (double)o->least.rest.units},
        {"core_seconds_least", o->least.core_seconds},
        {"wall_seconds_least", o->least.wall_seconds},
        {"cells_settled", (double)(o->tally.cells - o->tally.by_state[UNTIL_OPEN])},
    };
    enum { UNTIL_NUMBERS = 6 };
    size_t count = sizeof numbers / sizeof numbers[0];
    if (o->grid.until.least == 0)
        count -= UNTIL_NUMBERS;
    printf("{\n  \"grid\": ");
    json_text(stdout, o->grid.name);
    printf(",\n  \"folder\": ");
    json_text(stdout, o->folder);
    for (size_t i = 0; i < count; i++) {
        printf(",\n  \"%s\": ", numbers[i].name);
        json_number(stdout, numbers[i].value);
    }
    print_json_cell("first_cell", &o->grid, 0);
    print_json_cell("last_cell", &o->grid, o->grid.cell_count - 1);
    printf("\n}\n");
}

int cmd_plan(const struct command *self, const struct arguments *args)
{
    struct outlook o = {.threads = runner_default_threads()};
    int code = EXIT_DONE;

    if (arguments_count(args, self, OPTION_THREADS, &o.threads) != 0)
        return EXIT_USAGE;
    int status = look(&o, args);
    if (status != SWEEP_OK) {
        code = give_up(self, status, &o.log);
    } else {
        (args->value[OPTION_JSON] ? print_json : print_text)(&o);
        if (!fits(&o))
            tell(self, "warning: a run needs more memory than this machine has; use "
                       "fewer threads (-j) or a smaller grid");
    }
    memory_free(o.done);
    until_release(&o.until);
    memory_free(o.order);
    memory_free(o.cost);
    free(o.folder);
    plan_release(&o.plan);
    grid_release(&o.grid);
    diagnostics_release(&o.log);
    return code;
}
