#include "draw.h"

#include "sweep/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of what gnuplot says; the problem comes first. */
enum { MOST_BYTES = 2000 };

/* 0, or an errno when it could not be started. What it prints goes to `said`. */
static int start(pid_t *child, const char *script, const char *picture, FILE *said)
{
    char *const words[] = {(char *)"gnuplot", (char *)"-d",    (char *)"-c",
                           (char *)script,    (char *)picture, NULL};
    posix_spawn_file_actions_t actions;
    int failed = posix_spawn_file_actions_init(&actions);
    if (failed)
        return failed;
    failed = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    for (int stream = 1; stream <= 2 && !failed; stream++)
        failed = posix_spawn_file_actions_adddup2(&actions, fileno(said), stream);
    if (!failed)
        failed = posix_spawnp(child, words[0], &actions, NULL, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}

/* Blank lines and those that point a caret at a place are left out. */
static void report(const char *script, FILE *said, struct diagnostics *log)
{
    char text[MOST_BYTES + 1], *rest = text;
    rewind(said);
    text[fread(text, 1, MOST_BYTES, said)] = '\0';
    diagnostics_add(log, NULL, 0, 0, "gnuplot failed on '%s'", script);
    for (char *line; (line = strsep(&rest, "\n"));)
        if (line[strspn(line, " ^\r")])
            diagnostics_add(log, NULL, 0, 0, "gnuplot: %s", line);
}

static int wait_for(pid_t child)
{
    int result;
    while (waitpid(child, &result, 0) < 0)
        if (errno != EINTR)
            return -1;
    return result;
}

static int draw(const char *script, const char *picture, FILE *said,
                struct diagnostics *log)
{
    struct stat info;
    pid_t child;
    int failed = start(&child, script, picture, said);
    if (failed) {
        diagnostics_add(log, NULL, 0, 0,
                        failed == ENOENT
                            ? "gnuplot is not installed: install it (Debian: apt-get "
                              "install gnuplot-nox), then: gnuplot %s"
                            : "cannot start gnuplot on %s: %s",
                        script, strerror(failed));
        return SWEEP_IO;
    }
    int result = wait_for(child);
    bool empty =
        stat(picture, &info) != 0 || (S_ISREG(info.st_mode) && info.st_size == 0);
    if (result == 0 && !empty)
        return SWEEP_OK;
    report(script, said, log);
    return SWEEP_IO;
}

int draw_picture(const char *script, const char *picture, struct diagnostics *log)
{
    struct outfile out = {0};
    FILE *said = tmpfile();
    if (!said) {
        diagnostics_add(log, NULL, 0, 0, "cannot make a temporary file: %s",
                        strerror(errno));
        return SWEEP_IO;
    }
    int status = outfile_open(&out, picture, log);
    if (status == SWEEP_OK)
        status = draw(script, out.temporary ? out.temporary : picture, said, log);
    if (status == SWEEP_OK)
        status = outfile_commit(&out, log);
    outfile_discard(&out);
    fclose(said);
    return status;
}
