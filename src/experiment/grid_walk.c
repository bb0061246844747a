#include "grid_walk.h"
#include <string.h>

void walk_report(struct walk *w, size_t line, size_t column, const char *message)
{
    const struct diagnostics *log = w->log;

    w->status = SWEEP_INPUT;
    for (size_t i = 0; i < log->count; i++) {
        if (log->item[i].line == line && log->item[i].column == column &&
            strcmp(log->item[i].message, message) == 0)
            return;
    }
    w->errors++;
    diagnostics_add(w->log, w->g->file, line, column, "%s", message);
}

bool walk_advance(const struct grid *g, uint64_t moving, size_t *position)
{
    for (size_t a = g->axis_count; a-- > 0;) {
        if (!(moving >> a & 1))
            continue;
        if (++position[a] < g->axes[a].count)
            return true;
        position[a] = 0;
    }
    return false;
}

uint64_t walk_parameters(const struct axis *axis)
{
    uint64_t set = 0;

    for (size_t k = 0; k < axis->width; k++)
        set |= PARAMETER_BIT(axis->parameter[k]);
    return set;
}
