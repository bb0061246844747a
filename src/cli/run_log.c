#include "run_log.h"

#include "sweep/clock.h"
#include "sweep/escape.h"
#include "sweep/infile.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

FILE *run_log_open(const char *directory, struct diagnostics *log)
{
    char *path;
    if (asprintf(&path, "%s/run.log", directory) < 0) {
        diagnostics_no_memory(log, NULL);
        return NULL;
    }
    const char *obstacle = infile_obstacle(path);
    int flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    int descriptor = obstacle ? -1 : open(path, flags, 0666);
    struct stat info;
    if (descriptor >= 0 && fstat(descriptor, &info) == 0 && info.st_nlink > 1)
        obstacle = "a hard link to a file elsewhere";
    FILE *file = descriptor < 0 || obstacle ? NULL : fdopen(descriptor, "a");
    if (!file)
        diagnostics_add(log, NULL, 0, 0, "cannot open '%s': %s", path,
                        obstacle ? obstacle : strerror(errno));
    if (!file && descriptor >= 0)
        close(descriptor);
    free(path);
    return file;
}

void run_log_line(FILE *file, const char *format, ...)
{
    char now[24];
    va_list arguments;
    fprintf(file, "%s ", clock_utc(now, sizeof now));
    va_start(arguments, format);
    escape_vprint(file, format, arguments);
    va_end(arguments);
    putc('\n', file);
    fflush(file); /* a run that dies still shows how far it came */
}

int run_log_close(FILE *file, struct diagnostics *log)
{
    if (!file)
        return SWEEP_OK;
    int failed = ferror(file);
    if (fclose(file) == 0 && !failed)
        return SWEEP_OK;
    diagnostics_add(log, NULL, 0, 0, "cannot write run.log");
    return SWEEP_IO;
}
