#include "store_private.h"
#include "sweep/infile.h"
#include "sweep/memory.h"
#include "sweep/outfile.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

char *store_join(const char *directory, const char *name)
{
    char *path = memory_array(strlen(directory) + strlen(name) + 2, 1);
    if (path)
        sprintf(path, "%s/%s", directory, name);
    return path;
}

static int keep_bytes(const char *directory, const char *name, const char *bytes,
                      size_t size, struct diagnostics *log)
{
    struct outfile out = {0};
    int status = outfile_open_in(&out, directory, name, log);
    if (status != SWEEP_OK)
        return status;
    fwrite(bytes, 1, size, out.stream);
    return outfile_commit(&out, log);
}

/* A link might lead to somebody's own files, which copies would replace. */
static int make_folder(const char *folder, struct diagnostics *log)
{
    struct stat info;
    if (lstat(folder, &info) != 0 || !S_ISLNK(info.st_mode))
        return outfile_folder(folder, log);
    diagnostics_add(log, NULL, 0, 0, "cannot write into '%s': %s", folder,
                    infile_obstacle(folder));
    return SWEEP_IO;
}

bool store_keeps_text(const struct store *s, const struct grid *g)
{
    char *path = store_join(s->directory, "grid.yaml");
    const char *reason;
    FILE *stream = path ? infile_open(path, INFILE_OWN, &reason) : NULL;
    size_t same = 0;
    if (stream) {
        while (same < g->text_size && getc(stream) == (unsigned char)g->text[same])
            same++;
        same += same == g->text_size && getc(stream) == EOF;
        fclose(stream);
    }
    memory_free(path);
    return same == g->text_size + 1;
}

/* Data first: a kept grid finds its files. */
int store_keep_grid(const struct store *s, const struct grid *g,
                    struct diagnostics *log)
{
    char *folder = store_join(s->directory, GRID_DATA_FOLDER);
    int status = folder ? SWEEP_OK : SWEEP_NO_MEMORY;
    if (status != SWEEP_OK)
        diagnostics_no_memory(log, NULL);
    if (status == SWEEP_OK && g->data.file_count > 0)
        status = make_folder(folder, log);
    for (size_t i = 0; i < 2 * g->data.file_count && status == SWEEP_OK; i++) {
        const struct grid_file *f = &g->data.files[i / 2];
        const struct grid_part *part = &f->part[i % 2];
        if (i % 2 < f->parts)
            status = keep_bytes(folder, grid_file_name(part->path), part->bytes,
                                part->size, log);
    }
    memory_free(folder);
    if (status == SWEEP_OK)
        status = keep_bytes(s->directory, "grid.yaml", g->text, g->text_size, log);
    return status;
}

static int folder_error(const char *what, const char *directory,
                        struct diagnostics *log)
{
    diagnostics_add(log, NULL, 0, 0, "cannot %s '%s': %s", what, directory,
                    strerror(errno));
    return errno == ENOMEM ? SWEEP_NO_MEMORY : SWEEP_IO;
}

static bool has_suffix(const char *name, const char *ending)
{
    size_t length = strlen(name), tail = strlen(ending);
    return length >= tail && strcmp(name + length - tail, ending) == 0;
}

/* sweep.db, sweep-HOST-PROCESS.db */
static bool names_database(const char *name)
{
    return strcmp(name, "sweep.db") == 0 ||
           (strncmp(name, "sweep-", 6) == 0 && has_suffix(name, ".db"));
}

static int is_database(const struct dirent *entry)
{
    return names_database(entry->d_name);
}

/* All that a run writes, but the lock and older results. */
static bool names_result(const char *name)
{
    static const char *const names[] = {"grid.yaml", GRID_DATA_FOLDER, "table.tsv",
                                        "report.html", "run.log"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return names_database(name) || has_suffix(name, ".db-wal") ||
           has_suffix(name, ".db-shm") || has_suffix(name, ".db-journal");
}

static int is_result(const struct dirent *entry)
{
    return names_result(entry->d_name);
}

static bool has_file(const char *folder, const char *name)
{
    char *path = store_join(folder, name);
    bool there = !path || access(path, F_OK) == 0;
    memory_free(path);
    return there;
}

/* Whether a file of this name in the folder is a run's, and no command makes it anew. */
static bool keeps_file(const char *folder, const char *name)
{
    char *real = realpath(folder, NULL), *last = real ? strrchr(real, '/') : NULL;
    bool data = last && strcmp(last + 1, GRID_DATA_FOLDER) == 0;
    bool kept = strcmp(name, "sweep.lock") == 0 ||
                (names_result(name) && strcmp(name, "table.tsv") != 0 &&
                 strcmp(name, "report.html") != 0);
    free(real);
    return (kept && has_file(folder, "sweep.db")) ||
           (data && has_file(folder, "../sweep.db"));
}

int store_check_output(const char *path, struct diagnostics *log)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, (size_t)(slash + 1 - path)) : strdup(".");
    if (!folder)
        return diagnostics_no_memory(log, NULL);
    bool kept = keeps_file(folder, slash ? slash + 1 : path);
    free(folder);
    if (!kept)
        return SWEEP_OK;
    diagnostics_add(log, NULL, 0, 0,
                    "'%s' is part of the results in that folder and would be replaced; "
                    "choose another name with -o",
                    path);
    return SWEEP_INPUT;
}

/* What a run or a merge would write over or into, and the databases. */
struct contents {
    char written[256]; /* the first of these names; "": there is none */
    bool database;
};

static int look_into(const char *directory, struct contents *c)
{
    DIR *stream = opendir(directory);
    *c = (struct contents){.database = false};
    if (!stream)
        return -1;
    for (struct dirent *entry; (entry = readdir(stream));) {
        /* Where --fresh was broken off the database may have gone ahead. */
        if (is_database(entry) || strcmp(entry->d_name, STORE_ASIDE) == 0)
            c->database = true;
        else if (is_result(entry) && !*c->written)
            snprintf(c->written, sizeof c->written, "%s", entry->d_name);
    }
    return closedir(stream);
}

int store_check_folder(const char *directory, struct diagnostics *log)
{
    struct contents c;
    /* Twice: another run may be filling the folder while it is being read. */
    for (int look = 0; look < 2; look++) {
        if (look_into(directory, &c) != 0)
            return folder_error("open", directory, log);
        if (!*c.written || c.database)
            return SWEEP_OK;
    }
    diagnostics_add(log, NULL, 0, 0,
                    "'%s' is not a folder of results: it holds '%s' but no sweep.db; "
                    "move that away, or choose another folder with -o",
                    directory, c.written);
    return SWEEP_INPUT;
}

static void entries_free(struct dirent **entry, int count)
{
    for (int i = 0; i < count; i++)
        free(entry[i]);
    free(entry);
}

int store_list(struct store_list *l, const char *directory, struct diagnostics *log)
{
    struct dirent **entry;
    *l = (struct store_list){0};
    int found = scandir(directory, &entry, is_database, alphasort);
    if (found < 0)
        return folder_error("open", directory, log);
    int status = SWEEP_OK;
    l->path = memory_array((size_t)found, sizeof *l->path);
    for (int i = 0; i < found && l->path; i++)
        if ((l->path[l->count] = store_join(directory, entry[i]->d_name)))
            l->count++;
    entries_free(entry, found);
    if (l->count < (size_t)found || !l->path) {
        status = diagnostics_no_memory(log, NULL);
    } else if (found == 0) {
        diagnostics_add(log, NULL, 0, 0,
                        "'%s' holds no results; 'sweep run' makes them", directory);
        status = SWEEP_IO;
    }
    if (status != SWEEP_OK)
        store_list_release(l);
    return status;
}

void store_list_release(struct store_list *l)
{
    for (size_t i = 0; i < l->count; i++)
        memory_free(l->path[i]);
    memory_free(l->path);
    *l = (struct store_list){0};
}

static int check_free(const char *from, const char *to, struct diagnostics *log)
{
    struct stat info;
    if (lstat(to, &info) != 0)
        return SWEEP_OK;
    diagnostics_add(log, NULL, 0, 0,
                    "cannot set aside '%s': a --fresh that was broken off left '%s', "
                    "and either may hold trials; move one of them elsewhere and run "
                    "again",
                    from, to);
    return SWEEP_IO;
}

static int move(const char *from, const char *to, struct diagnostics *log)
{
    return rename(from, to) == 0 ? SWEEP_OK : folder_error("set aside", from, log);
}

/* For each of the entries, until one fails. */
static int each_aside(struct dirent **entry, int count, const char *directory,
                      const char *aside,
                      int act(const char *from, const char *to, struct diagnostics *),
                      struct diagnostics *log)
{
    int status = SWEEP_OK;
    for (int i = 0; i < count && status == SWEEP_OK; i++) {
        char *from = store_join(directory, entry[i]->d_name);
        char *to = store_join(aside, entry[i]->d_name);
        status = from && to ? act(from, to, log) : diagnostics_no_memory(log, NULL);
        memory_free(from);
        memory_free(to);
    }
    return status;
}

/* Give the folder `aside` the name DIR/old-TIME, with a number behind it where there is
 * one of this second. */
static bool name_old(const char *directory, const char *aside)
{
    enum { MOST = 100 };
    struct tm utc;
    time_t now = time(NULL);
    char stamp[24];

    strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", gmtime_r(&now, &utc));
    for (int k = 1; k <= MOST; k++) {
        char name[48];
        snprintf(name, sizeof name, k > 1 ? "old-%s-%d" : "old-%s", stamp, k);
        char *old = store_join(directory, name);
        bool named = old && rename(aside, old) == 0;
        memory_free(old);
        if (named || (errno != EEXIST && errno != ENOTEMPTY && errno != ENOTDIR))
            return named;
    }
    return false;
}

/* Empty, for results to move to. */
static int make_aside(const char *aside, struct diagnostics *log)
{
    if (mkdir(aside, 0777) == 0)
        return SWEEP_OK;
    if (errno != EEXIST)
        return folder_error("create", aside, log);
    diagnostics_add(log, NULL, 0, 0,
                    "'%s' is in the way of the results that --fresh sets aside; move "
                    "it elsewhere and run again",
                    aside);
    return SWEEP_IO;
}

/* All results into `aside`, and that away at once. What stands there already stays, as
 * it may hold trials too: then nothing is moved, so that a database keeps its log. */
static int clear(const char *directory, const char *aside, struct diagnostics *log)
{
    struct dirent **entry;
    int found = scandir(directory, &entry, is_result, alphasort);
    if (found < 0)
        return folder_error("open", directory, log);
    int status = each_aside(entry, found, directory, aside, check_free, log);
    if (status == SWEEP_OK)
        status = each_aside(entry, found, directory, aside, move, log);
    entries_free(entry, found);
    if (status == SWEEP_OK && rmdir(aside) != 0 && !name_old(directory, aside))
        status = folder_error("rename", aside, log);
    return status;
}

/* Is there a folder that results have begun to move to? */
static bool has_begun(const char *aside)
{
    struct stat status;
    return lstat(aside, &status) == 0 && S_ISDIR(status.st_mode) && rmdir(aside) != 0;
}

int store_set_aside(const char *directory, bool fresh, struct diagnostics *log)
{
    char *aside = store_join(directory, STORE_ASIDE);
    if (!aside)
        return diagnostics_no_memory(log, NULL);
    bool begun = has_begun(aside);
    int status = fresh && !begun ? make_aside(aside, log) : SWEEP_OK;
    if (status == SWEEP_OK && (fresh || begun))
        status = clear(directory, aside, log);
    memory_free(aside);
    return status;
}

/* A file, or the copies of data files. */
static void remove_entry(const char *path)
{
    struct dirent **entry;
    int found = unlink(path) != 0 ? scandir(path, &entry, NULL, NULL) : -1;
    for (int i = 0; i < found; i++) {
        char *file = store_join(path, entry[i]->d_name);
        if (file)
            unlink(file);
        memory_free(file);
    }
    if (found >= 0)
        entries_free(entry, found);
    rmdir(path);
}

void store_remove_results(const char *directory)
{
    struct dirent **entry;
    int found = scandir(directory, &entry, is_result, NULL);
    for (int i = 0; i < found; i++) {
        char *path = store_join(directory, entry[i]->d_name);
        if (path)
            remove_entry(path);
        memory_free(path);
    }
    if (found >= 0)
        entries_free(entry, found);
}
