#include "sweep/outfile.h"

#include "sweep/infile.h"
#include "sweep/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Room behind the path for the process, an attempt and the ending of a temporary. */
enum { SUFFIX_SIZE = 48, ATTEMPTS = 100 };

static int report_write(const char *path, int reason, struct diagnostics *log)
{
    diagnostics_add(log, NULL, 0, 0, "cannot write '%s': %s", path, strerror(reason));
    return reason == ENOMEM ? SWEEP_NO_MEMORY : SWEEP_IO;
}

/* "table.tsv.123-0.tmp" of "table.tsv"? */
static bool is_temporary(const char *entry, const char *name)
{
    size_t length = strlen(name);
    int end = 0;
    if (strncmp(entry, name, length) != 0)
        return false;
    (void)sscanf(entry + length, ".%*[0-9]-%*[0-9].tmp%n", &end);
    return end > 0 && entry[length + (size_t)end] == '\0';
}

/* A writer holds the lock on its temporary: what can be locked was left by one that was
 * killed. Where there are no locks it stays. */
static void remove_if_left(int folder, const char *entry)
{
    int descriptor =
        openat(folder, entry, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (descriptor < 0)
        return;
    if (flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        unlinkat(folder, entry, 0);
    close(descriptor);
}

static void remove_left(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(name - path) : 1,
             slash ? path : ".");
    DIR *stream = opendir(folder);
    if (!stream)
        return;
    for (struct dirent *entry; (entry = readdir(stream));)
        if (is_temporary(entry->d_name, name))
            remove_if_left(dirfd(stream), entry->d_name);
    closedir(stream);
}

/* Whether the new file is ours, and not just being removed by another writer. */
static bool hold(int descriptor)
{
    struct stat info;
    bool locked = flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
    return locked && fstat(descriptor, &info) == 0 && info.st_nlink > 0;
}

/* A new file beside the target, with the permissions any new file would have (which
 * mkstemp does not give). A descriptor, or -1 and errno. */
static int create_temporary(struct outfile *out)
{
    size_t size = strlen(out->path) + SUFFIX_SIZE;
    char *name = memory_array(size, 1);
    int descriptor = -1;

    if (!name) {
        errno = ENOMEM;
        return -1;
    }
    for (int i = 0; i < ATTEMPTS && descriptor < 0; i++) {
        snprintf(name, size, "%s.%ld-%d.tmp", out->path, (long)getpid(), i);
        descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor < 0 && errno != EEXIST)
            break;
        if (descriptor >= 0 && !hold(descriptor)) {
            close(descriptor);
            descriptor = -1;
            errno = EEXIST;
        }
    }
    if (descriptor >= 0) {
        out->temporary = name;
    } else {
        int reason = errno;

        memory_free(name);
        errno = reason;
    }
    return descriptor;
}

int outfile_open(struct outfile *out, const char *path, struct diagnostics *log)
{
    int descriptor, reason;

    *out = (struct outfile){.path = memory_string(path)};
    if (!out->path)
        return report_write(path, ENOMEM, log);
    const char *obstacle = *path ? infile_obstacle(path) : strerror(ENOENT);
    if (obstacle) {
        diagnostics_add(log, NULL, 0, 0, "cannot write '%s': %s", path, obstacle);
        outfile_discard(out);
        return SWEEP_IO;
    }
    remove_left(path);
    descriptor = create_temporary(out);
    if (descriptor >= 0)
        out->stream = fdopen(descriptor, "w");
    if (out->stream)
        return SWEEP_OK;

    reason = errno;
    if (descriptor >= 0)
        close(descriptor);
    outfile_discard(out);
    return report_write(path, reason, log);
}

/* Flush, sync and close. 0 or an errno. */
static int finish_stream(struct outfile *out)
{
    FILE *stream = out->stream;
    int reason = 0;

    out->stream = NULL;
    if (fflush(stream) != 0)
        reason = errno;
    else if (ferror(stream))
        reason = EIO; /* an earlier write failed, its errno is gone */
    else if (fsync(fileno(stream)) != 0)
        reason = errno;
    if (fclose(stream) != 0 && reason == 0)
        reason = errno;
    return reason;
}

/* Make a rename inside the folder outlast a power cut. Some file systems cannot; the
 * target is whole either way, so this is not an error. */
static void sync_folder(const char *folder)
{
    int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (descriptor < 0)
        return;
    fsync(descriptor);
    close(descriptor);
}

int outfile_open_in(struct outfile *out, const char *directory, const char *name,
                    struct diagnostics *log)
{
    char *path;

    *out = (struct outfile){0};
    if (asprintf(&path, "%s/%s", directory, name) < 0)
        return diagnostics_no_memory(log, NULL);
    int status = outfile_open(out, path, log);
    free(path);
    return status;
}

int outfile_commit(struct outfile *out, struct diagnostics *log)
{
    int reason = finish_stream(out);
    int status = SWEEP_OK;

    if (reason == 0) {
        if (rename(out->temporary, out->path) == 0) {
            sync_folder(dirname(out->temporary));
            memory_free(out->temporary);
            out->temporary = NULL;
        } else {
            reason = errno;
        }
    }
    if (reason != 0)
        status = report_write(out->path, reason, log);
    outfile_discard(out);
    return status;
}

void outfile_discard(struct outfile *out)
{
    if (out->stream)
        fclose(out->stream);
    if (out->temporary)
        unlink(out->temporary);
    memory_free(out->temporary);
    memory_free(out->path);
    *out = (struct outfile){0};
}

int outfile_folder(const char *directory, struct diagnostics *log)
{
    char *path = memory_string(directory);
    if (!path)
        return diagnostics_no_memory(log, NULL);
    int error = 0; /* the first that is not "it exists" */
    for (char *end = path; *end;) {
        end += strspn(end, "/");
        end += strcspn(end, "/");
        char kept = *end;
        *end = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST && error == 0)
            error = errno;
        *end = kept;
    }
    memory_free(path);
    struct stat info;
    if (stat(directory, &info) == 0 && S_ISDIR(info.st_mode))
        return SWEEP_OK;
    diagnostics_add(log, NULL, 0, 0, "cannot create the folder '%s': %s", directory,
                    strerror(error ? error : ENOTDIR));
    return SWEEP_IO;
}
