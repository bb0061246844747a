#include "tally.h"

#include "sweep/escape.h"

#include <inttypes.h>

const char *tally_bound(const struct ledger_tally *t)
{
    return t->open ? "at least " : "";
}

void print_trials(FILE *stream, const struct ledger_tally *t)
{
    fprintf(stream, "%zu of %s%zu trials", t->done, tally_bound(t), t->trials);
}

void print_settled(FILE *stream, const struct ledger_tally *t)
{
    size_t limit = t->by_state[UNTIL_LIMIT], undefined = t->by_state[UNTIL_UNDEFINED];
    const char *before = " (";
    if (t->limit == 0)
        return;
    fprintf(stream, ", %zu of %zu cells settled", t->cells - t->by_state[UNTIL_OPEN],
            t->cells);
    if (limit > 0) {
        fprintf(stream, "%s%zu at %zu replicates without the precision", before, limit,
                t->limit);
        before = ", ";
    }
    if (undefined > 0) {
        fprintf(stream, "%s%zu without a value", before, undefined);
        before = ", ";
    }
    if (*before == ',')
        fputc(')', stream);
}

static void describe(const struct ledger *l, size_t cell, char *text, size_t size)
{
    const char *name = results_info(&l->grid->results, l->grid->until.column)->name;
    double mean, halfwidth;

    ledger_estimate(l, cell, &mean, &halfwidth);
    if (l->state[cell] == UNTIL_UNDEFINED)
        snprintf(text, size, "cell %zu: no %s in %" PRIu32 " replicates", cell, name,
                 l->need[cell]);
    else
        snprintf(text, size, "cell %zu: %s %.4g +- %.2g after %" PRIu32 " replicates",
                 cell, name, mean, halfwidth, l->need[cell]);
}

void each_imprecise(const struct ledger *l, size_t limit,
                    void (*line)(void *context, const char *text), void *context)
{
    size_t shown = 0;
    char text[160];
    for (size_t cell = 0; cell < l->grid->cell_count; cell++) {
        bool imprecise =
            l->state[cell] == UNTIL_LIMIT || l->state[cell] == UNTIL_UNDEFINED;
        if (!imprecise || !ledger_owns(l, cell) || shown++ >= limit)
            continue;
        describe(l, cell, text, sizeof text);
        line(context, text);
    }
    if (shown <= limit)
        return;
    snprintf(text, sizeof text, "and %zu cells more", shown - limit);
    line(context, text);
}

static void print_line(void *stream, const char *text)
{
    escape_print(stream, "%s\n", text);
}

void print_imprecise(FILE *stream, const struct ledger *l)
{
    enum { MOST = 20 };
    each_imprecise(l, MOST, print_line, stream);
}
