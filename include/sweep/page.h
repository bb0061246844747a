/* page.h - all there is to see of a results folder, as one HTML file.
 *
 * What the grid asks, how far it is and what failed, plan and time, figures, the table,
 * where it comes from. The file needs nothing else and asks for nothing: styles, script
 * and figures (SVG) are in it, and its Content-Security-Policy forbids every request and
 * every script but its own, which sorts tables. Without the script, or on paper, no result
 * is missing. Every text is escaped (escape.h), as folders come from strangers.
 *
 * Bounded: a table has its first PAGE_ROWS rows, and of cells with failures the first
 * PAGE_CELLS are listed; what is left out is said, with the command that shows it. While
 * a run works in the folder the page says when it was written and loads itself again every
 * PAGE_REFRESH seconds; its script says when nobody has written it for long.
 */
#ifndef SWEEP_PAGE_H
#define SWEEP_PAGE_H

#include "sweep/aggregate.h"
#include "sweep/ledger.h"
#include "sweep/store.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { PAGE_ROWS = 1000, PAGE_CELLS = 100, PAGE_MAP = 5000, PAGE_REFRESH = 10 };

/* A cell in which trials failed. */
struct page_cell {
    size_t cell;
    size_t by_status[TRIAL_STATUS_COUNT];
    char message[160]; /* of the first of them */
};

/* What the trials of a database say. */
struct page_trials {
    uint32_t *failed; /* (cells) */
    size_t failing;   /* cells with failures */
    struct page_cell listed[PAGE_CELLS];
    double seconds; /* of computing, as far as trials know it */
};

/* A figure as gnuplot made it. */
struct page_picture {
    char *svg; /* from malloc */
};

/* Who writes the page of a run that works. */
enum page_watch {
    PAGE_ONCE,    /* nobody again */
    PAGE_WATCHED, /* somebody again, PAGE_REFRESH seconds later */
    PAGE_LEFT     /* somebody did, and this is the last time */
};

struct page {
    const char *directory; /* as the user named it */
    const struct grid *grid;
    const struct ledger *ledger;
    const struct page_trials *trials;
    const struct aggregate *table;
    struct store *store; /* for what its `meta` says */
    bool running, done;
    enum page_watch watch;
    double now;          /* Unix seconds */
    double first, last;  /* of the last session, Unix seconds, or NAN */
    const char *state;   /* a line of text: how far it is, who works there */
    const char *notices; /* lines: what is to be known of its results */
    const char *log;     /* the last lines of run.log; "" */
    const struct page_picture *picture;
    size_t picture_count;
    const char *no_picture; /* why there is none, or not all; NULL: all are there */
};

/* Read them. SWEEP_OK, SWEEP_INPUT, SWEEP_IO, SWEEP_NO_MEMORY; release in any case. */
int page_trials_read(struct page_trials *t, struct store *s, const struct grid *g,
                     struct diagnostics *log);
void page_trials_release(struct page_trials *t);

/* SWEEP_OK, SWEEP_IO, SWEEP_NO_MEMORY. Errors of the stream are left to its owner
 * (ferror). */
int page_write(FILE *stream, const struct page *p, struct diagnostics *log);

#endif
