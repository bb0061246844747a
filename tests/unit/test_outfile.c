/* Each test works in an empty folder of its own, which its teardown finds without any
 * temporary and removes. */
#include "sweep/outfile.h"

#include "check.h"
#include "sweep/infile.h"
#include "sweep/memory.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/test_outfile.XXXXXX";
static char target[PATH_MAX];
static struct diagnostics diagnosed;

static int enter_folder(void **state)
{
    (void)state;
    strcpy(strrchr(folder, '.'), ".XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(target, sizeof target, "%s/table.tsv", folder);
    return 0;
}

static int leave_folder(void **state)
{
    (void)state;
    diagnostics_release(&diagnosed);
    return remove(target) == 0 ? rmdir(folder) : -1;
}

static void set_content(const char *text)
{
    FILE *file = fopen(target, "w");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void check_content(const char *expected)
{
    char text[256];
    FILE *file = fopen(target, "r");
    size_t length;

    assert_non_null(file);
    length = fread(text, 1, sizeof text - 1, file);
    text[length] = '\0';
    fclose(file);
    check_text(text, expected);
}

static size_t count_files(void)
{
    DIR *stream = opendir(folder);
    size_t count = 0;

    assert_non_null(stream);
    for (struct dirent *entry; (entry = readdir(stream));)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(stream);
    return count;
}

/* One diagnostic: cannot write 'PATH': REASON. */
static void check_reason(const char *path, const char *reason)
{
    char message[PATH_MAX + 64];

    snprintf(message, sizeof message, "cannot write '%s': %s", path, reason);
    check_equal(diagnosed.count, 1);
    check_text(diagnosed.count ? diagnosed.item[0].message : NULL, message);
    diagnostics_release(&diagnosed);
}

static void check_empty(const struct outfile *out)
{
    check_true(!out->stream && !out->path && !out->temporary, "not released");
}

static void test_new_file(void **state)
{
    struct outfile out;
    struct stat status;
    mode_t mask = umask(027);

    (void)state;
    check_equal(outfile_open(&out, target, &diagnosed), SWEEP_OK);
    check_true(access(target, F_OK) != 0, "the target is there before commit");
    fputs("new", out.stream);
    check_equal(outfile_commit(&out, &diagnosed), SWEEP_OK);
    umask(mask);
    check_empty(&out);
    check_content("new");
    check_equal(count_files(), 1);
    check_equal(stat(target, &status), 0);
    check_equal(status.st_mode & 0777, 0640);
    check_equal(diagnosed.count, 0);
    outfile_discard(&out);
}

static void test_replace(void **state)
{
    struct outfile out;

    (void)state;
    set_content("old and longer");
    check_equal(outfile_open(&out, target, &diagnosed), SWEEP_OK);
    fputs("new", out.stream);
    fflush(out.stream);
    check_content("old and longer");
    check_equal(outfile_commit(&out, &diagnosed), SWEEP_OK);
    check_content("new");
    check_equal(count_files(), 1);
}

static void test_discard(void **state)
{
    struct outfile out = {0};

    (void)state;
    outfile_discard(&out);
    set_content("old");
    check_equal(outfile_open(&out, target, &diagnosed), SWEEP_OK);
    fputs("new", out.stream);
    check_equal(count_files(), 2);
    outfile_discard(&out);
    check_empty(&out);
    check_content("old");
    check_equal(count_files(), 1);
    check_equal(diagnosed.count, 0);
}

/* A temporary that is already there, of a crash or another writer, is left alone. */
static void test_two_writers(void **state)
{
    struct outfile first, second;

    (void)state;
    check_equal(outfile_open(&first, target, &diagnosed), SWEEP_OK);
    check_equal(outfile_open(&second, target, &diagnosed), SWEEP_OK);
    fputs("first", first.stream);
    fputs("second", second.stream);
    check_equal(outfile_commit(&second, &diagnosed), SWEEP_OK);
    check_content("second");
    check_equal(outfile_commit(&first, &diagnosed), SWEEP_OK);
    check_content("first");
    check_equal(count_files(), 1);
}

/* A path without a folder is one in the current folder. */
static void test_relative(void **state)
{
    struct outfile out;
    char *before = getcwd(NULL, 0);

    (void)state;
    check_equal(chdir(folder), 0);
    check_equal(outfile_open(&out, "table.tsv", &diagnosed), SWEEP_OK);
    fputs("here", out.stream);
    check_equal(outfile_commit(&out, &diagnosed), SWEEP_OK);
    check_equal(chdir(before), 0);
    free(before);
    check_content("here");
}

static void test_no_folder(void **state)
{
    struct outfile out;
    char path[PATH_MAX + 16];

    (void)state;
    set_content("old");
    snprintf(path, sizeof path, "%s/none/table.tsv", folder);
    check_equal(outfile_open(&out, path, &diagnosed), SWEEP_IO);
    check_empty(&out);
    check_reason(path, "No such file or directory");
    snprintf(path, sizeof path, "%s/table.tsv", target);
    check_equal(outfile_open(&out, path, &diagnosed), SWEEP_IO);
    check_reason(path, "Not a directory");
    check_equal(outfile_open(&out, "", &diagnosed), SWEEP_IO);
    check_reason("", "No such file or directory");
    check_content("old");
}

static void test_target_is_folder(void **state)
{
    struct outfile out;

    (void)state;
    check_equal(mkdir(target, 0777), 0);
    check_equal(outfile_open(&out, target, &diagnosed), SWEEP_IO);
    check_empty(&out);
    check_reason(target, "Is a directory");
    check_equal(count_files(), 1);
}

/* The target becomes a folder while the file is being written. */
static void test_rename_fails(void **state)
{
    struct outfile out;

    (void)state;
    check_equal(outfile_open(&out, target, &diagnosed), SWEEP_OK);
    fputs("new", out.stream);
    check_equal(mkdir(target, 0777), 0);
    check_equal(outfile_commit(&out, &diagnosed), SWEEP_IO);
    check_empty(&out);
    check_reason(target, "Is a directory");
    check_equal(count_files(), 1);
}

/* Few bytes fail when flushed, many already when written. */
static void test_file_too_large(void **state)
{
    static const size_t lines[] = {200, 20000};
    struct rlimit before, small;
    struct outfile out;

    (void)state;
    set_content("old");
    signal(SIGXFSZ, SIG_IGN);
    check_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = (struct rlimit){.rlim_cur = 1000, .rlim_max = before.rlim_max};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        int status;

        check_equal(outfile_open(&out, target, &diagnosed), SWEEP_OK);
        setrlimit(RLIMIT_FSIZE, &small);
        for (size_t line = 0; line < lines[i]; line++)
            fprintf(out.stream, "line %zu\n", line);
        status = outfile_commit(&out, &diagnosed);
        setrlimit(RLIMIT_FSIZE, &before);
        check_equal(status, SWEEP_IO);
        check_empty(&out);
        check_reason(target, "File too large");
        check_content("old");
        check_equal(count_files(), 1);
    }
}

/* An error in the middle is not forgotten, though what follows is written. */
static void test_earlier_error(void **state)
{
    struct outfile out;
    struct rlimit before, none;

    (void)state;
    set_content("old");
    signal(SIGXFSZ, SIG_IGN);
    check_equal(outfile_open(&out, target, &diagnosed), SWEEP_OK);
    check_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    none = (struct rlimit){.rlim_cur = 0, .rlim_max = before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &none);
    fputs("lost", out.stream);
    fflush(out.stream);
    setrlimit(RLIMIT_FSIZE, &before);
    fputs("kept", out.stream);
    check_equal(outfile_commit(&out, &diagnosed), SWEEP_IO);
    check_reason(target, "Input/output error");
    check_content("old");
}

/* A link, a pipe and a device are neither followed, nor opened, nor replaced. */
static void test_no_file(void **state)
{
    static const char *const links[] = {"/dev/full", "victim", "nowhere"};
    struct outfile out;
    struct stat status;
    char victim[PATH_MAX];

    (void)state;
    snprintf(victim, sizeof victim, "%s/victim", folder);
    fclose(fopen(victim, "w"));
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        check_equal(symlink(links[i], target), 0);
        check_equal(outfile_open(&out, target, &diagnosed), SWEEP_IO);
        check_empty(&out);
        check_reason(target, "a symbolic link, which is not followed");
        check_equal(lstat(target, &status), 0);
        check_true(S_ISLNK(status.st_mode), "the link was replaced");
        check_equal(count_files(), 2);
        check_equal(unlink(target), 0);
    }
    check_equal(mkfifo(target, 0666), 0);
    check_equal(outfile_open(&out, target, &diagnosed), SWEEP_IO);
    check_reason(target, "not a regular file");
    check_equal(outfile_open(&out, "/dev/null", &diagnosed), SWEEP_IO);
    check_reason("/dev/null", "not a regular file");
    check_equal(stat(victim, &status), 0);
    check_equal(status.st_size, 0);
    check_equal(unlink(victim), 0);
}

/* What a killed writer left is removed by the next; other files are not. */
static void test_left_behind(void **state)
{
    static const char *const names[] = {
        "table.tsv.1-0.tmp", "table.tsv.4294967295-17.tmp", "table.tsv.1-0.tmp.bak",
        "table.tsv.old.tmp", "able.tsv.1-0.tmp"};
    char path[PATH_MAX + 32];
    struct outfile out, other;

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        fclose(fopen(path, "w"));
    }
    check_equal(outfile_open(&out, target, &diagnosed), SWEEP_OK);
    check_equal(count_files(), 4);
    check_equal(outfile_open(&other, target, &diagnosed), SWEEP_OK);
    check_equal(count_files(), 5); /* a living writer keeps its own */
    outfile_discard(&other);
    check_equal(outfile_commit(&out, &diagnosed), SWEEP_OK);
    check_equal(diagnosed.count, 0);
    for (size_t i = 0; i < 5; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        check_equal(unlink(path), i < 2 ? -1 : 0);
    }
}

/* Only regular files are read; a link to one where the user may have put it. */
static void test_infile(void **state)
{
    const char *reason;
    char link[PATH_MAX];
    FILE *stream;

    (void)state;
    snprintf(link, sizeof link, "%s/link", folder);
    check_true(!infile_open(target, INFILE_OWN, &reason), "nothing is there");
    check_text(reason, "No such file or directory");
    set_content("text");
    check_equal(symlink(target, link), 0);
    for (int own = 0; own < 2; own++) {
        enum infile_kind kind = own ? INFILE_OWN : INFILE_NAMED;
        stream = infile_open(target, kind, &reason);
        check_true(stream && getc(stream) == 't', "not read");
        fclose(stream);
        stream = infile_open(link, kind, &reason);
        check_equal(!stream, own);
        if (stream)
            fclose(stream);
        else
            check_text(reason, "a symbolic link, which is not followed");
        check_equal(infile_descriptor(folder, kind, &reason), -1);
        check_text(reason, "Is a directory");
    }
    check_equal(unlink(target) + mkfifo(target, 0666), 0);
    check_equal(infile_descriptor(target, INFILE_OWN, &reason), -1);
    check_text(reason, "not a regular file");
    check_equal(infile_descriptor("/dev/zero", INFILE_NAMED, &reason), -1);
    check_equal(unlink(link), 0);
}

/* What is left of a file; an error of the reader is no end. */
static void test_pour(void **state)
{
    const char *reason;
    char copy[16] = "";
    (void)state;
    set_content("text");
    FILE *from = infile_open(target, INFILE_OWN, &reason);
    FILE *to = fmemopen(copy, sizeof copy, "w");
    check_equal(getc(from), 't');
    check_true(infile_pour(from, to) && fflush(to) == 0, "not copied");
    check_text(copy, "ext");
    fclose(from);
    from = fopen(target, "a"); /* not to read */
    check_true(!infile_pour(from, to), "an end without a beginning");
    check_equal(errno, EBADF);
    fclose(from);
    fclose(to);
}

/* The copy of the path and the name of the temporary, in turn. */
static void test_no_memory(void **state)
{
    struct outfile out;

    (void)state;
    set_content("old");
    for (long k = 0; k < 2; k++) {
        memory_fail_after(k);
        check_equal(outfile_open(&out, target, &diagnosed), SWEEP_NO_MEMORY);
        check_empty(&out);
        check_reason(target, "Cannot allocate memory");
        check_equal(count_files(), 1);
    }
    memory_fail_after(2); /* there is no third */
    check_equal(outfile_open(&out, target, &diagnosed), SWEEP_OK);
    memory_fail_after(0);
    check_equal(outfile_commit(&out, &diagnosed), SWEEP_OK);
    memory_fail_after(-1);
    check_content("");
}

static void test_make_folder(void **state)
{
    char path[PATH_MAX + 16], message[2 * PATH_MAX];

    (void)state;
    snprintf(path, sizeof path, "%s/a//b/", folder);
    for (int again = 0; again < 2; again++)
        check_equal(outfile_folder(path, &diagnosed), SWEEP_OK);
    check_equal(rmdir(path), 0);
    *strrchr(path, 'b') = '\0';
    check_equal(rmdir(path), 0);
    check_equal(diagnosed.count, 0);

    set_content("old");
    snprintf(path, sizeof path, "%s/a", target);
    snprintf(message, sizeof message, "cannot create the folder '%s': Not a directory",
             path);
    check_equal(outfile_folder(path, &diagnosed), SWEEP_IO);
    check_equal(diagnosed.count, 1);
    check_text(diagnosed.item[0].message, message);
    memory_fail_after(0);
    check_equal(outfile_folder(folder, &diagnosed), SWEEP_NO_MEMORY);
    memory_fail_after(-1);
    check_content("old");
}

static void test_cases(void **state)
{
    (void)state;
    check_cases(170);
}

#define in_folder(test)                                                                \
    cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder(test_new_file),         in_folder(test_replace),
        in_folder(test_discard),          in_folder(test_two_writers),
        in_folder(test_relative),         in_folder(test_no_folder),
        in_folder(test_target_is_folder), in_folder(test_rename_fails),
        in_folder(test_file_too_large),   in_folder(test_earlier_error),
        in_folder(test_no_file),          in_folder(test_no_memory),
        in_folder(test_left_behind),      in_folder(test_infile),
        in_folder(test_make_folder),      in_folder(test_pour),
        cmocka_unit_test(test_cases),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
