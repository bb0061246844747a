/* state.h - how far a results folder is and who works in it, for people. */
#ifndef SWEEP_STATE_H
#define SWEEP_STATE_H

#include "sweep/ledger.h"
#include "sweep/store.h"
#include <stdio.h>

/* What one folder, or all, hold. */
struct state {
    struct ledger_tally tally;
    double trial_rate; /* of the last session; of those now running */
    double work_left, work_rate;
    bool running;       /* somebody works here */
    bool unseen;        /* or on another machine, as far as can be seen from here */
    bool absent;        /* shards have not begun */
    double first, last; /* session: its start, the last commit; Unix seconds */
    char note[GRID_NOTE_SIZE];
    struct store_holder holder;
};

/* A folder of trials, read. */
struct reading {
    struct grid grid;
    struct plan plan;
    struct ledger ledger;
};

/* All trials are there. */
bool state_is_done(const struct state *s);

/* Somebody works, or may do so on another machine, as trials are missing. */
bool state_is_open(const struct state *s);

/* What a watcher remembers between two looks; {0} before the first. */
struct state_watch {
    size_t done;
    int quiet; /* seconds without a new trial */
};

/* Whether to look again, `pause` seconds after the last look: somebody works. Whether a
 * process of another machine still does shows in its results alone. */
bool state_goes_on(struct state_watch *w, const struct state *s, int pause);

/* Read what a folder of trials holds; close the reading in any case. SWEEP_OK,
 * SWEEP_INPUT, SWEEP_IO, SWEEP_NO_MEMORY. */
int state_look(const char *directory, struct reading *r, struct state *state,
               struct diagnostics *log);

void reading_close(struct reading *r);

/* "results/x: 40 of 90 trials done, 50 missing; 2.1 trials/s, 24 s left; process ..." */
void state_print(FILE *stream, const char *directory, const struct state *s);

#endif
