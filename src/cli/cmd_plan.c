#include "cli.h"

#include "notice.h"
#include "overrides.h"
#include "run_options.h"
#include "sweep/escape.h"
#include "sweep/json.h"
#include "sweep/memory.h"
#include "sweep/outlook.h"
#include "sweep/progress.h"
#include "tally.h"
#include <math.h>

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

/* "90", "40 to 90" */
static const char *range_text(size_t least, size_t most, char *buffer, size_t size)
{
    if (least < most)
        snprintf(buffer, size, "%zu to %zu", least, most);
    else
        snprintf(buffer, size, "%zu", most);
    return buffer;
}

/* Trials or so of all replicates: "90", or "40 to 90" when the rule says when to end.
 */
static const char *count_text(const struct outlook *o, size_t most, char *buffer,
                              size_t size)
{
    size_t least = most / o->grid.replicates * until_first(&o->grid);
    return range_text(until_has_rule(&o->grid) ? least : most, most, buffer, size);
}

static void print_done(const struct outlook *o)
{
    const struct ledger_rest *least = &o->least.rest, *rest = &o->missing.rest;
    char trials[64], units[64];
    escape_print(stdout, "%-13s%s: ", "folder", o->folder);
    if (o->shards_there) {
        fputs("results of shards only, see: sweep status ", stdout);
        escape_shell(stdout, o->folder);
        putchar('\n');
    } else if (!o->exists)
        printf("no results yet\n");
    if (!o->exists)
        return;
    printf("%zu trials done, %s to run in %s trainings", o->tally.done,
           range_text(least->trials, rest->trials, trials, sizeof trials),
           range_text(least->units, rest->units, units, sizeof units));
    print_settled(stdout, &o->tally);
    putchar('\n');
}

static void print_pilot(const struct outlook *o)
{
    const struct pilot *p = &o->pilot;
    char text[32];
    printf("%-13s", "pilot");
    if (p->units == 0) {
        printf("none; %s\n", o->missing.rest.units > 0
                                 ? "the times are the model's alone"
                                 : "there is nothing to run");
        return;
    }
    printf("%zu training%s in %s; measured / model %.2f", p->units,
           p->units == 1 ? "" : "s", progress_duration(p->seconds, text, sizeof text),
           p->ratio);
    if (p->units > 1)
        printf(" (%.2f to %.2f)", p->low, p->high);
    putchar('\n');
}

/* "2 h", or "5 min to 2 h" */
static void print_times(const struct outlook *o)
{
    const struct outlook_work *most = &o->missing, *least = &o->least;
    bool range = least->core_seconds < most->core_seconds;
    char text[32];
    printf("%-13s", "core-hours");
    if (range)
        printf("%.3g to ", least->core_seconds / 3600);
    printf("%.3g\n%-13s", most->core_seconds / 3600, "wall time");
    if (range)
        printf("%s to ", progress_duration(least->wall_seconds, text, sizeof text));
    printf("%s with %zu thread%s\n",
           progress_duration(most->wall_seconds, text, sizeof text), o->threads,
           o->threads == 1 ? "" : "s");
}

static void print_data(const struct grid *g)
{
    for (size_t i = 0; i < g->data.file_count; i++) {
        const struct labelled *l = &g->data.files[i].points;
        escape_print(stdout, "%-13s%s: %zu points, %zu features, %zu classes\n", "data",
                     grid_string(g, g->data.files[i].data), l->rows, l->features,
                     l->class_count);
    }
}

static void print_text(const struct outlook *o)
{
    char a[160], b[32], c[32];
    const struct grid *g = &o->grid;
    printf("%-13s%s\n", "grid", g->name);
    if (g->note)
        escape_print(stdout, "%-13s%s\n", "note", g->note);
    print_data(g);
    printf("%-13s%zu\n%-13s%s\n", "cells", g->cell_count, "replicates",
           grid_replicates_text(g, a, sizeof a));
    if (o->shards > 0)
        printf("%-13s%zu of %zu\n", "shard", o->shard, o->shards);
    printf("%-13s%s\n", "trials", count_text(o, o->trials, a, sizeof a));
    printf("%-13s%s, each for up to %zu cells\n", "trainings",
           count_text(o, o->units, a, sizeof a), plan_largest_group(&o->plan));
    printf("%-13s%s\n", "retrainings", count_text(o, o->retrainings, a, sizeof a));
    print_cell("first cell", g, 0);
    print_cell("last cell", g, g->cell_count - 1);
    print_done(o);
    printf("%-13s%s a thread, %s in all, of %s\n", "memory",
           size_text(o->memory.thread, a, sizeof a),
           size_text(o->memory.total, b, sizeof b),
           size_text(memory_physical(), c, sizeof c));
    print_pilot(o);
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

static void print_json_data(const struct grid *g)
{
    printf(",\n  \"data\": [");
    for (size_t i = 0; i < g->data.file_count; i++) {
        const struct labelled *l = &g->data.files[i].points;
        printf("%s\n    {\"file\": ", i > 0 ? "," : "");
        json_text(stdout, grid_string(g, g->data.files[i].data));
        printf(", \"points\": %zu, \"features\": %zu, \"classes\": %zu}", l->rows,
               l->features, l->class_count);
    }
    printf("%s]", g->data.file_count > 0 ? "\n  " : "");
}

/* null for a number of bytes that does not exist */
static double bytes_number(size_t bytes)
{
    return bytes == SIZE_MAX ? NAN : (double)bytes;
}

struct json_entry {
    const char *name;
    double value;
};

static void print_json_entries(const struct json_entry *entry, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        printf(",\n  \"%s\": ", entry[i].name);
        json_number(stdout, entry[i].value);
    }
}

static void print_json_numbers(const struct outlook *o)
{
    const struct pilot *pilot = &o->pilot;
    const struct json_entry entries[] = {
        {"cells", (double)o->grid.cell_count},
        {"replicates", (double)o->grid.replicates},
        {"shard", o->shards ? (double)o->shard : NAN},
        {"shards", o->shards ? (double)o->shards : NAN},
        {"trials", (double)o->trials},
        {"trainings", (double)o->units},
        {"cells_of_a_training", (double)plan_largest_group(&o->plan)},
        {"retrainings", (double)o->retrainings},
        {"trials_done", (double)o->tally.done},
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
    };
    print_json_entries(entries, sizeof entries / sizeof entries[0]);
}

/* With `until` the other numbers are the largest. */
static void print_json_until(const struct outlook *o)
{
    const struct json_entry entries[] = {
        {"replicates_least", (double)o->grid.until.least},
        {"trials_to_run_least", (double)o->least.rest.trials},
        {"trainings_to_run_least", (double)o->least.rest.units},
        {"core_seconds_least", o->least.core_seconds},
        {"wall_seconds_least", o->least.wall_seconds},
        {"cells_settled", (double)(o->tally.cells - o->tally.by_state[UNTIL_OPEN])},
    };
    print_json_entries(entries, sizeof entries / sizeof entries[0]);
}

static void print_json(const struct outlook *o)
{
    printf("{\n  \"grid\": ");
    json_text(stdout, o->grid.name);
    if (o->grid.note) {
        printf(",\n  \"note\": ");
        json_text(stdout, o->grid.note);
    }
    printf(",\n  \"folder\": ");
    json_text(stdout, o->folder);
    print_json_numbers(o);
    if (until_has_rule(&o->grid))
        print_json_until(o);
    print_json_data(&o->grid);
    print_json_cell("first_cell", &o->grid, 0);
    print_json_cell("last_cell", &o->grid, o->grid.cell_count - 1);
    printf("\n}\n");
}

static void tell_long_pilot(const void *command, double seconds)
{
    char text[32];
    tell(command,
         "one training is run to measure it, expected to take %s; without it: "
         "--no-pilot",
         progress_duration(seconds, text, sizeof text));
}

int cmd_plan(const struct command *self, const struct arguments *args)
{
    struct outlook o = {0};
    struct run_options options;
    struct diagnostics log = {0};
    int code = EXIT_DONE;

    if (run_options_read(&options, self, args) != 0)
        return EXIT_USAGE;
    struct outlook_request request = {.output = args->value[OPTION_OUTPUT],
                                      .shard = options.shard,
                                      .shards = options.shards,
                                      .threads = options.threads,
                                      .pilot = !args->value[OPTION_NO_PILOT],
                                      .on_long_pilot = tell_long_pilot,
                                      .context = self};
    int status = overrides_read_grid(&request.grid, args, &log);
    if (status == SWEEP_OK)
        status = outlook_init(&o, &request, &log);
    if (status != SWEEP_OK) {
        code = give_up(self, status, &log);
    } else {
        (args->value[OPTION_JSON] ? print_json : print_text)(&o);
        print_notice(stderr, &o.grid);
        if (!outlook_fits(&o))
            tell(self, "warning: a run needs more memory than this machine has; use "
                       "fewer threads (-j) or a smaller grid");
    }
    outlook_release(&o);
    diagnostics_release(&log);
    return code;
}
