/* The expressions of a grid: each is evaluated once per combination of the axes it
 * depends on, and its values are looked up from then on. */
#include "grid_derive.h"
#include "sweep/expression.h"
#include "sweep/memory.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MESSAGE_SIZE = 512 };

/* Append "name=value" of every parameter on the axes with a stride. */
static void append_place(const struct grid *g, const size_t *stride,
                         const struct setting *s, char *message)
{
    const char *separator = " at ";

    for (size_t a = 0; a < g->axis_count; a++) {
        for (size_t k = 0; stride[a] != 0 && k < g->axes[a].width; k++) {
            enum parameter p = g->axes[a].parameter[k];
            char value[64];
            size_t used = strlen(message);

            grid_format(g, p, s->value[p], value, sizeof value);
            snprintf(message + used, MESSAGE_SIZE - used, "%s%s=%s", separator,
                     parameter_table[p].name, value);
            separator = ", ";
        }
    }
}

/* The parameters the value of an expression is made from. */
static uint64_t sources(const struct expression *e)
{
    uint64_t set = 0;

    for (enum parameter p = 0; p < PARAMETER_COUNT; p++) {
        if (expression_uses(e, p))
            set |= parameter_sources(p);
    }
    return set;
}

/* The axes those parameters depend on, one bit each. */
static uint64_t axes_of(const struct grid *g, uint64_t parameters)
{
    uint64_t axes = 0;

    for (size_t a = 0; a < g->axis_count; a++) {
        if (walk_parameters(&g->axes[a]) & parameters)
            axes |= (uint64_t)1 << a;
        for (size_t i = 0; i < g->derived_count; i++) {
            if (PARAMETER_BIT(g->derived[i].parameter) & parameters &&
                g->derived[i].stride[a] != 0)
                axes |= (uint64_t)1 << a;
        }
    }
    return axes;
}

/* Evaluate e at every combination of the axes it depends on; `p` is the parameter it is
 * for, whose range is checked, or PARAMETER_COUNT. Ends at the first error. */
static int tabulate(struct walk *w, struct expression *e, enum parameter p,
                    struct tabulated *t, char *message)
{
    const struct grid *g = w->g;
    uint64_t moving = axes_of(g, sources(e));
    size_t position[PARAMETER_COUNT] = {0};
    size_t i = 0, count = 1;

    for (size_t a = g->axis_count; a-- > 0;) {
        t->stride[a] = moving >> a & 1 ? count : 0;
        count *= moving >> a & 1 ? g->axes[a].count : 1;
    }
    t->value = memory_array(count, sizeof *t->value);
    if (!t->value)
        return SWEEP_NO_MEMORY;
    do {
        double *value = &t->value[i++];
        struct setting s;
        int status;

        grid_point(g, position, &s);
        status = expression_evaluate(e, &s, (const char *const *)g->texts.text, value,
                                     message, MESSAGE_SIZE);
        if (status == SWEEP_OK && isnan(*value)) {
            snprintf(message, MESSAGE_SIZE, "it is not a number");
            status = SWEEP_INPUT;
        } else if (status == SWEEP_OK && p != PARAMETER_COUNT &&
                   !parameter_in_range(p, *value, message, MESSAGE_SIZE)) {
            status = SWEEP_INPUT;
        }
        if (status != SWEEP_OK) {
            append_place(g, t->stride, &s, message);
            return status;
        }
    } while (walk_advance(g, moving, position));
    return SWEEP_OK;
}

/* Report what expression `name` is refused for, or pass on another failure. */
static void conclude(struct walk *w, int status, const char *name, size_t line,
                     size_t column, const char *reason)
{
    char message[MESSAGE_SIZE + 64];

    snprintf(message, sizeof message, "'%s': %s", name, reason);
    if (status == SWEEP_INPUT)
        walk_report(w, line, column, message);
    else if (status != SWEEP_OK)
        w->status = status;
}

void derive_where(struct walk *w, struct tabulated *keep)
{
    const struct grid *g = w->g;
    struct expression *e = NULL;
    char reason[MESSAGE_SIZE] = "";
    int status =
        expression_compile(&e, g->where, &all_parameters, reason, sizeof reason);

    if (status == SWEEP_OK)
        status = tabulate(w, e, PARAMETER_COUNT, keep, reason);
    expression_free(e);
    conclude(w, status, "where", g->where_line, g->where_column, reason);
}

static void tabulate_derived(struct walk *w, struct derived *d, struct expression *e)
{
    struct tabulated t = {0};
    char reason[MESSAGE_SIZE] = "";
    int status = tabulate(w, e, d->parameter, &t, reason);

    memcpy(d->stride, t.stride, sizeof d->stride);
    d->value = t.value;
    conclude(w, status, parameter_table[d->parameter].name, d->line, d->column, reason);
}

/* The derived parameters that wait for none in `waiting` are next. */
static void tabulate_in_order(struct walk *w, struct expression **e, uint64_t waiting)
{
    struct grid *g = w->g;

    while (waiting && w->status == SWEEP_OK) {
        struct derived *stuck = NULL;
        uint64_t before = waiting;

        for (size_t i = 0; i < g->derived_count; i++) {
            struct derived *d = &g->derived[i];

            if (!(waiting & PARAMETER_BIT(d->parameter)))
                continue;
            if (sources(e[i]) & waiting) {
                stuck = stuck ? stuck : d;
            } else {
                tabulate_derived(w, d, e[i]);
                waiting &= ~PARAMETER_BIT(d->parameter);
            }
        }
        if (waiting == before)
            conclude(w, SWEEP_INPUT, parameter_table[stuck->parameter].name,
                     stuck->line, stuck->column, "it is derived in a circle");
    }
}

void derive_parameters(struct walk *w)
{
    struct grid *g = w->g;
    struct expression *e[PARAMETER_COUNT] = {NULL};
    uint64_t derived = 0;

    for (size_t i = 0; i < g->derived_count; i++) {
        struct derived *d = &g->derived[i];
        char reason[MESSAGE_SIZE] = "";
        int status =
            expression_compile(&e[i], d->text, &all_parameters, reason, sizeof reason);

        derived |= PARAMETER_BIT(d->parameter);
        conclude(w, status, parameter_table[d->parameter].name, d->line, d->column,
                 reason);
    }
    tabulate_in_order(w, e, derived);
    for (size_t i = 0; i < g->derived_count; i++)
        expression_free(e[i]);
}
