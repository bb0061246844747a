/* ledger_private.h - what the files of `ledger` share. */
#ifndef SWEEP_LEDGER_PRIVATE_H
#define SWEEP_LEDGER_PRIVATE_H

#include "sweep/ledger.h"

/* Of a trial: its status plus one, 0 when there is no record, and these. */
enum {
    LEDGER_STATUS = 0x0f,
    LEDGER_OTHERS = 0x10, /* dealt to another shard */
    LEDGER_AGAIN = 0x20,  /* to run again */
    LEDGER_NEW = 0x40     /* added */
};

static inline unsigned char *ledger_trial(const struct ledger *l, size_t cell,
                                          size_t replicate)
{
    return &l->trial[cell * l->grid->replicates + replicate];
}

static inline bool ledger_is_there(unsigned char trial)
{
    return (trial & LEDGER_STATUS) && !(trial & LEDGER_AGAIN);
}

/* A record of the trial, LEDGER_NEW or from a database (0). One that is there stays,
 * but what ran out of memory gives way. SWEEP_OK, SWEEP_NO_MEMORY. */
int ledger_put(struct ledger *l, size_t cell, size_t replicate,
               enum trial_status status, double value, unsigned flags);

/* What the rule is about in a trial, whose cell is one of grid `of`. */
double ledger_value(const struct ledger *l, const struct grid *of, size_t cell,
                    const struct record *r);

#endif
