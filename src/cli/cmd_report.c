#include "cli.h"

#include "report.h"
#include "signals.h"
#include "sweep/escape.h"
#include <unistd.h>

/* Write the page until nobody works any more; where that is ended before, or nothing
 * comes any more, once more, for it is nobody's then. */
static int watch(const char *directory, const char *path, struct state *state,
                 struct diagnostics *log)
{
    struct state_watch seen = {0};
    enum page_watch by = PAGE_WATCHED;
    signals_watch();
    for (;;) {
        int status = report_write(directory, path, by, state, log);
        if (status != SWEEP_OK || by == PAGE_LEFT || !state_is_open(state))
            return status;
        if (!state_goes_on(&seen, state, PAGE_REFRESH))
            by = PAGE_LEFT;
        else if (!signals_stop)
            sleep(PAGE_REFRESH);
        if (signals_stop)
            by = PAGE_LEFT;
    }
}

int cmd_report(const struct command *self, const struct arguments *args)
{
    const char *directory = args->operand[0], *path = args->value[OPTION_PAGE];
    struct diagnostics log = {0};
    struct state state;
    int status = args->value[OPTION_WATCH]
                     ? watch(directory, path, &state, &log)
                     : report_write(directory, path, PAGE_ONCE, &state, &log);
    if (status != SWEEP_OK)
        return give_up(self, status, &log);
    escape_print(stderr, "report: %s%s\n", path ? path : directory,
                 path ? "" : "/report.html");
    signals_die();
    return EXIT_DONE;
}
