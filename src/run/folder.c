#include "sweep/folder.h"

#include "sweep/answer.h"
#include "sweep/escape.h"
#include "sweep/grid_yaml.h"
#include "sweep/platform.h"
#include "sweep/store.h"
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int folder_named(char **out, const char *option, const struct grid *g,
                 struct diagnostics *log)
{
    int named =
        option ? asprintf(out, "%s", option) : asprintf(out, "results/%s", g->name);
    if (named >= 0)
        return SWEEP_OK;
    *out = NULL;
    return diagnostics_no_memory(log, NULL);
}

int folder_shard(char **out, const char *folder, size_t shard, size_t shards,
                 struct diagnostics *log)
{
    int named = shards > 0 ? asprintf(out, "%s/shard-%zu-of-%zu", folder, shard, shards)
                           : asprintf(out, "%s", folder);
    if (named >= 0)
        return SWEEP_OK;
    *out = NULL;
    return diagnostics_no_memory(log, NULL);
}

bool folder_is_shard_name(const char *name, size_t *shard, size_t *shards)
{
    int end = 0;
    if (sscanf(name, "shard-%zu-of-%zu%n", shard, shards, &end) == 2 &&
        name[end] == '\0' && *shard >= 1 && *shard <= *shards)
        return true;
    *shard = *shards = 0;
    return false;
}

bool folder_is_shard(const char *directory, size_t *shard, size_t *shards)
{
    char *path = realpath(directory, NULL), *slash = path ? strrchr(path, '/') : NULL;
    bool is = folder_is_shard_name(slash ? slash + 1 : directory, shard, shards);
    free(path);
    return is;
}

bool folder_has_shards(const char *directory)
{
    char *pattern;
    glob_t found = {0};
    if (asprintf(&pattern, "%s/shard-*-of-*/sweep.db", directory) < 0)
        return false;
    bool there = glob(pattern, GLOB_NOSORT, NULL, &found) == 0;
    globfree(&found);
    free(pattern);
    return there;
}

bool folder_has_results(const char *directory)
{
    char *path;
    if (asprintf(&path, "%s/sweep.db", directory) < 0)
        return false;
    bool exists = access(path, F_OK) == 0;
    free(path);
    return exists;
}

static int read_grid(struct grid *g, const char *directory,
                     const struct grid_known *known, struct diagnostics *log)
{
    char *path;
    if (asprintf(&path, "%s/grid.yaml", directory) < 0)
        return diagnostics_no_memory(log, NULL);
    *g = (struct grid){0};
    bool apart = access(path, F_OK) != 0 && folder_has_shards(directory);
    int status = apart ? SWEEP_INPUT : grid_read_kept(g, path, known, log);
    char *word = apart ? escape_shell_word(directory) : NULL;
    if (word)
        diagnostics_add(log, NULL, 0, 0,
                        "'%s' holds shards only; unite them first: sweep merge %s "
                        "%s/shard-*",
                        directory, word, word);
    free(word);
    free(path);
    return status;
}

/* Of a database that cannot be read nothing is known: whoever needs it says why. */
struct known_store {
    const char *directory;
    struct store *store; /* NULL: not open yet */
    struct diagnostics ignored;
};

static char *known_text(void *context, const char *name)
{
    struct known_store *k = context;
    if (!k->store &&
        store_open_readonly(&k->store, k->directory, &k->ignored) != SWEEP_OK)
        return NULL;
    return store_data_text(k->store, name);
}

int folder_grid(struct grid *g, const char *directory, struct diagnostics *log)
{
    return read_grid(g, directory, NULL, log);
}

int folder_grid_of_results(struct grid *g, const char *directory,
                           struct diagnostics *log)
{
    struct known_store k = {.directory = directory};
    struct grid_known known = {known_text, &k};
    int status = read_grid(g, directory, &known, log);
    store_close(k.store, &k.ignored);
    diagnostics_release(&k.ignored);
    return status;
}

static bool has_log(const char *directory)
{
    struct stat about;
    char *path;
    if (asprintf(&path, "%s/sweep.db-wal", directory) < 0)
        return true;
    bool there = lstat(path, &about) == 0;
    free(path);
    return there;
}

/* False where a database has part of it elsewhere. */
static bool look_at(const char *directory, struct stat *database, struct stat *table)
{
    static const char *const names[] = {"sweep.db", "table.tsv"};
    struct stat *about[] = {database, table};
    if (has_log(directory))
        return false;
    for (size_t i = 0; i < 2; i++) {
        char *path;
        if (asprintf(&path, "%s/%s", directory, names[i]) < 0)
            return false;
        bool there = lstat(path, about[i]) == 0 && S_ISREG(about[i]->st_mode);
        free(path);
        if (!there)
            return false;
    }
    return true;
}

/* A nanosecond after the database, as no clock of a file system and no 'touch' has it. */
static struct timespec table_time(const struct stat *database)
{
    struct timespec t = database->st_mtim;
    t.tv_nsec++;
    if (t.tv_nsec == 1000000000) {
        t.tv_nsec = 0;
        t.tv_sec++;
    }
    return t;
}

bool folder_table_is_dated(const char *directory)
{
    struct stat database, table;
    if (!look_at(directory, &database, &table))
        return false;
    struct timespec right = table_time(&database);
    return table.st_mtim.tv_sec == right.tv_sec &&
           table.st_mtim.tv_nsec == right.tv_nsec;
}

void folder_date_table(const char *directory)
{
    struct stat database, table;
    char *path;
    if (!look_at(directory, &database, &table) ||
        asprintf(&path, "%s/table.tsv", directory) < 0)
        return;
    const struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, table_time(&database)};
    utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW);
    free(path);
}

static int folder_copy(char **out, const char *name, struct diagnostics *log)
{
    *out = strdup(name);
    return *out ? SWEEP_OK : diagnostics_no_memory(log, NULL);
}

/* "results/eta" of "results/eta/grid.yaml" */
static bool find_around(char **out, const char *file)
{
    const char *slash = strrchr(file, '/');
    char *folder = slash ? strndup(file, (size_t)(slash - file)) : strdup(".");
    if (folder && folder_has_results(folder)) {
        *out = folder;
        return true;
    }
    free(folder);
    return false;
}

static int find_of_grid(char **out, const char *file, struct diagnostics *log)
{
    struct grid g;
    int status = grid_read_file(&g, file, log);
    if (status == SWEEP_OK)
        status = folder_named(out, NULL, &g, log);
    grid_release(&g);
    if (status != SWEEP_OK || folder_has_results(*out) || folder_has_shards(*out))
        return status;
    diagnostics_add(log, NULL, 0, 0,
                    "'%s' is a grid file, and '%s' holds no results; run it, or name "
                    "the folder of its results",
                    file, *out);
    free(*out);
    *out = NULL;
    return SWEEP_INPUT;
}

int folder_find(char **out, const char *word, struct diagnostics *log)
{
    struct stat about;
    bool exists = stat(word, &about) == 0;
    char *named;
    *out = NULL;
    if (exists && S_ISREG(about.st_mode))
        return find_around(out, word) ? SWEEP_OK : find_of_grid(out, word, log);
    if (exists || strchr(word, '/'))
        return folder_copy(out, word, log);
    if (asprintf(&named, "results/%s", word) < 0)
        return diagnostics_no_memory(log, NULL);
    bool is = folder_has_results(named) || folder_has_shards(named);
    int status = folder_copy(out, is ? named : word, log);
    free(named);
    return status;
}

int folder_platform(char **text, struct diagnostics *log)
{
    char platform[512], digest[ANSWER_SIZE];
    *text = NULL;
    int status = answer_digest(digest, log);
    if (status == SWEEP_OK &&
        asprintf(text, "%s; answer %s", platform_text(platform, sizeof platform),
                 digest) < 0) {
        *text = NULL;
        status = diagnostics_no_memory(log, NULL);
    }
    return status;
}
