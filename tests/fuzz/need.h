/* need.h - what has to hold, and what holds of every message. */
#ifndef FUZZ_NEED_H
#define FUZZ_NEED_H

#include "sweep/status.h"

static inline void need(int held)
{
    if (!held)
        __builtin_trap();
}

/* One line each, that a terminal can show. */
static inline void check_messages(const struct diagnostics *log)
{
    for (size_t i = 0; i < log->count; i++) {
        char line[1024];

        diagnostic_text(&log->item[i], line, sizeof line);
        for (const char *c = line; *c; c++)
            need((unsigned char)*c >= ' ');
    }
}

#endif
