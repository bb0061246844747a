#include "cli.h"

#include "sweep/blas_check.h"
#include "sweep/folder.h"
#include "sweep/platform.h"
#include <errno.h>
#include <fcntl.h>
#include <gsl/gsl_errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Were a standard stream closed, the next file opened would take its number, and what
 * is printed would go into it. */
static void occupy_standard_streams(void)
{
    for (int descriptor = 0; descriptor <= 2; descriptor++)
        if (fcntl(descriptor, F_GETFD) < 0 && errno == EBADF)
            (void)!open("/dev/null", O_RDONLY);
}

/* Whether the linear algebra computes right here; after a message if not. */
static bool blas_is_right(const struct command *command)
{
    struct blas_fault fault;
    const char *kernel = platform_kernel(), *other = platform_other_kernel(kernel);
    char library[64], what_to_do[160] = "install another version of the library";

    if (blas_check(&blas_calls_linked, &fault))
        return true;
    if (other)
        snprintf(what_to_do, sizeof what_to_do,
                 "set another one before starting: OPENBLAS_CORETYPE=%s sweep %s ...",
                 other, command->name);
    tell(command,
         "the BLAS kernel '%s' of %s computes wrong results (%s, off by %.2g); %s",
         kernel, platform_library(library, sizeof library), fault.call, fault.off,
         what_to_do);
    return false;
}

static bool reader_is_gone(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&out, 1, 0) == 1 && out.revents & POLLERR;
}

/* A full disk is a failure; a reader that has seen enough (`| head`) is not. */
static int finish_output(int code)
{
    int earlier = ferror(stdout);
    int reason = fflush(stdout) != 0 ? errno : 0;

    if ((!earlier && !reason) || reader_is_gone())
        return code;
    tell(NULL, "cannot write to standard output%s%s", reason ? ": " : "",
         reason ? strerror(reason) : "");
    return EXIT_BROKEN;
}

/* A command whose operand is a results folder gets that, whatever of it was named. */
static int execute(const struct command *command, struct arguments *args)
{
    struct diagnostics log = {0};
    char *folder = NULL;
    if (!command->reads)
        return command->run(command, args);
    int status = folder_find(&folder, args->operand[0], &log);
    if (status != SWEEP_OK)
        return give_up(command, status, &log);
    args->operand[0] = folder;
    int code = command->run(command, args);
    free(folder);
    return code;
}

static int dispatch(int count, char **word)
{
    const char *name = count > 1 ? word[1] : "help";
    struct arguments args;

    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0 ||
        strcmp(name, "-v") == 0)
        name = "version";
    const struct command *command = command_find(name);
    if (!command || arguments_parse(&args, command, count > 2 ? count - 2 : 0,
                                    word + (count > 2 ? 2 : count)) != 0)
        return EXIT_USAGE;
    if (args.value[OPTION_HELP]) {
        print_command_help(stdout, command);
        return EXIT_DONE;
    }
    if (command->computes && !blas_is_right(command))
        return EXIT_BROKEN;
    return execute(command, &args);
}

int main(int argc, char **argv)
{
    gsl_set_error_handler_off();
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* ulimit -f: a message then says which file it was */
    occupy_standard_streams();
    if (!platform_serial_blas()) {
        tell(NULL, "OpenBLAS does not run in one thread; set OPENBLAS_NUM_THREADS=1");
        return EXIT_BROKEN;
    }
    return finish_output(dispatch(argc, argv));
}
