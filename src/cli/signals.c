#include "signals.h"

#include "cli.h"
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

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

static void watch(void (*handler)(int), int flags)
{
    for (size_t i = 0; i < sizeof watched / sizeof watched[0]; i++) {
        struct sigaction old, new = {.sa_handler = handler};
        new.sa_flags = flags;
        sigemptyset(&new.sa_mask);
        if (sigaction(watched[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(watched[i], &new, NULL);
    }
}

void signals_watch(void)
{
    watch(note, (int)(SA_RESTART | SA_RESETHAND));
}

void signals_limit(double seconds)
{
    struct sigaction action = {.sa_handler = note, .sa_flags = (int)SA_RESTART};
    struct itimerval once = {0};
    if (isfinite(seconds)) {
        once.it_value.tv_sec = (time_t)fmin(seconds, 1e9);
        once.it_value.tv_usec = (suseconds_t)(1e6 * fmod(seconds, 1));
        sigaction(SIGALRM, &action, NULL);
        if (seconds < 1e-6) /* a timer of 0 is none */
            raise(SIGALRM);
    }
    setitimer(ITIMER_REAL, &once, NULL);
    if (isinf(seconds) && received == SIGALRM) {
        received = 0;
        signals_stop = false;
    }
}

static const char *last_words;

/* Only what a handler may call. */
static void say(const char *text)
{
    (void)!write(STDERR_FILENO, text, strlen(text));
}

static void end(int number)
{
    received = number;
    if (last_words) {
        say("stopped by ");
        say(signals_name());
        say(last_words);
    }
    signals_die();
    _exit(EXIT_STOPPED);
}

void signals_end_at_once(const char *words)
{
    last_words = words;
    watch(end, (int)(SA_RESTART | SA_RESETHAND | SA_NODEFER));
}

const char *signals_name(void)
{
    return received == SIGINT    ? "SIGINT"
           : received == SIGTERM ? "SIGTERM"
           : received == SIGALRM ? "the time limit"
                                 : "SIGUSR1";
}

void signals_die(void)
{
    if (received != SIGINT && received != SIGTERM)
        return;
    signal(received, SIG_DFL);
    raise(received);
}
