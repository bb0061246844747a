#include "grid_derive.h"
#include "grid_points.h"
#include "grid_walk.h"
#include "sweep/keys.h"
#include "sweep/memory.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Enough distinct errors to stop at. */
enum { MESSAGE_SIZE = 512, ERROR_LIMIT = 100 };

struct numbering {
    struct walk walk;
    uint64_t varying;      /* parameters on an axis or derived */
    uint64_t effective;    /* parameters with an effect in some cell */
    struct tabulated keep; /* `where`; no value: all */
    struct key_set seen;   /* of the cells another cell may be equal to */
};

static void report_parameter(struct numbering *n, enum parameter p, const char *message)
{
    walk_report(&n->walk, n->walk.g->line[p], n->walk.g->column[p], message);
}

/* The product of the axes' counts. */
static bool count_product(struct numbering *n)
{
    struct grid *g = n->walk.g;
    size_t product = 1, used;
    bool fits = true;
    char message[MESSAGE_SIZE];
    enum parameter first = PARAMETER_COUNT;

    snprintf(message, sizeof message, "more than %d cells:", (int)GRID_CELL_LIMIT);
    for (size_t a = 0; a < g->axis_count; a++) {
        fits = fits && !__builtin_mul_overflow(product, g->axes[a].count, &product) &&
               product <= GRID_CELL_LIMIT;
        if (g->axes[a].count > 1 && first == PARAMETER_COUNT)
            first = g->axes[a].parameter[0];
        used = strlen(message);
        snprintf(message + used, sizeof message - used, "%s '%s' has %zu",
                 a > 0 ? "," : "", parameter_table[g->axes[a].parameter[0]].name,
                 g->axes[a].count);
    }
    if (!fits)
        report_parameter(n, first, message);
    g->product_count = product;
    return fits;
}

/* Whether a cell that means the same was seen before. Only parameters that vary but
 * have no effect here, a signal made from an exponent, or more test points than a file
 * has, can make two cells equal. */
static bool is_repeated(struct numbering *n, const struct setting *s, uint64_t idle)
{
    size_t before = n->seen.count, number;

    idle |= PARAMETER_BIT(P_SIGNAL_EXPONENT);
    if (n->walk.g->data.file_count > 0)
        idle |= PARAMETER_BIT(P_TEST_SAMPLES);
    if (!(idle & n->varying))
        return false;
    number = keys_number(&n->seen, grid_local_key(n->walk.g, s, STAGE_EVALUATE));
    if (number == SIZE_MAX)
        n->walk.status = SWEEP_NO_MEMORY;
    return number < before;
}

/* Check the point of the product at these positions and number it if it is a cell. */
static void visit(struct numbering *n, size_t product, const size_t *position)
{
    struct grid *g = n->walk.g;
    struct setting s;
    enum parameter blame;
    char message[MESSAGE_SIZE];
    uint64_t idle;
    size_t index = 0;

    for (size_t a = 0; n->keep.value && a < g->axis_count; a++)
        index += position[a] * n->keep.stride[a];
    if (n->keep.value && n->keep.value[index] == 0)
        return;
    grid_point(g, position, &s);
    if (setting_check(&s, &blame, message, sizeof message) != 0 ||
        grid_data_check(&g->data, &g->texts, g->given, &s, &blame, message,
                        sizeof message) != 0 ||
        grid_points_check(&g->data, &g->texts, &s, &blame, message, sizeof message) !=
            0)
        report_parameter(n, blame, message);
    idle = setting_idle(&s);
    n->effective |= ~idle;
    if (!is_repeated(n, &s, idle))
        g->product[g->cell_count++] = product;
}

static void visit_all(struct numbering *n)
{
    struct grid *g = n->walk.g;
    size_t position[PARAMETER_COUNT] = {0};
    size_t product = 0;

    g->product = memory_array(g->product_count, sizeof *g->product);
    if (!g->product) {
        n->walk.status = SWEEP_NO_MEMORY;
        return;
    }
    do {
        visit(n, product++, position);
    } while (walk_advance(g, ~(uint64_t)0, position) &&
             n->walk.status != SWEEP_NO_MEMORY && n->walk.errors < ERROR_LIMIT);
}

/* A parameter the file gives must do something in some cell. */
static void check_effects(struct numbering *n)
{
    char message[MESSAGE_SIZE];

    for (enum parameter p = 0; p < PARAMETER_COUNT; p++) {
        if (!n->walk.g->given[p] || n->effective & PARAMETER_BIT(p))
            continue;
        snprintf(message, sizeof message, "'%s' has no effect: %s",
                 parameter_table[p].name, parameter_idle_reason(p));
        report_parameter(n, p, message);
    }
}

int grid_number_cells(struct grid *g, struct diagnostics *log)
{
    struct numbering n = {.walk = {.g = g, .log = log}};

    for (size_t a = 0; a < g->axis_count; a++)
        n.varying |= walk_parameters(&g->axes[a]);
    for (size_t i = 0; i < g->derived_count; i++)
        n.varying |= PARAMETER_BIT(g->derived[i].parameter);
    if (g->given[P_SIGNAL] && g->given[P_SIGNAL_EXPONENT])
        report_parameter(&n, P_SIGNAL_EXPONENT,
                         "'signal' and 'signal_exponent' are both given: keep one");
    if (count_product(&n))
        derive_parameters(&n.walk);
    if (n.walk.status == SWEEP_OK && g->where)
        derive_where(&n.walk, &n.keep);
    if (n.walk.status == SWEEP_OK)
        visit_all(&n);
    if (n.walk.status != SWEEP_NO_MEMORY && n.walk.errors < ERROR_LIMIT &&
        g->cell_count > 0)
        check_effects(&n);
    memory_free(n.keep.value);
    keys_release(&n.seen);
    return n.walk.status;
}
