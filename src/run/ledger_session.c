#include "sweep/ledger.h"

#include <math.h>
#include <stdio.h>

/* In `meta`: ledger_work_done at the start. */
static const char WORK[] = "session_work";

int ledger_begin_session(const struct ledger *l, struct store *s,
                         struct diagnostics *log)
{
    char work[32];
    int status = store_begin_session(s, ledger_rest(l, LEDGER_DEALT, NULL).trials, log);
    snprintf(work, sizeof work, "%.17g", ledger_work_done(l));
    return status == SWEEP_OK ? store_set_meta(s, WORK, work, log) : status;
}

static double rate_of(double amount, double seconds)
{
    return amount > 0 && seconds > 0 ? amount / seconds : 0;
}

int ledger_session(const struct ledger *l, struct store *s,
                   struct ledger_session *session, struct diagnostics *log)
{
    struct store_counts counts;
    double work = NAN; /* at the start, if the program that wrote there said so */
    int status = store_count(s, &counts, log);
    if (status == SWEEP_OK)
        status = store_meta_amount(s, WORK, &work, log);
    double seconds = counts.last - counts.first;
    double trials = (double)counts.done - (double)counts.done_at_first;
    *session =
        (struct ledger_session){counts.first, counts.last, rate_of(trials, seconds),
                                rate_of(ledger_work_done(l) - work, seconds)};
    return status;
}
