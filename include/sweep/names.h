/* names.h - the names of a table, and what a word that a user wrote means among them.
 *
 * A table is an array of words, or of structs whose first member is the name; a value
 * is an index into it.
 */
#ifndef SWEEP_NAMES_H
#define SWEEP_NAMES_H

#include "sweep/status.h"
#include <stdbool.h>
#include <stddef.h>

struct names {
    const char *what; /* each of them names: "parameter" */
    const char *see;  /* where they are listed: "sweep parameters"; NULL: in messages */
    const char *others; /* words that are none of them but will do; NULL: none */
    const void *first;  /* row of the table */
    size_t stride;      /* bytes from one row to the next */
    size_t count;
    bool symbols; /* a row's second member is its symbol, "" or NULL if it has none */
};

/* Three members, of a table that is an array. */
#define NAMES_OF(table)                                                                \
    .first = (table), .stride = sizeof(table)[0],                                      \
    .count = sizeof(table) / sizeof(table)[0]

const char *names_at(const struct names *n, size_t i);

/* The index of a word, or n->count. */
size_t names_find(const struct names *n, const char *word);

/* The names that may have been meant are those with that symbol, or else the one that
 * parse_suggest finds, or else those of which the word is the initials (lr: learning_rate),
 * or begins a part (acc: accuracy_trained). Here the first of them, or NULL. */
const char *names_near(const struct names *n, const char *word);

/* All of them: " (did you mean 'a', 'b' or 'c'?)", or "". Returns buffer. */
char *names_suggestion(const struct names *n, const char *word, char *buffer,
                       size_t size);

/* "tsv, csv or json"; with `others` these in the last place. Returns buffer. */
char *names_list(const struct names *n, char *buffer, size_t size);

/* Report a word that is none of the names: "unknown parameter 'widht' (did you mean
 * 'width'?)", or where they are listed. SWEEP_INPUT. */
int names_unknown(const struct names *n, const char *word, struct diagnostics *log);

/* The index of a word, or n->count after a message: it is unknown, or its place in
 * `taken`, (n->count), is true already. NULL: words may stand twice. */
size_t names_take(const struct names *n, const char *word, bool *taken,
                  struct diagnostics *log);

/* Report the words that stand twice in a list: "'width' is asked for twice". SWEEP_OK,
 * SWEEP_INPUT. */
int names_once(char *const *word, size_t count, struct diagnostics *log);

#endif
