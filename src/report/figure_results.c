#include "figure_parts.h"

#include "sweep/memory.h"
#include <math.h>
#include <string.h>

static const char name_characters[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

/* Most panels that results shown unasked make. */
enum { PRESET_PANELS = 12 };

static const char *const rate_meanings[SUCCESS_KINDS] = {
    [SUCCESS_ANY] = "share of trials that meet 'success' by any certificate",
    [SUCCESS_SCALED] = "share of trials that meet 'success' by the scaled certificate",
    [SUCCESS_RESTORED] =
        "share of trials that meet 'success' by the restored certificate",
    [SUCCESS_EXACT] = "share of trials that meet 'success' by the exact certificate",
};

static void add_result(struct figure *f, enum column c)
{
    const struct column_info *info = results_info(&f->cells->grid->results, c);
    const char *ending = strrchr(info->name, '_');
    struct figure_result *r = &f->result[f->result_count];
    *r = (struct figure_result){.name = info->name,
                                .symbol = info->symbol,
                                .unit = info->unit,
                                .meaning = info->meaning,
                                .column = c,
                                .audit = results_audit(&f->cells->grid->results, c),
                                .is_ratio = ending && strcmp(ending, "_ratio") == 0};
    if (info->name[strspn(info->name, name_characters)] == '\0')
        snprintf(r->key, sizeof r->key, "%s", info->name);
    else
        snprintf(r->key, sizeof r->key, "expression_%zu", f->result_count + 1);
    f->result_count++;
}

static int add_rate(struct figure *f, enum success_kind kind, struct diagnostics *log)
{
    if (success_check(f->cells->grid, kind, log) != SWEEP_OK)
        return SWEEP_INPUT;
    struct figure_result *r = &f->result[f->result_count++];
    *r = (struct figure_result){.name = success_names[kind],
                                .symbol = "",
                                .unit = "",
                                .meaning = rate_meanings[kind],
                                .is_rate = true,
                                .kind = kind};
    snprintf(r->key, sizeof r->key, "%s", r->name);
    return SWEEP_OK;
}

/* A column, a result of the grid's own, or a success rate behind them. */
static int add_result_named(struct figure *f, const struct names *names,
                            const char *word, struct diagnostics *log)
{
    size_t i = names_take(names, word, NULL, log), rates = names->count - SUCCESS_KINDS;

    if (i == names->count)
        return SWEEP_INPUT;
    if (i >= rates)
        return add_rate(f, (enum success_kind)(i - rates), log);
    /* aggregate_resolve refuses what has no statistics */
    add_result(f, results_find(&f->cells->grid->results, word));
    return SWEEP_OK;
}

static int add_named(struct figure *f, const struct figure_words *words,
                     struct diagnostics *log)
{
    struct names names;
    int status =
        results_names(&f->cells->grid->results, success_names, SUCCESS_KINDS, &names);

    if (status == SWEEP_OK)
        status = names_once(words->word, words->count, log);
    for (size_t i = 0; i < words->count && status != SWEEP_NO_MEMORY; i++)
        if (add_result_named(f, &names, words->word[i], log) != SWEEP_OK)
            status = SWEEP_INPUT;
    memory_free((void *)names.first);
    return status;
}

static void add_preset_column(struct figure *f, enum column c, size_t most)
{
    const struct column_info *info = results_info(&f->cells->grid->results, c);
    if (info->type == COLUMN_WORD || !info->in_table)
        return;
    if (f->result_count < most)
        add_result(f, c);
    else
        f->unshown[f->unshown_count++] = c;
}

/* Of the columns that nobody chose, those that leave the room to others. */
static bool gives_way(enum column c)
{
    return c == C_RESTORED_RELATIVE_DELTA || c == C_RESTORED_TAU;
}

/* What the grid's table shows, as far as there is room. */
static void add_preset(struct figure *f, size_t facets)
{
    const struct grid *g = f->cells->grid;
    size_t count, most = PRESET_PANELS / facets;
    const enum column *columns = aggregate_columns(g, &count);
    bool chosen = g->table.column_count > 0;
    most = most < 1 ? 1 : most > FIGURE_RESULTS ? FIGURE_RESULTS : most;
    for (size_t i = 0; i < count; i++)
        if (chosen || !gives_way(columns[i]))
            add_preset_column(f, columns[i], most);
    for (size_t i = 0; i < count && !chosen; i++)
        if (gives_way(columns[i]))
            add_preset_column(f, columns[i], most);
}

/* The result behind the last one. */
static int add_against(struct figure *f, const char *name, struct diagnostics *log)
{
    struct figure_words one = {(char *[]){(char *)name}, 1};

    if (!name)
        return SWEEP_OK;
    if (f->map) {
        diagnostics_add(log, NULL, 0, 0,
                        "a map has no room for '%s': leave out "
                        "--against",
                        name);
        return SWEEP_INPUT;
    }
    int status = add_named(f, &one, log);
    f->has_against = status == SWEEP_OK;
    f->result_count -= f->has_against;
    return status;
}

static int too_many_panels(size_t facets, size_t results, struct diagnostics *log)
{
    diagnostics_add(log, NULL, 0, 0,
                    "%zu facets of %zu results make %zu panels, more than the %d a "
                    "figure has: ask for fewer columns with --y, keep some cells with "
                    "--where, or pool them with --facet none",
                    facets, results, facets * results, FIGURE_PANELS);
    return SWEEP_INPUT;
}

int figure_results(struct figure *f, const struct figure_request *request,
                   struct diagnostics *log)
{
    size_t facets;
    int status = figure_combinations(f->cells, &f->facet, &facets);
    if (status != SWEEP_OK)
        return status;
    if (request->y.count > FIGURE_RESULTS) {
        diagnostics_add(log, NULL, 0, 0,
                        "%zu columns are more than the %d a figure has",
                        request->y.count, FIGURE_RESULTS);
        return SWEEP_INPUT;
    }
    status = add_named(f, &request->y, log);
    if (request->y.count == 0)
        add_preset(f, facets);
    int against = add_against(f, request->against, log);
    status = status == SWEEP_OK ? against : status;
    for (size_t i = 0; i < f->result_count; i++)
        f->result[i].level = !isnan(request->level)  ? request->level
                             : f->result[i].is_ratio ? 1
                                                     : (double)NAN;
    if (status == SWEEP_OK && facets * f->result_count > FIGURE_PANELS)
        return too_many_panels(facets, f->result_count, log);
    return status;
}

static int add_statistic(struct figure *f, const char *word, struct diagnostics *log)
{
    struct statistic s;
    if (statistic_parse(word, &s) == 0) {
        strcpy(f->statistic[f->statistic_count++], s.name);
        return SWEEP_OK;
    }
    return names_unknown(&all_statistics, word, log);
}

/* Quartiles go with a median, an interval of the mean with a mean. */
static void add_preset_band(struct figure *f)
{
    static const char *const bands[][3] = {{"median", "q25", "q75"},
                                           {"mean", "t95_low", "t95_high"}};
    for (size_t i = 0; i < sizeof bands / sizeof *bands; i++)
        if (strcmp(f->statistic[0], bands[i][0]) == 0) {
            strcpy(f->statistic[1], bands[i][1]);
            strcpy(f->statistic[2], bands[i][2]);
            f->statistic_count = 3;
        }
}

int figure_statistics(struct figure *f, const struct figure_request *request,
                      struct diagnostics *log)
{
    const struct figure_words *band = &request->band;
    const char *first = band->count > 0 ? band->word[0] : "";
    int status =
        add_statistic(f, request->statistic ? request->statistic : "median", log);

    if (status != SWEEP_OK || (band->count == 1 && strcmp(first, "none") == 0))
        return status;
    if (band->count == 0) {
        add_preset_band(f);
        return SWEEP_OK;
    }
    if (band->count > 2 ||
        (band->count == 1 && strcmp(first, "sem") != 0 && strcmp(first, "sd") != 0)) {
        diagnostics_add(
            log, NULL, 0, 0,
            "a band is two statistics, such as q05,q95, or sem, sd or none");
        return SWEEP_INPUT;
    }
    for (size_t i = 0; i < band->count; i++)
        if (add_statistic(f, band->word[i], log) != SWEEP_OK)
            status = SWEEP_INPUT;
    return status;
}

void figure_put_missing(FILE *stream, const struct figure *f, const char *before,
                        const char *after)
{
    for (size_t i = 0; i < f->missing_count; i++)
        fprintf(stream, "%s%s is defined in no trial and not drawn.%s", before,
                f->missing[i], after);
    if (f->unshown_count == 0)
        return;
    fprintf(stream, "%sNot drawn, for want of room: ", before);
    for (size_t i = 0; i < f->unshown_count; i++)
        fprintf(stream, "%s%s", i > 0 ? ", " : "",
                results_info(&f->cells->grid->results, f->unshown[i])->name);
    fputs(".", stream);
}
