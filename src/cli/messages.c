#include "cli.h"

#include "sweep/escape.h"
#include <stdarg.h>

enum { MOST_MESSAGES = 20 };

void tell(const struct command *command, const char *format, ...)
{
    va_list arguments;
    fprintf(stderr, "sweep%s%s: ", command ? " " : "", command ? command->name : "");
    va_start(arguments, format);
    escape_vprint(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

static int exit_code_of(int status)
{
    switch (status) {
    case SWEEP_OK:
        return EXIT_DONE;
    case SWEEP_INPUT:
        return EXIT_USAGE;
    case SWEEP_STOPPED:
        return EXIT_STOPPED;
    default:
        return EXIT_BROKEN;
    }
}

int give_up(const struct command *command, int status, struct diagnostics *log)
{
    size_t shown = log->count < MOST_MESSAGES ? log->count : MOST_MESSAGES;
    size_t hidden = log->count - shown + log->lost;

    for (size_t i = 0; i < shown; i++) {
        char text[2048];
        if (log->item[i].file)
            escape_print(stderr, "%s\n",
                         diagnostic_text(&log->item[i], text, sizeof text));
        else
            tell(command, "%s", log->item[i].message);
    }
    if (shown == 0)
        tell(command, "%s", status_name(status));
    else if (hidden > 0)
        tell(command, "and %zu more error%s", hidden, hidden == 1 ? "" : "s");
    diagnostics_release(log);
    return exit_code_of(status);
}
