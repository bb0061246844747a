#include "grid_axes.h"
#include "sweep/memory.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare_values(const struct axis *axis, size_t a, size_t b)
{
    for (size_t k = 0; k < axis->width; k++) {
        double x = axis->values[a * axis->width + k];
        double y = axis->values[b * axis->width + k];

        if (x != y)
            return x < y ? -1 : 1;
    }
    return 0;
}

static int compare_sizes(const void *left, const void *right)
{
    size_t a = *(const size_t *)left, b = *(const size_t *)right;

    return a < b ? -1 : a > b;
}

static int compare_positions(const void *left, const void *right, void *axis)
{
    int values = compare_values(axis, *(const size_t *)left, *(const size_t *)right);

    return values != 0 ? values : compare_sizes(left, right);
}

static void complain_twice(struct reader *r, const struct axis *axis, size_t position)
{
    enum parameter p = axis->parameter[0];
    const struct node *item = r->axis[p].node->first;
    char value[64];

    grid_format(r->g, p, axis->values[position * axis->width], value, sizeof value);
    if (r->axis[p].node->kind != NODE_SEQUENCE) {
        item = r->axis[p].node;
    } else {
        for (size_t i = 0; i < position; i++)
            item = item->next;
    }
    complain(r, item,
             axis->width > 1 ? "'%s' is listed twice with the same zipped values"
                             : "'%s' is listed twice",
             show(value).text);
}

/* Each position after the first one with the same values, in order; free them. */
static size_t *find_repeats(struct reader *r, struct axis *axis, size_t *count)
{
    size_t *order = reader_array(r, axis->count, sizeof *order);
    size_t repeats = 0;

    *count = 0;
    if (!order)
        return NULL;
    for (size_t i = 0; i < axis->count; i++)
        order[i] = i;
    qsort_r(order, axis->count, sizeof *order, compare_positions, axis);
    for (size_t i = 1; i < axis->count; i++) {
        if (compare_values(axis, order[i - 1], order[i]) == 0)
            order[repeats++] = order[i]; /* never beyond order[i - 1] */
    }
    qsort(order, repeats, sizeof *order, compare_sizes);
    *count = repeats;
    return order;
}

void axes_refuse_repeats(struct reader *r, struct axis *axis)
{
    size_t count, *repeat = find_repeats(r, axis, &count);

    for (size_t i = 0; i < count && !reader_full(r); i++)
        complain_twice(r, axis, repeat[i]);
    memory_free(repeat);
}

size_t axes_merge_repeats(struct reader *r, struct axis *axis)
{
    size_t count, *repeat = find_repeats(r, axis, &count), merged = 0;

    for (size_t i = 0; i < axis->count; i++) {
        if (merged < count && repeat[merged] == i)
            merged++;
        else
            memmove(axis->values + (i - merged) * axis->width,
                    axis->values + i * axis->width, axis->width * sizeof *axis->values);
    }
    axis->count -= merged;
    memory_free(repeat);
    return merged;
}

/* Note the members of a group of zipped axes. */
static void read_group(struct reader *r, const struct node *node, size_t number,
                       size_t *group)
{
    for (const struct node *item = node->first; item; item = item->next) {
        enum parameter p = read_parameter(r, item);

        if (p == PARAMETER_COUNT)
            continue;
        if (!r->axis[p].node)
            complain(r, item, "'%s' is not an axis: zip takes lists and ranges",
                     parameter_table[p].name);
        else if (group[p] != 0)
            complain(r, item, "'%s' is zipped twice", parameter_table[p].name);
        else
            group[p] = number;
    }
}

/* group[p] becomes the number of the group p is in; 0: in none. */
static void read_zip(struct reader *r, const struct node *zip, size_t *group)
{
    const struct node *node = zip->first;
    size_t number = 1;
    bool good = zip->kind == NODE_SEQUENCE && zip->count > 0;

    for (; good && node; node = node->next)
        good = node->kind == NODE_SEQUENCE && node->count > 1;
    if (!good) {
        complain(r, zip,
                 "'zip' must be a list of lists of axes, such as "
                 "[[dimension, width]]");
        return;
    }
    for (node = zip->first; node && !reader_full(r); node = node->next)
        read_group(r, node, number++, group);
}

/* Whether every parameter of the axis was read and they are of equal length. */
static bool members_match(struct reader *r, const struct axis *axis,
                          const struct node *zip)
{
    const struct values *first = &r->axis[axis->parameter[0]];

    for (size_t k = 0; k < axis->width; k++) {
        const struct values *other = &r->axis[axis->parameter[k]];

        if (!first->value || !other->value)
            return false;
        if (first->count != other->count) {
            complain(r, zip,
                     "zipped axes must be of equal length: '%s' has %zu values, "
                     "'%s' has %zu",
                     parameter_table[axis->parameter[0]].name, first->count,
                     parameter_table[axis->parameter[k]].name, other->count);
            return false;
        }
    }
    return true;
}

static void fill_axis(struct reader *r, struct axis *axis)
{
    axis->count = r->axis[axis->parameter[0]].count;
    axis->values = reader_array(r, axis->count * axis->width, sizeof *axis->values);
    if (!axis->values)
        return;
    for (size_t i = 0; i < axis->count; i++) {
        for (size_t k = 0; k < axis->width; k++)
            axis->values[i * axis->width + k] = r->axis[axis->parameter[k]].value[i];
    }
    axes_refuse_repeats(r, axis);
}

void read_axes(struct reader *r, const struct node *zip)
{
    struct grid *g = r->g;
    size_t group[PARAMETER_COUNT] = {0};
    bool placed[PARAMETER_COUNT] = {false};

    if (zip)
        read_zip(r, zip, group);
    g->axes = reader_array(r, r->order_count + 1, sizeof *g->axes);
    for (size_t i = 0; g->axes && i < r->order_count; i++) {
        struct axis *axis = &g->axes[g->axis_count];
        size_t number = group[r->order[i]];

        if (placed[i])
            continue;
        g->axis_count++;
        axis->parameter = reader_array(r, PARAMETER_COUNT, sizeof *axis->parameter);
        if (!axis->parameter)
            return;
        for (size_t k = i; k < r->order_count; k++) {
            if (k == i || (number != 0 && group[r->order[k]] == number)) {
                axis->parameter[axis->width++] = r->order[k];
                placed[k] = true;
            }
        }
        if (members_match(r, axis, zip))
            fill_axis(r, axis);
    }
}
