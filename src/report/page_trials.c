#include "sweep/memory.h"
#include "sweep/page.h"
#include <math.h>
#include <string.h>

static int read_trial(void *context, size_t cell, uint64_t replicate,
                      const struct record *r)
{
    struct page_trials *t = context;
    (void)replicate;
    if (!isnan(r->value[C_SECONDS]))
        t->seconds += r->value[C_SECONDS];
    if (r->status == TRIAL_OK)
        return SWEEP_OK;
    t->failing += t->failed[cell]++ == 0;
    if (t->failing > PAGE_CELLS)
        return SWEEP_OK;
    struct page_cell *c = &t->listed[t->failing - 1]; /* trials come cell by cell */
    if (t->failed[cell] == 1) {
        c->cell = cell;
        memcpy(c->message, r->message, sizeof c->message);
    }
    c->by_status[r->status]++;
    return SWEEP_OK;
}

int page_trials_read(struct page_trials *t, struct store *s, const struct grid *g,
                     struct diagnostics *log)
{
    static const bool wanted[COLUMN_COUNT] = {[C_SECONDS] = true};
    *t = (struct page_trials){0};
    t->failed = memory_array(g->cell_count, sizeof *t->failed);
    if (!t->failed)
        return diagnostics_no_memory(log, NULL);
    return store_each_of(s, g, wanted, read_trial, t, log);
}

void page_trials_release(struct page_trials *t)
{
    memory_free(t->failed);
}
