#include "folder.h"

#include "sweep/answer.h"
#include "sweep/escape.h"
#include "sweep/grid_yaml.h"
#include "sweep/outfile.h"
#include "sweep/platform.h"
#include "sweep/table.h"
#include <glob.h>
#include <stdlib.h>
#include <unistd.h>

static int out_of_memory(struct diagnostics *log)
{
    diagnostics_add(log, NULL, 0, 0, "out of memory");
    return SWEEP_NO_MEMORY;
}

int folder_named(char **out, const char *option, const struct grid *g,
                 struct diagnostics *log)
{
    int named =
        option ? asprintf(out, "%s", option) : asprintf(out, "results/%s", g->name);
    if (named >= 0)
        return SWEEP_OK;
    *out = NULL;
    return out_of_memory(log);
}

int folder_shard(char **out, const char *folder, size_t shard, size_t shards,
                 struct diagnostics *log)
{
    int named = shards > 0 ? asprintf(out, "%s/shard-%zu-of-%zu", folder, shard, shards)
                           : asprintf(out, "%s", folder);
    if (named >= 0)
        return SWEEP_OK;
    *out = NULL;
    return out_of_memory(log);
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

int folder_grid(struct grid *g, const char *directory, struct diagnostics *log)
{
    char *path;
    if (asprintf(&path, "%s/grid.yaml", directory) < 0)
        return out_of_memory(log);
    *g = (struct grid){0};
    bool apart = access(path, F_OK) != 0 && folder_has_shards(directory);
    int status = apart ? SWEEP_INPUT : grid_read_kept(g, path, log);
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

int folder_open(struct store **out, const char *directory, struct diagnostics *log)
{
    int status = store_open_readonly(out, directory, log);
    if (status == SWEEP_OK && store_model(*out) != MODEL_VERSION)
        escape_print(
            stderr,
            "'%s' holds results of model version %zu, this sweep computes version "
            "%d: its numbers may differ\n",
            directory, store_model(*out), MODEL_VERSION);
    return status;
}

int folder_write_table(const char *directory, struct store *s, const struct grid *g,
                       struct diagnostics *log)
{
    struct aggregate a;
    struct outfile out = {0};

    int status = aggregate_build(&a, s, g, &g->table, log);
    if (status != SWEEP_OK)
        return status;
    status = outfile_open_in(&out, directory, "table.tsv", log);
    if (status == SWEEP_OK)
        status = table_write(out.stream, &a, g, TABLE_TSV);
    if (status == SWEEP_OK)
        status = outfile_commit(&out, log);
    outfile_discard(&out);
    aggregate_release(&a);
    return status;
}

static int put_platform(char **text, const char *platform, const char *digest,
                        struct diagnostics *log)
{
    if (asprintf(text, "%s; answer %s", platform, digest) < 0) {
        *text = NULL;
        return out_of_memory(log);
    }
    return SWEEP_OK;
}

int folder_platform(char **text, struct diagnostics *log)
{
    char platform[512], digest[ANSWER_SIZE];
    *text = NULL;
    int status = answer_digest(digest, log);
    return status == SWEEP_OK
               ? put_platform(text, platform_text(platform, sizeof platform), digest,
                              log)
               : status;
}

int folder_platform_before(char **text, struct diagnostics *log)
{
    char platform[512], digest[ANSWER_SIZE];
    *text = NULL;
    int status = answer_short_digest(digest, log);
    return status == SWEEP_OK
               ? put_platform(text, platform_text_before(platform, sizeof platform),
                              digest, log)
               : status;
}
