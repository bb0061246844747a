/* folder.h - results folders: their names, what is in them, what computes here. */
#ifndef SWEEP_FOLDER_H
#define SWEEP_FOLDER_H

#include "sweep/grid.h"
#include "sweep/status.h"
#include <stdbool.h>
#include <stddef.h>

/* The results folder meant: `option` (-o), or results/NAME of the grid when it is NULL.
 * Memory from malloc; NULL on failure. */
int folder_named(char **out, const char *option, const struct grid *g,
                 struct diagnostics *log);

/* The folder of a shard in it; shards 0: itself. As folder_named. */
int folder_shard(char **out, const char *folder, size_t shard, size_t shards,
                 struct diagnostics *log);

/* The results folder that a word names, in memory from malloc: itself; of a grid file
 * results/NAME; of a file in a results folder that folder; of a bare name results/NAME
 * where that is one. What is none of them is returned as it is. SWEEP_INPUT: a grid file
 * whose results are not in results/NAME, or that is wrong. */
int folder_find(char **out, const char *word, struct diagnostics *log);

/* Whether a folder, or the name of one, is that of a shard: shard-1-of-3. shards 0: it
 * is not. */
bool folder_is_shard(const char *directory, size_t *shard, size_t *shards);
bool folder_is_shard_name(const char *name, size_t *shard, size_t *shards);

/* The grid kept in the folder; SWEEP_INPUT also when there are shards in its place.
 * Release it, whatever is returned. */
int folder_grid(struct grid *g, const char *directory, struct diagnostics *log);

/* The same to show its results by: of data files that the database describes nothing is
 * read, and no trial can run. */
int folder_grid_of_results(struct grid *g, const char *directory,
                           struct diagnostics *log);

/* Whether a run left results there: a folder without sweep.db is a new one. */
bool folder_has_results(const char *directory);

/* Whether folders of shards with results are in there. */
bool folder_has_shards(const char *directory);

/* A table of many trials takes long to make. It is given the time of the sweep.db that
 * it was made of and a nanosecond, once that is closed: where it has that time, neither
 * was changed since. A file system with coarser times keeps no such time, and `touch`
 * gives it to none: there the table is made again. */
bool folder_table_is_dated(const char *directory);
void folder_date_table(const char *directory);

/* What computes here: platform_text and the digest of the known answer, one line in
 * memory from malloc. */
int folder_platform(char **text, struct diagnostics *log);

#endif
