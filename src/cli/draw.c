#include "draw.h"

#include "sweep/escape.h"
#include "sweep/infile.h"
#include "sweep/outfile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of what gnuplot says; the problem comes first. */
enum { MOST_BYTES = 2000 };

/* 0, or an errno when it could not be started. What it prints goes to `said`. */
static int start_gnuplot(pid_t *child, const char *script, const char *picture,
                         FILE *said)
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
static void report_gnuplot(const char *script, FILE *said, struct diagnostics *log)
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

/* Begins and ends as its format does: a full disk may cut a picture off without a word
 * of gnuplot's. */
static bool is_whole(const char *picture, enum picture_format format)
{
    static const char *const first[PICTURE_FORMATS] = {"<?xml", "\x89PNG", "%PDF",
                                                       "% GNUPL"};
    static const char *const last[PICTURE_FORMATS] = {"</svg>", "IEND\xae\x42\x60\x82",
                                                      "%%EOF", "\\endgroup"};
    char head[8] = "", tail[33] = "";
    const char *reason;
    FILE *stream = infile_open(picture, INFILE_OWN, &reason);
    if (!stream)
        return false;
    (void)!fread(head, 1, sizeof head - 1, stream);
    (void)(fseek(stream, 1 - (long)sizeof tail,
                 SEEK_END) || /* a short one is not whole */
           fread(tail, 1, sizeof tail - 1, stream));
    fclose(stream);
    return strncmp(head, first[format], strlen(first[format])) == 0 &&
           memmem(tail, sizeof tail - 1, last[format], strlen(last[format]));
}

static int refuse_start(const char *script, int reason, struct diagnostics *log)
{
    char *word = escape_shell_word(script);
    diagnostics_add(log, NULL, 0, 0,
                    reason == ENOENT
                        ? "gnuplot is not installed: install it (Debian: apt-get "
                          "install gnuplot-nox), then: gnuplot %s"
                        : "cannot start gnuplot on %s: %s",
                    word ? word : script, strerror(reason));
    free(word);
    return SWEEP_IO;
}

static int draw(const char *script, const char *picture, enum picture_format format,
                FILE *said, struct diagnostics *log)
{
    pid_t child;
    int failed = start_gnuplot(&child, script, picture, said);
    if (failed)
        return refuse_start(script, failed, log);
    if (wait_for(child) != 0) {
        report_gnuplot(script, said, log);
        return SWEEP_IO;
    }
    if (is_whole(picture, format))
        return SWEEP_OK;
    report_gnuplot(script, said, log);
    diagnostics_add(log, NULL, 0, 0, "the picture is not whole: is the disk full?");
    return SWEEP_IO;
}

/* gnuplot runs what stands behind | or < in the name of a file, knows ~ and takes what
 * begins with - for an option. */
static char *plain_name(const char *path)
{
    char *plain;
    return asprintf(&plain, "%s%s", *path && strchr("|<~-", *path) ? "./" : "", path) <
                   0
               ? NULL
               : plain;
}

static int draw_into(const char *script, const struct outfile *out,
                     enum picture_format format, FILE *said, struct diagnostics *log)
{
    char *from = plain_name(script), *to = plain_name(out->temporary);
    int status = SWEEP_NO_MEMORY;
    if (from && to)
        status = draw(from, to, format, said, log);
    else
        diagnostics_no_memory(log, NULL);
    free(from);
    free(to);
    return status;
}

int draw_script(const char *path, const struct figure *f, const struct picture *p,
                struct diagnostics *log)
{
    struct outfile out;
    int status = outfile_open(&out, path, log);
    if (status == SWEEP_OK)
        status = gnuplot_write(out.stream, f, p);
    if (status == SWEEP_OK)
        status = outfile_commit(&out, log);
    outfile_discard(&out);
    return status;
}

bool draw_available(void)
{
    const char *path = getenv("PATH");
    char *copy = strdup(path ? path : ""), *rest = copy, *file;
    bool found = false;
    for (char *folder; !found && (folder = strsep(&rest, ":"));) {
        if (asprintf(&file, "%s/gnuplot", *folder ? folder : ".") < 0)
            break;
        found = access(file, X_OK) == 0;
        free(file);
    }
    free(copy);
    return found;
}

/* printf into memory for free(); NULL: none. */
__attribute__((format(printf, 1, 2))) static char *text_of(const char *format, ...)
{
    char *text;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    return length < 0 ? NULL : text;
}

/* Copy a file over another, which is the old one or the new one. */
static int copy_file(const char *from, const char *to, struct diagnostics *log)
{
    struct outfile out = {0};
    const char *reason;
    FILE *stream = infile_open(from, INFILE_OWN, &reason);
    if (!stream) {
        diagnostics_add(log, NULL, 0, 0, "cannot open '%s': %s", from, reason);
        return SWEEP_IO;
    }
    int status = outfile_open(&out, to, log);
    if (status == SWEEP_OK && !infile_pour(stream, out.stream)) {
        diagnostics_add(log, NULL, 0, 0, "cannot read '%s': %s", from, strerror(errno));
        status = SWEEP_IO;
    }
    if (status == SWEEP_OK)
        status = outfile_commit(&out, log);
    outfile_discard(&out);
    fclose(stream);
    return status;
}

bool draw_folder(char **folder)
{
    const char *there = getenv("TMPDIR");
    *folder = text_of("%s/sweep-XXXXXX", there && *there ? there : "/tmp");
    return *folder && mkdtemp(*folder);
}

void draw_folder_remove(const char *folder)
{
    DIR *stream = opendir(folder);
    if (!stream)
        return;
    for (struct dirent *entry; (entry = readdir(stream));)
        unlinkat(dirfd(stream), entry->d_name, 0);
    closedir(stream);
    rmdir(folder);
}

/* A .tex and the PDF beside it: where they are drawn, and where they go. */
struct drawing {
    char *folder;
    char *tex, *pdf;
    char *to_pdf;
};

static bool drawing_init(struct drawing *d, const char *picture)
{
    const char *slash = strrchr(picture, '/');
    const char *name = slash ? slash + 1 : picture;
    int stem = (int)(strrchr(picture, '.') - picture);
    *d = (struct drawing){.to_pdf = text_of("%.*s.pdf", stem, picture)};
    if (!d->to_pdf)
        return false;
    if (!draw_folder(&d->folder)) {
        int reason = errno;
        free(d->folder);
        d->folder = NULL;
        errno = reason;
        return false;
    }
    d->tex = text_of("%s/%s", d->folder, name);
    d->pdf = text_of("%s/%s", d->folder, d->to_pdf + (name - picture));
    return d->tex && d->pdf;
}

static void drawing_release(struct drawing *d)
{
    if (d->folder)
        draw_folder_remove(d->folder);
    free(d->folder);
    free(d->tex);
    free(d->pdf);
    free(d->to_pdf);
}

/* LaTeX finds the PDF by the name under which gnuplot drew it: both are drawn in a folder of
 * their own and copied, the PDF first. */
static int draw_tex(const char *script, const char *picture, FILE *said,
                    struct diagnostics *log)
{
    struct drawing d = {0};
    char *from = plain_name(script);
    int status = SWEEP_OK;
    if (!from) {
        status = diagnostics_no_memory(log, NULL);
    } else if (!drawing_init(&d, picture)) {
        diagnostics_add(log, NULL, 0, 0, "cannot make a temporary folder: %s",
                        strerror(errno));
        status = SWEEP_IO;
    }
    if (status == SWEEP_OK)
        status = draw(from, d.tex, PICTURE_TEX, said, log);
    if (status == SWEEP_OK)
        status = copy_file(d.pdf, d.to_pdf, log);
    if (status == SWEEP_OK)
        status = copy_file(d.tex, picture, log);
    drawing_release(&d);
    free(from);
    return status;
}

int draw_picture(const char *script, const char *picture, enum picture_format format,
                 struct diagnostics *log)
{
    struct outfile out = {0};
    FILE *said = tmpfile();
    if (!said) {
        diagnostics_add(log, NULL, 0, 0, "cannot make a temporary file: %s",
                        strerror(errno));
        return SWEEP_IO;
    }
    if (format == PICTURE_TEX) {
        int drawn = draw_tex(script, picture, said, log);
        fclose(said);
        return drawn;
    }
    int status = outfile_open(&out, picture, log);
    if (status == SWEEP_OK)
        status = draw_into(script, &out, format, said, log);
    if (status == SWEEP_OK)
        status = outfile_commit(&out, log);
    outfile_discard(&out);
    fclose(said);
    return status;
}
