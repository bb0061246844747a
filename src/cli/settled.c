#include "settled.h"

void print_settled(FILE *stream, const struct until_tally *t, size_t most)
{
    size_t limit = t->by_state[UNTIL_LIMIT], undefined = t->by_state[UNTIL_UNDEFINED];
    const char *before = " (";
    fprintf(stream, ", %zu of %zu cells settled", t->cells - t->by_state[UNTIL_OPEN],
            t->cells);
    if (limit > 0) {
        fprintf(stream, "%s%zu at %zu replicates without the precision", before, limit,
                most);
        before = ", ";
    }
    if (undefined > 0) {
        fprintf(stream, "%s%zu without a value", before, undefined);
        before = ", ";
    }
    if (*before == ',')
        fputc(')', stream);
}

static void describe(const struct until *u, size_t cell, char *text, size_t size)
{
    const char *name = column_table[u->grid->until.column].name;
    double mean, halfwidth;

    until_estimate(u, cell, &mean, &halfwidth);
    if (u->state[cell] == UNTIL_UNDEFINED)
        snprintf(text, size, "cell %zu: no %s in %zu replicates", cell, name,
                 u->need[cell]);
    else
        snprintf(text, size, "cell %zu: %s %.4g +- %.2g after %zu replicates", cell,
                 name, mean, halfwidth, u->need[cell]);
}

void each_imprecise(const struct until *u, const bool *own, size_t limit,
                    void (*line)(void *context, const char *text), void *context)
{
    size_t told = 0;
    char text[160];
    for (size_t cell = 0; cell < u->grid->cell_count; cell++) {
        bool imprecise =
            u->state[cell] == UNTIL_LIMIT || u->state[cell] == UNTIL_UNDEFINED;
        if (!imprecise || (own && !own[cell]) || told++ >= limit)
            continue;
        describe(u, cell, text, sizeof text);
        line(context, text);
    }
    if (told <= limit)
        return;
    snprintf(text, sizeof text, "and %zu cells more", told - limit);
    line(context, text);
}
