#include "cli.h"

#include "report.h"
#include "sweep/escape.h"
#include "sweep/page.h"
#include <unistd.h>

int cmd_report(const struct command *self, const struct arguments *args)
{
    const char *directory = args->operand[0], *path = args->value[OPTION_PAGE];
    struct diagnostics log = {0};
    struct state state;
    struct state_watch seen = {0};
    int status = report_write(directory, path, &state, &log);
    while (args->value[OPTION_WATCH] && status == SWEEP_OK &&
           state_goes_on(&seen, &state, PAGE_REFRESH)) {
        sleep(PAGE_REFRESH);
        status = report_write(directory, path, &state, &log);
    }
    if (status != SWEEP_OK)
        return give_up(self, status, &log);
    escape_print(stderr, "report: %s%s\n", path ? path : directory,
                 path ? "" : "/report.html");
    return EXIT_DONE;
}
