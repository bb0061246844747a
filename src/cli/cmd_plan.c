#include "cli.h"

#include "folder.h"
#include "sweep/grid_yaml.h"
#include "sweep/json.h"
#include "sweep/memory.h"
#include "sweep/partition.h"
#include "sweep/pilot.h"
#include "sweep/plan.h"
#include "sweep/progress.h"
#include "sweep/runner.h"
#include "sweep/store.h"
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

static const double PILOT_SECONDS = 5;

/* All that is told. */
struct outlook {
    struct grid grid;
    struct plan plan;
    char *folder; /* of the results */
    bool exists;
    bool *done;    /* (cells, replicates) */
    size_t *order; /* groups, longest first */
    double *cost;  /* (groups) */
    size_t threads, trials, units, retrainings;
    struct plan_rest rest;
    struct runner_memory memory;
    struct pilot pilot;  /* no units: none was run */
    double core_seconds; /* of what is missing */
    double wall_seconds;
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
    if (!o->done || !o->order || !o->cost ||
        plan_order(&o->plan, g, o->order, o->cost) != SWEEP_OK)
        return out_of_memory(o);
    for (size_t k = 0; k < o->plan.group_count; k++)
        o->retrainings += o->plan.retrainings[k] * g->replicates;
    return SWEEP_OK;
}

/* What is done of an older grid counts where a cell means the same now. */
static int carry_over(struct outlook *o, const struct grid *old, const bool *old_done)
{
    const struct grid *g = &o->grid;
    size_t both = g->cell_count + old->cell_count;
    struct rng_key *key = memory_array(both, sizeof *key);
    struct partition same = {0};
    for (size_t i = 0; key && i < both; i++)
        key[i] = i < g->cell_count ? grid_cell_key(g, i)
                                   : grid_cell_key(old, i - g->cell_count);
    int status = key ? partition_build(&same, key, both) : SWEEP_NO_MEMORY;
    memory_free(key);
    for (size_t k = 0; k < same.count; k++) {
        size_t now = same.member[same.start[k]];
        size_t then = same.member[same.start[k + 1] - 1];
        if (now >= g->cell_count || then < g->cell_count)
            continue;
        for (size_t r = 0; r < g->replicates && r < old->replicates; r++)
            o->done[now * g->replicates + r] =
                old_done[(then - g->cell_count) * old->replicates + r];
    }
    partition_release(&same);
    return status == SWEEP_OK ? SWEEP_OK : out_of_memory(o);
}

/* The folder is read by its own grid, which the grid file may have left behind. */
static int read_folder(struct outlook *o)
{
    struct grid old = {0};
    struct store *store = NULL;
    bool *done = NULL;
    int status = folder_grid(&old, o->folder, &o->log);
    if (status == SWEEP_OK)
        status = store_open_readonly(&store, o->folder, &o->log);
    if (status == SWEEP_OK)
        status = store_check_grid(store, &o->grid, &o->log);
    if (status == SWEEP_OK) {
        done = memory_array(old.cell_count, old.replicates * sizeof *done);
        status =
            done ? store_done(store, &old, STORE_ALL, done, &o->log) : out_of_memory(o);
    }
    if (status == SWEEP_OK)
        status = store_done_elsewhere(store, &old, STORE_ALL, done, &o->log);
    if (status == SWEEP_OK)
        status = carry_over(o, &old, done);
    store_close(store, &o->log);
    memory_free(done);
    grid_release(&old);
    return status;
}

/* Whether there are results: a folder without sweep.db is a new one. */
static bool has_results(const char *folder)
{
    char *path;
    if (asprintf(&path, "%s/sweep.db", folder) < 0)
        return false;
    bool exists = access(path, F_OK) == 0;
    free(path);
    return exists;
}

static bool fits(const struct outlook *o)
{
    return o->memory.total <= memory_physical();
}

/* Threads share the work evenly but for the longest unit, which no two share. */
static int estimate(struct outlook *o, bool pilot)
{
    double scale = 1, longest = 0;
    size_t threads = o->threads < o->rest.units ? o->threads : o->rest.units;
    if (pilot && fits(o)) {
        int status =
            pilot_run(&o->pilot, &o->grid, &o->plan, o->order, o->cost, PILOT_SECONDS);
        if (status != SWEEP_OK)
            return out_of_memory(o);
        scale = o->pilot.ratio;
    }
    if (o->rest.units > 0)
        longest = scale * o->cost[o->order[0]];
    o->core_seconds = scale * o->rest.cost;
    o->wall_seconds =
        threads > 0 ? fmax(o->core_seconds / (double)threads, longest) : 0;
    if (o->core_seconds < longest) /* the longest unit is done */
        o->wall_seconds = o->core_seconds;
    return SWEEP_OK;
}

static int look(struct outlook *o, const struct arguments *args)
{
    int status = read_plan(o, args->operand[0], args->value[OPTION_OUTPUT]);
    if (status == SWEEP_OK) {
        o->exists = has_results(o->folder);
        if (o->exists)
            status = read_folder(o);
    }
    if (status != SWEEP_OK)
        return status;
    o->rest = plan_missing(&o->plan, &o->grid, o->done);
    o->memory = runner_memory(&o->grid, &o->plan, o->threads);
    return estimate(o, !args->value[OPTION_NO_PILOT] && o->rest.units > 0);
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

static void print_text(const struct outlook *o)
{
    char a[32], b[32], c[32];
    const struct grid *g = &o->grid;
    printf("%-13s%s\n", "grid", g->name);
    printf("%-13s%zu\n%-13s%zu\n", "cells", g->cell_count, "replicates", g->replicates);
    printf("%-13s%zu\n", "trials", o->trials);
    printf("%-13s%zu, each for up to %zu cells\n", "trainings", o->units,
           plan_largest_group(&o->plan));
    printf("%-13s%zu\n", "retrainings", o->retrainings);
    print_cell("first cell", g, 0);
    print_cell("last cell", g, g->cell_count - 1);
    printf("%-13s%s: ", "folder", o->folder);
    if (o->exists)
        printf("%zu trials done, %zu to run in %zu trainings\n",
               o->trials - o->rest.trials, o->rest.trials, o->rest.units);
    else
        printf("no results yet\n");
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
    printf("%-13s%.3g\n", "core-hours", o->core_seconds / 3600);
    printf("%-13s%s with %zu thread%s\n", "wall time",
           progress_duration(o->wall_seconds, a, sizeof a), o->threads,
           o->threads == 1 ? "" : "s");
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
        {"trials_done", (double)(o->trials - o->rest.trials)},
        {"trials_to_run", (double)o->rest.trials},
        {"trainings_to_run", (double)o->rest.units},
        {"threads", (double)o->threads},
        {"memory_thread", bytes_number(o->memory.thread)},
        {"memory", bytes_number(o->memory.total)},
        {"memory_physical", bytes_number(memory_physical())},
        {"pilot_trainings", (double)pilot->units},
        {"pilot_seconds", pilot->seconds},
        {"pilot_ratio", pilot->units ? pilot->ratio : NAN},
        {"pilot_ratio_low", pilot->units ? pilot->low : NAN},
        {"pilot_ratio_high", pilot->units ? pilot->high : NAN},
        {"core_seconds", o->core_seconds},
        {"wall_seconds", o->wall_seconds},
    };
    printf("{\n  \"grid\": ");
    json_text(stdout, o->grid.name);
    printf(",\n  \"folder\": ");
    json_text(stdout, o->folder);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
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
    memory_free(o.order);
    memory_free(o.cost);
    free(o.folder);
    plan_release(&o.plan);
    grid_release(&o.grid);
    diagnostics_release(&o.log);
    return code;
}
