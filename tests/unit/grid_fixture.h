/* grid_fixture.h - grids of a text that must be right. */
#ifndef GRID_FIXTURE_H
#define GRID_FIXTURE_H

#include "check.h"
#include "sweep/grid_yaml.h"

/* Two checks. The caller releases it. */
static inline struct grid read_good(const char *text)
{
    struct diagnostics log = {0};
    struct grid g;
    char message[512] = "";

    check_equal(grid_read_text(&g, "x.yaml", text, strlen(text), &log), SWEEP_OK);
    if (log.count > 0)
        diagnostic_text(&log.item[0], message, sizeof message);
    check_text(message, "");
    diagnostics_release(&log);
    return g;
}

#endif
