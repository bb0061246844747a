#include "sweep/grid.h"
#include "grid_points.h"
#include "sweep/memory.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

void grid_point(const struct grid *g, const size_t *position, struct setting *out)
{
    *out = g->fixed;
    for (size_t a = 0; a < g->axis_count; a++) {
        const struct axis *axis = &g->axes[a];

        for (size_t k = 0; k < axis->width; k++)
            out->value[axis->parameter[k]] =
                axis->values[position[a] * axis->width + k];
    }
    for (size_t i = 0; i < g->derived_count; i++) {
        const struct derived *d = &g->derived[i];
        size_t index = 0;

        if (!d->value)
            continue;
        for (size_t a = 0; a < g->axis_count; a++)
            index += position[a] * d->stride[a];
        out->value[d->parameter] = d->value[index];
    }
    setting_canonical(out);
    grid_data_complete(&g->data, g->given, out);
}

int grid_check_selection(const struct grid *g, struct diagnostics *log)
{
    if (g->cell_count > 0)
        return SWEEP_OK;
    diagnostics_add(log, g->file, g->where_line, g->where_column,
                    "the selection is empty: 'where' keeps none of the %zu cells",
                    g->product_count);
    return SWEEP_INPUT;
}

void grid_cell(const struct grid *g, size_t cell, struct setting *out)
{
    size_t position[PARAMETER_COUNT];
    size_t rest = g->product[cell];

    for (size_t a = g->axis_count; a-- > 0;) {
        position[a] = rest % g->axes[a].count;
        rest /= g->axes[a].count;
    }
    grid_point(g, position, out);
}

const char *grid_string(const struct grid *g, double value)
{
    return grid_text_of(&g->texts, value);
}

char *grid_format(const struct grid *g, enum parameter p, double value, char *buffer,
                  size_t size)
{
    return grid_text_format(&g->texts, p, value, buffer, size);
}

/* Choices and texts enter as words: their numbers depend on the table and the file.
 * Data enter by their content, wherever the file is. */
static struct rng_key absorb(const struct grid *g, enum parameter p,
                             const struct setting *s, struct rng_key key)
{
    const struct parameter_info *info = &parameter_table[p];
    double value = s->value[p];

    key = rng_key_text(key, info->name);
    if (info->type == PARAMETER_CHOICE)
        return rng_key_text(key, parameter_word(p, (size_t)value));
    if (p == P_DATA || p == P_TEST_DATA) {
        const struct rng_key *digest = grid_points_digest(&g->data, s, value);

        return rng_key_word(rng_key_word(key, digest->word[0]), digest->word[1]);
    }
    if (info->type == PARAMETER_TEXT)
        return rng_key_text(key, grid_string(g, value));
    return rng_key_real(key, value);
}

/* The value of p that enters no key: the default it had when its streams were first
 * drawn, so that a new default gives no trial other random numbers. */
static double unkeyed(enum parameter p)
{
    return p == P_POLISH ? 0.0 : parameter_table[p].preset;
}

struct rng_key grid_setting_key(const struct grid *g, const struct setting *s,
                                enum stage last, struct rng_key key)
{
    enum parameter order[PARAMETER_COUNT];
    size_t count = 0;

    for (enum parameter p = 0; p < PARAMETER_COUNT; p++) {
        size_t i = count;

        if (parameter_table[p].stage > last || p == P_SIGNAL_EXPONENT ||
            parameter_same(s->value[p], unkeyed(p)))
            continue;
        for (; i > 0 &&
               strcmp(parameter_table[p].name, parameter_table[order[i - 1]].name) < 0;
             i--)
            order[i] = order[i - 1];
        order[i] = p;
        count++;
    }
    for (size_t i = 0; i < count; i++)
        key = absorb(g, order[i], s, key);
    return key;
}

/* Most parameters are the same all over a grid: only what differs from its fixed values
 * is absorbed, behind the set of what that is. */
struct rng_key grid_local_key(const struct grid *g, const struct setting *s,
                              enum stage last)
{
    uint64_t changed = 0;
    struct rng_key key;

    for (enum parameter p = 0; p < PARAMETER_COUNT; p++) {
        double value = s->value[p], fixed = g->fixed.value[p];

        if (parameter_table[p].stage <= last && p != P_SIGNAL_EXPONENT &&
            !parameter_same(value, fixed))
            changed |= PARAMETER_BIT(p);
    }
    key = rng_key_word(rng_key_start(), changed);
    for (enum parameter p = 0; changed >> p; p++) {
        if (changed >> p & 1)
            key = rng_key_real(key, s->value[p]);
    }
    return key;
}

char *grid_replicates_text(const struct grid *g, char *buffer, size_t size)
{
    const struct until_rule *rule = &g->until;

    if (rule->least == 0)
        snprintf(buffer, size, "%zu", g->replicates);
    else
        snprintf(buffer, size,
                 "%zu to %zu, until the %g%% interval of %s is within %g%s of its mean",
                 rule->least, g->replicates, 100 * rule->level,
                 results_info(&g->results, rule->column)->name,
                 rule->relative ? 100 * rule->halfwidth : rule->halfwidth,
                 rule->relative ? "%" : "");
    return buffer;
}

struct rng_key grid_cell_key(const struct grid *g, size_t cell)
{
    return grid_cell_key_of(g, cell, MODEL_VERSION);
}

struct rng_key grid_cell_key_of(const struct grid *g, size_t cell, uint64_t model)
{
    struct rng_key key = rng_key_start();
    struct setting s;

    grid_cell(g, cell, &s);
    if (model < 2 && !g->given[P_POLISH]) { /* it became the default then */
        s.value[P_POLISH] = 0.0;
        setting_canonical(&s);
    }
    key = rng_key_word(key, model);
    key = rng_key_word(key, g->seed);
    return grid_setting_key(g, &s, STAGE_EVALUATE, key);
}

bool grid_has_success(const struct grid *g)
{
    bool given = false;
    for (int k = 0; k < THRESHOLD_COUNT; k++)
        given |= !isnan(g->success[k]);
    return given || g->condition || g->limit_count > 0;
}

static void free_texts(char **texts, size_t count)
{
    for (size_t i = 0; texts && i < count; i++)
        memory_free(texts[i]);
    memory_free(texts);
}

void grid_release(struct grid *g)
{
    if (!g)
        return;
    for (size_t a = 0; g->axes && a < g->axis_count; a++) {
        memory_free(g->axes[a].parameter);
        memory_free(g->axes[a].values);
    }
    for (size_t i = 0; g->derived && i < g->derived_count; i++) {
        memory_free(g->derived[i].text);
        memory_free(g->derived[i].value);
    }
    memory_free(g->axes);
    memory_free(g->derived);
    memory_free(g->file);
    memory_free(g->text);
    memory_free(g->name);
    memory_free(g->note);
    memory_free(g->where);
    memory_free(g->table.rows);
    memory_free(g->table.columns);
    free_texts(g->table.statistics, g->table.statistic_count);
    results_release(&g->results);
    expression_free(g->condition);
    memory_free(g->limits);
    grid_text_release(&g->texts);
    grid_data_release(&g->data);
    memory_free(g->product);
    *g = (struct grid){0};
}
