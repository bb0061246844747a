#include "table_places.h"

#include "sweep/memory.h"
#include <string.h>

struct placing {
    struct places *places;
    const struct aggregate *a;
    const struct grid *grid;
    const enum parameter *key;
    size_t keys;
    enum parameter pivot;
    struct partition groups, by_value; /* of rows */
    size_t *line, *value;              /* (rows) where each stands */
    uint64_t *idle;                    /* (rows) keys without effect, as bits */
    bool *spread;                      /* (rows) stands in the lines of others */
};

static size_t least_cell(const struct placing *p, size_t value)
{
    size_t least = SIZE_MAX;
    for (size_t i = p->by_value.start[value]; i < p->by_value.start[value + 1]; i++) {
        size_t cell = p->a->row[p->by_value.member[i]].cell;
        least = cell < least ? cell : least;
    }
    return least;
}

/* In the order of the grid, whatever that of the rows is. */
static int order_values(struct placing *p)
{
    size_t count = p->by_value.count;
    size_t *least = memory_array(count, sizeof *least);
    if (!least)
        return SWEEP_NO_MEMORY;
    for (size_t v = 0; v < count; v++)
        least[v] = least_cell(p, v);
    for (size_t v = 0; v < count; v++) {
        size_t place = 0;
        for (size_t w = 0; w < count; w++)
            place += least[w] < least[v];
        p->places->first[place] = p->by_value.member[p->by_value.start[v]];
        for (size_t i = p->by_value.start[v]; i < p->by_value.start[v + 1]; i++)
            p->value[p->by_value.member[i]] = place;
    }
    memory_free(least);
    return SWEEP_OK;
}

static size_t *place_of(const struct placing *p, size_t line, size_t value)
{
    return &p->places->row[line * p->places->values + value];
}

static void place_rows(struct placing *p)
{
    memset(p->places->row, 0,
           p->places->lines * p->places->values * sizeof *p->places->row);
    for (size_t line = 0; line < p->groups.count; line++)
        for (size_t i = p->groups.start[line]; i < p->groups.start[line + 1]; i++) {
            size_t row = p->groups.member[i];
            p->line[row] = line;
            *place_of(p, line, p->value[row]) = row + 1;
        }
}

static void find_idle(struct placing *p)
{
    uint64_t keys = 0;
    for (size_t k = 0; k < p->keys && p->pivot != PARAMETER_COUNT; k++)
        keys |= PARAMETER_BIT(p->key[k]);
    for (size_t i = 0; i < p->a->row_count; i++) {
        struct setting s;
        grid_cell(p->grid, p->a->row[i].cell, &s);
        p->idle[i] = setting_idle(&s) & keys;
        p->spread[i] = false;
    }
}

/* Of rows that agree in all keys but those: the ones on which they have no effect stand
 * in the lines of the others. */
static void spread_rows(struct placing *p, const size_t *row, size_t count,
                        uint64_t without)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count && p->idle[row[i]] == without; j++) {
            if (p->idle[row[j]] & without)
                continue;
            size_t *place = place_of(p, p->line[row[j]], p->value[row[i]]);
            *place = *place ? *place : row[i] + 1;
            p->spread[row[i]] = true;
        }
}

static int spread_without(struct placing *p, uint64_t without)
{
    enum parameter key[PARAMETER_COUNT];
    struct partition parts;
    size_t keys = 0;
    for (size_t k = 0; k < p->keys; k++)
        if (!(without & PARAMETER_BIT(p->key[k])))
            key[keys++] = p->key[k];
    int status = aggregate_partition(&parts, p->a, p->grid, key, keys);
    for (size_t k = 0; k < parts.count && status == SWEEP_OK; k++)
        spread_rows(p, parts.member + parts.start[k],
                    parts.start[k + 1] - parts.start[k], without);
    partition_release(&parts);
    return status;
}

/* Once for each set of keys that is without effect on some row. */
static int spread_all(struct placing *p)
{
    uint64_t done = 0;
    int status = SWEEP_OK;
    do {
        uint64_t next = UINT64_MAX;
        for (size_t i = 0; i < p->a->row_count; i++)
            if (p->idle[i] > done && p->idle[i] < next)
                next = p->idle[i];
        done = next;
        if (done < UINT64_MAX)
            status = spread_without(p, done);
    } while (done < UINT64_MAX && status == SWEEP_OK);
    return status;
}

/* Lines all of whose rows stand in others are taken out. */
static void keep_lines(struct placing *p)
{
    size_t kept = 0, values = p->places->values;
    for (size_t line = 0; line < p->groups.count; line++) {
        size_t lead = p->groups.member[p->groups.start[line]];
        bool needed = false;
        for (size_t i = p->groups.start[line]; i < p->groups.start[line + 1]; i++)
            needed |= !p->spread[p->groups.member[i]];
        if (!needed)
            continue;
        p->places->lead[kept] = lead;
        memmove(place_of(p, kept, 0), place_of(p, line, 0),
                values * sizeof *p->places->row);
        kept++;
    }
    p->places->lines = kept;
}

static int reserve_places(struct placing *p)
{
    size_t rows = p->a->row_count;
    struct places *to = p->places;
    to->lines = p->groups.count;
    to->values = p->by_value.count;
    to->lead = memory_array(to->lines, sizeof *to->lead);
    to->first = memory_array(to->values, sizeof *to->first);
    to->row = memory_array(to->lines, to->values * sizeof *to->row);
    p->line = memory_array(rows, sizeof *p->line);
    p->value = memory_array(rows, sizeof *p->value);
    p->idle = memory_array(rows, sizeof *p->idle);
    p->spread = memory_array(rows, sizeof *p->spread);
    return to->lead && to->first && to->row && p->line && p->value && p->idle &&
                   p->spread
               ? SWEEP_OK
               : SWEEP_NO_MEMORY;
}

int places_build(struct places *places, const struct aggregate *a, const struct grid *g,
                 const enum parameter *key, size_t keys, enum parameter pivot)
{
    struct placing p = {places, a, g, key, keys, .pivot = pivot};
    *places = (struct places){0};
    int status = aggregate_partition(&p.groups, a, g, key, keys);
    if (status == SWEEP_OK)
        status =
            aggregate_partition(&p.by_value, a, g, &pivot, pivot != PARAMETER_COUNT);
    if (status == SWEEP_OK)
        status = reserve_places(&p);
    if (status == SWEEP_OK)
        status = order_values(&p);
    if (status == SWEEP_OK) {
        place_rows(&p);
        find_idle(&p);
        status = spread_all(&p);
    }
    if (status == SWEEP_OK)
        keep_lines(&p);
    partition_release(&p.groups);
    partition_release(&p.by_value);
    memory_free(p.line);
    memory_free(p.value);
    memory_free(p.idle);
    memory_free(p.spread);
    return status;
}

void places_release(struct places *p)
{
    memory_free(p->lead);
    memory_free(p->first);
    memory_free(p->row);
}
