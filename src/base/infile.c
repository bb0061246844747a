#include "sweep/infile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char LINK[] = "a symbolic link, which is not followed";

/* NULL: a regular file. */
static const char *wrong_kind(const struct stat *info)
{
    return S_ISREG(info->st_mode)   ? NULL
           : S_ISLNK(info->st_mode) ? LINK
           : S_ISDIR(info->st_mode) ? strerror(EISDIR)
                                    : "not a regular file";
}

const char *infile_obstacle(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0 ? wrong_kind(&info) : NULL;
}

int infile_descriptor(const char *path, enum infile_kind kind, const char **reason)
{
    struct stat info;
    bool stream = kind == INFILE_STREAM && strncmp(path, "/dev/", 5) == 0;
    /* A pipe is opened at once, whether or not somebody writes to it; to a shell's
     * somebody does. */
    int flags = O_RDONLY | O_NOCTTY | O_CLOEXEC | (stream ? 0 : O_NONBLOCK) |
                (kind == INFILE_OWN ? O_NOFOLLOW : 0);
    int descriptor = open(path, flags);

    *reason = NULL;
    if (descriptor < 0) {
        int error = errno;
        *reason = error == ELOOP && kind == INFILE_OWN ? LINK : strerror(error);
        errno = error;
        return -1;
    }
    if (stream)
        return descriptor;
    if (fstat(descriptor, &info) != 0)
        *reason = strerror(errno);
    else
        *reason = wrong_kind(&info);
    if (!*reason)
        return descriptor;
    close(descriptor);
    errno = EINVAL;
    return -1;
}

FILE *infile_open(const char *path, enum infile_kind kind, const char **reason)
{
    int descriptor = infile_descriptor(path, kind, reason);
    if (descriptor < 0)
        return NULL;
    FILE *stream = fdopen(descriptor, "r");
    if (!stream) {
        *reason = strerror(errno);
        close(descriptor);
    }
    return stream;
}

bool infile_pour(FILE *from, FILE *to)
{
    char bytes[1 << 14];
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, from)) > 0;)
        fwrite(bytes, 1, n, to);
    return !ferror(from);
}
