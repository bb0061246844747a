/* folder.h - what several commands do with a results folder. */
#ifndef SWEEP_FOLDER_H
#define SWEEP_FOLDER_H

#include "sweep/grid.h"
#include "sweep/status.h"
#include "sweep/store.h"
#include <stdbool.h>
#include <stdio.h>

/* The results folder meant: `option` (-o), or results/NAME of the grid when it is NULL.
 * Memory from malloc; NULL on failure. */
int folder_named(char **out, const char *option, const struct grid *g,
                 struct diagnostics *log);

/* The folder of a shard in it; shards 0: itself. As folder_named. */
int folder_shard(char **out, const char *folder, size_t shard, size_t shards,
                 struct diagnostics *log);

/* The grid kept in the folder; SWEEP_INPUT also when there are shards in its place.
 * Release it, whatever is returned. */
int folder_grid(struct grid *g, const char *directory, struct diagnostics *log);

/* Whether folders of shards with results are in there. */
bool folder_has_shards(const char *directory);

/* Open a folder to show what is in it; a line on standard error says so when its
 * numbers are of another model version. */
int folder_open(struct store **out, const char *directory, struct diagnostics *log);

/* DIR/table.tsv, old or new, whole. */
int folder_write_table(const char *directory, struct store *s, const struct grid *g,
                       struct diagnostics *log);

/* What computes here: platform_text and the digest of the known answer, one line in
 * memory from malloc. */
int folder_platform(char **text, struct diagnostics *log);

/* The same as folders have it that were made before versions of libraries and flags of
 * the compiler were in it. */
int folder_platform_before(char **text, struct diagnostics *log);

#endif
