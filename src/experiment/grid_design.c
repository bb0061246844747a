#include "grid_design.h"
#include "grid_axes.h"
#include "grid_keys.h"
#include "grid_values.h"
#include "sweep/memory.h"
#include "sweep/rng.h"
#include <gsl/gsl_qrng.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <string.h>

enum { POINT_LIMIT = 1000000 };

/* What a parameter ranges over. */
struct dimension {
    enum parameter parameter;
    const struct values *list; /* NULL: from low to high */
    bool logarithmic;
    double low, high;
    double unit; /* values are multiples of it; 0: real */
};

struct dimensions {
    struct dimension d[PARAMETER_COUNT];
    size_t count;
};

static void read_points(struct reader *r, const struct node *key, enum design_kind kind)
{
    uint64_t count = 0;

    if (!read_unsigned(r, key->value, key->text, &count))
        return;
    if (count < 1 || count > POINT_LIMIT)
        complain(r, key->value, "'%s' must be 1 to %d points, got %s", key->text,
                 POINT_LIMIT, show(key->value->text).text);
    else
        r->g->design = (struct design){.kind = kind, .points = count};
}

static void read_sobol(struct reader *r, const struct node *key)
{
    read_points(r, key, DESIGN_SOBOL);
}

static void read_latin_hypercube(struct reader *r, const struct node *key)
{
    read_points(r, key, DESIGN_LATIN_HYPERCUBE);
}

static double unit_of(enum parameter p)
{
    if (parameter_table[p].type == PARAMETER_REAL)
        return 0;
    return p == P_WIDTH ? 2 : 1; /* even */
}

static bool read_ends(struct reader *r, struct dimension *d, const struct node *list)
{
    const char *name = parameter_table[d->parameter].name;

    if (!read_value(r, d->parameter, list->first, &d->low) ||
        !read_value(r, d->parameter, list->first->next, &d->high))
        return false;
    if (!(d->low < d->high))
        complain(r, list, "'%s' must go from a smaller to a larger number", name);
    else if (d->logarithmic && !(d->low > 0))
        complain(r, list, "'logspace' must have ends greater than 0");
    else
        return true;
    return false;
}

/* The ends of {linspace: [a, b]} and {logspace: [a, b]}, or NULL. */
static const struct node *ends_of_range(const struct node *value, bool *logarithmic)
{
    const struct node *key = value->kind == NODE_MAPPING ? value->first : NULL;

    if (!key || key->next || key->value->kind != NODE_SEQUENCE ||
        key->value->count != 2)
        return NULL;
    *logarithmic = strcmp(key->text, "logspace") == 0;
    return *logarithmic || strcmp(key->text, "linspace") == 0 ? key->value : NULL;
}

/* Values to take evenly, by a list or a range with a number of values. */
static bool read_levels(struct reader *r, struct dimension *d, const struct node *value)
{
    struct values *values = &r->axis[d->parameter];

    read_axis(r, d->parameter, value);
    d->list = values;
    if (!values->value)
        return false;
    struct axis one = {.count = values->count,
                       .width = 1,
                       .parameter = &d->parameter,
                       .values = values->value};
    axes_refuse_repeats(r, &one);
    return true;
}

static bool read_dimension(struct reader *r, struct dimension *d,
                           const struct node *value)
{
    enum parameter_type type = parameter_table[d->parameter].type;
    const char *name = parameter_table[d->parameter].name;
    bool number = type == PARAMETER_INTEGER || type == PARAMETER_REAL;
    const struct node *ends = ends_of_range(value, &d->logarithmic);

    d->unit = unit_of(d->parameter);
    if (value->kind == NODE_SCALAR)
        complain(r, value, "'%s' has one value: it belongs under 'grid'", name);
    else if (!number || (value->kind == NODE_MAPPING && !ends))
        return read_levels(r, d, value);
    else if (!ends && value->count != 2)
        complain(r, value,
                 "'%s' must range over [a, b] or {logspace: [a, b]} in a design, or "
                 "take some values evenly, {range: [a, b, step]}",
                 name);
    else
        return read_ends(r, d, ends ? ends : value);
    return false;
}

static double value_at(const struct dimension *d, double u)
{
    double low = d->low - d->unit / 2, high = d->high + d->unit / 2;

    if (d->list) { /* 1 - 2^-53 times 3 is 3 */
        size_t i = (size_t)(u * (double)d->list->count);
        return d->list->value[i < d->list->count ? i : d->list->count - 1];
    }
    double value = value_between(low, high, u, d->logarithmic);
    value = d->unit > 0 ? d->unit * round(value / d->unit) : round_digits(value);
    return fmin(fmax(value, d->low), d->high);
}

static void fill_sobol(struct reader *r, const struct dimensions *over,
                       struct axis *axis)
{
    gsl_qrng *sequence = gsl_qrng_alloc(gsl_qrng_sobol, (unsigned)over->count);
    double u[PARAMETER_COUNT];

    if (!sequence) {
        r->status = SWEEP_NO_MEMORY;
        return;
    }
    for (size_t i = 0; i < axis->count; i++) {
        gsl_qrng_get(sequence, u); /* the first is point 1 */
        for (size_t k = 0; k < over->count; k++)
            axis->values[i * axis->width + k] = value_at(&over->d[k], u[k]);
    }
    gsl_qrng_free(sequence);
}

static void fill_latin_hypercube(struct reader *r, const struct dimensions *over,
                                 struct axis *axis)
{
    gsl_rng *rng = gsl_rng_alloc(rng_philox);
    size_t *order = reader_array(r, axis->count, sizeof *order);
    struct rng_key key = rng_key_text(rng_key_start(), "latin_hypercube");

    key = rng_key_word(key, r->g->seed);
    if (!rng)
        r->status = SWEEP_NO_MEMORY;
    for (size_t k = 0; rng && order && k < over->count; k++) {
        const struct dimension *d = &over->d[k];

        rng_start(rng, rng_key_text(key, parameter_table[d->parameter].name));
        rng_permutation(rng, order, axis->count);
        for (size_t i = 0; i < axis->count; i++) {
            double stratum = (double)order[i] + gsl_rng_uniform(rng);

            axis->values[i * axis->width + k] =
                value_at(d, stratum / (double)axis->count);
        }
    }
    memory_free(order);
    gsl_rng_free(rng);
}

static void (*const fill[])(struct reader *r, const struct dimensions *over,
                            struct axis *axis) = {
    [DESIGN_SOBOL] = fill_sobol, [DESIGN_LATIN_HYPERCUBE] = fill_latin_hypercube};

/* The axis of the design, before all others. */
static void put_first(struct reader *r, const struct dimensions *over)
{
    struct grid *g = r->g;
    struct axis axis = {.count = g->design.points, .width = over->count};

    memmove(g->axes + 1, g->axes, g->axis_count * sizeof *g->axes);
    axis.parameter = reader_array(r, over->count, sizeof *axis.parameter);
    axis.values = reader_array(r, axis.count * axis.width, sizeof *axis.values);
    for (size_t k = 0; axis.parameter && k < over->count; k++)
        axis.parameter[k] = over->d[k].parameter;
    g->axes[0] = axis;
    g->axis_count++;
    if (!axis.parameter || !axis.values)
        return;
    fill[g->design.kind](r, over, &g->axes[0]);
    g->design.merged = axes_merge_repeats(r, &g->axes[0]);
}

static void read_over(struct reader *r, const struct node *key)
{
    struct dimensions over = {.count = 0};

    if (!is_kind(r, key->value, NODE_MAPPING,
                 "'over' must hold ranges: 'dimension: {logspace: [1e2, 1e6]}'"))
        return;
    for (const struct node *item = key->value->first; item && !reader_full(r);
         item = item->next) {
        struct dimension *d = &over.d[over.count];

        d->parameter = read_parameter(r, item);
        if (d->parameter != PARAMETER_COUNT && grid_give(r, d->parameter, item) &&
            read_dimension(r, d, item->value))
            over.count++;
    }
    if (over.count == 0 && r->status == SWEEP_OK)
        complain(r, key->value, "'over' is empty: give at least one range");
    if (r->g->design.kind == DESIGN_SOBOL && over.count > gsl_qrng_sobol->max_dimension)
        complain(r, key, "'sobol' has at most %u dimensions, got %zu parameters",
                 gsl_qrng_sobol->max_dimension, over.count);
    if (r->status == SWEEP_OK)
        put_first(r, &over);
}

static const struct key design_rows[] = {
    {.name = "sobol",
     .read = read_sobol,
     .example = "sobol: 200",
     .instead = "latin_hypercube"},
    {.name = "latin_hypercube", .read = read_latin_hypercube},
    {.name = "over",
     .read = read_over,
     .example = "over: {dimension: {logspace: [1e2, 1e6]}}"},
};
static const struct keys design_keys = {
    .section = "design",
    .form = "'design' must hold points and ranges: {sobol: 200, over: {dimension: "
            "{logspace: [1e2, 1e6]}}}",
    .row = design_rows,
    .count = sizeof design_rows / sizeof design_rows[0],
};

void read_design(struct reader *r, const struct node *key)
{
    read_keys(r, key->value, &design_keys);
}
