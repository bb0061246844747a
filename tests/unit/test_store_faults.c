/* A disk that cannot be read, and a --fresh that is killed at any rename. */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define BODY "grid:\n  width: 4\n  step_scale: [0, 1]\n"
enum { TRIALS = 6, PAGE = 4096 };

/* The disk: reads of a database fail from this offset on. */
static sqlite3_int64 broken_from = INT64_MAX;
static size_t pages;
static sqlite3_vfs *disk, failing_disk;
static sqlite3_io_methods sound, failing;

static int failing_read(sqlite3_file *file, void *buffer, int size,
                        sqlite3_int64 offset)
{
    if (offset + size > broken_from)
        return SQLITE_IOERR_READ;
    return sound.xRead(file, buffer, size, offset);
}

static int open_failing(sqlite3_vfs *vfs, const char *name, sqlite3_file *file,
                        int flags, int *out)
{
    (void)vfs;
    int rc = disk->xOpen(disk, name, file, flags, out);
    if (rc != SQLITE_OK || !(flags & SQLITE_OPEN_MAIN_DB))
        return rc;
    sound = failing = *file->pMethods;
    failing.xRead = failing_read;
    file->pMethods = &failing;
    return rc;
}

static void check_blames_disk(int status, const struct diagnostics *log,
                              const char *who)
{
    check_equal(status, SWEEP_IO);
    check_true(log->count == 1 &&
                   strstr(log->item[0].message, "the disk reports an error (") &&
                   !strstr(log->item[0].message, "damaged"),
               "%s, from %lld on: %s", who, (long long)broken_from,
               log->count > 0 ? log->item[0].message : "no message");
}

static int see(void *context, size_t cell, uint64_t replicate, const struct record *r)
{
    (void)cell;
    (void)replicate;
    (void)r;
    ++*(size_t *)context;
    return SWEEP_OK;
}

/* What cannot be read is not damaged: for each page, as a reader and as a writer. */
static void test_disk_errors(void **state)
{
    (void)state;
    struct grid g;
    struct diagnostics log = {0};
    struct stat file;
    struct store *s;
    char path[32], name[64];
    size_t seen = 0;
    fixture_grid(&g, BODY);
    s = fixture_store(fixture_folder(path), &g);
    fixture_fill(s, &g);
    check_equal(store_close(s, &log), SWEEP_OK);
    snprintf(name, sizeof name, "%s/sweep.db", path);
    stat(name, &file);

    disk = sqlite3_vfs_find(NULL);
    failing_disk = *disk;
    failing_disk.zName = "failing";
    failing_disk.xOpen = open_failing;
    sqlite3_vfs_register(&failing_disk, 1);
    for (broken_from = 0; broken_from < file.st_size; broken_from += PAGE) {
        int status = store_open_readonly(&s, path, &log);
        if (status == SWEEP_OK)
            status = store_each(s, &g, see, &seen, &log);
        check_blames_disk(status, &log, "reader");
        store_close(s, &log);
        diagnostics_release(&log);
        status = store_open(&s, path, &g, NULL, &log);
        check_blames_disk(status, &log, "writer");
        diagnostics_release(&log);
    }
    check_equal(seen, 0);
    pages = (size_t)(broken_from / PAGE);
    broken_from = INT64_MAX;
    check_equal(store_open_readonly(&s, path, &log), SWEEP_OK);
    check_equal(store_each(s, &g, see, &seen, &log), SWEEP_OK);
    check_equal(seen, TRIALS);
    store_close(s, &log);
    sqlite3_vfs_unregister(&failing_disk);
    grid_release(&g);
    fixture_remove(path);
}

/* The program dies in front of so many renames more. */
static int renames_left = -1;

int rename(const char *from, const char *to)
{
    if (renames_left == 0)
        _exit(9);
    if (renames_left > 0)
        renames_left--;
    return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

static int remove_one(const char *path, const struct stat *status, int type,
                      struct FTW *place)
{
    (void)status;
    (void)type;
    (void)place;
    return remove(path);
}

/* A run that died after its last commit: there is a write-ahead log. */
static void leave_results(const char *path, const struct grid *g)
{
    pid_t child = fork();
    if (child == 0) {
        fixture_fill(fixture_store(path, g), g);
        _exit(0);
    }
    int status;
    char name[64];
    waitpid(child, &status, 0);
    snprintf(name, sizeof name, "%s/sweep.db-wal", path);
    check_true(access(name, F_OK) == 0, "there is no log");
}

/* Returns whether it came to its end. */
static bool start_fresh(const char *path, const struct grid *g, int renames)
{
    struct store_options fresh = {.fresh = true};
    struct diagnostics log = {0};
    struct store *s;
    int status;
    pid_t child = fork();
    if (child == 0) {
        renames_left = renames;
        if (store_open(&s, path, g, &fresh, &log) == SWEEP_OK)
            store_close(s, &log);
        _exit(log.count > 0);
    }
    waitpid(child, &status, 0);
    check_true(WIFEXITED(status) && (WEXITSTATUS(status) == 9 || !WEXITSTATUS(status)),
               "rename %d: status %d", renames, status);
    return status == 0;
}

/* Trials of a folder that has its grid; 0 where there is no database. */
static size_t count_trials(const char *path, const struct grid *g)
{
    struct diagnostics log = {0};
    struct store *s;
    char name[512];
    size_t seen = 0;
    snprintf(name, sizeof name, "%s/grid.yaml", path);
    if (access(name, F_OK) == 0 && store_open_readonly(&s, path, &log) == SWEEP_OK) {
        check_equal(store_each(s, g, see, &seen, &log), SWEEP_OK);
        store_close(s, &log);
    }
    diagnostics_release(&log);
    return seen;
}

static size_t count_everywhere(const char *path, const struct grid *g)
{
    struct dirent *entry;
    size_t seen = count_trials(path, g);
    DIR *folder = opendir(path);
    while ((entry = readdir(folder))) {
        char name[512];
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        if (strncmp(entry->d_name, "old-", 4) == 0)
            seen += count_trials(name, g);
    }
    closedir(folder);
    return seen;
}

/* Wherever --fresh dies, the next run finds all of the old results in one place. */
static void test_fresh_is_killed(void **state)
{
    (void)state;
    struct grid g;
    struct diagnostics log = {0};
    char path[32], aside[64];
    bool ended = false;
    int renames = 0;
    fixture_grid(&g, BODY);
    for (; !ended && renames < 20; renames++) {
        leave_results(fixture_folder(path), &g);
        ended = start_fresh(path, &g, renames);
        store_close(fixture_store(path, &g), &log);
        check_equal(count_everywhere(path, &g), TRIALS);
        snprintf(aside, sizeof aside, "%s/old.part", path);
        check_true(access(aside, F_OK) != 0, "old.part is left");
        nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    }
    /* grid.yaml, sweep.db and its two, the folder, and the new grid.yaml. */
    check_equal(renames, 7);
    grid_release(&g);
}

/* The disk does not give the lock's bytes. */
static bool lock_is_unreadable;

ssize_t pread(int descriptor, void *bytes, size_t size, off_t offset)
{
    char link[40], path[512] = "";
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    if (lock_is_unreadable && readlink(link, path, sizeof path - 1) > 0 &&
        strstr(path, "/sweep.lock")) {
        errno = EIO;
        return -1;
    }
    return syscall(SYS_pread64, descriptor, bytes, size, offset);
}

static void check_blames_lock(int status, struct diagnostics *log, const char *who)
{
    check_equal(status, SWEEP_IO);
    check_true(log->count == 1 &&
                   strstr(log->item[0].message, "/sweep.lock': Input/output error"),
               "%s: %s", who, log->count > 0 ? log->item[0].message : "no message");
    diagnostics_release(log);
}

/* A folder whose holder cannot be read is not a free one, with and without locks. */
static void test_unreadable_lock(void **state)
{
    (void)state;
    struct grid g;
    struct diagnostics log = {0};
    struct store_holder holder;
    struct store *s;
    struct stat file;
    char path[32], name[64];
    fixture_grid(&g, BODY);
    store_close(fixture_store(fixture_folder(path), &g), &log);
    snprintf(name, sizeof name, "%s/sweep.lock", path);
    FILE *lock = fopen(name, "w");
    fputs("other 1 1 boot 2026-01-01T00:00:00Z\n", lock);
    fclose(lock);
    lock_is_unreadable = true;
    for (int locks = 1; locks >= 0; locks--) {
        check_blames_lock(store_holder(path, &holder, &log), &log, "who holds it");
        check_blames_lock(store_open(&s, path, &g, NULL, &log), &log, "writer");
        if (locks)
            setenv("SWEEP_NO_LOCKS", "1", 1);
    }
    check_blames_lock(store_open_readonly(&s, path, &log), &log, "reader");
    lock_is_unreadable = false;
    unsetenv("SWEEP_NO_LOCKS");
    check_true(stat(name, &file) == 0 && file.st_size == 36, "the lock was changed");
    unlink(name);
    fixture_remove(path);
    grid_release(&g);
}

static void check_fresh_refused(const char *path, const struct grid *g,
                                const char *message)
{
    struct diagnostics log = {0};
    struct store_options fresh = {.fresh = true};
    struct store *s;
    check_equal(store_open(&s, path, g, &fresh, &log), SWEEP_IO);
    check_true(log.count == 1 && strstr(log.item[0].message, message), "%s",
               log.count > 0 ? log.item[0].message : "no message");
    diagnostics_release(&log);
}

/* What was moved before is never overwritten, and the message says what to do. */
static void test_aside_is_taken(void **state)
{
    (void)state;
    struct grid g;
    struct diagnostics log = {0};
    char path[32], name[64];
    fixture_grid(&g, BODY);
    struct store *s = fixture_store(fixture_folder(path), &g);
    fixture_fill(s, &g);
    store_close(s, &log);
    snprintf(name, sizeof name, "%s/old.part", path);
    fclose(fopen(name, "w"));
    check_fresh_refused(path, &g, "/old.part' is in the way");
    unlink(name);
    mkdir(name, 0777);
    snprintf(name, sizeof name, "%s/old.part/sweep.db-wal", path);
    fclose(fopen(name, "w"));
    snprintf(name, sizeof name, "%s/sweep.db-wal", path);
    fclose(fopen(name, "w"));
    check_fresh_refused(path, &g,
                        "/old.part/sweep.db-wal', and either may hold trials; move one "
                        "of them elsewhere and run again");
    check_equal(count_trials(path, &g), TRIALS);
    nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    grid_release(&g);
}

static void test_case_count(void **state)
{
    (void)state;
    check_cases(64 + 4 * pages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_disk_errors),     cmocka_unit_test(test_fresh_is_killed),
        cmocka_unit_test(test_unreadable_lock), cmocka_unit_test(test_aside_is_taken),
        cmocka_unit_test(test_case_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
