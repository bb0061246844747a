#include "signals.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

/* What a handler may touch. */
_Static_assert(ATOMIC_BOOL_LOCK_FREE == 2 && ATOMIC_INT_LOCK_FREE == 2,
               "signals need atomics without locks");

atomic_bool signals_stop;
static atomic_int received; /* by whichever thread the signal came to */

static const int watched[] = {SIGINT, SIGTERM, SIGUSR1};

static void note(int number)
{
    received = number;
    signals_stop = true;
}

void signals_watch(void)
{
    for (size_t i = 0; i < sizeof watched / sizeof watched[0]; i++) {
        struct sigaction old, new = {.sa_handler = note};
        new.sa_flags = (int)(SA_RESTART | SA_RESETHAND);
        sigemptyset(&new.sa_mask);
        if (sigaction(watched[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(watched[i], &new, NULL);
    }
}

const char *signals_name(void)
{
    return received == SIGINT ? "SIGINT" : received == SIGTERM ? "SIGTERM" : "SIGUSR1";
}

void signals_die(void)
{
    if (received != SIGINT && received != SIGTERM)
        return;
    signal(received, SIG_DFL);
    raise(received);
}
