#include "on_end.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

void on_end(const struct command *command, const char *words, const char *folder,
            int code)
{
    char status[12];
    if (!words)
        return;
    snprintf(status, sizeof status, "%d", code);
    fflush(NULL);
    int result = -1;
    signal(SIGPIPE, SIG_DFL); /* as the shell expects it */
    signal(SIGXFSZ, SIG_DFL);
    if (setenv("SWEEP_FOLDER", folder, 1) == 0 &&
        setenv("SWEEP_STATUS", status, 1) == 0)
        result = system(words);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    if (result == -1)
        tell(command, "cannot start the command of --on-end");
    else if (WIFSIGNALED(result))
        tell(command, "the command of --on-end was ended by signal %d",
             WTERMSIG(result));
    else if (WEXITSTATUS(result) != 0)
        tell(command, "the command of --on-end ended with status %d",
             WEXITSTATUS(result));
}
